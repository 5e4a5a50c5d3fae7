/* store_pg.c - opening, closing, and the table of operations. */
#include "store/store_pg.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/pg_store.h"
#include "store_sql.h"

#define SCRATCH_BYTES ((size_t)64 << 20) /* ceiling; a usual batch needs 100 KB */

static const struct pg_statement *const write_statements[] = {
    &SQL_LEASE_HOLD,     &SQL_JOURNAL_APPEND, &SQL_RUN_INSERT,   &SQL_RUN_OPENED,
    &SQL_RUN_UPDATE,     &SQL_RUN_CLOSED,     &SQL_POSTING_INSERT, &SQL_TASK_UPSERT,
    &SQL_ARTIFACT_INSERT, &SQL_PERSON_INSERT, &SQL_DEDUP_INSERT,
    &SQL_JOURNAL_SAME,   &SQL_LEASE_EPOCHS,   &SQL_JOURNAL_PARTITION, &SQL_LOAN_UPSERT, &SQL_MONEY_UPSERT,
    &SQL_LOAN_ENTRY_INSERT, &SQL_OUTBOX_INSERT, &SQL_RUN_HEARS, &SQL_EVENT_OWE, &SQL_EVENT_TAKE,
    &SQL_EVENT_PAID,
};
static const struct pg_statement *const read_statements[] = {
    &SQL_LEASE_CLAIM,    &SQL_LEASE_RELEASE,      &SQL_JOURNAL_PARTITION, &SQL_JOURNAL_LOAD,
    &SQL_JOURNAL_LOAD_MANY, &SQL_OPEN_RUNS,       &SQL_DEDUP_FIND, &SQL_MONEY_FIND,        &SQL_ARTIFACT_FIND,
    &SQL_PERSON_FIND,    &SQL_DEFINITION_PUBLISH, &SQL_DEFINITION_FIND,   &SQL_DEFINITIONS_ALL,
    &SQL_EVENT_FIND,     &SQL_EVENT_KEEP,         &SQL_EVENT_ROUTE,       &SQL_EVENTS_OWED,
    &SQL_EVENT_SETTLE,   &SQL_EVENT_BODIES_EMPTIED, &SQL_EVENTS_DIED,     &SQL_EVENTS_FORGOTTEN,
    &SQL_WEBHOOK_KEEP,   &SQL_WEBHOOK_FIND,       &SQL_WEBHOOK_SETTLE,    &SQL_WEBHOOKS_FORGOTTEN,
    &SQL_DEAD_EVENT_REPLAYED, &SQL_DEAD_EVENT_DROPPED, &SQL_LOANS_LOAD, &SQL_LOAN_ENTRIES_LOAD,
    &SQL_LOANS_DUE,       &SQL_DAY_END_ASK,       &SQL_DAY_ENDS_CLOSE,    &SQL_DAY_ENDS_OPEN,
};

static enum err append(struct store *s, const struct append *a, store_done_fn *done, void *who) {
    struct store_pg *p = store_pg_of(s);
    if (p->closing) return ERR_CLOSED;
    if (id_region(a->run) != s->region || id_shard(a->run) >= s->shards || a->seq == 0 ||
        a->seq > INT32_MAX || (a->seq == 1 && !a->row))
        return ERR_INVALID;
    if (p->pending_bytes > PENDING_BYTES) return ERR_BUSY;
    struct entry *e = entry_new(a, done, who);
    if (!e) return ERR_NOMEM;
    lane_add_take(&p->lanes[id_shard(a->run) % p->n_lanes], e);
    return OK;
}

/* All that was appended in this turn, and all that gathered while a lane was busy. */
static void turn_end(void *who) {
    struct store_pg *p = who;
    for (unsigned i = 0; i < p->n_lanes; i++) lane_flush(&p->lanes[i]);
}

static void store_free(struct store_pg *p) {
    for (unsigned i = 0; i < p->n_lanes; i++) lane_reset(&p->lanes[i]);
    free(p->shards_seen);
    free(p);
}

static void store_close(struct store *s) {
    struct store_pg *p = store_pg_of(s);
    p->closing = true;
    pg_free(p->writes); /* ends what is on the wire, and with it its lane */
    for (unsigned i = 0; i < p->n_lanes; i++) lane_stop(&p->lanes[i]);
    pg_free(p->reads);
    store_free(p);
}

