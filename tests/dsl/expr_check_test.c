#include "tests/dsl/expr_world.h"

static struct world w;
int setup_expr_check(void) { return world_open(&w, WORLD_SCHEMA, WORLD_FACTS), 0; }
int teardown_expr_check(void) { return world_close(&w), 0; }

static const struct type TRUTH = {.kind = TYPE_TRUTH};

struct wrong {
    const char *text, *said;
};
static void all_say(const struct wrong *t, size_t n) {
    for (size_t i = 0; i < n; i++) SAYS(&w, t[i].text, NULL, t[i].said);
}

void test_expr_check__mixed_types_say_what_to_write(void) {
    static const struct wrong T[] = {
        {"risk.pd > '5'", "0:type-mismatch: risk.pd is a share (0 to 1), '5' is text; write 5% or 0.05\n"},
        {"risk.pd > 5", "10:share-above-one: risk.pd is a share (0 to 1), 5 is above 1; write 5% if that is meant\n"},
        {"case.amount > 300000", "0:type-mismatch: case.amount is money in INR, 300000 is a number; write rupees(300000)\n"},
        {"case.due > 30", "0:type-mismatch: case.due is a date, 30 is a number; write a date such as date('2026-12-01') or today - days(30)\n"},
        {"today - case.due > 30", "0:type-mismatch: today - case.due is a number of days, 30 is a number; write days(30)\n"},
        {"case.opened - case.opened > days(2)", "0:type-mismatch: case.opened - case.opened is a length of time in hours, days(2) is a number of days; days follow the calendar and hours the clock; write both in one of them\n"},
        {"case.vulnerable == 1", "0:type-mismatch: case.vulnerable is true or false, 1 is a number; a truth stands alone: write it, or not in front of it\n"},
        {"case.age == '18'", "0:type-mismatch: case.age is a whole number, '18' is text; write a number without quotes\n"},
        {"default(case.income, 5)", "8:type-mismatch: case.income is money in INR, 5 is a number; write rupees(5)\n"},
        {"case.amount > default(case.fee, 0)", "0:type-mismatch: case.amount is money in INR, default(case.fee, 0) is money in USD; two currencies meet only through a step that converts\n"},
        {"case.amount * case.amount > 3", "0:type-mismatch: case.amount is money in INR, case.amount is money in INR; money times money means nothing; multiply it by a number or a share\n"},
        {"risk.pd > case.age", "0:type-mismatch: risk.pd is a share (0 to 1), case.age is a whole number; write a share such as 5% or 0.05\n"},
    };
    all_say(T, ARRAY_LEN(T));
}

void test_expr_check__unknown_names_are_nearly_guessed(void) {
    static const struct wrong T[] = {
        {"risks.pd > 0.05", "0:unknown-name: nothing called ‹risks› is known here; did you mean ‹risk›?\n"},
        {"case.amont > rupees(5)", "0:unknown-name: ‹case› has no field ‹amont›; did you mean ‹amount›?\n"},
        {"case.kind == 'farmr'", "13:unknown-word: ‹farmr› is not one of its values; did you mean 'farmer'?\n"},
        {"case.kind in ('farmer', 'tradr')", "24:unknown-word: ‹tradr› is not one of its values; did you mean 'trader'?\n"},
        {"case.kind == farmer", "13:unknown-name: nothing called ‹farmer› is known here; if it is a text, write 'farmer'\n"},
        {"cuont(case.documents) > 0", "0:unknown-function: there is no function ‹cuont›; did you mean ‹count›?\n"},
        {"day(4) == days(4)", "0:unknown-function: there is no function ‹day›; did you mean ‹days›?\n"},
        {"has(today) and count(today) > 0", "21:unknown-name: nothing called ‹today› is known here; if it is a text, write 'today'\n"},
        {"visits(today) > 0", "0:no-paragraphs: visits() and ended() stand only in flows: here there are no paragraphs\n"},
        {"case.name.first == 'x'", "0:no-fields: ‹name› is text and has no field ‹first›\n"},
    };
    all_say(T, ARRAY_LEN(T));
}

