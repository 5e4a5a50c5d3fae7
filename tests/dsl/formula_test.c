/* formula_test.c - named pure functions: exact values, bounded, alone in the world; and called in decisions. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "base/fixed.h"
#include "tests/dsl/strategy.h"
#include "tests/harness/torture.h"

static const char *fault_of(struct dsl_file *f) {
    const struct dsl_fault *all;
    return f && dsl_faults(f, &all) ? all[0].text : "";
}

static bool refuses(const char *body, const char *because) {
    AUTO(buf_reset) struct buf text;
    buf_init(&text, 1 << 20);
    buf_addf(&text, "formula \"f\" { about = \"x\", takes = { number \"a\", text \"t\" }, gives = \"number\", "
                    "tries = { try { 3, \"abc\", gives = 1 } }, body = [[%s]] }", body);
    struct dsl_file *f = dsl_read("functions.lua", buf_text(&text), text.len, NULL);
    bool right = f && !dsl_ok(f) && strstr(fault_of(f), because);
    if (!right) printf("\n%s: %s\n", body, fault_of(f));
    dsl_free(f);
    return right;
}

void test_formula__sees_nothing_but_its_arguments(void) {
    static const char *const hidden[] = {"os", "io", "string", "math", "load", "require", "pairs", "next", "rawget", "getmetatable", "setmetatable",
                                         "collectgarbage", "print", "error", "pcall", "coroutine", "debug", "_G", "tostring", "select"};
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
        char body[80];
        snprintf(body, sizeof body, "return %s", hidden[i]);
        CU_ASSERT(refuses(body, "nothing is called"));
    }
    CU_ASSERT(refuses("_ENV.x = 1 return 1", "keeps nothing"));
    CU_ASSERT(refuses("x = 1 return 1", "keeps nothing"));
    CU_ASSERT(refuses("return t:len()", "cannot be used"));
    CU_ASSERT(refuses("return t.x", "cannot be used"));
    CU_ASSERT(refuses("return #t .. 'x'", "joins texts"));
    CU_ASSERT(refuses("return a ^ 2", "power(x, n)"));
    CU_ASSERT(refuses("return a & 3", "bits"));
    CU_ASSERT(refuses("return ...", "name the arguments"));
    CU_ASSERT(refuses("return 0x10", "decimal"));
    CU_ASSERT(refuses("\x1bLua", "")); /* bytecode */
}

void test_formula__is_bounded(void) {
    CU_ASSERT(refuses("while true do end", "too long"));
    CU_ASSERT(refuses("local function f(n) return f(n + 1) end return f(a)", "too long"));
    CU_ASSERT(refuses("local function f(n) return 1 + f(n) end return f(a)", "memory"));
    CU_ASSERT(refuses("local t = {} for i = 1, 1700 do t[i] = {i, i, i, i, i, i, i, i} end return 1", "memory"));
    CU_ASSERT(refuses("return 1 / 0", "no number"));
    CU_ASSERT(refuses("return 0 / 0", "no number"));
    CU_ASSERT(refuses("return 9223372036854775807 * 9223372036854775807", "no number")); /* doubles do not wrap round */
    CU_ASSERT(refuses("return 5 // 0", "no number"));
    CU_ASSERT(refuses("return nil", "nothing"));
    CU_ASSERT(refuses("return t", "a text"));
    CU_ASSERT(refuses("return {}", "a value of Lua"));
}

static struct value number(double v) {
    struct value out = {.kind = TYPE_NUMBER};
    CU_ASSERT_EQUAL(fixed_from_double(v, &out.n), OK);
    return out;
}
static struct value money(int64_t minor) { return (struct value){.kind = TYPE_MONEY, .currency = "INR", .n = minor}; }