static const struct store_ops ops = {
    .append = append,          .load = journal_load,           .open_runs = journal_open_runs,
    .load_many = journal_load_many,    .claim = lease_claim,       .release = lease_release,
    .dedup = lookup_dedup,     .find_event = event_find,   .keep_event = event_keep,
    .owed_events = events_owed, .settle_event = event_settle, .sweep_events = events_sweep,
    .dead_event = event_dead,  .keep_webhook = webhook_keep, .find_webhook = webhook_find,
    .settle_webhook = webhook_settle,
    .money_key = lookup_money, .artifact = lookup_artifact, .person_key = lookup_person, .publish = definition_publish,
    .definitions = definitions_all, .load_loans = loans_load, .loans_due = loans_due,
    .day_end_ask = day_end_ask, .day_ends_open = day_ends_open,
    .close = store_close,
};

struct found { /* the installation row */
    bool any;
    int64_t region, shards;
};

static void installation_row(void *who, int n_cols, const char *const *v) {
    struct found *found = who;
    found->any = n_cols == 2 && text_i64(v[0], strlen(v[0]), &found->region) == OK &&
                 text_i64(v[1], strlen(v[1]), &found->shards) == OK;
}

static enum err check_installation(struct store_pg *p, const char *dsn, struct fault *f) {
    struct found found = {0};
    enum err e = pg_query(dsn, SQL_INSTALLATION.text, 0, NULL, installation_row, &found, f);
    if (e != OK) return e;
    if (!found.any) return fault_set(f, ERR_INVALID, "database", "was not migrated yet");
    if (found.region != p->store.region)
        return fault_set(f, ERR_INVALID, "database", "belongs to region %d, not %d",
                         (int)found.region, p->store.region);
    p->store.shards = (uint16_t)found.shards;
    p->shards_seen = calloc((size_t)found.shards, sizeof *p->shards_seen);
    return p->shards_seen ? OK : fault_set(f, ERR_NOMEM, "", "no memory");
}

static enum err open_lanes(struct store_pg *p, unsigned connections, struct fault *f) {
    for (; p->n_lanes < connections; p->n_lanes++) {
        struct lane *l = &p->lanes[p->n_lanes];
        lane_init(l, p, p->n_lanes);
        l->scratch = arena_new(SCRATCH_BYTES);
        if (!l->scratch) return fault_set(f, ERR_NOMEM, "", "no memory");
    }
    return OK;
}

static enum err connect(struct store_pg *p, const char *dsn, unsigned connections, struct fault *f) {
    AUTO(buf_reset) struct buf keys;
    buf_init(&keys, 16384);
    dsn_for_keys(dsn, &keys);
    if (!buf_ok(&keys)) return fault_set(f, ERR_LIMIT, "database", "the connection string is too long");
    enum err e = pg_new(p->loop, buf_text(&keys), connections, write_statements,
                        ARRAY_LEN(write_statements), &p->writes, f);
    if (e != OK) return e;
    return pg_new(p->loop, buf_text(&keys), READS, read_statements, ARRAY_LEN(read_statements),
                  &p->reads, f);
}

enum err store_pg_open(struct loop *l, const char *dsn, unsigned connections, uint16_t region,
                       struct store **out, struct fault *f) {
    if (connections == 0 || connections > LANES_MAX)
        return fault_set(f, ERR_INVALID, "connections", "must be 1 to %d", LANES_MAX);
    struct store_pg *p = calloc(1, sizeof *p);
    if (!p) return fault_set(f, ERR_NOMEM, "", "no memory");
    p->loop = l;
    p->store = (struct store){.ops = &ops, .region = region};
    enum err e = check_installation(p, dsn, f);
    if (e == OK) e = open_lanes(p, connections, f);
    if (e == OK) e = connect(p, dsn, connections, f);
    if (e == OK) e = loop_on_turn_end(l, turn_end, p);
    if (e == OK) {
        *out = &p->store;
        return OK;
    }
    pg_free(p->writes);
    pg_free(p->reads);
    store_free(p);
    return e;
}

bool store_pg_up(const struct store *s) {
    const struct store_pg *p = (const struct store_pg *)s;
    return pg_up(p->writes) && pg_up(p->reads);
}
