/* ledger_life_test.c - each operation on a booked loan: 20,000.00 at 15 %, fee 400.00, 24 months from 15 January 2026. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "book/daycount.h"
#include "tests/connectors/ledger_desk.h"

static struct desk d;

int setup_ledger_life(void) {
    return desk_init(&d, "{\"products\":{\"emi\":{\"rules\":{\"tolerance\":0},\"cooling_off_days\":3,\"foreclosure_fee\":0.02}},"
                         "\"authority\":{\"officer\":{\"waive\":100000,\"change_terms\":50000},"
                         "\"head\":{\"waive\":5000000,\"settle\":5000000,\"settle_share\":0.5,\"write_off\":5000000,\"change_terms\":5000000}}}");
}
int teardown_ledger_life(void) { return desk_reset(&d), 0; }

#define BY(role) "\"authority\":\"" role "\",\"approved_by\":\"asha\",\"seconded_by\":\"ravi\",\"reason\":\"hardship\""

static void begin(void) {
    desk_forget(&d);
    desk_day(&d, "2026-01-15");
    desk_open(&d, 2000000, ",\"rate\":0.15,\"months\":24,\"fee\":40000");
}
static void ask(const char *day, const char *operation, const char *input) {
    desk_day(&d, day);
    if (desk_ask(&d, operation, input) != CALL_DONE) printf("%s: %s: %s\n", operation, d.code, d.why);
    CU_ASSERT_EQUAL(d.end, CALL_DONE);
}
static void refused(const char *day, const char *operation, const char *input, const char *code) {
    desk_day(&d, day);
    CU_ASSERT_EQUAL(desk_ask(&d, operation, input), CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(d.code, code);
    CU_ASSERT_EQUAL(d.n_postings, d.n_before);
}
static int64_t balance(const char *account) { return desk_balance(&d, account); }
static void is(const char *field, int64_t value) { CU_ASSERT_EQUAL(desk_number(&d, field), value); }
static void says(const char *field, const char *text) { CU_ASSERT_STRING_EQUAL(desk_text(&d, field), text); }

void test_ledger_life__an_instalment_is_paid(void) {
    begin();
    ask("2026-02-16", "day_end", "{\"loan\":\"%s\"}");
    is("earned", 25000);
    CU_ASSERT_EQUAL(balance("loan:L1:interest"), 25000);
    CU_ASSERT_EQUAL(d.postings[d.n_postings - 1].effective_day, day_of(2026, 2, 15));
    ask("2026-02-16", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":96973,\"on\":\"2026-02-15\",\"channel\":\"upi\"}");
    says("outcome", "allocated");
    is("interest", 25000);
    is("principal", 71973);
    is("outstanding", 2000000 - 71973);
    CU_ASSERT_EQUAL(balance("loan:L1:interest"), 0);
    CU_ASSERT_EQUAL(balance("loan:L1:credit"), 0);
    CU_ASSERT_EQUAL(balance("loan:L1:principal"), 2000000 - 71973);
    CU_ASSERT_EQUAL(d.file.columns.next_day, day_of(2026, 3, 15));
}

void test_ledger_life__part_over_and_for_a_chosen_charge(void) {
    begin();
    ask("2026-02-20", "charge", "{\"loan\":\"%s\",\"reference\":\"C1\",\"kind\":\"penalty\",\"amount\":700,\"code\":\"late\"}");
    is("days_past_due", 5);
    ask("2026-02-20", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":50000}");
    says("outcome", "part");
    is("interest", 25000);
    ask("2026-02-21", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P2\",\"amount\":700,\"to_charge\":\"C1\"}");
    is("penalty", 700);
    ask("2026-02-21", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P3\",\"amount\":700,\"to_charge\":\"P1\"}");
    says("why", "unknown_aim");
    ask("2026-02-21", "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"B3\",\"payment\":\"P3\",\"why\":\"error\"}");
    ask("2026-02-22", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P4\",\"amount\":9000000}");
    says("outcome", "over");
    says("state", "closed");
    CU_ASSERT(desk_number(&d, "credit") > 6000000);
    CU_ASSERT_EQUAL(balance("loan:L1:credit"), -desk_number(&d, "credit"));
    refused("2026-02-23", "refund", "{\"loan\":\"%s\",\"reference\":\"R1\",\"amount\":8000000}", "more_than_credit");
    char input[120];
    snprintf(input, sizeof input, "{\"loan\":\"%%s\",\"reference\":\"R1\",\"amount\":%lld}", (long long)-balance("loan:L1:credit"));
    ask("2026-02-23", "refund", input);
    is("credit", 0);
    CU_ASSERT_EQUAL(balance("loan:L1:credit"), 0);
}

void test_ledger_life__a_bounced_payment_never_paid_anything(void) {
    begin();
    ask("2026-02-15", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":96973}");
    ask("2026-03-01", "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"B1\",\"payment\":\"P1\",\"why\":\"returned\",\"on\":\"2026-02-27\"}");
    is("reversed", 96973);
    is("days_past_due", 14);
    CU_ASSERT_FALSE(json_bool(d.answer, "review_terms", true));
    CU_ASSERT_EQUAL(balance("loan:L1:interest"), 25000);
    CU_ASSERT_EQUAL(balance("lender:settlement"), -1960000);
    CU_ASSERT_EQUAL(balance("lender:returns"), 0);
    CU_ASSERT_EQUAL(desk_balance_on(&d, "lender:settlement", day_of(2026, 2, 26)), -1960000 + 96973);
    refused("2026-03-01", "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"B2\",\"payment\":\"P1\",\"why\":\"returned\"}", "already_reversed");
    refused("2026-03-01", "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"B3\",\"payment\":\"P9\",\"why\":\"returned\"}", "unknown_payment");
    ask("2026-03-02", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P2\",\"amount\":96973}");
    is("days_past_due", 0);
}

void test_ledger_life__a_payment_learnt_late_moves_the_later_one_by_new_postings_only(void) {
    begin();
    ask("2026-03-15", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P2\",\"amount\":96973}");
    is("days_past_due", 0); /* March is due today only */
    is("interest", 25000);
    size_t n = d.n_postings;
    struct posting before[40];
    memcpy(before, d.postings, n * sizeof *before);
    ask("2026-03-20", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":96973,\"on\":\"2026-02-15\"}");
    is("days_past_due", 0);
    is("interest", 25000);
    is("principal", 71973);
    CU_ASSERT(!memcmp(before, d.postings, n * sizeof *before));
    CU_ASSERT_EQUAL(desk_balance_on(&d, "loan:L1:principal", day_of(2026, 2, 15)), 2000000 - 71973);
    CU_ASSERT_EQUAL(balance("loan:L1:interest"), 0);
    CU_ASSERT_EQUAL(d.entries[d.file.n - 1].effective_day, day_of(2026, 3, 20)); /* the books reach to today */
}

