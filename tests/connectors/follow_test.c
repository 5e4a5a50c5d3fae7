/* follow_test.c - what comes later in the sandbox: returns, late failures, mandates, debits, signatures; what overtakes
 * what; the same after a restart; and what is told of it, in which order, how often. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "base/rng.h"
#include "base/zone.h"
#include "connectors/sandbox/outside.h"
#include "tests/harness/torture.h"

#define NOW INT64_C(1768471200000)
#define DAY INT64_C(86400000)

static struct outside *world;

static void up(const char *settings) {
    struct fault f;
    json_t *v = json_loads(settings, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(outside_new(v, &world, &f), OK);
    json_decref(v);
}
static void down(void) { outside_free(world); }

static int ask(const char *operation, const char *key, const char *input, int64_t now) {
    json_t *v = input ? json_loads(input, 0, NULL) : NULL;
    struct outside_answer a;
    outside_ask(world, &(struct outside_request){operation, key, !input, v, now}, &a);
    json_decref(v);
    return a.status;
}

/* The answer must have these words. */
static void says(const char *operation, const char *input, int64_t now, const char *words) {
    static unsigned asked;
    char key[16];
    json_t *v = json_loads(input, 0, NULL);
    struct outside_answer a;
    snprintf(key, sizeof key, "q%u", asked++);
    outside_ask(world, &(struct outside_request){operation, key, false, v, now}, &a);
    json_decref(v);
    CU_ASSERT_PTR_NOT_NULL(strstr(a.body, words));
    if (!strstr(a.body, words)) printf("%.*s, not %s\n", (int)a.n, a.body, words);
}

static int pay(const char *account, const char *key, int64_t now) {
    char input[200];
    snprintf(input, sizeof input, "{\"account\":\"%s\",\"amount\":1960000,\"reference\":\"L1\"}", account);
    return ask("payments.disburse", key, input, now);
}

static void totals(const char *words) {
    struct buf b;
    buf_init(&b, 1 << 20);
    CU_ASSERT_EQUAL(book_page(outside_book(world), 0, 0, &b), OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&b), words));
    if (!strstr(buf_text(&b), words)) printf("%s, not %s\n", buf_text(&b), words);
    buf_reset(&b);
}

void test_follow__a_credit_to_a_closed_account_comes_back_two_days_later(void) {
    up("{}");
    CU_ASSERT_EQUAL(pay("returned-1", "k", NOW), 200);
    says("payments.status", "{\"reference\":\"L1\"}", NOW + 2 * DAY - 1, "\"returned\":0");
    says("payments.status", "{\"reference\":\"L1\"}", NOW + 2 * DAY, "\"paid\":1960000,\"payouts\":1,\"mandate\":\"none\",\"returned\":1960000");
    CU_ASSERT_EQUAL(ask("payments.disburse", "k", NULL, NOW + 3 * DAY), 200); /* it was paid, and came back */
    totals("\"payouts\":1,\"paid\":1960000,\"paid_twice\":0,\"recalled\":0,\"failed\":0,\"returns\":1,\"returned\":1960000");
    CU_ASSERT_EQUAL(pay("A0001", "k2", NOW + 3 * DAY), 200); /* a second payout after the first came back is no double one */
    totals("\"paid_twice\":0");
    CU_ASSERT_EQUAL(pay("A0001", "k3", NOW + 3 * DAY), 200);
    totals("\"paid_twice\":1");
    down();
}

void test_follow__lost_is_silence_now_and_success_later(void) {
    struct outside_answer a;
    up("{\"faults\":\"payments.disburse:lost=1\"}");
    json_t *v = json_loads("{\"account\":\"A0001\",\"amount\":5,\"reference\":\"L1\"}", 0, NULL);
    outside_ask(world, &(struct outside_request){"payments.disburse", "k", false, v, NOW}, &a);
    CU_ASSERT_EQUAL(a.fate, WORLD_SILENT);
    json_t *none = json_loads("{\"faults\":\"\"}", 0, NULL);
    struct fault f;
    CU_ASSERT_EQUAL(outside_set(world, none, &f), OK);
    CU_ASSERT_EQUAL(ask("payments.disburse", "k", NULL, NOW + 1000), 202);
    CU_ASSERT_EQUAL(ask("payments.disburse", "k", NULL, NOW + 2000), 200);
    totals("\"payouts\":1,\"paid\":5");
    json_decref(none);
    json_decref(v);
    down();
}

