/* ledger_test.c - offer, hold, booking, void: balanced postings, undo twice, refusals, the offer's sums; settings. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "book/flows.h"
#include "connectors/connectors.h"
#include "tests/connectors/ledger_desk.h"
#include "tests/harness/torture.h"

static struct desk d;

int setup_ledger(void) { return desk_init(&d, NULL); }
int teardown_ledger(void) { return desk_reset(&d), 0; }

static void is(const char *operation, const char *input, const char *field, int64_t value) {
    CU_ASSERT_EQUAL(desk_ask(&d, operation, input), CALL_DONE);
    CU_ASSERT_EQUAL(desk_number(&d, field), value);
}
static void refused(const char *operation, const char *input, const char *code) {
    CU_ASSERT_EQUAL(desk_ask(&d, operation, input), CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(d.code, code);
}
static int64_t balance(const char *account) { return desk_balance(&d, account); }
#define BOOK "{\"loan\":\"%s\",\"amount\":2000000,\"fee\":40000,\"rate\":0.15,\"months\":24,\"transfer\":\"T\"}"

void test_ledger__hold_book_void_leave_zero_balances(void) {
    desk_forget(&d);
    desk_day(&d, "2026-01-15");
    is("hold", "{\"loan\":\"%s\",\"amount\":2000000}", "amount", 2000000);
    CU_ASSERT_EQUAL(balance("loan:L1:undrawn"), 2000000);
    is("book_loan", BOOK, "principal", 2000000);
    CU_ASSERT_EQUAL(desk_number(&d, "instalment"), 96973);
    CU_ASSERT_STRING_EQUAL(desk_text(&d, "first_due"), "2026-02-15");
    CU_ASSERT_EQUAL(balance("loan:L1:undrawn"), 0);
    CU_ASSERT_EQUAL(balance("loan:L1:principal"), 2000000);
    CU_ASSERT_EQUAL(balance("lender:settlement"), -1960000);
    CU_ASSERT_EQUAL(balance("lender:fee_income"), -40000);
    CU_ASSERT_STRING_EQUAL(d.file.columns.state, "active");
    CU_ASSERT_EQUAL(d.file.columns.outstanding_minor, 2000000);
    CU_ASSERT_EQUAL(d.file.columns.next_day, day_of(2026, 2, 15));
    is("book_loan", BOOK, "principal", 2000000); /* the same again: the same answer, nothing new */
    CU_ASSERT(d.n_postings == d.n_before && !d.wrote);
    is("void", "{\"loan\":\"%s\"}", "voided", 2000000);
    CU_ASSERT_STRING_EQUAL(d.postings[d.n_postings - 1].kind, "void");
    for (int a = 0; a < ACCOUNTS; a++) {
        char name[80];
        snprintf(name, sizeof name, a < ACCOUNTS_OF_LOAN ? "loan:L1:%s" : "lender:%s", account_word((enum account)a));
        CU_ASSERT_EQUAL(balance(name), 0);
    }
    CU_ASSERT_STRING_EQUAL(d.file.columns.state, "void");
    is("void", "{\"loan\":\"%s\"}", "voided", 0);
    CU_ASSERT_FALSE(d.wrote);
    refused("receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":1,\"on\":\"2027-01-01\"}", "future");
}

void test_ledger__release_twice_releases_once(void) {
    desk_forget(&d);
    is("release", "{\"loan\":\"%s\"}", "released", 0);
    is("hold", "{\"loan\":\"%s\",\"amount\":500}", "amount", 500);
    is("release", "{\"loan\":\"%s\"}", "released", 500);
    is("release", "{\"loan\":\"%s\"}", "released", 0);
    CU_ASSERT_EQUAL(balance("lender:commitments"), 0);
    is("hold", "{\"loan\":\"%s\",\"amount\":700}", "amount", 700);
}

void test_ledger__the_books_refuse_what_does_not_fit(void) {
    desk_forget(&d);
    refused("book_loan", "{\"loan\":\"%s\",\"amount\":500,\"rate\":0.1,\"transfer\":\"T\"}", "no_hold");
    is("hold", "{\"loan\":\"%s\",\"amount\":500}", "amount", 500);
    refused("hold", "{\"loan\":\"%s\",\"amount\":500}", "already_held");
    refused("book_loan", "{\"loan\":\"%s\",\"amount\":501,\"rate\":0.1,\"transfer\":\"T\"}", "other_amount");
    refused("book_loan", "{\"loan\":\"%s\",\"amount\":500,\"fee\":500,\"rate\":0.1,\"transfer\":\"T\"}", "fee_too_big");
    refused("book_loan", "{\"loan\":\"%s\",\"amount\":500,\"rate\":0.1,\"product\":\"seasonal\",\"transfer\":\"T\"}", "calendar");
    is("book_loan", "{\"loan\":\"%s\",\"amount\":500,\"rate\":0.1,\"transfer\":\"T\"}", "principal", 500);
    refused("book_loan", "{\"loan\":\"%s\",\"amount\":500,\"rate\":0.1,\"transfer\":\"T2\"}", "already_booked");
    refused("book_loan", "{\"loan\":\"%s\",\"amount\":500,\"rate\":0.2,\"transfer\":\"T\"}", "reference_reused");
    refused("hold", "{\"loan\":\"%s\",\"amount\":500}", "already_booked");
}

