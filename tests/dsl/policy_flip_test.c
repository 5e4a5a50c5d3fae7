/* policy_flip_test.c - every flip told is tried on both sides, and that none nearer was overlooked. */
#include "base/fixed.h"
#include "tests/dsl/policy_world.h"

static struct policy_world pw;

static const json_t *flip_for(const json_t *d, const char *fact) {
    size_t i;
    json_t *f;
    json_array_foreach(json_object_get(d, "flips"), i, f) {
        if (!strcmp(json_text(f, "fact", ""), fact)) return f;
    }
    return NULL;
}

static bool noted(const json_t *d, const char *text) {
    size_t i;
    json_t *n;
    json_array_foreach(json_object_get(d, "flips_notes"), i, n) {
        if (strstr(json_string_value(n), text)) return true;
    }
    return false;
}

static void flips_to(const json_t *d, const char *fact, const char *to, const char *outcome) {
    const json_t *f = flip_for(d, fact);
    json_t *want = world_json(to);
    char *got = f ? json_dumps(json_object_get(f, "to"), JSON_ENCODE_ANY | JSON_REAL_PRECISION(12)) : NULL;
    bool good = f && json_equal(json_object_get(f, "to"), want) && !strcmp(json_text(f, "outcome", ""), outcome);
    if (!good) fprintf(stderr, "\n  flip of %s: to %s, %s; wanted %s, %s\n", fact, got ? got : "(none)", f ? json_text(f, "outcome", "") : "", to, outcome);
    CU_ASSERT(good);
    free(got);
    json_decref(want);
}

#define FACTS(age, pd, rest) "{\"case\":{\"amount\":25000000,\"age\":" age ",\"kind\":\"salaried\",\"vulnerable\":false" rest "},\"risk\":{\"pd\":" pd ",\"months\":8}}"

void test_policy_flip__a_share_flips_at_its_threshold_to_the_millionth(void) {
    policy_open(&pw, loan_policy(), FACTS("40", "0.12", ""));
    json_t *d = policy_decision(&pw);
    flips_to(d, "risk.pd", "0.09", "refer");
    CU_ASSERT_PTR_NULL(flip_for(d, "case.age")); /* declined at any age */
    json_decref(d);
    policy_close(&pw);
}

void test_policy_flip__a_share_flips_upwards_just_past_its_threshold(void) {
    policy_open(&pw, loan_policy(), FACTS("40", "0.0899", ""));
    json_t *d = policy_decision(&pw);
    flips_to(d, "risk.pd", "0.090001", "decline");
    flips_to(d, "case.age", "17", "decline");
    CU_ASSERT_PTR_NULL(flip_for(d, "case.vulnerable")); /* a refer either way */
    json_decref(d);
    policy_close(&pw);
}

void test_policy_flip__truths_words_and_missing_facts_are_turned_over(void) {
    static const struct policy_text T = {
        .rules = {{"v", "case.vulnerable", "refer", "A", NULL}, {"k", "case.kind == 'trader'", "decline", "B", NULL},
                  {"i", "has(case.income) and case.income < rupees(100)", "decline", "C", NULL},
                  {"n", "has(case.next_sale)", "refer", "D", NULL}, {"p", "case.name == 'Asha'", "decline", "E", NULL},
                  {"otherwise", NULL, "approve", NULL, NULL}}};
    policy_open(&pw, &T, FACTS("40", "0.05", ",\"next_sale\":\"2026-12-24\",\"name\":\"Ravi\""));
    json_t *d = policy_decision(&pw);
    flips_to(d, "case.kind", "\"trader\"", "decline");
    flips_to(d, "case.next_sale", "null", "approve");
    flips_to(d, "case.income", "9999", "decline"); /* not known now */
    CU_ASSERT_PTR_NULL(flip_for(d, "case.vulnerable"));
    json_decref(d);
    policy_set(&pw, "case", "next_sale", json_null());
    d = policy_decision(&pw);
    flips_to(d, "case.vulnerable", "true", "refer");
    flips_to(d, "case.name", "\"<personal>\"", "decline");
    json_decref(d);
    policy_close(&pw);
}

void test_policy_flip__a_computed_side_is_searched_by_bisection(void) {
    static const struct policy_text T = {
        .rules = {{"burden", "default(case.amount / 12 * 1.3 / max(default(case.income, 0), rupees(1)), 0) > 40%", "decline", "F", NULL},
                  {"otherwise", NULL, "approve", NULL, NULL}}};
    policy_open(&pw, &T, FACTS("40", "0.05", ",\"income\":3000000"));
    json_t *d = policy_decision(&pw);
    const json_t *f = flip_for(d, "case.amount");
    CU_ASSERT_PTR_NOT_NULL(f);
    int64_t to = json_integer_value(json_object_get(f, "to"));
    CU_ASSERT(to > 11000000 && to < 11100000); /* 12 * 0.4 * 30,000 / 1.3 = 110,769 rupees */
    json_decref(d);
    for (int64_t at = to - 1; at <= to + 1; at++) {
        policy_set(&pw, "case", "amount", json_integer(at));
        d = policy_decision(&pw);
        CU_ASSERT_STRING_EQUAL(json_text(d, "outcome", ""), at <= to ? "approve" : "decline");
        json_decref(d);
    }
    policy_close(&pw);
}