void test_expr_check__slips_of_other_languages_are_named(void) {
    static const struct wrong T[] = {
        {"case.amount = 5", "12:unknown-sign: ‹=› means nothing here; write ==\n"},
        {"case.amount != 5", "12:unknown-sign: ‹!=› means nothing here; write ~=\n"},
        {"case.vulnerable && true", "16:unknown-sign: ‹&&› means nothing here; write and\n"},
        {"case.vulnerable AND true", "16:unknown-sign: ‹AND› means nothing here; write and\n"},
        {"1 < case.age < 3", "13:chained: two comparisons in a row; write a < b and b < c, or b between a and c\n"},
        {"case.amount > 2,50,000", "15:grouped-number: a comma cannot stand here; write numbers without grouping (250000) and amounts as rupees('2,50,000')\n"},
        {"rupees(2,50,000)", "8:grouped-number: rupees takes one number; a grouped amount is text: rupees('2,50,000')\n"},
        {"rupees('2,5,0') > 0", "0:bad-unit: ‹2,5,0› has a comma in an odd place; write '2,50,000' or '250,000'\n"},
        {"‘a’ == 'b'", "0:unknown-sign: ‹‘› means nothing here; write a plain single quote: '\n"},
        {"case.name == \"x\"", "13:unknown-sign: ‹\"› means nothing here; write text in single quotes: 'text'\n"},
        {"x == nil", "5:unknown-sign: ‹nil› means nothing here; write not has(...)\n"},
        {"1e5 > 3", "0:bad-number: ‹1e5› is no number; put a space or an operator before ‹e5›\n"},
        {"12.3456789 > 1", "0:bad-number: ‹12.3456789› is too big or has more than six decimals\n"},
        {"'open", "0:open-text: this text has no closing quote; end it with '\n"},
        {"", "0:empty: the expression is empty; write a condition or a name\n"},
        {"days(1.5) > days(1)", "0:bad-unit: days(1.5) is finer than days can be counted; write a rounder number\n"},
        {"case.age > 1 and", "16:unfinished: the expression ends too early; a name, a number, a 'text' or ( is missing\n"},
    };
    all_say(T, ARRAY_LEN(T));
}

void test_expr_check__lists_and_opaque_values_are_kept_apart(void) {
    static const struct wrong T[] = {
        {"case.documents.kind == 'payslip'", "0:list: ‹documents› is a list in ‹case.documents.kind›; use count(... where it.kind ...), any, all, sum, min or max\n"},
        {"sum(case.documents.amount) > 0", "0:maybe-missing: ‹amount› may be missing in an item; guard it with  where has(it.amount)\n"},
        {"it.ok", "0:no-item: ‹it› is the item of a list and stands only after ‹where› in count, any, all, sum, min or max\n"},
        {"has(case.raw) and case.raw == 'x'", "18:not-comparable: case.raw is a value that can only be passed on and cannot be compared; name one field of it, or use has() or count()\n"},
        {"case.kind < 'farmer'", "0:not-ordered: one of salaried, farmer, trader has no order; use ==, ~= or in\n"},
        {"count(case.documents where any(case.documents where it.ok))", "27:nested-list: a list cannot be looked at inside another; do it in two facts, or ask the connector for the total\n"},
        {"count(case.documents where it.kind == 'payslp') > 0", "38:unknown-word: ‹payslp› is not one of its values; did you mean 'payslip'?\n"},
    };
    all_say(T, ARRAY_LEN(T));
}

void test_expr_check__all_faults_come_in_one_go_and_silence_what_follows(void) {
    SAYS(&w, "case.amount + 5 > rupees(3) and case.amont > 3 and bureau.score > 5", NULL,
         "0:type-mismatch: case.amount is money in INR, 5 is a number; write rupees(5)\n"
         "32:unknown-name: ‹case› has no field ‹amont›; did you mean ‹amount›?\n"
         "51:maybe-missing: ‹bureau.score› may be missing; guard it with has(bureau.score) or default(bureau.score, ...)\n");
}

void test_expr_check__a_condition_must_be_true_or_false(void) {
    SAYS(&w, "case.age", &TRUTH, "0:no-condition: case.age is a whole number, where something true or false is wanted; compare it with something\n");
    SAYS(&w, "not case.age", &TRUTH, "4:no-condition: case.age is a whole number, where something true or false is wanted; compare it with something\n");
    SAYS(&w, "case.vulnerable", &TRUTH, "");
}

