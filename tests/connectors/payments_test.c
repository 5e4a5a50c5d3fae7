/* payments_test.c - what payments says to a bank and what it takes for an answer: with a bank that says what the test
 * tells it to, with the sandbox's bank over HTTP, and with the sandbox in the same process: both ways agree. */
#include "base/zone.h"
#include "connectors/connectors.h"
#include "connectors/iso20022/order.h"
#include "connectors/iso20022/recall.h"
#include "connectors/iso20022/report.h"
#include "connectors/payments_wire.h"
#include "connectors/sandbox/server.h"
#include "tests/connectors/provider.h"
#include "tests/connectors/twin.h"

static struct provider bank;

int setup_payments(void) { return provider_start(&bank, &payments_connector); }
int teardown_payments(void) { return provider_stop(&bank), 0; }

static const char PAY[] = "{\"account\":\"000123\",\"ifsc\":\"HDFC0000001\",\"name\":\"Meera Iyer\",\"amount\":1960000,\"reference\":\"L1\",\"hold\":\"h1\"}";

static struct iso_report good_report(const char *key) {
    static char id[ISO_ID];
    iso_end_to_end(key, id);
    return (struct iso_report){.message = "R", .original = id, .end_to_end = id, .state = ISO_SETTLED, .reason = "", .id = "UTR1",
                               .amount_minor = 1960000, .currency = "INR", .settled_day = 20468, .created_ms = ASKING_NOW};
}

static struct buf said;

static void bank_says(const struct iso_report *r) {
    buf_reset(&said);
    buf_init(&said, 65536);
    CU_ASSERT_EQUAL_FATAL(iso_report_write(r, &said), OK);
    provider_says(&bank, 200, buf_text(&said));
}

static void ends(const char *operation, const char *key, const char *input, enum call_end end, const char *code) {
    struct asking x;
    provider_ask(&bank, &x, operation, key, input);
    CU_ASSERT_EQUAL(x.end, end);
    CU_ASSERT_STRING_EQUAL(x.code, code);
    if (x.end != end) printf("%s: %s %s\n", operation, x.code, x.why);
    asking_reset(&x);
}

void test_payments__a_payout_goes_out_as_a_pain_001_and_its_report_is_the_answer(void) {
    struct asking x;
    struct xml *m = NULL;
    struct iso_order o;
    struct fault f;
    struct iso_report r = good_report("payments.disburse:L1:1");
    bank_says(&r);
    provider_ask(&bank, &x, "disburse", "payments.disburse:L1:1", PAY);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "id", ""), "UTR1");
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "settled_on", ""), "2026-01-15");
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "end_to_end", ""), "payments.disburse:L1:1");
    CU_ASSERT_EQUAL(json_int(x.answer, "amount", 0), 1960000);
    CU_ASSERT_STRING_EQUAL(bank.path, "/payments/disburse");
    CU_ASSERT_STRING_EQUAL(bank.key, "payments.disburse:L1:1");
    CU_ASSERT_EQUAL_FATAL(xml_parse(bank.body, strlen(bank.body), &m, &f), OK);
    CU_ASSERT_EQUAL_FATAL(iso_order_read(m, false, &o, &f), OK);
    CU_ASSERT_STRING_EQUAL(o.end_to_end, "payments.disburse:L1:1");
    CU_ASSERT_STRING_EQUAL(o.account, "000123");
    CU_ASSERT_STRING_EQUAL(o.bank, "HDFC0000001");
    CU_ASSERT_STRING_EQUAL(o.name, "Meera Iyer");
    CU_ASSERT_STRING_EQUAL(o.purpose, "LOAN");
    CU_ASSERT_STRING_EQUAL(o.reference, "L1");
    CU_ASSERT_EQUAL(o.amount_minor, 1960000);
    CU_ASSERT_EQUAL(o.on_day, 20468);
    xml_free(m);
    asking_reset(&x);
}

void test_payments__each_status_of_a_report_has_its_end(void) {
    struct iso_report r = good_report("k");
    r.state = ISO_ACCEPTED;
    bank_says(&r);
    ends("disburse", "k", PAY, CALL_UNCERTAIN, "pending");
    ends("disburse", "k", NULL, CALL_UNCERTAIN, "pending");
    r.state = ISO_REJECTED, r.reason = "account_closed", r.amount_minor = 0;
    bank_says(&r);
    ends("disburse", "k", PAY, CALL_REFUSED, "account_closed");
    ends("disburse", "k", NULL, CALL_REFUSED, "account_closed");
    provider_says(&bank, 404, "{\"error\":\"no\",\"code\":\"unknown_key\"}");
    ends("disburse", "k", NULL, CALL_FAILED, "unknown_key");
    provider_says(&bank, 404, "<html>not found</html>");
    ends("disburse", "k", NULL, CALL_UNCERTAIN, "");
    provider_says(&bank, 503, "<html>down</html>");
    ends("disburse", "k", PAY, CALL_UNCERTAIN, "");
}

