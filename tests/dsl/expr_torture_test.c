/* expr_torture_test.c - every allocation of reading, explaining and deciding fails once. */
#include "tests/dsl/policy_world.h"
#include "tests/harness/torture.h"

static struct world w;
int setup_expr_torture(void) { return world_open(&w, WORLD_SCHEMA, WORLD_FACTS), 0; }
int teardown_expr_torture(void) { return world_close(&w), 0; }

static void read_and_explain(void *who) {
    const char *text = who;
    struct arena *a = arena_new(1 << 20);
    struct trace t = {.parts = json_array()};
    const struct expr *e = NULL;
    bool holds;
    enum err err = a && t.parts ? expr_read(text, strlen(text), &w.scope, NULL, a, NULL, NULL, &e) : ERR_NOMEM;
    if (err == OK) err = expr_holds(e, &w.at, &holds, &t, NULL);
    CU_ASSERT(err == OK || (err == ERR_NOMEM && torture_hit()));
    json_decref(t.parts);
    arena_free(a);
}

void test_expr_torture__reading_and_explaining(void) {
    static char T1[] = "has(bureau) and bureau.score > 700 or not (case.kind in ('farmer', 'trader') and default(case.income, 0) < rupees('5,000'))";
    static char T2[] = "count(case.documents where it.ok) >= 2 and min(case.amount, rupees(5)) * 30% < case.amount and case.due < '2026-12-01'";
    CU_ASSERT(torture_run(read_and_explain, T1) > 5);
    CU_ASSERT(torture_run(read_and_explain, T2) > 5);
}

static void mistaken(void *who) {
    struct arena *a = arena_new(1 << 20);
    const struct expr *e = NULL;
    enum err err = a ? expr_read(who, strlen(who), &w.scope, NULL, a, NULL, NULL, &e) : ERR_NOMEM;
    CU_ASSERT(err == ERR_INVALID || (err == ERR_NOMEM && torture_hit()));
    arena_free(a);
}

void test_expr_torture__faults(void) {
    static char T[] = "case.amount > 5 and case.kind == 'framer' and risks.pd > 3 and bureau.score > 3";
    (void)torture_run(mistaken, T);
}

static void decide(void *who) {
    struct policy_world *pw = who;
    json_t *d = NULL;
    enum err err = policy_decide(&pw->p, &pw->w.at, &d, NULL);
    CU_ASSERT(err == OK || (err == ERR_NOMEM && torture_hit()));
    json_decref(d);
}

void test_expr_torture__deciding(void) {
    static struct policy_world pw;
    policy_open(&pw, loan_policy(), "{\"case\":{\"amount\":25000000,\"age\":40,\"kind\":\"farmer\",\"vulnerable\":false,\"income\":500000},"
                                    "\"risk\":{\"pd\":0.06,\"months\":8},\"bureau\":{\"score\":1,\"thin\":true}}");
    CU_ASSERT(torture_run(decide, &pw) > 20);
    policy_close(&pw);
}

static void types(void *who) {
    struct arena *a = arena_new(1 << 20);
    const struct type *t = a ? type_from_schema(who, a) : NULL;
    CU_ASSERT(t || torture_hit());
    arena_free(a);
}

void test_expr_torture__types_from_schemas(void) {
    json_t *schema = world_json(WORLD_SCHEMA);
    (void)torture_run(types, json_object_get(schema, "case"));
    json_decref(schema);
}
