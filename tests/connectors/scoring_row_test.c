/* scoring_row_test.c - the shipped models on the sandbox's people: who is scored by what, and how. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "base/schema.h"
#include "connectors/connectors.h"
#include "connectors/sandbox/history.h"
#include "connectors/sandbox/people.h"
#include "connectors/scoring_row.h"

#define DAY 20468

static struct models models;
static struct schema *output;

int setup_scoring_row(void) {
    struct fault f = {0};
    json_t *config = json_pack("{s:s, s:s}", "bureau", "models/bureau/1", "cashflow", "models/cashflow/1");
    json_t *declared = json_loads(scoring_connector.operations[0].output, 0, NULL);
    enum err e = models_open(&models, config, &f);
    if (e == OK) e = schema_new(declared, &output, &f);
    if (e != OK) printf("scoring_row: %s %s\n", f.where, f.text);
    json_decref(config);
    json_decref(declared);
    return e != OK;
}
int teardown_scoring_row(void) {
    models_reset(&models);
    schema_free(output);
    return 0;
}

static json_t *history_of(const struct person *p) {
    struct history *h = history_new(1);
    size_t n;
    const char *text = history_text(h, p, DAY, &n);
    json_t *v = json_loadb(text, n, 0, NULL);
    history_free(h);
    return v;
}

static json_t *file_of(const struct person *p) {
    struct buf b;
    buf_init(&b, 8192);
    person_bureau(p, &b);
    json_t *v = json_loadb(b.data, b.len, 0, NULL);
    buf_reset(&b);
    return v;
}

static struct scored score(const json_t *bureau, const json_t *accounts) {
    struct scored s = {.bureau = bureau, .accounts = accounts, .day = DAY}, *one = &s;
    models_score(&models, &one, 1);
    if (s.end == CALL_DONE) {
        struct fault f = {0};
        CU_ASSERT_EQUAL(schema_check(output, s.answer, NULL, NULL, &f), OK);
        if (f.text[0]) printf("%s %s\n", f.where, f.text);
    }
    return s;
}

static double pd_of(const char *pan, const char *model) {
    struct person p;
    person_by_pan(1, pan, &p);
    json_t *file = file_of(&p), *history = history_of(&p);
    struct scored s = score(file, history);
    CU_ASSERT_EQUAL_FATAL(s.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(s.answer, "model", ""), model);
    CU_ASSERT_EQUAL(json_int(s.answer, "cashflow_months", 0), 12);
    double pd = json_number_value(json_object_get(s.answer, "pd"));
    printf("      %s: pd %.4f, circular %.2f, inflow %lld\n", p.name, pd,
           json_number_value(json_object_get(s.answer, "circular_share")),
           (long long)json_int(s.answer, "monthly_inflow", 0) / 100);
    if (getenv("TENOR_TEST_SHOW")) json_dumpf(s.answer, stdout, JSON_INDENT(1));
    scored_reset(&s);
    json_decref(file);
    json_decref(history);
    return pd;
}

void test_scoring_row__the_personas_come_out_as_their_stories_say(void) {
    double prime = pd_of("ZZZPP3303Z", "bureau"), edge = pd_of("ZZZPE6605Z", "bureau");
    double asha = pd_of("ZZZPA2201Z", "cashflow"), vikram = pd_of("ZZZPC5504Z", "cashflow");
    (void)pd_of("ZZZPF4402Z", "cashflow");
    CU_ASSERT(prime < 0.02);
    CU_ASSERT(edge > 0.04 && edge <= 0.09); /* between approve and refer of the shipped policy */
    CU_ASSERT(asha < 0.04);
    CU_ASSERT(vikram > asha);
}

static double cashflow_pd(enum person_kind kind, int32_t day) {
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    history_write(1, kind, HISTORY_VARIANTS, day, &b);
    json_t *history = json_loadb(b.data, b.len, 0, NULL);
    struct scored s = {.accounts = history, .day = day}, *one = &s;
    models_score(&models, &one, 1);
    CU_ASSERT_EQUAL(s.end, CALL_DONE);
    double pd = json_number_value(json_object_get(s.answer, "pd"));
    scored_reset(&s);
    json_decref(history);
    buf_reset(&b);
    return pd;
}

