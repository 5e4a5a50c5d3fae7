/* load.c - journals and open runs: what recovery and take-over read. */
#include <string.h>

#include "store/columns.h"
#include "store/pg_store.h"
#include "store_sql.h"

static struct id id_at(const struct pg_row *r, int col) {
    struct id id = {{0}};
    size_t n;
    const char *bytes = pg_str(r, col, &n);
    if (n == sizeof id.b) memcpy(id.b, bytes, n);
    return id;
}

static void journal_row(struct ask *a, const struct pg_row *r) {
    struct journal_row j = {.run = id_at(r, 0), .seq = (uint32_t)pg_int(r, 1), .at_ms = pg_int(r, 2)};
    j.body = pg_str(r, 3, &j.body_len);
    ((store_journal_fn *)a->each)(a->who, &j);
}

static void open_row(struct ask *a, const struct pg_row *r) {
    struct open_run o = {.run = id_at(r, 0),
                         .workflow = pg_str(r, 1, NULL),
                         .case_type = pg_str(r, 2, NULL),
                         .case_key = pg_str(r, 3, NULL),
                         .customer = pg_str(r, 4, NULL),
                         .state = pg_str(r, 5, NULL),
                         .wake_ms = pg_int(r, 6),
                         .last_seq = (uint32_t)pg_int(r, 7)};
    ((store_open_fn *)a->each)(a->who, &o);
}

enum err journal_load(struct store *s, struct id run, store_journal_fn *each, store_done_fn *done,
                  void *who) {
    struct pg_param p[] = {pg_raw(run.b, sizeof run.b)};
    struct ask like = {.row = journal_row, .each = (void (*)(void))each, .done = done, .who = who};
    return ask_statement(s, &like, &SQL_JOURNAL_LOAD, p);
}

enum err journal_load_many(struct store *s, const struct id *runs, size_t n, store_journal_fn *each,
                   store_done_fn *done, void *who) {
    struct arena *a = arena_new((n + 1) * sizeof(struct pg_bytes) + 4096);
    struct columns c;
    if (!a || !columns_begin(&c, a, "b", n)) {
        arena_free(a);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < n; i++) put_bytes(&c, 0, runs[i].b, sizeof runs[i].b), c.n++;
    columns_end(&c);
    struct ask like = {.row = journal_row, .each = (void (*)(void))each, .done = done, .who = who};
    enum err err = ask_statement(s, &like, &SQL_JOURNAL_LOAD_MANY, c.p);
    arena_free(a);
    return err;
}

/* Region and shard are the first bytes of a run id, so a shard is a range of ids. */
enum err journal_open_runs(struct store *s, uint16_t shard, struct id after, unsigned limit,
                   store_open_fn *each, store_done_fn *done, void *who) {
    uint8_t region[] = {(uint8_t)(s->region >> 8), (uint8_t)s->region};
    struct id first = {{region[0], region[1], (uint8_t)(shard >> 8), (uint8_t)shard}}, last = first;
    memset(last.b + 4, 0xff, sizeof last.b - 4);
    if (id_compare(after, first) > 0) first = after;
    struct pg_param p[] = {pg_raw(first.b, sizeof first.b), pg_raw(last.b, sizeof last.b), pg_i8(limit)};
    struct ask like = {.row = open_row, .each = (void (*)(void))each, .done = done, .who = who};
    return ask_statement(s, &like, &SQL_OPEN_RUNS, p);
}
