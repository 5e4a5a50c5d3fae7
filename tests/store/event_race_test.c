/* event_race_test.c - an event that comes while the start of its run is being committed: neither statement sees the other. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "base/rng.h"
#include "io/pg.h"
#include "store/pg_store.h"
#include "store_sql.h"
#include "tests/store/pg_world.h"

static const struct pg_statement begin_run = {
    "begin_run", "insert into run values ($1, 'f@1', '', 'loan', 'K1', '', 'running', '', '', '', '', 0, 1, 1, 0, 0)", 1};
static const struct pg_statement open_run = {"open_run", "insert into run_open (run) values ($1)", 1};
static const struct pg_statement linger = {"linger", "select 1 from pg_sleep(1)", 0};
static const struct pg_statement *const statements[] = {&begin_run, &open_run, &linger, &SQL_EVENT_OWE};

static struct pg_world w;
static struct store *store;
static bool done;
static unsigned told;
static struct id told_run;

static void on_done(void *who, enum err err, const struct fault *f) {
    (void)who;
    CU_ASSERT_EQUAL(err, OK);
    if (f && err != OK) printf("\n    %s %s", f->where, f->text);
    done = true;
}
static void on_committed(void *who, const struct pg_end *end) {
    CU_ASSERT_EQUAL(end->err, OK);
    if (end->err != OK) printf("\n    %s", end->text);
    *(bool *)who = true;
}
static void on_owed(void *who, const struct owed_event *o) {
    (void)who;
    told++, told_run = o->run;
}

/* The statements of a start, in the order of a batch; it commits a second after the last of them has read. */
static void start_slowly(struct pg *pg, struct id run, bool *committed) {
    static const int32_t shard = 2;
    struct pg_param of_run[] = {pg_raw(run.b, sizeof run.b)};
    struct pg_bytes id = {run.b, sizeof run.b}, type = {"loan", 4}, key = {"K1", 2};
    struct pg_param owe[] = {{.type = PG_BYTEA_ARRAY, .items = &id, .count = 1}, {.type = PG_INT4_ARRAY, .items = &shard, .count = 1},
                             {.type = PG_TEXT_ARRAY, .items = &type, .count = 1}, {.type = PG_TEXT_ARRAY, .items = &key, .count = 1}};
    struct pg_batch *b = pg_batch_new(pg);
    pg_batch_add(b, &begin_run, of_run), pg_batch_add(b, &open_run, of_run);
    pg_batch_add(b, &SQL_EVENT_OWE, owe), pg_batch_add(b, &linger, NULL);
    pg_send_take(pg, 0, b, NULL, on_committed, committed);
}

static unsigned look(void) {
    static const int32_t shards[] = {2};
    told = 0, done = false;
    CU_ASSERT_EQUAL(store->ops->owed_events(store, shards, 1, 0, 100, on_owed, on_done, NULL), OK);
    CU_ASSERT_TRUE(world_wait(&w, &done));
    return told;
}

static int64_t in_state(const char *state) {
    return world_number(&w, "select count(*) from kept_event where state = $1", state, NULL);
}

static void race(struct pg *pg) {
    struct kept_event e = {.case_type = "loan", .key = "K1", .name = "paid", .event_id = "e1", .body = "{}", .at_ms = 1};
    struct rng rng;
    bool committed = false;
    rng_seed(&rng, 3);
    struct id run = id_make(WORLD_REGION, 2, 1790000000000, &rng);
    start_slowly(pg, run, &committed);
    world_turns(&w, 300);
    CU_ASSERT_EQUAL(store->ops->keep_event(store, &e, on_done, NULL), OK);
    CU_ASSERT_TRUE(world_wait(&w, &done));
    CU_ASSERT_EQUAL(look(), 0);
    CU_ASSERT_EQUAL(look(), 0);
    CU_ASSERT_FALSE(committed);
    CU_ASSERT_EQUAL(in_state("new"), 1); /* a start may be on its way: it is not kept yet */
    CU_ASSERT_TRUE(world_wait(&w, &committed));
    CU_ASSERT_EQUAL(look(), 1);
    CU_ASSERT_TRUE(id_same(told_run, run));
    CU_ASSERT_EQUAL(in_state("kept"), 1);
}

void test_event_race__a_start_under_way_is_not_missed(void) {
    struct pg *pg = NULL;
    struct fault f;
    if (!world_open(&w)) return;
    store = world_store(&w, 1);
    CU_ASSERT_EQUAL_FATAL(pg_new(w.loop, w.dsn, 1, statements, ARRAY_LEN(statements), &pg, &f), OK);
    done = false;
    race(pg);
    pg_free(pg);
    store->ops->close(store);
    world_close(&w);
}
