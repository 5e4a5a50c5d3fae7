/* torture_test.c - replies are lost, backends are killed, processes race; afterwards the books are exact. */
#include <CUnit/CUnit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/text.h"
#include "io/pg.h"
#include "store/migrate.h"
#include "tests/store/lossy_proxy.h"
#include "tests/store/pg_world.h"

enum { RUNS = 60, STEPS = 40 };

struct torture {
    struct store *store;
    uint64_t epochs[WORLD_SHARDS];
    unsigned running, errors;
    bool over;
};
struct walker { /* one run: each step is acknowledged before the next, as the engine does it */
    struct torture *t;
    struct id id;
    uint32_t acked;
};

static void on_lease(void *who, const struct lease *l) { ((struct torture *)who)->epochs[l->shard] = l->epoch; }
static void claimed(void *who, enum err err, const struct fault *f) {
    (void)f;
    CU_ASSERT_EQUAL(err, OK);
    ((struct torture *)who)->over = true;
}

static void claim_all(struct torture *t, struct pg_world *w) {
    t->over = false;
    CU_ASSERT_EQUAL(t->store->ops->claim(t->store, "torture", "", WORLD_SHARDS, world_now_ms(), 600000, on_lease, claimed, t), OK);
    CU_ASSERT_TRUE(world_wait(w, &t->over));
    t->over = false;
}

static void acked(void *who, enum err err, const struct fault *f);

static void walk(struct walker *x) {
    static const struct run_row first = {.workflow = "w@1", .case_type = "loan", .case_key = "K", .customer = "c"},
                                last = {.state = "ended", .outcome = "done"};
    struct posting_row p = {"cash", "loan", "INR", "step", 1, 20000};
    char body[64];
    uint32_t seq = x->acked + 1;
    snprintf(body, sizeof body, "{\"step\":%u}", seq);
    struct append a = {.run = x->id, .seq = seq, .epoch = x->t->epochs[id_shard(x->id)], .now_ms = world_now_ms(),
                       .body = body, .body_len = strlen(body), .row = seq == 1 ? &first : seq == STEPS ? &last : NULL,
                       .postings = &p, .n_postings = 1};
    CU_ASSERT_EQUAL(x->t->store->ops->append(x->t->store, &a, acked, x), OK);
}

static void acked(void *who, enum err err, const struct fault *f) {
    struct walker *x = who;
    if (err != OK) {
        x->t->errors++;
        if (f && err != ERR_IO) printf("\n    %s: %s %s", err_word(err), f->where, f->text);
    } else if (++x->acked < STEPS) {
        walk(x);
        return;
    }
    if (--x->t->running == 0) x->t->over = true;
}

static void check_whole(struct pg_world *w) {
    CU_ASSERT_EQUAL(world_number(w, "select count(*) from journal", NULL, NULL), RUNS * STEPS);
    CU_ASSERT_EQUAL(world_number(w, "select count(*) from posting", NULL, NULL), RUNS * STEPS);
    CU_ASSERT_EQUAL(world_number(w, "select count(*) from run where state = 'ended'", NULL, NULL), RUNS);
    CU_ASSERT_EQUAL(world_number(w, "select count(*) from run_open", NULL, NULL), 0);
    CU_ASSERT_EQUAL(world_number(w, "select count(*) from (select run from journal group by run having max(seq) <> count(*)) x",
                                 NULL, NULL), 0);
}

static void walk_all(struct torture *t, struct pg_world *w, uint64_t seed) {
    static struct walker walkers[RUNS];
    struct rng rng;
    rng_seed(&rng, seed);
    t->running = RUNS;
    for (int i = 0; i < RUNS; i++) {
        struct id id = id_make(WORLD_REGION, (uint16_t)(i % WORLD_SHARDS), world_now_ms(), &rng);
        walkers[i] = (struct walker){.t = t, .id = id};
        walk(&walkers[i]);
    }
    CU_ASSERT_TRUE(world_wait(w, &t->over));
    CU_ASSERT_EQUAL(t->errors, 0);
}