/* Histories end on the day they are asked for: a story must not depend on when it is told. */
void test_scoring_row__the_stories_hold_on_any_day_of_the_year(void) {
    for (int32_t day = DAY; day < DAY + 365; day += 23) {
        CU_ASSERT(cashflow_pd(PERSON_NEW, day) < 0.04);
        CU_ASSERT(cashflow_pd(PERSON_FARMER, day) < 0.04);
        CU_ASSERT(cashflow_pd(PERSON_CIRCULAR, day) > 0.09);
    }
}

void test_scoring_row__circular_money_is_seen(void) {
    struct person p;
    person_by_pan(1, "ZZZPC5504Z", &p);
    json_t *history = history_of(&p);
    struct scored s = score(NULL, history);
    CU_ASSERT_EQUAL_FATAL(s.end, CALL_DONE);
    CU_ASSERT(json_number_value(json_object_get(s.answer, "circular_share")) > 0.5);
    CU_ASSERT(json_int(s.answer, "monthly_inflow", 0) < 2000000);
    scored_reset(&s);
    json_decref(history);
}

void test_scoring_row__without_data_nobody_is_scored(void) {
    json_t *thin = json_loads("{\"thin\":true}", 0, NULL), *empty = json_loads("{\"transactions\":[]}", 0, NULL);
    const json_t *cases[][2] = {{NULL, NULL}, {thin, NULL}, {thin, empty}, {json_null(), json_null()}};
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        struct scored s = score(cases[k][0], cases[k][1]);
        CU_ASSERT_EQUAL(s.end, CALL_REFUSED);
        CU_ASSERT_STRING_EQUAL(s.code, "no_data");
        CU_ASSERT_PTR_NULL(s.answer);
    }
    json_decref(thin);
    json_decref(empty);
}

void test_scoring_row__a_damaged_history_does_not_stop_a_bureau_file(void) {
    json_t *file = json_loads("{\"thin\":false,\"revolving_utilisation\":0.1,\"late_30_59\":0,\"monthly_income\":null}", 0, NULL);
    json_t *bad = json_loads("{\"transactions\":[{\"date\":\"yesterday\"}]}", 0, NULL);
    struct scored s = score(file, bad);
    CU_ASSERT_EQUAL(s.end, CALL_DONE);
    CU_ASSERT_PTR_NULL(json_object_get(s.answer, "cashflow_months"));
    scored_reset(&s);
    s = score(NULL, bad);
    CU_ASSERT_EQUAL(s.end, CALL_REFUSED);
    json_decref(file);
    json_decref(bad);
}

void test_scoring_row__a_batch_gives_what_single_calls_give(void) {
    struct scored many[64], *list[64];
    json_t *files[64], *histories[64];
    for (int k = 0; k < 64; k++) {
        char pan[32];
        struct person p;
        snprintf(pan, sizeof pan, "AAAPB%04dC", k);
        person_by_pan(1, pan, &p);
        files[k] = file_of(&p);
        histories[k] = history_of(&p);
        many[k] = (struct scored){.bureau = files[k], .accounts = histories[k], .day = DAY};
        list[k] = &many[k];
    }
    models_score(&models, list, 64);
    for (int k = 0; k < 64; k++) {
        struct scored one = score(files[k], histories[k]);
        CU_ASSERT_EQUAL(one.end, CALL_DONE);
        CU_ASSERT_EQUAL(many[k].end, CALL_DONE);
        CU_ASSERT(json_equal(one.answer, many[k].answer));
        scored_reset(&one);
        scored_reset(&many[k]);
        json_decref(files[k]);
        json_decref(histories[k]);
    }
}

void test_scoring_row__bands_and_points_follow_the_probability(void) {
    CU_ASSERT_EQUAL(scored_band(0.01), 'A');
    CU_ASSERT_EQUAL(scored_band(0.0100001), 'B');
    CU_ASSERT_EQUAL(scored_band(0.04), 'C');
    CU_ASSERT_EQUAL(scored_band(0.09), 'D');
    CU_ASSERT_EQUAL(scored_band(1), 'E');
    CU_ASSERT_EQUAL(scored_points(0.05), 600);
    CU_ASSERT_EQUAL(scored_points(0), 900);
    CU_ASSERT_EQUAL(scored_points(1), 300);
    CU_ASSERT(scored_points(0.02) > scored_points(0.03));
}