void test_ledger_life__the_same_again_answers_the_same_and_posts_nothing(void) {
    begin();
    const char *input = "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":50000,\"on\":\"2026-02-10\"}";
    ask("2026-02-20", "receive_payment", input);
    json_t *first = json_incref(d.answer);
    uint32_t n = d.file.n;
    ask("2026-02-25", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P2\",\"amount\":500}");
    size_t posted = d.n_postings;
    ask("2026-03-30", "receive_payment", input);
    CU_ASSERT(json_equal(first, d.answer));
    CU_ASSERT(d.n_postings == posted && !d.wrote && d.file.n == n + 1);
    refused("2026-03-30", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":50001,\"on\":\"2026-02-10\"}", "reference_reused");
    refused("2026-03-30", "refund", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":1}", "reference_reused");
    json_decref(first);
}

void test_ledger_life__money_without_a_place_is_held(void) {
    desk_forget(&d);
    ask("2026-01-15", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P0\",\"amount\":500}");
    says("outcome", "suspense");
    says("why", "unknown_loan");
    CU_ASSERT_FALSE(d.wrote);
    CU_ASSERT_EQUAL(balance("lender:suspense"), -500);
    begin();
    ask("2026-02-01", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":700,\"currency\":\"USD\"}");
    says("why", "wrong_currency");
    is("suspended", 700);
    CU_ASSERT_STRING_EQUAL(d.postings[d.n_postings - 1].currency, "USD");
    refused("2026-02-01", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P2\",\"amount\":700,\"currency\":\"DOLLARS\"}", "currency");
    refused("2026-02-02", "refund", "{\"loan\":\"%s\",\"reference\":\"R1\",\"held\":\"P1\",\"amount\":600}", "amount");
    ask("2026-02-02", "refund", "{\"loan\":\"%s\",\"reference\":\"R1\",\"held\":\"P1\",\"amount\":700}");
    CU_ASSERT_EQUAL(balance("lender:suspense"), 0);
    refused("2026-02-02", "refund", "{\"loan\":\"%s\",\"reference\":\"R2\",\"held\":\"P1\",\"amount\":700}", "held");
    ask("2026-02-03", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P3\",\"amount\":5000000}");
    ask("2026-02-04", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P4\",\"amount\":100}");
    says("why", "closed_loan");
    ask("2026-02-05", "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"B1\",\"payment\":\"P4\",\"why\":\"returned\"}");
    CU_ASSERT_EQUAL(balance("lender:suspense"), 0);
    ask("2026-02-05", "keep_in_suspense", "{\"amount\":900,\"reference\":\"X\"}");
    CU_ASSERT_EQUAL(balance("lender:suspense"), -900);
}

