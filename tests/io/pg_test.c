/* pg_test.c - batches against a real PostgreSQL (TENOR_TEST_PG). */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/loop.h"
#include "io/pg.h"

static const struct pg_statement
    put = {"put", "insert into io_t (k, v, b) values ($1::int8, $2::text, $3::bytea)", 3},
    many = {"many", "insert into io_t (k, v, b) select * from unnest($1::int8[], $2::text[], $3::bytea[])", 3},
    get = {"get", "select k, v, b, k is null, k::int2, k::int4 from io_t order by 1", 0},
    arrays = {"arrays", "select sum(x)::int8, (select sum(y)::int8 from unnest($2::int4[]) y), "
                        "cardinality($3::text[]) from unnest($1::int2[]) x", 3},
    bad_text = {"bad_text", "select ($1::text)::int", 1},
    deferred = {"deferred", "insert into io_child (k) values ($1::int8)", 1},
    slow = {"slow", "select pg_sleep($1::int4 / 1000.0)::text", 1},
    kill_me = {"kill_me", "select pg_terminate_backend(pg_backend_pid())", 0},
    flag = {"flag", "select $1::bool, $2::text is null, $3::bytea", 3};
static const struct pg_statement *const all[] = {&put, &many, &get, &arrays, &bad_text, &deferred,
                                                 &slow, &kill_me, &flag};

static const char *dsn;
static struct loop *l;
static struct pg *p;

static struct pg_param i8(int64_t v) { return (struct pg_param){.type = PG_INT8, .i = v}; }
static struct pg_param i4(int64_t v) { return (struct pg_param){.type = PG_INT4, .i = v}; }
static struct pg_param text(const char *s) {
    return (struct pg_param){.type = PG_TEXT, .b = {s, s ? strlen(s) : 0}};
}
static struct pg_param bytes(const void *b, size_t n) {
    return (struct pg_param){.type = PG_BYTEA, .b = {b, n}};
}

struct got {
    struct pg_end end;
    int ended, rows;
    char log[400];
    int64_t a, b, c;
};
static int running; /* batches without an end yet */

static void ended(void *who, const struct pg_end *e) {
    struct got *g = who;
    g->end = *e;
    g->ended++;
    running--;
}
static void log_row(void *who, int statement, const struct pg_row *r) {
    struct got *g = who;
    size_t n;
    g->rows++;
    const char *v = pg_str(r, 1, &n);
    size_t at = strlen(g->log);
    snprintf(g->log + at, sizeof g->log - at, "%d:%lld=%s%s;", statement, (long long)pg_int(r, 0),
             pg_null(r, 1) ? "NULL" : v, pg_null(r, 2) ? "/NULL" : "");
    CU_ASSERT_EQUAL(pg_int(r, 0), pg_int(r, 4));
    CU_ASSERT_EQUAL(pg_int(r, 0), pg_int(r, 5));
}
static void sums(void *who, int statement UNUSED, const struct pg_row *r) {
    struct got *g = who;
    g->a = pg_int(r, 0);
    g->b = pg_int(r, 1);
    g->c = pg_int(r, 2);
}
static void wait_all(void) {
    int64_t until = loop_mono_us(l) + 20 * INT64_C(1000000);
    while (running > 0 && loop_mono_us(l) < until) io_loop_turn(l, 100);
    CU_ASSERT_EQUAL(running, 0);
    running = 0;
}
static void send(int index, struct pg_batch *b, pg_row_fn *each, struct got *g) {
    memset(g, 0, sizeof *g);
    running++;
    pg_send_take(p, index, b, each, ended, g);
}
static struct pg_batch *putting(int64_t k, const char *v) {
    struct pg_batch *b = pg_batch_new(p);
    pg_batch_add(b, &put, (struct pg_param[]){i8(k), text(v), bytes("\0x", 2)});
    return b;
}
static const char *content(void) {
    static struct got g;
    struct pg_batch *b = pg_batch_new(p);
    pg_batch_add(b, &get, NULL);
    send(-1, b, log_row, &g);
    wait_all();
    return g.log;
}