void test_follow__an_accepted_transfer_may_fail_before_it_settles(void) {
    up("{}");
    CU_ASSERT_EQUAL(pay("dormant-1", "k", NOW), 202);
    CU_ASSERT_EQUAL(ask("payments.disburse", "k", NULL, NOW + 1999), 202);
    CU_ASSERT_EQUAL(ask("payments.disburse", "k", NULL, NOW + 2000), 422);
    CU_ASSERT_EQUAL(pay("dormant-1", "k", NOW + 2 * DAY), 422);
    totals("\"payouts\":0,\"paid\":0,\"paid_twice\":0,\"recalled\":0,\"failed\":1");
    down();
}

void test_follow__a_recall_comes_in_time_or_too_late(void) {
    up("{}");
    CU_ASSERT_EQUAL(ask("payments.recall", "r0", "{\"reference\":\"L1\"}", NOW), 200);
    says("payments.recall", "{\"reference\":\"L9\"}", NOW, "\"unknown\"");
    CU_ASSERT_EQUAL(pay("pending-1", "k", NOW), 202);
    CU_ASSERT_EQUAL(ask("payments.recall", "r1", "{\"reference\":\"L1\",\"id\":\"UTR-other\"}", NOW + 1), 200);
    totals("\"recalled\":0");
    CU_ASSERT_EQUAL(ask("payments.recall", "r2", "{\"reference\":\"L1\"}", NOW + DAY), 200);
    totals("\"payouts\":0,\"paid\":0,\"paid_twice\":0,\"recalled\":1");
    CU_ASSERT_EQUAL(ask("payments.disburse", "k", NULL, NOW + 5 * DAY), 422);
    says("payments.recall", "{\"reference\":\"L1\"}", NOW + DAY, "\"recalled\"");
    CU_ASSERT_EQUAL(ask("payments.disburse", "k2", "{\"account\":\"A0001\",\"amount\":5,\"reference\":\"L2\"}", NOW), 200);
    CU_ASSERT_EQUAL(ask("payments.recall", "r3", "{\"reference\":\"L2\"}", NOW), 200);
    totals("\"payouts\":1,\"paid\":5,\"paid_twice\":0,\"recalled\":1");
    down();
}

static const char MANDATE[] = "{\"account\":\"%s\",\"reference\":\"L1\",\"amount\":100000}";
static int mandate(const char *account, const char *key, int64_t now) {
    char input[200];
    snprintf(input, sizeof input, MANDATE, account);
    return ask("payments.mandate", key, input, now);
}
static int collect(const char *key, const char *instalment, int64_t amount, int64_t now) {
    char input[200];
    snprintf(input, sizeof input, "{\"reference\":\"L1\",\"instalment\":\"%s\",\"amount\":%lld}", instalment, (long long)amount);
    return ask("payments.collect", key, input, now);
}

void test_follow__a_mandate_may_become_active_days_later_or_not_at_all(void) {
    up("{}");
    CU_ASSERT_EQUAL(mandate("latemandate-1", "m", NOW), 200);
    says("payments.status", "{\"reference\":\"L1\"}", NOW + DAY, "\"pending\"");
    CU_ASSERT_EQUAL(collect("c0", "1", 500, NOW + DAY), 422);
    says("payments.status", "{\"reference\":\"L1\"}", NOW + 2 * DAY, "\"active\"");
    CU_ASSERT_EQUAL(collect("c1", "1", 500, NOW + 2 * DAY), 200);
    down();
    up("{}");
    CU_ASSERT_EQUAL(mandate("deadmandate-1", "m", NOW), 200);
    says("payments.status", "{\"reference\":\"L1\"}", NOW + 2 * DAY, "\"cancelled\"");
    down();
    up("{}"); /* cancelled while it waits: it never becomes active */
    CU_ASSERT_EQUAL(mandate("latemandate-1", "m", NOW), 200);
    CU_ASSERT_EQUAL(ask("payments.cancel_mandate", "x", "{\"reference\":\"L1\"}", NOW + 1), 200);
    says("payments.status", "{\"reference\":\"L1\"}", NOW + 9 * DAY, "\"cancelled\"");
    totals("\"mandates\":1,\"active_mandates\":0,\"cancels\":1");
    down();
}