void test_ledger_life__days_that_make_no_sense_are_refused(void) {
    begin();
    refused("2026-02-01", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":5,\"on\":\"2026-02-02\"}", "future");
    refused("2026-02-01", "waive", "{\"loan\":\"%s\",\"reference\":\"W1\",\"component\":\"fee\",\"amount\":5,\"on\":\"2026-01-14\"," BY("head") "}", "before_opening");
    refused("2026-02-01", "day_end", "{\"loan\":\"%s\",\"day\":\"2026-02-01\"}", "day");
    refused("2026-02-01", "charge", "{\"loan\":\"%s\",\"reference\":\"C\",\"kind\":\"fee\",\"amount\":5,\"code\":\"x\",\"due\":\"2026-01-20\"}", "due");
}

void test_ledger_life__prepayment_shortens_or_lowers_and_can_bounce(void) {
    begin();
    ask("2026-02-15", "quote", "{\"loan\":\"%s\",\"of\":\"prepayment\",\"amount\":1096973}");
    is("due", 96973);
    is("principal", 1000000);
    int64_t payments = desk_number(&d, "payments");
    CU_ASSERT(payments < 23);
    ask("2026-02-15", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":1096973,\"as\":\"prepayment\"}");
    is("principal", 1071973);
    is("outstanding", 2000000 - 1071973);
    CU_ASSERT_STRING_EQUAL(d.entries[d.file.n - 1].kind, "terms");
    ask("2026-02-20", "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"B1\",\"payment\":\"P1\",\"why\":\"returned\"}");
    is("outstanding", 2025000);
    CU_ASSERT_FALSE(json_bool(d.answer, "review_terms", true)); /* the new rows went with it */
    ask("2026-03-15", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P2\",\"amount\":1200000,\"as\":\"prepayment\",\"keep\":\"term\"}");
    ask("2026-03-16", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P3\",\"amount\":5000000,\"as\":\"prepayment\"}");
    says("why", "pays_all"); /* a foreclosure asks for less: a person calls */
    ask("2026-05-16", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P4\",\"amount\":5,\"as\":\"prepayment\",\"on\":\"2026-05-15\"}");
    says("outcome", "part"); /* nothing is left of it for later */
    CU_ASSERT_STRING_EQUAL(d.entries[d.file.n - 2].kind, "paid");
}