int setup_pg(void) {
    dsn = getenv("TENOR_TEST_PG");
    if (!dsn) printf("pg_test: skipped, TENOR_TEST_PG is unset\n");
    return 0;
}

/* A clean table and a set of connections; false: skipped. */
static bool start(unsigned connections) {
    if (!dsn) return false;
    static const char tables[] =
        "set client_min_messages = error; drop table if exists io_child, io_t;"
        "create table io_t (k int8 primary key, v text, b bytea);"
        "create table io_child (k int8 references io_t deferrable initially deferred)";
    struct fault f = {0};
    enum err made = ERR_BUSY;
    for (int i = 0; i < 10 && made == ERR_BUSY; i++) /* a deadlock with a closing connection */
        made = pg_run_script(dsn, tables, &f);
    CU_ASSERT(made == OK);
    l = io_loop_new();
    enum err e = pg_new(l, dsn, connections, all, ARRAY_LEN(all), &p, &f);
    if (e != OK) printf("pg_new: %s\n", f.text);
    CU_ASSERT(e == OK);
    return e == OK;
}
static void finish(void) {
    pg_free(p);
    io_loop_free(l);
}

void test_pg__a_batch_commits_whole(void) {
    if (!start(2)) return;
    struct got g;
    struct pg_batch *b = putting(1, "one");
    pg_batch_add(b, &put, (struct pg_param[]){i8(2), text(NULL), bytes(NULL, 0)});
    pg_batch_add(b, &get, NULL);
    send(-1, b, log_row, &g); /* sent before the connection is up */
    CU_ASSERT_EQUAL(g.ended, 0);
    wait_all();
    CU_ASSERT_EQUAL(g.end.err, OK);
    CU_ASSERT_EQUAL(g.ended, 1);
    CU_ASSERT_STRING_EQUAL(g.log, "2:1=one;2:2=NULL/NULL;");
    CU_ASSERT(pg_up(p));
    finish();
}

void test_pg__an_error_undoes_its_batch_only(void) {
    if (!start(1)) return;
    struct got g[3];
    struct pg_batch *b = putting(1, "gone");
    pg_batch_add(b, &put, (struct pg_param[]){i8(1), text("twice"), bytes("", 0)});
    pg_batch_add(b, &put, (struct pg_param[]){i8(9), text("skipped"), bytes("", 0)});
    send(0, putting(5, "before"), NULL, &g[0]);
    send(0, b, NULL, &g[1]);
    send(0, putting(6, "after"), NULL, &g[2]); /* pipelined behind the bad one */
    wait_all();
    CU_ASSERT_EQUAL(g[0].end.err, OK);
    CU_ASSERT_EQUAL(g[1].end.err, ERR_CONFLICT);
    CU_ASSERT_STRING_EQUAL(g[1].end.sqlstate, "23505");
    CU_ASSERT_EQUAL(g[1].end.statement, 1);
    CU_ASSERT_EQUAL(g[2].end.err, OK);
    CU_ASSERT_STRING_EQUAL(content(), "0:5=before;0:6=after;");
    finish();
}