/* A child that terminates the store's backends, again and again, whatever they are doing. */
static pid_t killer(const struct pg_world *w, int rounds) {
    pid_t pid = fork();
    if (pid != 0) return pid;
    for (int i = 0; i < rounds; i++) {
        struct fault f;
        usleep(15000 + (unsigned)i % 7 * 9000);
        if (pg_run_script(w->dsn, "select pg_terminate_backend(pid) from pg_stat_activity where datname ="
                          " current_database() and pid <> pg_backend_pid()", &f) != OK)
            _exit(1);
    }
    _exit(0);
}

void test_torture__killed_backends(void) {
    static struct torture t;
    struct pg_world w;
    if (!world_open(&w)) return;
    t = (struct torture){.store = world_store(&w, 3)};
    claim_all(&t, &w);
    pid_t child = killer(&w, 25);
    walk_all(&t, &w, 11);
    int status = 1;
    waitpid(child, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    check_whole(&w);
    t.store->ops->close(t.store);
    world_close(&w);
}

static void text_row(void *who, int n_cols, const char *const *v) {
    if (n_cols == 2) snprintf(who, 200, "%s/.s.PGSQL.%s", v[0], v[1]);
}

/* SEMANTICS 3: the server committed and its reply was lost; each step is there once all the same. */
void test_torture__lost_replies(void) {
    static struct torture t;
    struct pg_world w, through;
    struct fault f;
    char server[200] = "", directory[] = "/tmp/store_lossy.XXXXXX", path[120];
    if (!world_open(&w)) return;
    CU_ASSERT_EQUAL(pg_query(w.dsn, "select split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port')",
                             0, NULL, text_row, server, &f), OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/.s.PGSQL.5432", directory);
    pid_t proxy = lossy_proxy_start(path, server, 60);
    CU_ASSERT_TRUE(proxy > 0);
    through = w;
    snprintf(through.dsn, sizeof through.dsn, "%.400s host=%s port=5432", w.dsn, directory);
    t = (struct torture){.store = world_store(&through, 3)};
    claim_all(&t, &w);
    walk_all(&t, &w, 12);
    check_whole(&w);
    t.store->ops->close(t.store);
    kill(proxy, SIGKILL);
    waitpid(proxy, NULL, 0);
    unlink(path), rmdir(directory);
    world_close(&w);
}

/* Nothing acknowledged is lost and nothing is acknowledged twice when the store is closed in the middle. */
void test_torture__close_in_the_middle(void) {
    static struct torture t;
    static struct walker walkers[RUNS];
    struct pg_world w;
    struct rng rng;
    if (!world_open(&w)) return;
    t = (struct torture){.store = world_store(&w, 2), .running = RUNS};
    claim_all(&t, &w);
    rng_seed(&rng, 12);
    for (int i = 0; i < RUNS; i++) {
        walkers[i] = (struct walker){.t = &t, .id = id_make(WORLD_REGION, (uint16_t)(i % WORLD_SHARDS), world_now_ms(), &rng)};
        walk(&walkers[i]);
    }
    world_turns(&w, 12);
    unsigned before = t.errors;
    t.store->ops->close(t.store);
    CU_ASSERT_EQUAL(t.running, 0); /* every pending append was answered */
    CU_ASSERT_EQUAL(before, 0);
    int64_t sum = 0;
    for (int i = 0; i < RUNS; i++) sum += walkers[i].acked;
    int64_t there = world_number(&w, "select count(*) from journal", NULL, NULL);
    CU_ASSERT_TRUE(there >= sum && there <= sum + RUNS); /* at most the one in flight beyond what was told */
    world_close(&w);
}

struct keyed {
    unsigned ok, conflict, other, left;
    bool over;
};
static void keyed_done(void *who, enum err err, const struct fault *f) {
    struct keyed *k = who;
    (void)f;
    if (err == OK) k->ok++;
    else if (err == ERR_CONFLICT) k->conflict++;
    else k->other++;
    if (--k->left == 0) k->over = true;
}

/* The same idempotency keys at once through many shards and two handles: each is taken exactly once. */
void test_torture__dedup_race(void) {
    enum { KEYS = 20, EACH = 16 };
    static struct torture t;
    struct pg_world w;
    struct rng rng;
    struct keyed k = {.left = KEYS * EACH};
    if (!world_open(&w)) return;
    t = (struct torture){.store = world_store(&w, 4)};
    struct store *second = world_store(&w, 2);
    claim_all(&t, &w);
    rng_seed(&rng, 13);
    struct run_row row = {.workflow = "w@1", .case_type = "loan", .case_key = "K", .customer = "c"};
    for (int i = 0; i < EACH; i++)
        for (int n = 0; n < KEYS; n++) {
            char key[16];
            snprintf(key, sizeof key, "k%d", (n * 7 + i) % KEYS);
            struct dedup_row d = {"api", "/v1/runs", key, "hash"};
            uint16_t shard = (uint16_t)rng_below(&rng, WORLD_SHARDS);
            struct append a = {.run = id_make(WORLD_REGION, shard, world_now_ms(), &rng), .seq = 1, .epoch = t.epochs[shard],
                               .now_ms = world_now_ms(), .body = "{}", .body_len = 2, .row = &row, .dedup = &d};
            struct store *s = i % 2 ? second : t.store;
            CU_ASSERT_EQUAL(s->ops->append(s, &a, keyed_done, &k), OK);
        }
    CU_ASSERT_TRUE(world_wait(&w, &k.over));
    CU_ASSERT_EQUAL(k.ok, KEYS);
    CU_ASSERT_EQUAL(k.conflict, KEYS * (EACH - 1));
    CU_ASSERT_EQUAL(k.other, 0);
    CU_ASSERT_EQUAL(world_number(&w, "select count(*) from dedup", NULL, NULL), KEYS);
    CU_ASSERT_EQUAL(world_number(&w, "select count(*) from journal", NULL, NULL), KEYS);
    t.store->ops->close(t.store);
    second->ops->close(second);
    world_close(&w);
}

struct one {
    bool done;
    enum err err;
};
static void one_done(void *who, enum err err, const struct fault *f) {
    (void)f;
    *(struct one *)who = (struct one){true, err};
}

struct taken {
    unsigned n;
    bool over;
};
static void count_mine(void *who, const struct lease *l) { ((struct taken *)who)->n += text_eq(l->owner, "heir"); }
static void taken_done(void *who, enum err err, const struct fault *f) {
    (void)f;
    CU_ASSERT_EQUAL(err, OK);
    ((struct taken *)who)->over = true;
}

static bool lock_is_held(struct pg_world *w) {
    return world_number(w, "select count(*) from pg_locks where locktype = 'advisory' and classid = 778002", NULL, NULL) == 1;
}

/* A process was stopped while its batch was half sent: its backend holds shard 3 in an open transaction. Once
 * the lease has run out, another process gets the shard all the same; before that, not. */
void test_torture__stopped_owner(void) {
    static struct torture t;
    struct pg_world w;
    struct taken early = {0}, late = {0};
    if (!world_open(&w)) return;
    t = (struct torture){.store = world_store(&w, 1)};
    claim_all(&t, &w);
    pid_t stopped = fork();
    if (stopped == 0) {
        struct fault f;
        _exit(pg_run_script(w.dsn, "begin; select pg_advisory_xact_lock_shared(778002, 3); select pg_sleep(60)", &f) == OK ? 0 : 7);
    }
    for (int i = 0; i < 500 && !lock_is_held(&w); i++) usleep(10000);
    int64_t now = world_now_ms();
    CU_ASSERT_EQUAL(t.store->ops->claim(t.store, "heir", "", WORLD_SHARDS, now, 1000, count_mine, taken_done, &early), OK);
    CU_ASSERT_TRUE(world_wait(&w, &early.over));
    CU_ASSERT_EQUAL(early.n, 0);
    CU_ASSERT_TRUE(lock_is_held(&w));
    CU_ASSERT_EQUAL(t.store->ops->claim(t.store, "heir", "", WORLD_SHARDS, now + 700000, 1000, count_mine, taken_done, &late), OK);
    CU_ASSERT_TRUE(world_wait(&w, &late.over));
    CU_ASSERT_EQUAL(late.n, WORLD_SHARDS);
    int status = 0;
    waitpid(stopped, &status, 0);
    CU_ASSERT_EQUAL(WEXITSTATUS(status), 7);
    t.store->ops->close(t.store);
    world_close(&w);
}

/* Runs of a month nobody prepared for get their partition when they come; an absurd time is refused. */
void test_torture__unprepared_months(void) {
    static struct torture t;
    struct pg_world w;
    struct rng rng;
    if (!world_open(&w)) return;
    t = (struct torture){.store = world_store(&w, 2)};
    claim_all(&t, &w);
    rng_seed(&rng, 14);
    struct run_row row = {.workflow = "w@1", .case_type = "loan", .case_key = "K", .customer = "c"};
    const int64_t times[] = {1000000000000, 1000000000000 + 40 * INT64_C(86400000), 4000000000000, 99, INT64_C(1) << 46};
    const enum err want[] = {OK, OK, OK, ERR_INVALID, ERR_INVALID};
    for (int i = 0; i < 5; i++) {
        struct one one = {0};
        struct append a = {.run = id_make(WORLD_REGION, 3, times[i], &rng), .seq = 1, .epoch = t.epochs[3], .now_ms = world_now_ms(),
                           .body = "{}", .body_len = 2, .row = &row};
        CU_ASSERT_EQUAL(t.store->ops->append(t.store, &a, one_done, &one), OK);
        CU_ASSERT_TRUE(world_wait(&w, &one.done));
        CU_ASSERT_EQUAL(one.err, want[i]);
    }
    CU_ASSERT_EQUAL(world_number(&w, "select count(*) from journal_2001_09", NULL, NULL), 1);
    t.store->ops->close(t.store);
    world_close(&w);
}

/* Eight processes migrate at once; then wrong region, wrong shard count, changed text and a newer database are
 * refused. */
void test_torture__migrations(void) {
    struct pg_world w;
    struct fault f;
    char dsn[700], name[80], sql[160];
    if (!world_open(&w)) return;
    snprintf(name, sizeof name, "%s_m", w.name);
    snprintf(dsn, sizeof dsn, "%s dbname=%s", w.admin_dsn, name);
    snprintf(sql, sizeof sql, "create database %s", name);
    CU_ASSERT_EQUAL(pg_run_script(w.admin_dsn, sql, &f), OK);
    pid_t children[8];
    for (int i = 0; i < 8; i++)
        if ((children[i] = fork()) == 0) _exit(store_migrate(dsn, 3, 32, &f) == OK ? 0 : 1);
    for (int i = 0; i < 8; i++) {
        int status = 1;
        waitpid(children[i], &status, 0);
        CU_ASSERT_EQUAL(status, 0);
    }
    CU_ASSERT_EQUAL(store_migrate(dsn, 3, 32, &f), OK);
    CU_ASSERT_EQUAL(store_migrate(dsn, 4, 32, &f), ERR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, "region 3"));
    CU_ASSERT_EQUAL(store_migrate(dsn, 3, 64, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(pg_run_script(dsn, "insert into migration values ('engine/store', '9999_later', 'x', 1)", &f), OK);
    CU_ASSERT_EQUAL(store_migrate(dsn, 3, 32, &f), ERR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, "9999_later"));
    CU_ASSERT_EQUAL(pg_run_script(dsn, "delete from migration where name = '9999_later'; update migration set hash = 'x'", &f), OK);
    CU_ASSERT_EQUAL(store_migrate(dsn, 3, 32, &f), ERR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, "another text"));
    snprintf(sql, sizeof sql, "drop database %s with (force)", name);
    CU_ASSERT_EQUAL(pg_run_script(w.admin_dsn, sql, &f), OK);
    world_close(&w);
}