void test_follow__debits_keep_the_rule_of_the_scheme(void) {
    up("{\"presentation\":{\"most\":3,\"days_apart\":2,\"from\":\"09:00\",\"till\":\"17:00\"}}"); /* NOW is 15:30 there */
    CU_ASSERT_EQUAL(collect("c0", "1", 500, NOW), 422);
    CU_ASSERT_EQUAL(mandate("nofunds", "m", NOW), 200);
    CU_ASSERT_EQUAL(collect("c1", "1", 100001, NOW), 422); /* over the mandate */
    CU_ASSERT_EQUAL(collect("c1", "1", 500, NOW + 2 * 3600000), 422); /* 17:30 */
    CU_ASSERT_EQUAL(collect("c1", "1", 500, NOW), 200);
    CU_ASSERT_EQUAL(collect("c2", "1", 500, NOW), 422); /* the first waits */
    says("payments.collection", "{\"reference\":\"L1\",\"instalment\":\"1\"}", NOW, "\"presented\",\"presentations\":1");
    says("payments.collection", "{\"reference\":\"L1\",\"instalment\":\"1\"}", NOW + DAY,
         "\"returned\",\"presentations\":1,\"code\":\"insufficient_funds\",\"next_on\":\"2026-01-17\"");
    CU_ASSERT_EQUAL(collect("c2", "1", 500, NOW + DAY), 422); /* too soon */
    CU_ASSERT_EQUAL(collect("c2", "1", 500, NOW + 2 * DAY), 200);
    CU_ASSERT_EQUAL(collect("c3", "1", 500, NOW + 4 * DAY), 200);
    CU_ASSERT_EQUAL(collect("c4", "1", 500, NOW + 6 * DAY), 422); /* three were the most */
    CU_ASSERT_EQUAL(collect("c5", "2", 500, NOW + 6 * DAY), 200); /* another instalment */
    CU_ASSERT_EQUAL(collect("c1", "1", 500, NOW + 6 * DAY), 200); /* the same key: the same answer, no new debit */
    totals("\"presentations\":4,\"collected\":0,\"collections_returned\":1500");
    down();
}

void test_follow__a_debit_is_paid_at_last_or_taken_back(void) {
    up("{}");
    CU_ASSERT_EQUAL(mandate("nofunds1-x", "m", NOW), 200);
    CU_ASSERT_EQUAL(collect("c1", "1", 500, NOW), 200);
    CU_ASSERT_EQUAL(collect("c2", "1", 500, NOW + DAY), 200);
    says("payments.status", "{\"reference\":\"L1\"}", NOW + 2 * DAY, "\"collected\":500");
    CU_ASSERT_EQUAL(collect("c3", "1", 500, NOW + 3 * DAY), 422); /* it has been collected */
    down();
    up("{}");
    CU_ASSERT_EQUAL(mandate("dispute-1", "m", NOW), 200);
    CU_ASSERT_EQUAL(collect("c1", "1", 500, NOW), 200);
    says("payments.status", "{\"reference\":\"L1\"}", NOW + DAY, "\"collected\":500");
    says("payments.status", "{\"reference\":\"L1\"}", NOW + 6 * DAY, "\"collected\":0");
    totals("\"collected\":0,\"collections_returned\":500");
    down();
}

