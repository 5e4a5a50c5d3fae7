/* outbox_test.c - positions of the stream: nothing comes behind a reader, whatever commits when. */
#include <CUnit/CUnit.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/rng.h"
#include "base/text.h"
#include "io/pg.h"
#include "store/migrate.h"
#include "tests/store/pg_world.h"

static void *slow_writer(void *who) {
    struct pg_world *w = who;
    struct fault f;
    static const char sql[] = "begin; insert into outbox select base + pg_current_xact_id()::text::int8, 1, 'slow', 't', 'a', 'x', '{}', 1"
                              " from outbox_clock; select pg_sleep(1.5); commit";
    return pg_run_script(w->dsn, sql, &f) == OK ? w : NULL;
}

static int64_t insert_now(struct pg_world *w, const char *id) {
    struct fault f;
    const char *p[] = {id};
    CU_ASSERT_EQUAL(pg_query(w->dsn, "insert into outbox select base + pg_current_xact_id()::text::int8, 1, $1, 't', 'a', 'x', '{}', 1"
                                     " from outbox_clock", 1, p, NULL, NULL, &f), OK);
    return world_number(w, "select tx from outbox where id = $1", id, NULL);
}

static const char READABLE[] = "select count(*) from outbox where tx < outbox_safe()";
static const char PRESENT[] = "select count(*) from outbox";

/* The second writer is quicker than the first: whoever has read it would never look for the first one. */
void test_outbox__a_reader_stops_at_what_is_being_written(void) {
    struct pg_world w;
    pthread_t thread;
    void *good = NULL;
    if (!world_open(&w)) return;
    CU_ASSERT_EQUAL(insert_now(&w, "before") > 0, true);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, slow_writer, &w), 0);
    for (int i = 0; i < 1000 && world_number(&w, "select count(*) from pg_stat_activity where backend_xid is not null and datname = current_database()", NULL, NULL) == 0; i++) {}
    insert_now(&w, "after");
    CU_ASSERT_EQUAL(world_number(&w, PRESENT, NULL, NULL), 2);  /* "after" is committed and visible, */
    CU_ASSERT_EQUAL(world_number(&w, READABLE, NULL, NULL), 1); /* but not yet to be read */
    CU_ASSERT_EQUAL(pthread_join(thread, &good), 0);
    CU_ASSERT_PTR_NOT_NULL(good);
    CU_ASSERT_EQUAL(world_number(&w, READABLE, NULL, NULL), 3);
    CU_ASSERT_TRUE(world_number(&w, "select tx from outbox where id = $1", "slow", NULL) <
                   world_number(&w, "select tx from outbox where id = $1", "after", NULL));
    world_close(&w);
}

enum { RUNS = 60, STEPS = 12, PER_STEP = 2, EVENTS = RUNS * STEPS * PER_STEP };
struct reader {
    char tx[24], n[24]; /* the position read up to */
    unsigned seen, next[RUNS];
};

static void read_row(void *who, int n_cols, const char *const *v) {
    struct reader *r = who;
    int64_t run = 0, k = 0;
    if (n_cols != 4) return;
    text_copy(r->tx, sizeof r->tx, v[0]), text_copy(r->n, sizeof r->n, v[1]);
    CU_ASSERT_TRUE(text_i64(v[2], strlen(v[2]), &run) == OK && text_i64(v[3], strlen(v[3]), &k) == OK);
    CU_ASSERT_EQUAL(k, r->next[run]); /* the order of its steps, none left out */
    r->next[run]++, r->seen++;
}

static void read_on(struct pg_world *w, struct reader *r) {
    struct fault f;
    char tx[24], n[24];
    text_copy(tx, sizeof tx, r->tx), text_copy(n, sizeof n, r->n);
    const char *p[] = {tx, n};
    CU_ASSERT_EQUAL(pg_query(w->dsn, "select tx, n, aggregateid, id from outbox where (tx, n) > ($1::int8, $2::int4) and tx < outbox_safe()"
                                     " order by tx, n limit 50", 2, p, read_row, r, &f), OK);
}

static void counted(void *who, enum err err, const struct fault *f UNUSED) {
    CU_ASSERT_EQUAL(err, OK);
    ++*(unsigned *)who;
}
static void lease_row(void *who, const struct lease *l) { ((uint64_t *)who)[l->shard] = l->epoch; }
struct claim {
    uint64_t epochs[WORLD_SHARDS]; /* first: what lease_row gets */
    bool done;
};
static void claimed(void *who, enum err err, const struct fault *f UNUSED) { ((struct claim *)who)->done = err == OK; }

