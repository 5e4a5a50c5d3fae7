/* pg_batch.c - parameters to PostgreSQL's binary form; one batch commits together. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "io/pg_inside.h"

static uint32_t array_element_oid(enum pg_type t) {
    switch (t) { /* pg_type.dat; these never change */
    case PG_BYTEA_ARRAY: return 17;
    case PG_INT8_ARRAY: return 20;
    case PG_INT2_ARRAY: return 21;
    case PG_INT4_ARRAY: return 23;
    default: return 25; /* text */
    }
}

static void add16(struct buf *b, int16_t v) {
    uint16_t be = htobe16((uint16_t)v);
    buf_add(b, &be, sizeof be);
}
static void add32(struct buf *b, int32_t v) {
    uint32_t be = htobe32((uint32_t)v);
    buf_add(b, &be, sizeof be);
}
static void add64(struct buf *b, int64_t v) {
    uint64_t be = htobe64((uint64_t)v);
    buf_add(b, &be, sizeof be);
}

static void add_bytes_item(struct buf *b, const struct pg_bytes *x) {
    add32(b, x->p ? (int32_t)x->n : -1);
    if (x->p) buf_add(b, x->p, x->n);
}

static void add_item(struct buf *b, const struct pg_param *p, size_t i) {
    switch (p->type) {
    case PG_INT2_ARRAY:
        add32(b, 2);
        add16(b, ((const int16_t *)p->items)[i]);
        break;
    case PG_INT4_ARRAY:
        add32(b, 4);
        add32(b, ((const int32_t *)p->items)[i]);
        break;
    case PG_INT8_ARRAY:
        add32(b, 8);
        add64(b, ((const int64_t *)p->items)[i]);
        break;
    default: add_bytes_item(b, &((const struct pg_bytes *)p->items)[i]);
    }
}

/* array_recv: dimensions, has-null flag, element oid, then size and lower bound, then the items.
 * An empty array has no dimension. */
static void add_array(struct buf *b, const struct pg_param *p) {
    add32(b, p->count ? 1 : 0);
    add32(b, 1); /* NULL items are allowed; the flag is only a hint */
    add32(b, (int32_t)array_element_oid(p->type));
    if (!p->count) return;
    add32(b, (int32_t)p->count);
    add32(b, 1);
    for (size_t i = 0; i < p->count; i++) add_item(b, p, i);
}

static void add_value(struct buf *b, const struct pg_param *p) {
    switch (p->type) {
    case PG_TEXT:
    case PG_BYTEA: buf_add(b, p->b.p, p->b.n); break;
    case PG_INT2: add16(b, (int16_t)p->i); break;
    case PG_INT4: add32(b, (int32_t)p->i); break;
    case PG_INT8: add64(b, p->i); break;
    case PG_BOOL: buf_addc(b, p->i ? 1 : 0); break;
    default: add_array(b, p);
    }
}

static bool is_null(const struct pg_param *p) {
    return (p->type == PG_TEXT || p->type == PG_BYTEA) && !p->b.p;
}

static void *grow(void *items, size_t need, size_t *cap, size_t size) {
    if (need <= *cap) return items;
    size_t wanted = *cap ? *cap * 2 : 8;
    while (wanted < need) wanted *= 2;
    void *bigger = realloc(items, wanted * size);
    if (bigger) *cap = wanted;
    return bigger;
}

static bool make_room(struct pg_batch *b, size_t params) {
    struct pg_piece *pieces = grow(b->pieces, b->n_pieces + 1, &b->cap_pieces, sizeof *pieces);
    if (pieces) b->pieces = pieces;
    struct pg_slot *slots = grow(b->slots, b->n_slots + params + 1, &b->cap_slots, sizeof *slots);
    if (slots) b->slots = slots;
    return pieces && slots;
}

static void add_param(struct pg_batch *b, const struct pg_param *p) {
    struct pg_slot *slot = &b->slots[b->n_slots++];
    *slot = (struct pg_slot){.offset = b->bytes.len, .n = -1};
    if (is_null(p)) return;
    add_value(&b->bytes, p);
    slot->n = (int)(b->bytes.len - slot->offset);
}

struct pg_batch *pg_batch_new(struct pg *p) {
    struct pg_batch *b = p->spare;
    if (b) {
        p->spare = b->next, p->n_spare--;
        b->next = NULL;
        return b;
    }
    b = calloc(1, sizeof *b);
    if (!b) return NULL;
    b->pg = p;
    buf_init(&b->bytes, PG_BATCH_BYTES_MAX);
    return b;
}

void pg_batch_add(struct pg_batch *b, const struct pg_statement *s, const struct pg_param *params) {
    if (!b || b->broken != OK) return;
    INVARIANT(s->params <= PG_STATEMENT_PARAMS_MAX);
    if (!make_room(b, (size_t)s->params)) {
        b->broken = ERR_NOMEM;
        return;
    }
    b->pieces[b->n_pieces++] = (struct pg_piece){s, b->n_slots};
    for (int i = 0; i < s->params; i++) add_param(b, &params[i]);
    if (b->bytes.failed) b->broken = ERR_LIMIT;
}

static void drop(struct pg_batch *b) {
    buf_reset(&b->bytes);
    free(b->pieces);
    free(b->slots);
    free(b);
}

/* Batches come and go in steady sizes: growing each one anew cost more than filling it. */
static void keep(struct pg_batch *b) {
    struct pg_batch clean = {.next = b->pg->spare, .pg = b->pg, .bytes = b->bytes, .pieces = b->pieces,
                             .cap_pieces = b->cap_pieces, .slots = b->slots, .cap_slots = b->cap_slots};
    *b = clean;
    buf_clear(&b->bytes);
    b->pg->spare = b, b->pg->n_spare++;
}

void pg_batch_free(struct pg_batch *b) {
    if (!b) return;
    if (!b->bytes.cap || b->bytes.cap > PG_SPARE_BYTES_MAX || b->pg->closing || b->pg->n_spare >= PG_SPARE_MAX) drop(b);
    else keep(b);
}

void pg_spares_free(struct pg *p) {
    while (p->spare) {
        struct pg_batch *b = p->spare;
        p->spare = b->next;
        drop(b);
    }
    p->n_spare = 0;
}

void pg_batch_end(struct pg_batch *b) {
    struct pg *p = b->pg;
    p->calling++;
    if (b->done) b->done(b->who, &b->end);
    p->calling--;
    pg_batch_free(b);
}

void pg_queue_init(struct pg_queue *q) { *q = (struct pg_queue){.tail = &q->head}; }

void pg_queue_put(struct pg_queue *q, struct pg_batch *b) {
    b->next = NULL;
    *q->tail = b;
    q->tail = &b->next;
    q->count++;
}

struct pg_batch *pg_queue_get(struct pg_queue *q) {
    struct pg_batch *b = q->head;
    if (!b) return NULL;
    q->head = b->next;
    if (!q->head) q->tail = &q->head;
    q->count--;
    return b;
}
