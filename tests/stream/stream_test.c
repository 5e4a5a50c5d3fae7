/* stream_test.c - the relay with a real database and a real web server as subscriber. */
#include "stream/stream.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/metric.h"
#include "base/signature.h"
#include "base/text.h"
#include "io/http.h"
#include "io/pg.h"
#include "tests/store/pg_world.h"

enum { GOT_MAX = 2000 };
struct stage {
    struct pg_world w;
    struct metrics *metrics;
    struct http_server *server;
    struct stream *a, *b;
    bool a_leads, b_leads;
    /* the subscriber */
    struct signature_secret secret;
    unsigned n;
    char id[GOT_MAX][24], about[GOT_MAX][24];
    unsigned bad, hold;
    struct http_request *held[64];
    unsigned n_held;
    int status;
    /* the last answer */
    bool told;
    enum err err;
    char text[300];
    json_t *answer;
};
static struct stage S;

static bool a_leads(void *who) { return (void)who, S.a_leads; }
static bool b_leads(void *who) { return (void)who, S.b_leads; }

static void hook(void *who, struct http_request *r) {
    (void)who;
    size_t n;
    const char *body = http_body(r, &n);
    struct signature_headers h = {http_header(r, "webhook-id"), http_header(r, "webhook-timestamp"), http_header(r, "webhook-signature")};
    S.bad += signature_verify(&S.secret, 1, &h, body, n, world_now_ms() / 1000, 60, NULL) != OK;
    if (S.hold && S.n_held < 64) {
        S.held[S.n_held++] = r;
        return;
    }
    json_auto_t *event = json_loadb(body, n, 0, NULL);
    if (S.n < GOT_MAX && S.status < 300) {
        text_copy(S.id[S.n], 24, json_text(event, "id", "?"));
        text_copy(S.about[S.n++], 24, json_text(event, "partitionkey", "?"));
    }
    http_answer(r, S.status, NULL, NULL, 0);
}

static struct stream *open_stream(bool (*leads)(void *), uint8_t key, int64_t keep_ms) {
    struct fault f;
    struct stream *s = NULL;
    struct stream_config c = {.loop = S.w.loop, .database = S.w.dsn, .metrics = S.metrics, .master = {{key}}, .source = "/test",
                              .redis_key = "x", .redis_entries = 1000, .keep_ms = keep_ms, .private_addresses = true, .leads = leads};
    CU_ASSERT_EQUAL_FATAL(stream_new(&c, &s, &f), OK);
    return s;
}

static bool stage_open(int64_t keep_ms) {
    struct fault f;
    S = (struct stage){.status = 204, .a_leads = true};
    if (!world_open(&S.w)) return false;
    S.metrics = metrics_new();
    CU_ASSERT_EQUAL_FATAL(crypt_start(), OK);
    CU_ASSERT_EQUAL_FATAL(http_listen(S.w.loop, "127.0.0.1:0", false, &HTTP_LIMITS_API, hook, NULL, &S.server, &f), OK);
    S.a = open_stream(a_leads, 7, keep_ms);
    return true;
}

static void stage_close(void) {
    for (unsigned i = 0; i < S.n_held; i++) http_answer(S.held[i], 204, NULL, NULL, 0);
    stream_free(S.a), stream_free(S.b);
    http_close(S.server);
    metrics_free(S.metrics);
    json_decref(S.answer);
    world_close(&S.w);
}

static void told(void *who, enum err err, const json_t *answer, const struct fault *f) {
    (void)who;
    S.told = true, S.err = err;
    text_copy(S.text, sizeof S.text, f ? f->text : "");
    json_decref(S.answer);
    S.answer = json_deep_copy(answer);
}
static void ask_again(void) { S.told = false; }
static enum err settle(void) {
    for (int i = 0; i < 2000 && !S.told; i++) world_turns(&S.w, 5);
    CU_ASSERT_TRUE(S.told);
    return S.err;
}