void test_payments__a_report_about_something_else_is_never_taken_for_ours(void) {
    struct iso_report r = good_report("k");
    r.end_to_end = "other";
    bank_says(&r);
    ends("disburse", "k", PAY, CALL_UNCERTAIN, "bad_answer");
    r = good_report("k"), r.amount_minor = 1960001;
    bank_says(&r);
    ends("disburse", "k", PAY, CALL_UNCERTAIN, "bad_answer");
    r = good_report("k"), memcpy(r.currency, "JPY", 4);
    bank_says(&r);
    ends("disburse", "k", PAY, CALL_UNCERTAIN, "bad_answer");
    r = good_report("k"), r.debit = true;
    bank_says(&r);
    ends("disburse", "k", PAY, CALL_UNCERTAIN, "bad_answer");
    r = good_report("k"), r.settled_day = 0, r.id = "";
    bank_says(&r); /* settled without a reference and with no day: the output schema takes neither */
    ends("disburse", "k", PAY, CALL_UNCERTAIN, "bad_answer");
    provider_says(&bank, 200, "{\"id\":\"UTR1\",\"amount\":1960000,\"settled_on\":\"2026-01-15\"}");
    ends("disburse", "k", PAY, CALL_UNCERTAIN, "bad_answer");
    provider_says(&bank, 200, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>");
    ends("disburse", "k", PAY, CALL_UNCERTAIN, "bad_answer");
}

void test_payments__what_cannot_be_said_is_not_sent(void) {
    provider_says(&bank, 500, "");
    bank.method[0] = 0;
    ends("disburse", "k", "{\"account\":\"000123\",\"amount\":5,\"currency\":\"ZZZ\",\"reference\":\"L1\"}", CALL_REFUSED, "bad_request");
    ends("collect", "k", "{\"reference\":\"L1\",\"mandate\":\"U1\",\"instalment\":\"1\",\"amount\":5,\"currency\":\"ZZZ\"}", CALL_REFUSED, "bad_request");
    CU_ASSERT_STRING_EQUAL(bank.method, "");
}

void test_payments__a_debit_is_presented_and_its_report_says_so(void) {
    static const char debit[] = "{\"reference\":\"L1\",\"mandate\":\"UMRN1\",\"instalment\":\"3\",\"amount\":96973}";
    struct asking x;
    struct xml *m = NULL;
    struct iso_order o;
    struct fault f;
    struct iso_report r = good_report("c");
    r.debit = true, r.state = ISO_ACCEPTED, r.amount_minor = 96973, r.settled_day = 0;
    bank_says(&r);
    provider_ask(&bank, &x, "collect", "c", debit);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "state", ""), "presented");
    CU_ASSERT_EQUAL_FATAL(xml_parse(bank.body, strlen(bank.body), &m, &f), OK);
    CU_ASSERT_EQUAL_FATAL(iso_order_read(m, true, &o, &f), OK);
    CU_ASSERT_STRING_EQUAL(o.mandate, "UMRN1");
    CU_ASSERT_STRING_EQUAL(o.instruction, "3");
    xml_free(m);
    asking_reset(&x);
}

/* --- hours ------------------------------------------------------------------------------------------------------------ */

static struct connector *open_with(const char *config, enum err expected) {
    struct connector *c = NULL;
    struct fault f = {0};
    json_t *v = json_loads(config, 0, NULL);
    struct connector_env env = {.loop = bank.loop, .fetch = bank.fetch, .config = v};
    CU_ASSERT_EQUAL(payments_connector.open(&env, &c, &f), expected);
    if (expected != OK) CU_ASSERT(f.text[0] != 0);
    json_decref(v);
    return c;
}

static void waits(const char *hours, int64_t ms) {
    char config[300];
    struct asking x;
    snprintf(config, sizeof config, "{\"url\":\"http://127.0.0.1:%d\",\"presentation\":%s}", http_port(bank.http), hours);
    struct connector *c = open_with(config, OK);
    provider_says(&bank, 429, "{}");
    asking_start(&x, c, "collect", "c", "{\"reference\":\"L1\",\"mandate\":\"U\",\"instalment\":\"1\",\"amount\":5}", NULL);
    provider_wait(&bank, &x);
    CU_ASSERT_EQUAL(x.end, CALL_FAILED);
    CU_ASSERT_STRING_EQUAL(x.code, ms ? "outside_hours" : "");
    CU_ASSERT_EQUAL(x.retry_after_ms, ms);
    asking_reset(&x);
    c->ops->close(c);
}

