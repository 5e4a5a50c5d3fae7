#include "tests/dsl/expr_world.h"

static struct world w;
int setup_expr_eval(void) { return world_open(&w, WORLD_SCHEMA, WORLD_FACTS), 0; }
int teardown_expr_eval(void) { return world_close(&w), 0; }

void test_expr_eval__precedence_is_the_schoolbook_one(void) {
    IS(&w, "1 + 2 * 3", "7");
    IS(&w, "(1 + 2) * 3", "9");
    IS(&w, "10 - 4 - 3", "3");
    IS(&w, "-2 * -3", "6");
    IS(&w, "not 1 == 2", "true");
    IS(&w, "true or false and false", "true");
    IS(&w, "not false and false", "false");
    IS(&w, "8 / 2 / 2", "2");
}

void test_expr_eval__decimals_are_exact_and_half_even(void) {
    IS(&w, "0.1 + 0.2 == 0.3", "true");
    IS(&w, "0.000001 * 0.5", "0");
    IS(&w, "0.000003 * 0.5 == 0.000002", "true");
    IS(&w, "1 / 3 * 3 == 1", "false"); /* 0.333333 * 3 */
    IS(&w, "12% == 0.12", "true");
    IS(&w, "0.3% * 1000", "3");
}

void test_expr_eval__money_keeps_its_currency(void) {
    IS(&w, "case.amount", "25000000");
    IS(&w, "case.amount * 30%", "7500000");
    IS(&w, "case.amount - rupees(1)", "24999900");
    IS(&w, "case.amount >= rupees('2,50,000')", "true");
    IS(&w, "min(case.amount, rupees(2000)) / 3", "66667");
    IS(&w, "case.amount / rupees(100000) == 2.5", "true");
    IS(&w, "max(rupees(1), 0)", "100");
    IS(&w, "default(case.income, 0) * 2", "0");
    IS(&w, "default(case.fee, 0)", "1250");
}

void test_expr_eval__dates_follow_the_calendar(void) {
    IS(&w, "today", "\"2026-12-01\"");
    IS(&w, "case.due + days(30)", "\"2026-12-20\"");
    IS(&w, "today - case.due", "11");
    IS(&w, "today - case.due > days(10)", "true");
    IS(&w, "days(3) + case.due == date('2026-11-23')", "true");
    IS(&w, "case.due < '2026-11-21'", "true");
    IS(&w, "case.opened + hours(6)", "\"2026-12-01T00:00:00.000Z\"");
    IS(&w, "case.opened + days(1) > case.opened + hours(23)", "true");
    IS(&w, "case.due - weeks(2) == '2026-11-06'", "true");
}

void test_expr_eval__lists_are_counted_and_summed(void) {
    IS(&w, "count(case.documents)", "3");
    IS(&w, "count(case.documents where it.kind == 'payslip')", "2");
    IS(&w, "any(case.documents where not it.ok)", "true");
    IS(&w, "all(case.documents.ok)", "false");
    IS(&w, "all(case.documents where it.kind in ('payslip', 'statement'))", "true");
    IS(&w, "sum(case.documents.amount where has(it.amount))", "8500000");
    IS(&w, "default(min(case.documents.amount where has(it.amount)), 0)", "4000000");
    IS(&w, "default(max(case.documents.pages where has(it.pages) and it.pages > 9), 0)", "0");
    IS(&w, "sum(case.documents.amount where has(it.amount) and not it.ok)", "0");
    IS(&w, "all(case.documents where it.ok) or count(case.documents) > 2", "true");
}

void test_expr_eval__words_and_ranges(void) {
    IS(&w, "case.kind in ('farmer', 'trader')", "true");
    IS(&w, "case.kind not in ('farmer', 'trader')", "false");
    IS(&w, "case.kind ~= 'salaried'", "true");
    IS(&w, "case.age between 18 and 34", "true");
    IS(&w, "case.age not between 35 and 60", "true");
    IS(&w, "risk.pd between 6% and 6.3% and case.vulnerable == false", "true");
}

void test_expr_eval__guards_decide_what_is_read(void) {
    IS(&w, "has(bureau) and bureau.score > 700", "false");
    IS(&w, "not has(bureau.score) or bureau.score > 700", "true");
    IS(&w, "default(bureau.score, 600) < 650", "true");
    IS(&w, "default(bureau.thin, true)", "true");
    IS(&w, "has(case.income)", "false");
    IS(&w, "default(case.amount / case.income, 3)", "no: 22:maybe-missing: ‹case.income› may be missing; guard it with has(case.income) or default(case.income, ...)\n");
    IS(&w, "default(case.amount / default(case.income, 0), 3)", "3");
}

void test_expr_eval__too_big_is_a_fault_not_a_wrong_number(void) {
    IS(&w, "9000000000 * 9000000000 > 1", "fault: ‹9000000000 * 9000000000› is too big to be counted");
    IS(&w, "case.amount * 9000000000000 > rupees(1)", "fault: ‹case.amount * 9000000000000› is too big to be counted");
}

void test_expr_eval__an_answer_of_another_type_is_a_fault(void) {
    json_t *was = w.facts;
    w.at.names = world_json("{\"case\":{\"amount\":\"much\",\"age\":33.5,\"kind\":\"king\",\"due\":\"soon\",\"documents\":{}},\"risk\":{}}");
    IS(&w, "case.amount > 0", "fault: ‹case.amount› money in minor units is wanted, but the value is no whole number");
    IS(&w, "case.age > 0", "fault: ‹case.age› a whole number is wanted, but the value is a fraction");
    IS(&w, "case.kind == 'farmer'", "fault: ‹case.kind› one of its declared words is wanted, but the value is another word");
    IS(&w, "case.due > today", "fault: ‹case.due› a date is wanted, but the value is something else");
    IS(&w, "count(case.documents) > 0", "fault: ‹case.documents› a list is wanted, but the value is none");
    IS(&w, "risk.pd > 3%", "fault: ‹risk.pd› is missing");
    json_decref((json_t *)w.at.names);
    w.at.names = was;
}

static int visits(void *who, const char *paragraph) { return *(int *)who + (int)strlen(paragraph); }
static bool ended(void *who, const char *paragraph) { return (void)who, paragraph[0] == 'a'; }

void test_expr_eval__visits_and_ended_ask_the_run(void) {
    const char *const paragraphs[] = {"again", "pause", NULL};
    int base = 2;
    w.scope.paragraphs = paragraphs;
    w.at.visits = visits, w.at.ended = ended, w.at.who = &base;
    IS(&w, "visits(pause) >= 7", "true");
    IS(&w, "ended(again) and not ended(pause)", "true");
    w.scope.paragraphs = NULL;
    w.at.visits = NULL, w.at.ended = NULL;
}

void test_expr_eval__one_fact_can_be_seen_changed(void) {
    struct fact_change change = {.fact = "risk.pd", .value = {.kind = TYPE_SHARE, .n = 90000}};
    w.at.change = &change;
    IS(&w, "risk.pd", "0.09");
    IS(&w, "case.age", "34");
    change = (struct fact_change){.fact = "risk", .value = {.missing = true}};
    IS(&w, "has(risk)", "false");
    IS(&w, "default(risk.months, 0)", "0");
    IS(&w, "risk.pd > 3%", "fault: ‹risk.pd› is missing");
    w.at.change = NULL;
}
