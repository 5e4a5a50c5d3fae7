/* loan.c - loans read back: whole files for whoever works on them, rows for the day-end; which day-ends are open. */
#include <string.h>

#include "base/zone.h"
#include "store/columns.h"
#include "store/pg_store.h"
#include "store_sql.h"

static void loan_row(struct ask *a, const struct pg_row *r) {
    struct loan_row l = {.id = pg_str(r, 0, NULL),
                         .customer = pg_str(r, 1, NULL),
                         .product = pg_str(r, 2, NULL),
                         .currency = pg_str(r, 3, NULL),
                         .state = pg_str(r, 4, NULL),
                         .bucket = pg_str(r, 5, NULL),
                         .n = (uint32_t)pg_int(r, 6),
                         .outstanding_minor = pg_int(r, 7),
                         .overdue_minor = pg_int(r, 8),
                         .oldest_due_day = (int32_t)pg_int(r, 9),
                         .next_day = (int32_t)pg_int(r, 10)};
    ((store_loan_fn *)a->each)(a->who, &l);
}

static void entry_row(struct ask *a, const struct pg_row *r) {
    struct loan_entry_row e = {.loan = pg_str(r, 0, NULL),
                               .n = (uint32_t)pg_int(r, 1),
                               .kind = pg_str(r, 2, NULL),
                               .effective_day = (int32_t)pg_int(r, 3),
                               .known_ms = pg_int(r, 4),
                               .amount_minor = pg_int(r, 5)};
    e.body = pg_str(r, 6, &e.body_len);
    ((store_loan_entry_fn *)a->next_each)(a->who, &e);
}

static bool ids_column(struct columns *c, struct arena *a, const char *const *ids, size_t n) {
    if (!a || !columns_begin(c, a, "t", n)) return false;
    for (size_t i = 0; i < n; i++) put_text(c, 0, ids[i]), c->n++;
    columns_end(c);
    return true;
}

enum err loans_load(struct store *s, const char *const *ids, size_t n, store_loan_fn *row, store_loan_entry_fn *each,
                    store_done_fn *done, void *who) {
    struct arena *a = arena_new((n + 1) * sizeof(struct pg_bytes) + 4096);
    struct columns c;
    struct pg_batch *b = ids_column(&c, a, ids, n) ? pg_batch_new(store_pg_of(s)->reads) : NULL;
    struct ask like = {.row = loan_row, .next_row = entry_row, .each = (void (*)(void))row,
                       .next_each = (void (*)(void))each, .done = done, .who = who};
    if (b) {
        pg_batch_add(b, &SQL_LOANS_LOAD, c.p);
        pg_batch_add(b, &SQL_LOAN_ENTRIES_LOAD, c.p);
    }
    arena_free(a);
    return ask_batch_take(s, ASK_OTHERS, &like, b);
}

enum err loans_due(struct store *s, uint16_t shard, int32_t day, const struct loan_place *after, unsigned limit,
                   store_loan_fn *each, store_done_fn *done, void *who) {
    struct pg_param p[] = {pg_i4(shard), pg_i4(day), pg_i4(after->next_day), pg_text(after->id), pg_i8(limit)};
    struct ask like = {.row = loan_row, .each = (void (*)(void))each, .done = done, .who = who};
    return ask_statement(s, &like, &SQL_LOANS_DUE, p);
}

enum err day_end_ask(struct store *s, int32_t day, const char *by, int64_t at_ms, store_done_fn *done, void *who) {
    char date[16];
    struct pg_param p[] = {pg_i4(day), pg_text(day_text(day, date)), pg_i8(at_ms), pg_text(by ? by : "")};
    struct ask like = {.done = done, .who = who};
    return ask_statement(s, &like, &SQL_DAY_END_ASK, p);
}

static void day_row(struct ask *a, const struct pg_row *r) {
    ((store_day_end_fn *)a->each)(a->who, (int32_t)pg_int(r, 0), (uint16_t)pg_int(r, 1));
}

enum err day_ends_open(struct store *s, const char *owner, int64_t now_ms, store_day_end_fn *each, store_done_fn *done, void *who) {
    struct pg_batch *b = pg_batch_new(store_pg_of(s)->reads);
    struct pg_param close[] = {pg_i8(now_ms)}, open[] = {pg_text(owner)};
    struct ask like = {.row = day_row, .each = (void (*)(void))each, .done = done, .who = who, .answer = 1};
    if (b) {
        pg_batch_add(b, &SQL_DAY_ENDS_CLOSE, close);
        pg_batch_add(b, &SQL_DAY_ENDS_OPEN, open);
    }
    return ask_batch_take(s, ASK_OTHERS, &like, b);
}