void test_payments__debits_wait_for_their_hours(void) { /* ASKING_NOW is 15:30 in India */
    waits("{\"from\":\"09:00\",\"till\":\"17:00\"}", 0);
    waits("{\"from\":\"15:30\",\"till\":\"15:31\"}", 0);
    waits("{\"from\":\"16:00\",\"till\":\"17:00\"}", 1800000);
    waits("{\"from\":\"09:00\",\"till\":\"15:30\"}", (24 * 60 - 390) * INT64_C(60000));
    waits("{\"from\":\"12:00\",\"till\":\"13:00\",\"zone\":\"UTC\"}", 7200000);
}

void test_payments__wrong_configurations_are_named(void) {
    open_with("{\"presentation\":{\"from\":\"9\"}}", ERR_INVALID);
    open_with("{\"presentation\":{\"from\":\"18:00\",\"till\":\"17:00\"}}", ERR_INVALID);
    open_with("{\"presentation\":{\"zone\":\"Asia/Nowhere\"}}", ERR_NOT_FOUND);
    open_with("{\"own_account\":\"123456789012345678901234567890123456\"}", ERR_INVALID);
    open_with("{\"webhook_secret_files\":[\"/nowhere\"]}", ERR_INVALID);
    open_with("{\"webhook_secret_files\":\"/nowhere\"}", ERR_INVALID);
    open_with("{\"webhook_window_s\":0}", ERR_INVALID);
}

/* --- the sandbox's bank, over HTTP and in the same process: the same answers -------------------------------------------- */

static struct sandbox *sandbox;
static struct connector *over_http;
static struct twin twin;

static void world_up(const char *settings) {
    char url[80];
    struct fault f;
    json_t *v = json_loads(settings, 0, NULL);
    twin_open(&twin, &payments_connector, settings);
    CU_ASSERT_EQUAL_FATAL(json_put_take(v, "listen", json_string("127.0.0.1:0")), OK);
    CU_ASSERT_EQUAL_FATAL(sandbox_start(bank.loop, v, &sandbox, &f), OK);
    json_decref(v);
    snprintf(url, sizeof url, "{\"url\":\"http://127.0.0.1:%d\"}", sandbox_port(sandbox));
    over_http = open_with(url, OK);
}

/* A turn-end hook cannot be taken back, so a sandbox ends with its loop. */
static void world_down(void) {
    over_http->ops->close(over_http);
    sandbox_stop(sandbox);
    twin_close(&twin);
    provider_stop(&bank);
    CU_ASSERT_EQUAL_FATAL(provider_start(&bank, &payments_connector), 0);
}

static void both(const char *operation, const char *key, const char *input, enum call_end end, const char *code) {
    struct asking a, b;
    asking_start(&a, over_http, operation, key, input, NULL);
    provider_wait(&bank, &a);
    twin_ask(&twin, &b, operation, key, input);
    CU_ASSERT_EQUAL(a.end, end);
    CU_ASSERT_EQUAL(b.end, end);
    CU_ASSERT_STRING_EQUAL(a.code, code);
    CU_ASSERT_STRING_EQUAL(b.code, code);
    CU_ASSERT(end != CALL_DONE || json_equal(a.answer, b.answer));
    if (a.end != end || b.end != end || (end == CALL_DONE && !json_equal(a.answer, b.answer))) {
        char *x = json_dumps(a.answer, JSON_ENCODE_ANY), *y = json_dumps(b.answer, JSON_ENCODE_ANY);
        printf("%s %s: %s %s %s / %s %s %s\n", operation, key, a.code, a.why, x ? x : "", b.code, b.why, y ? y : "");
        free(x);
        free(y);
    }
    asking_reset(&a);
    asking_reset(&b);
}

/* What depends on the day is not compared: the server's clock is real, the twin's stands still. */
static void both_ends(const char *operation, const char *key, const char *input, enum call_end end, const char *code) {
    struct asking a, b;
    asking_start(&a, over_http, operation, key, input, NULL);
    provider_wait(&bank, &a);
    twin_ask(&twin, &b, operation, key, input);
    CU_ASSERT(a.end == end && b.end == end);
    CU_ASSERT_STRING_EQUAL(a.code, code);
    CU_ASSERT_STRING_EQUAL(b.code, code);
    if (end == CALL_DONE && a.answer && b.answer) {
        json_object_del(a.answer, "settled_on");
        json_object_del(b.answer, "settled_on");
        CU_ASSERT(json_equal(a.answer, b.answer));
    }
    asking_reset(&a);
    asking_reset(&b);
}