static void subscribe(const char *name, char id[64]) {
    char url[80];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/hook", http_port(S.server));
    struct subscriber_new n = {.name = name, .url = url, .types = "", .from = "start", .by = "test", .timeout_ms = 2000, .max_age_ms = 60000};
    ask_again(), subscriber_create(S.a, &n, told, NULL);
    CU_ASSERT_EQUAL_FATAL(settle(), OK);
    text_copy(id, 64, json_text(S.answer, "id", ""));
    CU_ASSERT_EQUAL(signature_secret_read(json_text(S.answer, "secret", ""), &S.secret, NULL), OK);
}

/* Events e0 .. of `keys` things, each in a transaction of its own; `age_ms` old. */
static void happen(unsigned from, unsigned n, unsigned keys, int64_t age_ms) {
    AUTO(buf_reset) struct buf sql;
    struct fault f;
    buf_init(&sql, 1 << 20);
    for (unsigned i = from; i < from + n; i++)
        buf_addf(&sql, "begin; insert into outbox select base + pg_current_xact_id()::text::int8, 1, 'e%u', 'thing', '%u', 'tenor.thing.x', '{\"i\":%u}',"
                       " %lld from outbox_clock; commit;", i, i % keys, i, (long long)(world_now_ms() - age_ms));
    CU_ASSERT_EQUAL(pg_run_script(S.w.dsn, buf_text(&sql), &f), OK);
}

static unsigned times(const char *id) {
    unsigned k = 0;
    for (unsigned i = 0; i < S.n; i++) k += !strcmp(S.id[i], id);
    return k;
}
static bool all_there(unsigned n) {
    for (unsigned i = 0; i < n; i++) {
        char id[16];
        snprintf(id, sizeof id, "e%u", i);
        if (!times(id)) return false;
    }
    return true;
}
static void wait_for_all(unsigned n) {
    for (int i = 0; i < 3000 && !all_there(n); i++) world_turns(&S.w, 5);
    CU_ASSERT_TRUE(all_there(n));
}
static long number_of(const char *id) { return strtol(id + 1, NULL, 10); }

/* First deliveries of one thing come in the order of the stream. */
static void check_order(void) {
    for (unsigned i = 0; i < S.n; i++)
        for (unsigned k = 0; k < i; k++) {
            bool later_first = !strcmp(S.about[i], S.about[k]) && number_of(S.id[k]) > number_of(S.id[i]);
            bool came_before = false;
            for (unsigned j = 0; j < k && later_first; j++) came_before |= !strcmp(S.id[j], S.id[i]);
            CU_ASSERT(!later_first || came_before);
        }
    CU_ASSERT_EQUAL(S.bad, 0);
}
static bool saved(void) {
    return world_number(&S.w, "select count(*) from subscriber s where (s.tx, s.n) < (select tx, n from outbox order by tx desc limit 1)", NULL, NULL) == 0 &&
           world_number(&S.w, "select count(*) from delivery", NULL, NULL) == 0;
}
static void wait_saved(void) {
    for (int i = 0; i < 1000 && !saved(); i++) world_turns(&S.w, 10);
    CU_ASSERT_TRUE(saved());
}

void test_stream__events_reach_a_subscriber_once_and_its_place_is_kept(void) {
    char id[64];
    if (!stage_open(86400000)) return;
    subscribe("one", id);
    happen(0, 150, 7, 0);
    wait_for_all(150);
    wait_saved();
    CU_ASSERT_EQUAL(S.n, 150);
    check_order();
    stream_free(S.a); /* another process goes on where this one stood */
    S.a = open_stream(a_leads, 7, 86400000);
    happen(150, 50, 7, 0);
    wait_for_all(200);
    CU_ASSERT_EQUAL(S.n, 200);
    stage_close();
}

