/* columns.c - memory for columns, typed by a letter each. */
#include "store/columns.h"

static size_t item_size(char type) {
    return type == '4' ? sizeof(int32_t) : type == '8' ? sizeof(int64_t) : sizeof(struct pg_bytes);
}

static enum pg_type array_type(char type) {
    switch (type) {
    case '4': return PG_INT4_ARRAY;
    case '8': return PG_INT8_ARRAY;
    case 't': return PG_TEXT_ARRAY;
    default: return PG_BYTEA_ARRAY;
    }
}

bool columns_begin(struct columns *c, struct arena *a, const char *types, size_t rows) {
    c->n = 0;
    for (int col = 0; types[col]; col++) {
        INVARIANT(col < COLUMNS_MAX);
        void *items = arena_alloc(a, item_size(types[col]) * rows + 1);
        if (!items) return false;
        c->p[col] = (struct pg_param){.type = array_type(types[col]), .items = items};
    }
    for (size_t col = strlen(types); col < COLUMNS_MAX; col++) c->p[col] = (struct pg_param){0};
    return true;
}

void columns_end(struct columns *c) {
    for (int col = 0; col < COLUMNS_MAX; col++) c->p[col].count = c->n;
}
