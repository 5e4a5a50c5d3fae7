#include "tests/store/pg_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "io/pg.h"
#include "store/migrate.h"
#include "store/store_pg.h"

static void must(enum err e, const struct fault *f, const char *what) {
    if (e == OK) return;
    fprintf(stderr, "pg_world: %s: %s %s\n", what, f->where, f->text);
    abort();
}

static void turn_end(void *who) {
    struct pg_world *w = who;
    if (w->until && *w->until) io_loop_stop(w->loop);
}

bool world_open(struct pg_world *w) {
    static unsigned made;
    const char *dsn = getenv("TENOR_TEST_PG");
    *w = (struct pg_world){0};
    if (!dsn || !*dsn) {
        printf("\n    skipped: TENOR_TEST_PG is unset\n");
        return false;
    }
    struct fault f;
    char sql[128];
    snprintf(w->name, sizeof w->name, "store_test_%d_%u", (int)getpid(), ++made);
    text_copy(w->admin_dsn, sizeof w->admin_dsn, dsn);
    snprintf(w->dsn, sizeof w->dsn, "%s dbname=%s", dsn, w->name);
    snprintf(sql, sizeof sql, "create database %s", w->name);
    must(pg_run_script(dsn, sql, &f), &f, sql);
    must(store_migrate(w->dsn, WORLD_REGION, WORLD_SHARDS, &f), &f, "migrate");
    w->loop = io_loop_new();
    if (!w->loop || loop_on_turn_end(w->loop, turn_end, w) != OK) abort();
    return true;
}

void world_close(struct pg_world *w) {
    struct fault f;
    char sql[128];
    if (!w->loop) return;
    io_loop_free(w->loop);
    snprintf(sql, sizeof sql, "drop database %s with (force)", w->name);
    must(pg_run_script(w->admin_dsn, sql, &f), &f, sql);
}

struct store *world_store(struct pg_world *w, unsigned connections) {
    struct store *s;
    struct fault f;
    must(store_pg_open(w->loop, w->dsn, connections, WORLD_REGION, &s, &f), &f, "store");
    return s;
}

static void begin(void *who) { (void)who; }

static void late(void *who) {
    struct pg_world *w = who;
    w->timed_out = true;
    io_loop_stop(w->loop);
}

bool world_wait(void *world, const bool *flag) {
    struct pg_world *w = world;
    if (*flag) return true;
    w->timed_out = false;
    struct loop_timer *t = loop_timer(w->loop, 30000, late, w);
    w->until = flag;
    /* What was asked outside the loop leaves at the end of a turn: let there be one at once. */
    if (loop_post(w->loop, begin, w) != OK) abort();
    io_loop_run(w->loop);
    w->until = NULL;
    if (!w->timed_out) loop_cancel(w->loop, t);
    return *flag;
}

static void stop(void *who) { io_loop_stop(who); }

void world_turns(struct pg_world *w, int64_t ms) {
    if (loop_timer(w->loop, ms, stop, w->loop)) io_loop_run(w->loop);
}

int64_t world_now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void number_row(void *who, int n_cols, const char *const *v) {
    int64_t *out = who;
    if (n_cols < 1 || !v[0] || text_i64(v[0], strlen(v[0]), out) != OK) *out = -1;
}

int64_t world_number(struct pg_world *w, const char *sql, const char *p1, const char *p2) {
    int64_t out = -1;
    struct fault f;
    const char *params[] = {p1, p2};
    if (pg_query(w->dsn, sql, p2 ? 2 : p1 ? 1 : 0, params, number_row, &out, &f) != OK) {
        fprintf(stderr, "pg_world: %s: %s\n", f.where, f.text);
        return -1;
    }
    return out;
}

struct published {
    void (*each)(void *to, const struct outbox_row *o);
    void *to;
};
static void published_row(void *who, int n_cols, const char *const *v) {
    struct published *p = who;
    if (n_cols == 5) p->each(p->to, &(struct outbox_row){v[0], v[1], v[2], v[3], v[4]});
}

void world_published(void *world, void (*each)(void *to, const struct outbox_row *o), void *to) {
    struct pg_world *w = world;
    struct published p = {each, to};
    struct fault f;
    must(pg_query(w->dsn, "select id, aggregatetype, aggregateid, type, payload from outbox where tx < outbox_safe() order by tx, n", 0,
                  NULL, published_row, &p, &f), &f, "outbox");
}
