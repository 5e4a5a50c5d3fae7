/* lookup.c - one thing by its key: idempotency and business keys, artifacts, person keys. */
#include <string.h>

#include "store/pg_store.h"
#include "store_sql.h"

static void dedup_row(struct ask *a, const struct pg_row *r) {
    size_t n;
    const char *run = pg_str(r, 0, &n), *hash = pg_str(r, 1, NULL);
    struct dedup_found d = {.found = true, .body_hash = hash};
    if (n == sizeof d.run.b) memcpy(d.run.b, run, n);
    a->found = true;
    ((store_dedup_fn *)a->each)(a->who, OK, &d);
}

static void dedup_end(struct ask *a, enum err err, const struct fault *f UNUSED) {
    struct dedup_found none = {.found = false};
    if (!a->found) ((store_dedup_fn *)a->each)(a->who, err, &none);
}

enum err lookup_dedup(struct store *s, const char *api_key, const char *route, const char *key,
                      store_dedup_fn *done, void *who) {
    struct pg_param p[] = {pg_text(api_key), pg_text(route), pg_text(key)};
    struct ask like = {.row = dedup_row, .end = dedup_end, .each = (void (*)(void))done, .who = who};
    return ask_statement(s, &like, &SQL_DEDUP_FIND, p);
}

static void money_row(struct ask *a, const struct pg_row *r) {
    size_t n;
    const char *run = pg_str(r, 2, &n);
    struct money_found m = {.found = true, .family = (uint32_t)pg_int(r, 0), .state = pg_str(r, 1, NULL)};
    if (n == sizeof m.run.b) memcpy(m.run.b, run, n);
    a->found = true;
    ((store_money_fn *)a->each)(a->who, OK, &m);
}

static void money_end(struct ask *a, enum err err, const struct fault *f UNUSED) {
    struct money_found none = {.found = false};
    if (!a->found) ((store_money_fn *)a->each)(a->who, err, &none);
}

enum err lookup_money(struct store *s, uint16_t shard, const char *key, store_money_fn *done, void *who) {
    struct pg_param p[] = {pg_i4(shard), pg_text(key)};
    struct ask like = {.row = money_row, .end = money_end, .each = (void (*)(void))done, .who = who};
    return ask_statement(s, &like, &SQL_MONEY_FIND, p);
}

static void bytes_row(struct ask *a, const struct pg_row *r) {
    size_t n;
    const char *bytes = pg_str(r, 0, &n);
    a->found = true;
    ((store_bytes_fn *)a->each)(a->who, OK, bytes, n);
}

static void bytes_end(struct ask *a, enum err err, const struct fault *f UNUSED) {
    if (!a->found) ((store_bytes_fn *)a->each)(a->who, err == OK ? ERR_NOT_FOUND : err, NULL, 0);
}

enum err lookup_artifact(struct store *s, const char *hash, store_bytes_fn *done, void *who) {
    struct pg_param p[] = {pg_text(hash)};
    struct ask like = {.row = bytes_row, .end = bytes_end, .each = (void (*)(void))done, .who = who};
    return ask_statement(s, &like, &SQL_ARTIFACT_FIND, p);
}

enum err lookup_person(struct store *s, const char *customer, store_bytes_fn *done, void *who) {
    struct pg_param p[] = {pg_text(customer)};
    struct ask like = {.row = bytes_row, .end = bytes_end, .each = (void (*)(void))done, .who = who};
    return ask_statement(s, &like, &SQL_PERSON_FIND, p);
}
