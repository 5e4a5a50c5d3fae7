/* teller_test.c - the sandbox tells a listening server what happened, over HTTP, signed; the connectors' `hear` takes
 * what is genuine, fresh and well formed and nothing else. */
#include <unistd.h>

#include "base/crypt.h"
#include "base/signature.h"
#include "connectors/connectors.h"
#include "connectors/sandbox/outside.h"
#include "connectors/sandbox/server.h"
#include "io/fetch.h"
#include "io/http.h"
#include "io/loop.h"
#include "tests/connectors/asking.h"

#define MOST 40

static struct listener {
    struct loop *loop;
    struct http_server *http;
    struct fetcher *fetch;
    struct sandbox *sandbox;
    struct connector *payments, *esign, *deaf; /* deaf: knows another secret */
    int refuse; /* so many requests get 500 first */
    size_t asked, n;
    struct seen {
        char path[40], type[40], id[60], name[40], key[40], event[80];
        char data[500];
        enum err heard, late, deaf;
    } seen[MOST];
} at;

static void hear_one(void *who, const struct heard *h) {
    struct seen *s = who;
    char *text = json_dumps(h->data, JSON_COMPACT);
    snprintf(s->name, sizeof s->name, "%s", h->name);
    snprintf(s->key, sizeof s->key, "%s", h->key);
    snprintf(s->event, sizeof s->event, "%s", h->event_id);
    snprintf(s->data, sizeof s->data, "%s", text);
    free(text);
}

static void copy_header(const struct http_request *r, const char *name, char *out, size_t cap) {
    const char *v = http_header(r, name);
    snprintf(out, cap, "%s", v ? v : "");
}

static void nobody(void *who, const struct heard *h) {
    (void)who, (void)h;
    CU_FAIL("an event of a webhook that is not to be trusted");
}

static void take(void *who, struct http_request *r) {
    struct listener *l = who;
    size_t n;
    const void *body = http_body(r, &n);
    l->asked++;
    if (l->refuse-- > 0 || l->n == MOST) {
        http_answer(r, 500, NULL, NULL, 0);
        return;
    }
    struct seen *s = &l->seen[l->n++];
    struct fault f;
    int64_t now = loop_now_ms(l->loop);
    snprintf(s->path, sizeof s->path, "%s", http_path(r));
    copy_header(r, "Content-Type", s->type, sizeof s->type);
    copy_header(r, "webhook-id", s->id, sizeof s->id);
    struct connector *c = !strcmp(s->path, "/hooks/esign") ? l->esign : l->payments;
    s->heard = c->ops->hear(c, http_all_headers(r), body, n, now, hear_one, s, &f);
    s->late = c->ops->hear(c, http_all_headers(r), body, n, now + 3600000, nobody, s, &f);
    s->deaf = l->deaf->ops->hear(l->deaf, http_all_headers(r), body, n, now, nobody, s, &f);
    http_answer(r, 204, NULL, NULL, 0);
}

static char secret_a[64], secret_b[64], book_path[64];

static void write_secret(char *path, const char *name) {
    struct buf b;
    buf_init(&b, 200);
    snprintf(path, 64, "/tmp/tenor-teller-%s-%d", name, (int)getpid());
    CU_ASSERT_EQUAL_FATAL(signature_secret_make(&b), OK);
    FILE *out = fopen(path, "we");
    fprintf(out, "%s\n", buf_text(&b));
    fclose(out);
    buf_reset(&b);
}

static struct connector *open_hearing(const struct connector_ops *ops, const char *first, const char *second) {
    struct connector *c = NULL;
    struct fault f = {0};
    json_t *v = json_pack("{s:[s, s]}", "webhook_secret_files", first, second);
    struct connector_env env = {.loop = at.loop, .fetch = at.fetch, .config = v};
    CU_ASSERT_EQUAL_FATAL(ops->open(&env, &c, &f), OK);
    json_decref(v);
    return c;
}

