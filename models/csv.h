/* csv.h - strangers' CSV, RFC 4180 with limits, plain or gzip.
 *
 * The reader is pushed bytes and calls back one row at a time, the header row first. Every row must
 * have as many fields as the header. Faults name file and line. */
#ifndef MODELS_CSV_H
#define MODELS_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define CSV_COLUMNS_MAX 4096
#define CSV_ROW_MAX (1u << 20)               /* bytes of one row */
#define CSV_FILE_MAX (UINT64_C(2) << 30)     /* bytes after unpacking */

struct csv;
struct csv_row {
    const char *const *fields; /* NUL-terminated; valid during the call */
    int n;
    size_t line, index; /* line is 1-based, where the row begins; index 0 is the header */
};
typedef enum err csv_row_fn(void *who, const struct csv_row *row, struct fault *f);

struct csv *csv_new(const char *name, csv_row_fn *each, void *who); /* NULL: no memory */
void csv_free(struct csv *c);
MUST_CHECK enum err csv_feed(struct csv *c, const char *bytes, size_t n, struct fault *f);
MUST_CHECK enum err csv_end(struct csv *c, struct fault *f); /* a last row without a line end */
/* Reads a whole file, unpacking gzip where it is packed. */
MUST_CHECK enum err csv_read(const char *path, csv_row_fn *each, void *who, struct fault *f);

/* A number or a missing value (empty, NA, NaN, null): false when it is neither. Missing is NAN. */
MUST_CHECK bool csv_number(const char *text, double *out);
/* Position of `name` in a header row, or -1. */
int csv_column(const struct csv_row *header, const char *name);
void csv_add_field(struct buf *out, const char *text); /* quoted where needed */

#endif