void test_follow__the_statement_of_a_day_adds_up(void) {
    up("{}");
    CU_ASSERT_EQUAL(mandate("A", "m", NOW), 200);
    CU_ASSERT_EQUAL(pay("returned-1", "k", NOW), 200);
    CU_ASSERT_EQUAL(collect("c1", "1", 500, NOW + 2 * DAY), 200);
    CU_ASSERT_EQUAL(ask("payments.refund", "f", "{\"account\":\"A\",\"amount\":70,\"reference\":\"L1\"}", NOW + 2 * DAY), 200);
    CU_ASSERT_EQUAL(ask("payments.disburse", "j", "{\"account\":\"A\",\"amount\":9,\"currency\":\"JPY\",\"reference\":\"L2\"}", NOW), 200);
    says("payments.statement", "{\"day\":\"2026-01-15\"}", NOW, "\"opening\":0,\"closing\":-1960000,\"page\":1,\"last\":true");
    says("payments.statement", "{\"day\":\"2026-01-15\"}", NOW, "\"kind\":\"disbursal\"");
    says("payments.statement", "{\"day\":\"2026-01-17\"}", NOW + 2 * DAY, "\"opening\":-1960000,\"closing\":-70,");
    says("payments.statement", "{\"day\":\"2026-01-17\"}", NOW + 2 * DAY, "\"code\":\"account_closed\"");
    says("payments.statement", "{\"day\":\"2026-01-18\"}", NOW + 9 * DAY, "\"opening\":-70,\"closing\":430,");
    says("payments.statement", "{\"day\":\"2026-01-15\",\"currency\":\"JPY\"}", NOW, "\"closing\":-9,");
    CU_ASSERT_EQUAL(ask("payments.statement", "s", "{\"day\":\"2026-02-30\"}", NOW), 422);
    down();
}