/* Four connections commit at once; one reader goes from position to position beside them. */
void test_outbox__a_reader_beside_four_writers_misses_nothing(void) {
    static struct reader r;
    struct pg_world w;
    struct claim c = {.done = false};
    struct id runs[RUNS];
    struct rng rng;
    unsigned done = 0;
    if (!world_open(&w)) return;
    memset(&r, 0, sizeof r);
    text_copy(r.tx, sizeof r.tx, "0"), text_copy(r.n, sizeof r.n, "0");
    rng_seed(&rng, 5);
    struct store *s = world_store(&w, 4);
    int64_t now = world_now_ms();
    CU_ASSERT_EQUAL(s->ops->claim(s, "me", "unix:/none", WORLD_SHARDS, now, 60000, lease_row, claimed, &c), OK);
    CU_ASSERT_TRUE_FATAL(world_wait(&w, &c.done));
    for (unsigned i = 0; i < RUNS; i++) runs[i] = id_make(WORLD_REGION, (uint16_t)(i % WORLD_SHARDS), now, &rng);
    static const struct run_row first = {.workflow = "w@1", .case_type = "c", .state = "running"};
    for (unsigned seq = 1; seq <= STEPS; seq++) {
        for (unsigned i = 0; i < RUNS; i++) {
            char about[8], id[PER_STEP][8];
            struct outbox_row rows[PER_STEP];
            snprintf(about, sizeof about, "%u", i);
            for (unsigned k = 0; k < PER_STEP; k++) {
                snprintf(id[k], sizeof id[k], "%u", (seq - 1) * PER_STEP + k);
                rows[k] = (struct outbox_row){id[k], "thing", about, "t", "{}"};
            }
            struct append a = {.run = runs[i], .seq = seq, .epoch = c.epochs[i % WORLD_SHARDS], .now_ms = now, .body = "{}", .body_len = 2,
                               .row = seq == 1 ? &first : NULL, .outbox = rows, .n_outbox = PER_STEP};
            CU_ASSERT_EQUAL(s->ops->append(s, &a, counted, &done), OK);
        }
        world_turns(&w, 1);
        read_on(&w, &r);
    }
    for (int i = 0; i < 2000 && (done < RUNS * STEPS || r.seen < EVENTS); i++) world_turns(&w, 1), read_on(&w, &r);
    CU_ASSERT_EQUAL(done, RUNS * STEPS);
    CU_ASSERT_EQUAL(r.seen, EVENTS);
    s->ops->close(s);
    world_close(&w);
}

/* A logical copy brings rows whose transactions this cluster has not reached yet. */
void test_outbox__positions_go_on_in_another_cluster(void) {
    struct pg_world w;
    struct fault f;
    if (!world_open(&w)) return;
    int64_t here = insert_now(&w, "here");
    CU_ASSERT_EQUAL(store_migrate(w.dsn, WORLD_REGION, WORLD_SHARDS, &f), OK);
    CU_ASSERT_EQUAL(world_number(&w, "select base from outbox_clock", NULL, NULL), 0); /* nothing to mend */
    CU_ASSERT_EQUAL(pg_run_script(w.dsn, "update outbox set tx = tx + 5000000000", &f), OK);
    CU_ASSERT_EQUAL(store_migrate(w.dsn, WORLD_REGION, WORLD_SHARDS, &f), OK);
    int64_t base = world_number(&w, "select base from outbox_clock", NULL, NULL);
    CU_ASSERT_TRUE(insert_now(&w, "next") > here + 5000000000);
    CU_ASSERT_EQUAL(world_number(&w, READABLE, NULL, NULL), 2);
    CU_ASSERT_EQUAL(store_migrate(w.dsn, WORLD_REGION, WORLD_SHARDS, &f), OK);
    CU_ASSERT_EQUAL(world_number(&w, "select base from outbox_clock", NULL, NULL), base);
    /* the rows may be gone already: what was swept counts too */
    CU_ASSERT_EQUAL(pg_run_script(w.dsn, "truncate outbox; update outbox_clock set swept_tx = 90000000000", &f), OK);
    CU_ASSERT_EQUAL(store_migrate(w.dsn, WORLD_REGION, WORLD_SHARDS, &f), OK);
    CU_ASSERT_TRUE(insert_now(&w, "after the sweep") > 90000000000);
    world_close(&w);
}