void test_ledger_life__giving_up_needs_authority_and_two_people(void) {
    begin();
    ask("2026-02-20", "charge", "{\"loan\":\"%s\",\"reference\":\"C1\",\"kind\":\"penalty\",\"amount\":150000,\"code\":\"late\"}");
    refused("2026-02-20", "waive", "{\"loan\":\"%s\",\"reference\":\"W\",\"component\":\"penalty\",\"amount\":150000," BY("officer") "}", "over_authority");
    refused("2026-02-20", "waive", "{\"loan\":\"%s\",\"reference\":\"W\",\"component\":\"penalty\",\"amount\":150000," BY("clerk") "}", "authority");
    refused("2026-02-20", "waive", "{\"loan\":\"%s\",\"reference\":\"W\",\"component\":\"penalty\",\"amount\":100,\"authority\":\"officer\","
                                   "\"approved_by\":\"asha\",\"seconded_by\":\"asha\",\"reason\":\"x\"}", "two_people");
    refused("2026-02-20", "waive", "{\"loan\":\"%s\",\"reference\":\"W\",\"component\":\"penalty\",\"amount\":150001," BY("head") "}", "more_than_owed");
    refused("2026-02-20", "waive", "{\"loan\":\"%s\",\"reference\":\"W\",\"component\":\"fee\",\"amount\":1,\"charge\":\"C1\"," BY("head") "}", "more_than_owed");
    ask("2026-02-20", "waive", "{\"loan\":\"%s\",\"reference\":\"W\",\"component\":\"penalty\",\"amount\":90000,\"charge\":\"C1\"," BY("officer") "}");
    CU_ASSERT_EQUAL(balance("loan:L1:penalty"), 60000);
    CU_ASSERT_EQUAL(balance("lender:waivers"), 90000);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.entries[d.file.n - 1].body, "\"seconded_by\":\"ravi\""));
    refused("2026-02-20", "write_off", "{\"loan\":\"%s\",\"reference\":\"O\"," BY("officer") "}", "over_authority");
    refused("2026-02-20", "settle", "{\"loan\":\"%s\",\"reference\":\"S\",\"plan\":[{\"due\":\"2026-03-01\",\"amount\":900000}]," BY("head") "}", "over_authority");
    refused("2026-02-20", "settle", "{\"loan\":\"%s\",\"reference\":\"S\",\"plan\":[{\"due\":\"2026-03-01\",\"amount\":9000000}]," BY("head") "}", "plan");
}

void test_ledger_life__terms_change_as_forbearance_with_a_limit(void) {
    begin();
    ask("2026-02-20", "change_terms", "{\"loan\":\"%s\",\"reference\":\"M1\",\"change\":\"moratorium\",\"months\":3," BY("officer") "}");
    says("first_due", "2026-06-15");
    is("given_up", 0);
    is("payments", 23);
    says("probation_until", "2027-02-20");
    is("days_past_due", 5); /* what was due stays due */
    refused("2026-02-20", "change_terms", "{\"loan\":\"%s\",\"reference\":\"M2\",\"change\":\"rate_cut\",\"rate\":0.05," BY("officer") "}", "over_authority");
    ask("2026-02-20", "change_terms", "{\"loan\":\"%s\",\"reference\":\"M2\",\"change\":\"re_age\",\"capitalise\":true," BY("officer") "}");
    is("days_past_due", 0);
    CU_ASSERT_EQUAL(balance("loan:L1:principal"), 2025000);
    CU_ASSERT_EQUAL(balance("loan:L1:interest"), 0);
    refused("2026-02-21", "change_terms", "{\"loan\":\"%s\",\"reference\":\"M3\",\"change\":\"term_extension\",\"months\":6," BY("head") "}", "too_many_changes");
    ask("2026-02-21", "change_terms", "{\"loan\":\"%s\",\"reference\":\"M3\",\"change\":\"term_extension\",\"months\":6,\"forbearance\":false," BY("head") "}");
    is("payments", 29);
    refused("2026-02-21", "change_terms", "{\"loan\":\"%s\",\"reference\":\"M4\",\"change\":\"moratorium\",\"forbearance\":false," BY("head") "}", "months");
}

