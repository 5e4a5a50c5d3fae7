/* lease.c - who may write which shard. The rules are in the function lease_claim of the migrations. */
#include "store/pg_store.h"
#include "store_sql.h"

static void lease_row(struct ask *a, const struct pg_row *r) {
    struct lease l = {.shard = (uint16_t)pg_int(r, 0),
                      .epoch = (uint64_t)pg_int(r, 1),
                      .owner = pg_str(r, 2, NULL),
                      .address = pg_str(r, 3, NULL),
                      .until_ms = pg_int(r, 4)};
    ((store_lease_fn *)a->each)(a->who, &l);
}

static void claim_end(struct ask *a, enum err err, const struct fault *f) {
    if (err == OK) a->s->month_made = month_index(a->at_ms) + MONTHS_AHEAD;
    a->done(a->who, err, f);
}

enum err lease_claim(struct store *s, const char *owner, const char *address, unsigned want,
                     int64_t now_ms, int64_t ttl_ms, store_lease_fn *each, store_done_fn *done,
                     void *who) {
    struct ask like = {.row = lease_row, .end = claim_end, .each = (void (*)(void))each,
                       .done = done, .who = who, .at_ms = now_ms};
    struct pg_batch *b = pg_batch_new(store_pg_of(s)->reads);
    if (b) like.answer = months_ahead_add(store_pg_of(s), b, now_ms);
    struct pg_param p[] = {pg_text(owner), pg_text(address), pg_i4(want), pg_i8(now_ms), pg_i8(ttl_ms)};
    pg_batch_add(b, &SQL_LEASE_CLAIM, p);
    return ask_batch_take(s, ASK_LEASES, &like, b);
}

enum err lease_release(struct store *s, const char *owner, store_done_fn *done, void *who) {
    struct ask like = {.done = done, .who = who};
    struct pg_batch *b = pg_batch_new(store_pg_of(s)->reads);
    struct pg_param p[] = {pg_text(owner)};
    pg_batch_add(b, &SQL_LEASE_RELEASE, p);
    return ask_batch_take(s, ASK_LEASES, &like, b);
}