static const char DOC[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static int envelope(const char *signer, const char *key) {
    char input[300];
    snprintf(input, sizeof input, "{\"reference\":\"L1\",\"document\":\"%s\",\"signer\":\"%s\"}", DOC, signer);
    return ask("esign.envelope", key, input, NOW);
}

void test_follow__envelopes_are_signed_declined_voided_or_tampered_with(void) {
    up("{}");
    CU_ASSERT_EQUAL(ask("esign.status", "s", "{\"reference\":\"L1\"}", NOW), 404);
    CU_ASSERT_EQUAL(envelope("Meera Iyer", "e"), 200);
    says("esign.status", "{\"reference\":\"L1\"}", NOW + 1999, "\"sent\"");
    says("esign.status", "{\"reference\":\"L1\"}", NOW + 2000, "\"signed\",\"document\":\"aaaa");
    says("esign.void", "{\"reference\":\"L1\"}", NOW + 2000, "{\"voided\":false,\"state\":\"signed\"}");
    totals("\"envelopes\":1,\"signed\":1,\"voided\":0");
    down();
    up("{}");
    CU_ASSERT_EQUAL(envelope("declines to sign", "e"), 200);
    says("esign.status", "{\"reference\":\"L1\"}", NOW + 2000, "\"declined\"");
    down();
    up("{}");
    CU_ASSERT_EQUAL(envelope("tampers with it", "e"), 200);
    says("esign.status", "{\"reference\":\"L1\"}", NOW + 2000, "\"signed\",\"document\":\"0000");
    down();
    up("{}");
    CU_ASSERT_EQUAL(envelope("Meera Iyer", "e"), 200);
    says("esign.void", "{\"reference\":\"L1\"}", NOW + 1, "{\"voided\":true,\"state\":\"voided\"}");
    says("esign.status", "{\"reference\":\"L1\"}", NOW + DAY, "\"voided\"");
    down();
}

/* --- after a restart ---------------------------------------------------------------------------------------------- */

static void keep(void *who, const char *line, size_t n) { buf_add(who, line, n); }

static void restart(struct buf *lines, const char *settings) {
    struct fault f;
    size_t good;
    down();
    up(settings);
    CU_ASSERT_EQUAL_FATAL(book_restore_all(outside_book(world), lines->data, lines->len, &good, &f), OK);
    book_on_line(outside_book(world), keep, lines);
}

void test_follow__what_was_to_come_comes_after_a_restart_and_only_once(void) {
    struct buf lines;
    buf_init(&lines, 1 << 20);
    up("{}");
    book_on_line(outside_book(world), keep, &lines);
    CU_ASSERT_EQUAL(pay("returned-1", "k", NOW), 200);
    CU_ASSERT_EQUAL(mandate("latemandate-1", "m", NOW), 200);
    restart(&lines, "{}");
    outside_advance(world, NOW + 2 * DAY);
    totals("\"returns\":1,\"returned\":1960000,\"mandates\":1,\"active_mandates\":1");
    size_t n = book_count(outside_book(world));
    CU_ASSERT_EQUAL(n, 4);
    restart(&lines, "{}");
    outside_advance(world, NOW + 9 * DAY);
    CU_ASSERT_EQUAL(book_count(outside_book(world)), n);
    totals("\"returns\":1,");
    down();
    buf_reset(&lines);
}

/* --- what is told --------------------------------------------------------------------------------------------------- */

static size_t notices_until(int64_t now, char types[][40], bool *forged, size_t cap) {
    struct notice n;
    size_t k = 0;
    outside_advance(world, now);
    while (k < cap && outside_notice(world, now, &n)) {
        snprintf(types[k], 40, "%s", n.type);
        if (forged) forged[k] = n.forged;
        k++;
    }
    return k;
}

void test_follow__every_kind_of_end_is_told_once(void) {
    char types[10][40];
    up("{\"tell\":true}");
    CU_ASSERT_EQUAL(mandate("latemandate-1", "m", NOW), 200);
    CU_ASSERT_EQUAL(pay("returned-1", "k", NOW), 200);
    CU_ASSERT_EQUAL(envelope("Meera", "e"), 200);
    CU_ASSERT_EQUAL(notices_until(NOW + DAY, types, NULL, 10), 2);
    CU_ASSERT_STRING_EQUAL(types[0], "payment.settled");
    CU_ASSERT_STRING_EQUAL(types[1], "esign.signed");
    CU_ASSERT_EQUAL(outside_due_ms(world), NOW + 2 * DAY);
    CU_ASSERT_EQUAL(notices_until(NOW + 2 * DAY, types, NULL, 10), 2);
    CU_ASSERT_STRING_EQUAL(types[0], "mandate.active");
    CU_ASSERT_STRING_EQUAL(types[1], "payment.returned");
    CU_ASSERT_EQUAL(notices_until(NOW + 9 * DAY, types, NULL, 10), 0);
    CU_ASSERT_EQUAL(outside_due_ms(world), INT64_MAX);
    down();
}

void test_follow__a_transfer_that_is_recalled_is_told_as_failed_and_never_as_settled(void) {
    char types[10][40];
    up("{\"tell\":true}");
    CU_ASSERT_EQUAL(pay("pending-1", "k", NOW), 202);
    CU_ASSERT_EQUAL(ask("payments.recall", "r", "{\"reference\":\"L1\"}", NOW + 1), 200);
    CU_ASSERT_EQUAL(notices_until(NOW + 9 * DAY, types, NULL, 10), 1);
    CU_ASSERT_STRING_EQUAL(types[0], "payment.failed");
    down();
}

void test_follow__an_untold_notice_comes_again_after_a_restart(void) {
    struct buf lines;
    struct notice a, b;
    buf_init(&lines, 1 << 20);
    up("{\"tell\":true}");
    book_on_line(outside_book(world), keep, &lines);
    CU_ASSERT_EQUAL(pay("A1", "k", NOW), 200);
    outside_advance(world, NOW);
    CU_ASSERT(outside_notice(world, NOW, &a));
    char id[40];
    snprintf(id, sizeof id, "%s", a.id);
    restart(&lines, "{\"tell\":true}");
    outside_advance(world, NOW + 1);
    CU_ASSERT(outside_notice(world, NOW + 1, &b));
    CU_ASSERT_STRING_EQUAL(b.id, id);
    outside_told(world, b.entry->n);
    restart(&lines, "{\"tell\":true}");
    outside_advance(world, NOW + DAY);
    CU_ASSERT_FALSE(outside_notice(world, NOW + DAY, &b));
    down();
    buf_reset(&lines);
}

void test_follow__webhook_faults_double_delay_reorder_and_forge(void) {
    char types[10][40];
    bool forged[10];
    up("{\"tell\":true,\"faults\":\"webhook:duplicate=1\"}");
    CU_ASSERT_EQUAL(pay("A1", "k", NOW), 200);
    CU_ASSERT_EQUAL(notices_until(NOW + 999, types, forged, 10), 1);
    CU_ASSERT_EQUAL(notices_until(NOW + 1000, types, forged, 10), 1);
    down();
    up("{\"tell\":true,\"faults\":\"webhook:late=1\"}");
    CU_ASSERT_EQUAL(pay("A1", "k", NOW), 200);
    CU_ASSERT_EQUAL(notices_until(NOW + 29999, types, forged, 10), 0);
    CU_ASSERT_EQUAL(notices_until(NOW + 30000, types, forged, 10), 1);
    down();
    up("{\"tell\":true,\"faults\":\"webhook:forge=1\"}");
    CU_ASSERT_EQUAL(pay("A1", "k", NOW), 200);
    CU_ASSERT_EQUAL(notices_until(NOW + 10, types, forged, 10), 2);
    CU_ASSERT_EQUAL(forged[0] + forged[1], 1);
    down();
    up("{\"tell\":true,\"faults\":\"webhook:reorder=1\"}");
    CU_ASSERT_EQUAL(pay("returned-1", "k", NOW), 200);
    json_t *none = json_loads("{\"faults\":\"\"}", 0, NULL);
    struct fault f;
    CU_ASSERT_EQUAL(outside_set(world, none, &f), OK);
    json_decref(none);
    CU_ASSERT_EQUAL(mandate("A", "m", NOW + 10), 200);
    CU_ASSERT_EQUAL(notices_until(NOW + 100, types, forged, 10), 2);
    CU_ASSERT_STRING_EQUAL(types[0], "mandate.active");
    CU_ASSERT_STRING_EQUAL(types[1], "payment.settled");
    down();
}

void test_follow__faults_of_webhooks_and_of_calls_are_kept_apart(void) {
    static const char *const bad[] = {"{\"faults\":\"webhook:busy=1\"}", "{\"faults\":\"reorder=1\"}", "{\"faults\":\"payments.disburse:forge=1\"}",
                                      "{\"day_ms\":1}", "{\"presentation\":{\"most\":0}}", "{\"presentation\":{\"from\":\"9:00\"}}",
                                      "{\"presentation\":{\"from\":\"18:00\",\"till\":\"17:00\"}}"};
    char types[10][40];
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        struct outside *w = NULL;
        struct fault f = {0};
        json_t *v = json_loads(bad[k], 0, NULL);
        CU_ASSERT_EQUAL(outside_new(v, &w, &f), ERR_INVALID);
        json_decref(v);
    }
    up("{\"tell\":true,\"faults\":\"duplicate=1\"}"); /* of calls */
    CU_ASSERT_EQUAL(pay("A1", "k", NOW), 200);
    CU_ASSERT_EQUAL(notices_until(NOW + DAY, types, NULL, 10), 1);
    down();
}