void test_ledger_life__a_settlement_is_kept_or_it_is_not(void) {
    begin();
    ask("2026-03-20", "settle", "{\"loan\":\"%s\",\"reference\":\"S1\",\"plan\":[{\"due\":\"2026-03-25\",\"amount\":500000},{\"due\":\"2026-04-25\",\"amount\":700000}],"
                                "\"grace_days\":2," BY("head") "}");
    is("owed", 2049100);
    is("given_up", 849100);
    ask("2026-03-25", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":500000}");
    is("principal", 450900); /* of what is past due the principal first, then interest, then later principal */
    is("interest", 49100);
    ask("2026-04-20", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P2\",\"amount\":700100}");
    says("state", "settled");
    is("credit", 100);
    CU_ASSERT_EQUAL(balance("lender:waivers"), 849100 + 23189); /* and April's interest, due on the 15th */
    CU_ASSERT_EQUAL(balance("loan:L1:principal") + balance("loan:L1:interest"), 0);
    ask("2026-04-22", "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"B1\",\"payment\":\"P2\",\"why\":\"returned\"}");
    says("state", "active"); /* all of it is owed again */
    CU_ASSERT_EQUAL(balance("lender:waivers"), 0);
    ask("2026-04-30", "day_end", "{\"loan\":\"%s\"}");
    CU_ASSERT_EQUAL(d.file.columns.oldest_due_day, day_of(2026, 4, 15));
}

void test_ledger_life__written_off_and_recovered(void) {
    begin();
    refused("2026-02-20", "recover", "{\"loan\":\"%s\",\"reference\":\"R0\",\"amount\":5}", "not_written_off");
    ask("2026-06-20", "write_off", "{\"loan\":\"%s\",\"reference\":\"O1\"," BY("head") "}");
    says("state", "written_off");
    CU_ASSERT_EQUAL(balance("lender:write_offs"), desk_number(&d, "written_off"));
    CU_ASSERT_EQUAL(balance("loan:L1:principal") + balance("loan:L1:interest"), 0);
    CU_ASSERT_EQUAL(d.file.columns.next_day, INT32_MAX);
    ask("2026-07-20", "recover", "{\"loan\":\"%s\",\"reference\":\"R1\",\"amount\":300000}");
    is("principal", 300000);
    ask("2026-07-21", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"R2\",\"amount\":200000}"); /* known for what it is */
    CU_ASSERT_STRING_EQUAL(d.entries[d.file.n - 1].kind, "recovered");
    CU_ASSERT_EQUAL(balance("lender:recoveries"), -500000);
    refused("2026-07-22", "charge", "{\"loan\":\"%s\",\"reference\":\"C\",\"kind\":\"fee\",\"amount\":5,\"code\":\"x\"}", "not_active");
    ask("2026-07-22", "settle", "{\"loan\":\"%s\",\"reference\":\"S1\",\"plan\":[{\"due\":\"2026-07-30\",\"amount\":1400000}]," BY("head") "}");
    ask("2026-07-25", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"R3\",\"amount\":1400000}");
    says("state", "settled");
}