void test_payments__over_http_and_in_the_same_process_the_answers_agree(void) {
    static const char debit[] = "{\"reference\":\"L1\",\"mandate\":\"%s\",\"instalment\":\"1\",\"amount\":500}";
    world_up("{\"seed\":1}");
    both_ends("disburse", "payments.disburse:a-very-long-application-id-0001:1", PAY, CALL_DONE, "");
    both_ends("disburse", "payments.disburse:a-very-long-application-id-0001:1", NULL, CALL_DONE, "");
    both_ends("disburse", "odd key \xC3\xA9 %", "{\"account\":\"A0001\",\"amount\":7,\"currency\":\"JPY\",\"reference\":\"L2\"}", CALL_DONE, "");
    both("disburse", "k2", "{\"account\":\"closed-1\",\"amount\":7,\"reference\":\"L3\"}", CALL_REFUSED, "account_closed");
    both("disburse", "none", NULL, CALL_FAILED, "unknown_key");
    both("disburse", "k3", "{\"account\":\"pending-1\",\"amount\":7,\"reference\":\"L4\"}", CALL_UNCERTAIN, "pending");
    both("disburse", "k3", NULL, CALL_UNCERTAIN, "pending");
    both("recall", "r1", "{\"reference\":\"L4\"}", CALL_DONE, "");
    both("recall", "r1", NULL, CALL_DONE, "");
    both("disburse", "k3", NULL, CALL_REFUSED, "recalled");
    both("recall", "r2", "{\"reference\":\"L1\"}", CALL_DONE, "");
    both("recall", "r3", "{\"reference\":\"L9\",\"id\":\"UTR9\"}", CALL_DONE, "");
    both("collect", "c0", "{\"reference\":\"L1\",\"mandate\":\"U\",\"instalment\":\"1\",\"amount\":500}", CALL_REFUSED, "no_mandate");
    both("mandate", "m1", "{\"account\":\"A0001\",\"reference\":\"L1\",\"amount\":500}", CALL_DONE, "");
    struct asking m;
    char input[200];
    twin_ask(&twin, &m, "mandate", "m1", NULL);
    snprintf(input, sizeof input, debit, json_text(m.answer, "id", ""));
    asking_reset(&m);
    both("collect", "c1", input, CALL_DONE, "");
    both("collect", "c1", NULL, CALL_DONE, "");
    both("collect", "c2", input, CALL_REFUSED, "already_presented");
    both("collection", "q", "{\"reference\":\"L1\",\"instalment\":\"1\"}", CALL_DONE, "");
    both_ends("refund", "f1", "{\"account\":\"A0001\",\"amount\":70,\"reference\":\"L1\"}", CALL_DONE, "");
    both("status", "s", "{\"reference\":\"L1\"}", CALL_DONE, "");
    both("statement", "t", "{\"day\":\"1999-01-01\"}", CALL_DONE, "");
    world_down();
}

static json_t *statement_over_http(const char *currency) {
    struct asking x;
    char input[100], day[16];
    snprintf(input, sizeof input, "{\"day\":\"%s\",\"currency\":\"%s\"}",
             day_text((int32_t)((loop_now_ms(bank.loop) + 19800000) / 86400000), day), currency);
    asking_start(&x, over_http, "statement", "t", input, NULL);
    provider_wait(&bank, &x);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    json_t *v = json_incref(x.answer);
    asking_reset(&x);
    return v;
}

void test_payments__the_statement_of_the_day_matches_our_orders(void) {
    world_up("{\"seed\":1}");
    for (int k = 0; k < 60; k++) { /* enough for the worker thread to read it */
        char key[16], input[120];
        struct asking x;
        snprintf(key, sizeof key, "k%d", k);
        snprintf(input, sizeof input, "{\"account\":\"A0001\",\"amount\":%d,\"currency\":\"%s\",\"reference\":\"L%d\"}", k + 1, k % 2 ? "BHD" : "INR", k);
        asking_start(&x, over_http, "disburse", key, input, NULL);
        provider_wait(&bank, &x);
        CU_ASSERT_EQUAL(x.end, CALL_DONE);
        asking_reset(&x);
    }
    json_t *v = statement_over_http("BHD");
    const json_t *entries = json_object_get(v, "entries"), *one;
    size_t k;
    CU_ASSERT_EQUAL(json_array_size(entries), 30);
    CU_ASSERT_EQUAL(json_int(v, "closing", 0), -930);
    json_array_foreach(entries, k, one) {
        CU_ASSERT_STRING_EQUAL(json_text(one, "kind", ""), "disbursal");
        CU_ASSERT_EQUAL(json_int(one, "amount", 0), (int64_t)(2 * k + 2));
        CU_ASSERT_STRING_EQUAL(json_text(one, "currency", ""), "BHD");
        CU_ASSERT_EQUAL(json_text(one, "end_to_end", "")[0], 'k');
    }
    json_decref(v);
    world_down();
}
