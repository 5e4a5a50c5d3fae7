/* redis_test.c - commands, time-outs and coming back against a real Redis (TENOR_TEST_REDIS). */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/loop.h"
#include "io/redis.h"

static struct loop *l;
static struct redis *r;
static const char *url;

struct got {
    int fired;
    enum err err;
    int64_t integer;
    char text[64];
    bool nil;
};
static void done(void *who, const struct redis_answer *a) {
    struct got *g = who;
    g->fired++;
    g->err = a->err;
    g->integer = a->integer;
    g->nil = !a->text;
    snprintf(g->text, sizeof g->text, "%.*s", (int)a->n, a->text ? a->text : "");
}
static void ask(struct got *g, int64_t ms, const char *a, const char *b, const char *c) {
    const char *argv[] = {a, b, c};
    size_t lens[] = {strlen(a), b ? strlen(b) : 0, c ? strlen(c) : 0};
    memset(g, 0, sizeof *g);
    redis_command(r, c ? 3 : b ? 2 : 1, argv, lens, ms, done, g);
    CU_ASSERT_EQUAL(g->fired, 0);
    for (int i = 0; i < 200 && !g->fired; i++) io_loop_turn(l, 20);
    CU_ASSERT_EQUAL(g->fired, 1);
}

int setup_redis(void) {
    url = getenv("TENOR_TEST_REDIS");
    if (!url) printf("redis_test: skipped, TENOR_TEST_REDIS is unset\n");
    return 0;
}
static bool start(void) {
    if (!url) return false;
    struct fault f;
    l = io_loop_new();
    CU_ASSERT(redis_new(l, url, &r, &f) == OK);
    for (int i = 0; i < 100 && !redis_up(r); i++) io_loop_turn(l, 20);
    CU_ASSERT(redis_up(r));
    return redis_up(r);
}
static void finish(void) {
    redis_free(r);
    io_loop_free(l);
}

void test_redis__commands(void) {
    if (!start()) return;
    struct got g;
    ask(&g, 1000, "DEL", "tenor-io-test", NULL);
    ask(&g, 1000, "GET", "tenor-io-test", NULL);
    CU_ASSERT(g.err == OK && g.nil);
    ask(&g, 1000, "SET", "tenor-io-test", "41");
    CU_ASSERT(g.err == OK && !strcmp(g.text, "OK"));
    ask(&g, 1000, "INCR", "tenor-io-test", NULL);
    CU_ASSERT_EQUAL(g.integer, 42);
    ask(&g, 1000, "GET", "tenor-io-test", NULL);
    CU_ASSERT_STRING_EQUAL(g.text, "42");
    ask(&g, 1000, "NOSUCH", NULL, NULL);
    CU_ASSERT_EQUAL(g.err, ERR_INVALID);
    finish();
}

void test_redis__a_late_answer_is_a_timeout(void) {
    if (!start()) return;
    struct got g;
    ask(&g, 50, "BLPOP", "tenor-io-nothing", "1");
    CU_ASSERT_EQUAL(g.err, ERR_TIMEOUT);
    for (int i = 0; i < 60; i++) io_loop_turn(l, 20); /* the reply that comes later hurts nobody */
    CU_ASSERT_EQUAL(g.fired, 1);
    ask(&g, 1000, "PING", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(g.text, "PONG");
    finish();
}

void test_redis__comes_back_when_thrown_out(void) {
    if (!start()) return;
    struct got g;
    ask(&g, 1000, "CLIENT", "KILL", "TYPE");
    const char *argv[] = {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"};
    size_t lens[] = {6, 4, 4, 6, 6, 2};
    redis_command(r, 6, argv, lens, 1000, NULL, NULL);
    for (int i = 0; i < 100 && redis_up(r); i++) io_loop_turn(l, 20);
    CU_ASSERT(!redis_up(r));
    ask(&g, 1000, "PING", NULL, NULL); /* at once, not after a wait */
    CU_ASSERT_EQUAL(g.err, ERR_IO);
    for (int i = 0; i < 200 && !redis_up(r); i++) io_loop_turn(l, 20);
    ask(&g, 1000, "PING", NULL, NULL);
    CU_ASSERT_EQUAL(g.err, OK);
    finish();
}

static char heard[64];
static void listen(void *who UNUSED, const char *channel, const char *text, size_t n) {
    snprintf(heard, sizeof heard, "%s:%.*s", channel, (int)n, text);
}
void test_redis__messages(void) {
    if (!start()) return;
    struct got g;
    heard[0] = '\0';
    CU_ASSERT(redis_subscribe(r, "tenor-io-news", listen, NULL) == OK);
    for (int i = 0; i < 100 && !heard[0]; i++) ask(&g, 1000, "PUBLISH", "tenor-io-news", "hello");
    CU_ASSERT_STRING_EQUAL(heard, "tenor-io-news:hello");
    finish();
}

void test_redis__away(void) {
    struct fault f = {0};
    struct got g;
    l = io_loop_new();
    CU_ASSERT(redis_new(l, "unix:/nowhere/redis.sock", &r, &f) == OK);
    ask(&g, 1000, "PING", NULL, NULL);
    CU_ASSERT_EQUAL(g.err, ERR_IO);
    CU_ASSERT(!redis_up(r));
    redis_free(r);
    CU_ASSERT(redis_new(l, "redis://127.0.0.1:1/0", &r, &f) == OK);
    for (int i = 0; i < 5; i++) io_loop_turn(l, 20);
    redis_free(r);
    CU_ASSERT(redis_new(l, "http://x", &r, &f) == ERR_INVALID);
    CU_ASSERT(redis_new(l, "redis://x:99999", &r, &f) == ERR_INVALID);
    io_loop_free(l);
}