/* A lease that has changed hands while the former owner was asleep: both believe that they lead. */
void test_stream__two_that_lead_repeat_but_lose_nothing(void) {
    char id[64];
    if (!stage_open(86400000)) return;
    subscribe("one", id);
    S.b = open_stream(b_leads, 7, 86400000), S.b_leads = true;
    happen(0, 120, 5, 0);
    wait_for_all(120);
    happen(120, 60, 5, 0);
    wait_for_all(180);
    check_order();
    wait_saved();
    unsigned n = S.n;
    ask_again(), subscriber_replay(S.a, id, "start", told, NULL); /* while both are at it */
    CU_ASSERT_EQUAL(settle(), OK);
    for (int i = 0; i < 2000 && S.n < n + 180; i++) world_turns(&S.w, 5);
    CU_ASSERT_TRUE(S.n >= n + 180);
    wait_saved();
    stage_close();
}

void test_stream__who_leads_no_more_says_nothing_more(void) {
    char id[64];
    if (!stage_open(86400000)) return;
    subscribe("one", id);
    happen(0, 5, 5, 0);
    wait_for_all(5);
    S.a_leads = false;
    world_turns(&S.w, 300);
    happen(5, 5, 5, 0);
    world_turns(&S.w, 500);
    CU_ASSERT_EQUAL(S.n, 5);
    S.a_leads = true;
    wait_for_all(10);
    stage_close();
}

/* It is closed while requests are unanswered: nothing is left over, and they come again. */
void test_stream__closing_in_the_middle(void) {
    char id[64];
    if (!stage_open(86400000)) return;
    subscribe("one", id);
    S.hold = 1;
    happen(0, 30, 30, 0);
    for (int i = 0; i < 1000 && S.n_held < 8; i++) world_turns(&S.w, 5);
    CU_ASSERT_EQUAL(S.n_held, 8);
    ask_again(), subscriber_ping(S.a, id, told, NULL);
    world_turns(&S.w, 100);
    stream_free(S.a);
    CU_ASSERT_TRUE(S.told); /* the ping was told that it came to nothing */
    S.hold = 0;
    S.a = open_stream(a_leads, 7, 86400000);
    wait_for_all(30);
    stage_close();
}

void test_stream__what_is_old_is_swept_and_said_to_be_gone(void) {
    char id[64], first[40];
    if (!stage_open(3600000)) return;
    S.a_leads = false;
    happen(0, 20, 5, 7200000);
    happen(20, 10, 5, 0);
    ask_again(), stream_page(S.a, POSITION_START, "", 100, told, NULL);
    CU_ASSERT_EQUAL(settle(), OK);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(S.answer, "items")), 30);
    text_copy(first, sizeof first, json_text(json_array_get(json_object_get(S.answer, "items"), 3), "position", ""));
    S.a_leads = true;
    for (int i = 0; i < 1500 && world_number(&S.w, "select count(*) from outbox", NULL, NULL) > 10; i++) world_turns(&S.w, 10);
    CU_ASSERT_EQUAL(world_number(&S.w, "select count(*) from outbox", NULL, NULL), 10);
    ask_again(), stream_from(S.a, first, told, NULL);
    CU_ASSERT_EQUAL(settle(), OK);
    CU_ASSERT_TRUE(json_bool(S.answer, "gone", false));
    subscribe("late", id); /* from the start: what is left of it */
    for (int i = 0; i < 1000 && S.n < 10; i++) world_turns(&S.w, 5);
    CU_ASSERT_EQUAL(S.n, 10);
    CU_ASSERT_STRING_EQUAL(S.id[0], "e20");
    stage_close();
}