static struct formula made;
static struct dsl_file *made_file;
static const struct formula *make(const char *takes, const char *gives, const char *body, const char *one_try) {
    AUTO(buf_reset) struct buf text;
    int n = 0;
    buf_init(&text, 1 << 20);
    buf_addf(&text, "formula \"f\" { about = \"x\", takes = { %s }, gives = %s, tries = { try { %s } }, body = [[%s]] }", takes, gives, one_try, body);
    dsl_free(made_file);
    made_file = dsl_read("functions.lua", buf_text(&text), text.len, NULL);
    const struct formula *all = made_file ? dsl_formulas(made_file, &n) : NULL;
    if (n != 1) printf("\n%s: %s\n", body, fault_of(made_file));
    CU_ASSERT_EQUAL_FATAL(n, 1);
    made = all[0];
    return &made;
}

int teardown_formula(void) {
    dsl_free(made_file);
    made_file = NULL;
    return 0;
}

void test_formula__money_is_exact(void) {
    const struct formula *f = make("money \"a\", money \"b\"", "\"money\"", "return a + b - rupees('0.01')", "rupees(1), rupees(2), gives = rupees('2.99')");
    struct value args[2] = {money(9007199254740993), money(1)}, out; /* past what a double holds exactly */
    CU_ASSERT_EQUAL(formula_call(f, args, NULL, &out, NULL), OK);
    CU_ASSERT_EQUAL(out.n, 9007199254740993);
    CU_ASSERT_STRING_EQUAL(out.currency, "INR");
    args[0] = money(INT64_MAX);
    struct fault why = {0};
    CU_ASSERT_EQUAL(formula_call(f, args, NULL, &out, &why), ERR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "too big"));
    f = make("money \"a\", number \"n\"", "\"money\"", "return a / n", "rupees(1), 2, gives = rupees('0.5')");
    struct value half[2] = {money(5), number(2)};
    CU_ASSERT(formula_call(f, half, NULL, &out, NULL) == OK && out.n == 2); /* 2.5 paise: half to even */
    half[0] = money(7);
    CU_ASSERT(formula_call(f, half, NULL, &out, NULL) == OK && out.n == 4);
}

void test_formula__every_call_starts_from_nothing(void) {
    const struct formula *f = make("number \"a\"", "\"number\"", "local t = {a} t[2] = a return t[1] + #t", "1, gives = 3");
    struct value arg = number(40), out;
    for (int i = 0; i < 5000; i++)
        if (formula_call(f, &arg, NULL, &out, NULL) != OK || out.n != 42 * FIXED_ONE) CU_FAIL("not the same again");
    /* The memory of one call is not missed by the next. */
    f = make("number \"a\"", "\"number\"", "local t = {} for i = 1, a do t[i] = {i, i} end return #t", "10, gives = 10");
    arg = number(1200);
    for (int i = 0; i < 200; i++)
        if (formula_call(f, &arg, NULL, &out, NULL) != OK) CU_FAIL("the memory of an earlier call is missed");
}

void test_formula__dates_and_words(void) {
    const struct formula *f = make("date \"from\", date \"till\"", "{ \"short\", \"long\" }",
                                   "if till - from > 30 then return 'long' end return 'short'",
                                   "date \"2026-01-01\", date \"2026-01-05\", gives = \"short\"");
    struct value args[2] = {{.kind = TYPE_DATE, .n = 20000}, {.kind = TYPE_DATE, .n = 20031}}, out;
    CU_ASSERT(formula_call(f, args, NULL, &out, NULL) == OK && !strcmp(out.text, "long"));
    f = make("date \"d\", number \"n\"", "\"date\"", "return d + n", "date \"2026-01-31\", 1, gives = date \"2026-02-01\"");
    struct value move[2] = {{.kind = TYPE_DATE, .n = 20000}, number(0.5)};
    CU_ASSERT_EQUAL(formula_call(f, move, NULL, &out, NULL), ERR_INVALID); /* half a day */
}

