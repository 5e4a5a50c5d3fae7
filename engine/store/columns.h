/* columns.h - rows of one statement, gathered column by column: what unnest($1, $2, ...) takes. */
#ifndef STORE_COLUMNS_H
#define STORE_COLUMNS_H

#include <string.h>

#include "base/arena.h"
#include "io/pg.h"

enum { COLUMNS_MAX = 16 };
struct columns {
    struct pg_param p[COLUMNS_MAX];
    size_t n; /* rows filled so far */
};

/* One letter per column: 'b' bytea, 't' text, '4' int4, '8' int8. false: no memory. */
MUST_CHECK bool columns_begin(struct columns *c, struct arena *a, const char *types, size_t rows);
/* After the last row. */
void columns_end(struct columns *c);

static inline void put_bytes(struct columns *c, int col, const void *p, size_t n) {
    ((struct pg_bytes *)c->p[col].items)[c->n] = (struct pg_bytes){p, n};
}
static inline void put_text(struct columns *c, int col, const char *t) { /* NULL: SQL NULL */
    put_bytes(c, col, t, t ? strlen(t) : 0);
}
static inline void put_or_empty(struct columns *c, int col, const char *t) { put_text(c, col, t ? t : ""); }
static inline void put_i4(struct columns *c, int col, int64_t v) {
    ((int32_t *)c->p[col].items)[c->n] = (int32_t)v;
}
static inline void put_i8(struct columns *c, int col, int64_t v) {
    ((int64_t *)c->p[col].items)[c->n] = v;
}

#endif