/* Everything is swept: whoever looks behind its place finds nothing, and does not look again and again. */
void test_stream__an_empty_outbox_is_no_reason_to_ask_for_ever(void) {
    char id[64];
    if (!stage_open(86400000)) return;
    happen(0, 10, 5, 0);
    S.status = 500; /* the place stays behind */
    subscribe("one", id);
    for (int i = 0; i < 500 && world_number(&S.w, "select count(*) from delivery", NULL, NULL) <= 0; i++) world_turns(&S.w, 10);
    CU_ASSERT_TRUE(world_number(&S.w, "select count(*) from delivery", NULL, NULL) > 0);
    struct fault f;
    CU_ASSERT_EQUAL(pg_run_script(S.w.dsn, "delete from delivery; delete from outbox where id <> 'e9'; update subscriber set tx = 0, n = 0, generation = generation + 1", &f), OK);
    S.status = 204;
    for (int i = 0; i < 2000 && !times("e9"); i++) world_turns(&S.w, 5);
    CU_ASSERT_EQUAL(times("e9"), 1);
    int64_t calls = world_number(&S.w, "select xact_commit from pg_stat_database where datname = current_database()", NULL, NULL);
    world_turns(&S.w, 1500);
    calls = world_number(&S.w, "select xact_commit from pg_stat_database where datname = current_database()", NULL, NULL) - calls;
    CU_ASSERT_TRUE(calls < 100); /* ten a second for the head */
    stage_close();
}

void test_stream__a_secret_sealed_under_another_key_is_told_not_used(void) {
    char id[64];
    if (!stage_open(86400000)) return;
    subscribe("one", id);
    stream_free(S.a);
    S.a = open_stream(a_leads, 8, 86400000);
    happen(0, 3, 3, 0);
    world_turns(&S.w, 1500);
    CU_ASSERT_EQUAL(S.n, 0);
    ask_again(), subscriber_ping(S.a, id, told, NULL);
    CU_ASSERT_EQUAL(settle(), ERR_BUG);
    CU_ASSERT_PTR_NOT_NULL(strstr(S.text, "rotate"));
    ask_again(), subscriber_rotate(S.a, id, 0, told, NULL);
    CU_ASSERT_EQUAL(settle(), OK);
    CU_ASSERT_EQUAL(signature_secret_read(json_text(S.answer, "secret", ""), &S.secret, NULL), OK);
    wait_for_all(3);
    CU_ASSERT_EQUAL(S.bad, 0);
    stage_close();
}

void test_stream__questions_about_nobody(void) {
    if (!stage_open(86400000)) return;
    ask_again(), subscriber_read(S.a, "sub_x", told, NULL);
    CU_ASSERT_EQUAL(settle(), ERR_NOT_FOUND);
    ask_again(), subscriber_delete(S.a, "sub_x", told, NULL);
    CU_ASSERT_EQUAL(settle(), ERR_NOT_FOUND);
    ask_again(), subscriber_rotate(S.a, "sub_x", 0, told, NULL);
    CU_ASSERT_EQUAL(settle(), ERR_NOT_FOUND);
    ask_again(), subscriber_replay(S.a, "sub_x", "now", told, NULL);
    CU_ASSERT_EQUAL(settle(), ERR_NOT_FOUND);
    ask_again(), subscriber_switch(S.a, "sub_x", NULL, told, NULL);
    CU_ASSERT_EQUAL(settle(), ERR_NOT_FOUND);
    ask_again(), subscriber_ping(S.a, "sub_x", told, NULL);
    CU_ASSERT_EQUAL(settle(), ERR_NOT_FOUND);
    ask_again(), dead_list(S.a, "sub_x", POSITION_START, 5, told, NULL);
    CU_ASSERT_EQUAL(settle(), ERR_NOT_FOUND);
    ask_again(), dead_redeliver(S.a, "sub_x", NULL, told, NULL);
    CU_ASSERT_EQUAL(settle(), ERR_NOT_FOUND);
    ask_again(), stream_from(S.a, "soon", told, NULL);
    CU_ASSERT_EQUAL(settle(), ERR_INVALID);
    ask_again(), stream_page(S.a, POSITION_START, "", 5, told, NULL);
    CU_ASSERT_EQUAL(settle(), OK);
    CU_ASSERT_STRING_EQUAL(json_text(S.answer, "next", ""), "0-0");
    stage_close();
}