void test_ledger__a_void_waits_until_money_has_gone_back(void) {
    desk_forget(&d);
    desk_day(&d, "2026-01-15");
    desk_open(&d, 500, ",\"rate\":0.1");
    CU_ASSERT_EQUAL(desk_ask(&d, "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":1}"), CALL_DONE);
    refused("void", "{\"loan\":\"%s\"}", "paid");
    CU_ASSERT_EQUAL(desk_ask(&d, "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"R1\",\"payment\":\"P1\",\"why\":\"error\"}"), CALL_DONE);
    is("void", "{\"loan\":\"%s\"}", "voided", 500);
    CU_ASSERT_EQUAL(balance("lender:settlement"), 0);
    CU_ASSERT_EQUAL(desk_ask(&d, "hold", "{\"loan\":\"%s\",\"amount\":500}"), CALL_DONE);
    refused("book_loan", "{\"loan\":\"%s\",\"amount\":500,\"rate\":0.1,\"transfer\":\"T9\"}", "voided");
}

void test_ledger__offer_adds_up_and_is_the_same_again(void) {
    int64_t principal = 0, payments = 0;
    const char *input = "{\"amount\":2000000,\"pd\":0.03,\"months\":24}";
    desk_forget(&d);
    desk_day(&d, "2026-01-15");
    CU_ASSERT_EQUAL_FATAL(desk_ask(&d, "offer", input), CALL_DONE);
    json_t *first = json_incref(d.answer);
    CU_ASSERT_EQUAL_FATAL(desk_ask(&d, "offer", input), CALL_DONE);
    CU_ASSERT(json_equal(first, d.answer));
    json_decref(first);
    const json_t *rows = json_object_get(d.answer, "schedule");
    CU_ASSERT_EQUAL(json_array_size(rows), 24);
    for (size_t k = 0; k < json_array_size(rows); k++) {
        principal += json_int(json_array_get(rows, k), "principal", 0);
        payments += json_int(json_array_get(rows, k), "payment", 0);
    }
    CU_ASSERT_EQUAL(principal, 2000000);
    CU_ASSERT_EQUAL(payments, desk_number(&d, "total"));
    CU_ASSERT_EQUAL(desk_number(&d, "fee"), 40000);
    CU_ASSERT_EQUAL(desk_number(&d, "paid_out"), 1960000);
    CU_ASSERT_EQUAL(desk_number(&d, "cost"), payments - 1960000);
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(d.answer, "rate")), 0.16, 1e-9);
    CU_ASSERT(json_number_value(json_object_get(d.answer, "apr")) > 0.16);
    CU_ASSERT_STRING_EQUAL(desk_text(&d, "first_due"), "2026-02-15");
    CU_ASSERT_STRING_EQUAL(desk_text(&d, "valid_until"), "2026-01-22");
    CU_ASSERT_EQUAL(strlen(desk_text(&d, "hash")), 64);
    CU_ASSERT_EQUAL(d.n_postings, 0);
}

void test_ledger__key_facts_of_given_terms(void) {
    desk_forget(&d);
    CU_ASSERT_EQUAL_FATAL(desk_ask(&d, "key_facts", "{\"amount\":2000000,\"rate\":0.15,\"fee\":40000,\"months\":24}"), CALL_DONE);
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(d.answer, "apr")), 0.1707, 0.00005);
    CU_ASSERT_EQUAL(desk_number(&d, "instalment"), 96973);
    char hash[80];
    snprintf(hash, sizeof hash, "%s", desk_text(&d, "hash"));
    CU_ASSERT_EQUAL_FATAL(desk_ask(&d, "key_facts", "{\"amount\":2000000,\"rate\":0.15,\"fee\":40001,\"months\":24}"), CALL_DONE);
    CU_ASSERT_STRING_NOT_EQUAL(hash, desk_text(&d, "hash"));
}