void test_ledger_life__cooling_off_within_its_days(void) {
    begin();
    ask("2026-01-18", "quote", "{\"loan\":\"%s\",\"of\":\"cooling_off\"}");
    is("total", 2002500);
    refused("2026-01-18", "exit_cooling_off", "{\"loan\":\"%s\",\"reference\":\"X1\",\"amount\":2002499}", "short");
    ask("2026-01-18", "exit_cooling_off", "{\"loan\":\"%s\",\"reference\":\"X1\",\"amount\":2002500}");
    says("state", "cooled_off");
    is("interest", 2500);
    CU_ASSERT_EQUAL(balance("lender:interest_income"), -2500);
    CU_ASSERT_EQUAL(balance("loan:L1:principal"), 0);
    begin();
    refused("2026-01-19", "exit_cooling_off", "{\"loan\":\"%s\",\"reference\":\"X1\",\"amount\":2010000}", "too_late");
    refused("2026-01-19", "quote", "{\"loan\":\"%s\",\"of\":\"cooling_off\"}", "too_late");
}

void test_ledger_life__foreclosure_and_its_bounce(void) {
    begin();
    ask("2026-02-15", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":96973}");
    ask("2026-03-01", "quote", "{\"loan\":\"%s\",\"of\":\"foreclosure\"}");
    int64_t total = desk_number(&d, "total");
    CU_ASSERT_EQUAL(total, 1928027 + 12853 + 38561);
    char input[120];
    snprintf(input, sizeof input, "{\"loan\":\"%%s\",\"reference\":\"F1\",\"amount\":%lld}", (long long)total);
    ask("2026-03-01", "foreclose", input);
    says("state", "foreclosed");
    is("fee", 38561);
    is("credit", 0);
    for (int c = 0; c < 4; c++) CU_ASSERT_EQUAL(balance(c == 0 ? "loan:L1:principal" : c == 1 ? "loan:L1:interest" : c == 2 ? "loan:L1:fee" : "loan:L1:credit"), 0);
    ask("2026-03-04", "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"B1\",\"payment\":\"F1\",\"why\":\"chargeback\"}");
    says("state", "active"); /* the schedule is back, and no fee for leaving */
    is("outstanding", 1928027);
    CU_ASSERT_EQUAL(balance("lender:fee_income"), -40000);
    CU_ASSERT_EQUAL(d.file.columns.next_day, day_of(2026, 3, 15));
}

void test_ledger_life__a_settlement_quote(void) {
    begin();
    ask("2026-02-20", "quote", "{\"loan\":\"%s\",\"of\":\"settlement\",\"discount\":0.25}");
    is("total", 1518750);
    is("given_up", 506250);
    CU_ASSERT_FALSE(d.wrote);
    desk_forget(&d);
    refused("2026-02-20", "quote", "{\"loan\":\"%s\",\"of\":\"foreclosure\"}", "unknown_loan");
}

void test_ledger_life__a_dispute_keeps_payments_away(void) {
    begin();
    ask("2026-02-20", "charge", "{\"loan\":\"%s\",\"reference\":\"C1\",\"kind\":\"fee\",\"amount\":700,\"code\":\"visit\"}");
    ask("2026-02-20", "dispute", "{\"loan\":\"%s\",\"reference\":\"D1\",\"charge\":\"C1\",\"reason\":\"not_mine\"}");
    ask("2026-02-21", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":97673}");
    is("fee", 0);
    ask("2026-02-22", "dispute", "{\"loan\":\"%s\",\"reference\":\"D2\",\"charge\":\"C1\",\"open\":false,\"reason\":\"cleared\"}");
    ask("2026-02-23", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P2\",\"amount\":700}");
    is("fee", 700);
    refused("2026-02-24", "dispute", "{\"loan\":\"%s\",\"reference\":\"D3\",\"charge\":\"C9\",\"reason\":\"x\"}", "charge");
    ask("2026-02-24", "dispute", "{\"loan\":\"%s\",\"reference\":\"D4\",\"reason\":\"identity\"}");
}