void test_formula__a_policy_decides_with_formulas(void) {
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *file = k ? strategy_read(k, "tests/dsl/language/affordable.lua") : NULL;
    const struct policy *p = file ? dsl_policy(file) : NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    static const struct {
        int64_t income;
        const char *outcome;
    } rows[] = {{10000000, "approve"}, {2000000, "refer"}, {1000000, "decline"}, {0, "decline"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        json_auto_t *names = json_pack("{s:{s:I, s:I, s:i}}", "case", "amount", (json_int_t)10000000, "income", (json_int_t)rows[i].income, "months", 12);
        struct scope s = {.names = names, .now_ms = 1790000000000};
        json_t *decision = NULL;
        struct fault f = {0};
        CU_ASSERT_EQUAL(policy_decide(p, &s, &decision, &f), OK);
        CU_ASSERT_STRING_EQUAL(json_text(decision, "outcome", ""), rows[i].outcome);
        json_decref(decision);
    }
    dsl_free(file);
    catalog_json_free(k);
}

/* The search for flips calls the formulas again and again, but not for ever. */
void test_formula__a_decision_is_bounded_as_a_whole(void) {
    static const char heavy[] = "formula \"heavy\" { about = \"x\", takes = { money \"a\" }, gives = \"share\", tries = { try { rupees(1), gives = 0.01 } }, "
                                "body = [[ local s = 0 for i = 1, 4000 do s = s + i end return min(1, a / rupees(100)) ]] }";
    static const char text[] = "policy \"slow\" { version = 1, case = \"loan_application\" }\n"
                               "rule \"a\" { when = \"heavy(case.amount) > 90% or heavy(case.amount + rupees(1)) > 95%\", decline = \"R08\" }\n"
                               "otherwise { approve = true }\n";
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *functions = strategy_text(k, "heavy.lua", heavy);
    CU_ASSERT_EQUAL_FATAL(catalog_json_add_take(k, functions), OK);
    struct dsl_file *file = strategy_text(k, "x.lua", text);
    const struct policy *p = file ? dsl_policy(file) : NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    json_auto_t *names = json_pack("{s:{s:i, s:i}}", "case", "amount", 500, "months", 12);
    struct scope s = {.names = names, .now_ms = 1790000000000};
    json_t *decision = NULL;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(policy_decide(p, &s, &decision, &f), OK);
    CU_ASSERT_STRING_EQUAL(json_text(decision, "outcome", ""), "approve");
    AUTO(buf_reset) struct buf said;
    buf_init(&said, 1 << 20);
    CU_ASSERT_EQUAL(json_write(json_object_get(decision, "flips_notes"), &said), OK);
    CU_ASSERT(json_array_size(json_object_get(decision, "flips")) == 1 || strstr(buf_text(&said), "too long"));
    json_decref(decision);
    dsl_free(file);
    catalog_json_free(k);
}

/* Overflow inside a formula is a recorded fault, and a person's case. */
void test_formula__a_fault_at_run_time_refers(void) {
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *file = k ? strategy_read(k, "tests/dsl/language/affordable.lua") : NULL;
    json_auto_t *names = json_pack("{s:{s:I, s:I, s:i}}", "case", "amount", (json_int_t)INT64_MAX, "income", (json_int_t)100, "months", 12);
    struct scope s = {.names = names, .now_ms = 1790000000000};
    json_t *decision = NULL;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(policy_decide(dsl_policy(file), &s, &decision, &f), OK);
    CU_ASSERT_STRING_EQUAL(json_text(decision, "outcome", ""), "refer");
    AUTO(buf_reset) struct buf text;
    buf_init(&text, 1 << 20);
    CU_ASSERT_EQUAL(json_write(json_object_get(decision, "fault"), &text), OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "formula instalment"));
    json_decref(decision);
    dsl_free(file);
    catalog_json_free(k);
}

static void read_functions(void *who) {
    (void)who;
    size_t n = 0;
    char *text = strategy_slurp("strategies/functions.lua", &n);
    struct dsl_file *f = text ? dsl_read("functions.lua", text, n, NULL) : NULL;
    dsl_free(f);
    free(text);
}

void test_formula__every_allocation_may_fail(void) { CU_ASSERT(torture_run(read_functions, NULL) > 100); }