void test_ledger__configured_bands_price_and_refuse(void) {
    struct desk own;
    CU_ASSERT_EQUAL_FATAL(desk_init(&own, "{\"bands\":[{\"pd\":0.02,\"rate\":0.15}],\"fee\":0.02,\"fee_max\":40000,"
                                          "\"charges\":[{\"code\":\"late\",\"amount\":50000}]}"), 0);
    CU_ASSERT_EQUAL(desk_ask(&own, "offer", "{\"amount\":2000000,\"pd\":0.02}"), CALL_DONE);
    CU_ASSERT_EQUAL(desk_number(&own, "instalment"), 96973);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(own.answer, "charges")), 1);
    CU_ASSERT_EQUAL(desk_ask(&own, "offer", "{\"amount\":2000000,\"pd\":0.021}"), CALL_REFUSED);
    desk_reset(&own);
}

void test_ledger__a_seasonal_loan_takes_its_days_from_the_calendar(void) {
    struct desk own;
    CU_ASSERT_EQUAL_FATAL(desk_init(&own, "{\"seasons\":{\"Nashik\":{\"grapes\":[{\"day\":\"04-30\"},{\"day\":\"11-30\"}]}}}"), 0);
    desk_day(&own, "2026-01-15");
    desk_open(&own, 400000, ",\"rate\":0.12,\"product\":\"seasonal\",\"district\":\"Nashik\",\"crop\":\"grapes\",\"payments\":4");
    CU_ASSERT_EQUAL(desk_number(&own, "payments"), 4);
    CU_ASSERT_STRING_EQUAL(desk_text(&own, "first_due"), "2026-04-30");
    CU_ASSERT_STRING_EQUAL(own.file.columns.product, "seasonal");
    desk_reset(&own);
}

static void bad_settings(const char *text, const char *where) {
    struct connector_env env = {.config = json_loads(text, 0, NULL)};
    struct connector *c = NULL;
    struct fault f = {0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(env.config);
    CU_ASSERT_NOT_EQUAL(ledger_connector.open(&env, &c, &f), OK);
    CU_ASSERT_STRING_EQUAL(f.where, where);
    json_decref((json_t *)env.config);
}

void test_ledger__bad_settings_are_refused_at_start(void) {
    bad_settings("{\"bands\":[]}", "bands");
    bad_settings("{\"bands\":[{\"pd\":0.2,\"rate\":0.15},{\"pd\":0.1,\"rate\":0.2}]}", "bands");
    bad_settings("{\"fee\":-1}", "fee");
    bad_settings("{\"months\":0}", "months");
    bad_settings("{\"zone\":\"Mars/Olympus\"}", "zone");
    bad_settings("{\"currency\":\"RUPEE\"}", "currency");
    bad_settings("{\"products\":{\"emi\":{\"rules\":{\"grace_days\":-1}}}}", "grace_days");
    bad_settings("{\"products\":{\"emi\":{\"day_count\":\"ACT/364\"}}}", "day_count");
    bad_settings("{\"products\":{\"bullet\":{\"foreclosure_fee\":2}}}", "foreclosure_fee");
    bad_settings("{\"charges\":[{\"amount\":5}]}", "charges");
    bad_settings("{\"authority\":{\"officer\":{\"waive\":-1}}}", "authority");
    bad_settings("{\"authority\":{\"officer\":{\"settle_share\":1.5}}}", "authority");
    bad_settings("{\"limit\":{\"step\":7}}", "step");
    bad_settings("{\"forbearance\":{\"months\":0}}", "months");
}

static json_t *payment;
static const struct operation *receive;
static int ends[4];

static void count_end(struct call *call, const struct call_result *r) {
    (void)call;
    ends[r->end]++;
    CU_ASSERT(r->end == CALL_DONE || torture_hit());
}

static void pay_once(void *who) {
    (void)who;
    struct book_view book = {.loan = &d.file};
    struct call call = {.paragraph = "", .key = "k", .op = receive, .input = payment, .now_ms = d.now_ms, .book = &book, .done = count_end};
    d.ledger->ops->start(d.ledger, &call);
}

void test_ledger__survives_no_memory(void) {
    desk_forget(&d);
    desk_day(&d, "2026-01-15");
    desk_open(&d, 2000000, ",\"rate\":0.15,\"months\":6");
    desk_day(&d, "2026-04-20");
    for (const struct operation *op = d.ledger->ops->operations; op->name; op++)
        if (!strcmp(op->name, "receive_payment")) receive = op;
    payment = json_pack("{s:s, s:s, s:i}", "loan", "L1", "reference", "PX", "amount", 500000);
    CU_ASSERT(torture_run(pay_once, NULL) > 50);
    CU_ASSERT(ends[CALL_DONE] >= 1 && ends[CALL_FAILED] > 50); /* no memory is never a refusal */
    json_decref(payment);
}