void test_ledger_life__a_limit_moves_with_reasons(void) {
    begin();
    ask("2026-02-15", "limit_change", "{\"loan\":\"%s\",\"reference\":\"L1\",\"asked\":true,\"stable\":true}");
    CU_ASSERT_FALSE(json_bool(d.answer, "changed", true));
    CU_ASSERT_STRING_EQUAL(json_text(json_array_get(json_object_get(d.answer, "reasons"), 0), "code", ""), "too_few_clean_cycles");
    CU_ASSERT_PTR_NOT_NULL(strstr(d.entries[d.file.n - 1].body, "too_few_clean_cycles")); /* a no is kept, too */
    for (int k = 1; k <= 12; k++) {
        char input[120];
        snprintf(input, sizeof input, "{\"loan\":\"%%s\",\"reference\":\"P%d\",\"amount\":96973}", k);
        desk_day_number(&d, day_months_later(day_of(2026, 1, 15), k));
        CU_ASSERT_EQUAL(desk_ask(&d, "receive_payment", input), CALL_DONE);
    }
    ask("2027-01-20", "limit_change", "{\"loan\":\"%s\",\"reference\":\"L2\",\"asked\":true,\"stable\":true,\"wanted\":9000000}");
    is("clean_cycles", 12);
    is("limit", 2500000);
    ask("2027-02-01", "limit_change", "{\"loan\":\"%s\",\"reference\":\"L3\",\"agreed\":true,\"stable\":true}");
    CU_ASSERT_STRING_EQUAL(json_text(json_array_get(json_object_get(d.answer, "reasons"), 0), "code", ""), "too_soon");
    ask("2027-02-02", "limit_change", "{\"loan\":\"%s\",\"reference\":\"L4\",\"distress\":true}");
    is("limit", desk_number(&d, "outstanding"));
    is("was", 2500000);
}

void test_ledger_life__day_ends_write_changes_only(void) {
    begin();
    uint32_t n = d.file.n;
    int32_t day = day_of(2026, 1, 16), listed = 0;
    for (; day <= day_of(2026, 8, 31); day++) { /* as the job does: only what is listed */
        if (d.file.columns.next_day > day) continue;
        desk_day_number(&d, day + 1);
        CU_ASSERT(desk_day_end(&d, day));
        CU_ASSERT(d.file.columns.next_day > day);
        listed++;
    }
    /* seven due days with interest, and the changes at 1, 30, 31, 60, 61, 90, 91 days; 181 days is a due day, too */
    CU_ASSERT_EQUAL(listed, 14);
    CU_ASSERT_EQUAL(d.file.n - n, 14);
    CU_ASSERT_STRING_EQUAL(d.bucket, "180+");
    CU_ASSERT_EQUAL(balance("loan:L1:interest"), -balance("lender:interest_income"));
    size_t posted = d.n_postings;
    CU_ASSERT(desk_day_end(&d, day_of(2026, 8, 20))); /* again, and for a day that was done */
    CU_ASSERT(d.n_postings == posted && !d.wrote);
}

void test_ledger_life__missed_day_ends_are_caught_up_in_one(void) {
    begin();
    ask("2026-05-20", "day_end", "{\"loan\":\"%s\"}");
    is("earned", 25000 + 24100 + 23189 + 22267);
    says("bucket", "91-180");
    says("bucket_before", "0");
    says("class", "npa");
    is("entry", 2);
    ask("2026-05-20", "day_end", "{\"loan\":\"%s\"}");
    is("entry", 0);
    is("earned", 0);
}