static enum err happen(const char *text, int64_t now) {
    struct fault f = {0};
    json_t *v = json_loads(text, 0, NULL);
    enum err e = outside_happen(world, v, now, &f);
    json_decref(v);
    if (e != OK) CU_ASSERT(f.text[0] != 0);
    return e;
}

void test_follow__a_person_at_the_controls_lets_things_happen(void) {
    char types[10][40];
    up("{\"tell\":true}");
    CU_ASSERT_EQUAL(happen("{\"what\":\"payments.returned\",\"reference\":\"L1\",\"code\":\"account_closed\"}", NOW), ERR_INVALID);
    CU_ASSERT_EQUAL(pay("A1", "k", NOW), 200);
    CU_ASSERT_EQUAL(happen("{\"what\":\"payments.returned\",\"reference\":\"L1\",\"code\":\"account_closed\"}", NOW), OK);
    CU_ASSERT_EQUAL(happen("{\"what\":\"payments.returned\",\"reference\":\"L1\"}", NOW), ERR_CONFLICT);
    CU_ASSERT_EQUAL(happen("{\"what\":\"payments.exploded\",\"reference\":\"L1\"}", NOW), ERR_INVALID);
    CU_ASSERT_EQUAL(happen("{\"what\":\"payments.received\",\"key\":\"in-1\",\"reference\":\"L1\",\"amount\":700}", NOW), OK);
    CU_ASSERT_EQUAL(happen("{\"what\":\"payments.received\",\"key\":\"in-1\",\"reference\":\"L1\",\"amount\":700}", NOW), ERR_CONFLICT);
    CU_ASSERT_EQUAL(happen("{\"what\":\"payments.received\",\"reference\":\"L1\",\"amount\":700}", NOW), ERR_INVALID);
    CU_ASSERT_EQUAL(notices_until(NOW, types, NULL, 10), 3);
    CU_ASSERT_STRING_EQUAL(types[2], "payment.received");
    totals("\"received\":700");
    down();
}