void test_policy_flip__a_fact_is_followed_through_names_and_limits(void) {
    policy_open(&pw, loan_policy(), "{\"case\":{\"amount\":25000000,\"age\":40,\"kind\":\"farmer\",\"vulnerable\":false,\"income\":500000},"
                                    "\"risk\":{\"pd\":0.06,\"months\":8},\"bureau\":{\"score\":1,\"thin\":true}}");
    json_t *d = policy_decision(&pw);
    flips_to(d, "case.income", "666665", "approve"); /* 0.3 * 6,666.65 = 1,999.995, half to even 2,000.00: the floor */
    json_decref(d);
    policy_set(&pw, "case", "income", json_integer(9000000));
    d = policy_decision(&pw);
    flips_to(d, "risk.months", "5", "refer"); /* through the fact `steady` */
    flips_to(d, "bureau", "null", "refer");
    flips_to(d, "case.amount", "199999", "refer"); /* a smaller wish falls below the floor */
    json_decref(d);
    policy_close(&pw);
}

void test_policy_flip__says_where_nothing_single_flips_it(void) {
    static const struct policy_text T = {.rules = {{"two", "case.age > 50 and risk.pd < 1%", "approve", NULL, NULL},
                                                   {"otherwise", NULL, "refer", "R", NULL}}};
    policy_open(&pw, &T, FACTS("40", "0.05", ""));
    json_t *d = policy_decision(&pw);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(d, "flips")), 0);
    CU_ASSERT(noted(d, "No single fact changes the outcome."));
    json_decref(d);
    policy_close(&pw);
}

void test_policy_flip__says_where_a_side_moves_up_and_down(void) {
    static const struct policy_text T = {.rules = {{"hump", "risk.pd * (1 - risk.pd) > 20%", "decline", "R", NULL},
                                                   {"otherwise", NULL, "approve", NULL, NULL}}};
    policy_open(&pw, &T, FACTS("40", "0.05", ""));
    json_t *d = policy_decision(&pw);
    CU_ASSERT(noted(d, "risk.pd moves a side up and down"));
    flips_to(d, "risk.pd", "0.276395", "decline"); /* (1 - sqrt(0.2)) / 2 = 0.2763932; at ..94 the product still rounds to 0.2 */
    json_decref(d);
    policy_close(&pw);
}

/* ---- by brute force ---- */

static const char *outcome_at(const char *record, const char *field, json_t *v) {
    static char out[40];
    policy_set(&pw, record, field, v);
    json_t *d = policy_decision(&pw);
    snprintf(out, sizeof out, "%s", json_text(d, "outcome", ""));
    json_decref(d);
    return out;
}

static uint64_t state = 20261201;
static int64_t below(int64_t n) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((state >> 33) % (uint64_t)n);
}

/* Random rules over age and months; for every age 0..120 the nearest that changes the outcome is
 * found by trying them all, and must be what the decision told. */
void test_policy_flip__the_nearest_is_the_one_brute_force_finds(void) {
    static const char *const CONDITIONS[] = {"case.age < %d", "case.age > %d and case.amount > rupees(100)", "case.age between %d and 70",
                                             "2 * case.age + 3 > %d", "case.age == %d", "case.age - default(risk.months, 0) < %d",
                                             "not (case.age >= %d) or case.vulnerable", "max(case.age, 30) > %d"};
    static const char *const OUTCOMES[] = {"approve", "refer", "decline"};
    for (int round = 0; round < 40; round++) {
        struct policy_text t = {0};
        char texts[4][100];
        for (int i = 0; i < 4; i++) {
            snprintf(texts[i], sizeof texts[i], CONDITIONS[below(8)], (int)below(100));
            t.rules[i] = (struct rule_text){"r", texts[i], OUTCOMES[below(3)], "R", NULL};
        }
        t.rules[4] = (struct rule_text){"otherwise", NULL, OUTCOMES[below(3)], "R", NULL};
        policy_open(&pw, &t, FACTS("40", "0.05", ""));
        int age = (int)below(121), nearest = -1;
        char now[40], there[40] = "";
        snprintf(now, sizeof now, "%s", outcome_at("case", "age", json_integer(age)));
        for (int away = 1; away <= 120 && nearest < 0; away++)
            for (int side = -1; side <= 1 && nearest < 0; side += 2) {
                int at = age + side * away;
                if (at < 0 || at > 120) continue;
                snprintf(there, sizeof there, "%s", outcome_at("case", "age", json_integer(at)));
                if (strcmp(there, now)) nearest = away;
            }
        policy_set(&pw, "case", "age", json_integer(age));
        json_t *d = policy_decision(&pw);
        const json_t *f = flip_for(d, "case.age");
        int told = f ? abs((int)json_integer_value(json_object_get(f, "to")) - age) : -1;
        if (told != nearest)
            fprintf(stderr, "\n  age %d told %d away, is %d: %s | %s | %s | %s\n", age, told, nearest, texts[0], texts[1], texts[2], texts[3]);
        CU_ASSERT_EQUAL(told, nearest);
        if (f) CU_ASSERT(strcmp(outcome_at("case", "age", json_incref(json_object_get(f, "to"))), now) != 0);
        json_decref(d);
        policy_close(&pw);
    }
}