/* Forty instalments paid, then the very first month's money turns up: every later payment moves by one. */
void test_ledger_life__a_deep_correction_is_posted_in_sums(void) {
    desk_forget(&d);
    desk_day(&d, "2026-01-15");
    desk_open(&d, 2000000, ",\"rate\":0.15,\"months\":60");
    for (int k = 2; k <= 41; k++) {
        char input[120];
        snprintf(input, sizeof input, "{\"loan\":\"%%s\",\"reference\":\"P%d\",\"amount\":47580}", k);
        desk_day_number(&d, day_months_later(day_of(2026, 1, 15), k));
        CU_ASSERT_EQUAL(desk_ask(&d, "receive_payment", input), CALL_DONE);
    }
    size_t posted = d.n_postings;
    ask("2029-06-20", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":47580,\"on\":\"2026-02-15\"}");
    is("days_past_due", 0);
    CU_ASSERT(d.n_postings - posted <= 12);
    CU_ASSERT_EQUAL(d.postings[d.n_postings - 1].effective_day, day_of(2026, 2, 15));
    CU_ASSERT_EQUAL(balance("loan:L1:principal"), desk_number(&d, "outstanding"));
    CU_ASSERT_EQUAL(balance("loan:L1:interest"), 0);
    ask("2029-06-21", "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"B1\",\"payment\":\"P1\",\"why\":\"error\"}");
    is("days_past_due", 6);
    CU_ASSERT_EQUAL(balance("loan:L1:principal") + balance("loan:L1:interest"), desk_number(&d, "outstanding"));
}

void test_ledger_life__held_money_is_placed_on_the_day_on_which_it_came(void) {
    begin();
    ask("2026-01-20", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P0\",\"amount\":96973,\"on\":\"2026-01-10\"}");
    says("why", "before_opening");
    ask("2026-02-15", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":96973,\"to_due\":\"2026-02-14\"}");
    says("why", "unknown_aim");
    CU_ASSERT_EQUAL(balance("lender:suspense"), -2 * 96973);
    ask("2026-02-20", "day_end", "{\"loan\":\"%s\"}");
    is("days_past_due", 4);
    refused("2026-02-25", "place_held", "{\"loan\":\"%s\",\"reference\":\"X\",\"held\":\"P9\"}", "held");
    ask("2026-02-25", "place_held", "{\"loan\":\"%s\",\"reference\":\"X1\",\"held\":\"P1\"}");
    says("outcome", "allocated");
    is("principal", 71973);
    is("days_past_due", 0);
    CU_ASSERT_EQUAL(desk_balance_on(&d, "loan:L1:principal", day_of(2026, 2, 15)), 2000000 - 71973);
    CU_ASSERT_EQUAL(balance("lender:suspense"), -96973);
    CU_ASSERT_EQUAL(balance("lender:settlement"), -1960000 + 2 * 96973);
    refused("2026-02-25", "place_held", "{\"loan\":\"%s\",\"reference\":\"X2\",\"held\":\"P1\"}", "held");
    ask("2026-02-26", "reverse_payment", "{\"loan\":\"%s\",\"reference\":\"B1\",\"payment\":\"X1\",\"why\":\"returned\"}");
    is("days_past_due", 11);
    CU_ASSERT_EQUAL(balance("lender:settlement"), -1960000 + 96973);
    ask("2026-02-27", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P2\",\"amount\":100,\"currency\":\"JPY\"}");
    refused("2026-02-27", "place_held", "{\"loan\":\"%s\",\"reference\":\"X3\",\"held\":\"P2\"}", "wrong_currency");
}

/* Paid yesterday against yesterday's quote, heard of today. */
void test_ledger_life__an_exit_counts_from_the_day_on_which_the_money_came(void) {
    begin();
    ask("2026-01-19", "exit_cooling_off", "{\"loan\":\"%s\",\"reference\":\"X1\",\"amount\":2002500,\"on\":\"2026-01-18\"}");
    says("state", "cooled_off");
    is("credit", 0);
    refused("2026-01-20", "foreclose", "{\"loan\":\"%s\",\"reference\":\"F1\",\"amount\":2002500}", "not_active");
    begin();
    ask("2026-01-18", "receive_payment", "{\"loan\":\"%s\",\"reference\":\"P1\",\"amount\":1096973,\"as\":\"prepayment\",\"on\":\"2026-01-17\"}");
    is("principal", 1096973);
    CU_ASSERT_EQUAL(desk_balance_on(&d, "loan:L1:principal", day_of(2026, 1, 17)), 2000000 - 1096973);
}