/* --- whole histories -------------------------------------------------------------------------------------------------- */

/* One random day in the life of a lender: some payouts, mandates, debits, refunds, recalls, under faults. */
static void one_day(struct rng *r, int day, unsigned *made) {
    static const char *const accounts[] = {"A0001", "returned-1", "pending-1", "dormant-1", "nofunds1-1", "dispute-1", "latemandate-1"};
    static const char *const operations[] = {"payments.disburse", "payments.mandate", "payments.collect", "payments.refund",
                                             "payments.recall", "payments.cancel_mandate"};
    for (int k = 0; k < 20; k++) {
        char key[20], input[300];
        const char *operation = operations[rng_below(r, 6)];
        bool money = !strstr(operation, "mandate") && !strstr(operation, "recall"), collects = strstr(operation, "collect") != NULL;
        snprintf(key, sizeof key, "k%u", (*made)++);
        int n = snprintf(input, sizeof input, "{\"reference\":\"L%d\"", (int)rng_below(r, 30));
        if (money) n += snprintf(input + n, sizeof input - (size_t)n, ",\"amount\":%d", 1 + (int)rng_below(r, 100000));
        if (collects) n += snprintf(input + n, sizeof input - (size_t)n, ",\"instalment\":\"%d\"", (int)rng_below(r, 3));
        else n += snprintf(input + n, sizeof input - (size_t)n, ",\"account\":\"%s\"", accounts[rng_below(r, 7)]);
        snprintf(input + n, sizeof input - (size_t)n, "}");
        int64_t now = NOW + day * DAY + k * 60000;
        json_t *v = json_loads(input, 0, NULL);
        struct outside_answer a;
        outside_ask(world, &(struct outside_request){operation, key, false, v, now}, &a);
        json_decref(v);
    }
}

static int64_t total(const char *name) {
    struct buf b;
    buf_init(&b, 1 << 20);
    CU_ASSERT_EQUAL(book_page(outside_book(world), 0, 0, &b), OK);
    json_t *v = json_loads(buf_text(&b), 0, NULL);
    int64_t n = json_int(json_object_get(v, "totals"), name, INT64_MIN);
    json_decref(v);
    buf_reset(&b);
    return n;
}