void test_pg__arrays(void) {
    if (!start(1)) return;
    struct got g;
    int64_t keys[] = {7, 8, 9};
    struct pg_bytes v[] = {{"seven", 5}, {NULL, 0}, {"", 0}}, raw[] = {{"\0", 1}, {"\1", 1}, {NULL, 0}};
    struct pg_batch *b = pg_batch_new(p);
    pg_batch_add(b, &many, (struct pg_param[]){{.type = PG_INT8_ARRAY, .items = keys, .count = 3},
                                               {.type = PG_TEXT_ARRAY, .items = v, .count = 3},
                                               {.type = PG_BYTEA_ARRAY, .items = raw, .count = 3}});
    send(0, b, NULL, &g);
    wait_all();
    CU_ASSERT_EQUAL(g.end.err, OK);
    CU_ASSERT_STRING_EQUAL(content(), "0:7=seven;0:8=NULL;0:9=/NULL;");
    int16_t small[] = {-1, 300};
    int32_t middle[] = {-70000, 70001};
    b = pg_batch_new(p);
    pg_batch_add(b, &arrays, (struct pg_param[]){{.type = PG_INT2_ARRAY, .items = small, .count = 2},
                                                 {.type = PG_INT4_ARRAY, .items = middle, .count = 2},
                                                 {.type = PG_TEXT_ARRAY, .count = 0}});
    send(0, b, sums, &g);
    wait_all();
    CU_ASSERT(g.a == 299 && g.b == 1 && g.c == 0 && g.end.err == OK);
    finish();
}

static void see_flag(void *who, int statement UNUSED, const struct pg_row *r) {
    struct got *g = who;
    size_t n;
    g->a = pg_int(r, 0);
    g->b = pg_int(r, 1);
    g->c = !pg_null(r, 2) && *pg_str(r, 2, &n) == '\0' && n == 0;
}

void test_pg__bool_null_and_empty(void) {
    if (!start(1)) return;
    struct got g;
    struct pg_batch *b = pg_batch_new(p);
    pg_batch_add(b, &flag, (struct pg_param[]){{.type = PG_BOOL, .i = 1}, text(NULL), bytes("", 0)});
    send(0, b, see_flag, &g);
    wait_all();
    CU_ASSERT(g.a == 1 && g.b == 1 && g.c == 1);
    finish();
}

