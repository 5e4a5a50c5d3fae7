/* frame.h - a table of named numbers in memory, for training and reports. */
#ifndef MODELS_FRAME_H
#define MODELS_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "models/spec.h"

#define FRAME_COLUMNS_MAX 160

struct frame {
    char *names[FRAME_COLUMNS_MAX];
    int n_columns;
    size_t n, cap;
    double *cells;   /* n x n_columns, NAN for missing */
    size_t *ids;     /* where each row's id begins in id_text */
    struct buf id_text;
    char hash[65];   /* of the file's bytes (of all files, where there are several) */
};

void frame_init(struct frame *fr);
void frame_reset(struct frame *fr);
/* Declares a column once; its position, or -1 when there are too many. */
int frame_want(struct frame *fr, const char *name);
int frame_column(const struct frame *fr, const char *name); /* -1 if unknown */
MUST_CHECK enum err frame_add(struct frame *fr, const char *id, const double *row);
const char *frame_id(const struct frame *fr, size_t row);
double frame_cell(const struct frame *fr, size_t row, int column);

/* All that a spec reads, from its source. */
MUST_CHECK enum err frame_load(const struct spec *s, const char *path, struct frame *out,
                               struct fault *f);
/* True for the rows that are held back: the first 8 bytes of SHA-256("<salt>:<row id>"), big-endian,
 * modulo 100, below `percent`. */
bool frame_held_back(const char *salt, const char *id, int percent);

#endif