/* Pages of one day: its entries must carry the opening balance to the closing one. */
static int64_t closing_of(int32_t day, int64_t opening_expected) {
    int64_t sum = opening_expected, closing = 0;
    bool last = false;
    for (int page = 1; !last; page++) {
        char input[100], text[16];
        snprintf(input, sizeof input, "{\"day\":\"%s\",\"page\":%d}", day_text(day, text), page);
        json_t *v = json_loads(input, 0, NULL), *said, *one;
        struct outside_answer a;
        size_t k;
        outside_ask(world, &(struct outside_request){"payments.statement", "s", false, v, NOW + 1000 * DAY}, &a);
        json_decref(v);
        said = json_loadb(a.body, a.n, 0, NULL);
        CU_ASSERT_EQUAL(json_int(said, "opening", INT64_MIN), opening_expected);
        json_array_foreach(json_object_get(said, "entries"), k, one) {
            const char *kind = json_text(one, "kind", "");
            bool credit = !strcmp(kind, "return") || !strcmp(kind, "collection") || !strcmp(kind, "payment");
            sum += credit ? json_int(one, "amount", 0) : -json_int(one, "amount", 0);
        }
        closing = json_int(said, "closing", INT64_MIN);
        last = json_bool(said, "last", true);
        json_decref(said);
    }
    CU_ASSERT_EQUAL(sum, closing);
    return closing;
}

void test_follow__statements_and_totals_of_random_histories_agree(void) {
    int64_t seen[4] = {0};
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct rng r;
        unsigned made = 0;
        int64_t balance = 0;
        rng_seed(&r, seed);
        up("{\"faults\":\"pend=0.1,return=0.1,late=0.05,timeout=0.05,lost=0.02,after=0.05,duplicate=0.05\"}");
        for (int day = 0; day < 12; day++) one_day(&r, day, &made);
        json_t *none = json_loads("{\"faults\":\"\"}", 0, NULL);
        struct fault f;
        CU_ASSERT_EQUAL(outside_set(world, none, &f), OK);
        json_decref(none);
        outside_advance(world, NOW + 1000 * DAY);
        for (int32_t day = 20468; day < 20468 + 40; day++) balance = closing_of(day, balance);
        CU_ASSERT_EQUAL(balance, total("returned") + total("collected") + total("received") - total("paid") - total("refunded"));
        seen[0] += total("returns"), seen[1] += total("recalled"), seen[2] += total("failed"), seen[3] += total("collected");
        down();
    }
    for (size_t k = 0; k < ARRAY_LEN(seen); k++) CU_ASSERT(seen[k] > 0);
}

struct sunk {
    size_t entries;
};
static void count_entry(void *who, const char *line, size_t n) {
    ((struct sunk *)who)->entries += n > 5 && !strncmp(line, "{\"n\":", 5);
}

/* Without memory the bank may say that it cannot; it may not say yes to what it does not remember. */
static void tortured(void *who) {
    struct outside *w = NULL;
    struct outside_answer a;
    struct fault f;
    struct sunk sunk = {0};
    (void)who;
    json_t *settings = json_loads("{\"tell\":true}", 0, NULL);
    json_t *v = json_loads("{\"account\":\"returned-1\",\"amount\":5,\"reference\":\"L1\"}", 0, NULL);
    if (settings && v && outside_new(settings, &w, &f) == OK) {
        book_on_line(outside_book(w), count_entry, &sunk);
        outside_ask(w, &(struct outside_request){"payments.disburse", "k", false, v, NOW}, &a);
        CU_ASSERT(a.status != 200 || (sunk.entries == 1 && book_find(outside_book(w), "payments.disburse", "k")));
        CU_ASSERT_EQUAL(sunk.entries, book_count(outside_book(w)));
        outside_advance(w, NOW + 3 * DAY);
        CU_ASSERT_EQUAL(sunk.entries, book_count(outside_book(w)));
        if (a.status == 200 && !torture_hit()) CU_ASSERT_EQUAL(sunk.entries, 2);
        outside_free(w);
    }
    json_decref(settings);
    json_decref(v);
}

void test_follow__without_memory_nothing_is_acknowledged_that_is_not_in_the_book(void) { CU_ASSERT(torture_run(tortured, NULL) > 50); }
