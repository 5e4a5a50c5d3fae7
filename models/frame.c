/* frame.c - loading the columns that a spec names. */
#include "models/frame.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "models/accounts.h"
#include "models/artefact.h"
#include "models/berka.h"
#include "models/csv.h"

#define FRAME_ROWS_MAX 20000000
#define TEXT_MAX (UINT64_C(1) << 30)

void frame_init(struct frame *fr) {
    *fr = (struct frame){0};
    buf_init(&fr->id_text, TEXT_MAX);
}

void frame_reset(struct frame *fr) {
    for (int i = 0; i < fr->n_columns; i++) free(fr->names[i]);
    free(fr->cells);
    free(fr->ids);
    buf_reset(&fr->id_text);
    *fr = (struct frame){0};
}

int frame_column(const struct frame *fr, const char *name) {
    for (int i = 0; i < fr->n_columns; i++)
        if (!strcmp(fr->names[i], name)) return i;
    return -1;
}

int frame_want(struct frame *fr, const char *name) {
    int at = frame_column(fr, name);
    if (at >= 0) return at;
    if (fr->n_columns >= FRAME_COLUMNS_MAX) return -1;
    fr->names[fr->n_columns] = strdup(name);
    return fr->names[fr->n_columns] ? fr->n_columns++ : -1;
}

static enum err grow(struct frame *fr) {
    if (fr->n < fr->cap) return OK;
    size_t cap = fr->cap ? fr->cap * 2 : 1024;
    if (cap > FRAME_ROWS_MAX) return ERR_LIMIT;
    double *cells = realloc(fr->cells, cap * (size_t)fr->n_columns * sizeof *cells);
    if (cells) fr->cells = cells;
    size_t *ids = realloc(fr->ids, cap * sizeof *ids);
    if (ids) fr->ids = ids;
    if (!cells || !ids) return ERR_NOMEM;
    fr->cap = cap;
    return OK;
}

enum err frame_add(struct frame *fr, const char *id, const double *row) {
    enum err e = grow(fr);
    if (e) return e;
    fr->ids[fr->n] = fr->id_text.len;
    buf_add(&fr->id_text, id, strlen(id) + 1);
    if (!buf_ok(&fr->id_text)) return ERR_NOMEM;
    memcpy(fr->cells + fr->n * (size_t)fr->n_columns, row, (size_t)fr->n_columns * sizeof *row);
    fr->n++;
    return OK;
}

const char *frame_id(const struct frame *fr, size_t row) { return fr->id_text.data + fr->ids[row]; }

double frame_cell(const struct frame *fr, size_t row, int column) {
    return fr->cells[row * (size_t)fr->n_columns + (size_t)column];
}

bool frame_held_back(const char *salt, const char *id, int percent) {
    char text[512];
    uint8_t hash[CRYPT_HASH];
    snprintf(text, sizeof text, "%s:%s", salt, id);
    crypt_sha256(text, strlen(text), hash);
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) v = v << 8 | hash[i];
    return v % 100 < (uint64_t)percent;
}

struct reading {
    struct frame *fr;
    const char *path, *id_column;
    int at[FRAME_COLUMNS_MAX]; /* column in the file */
    int id_at;
};

static enum err read_header(struct reading *r, const struct csv_row *row, struct fault *f) {
    r->id_at = csv_column(row, r->id_column);
    if (r->id_at < 0)
        return fault_set(f, ERR_INVALID, r->path, "has no column \"%s\"", r->id_column);
    for (int i = 0; i < r->fr->n_columns; i++) {
        r->at[i] = csv_column(row, r->fr->names[i]);
        if (r->at[i] < 0)
            return fault_set(f, ERR_INVALID, r->path, "has no column \"%s\"", r->fr->names[i]);
    }
    return OK;
}

static enum err read_row(void *who, const struct csv_row *row, struct fault *f) {
    struct reading *r = who;
    if (row->index == 0) return read_header(r, row, f);
    double cells[FRAME_COLUMNS_MAX];
    for (int i = 0; i < r->fr->n_columns; i++)
        if (!csv_number(row->fields[r->at[i]], &cells[i]))
            return fault_set(f, ERR_INVALID, r->path, "line %zu, column \"%s\": not a number",
                             row->line, r->fr->names[i]);
    enum err e = frame_add(r->fr, row->fields[r->id_at], cells);
    return e ? fault_set(f, e, r->path, "too many rows for memory") : OK;
}

static bool want_all(const struct spec *s, struct frame *fr) {
    bool good = frame_want(fr, s->target) >= 0;
    for (int i = 0; i < s->features.n; i++) good &= frame_want(fr, s->features.list[i].column) >= 0;
    for (int i = 0; i < s->n_protected; i++) good &= frame_want(fr, s->protected[i].column) >= 0;
    for (int i = 0; i < s->baseline_features.n; i++)
        good &= frame_want(fr, s->baseline_features.list[i].column) >= 0;
    return good;
}

static enum err hash_file(const char *path, char out[65], struct fault *f) {
    AUTO(buf_reset) struct buf bytes = {0};
    enum err e = artefact_file(path, TEXT_MAX, &bytes, f);
    if (!e) crypt_sha256_hex(buf_text(&bytes), bytes.len, out);
    return e;
}

enum err frame_load(const struct spec *s, const char *path, struct frame *out, struct fault *f) {
    frame_init(out);
    if (!want_all(s, out)) return fault_set(f, ERR_LIMIT, "features", "too many columns");
    if (s->source == SPEC_BERKA) return berka_load(path, out, f);
    if (s->source == SPEC_ACCOUNTS) return accounts_load(path, s->id_column, out, f);
    struct reading r = {.fr = out, .path = path, .id_column = s->id_column};
    enum err e = csv_read(path, read_row, &r, f);
    return e ? e : hash_file(path, out->hash, f);
}
