#include "tests/dsl/expr_world.h"

static struct world w;
int setup_expr_trace(void) { return world_open(&w, WORLD_SCHEMA, WORLD_FACTS), 0; }
int teardown_expr_trace(void) { return world_close(&w), 0; }

/* The texts of the parts that decided, and the truth of each. */
static const char *parts(const char *text) {
    struct trace t = {.parts = json_array()};
    char out[800] = "";
    size_t i, n = 0;
    bool holds;
    json_t *p;
    const struct expr *e = world_read(&w, text);
    if (!e || expr_holds(e, &w.at, &holds, &t, NULL) != OK) return "no";
    json_array_foreach(t.parts, i, p) {
        n += (size_t)snprintf(out + n, sizeof out - n, "%s[%s]%s", i ? " " : "", json_text(p, "text", "?"),
                              json_is_true(json_object_get(p, "value")) ? "+" : "-");
    }
    json_decref(t.parts);
    return arena_strdup(w.arena, out);
}

void test_expr_trace__and_is_false_by_its_first_false_part_and_true_by_all(void) {
    CU_ASSERT_STRING_EQUAL(parts("case.age > 18 and risk.pd > 9% and case.age > 99"), "[risk.pd > 9%]-");
    CU_ASSERT_STRING_EQUAL(parts("case.age > 18 and risk.pd > 6%"), "[case.age > 18]+ [risk.pd > 6%]+");
}

void test_expr_trace__or_is_true_by_its_first_true_part_and_false_by_all(void) {
    CU_ASSERT_STRING_EQUAL(parts("case.age > 99 or risk.pd > 6% or case.age > 18"), "[risk.pd > 6%]+");
    CU_ASSERT_STRING_EQUAL(parts("case.age > 99 or case.vulnerable"), "[case.age > 99]- [case.vulnerable]-");
}

void test_expr_trace__not_turns_what_is_inside(void) {
    CU_ASSERT_STRING_EQUAL(parts("not (case.age > 18 and risk.pd > 9%)"), "[risk.pd > 9%]-");
    CU_ASSERT_STRING_EQUAL(parts("not has(bureau) or bureau.score > 5"), "[has(bureau)]-");
}

static json_t *only_part(const char *text) {
    struct trace t = {.parts = json_array()};
    bool holds;
    const struct expr *e = world_read(&w, text);
    json_t *p = NULL;
    if (e && expr_holds(e, &w.at, &holds, &t, NULL) == OK) p = json_incref(json_array_get(t.parts, 0));
    json_decref(t.parts);
    return p;
}

static void same_json(json_t *got, const char *wanted) {
    json_t *want = world_json(wanted);
    char *text = json_dumps(got, JSON_SORT_KEYS | JSON_REAL_PRECISION(12));
    if (!json_equal(got, want)) fprintf(stderr, "\n  got %s\n", text);
    CU_ASSERT(json_equal(got, want));
    free(text);
    json_decref(want);
    json_decref(got);
}

void test_expr_trace__a_comparison_shows_its_facts_and_both_sides(void) {
    same_json(only_part("0.3 * case.amount > rupees(50000)"),
              "{\"text\":\"0.3 * case.amount > rupees(50000)\",\"value\":true,\"left\":7500000,\"right\":5000000,"
              "\"says\":\"0.3 * case.amount (INR 75,000) > rupees(50000)\",\"facts\":{\"case.amount\":25000000}}");
    same_json(only_part("case.age between 18 and 30"),
              "{\"text\":\"case.age between 18 and 30\",\"value\":false,\"left\":34,\"right\":[18,30],"
              "\"says\":\"case.age (34) between 18 and 30\",\"facts\":{\"case.age\":34}}");
    same_json(only_part("count(case.documents where it.ok) >= 2"),
              "{\"text\":\"count(case.documents where it.ok) >= 2\",\"value\":true,\"left\":2,\"right\":2,"
              "\"says\":\"count(case.documents where it.ok) (2) >= 2\",\"facts\":{\"case.documents\":{\"items\":3}}}");
}

void test_expr_trace__personal_facts_are_not_kept(void) {
    same_json(only_part("case.name == 'Asha'"),
              "{\"text\":\"case.name == 'Asha'\",\"value\":true,\"facts\":{\"case.name\":\"<personal>\"}}");
}

static void note_name(void *who, const char *dotted) {
    char *seen = who;
    size_t n = strlen(seen);
    snprintf(seen + n, 200 - n, "%s ", dotted);
}

void test_expr_trace__names_read_are_told_once_each(void) {
    const struct expr *e = world_read(&w, "case.age > 3 and case.age < 9 and sum(case.documents.amount where has(it.amount)) > rupees(1) and has(bureau)");
    char seen[200] = "";
    CU_ASSERT_PTR_NOT_NULL(e);
    if (e) expr_names(e, note_name, seen);
    CU_ASSERT_STRING_EQUAL(seen, "case.age case.documents bureau ");
}