static void up(const char *settings) {
    static const struct http_limits limits = {(size_t)1 << 20, 16384, 30, 100};
    struct fault f = {0};
    char url[80];
    memset(&at, 0, sizeof at);
    at.loop = io_loop_new();
    CU_ASSERT_EQUAL_FATAL(fetcher_new(at.loop, 4, &at.fetch), OK);
    CU_ASSERT_EQUAL_FATAL(http_listen(at.loop, "127.0.0.1:0", false, &limits, take, &at, &at.http, &f), OK);
    write_secret(secret_a, "a");
    write_secret(secret_b, "b");
    at.payments = open_hearing(&payments_connector, secret_b, secret_a); /* the sandbox still uses the older one */
    at.esign = open_hearing(&esign_connector, secret_a, secret_b);
    at.deaf = open_hearing(&payments_connector, secret_b, secret_b);
    json_t *v = json_loads(settings, 0, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/hooks", http_port(at.http));
    json_object_set_new(v, "webhooks", json_string(url));
    json_object_set_new(v, "webhook_secret_file", json_string(secret_a));
    json_object_set_new(v, "listen", json_string("127.0.0.1:0"));
    CU_ASSERT_EQUAL_FATAL(sandbox_start(at.loop, v, &at.sandbox, &f), OK);
    json_decref(v);
}

static void down(void) {
    sandbox_stop(at.sandbox);
    at.payments->ops->close(at.payments);
    at.esign->ops->close(at.esign);
    at.deaf->ops->close(at.deaf);
    http_close(at.http);
    fetcher_free(at.fetch);
    io_loop_free(at.loop);
    unlink(secret_a);
    unlink(secret_b);
}

static void ask(const char *operation, const char *key, const char *input) {
    json_t *v = json_loads(input, 0, NULL);
    struct outside_answer a;
    outside_ask(sandbox_world(at.sandbox), &(struct outside_request){operation, key, false, v, loop_now_ms(at.loop)}, &a);
    CU_ASSERT(a.status == 200 || a.status == 202);
    json_decref(v);
}

static void stop_now(void *who) { io_loop_stop(who); }
static void run_ms(int64_t ms) {
    CU_ASSERT_PTR_NOT_NULL_FATAL(loop_timer(at.loop, ms, stop_now, at.loop));
    io_loop_run(at.loop);
}
static void run_until(size_t n) {
    for (int k = 0; at.n < n && k < 500; k++) run_ms(20);
    CU_ASSERT_EQUAL(at.n, n);
}

static const char PAY[] = "{\"account\":\"A0001\",\"amount\":1960000,\"currency\":\"BHD\",\"reference\":\"L1\"}";

void test_teller__a_payout_is_told_as_a_signed_camt_054(void) {
    up("{}");
    ask("payments.disburse", "payments.disburse:L1:1", PAY);
    run_until(1);
    const struct seen *s = &at.seen[0];
    CU_ASSERT_STRING_EQUAL(s->path, "/hooks/payments");
    CU_ASSERT_STRING_EQUAL(s->type, "application/xml");
    CU_ASSERT_EQUAL(s->heard, OK);
    CU_ASSERT_EQUAL(s->late, ERR_TIMEOUT);
    CU_ASSERT_EQUAL(s->deaf, ERR_REFUSED);
    CU_ASSERT_STRING_EQUAL(s->name, "payment.settled");
    CU_ASSERT_STRING_EQUAL(s->key, "L1");
    CU_ASSERT_PTR_NOT_NULL(strstr(s->event, "payment.settled:UTR"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s->data, "\"amount\":1960000,\"currency\":\"BHD\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(s->data, "\"end_to_end\":\"payments.disburse:L1:1\""));
    run_ms(50);
    CU_ASSERT_EQUAL(at.n, 1);
    CU_ASSERT(book_at(outside_book(sandbox_world(at.sandbox)), 1)->told);
    down();
}

void test_teller__every_kind_of_event_is_understood(void) {
    static const char *const expected[] = {"mandate.active", "payment.settled", "payment.returned", "payment.received", "collection.settled",
                                           "mandate.cancelled", "esign.signed", "payment.failed"};
    up("{\"day_ms\":10}");
    ask("payments.mandate", "m", "{\"account\":\"A\",\"reference\":\"L1\"}");
    ask("payments.disburse", "p", "{\"account\":\"returned-1\",\"amount\":500,\"reference\":\"L1\"}");
    ask("payments.collect", "c", "{\"reference\":\"L1\",\"instalment\":\"3\",\"amount\":70}");
    run_until(4);
    json_t *v = json_loads("{\"what\":\"payments.received\",\"key\":\"in-1\",\"reference\":\"L1\",\"amount\":9}", 0, NULL);
    struct fault f;
    CU_ASSERT_EQUAL(outside_happen(sandbox_world(at.sandbox), v, loop_now_ms(at.loop), &f), OK);
    json_decref(v);
    ask("payments.cancel_mandate", "x", "{\"reference\":\"L1\"}");
    ask("payments.disburse", "q", "{\"account\":\"dormant-1\",\"amount\":500,\"reference\":\"L2\"}");
    ask("esign.envelope", "e", "{\"reference\":\"L1\",\"signer\":\"Meera\",\"document\":"
                               "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}");
    for (int k = 0; at.n < 8 && k < 500; k++) run_ms(20); /* signing takes two seconds */
    for (size_t k = 0; k < ARRAY_LEN(expected); k++) {
        size_t hits = 0;
        for (size_t i = 0; i < at.n; i++) {
            hits += !strcmp(at.seen[i].name, expected[k]);
            CU_ASSERT_EQUAL(at.seen[i].heard, OK);
        }
        CU_ASSERT_EQUAL(hits, 1);
    }
    for (size_t i = 0; i < at.n; i++) {
        if (!strncmp(at.seen[i].name, "mandate.", 8)) CU_ASSERT_PTR_NOT_NULL(strstr(at.seen[i].event, ":UMRN"));
        if (!strcmp(at.seen[i].name, "esign.signed")) CU_ASSERT_PTR_NOT_NULL(strstr(at.seen[i].data, "\"document\":\"aaaa"));
        if (!strcmp(at.seen[i].name, "collection.settled")) CU_ASSERT_PTR_NOT_NULL(strstr(at.seen[i].data, "\"instalment\":\"3\""));
        if (!strcmp(at.seen[i].name, "payment.returned")) CU_ASSERT_PTR_NOT_NULL(strstr(at.seen[i].data, "\"code\":\"account_closed\""));
    }
    down();
}

void test_teller__what_is_not_taken_comes_again_with_the_same_id(void) {
    up("{}");
    at.refuse = 1;
    ask("payments.disburse", "p", PAY);
    run_until(1);
    CU_ASSERT_EQUAL(at.asked, 2);
    CU_ASSERT_EQUAL(at.seen[0].heard, OK);
    down();
}

void test_teller__a_forged_copy_is_refused_and_the_genuine_one_taken(void) {
    up("{\"faults\":\"webhook:forge=1\"}");
    ask("payments.disburse", "p", PAY);
    run_until(2);
    CU_ASSERT_EQUAL((at.seen[0].heard == OK) + (at.seen[1].heard == OK), 1);
    CU_ASSERT_EQUAL((at.seen[0].heard == ERR_REFUSED) + (at.seen[1].heard == ERR_REFUSED), 1);
    down();
}

void test_teller__a_duplicate_is_the_same_event(void) {
    up("{\"faults\":\"webhook:duplicate=1\"}");
    ask("payments.disburse", "p", PAY);
    for (int k = 0; at.n < 2 && k < 500; k++) run_ms(20); /* a second later */
    CU_ASSERT_EQUAL_FATAL(at.n, 2);
    CU_ASSERT_STRING_EQUAL(at.seen[0].id, at.seen[1].id);
    CU_ASSERT_STRING_EQUAL(at.seen[0].event, at.seen[1].event);
    down();
}

void test_teller__after_a_restart_only_what_was_not_taken_comes_again(void) {
    char settings[120];
    snprintf(book_path, sizeof book_path, "/tmp/tenor-teller-book-%d", (int)getpid());
    snprintf(settings, sizeof settings, "{\"book\":\"%s\"}", book_path);
    up(settings);
    ask("payments.disburse", "p1", PAY);
    run_until(1);
    run_ms(50);
    at.refuse = 1000;
    ask("payments.disburse", "p2", "{\"account\":\"A0001\",\"amount\":7,\"reference\":\"L2\"}");
    for (int k = 0; at.asked < 2 && k < 500; k++) run_ms(20);
    CU_ASSERT(at.asked > 1);
    down();
    up(settings);
    run_until(1);
    CU_ASSERT_STRING_EQUAL(at.seen[0].key, "L2");
    run_ms(50);
    CU_ASSERT_EQUAL(at.n, 1);
    down();
    unlink(book_path);
}

static void refused(const char *settings) {
    struct sandbox *s = NULL;
    struct fault f = {0};
    json_t *v = json_loads(settings, 0, NULL);
    struct loop *l = io_loop_new();
    CU_ASSERT_NOT_EQUAL(sandbox_start(l, v, &s, &f), OK);
    CU_ASSERT(f.text[0] != 0);
    json_decref(v);
    io_loop_free(l);
}

void test_teller__wrong_settings_are_named(void) {
    refused("{\"listen\":\"127.0.0.1:0\",\"webhooks\":\"http://127.0.0.1:1\"}");
    refused("{\"listen\":\"127.0.0.1:0\",\"webhooks\":\"ftp://x\",\"webhook_secret_file\":\"/nowhere\"}");
    refused("{\"listen\":\"127.0.0.1:0\",\"webhooks\":\"http://127.0.0.1:1\",\"webhook_secret_file\":\"/nowhere\"}");
}