void test_pg__an_error_at_commit_is_told(void) {
    if (!start(1)) return;
    struct got g, after;
    struct pg_batch *b = putting(3, "undone");
    pg_batch_add(b, &deferred, (struct pg_param[]){i8(77)});
    send(0, b, NULL, &g);
    send(0, putting(4, "kept"), NULL, &after);
    wait_all();
    CU_ASSERT_EQUAL(g.end.err, ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(g.end.sqlstate, "23503");
    CU_ASSERT_EQUAL(g.end.statement, -1);
    CU_ASSERT_EQUAL(after.end.err, OK);
    CU_ASSERT_STRING_EQUAL(content(), "0:4=kept;");
    finish();
}

void test_pg__texts_hold_no_values(void) {
    if (!start(1)) return;
    struct got g;
    struct pg_batch *b = pg_batch_new(p);
    pg_batch_add(b, &bad_text, (struct pg_param[]){text("AADHAAR 1234")});
    send(0, b, NULL, &g);
    wait_all();
    CU_ASSERT_EQUAL(g.end.err, ERR_INVALID);
    CU_ASSERT_PTR_NULL(strstr(g.end.text, "AADHAAR"));
    finish();
}

void test_pg__a_killed_connection_comes_back(void) {
    if (!start(1)) return;
    struct got lost, flying, later;
    struct pg_batch *b = putting(1, "undone");
    pg_batch_add(b, &kill_me, NULL);
    send(0, b, NULL, &lost);
    send(0, putting(2, "unknown"), NULL, &flying);
    wait_all();
    CU_ASSERT_EQUAL(lost.end.err, ERR_IO);
    CU_ASSERT(lost.end.sent && lost.ended == 1);
    CU_ASSERT_EQUAL(flying.end.err, ERR_IO);
    send(0, putting(3, "again"), NULL, &later); /* waits for the new connection */
    wait_all();
    CU_ASSERT_EQUAL(later.end.err, OK);
    CU_ASSERT_STRING_EQUAL(content(), "0:3=again;");
    finish();
}

static unsigned freed;
static void on_free(void *who UNUSED, unsigned index) {
    CU_ASSERT(pg_is_free(p, index));
    freed++;
}

void test_pg__free_tells_when_it_can_take_more(void) {
    if (!start(2)) return;
    struct got g, h;
    freed = 0;
    pg_on_free(p, on_free, NULL);
    while (freed < 2) io_loop_turn(l, 100);
    struct pg_batch *b = pg_batch_new(p);
    pg_batch_add(b, &slow, (struct pg_param[]){i4(100)});
    send(1, b, NULL, &g);
    CU_ASSERT(!pg_is_free(p, 1) && pg_is_free(p, 0));
    send(-1, putting(1, "beside"), NULL, &h); /* takes the connection at rest */
    while (!h.ended) io_loop_turn(l, 100);
    CU_ASSERT_EQUAL(g.ended, 0);
    wait_all();
    CU_ASSERT_EQUAL(freed, 4);
    finish();
}

void test_pg__many_batches_on_few_connections(void) {
    if (!start(3)) return;
    enum { N = 500 };
    static struct got g[N];
    for (int i = 0; i < N; i++) send(i % 4 - 1, putting(i, "x"), NULL, &g[i]);
    wait_all();
    int good = 0;
    for (int i = 0; i < N; i++) good += g[i].ended == 1 && g[i].end.err == OK;
    CU_ASSERT_EQUAL(good, N);
    finish();
}

void test_pg__a_big_batch_passes_through_a_full_socket(void) {
    if (!start(1)) return;
    struct got g;
    size_t n = 8 << 20;
    char *big = calloc(1, n);
    struct pg_batch *b = pg_batch_new(p);
    for (int i = 0; i < 3; i++)
        pg_batch_add(b, &put, (struct pg_param[]){i8(i), text("big"), bytes(big, n)});
    free(big);
    send(0, b, NULL, &g);
    wait_all();
    CU_ASSERT_EQUAL(g.end.err, OK);
    finish();
}

void test_pg__closing_ends_what_waits(void) {
    if (!dsn) return;
    l = io_loop_new();
    struct fault f;
    struct got g[2];
    CU_ASSERT(pg_new(l, "host=/nowhere", 1, all, ARRAY_LEN(all), &p, &f) == OK);
    send(-1, putting(1, "x"), NULL, &g[0]);
    send(0, putting(2, "x"), NULL, &g[1]);
    io_loop_turn(l, 10);
    CU_ASSERT(!pg_up(p));
    finish();
    CU_ASSERT(g[0].end.err == ERR_IO && !g[0].end.sent && g[0].ended == 1);
    CU_ASSERT(g[1].end.err == ERR_IO && !g[1].end.sent && g[1].ended == 1);
    running = 0;
}

void test_pg__a_bad_statement_fails_the_start(void) {
    if (!dsn) return;
    l = io_loop_new();
    static const struct pg_statement wrong = {"wrong", "select from nowhere_at_all", 0};
    const struct pg_statement *const list[] = {&wrong};
    struct fault f = {0};
    CU_ASSERT(pg_new(l, dsn, 1, list, 1, &p, &f) == ERR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, "wrong"));
    CU_ASSERT(pg_new(l, "host=x port=y z", 1, list, 1, &p, &f) == ERR_INVALID);
    io_loop_free(l);
}

static void first_value(void *who, int n, const char *const *v) {
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_PTR_NULL(v[1]);
    snprintf(who, 20, "%s", v[0]);
}

void test_pg__blocking_query(void) {
    if (!dsn) return;
    struct fault f = {0};
    char out[20] = "";
    CU_ASSERT(pg_query(dsn, "select $1::int + 1, null", 1, (const char *[]){"41"}, first_value, out, &f) == OK);
    CU_ASSERT_STRING_EQUAL(out, "42");
    CU_ASSERT(pg_query(dsn, "select nothing_like_it", 0, NULL, NULL, NULL, &f) == ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "42703");
    CU_ASSERT(pg_run_script("host=/nowhere", "select 1", &f) == ERR_IO);
}