void test_expr_check__what_is_wanted_is_said(void) {
    static const char *const WORDS[] = {"farmer", "trader", NULL};
    const struct type money = {.kind = TYPE_MONEY, .currency = "INR"}, one = {.kind = TYPE_ONE_OF, .words = WORDS};
    const struct type maybe_money = {.kind = TYPE_MONEY, .currency = "INR", .maybe = true}, any = {.kind = TYPE_OPAQUE};
    SAYS(&w, "case.age", &money, "0:type-mismatch: case.age is a whole number, but money in INR is wanted\n");
    SAYS(&w, "case.income", &money, "0:maybe-missing: ‹case.income› may be missing; guard it with has(case.income) or default(case.income, ...)\n");
    SAYS(&w, "case.income", &maybe_money, "");
    SAYS(&w, "case.kind", &one, "0:type-mismatch: case.kind may be ‹salaried›, but one of farmer, trader is wanted\n");
    SAYS(&w, "'trader'", &one, "");
    SAYS(&w, "case", &any, "");
    CU_ASSERT_EQUAL(expr_type(world_read_as(&w, "0", &money))->kind, TYPE_MONEY);
}

/* ---- narrowing ---- */

#define GUARD(name) "may be missing; guard it with has(" name ") or default(" name ", ...)\n"

void test_expr_check__guards_teach_the_parts_after_them(void) {
    static const char *const GOOD[] = {
        "has(bureau.score) and bureau.score > 700",
        "has(bureau) and bureau.score > 700",
        "not has(bureau.score) or bureau.score > 700",
        "not (not has(bureau) or case.vulnerable) and bureau.score > 1",
        "has(bureau) and has(case.income) and bureau.score > 1 and case.income > 0",
        "(has(bureau) and case.age > 1 or has(bureau) and case.age > 2) and bureau.score > 1",
        "not has(bureau.score) or not has(case.income) or case.income > rupees(5) and bureau.score > 5",
        "has(bureau.thin) and bureau.thin and bureau.score > 3",
    };
    for (size_t i = 0; i < ARRAY_LEN(GOOD); i++) SAYS(&w, GOOD[i], &TRUTH, "");
}

void test_expr_check__what_is_not_certain_is_not_taught(void) {
    SAYS(&w, "has(bureau.score) or bureau.score > 700", &TRUTH, "21:maybe-missing: ‹bureau.score› " GUARD("bureau.score"));
    SAYS(&w, "bureau.score > 700 and has(bureau)", &TRUTH, "0:maybe-missing: ‹bureau.score› " GUARD("bureau.score"));
    SAYS(&w, "has(bureau) and bureau.thin", &TRUTH, "16:maybe-missing: ‹bureau.thin› " GUARD("bureau.thin"));
    SAYS(&w, "(has(bureau) or case.vulnerable) and bureau.score > 1", &TRUTH, "37:maybe-missing: ‹bureau.score› " GUARD("bureau.score"));
    SAYS(&w, "not (has(bureau) and case.vulnerable) or bureau.score > 1", &TRUTH, "");
    SAYS(&w, "(has(bureau) and case.vulnerable) or bureau.score > 1", &TRUTH, "37:maybe-missing: ‹bureau.score› " GUARD("bureau.score"));
}

void test_expr_check__a_guard_inside_where_ends_with_it(void) {
    SAYS(&w, "any(case.documents where has(it.amount) and it.amount > rupees(5)) and has(bureau) and bureau.score > 1", &TRUTH, "");
    SAYS(&w, "any(case.documents where it.amount > rupees(5))", &TRUTH, "25:maybe-missing: ‹it.amount› " GUARD("it.amount"));
}

static const struct expr_known *after(const char *text, bool outcome) {
    const struct expr_known *k = NULL;
    const struct expr *e = world_read_as(&w, text, &TRUTH);
    CU_ASSERT_PTR_NOT_NULL(e);
    if (e) CU_ASSERT_EQUAL(expr_known_when(e, outcome, NULL, w.arena, &k), OK);
    return k;
}

void test_expr_check__later_rows_know_that_earlier_ones_failed(void) {
    CU_ASSERT(expr_known_has(after("not has(bureau.score)", false), "bureau.score"));
    CU_ASSERT(expr_known_has(after("not has(bureau.score)", false), "bureau"));
    CU_ASSERT_FALSE(expr_known_has(after("not has(bureau.score)", true), "bureau.score"));
    CU_ASSERT(expr_known_has(after("not has(bureau) or not has(case.income)", false), "case.income"));
    CU_ASSERT_FALSE(expr_known_has(after("not has(bureau) and not has(case.income)", false), "case.income"));
    const struct expr_known *x = after("has(bureau) and has(case.income)", true), *y = after("has(case.income)", true), *both;
    CU_ASSERT_EQUAL(expr_known_meet(x, y, w.arena, &both), OK);
    CU_ASSERT(expr_known_has(both, "case.income"));
    CU_ASSERT_FALSE(expr_known_has(both, "bureau"));
}

void test_expr_check__a_scope_carries_what_is_known(void) {
    struct expr_known k = {.name = "bureau"};
    w.scope.known = &k;
    SAYS(&w, "bureau.score > 700", &TRUTH, "");
    CU_ASSERT_FALSE(expr_name_type(&w.scope, "bureau.score", w.arena, NULL)->maybe);
    w.scope.known = NULL;
    CU_ASSERT(expr_name_type(&w.scope, "bureau.score", w.arena, NULL)->maybe);
    const char *near = NULL;
    CU_ASSERT_PTR_NULL(expr_name_type(&w.scope, "burau.score", w.arena, &near));
    CU_ASSERT_STRING_EQUAL(near ? near : "", "bureau");
}

/* ---- hostile input ---- */

static void repeated(char *out, const char *head, const char *piece, int n, const char *tail) {
    size_t len = (size_t)snprintf(out, 8192, "%s", head);
    for (int i = 0; i < n; i++) len += (size_t)snprintf(out + len, 8192 - len, "%s", piece);
    snprintf(out + len, 8192 - len, "%s", tail);
}

void test_expr_check__depth_and_size_are_bounded(void) {
    static char text[8192];
    static const struct {
        const char *head, *piece, *tail, *code;
    } T[] = {{"", "(", "1", "too-deep"}, {"", "not ", "true", "too-deep"}, {"", "- ", "1", "too-deep"}, {"1", "+1", " > 2", "too-deep"},
             {"", "default(1,", "1", "too-deep"}, {"true", " and true", "", "unexpected"}, {"a", ".a", "", "too-deep"}};
    for (size_t i = 0; i < ARRAY_LEN(T); i++) {
        repeated(text, T[i].head, T[i].piece, 400, T[i].tail);
        CU_ASSERT_PTR_NULL(world_read(&w, text));
        if (!strstr(w.said, T[i].code)) fprintf(stderr, "\n %.40s: %s", text, w.said);
        CU_ASSERT_PTR_NOT_NULL(strstr(w.said, T[i].code));
    }
    repeated(text, "1", " + 1", 1100, " > 2");
    CU_ASSERT_PTR_NULL(world_read(&w, text));
    CU_ASSERT_PTR_NOT_NULL(strstr(w.said, "at most 4096 bytes"));
}

/* Alternating and / or, as deep as allowed: narrowing must not double at each level. */
void test_expr_check__deep_alternation_is_read_in_no_time(void) {
    static char text[8192];
    size_t n = 0;
    for (int i = 0; i < 40; i++) n += (size_t)snprintf(text + n, sizeof text - n, "(has(bureau) %s ", i % 2 ? "and" : "or");
    n += (size_t)snprintf(text + n, sizeof text - n, "has(case.income)");
    for (int i = 0; i < 40; i++) text[n++] = ')';
    text[n] = '\0';
    SAYS(&w, text, &TRUTH, "");
}

static void note_atom(void *who, const struct expr_atom *a) {
    char *out = who;
    size_t n = strlen(out);
    snprintf(out + n, 400 - n, "%s%s %s %d; ", a->negated ? "not " : "", a->fact ? a->fact : "?", a->op, a->n);
}

void test_expr_check__atoms_are_told_for_dead_rules(void) {
    char out[400] = "";
    const struct expr *e = world_read(&w, "5% < risk.pd and case.kind in ('farmer', 'trader') and not has(bureau) and case.age + 1 > 3 and case.vulnerable");
    CU_ASSERT_PTR_NOT_NULL(e);
    if (e) expr_atoms(e, note_atom, out);
    CU_ASSERT_STRING_EQUAL(out, "risk.pd > 1; case.kind in 2; not bureau has 0; ? > 0; case.vulnerable truth 0; ");
}
