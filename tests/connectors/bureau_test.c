/* bureau_test.c - consent and purpose, hard inquiries, bureau B's words against the file they were made from, merging. */
#include <math.h>

#include "base/text.h"
#include "connectors/bureau_shape.h"
#include "connectors/connectors.h"
#include "connectors/sandbox/credit_file.h"
#include "tests/connectors/provider.h"
#include "tests/connectors/twin.h"

static struct provider p;

int setup_bureau(void) { return provider_start(&p, &bureau_b_connector); }
int teardown_bureau(void) {
    provider_stop(&p);
    return 0;
}

static const char *refusal(const char *operation, const char *input, bool strict) {
    json_auto_t *v = json_loads(input, 0, NULL);
    const char *said = bureau_refusal(operation, v, strict);
    return said ? said : "none";
}

void test_bureau__consent_and_purpose_are_checked(void) {
#define WHO "\"pan\":\"ABCPD1234F\""
    CU_ASSERT_STRING_EQUAL(refusal("report", "{" WHO "}", false), "none");
    CU_ASSERT_STRING_EQUAL(refusal("report", "{" WHO "}", true), "consent_missing");
    CU_ASSERT_STRING_EQUAL(refusal("report", "{" WHO ",\"purpose\":\"curiosity\"}", false), "purpose_not_permitted");
    CU_ASSERT_STRING_EQUAL(refusal("report", "{\"pan\":\"ABCDE1234F\"}", false), "pan_holder");
    CU_ASSERT_STRING_EQUAL(refusal("soft", "{" WHO ",\"purpose\":\"new_credit\"}", false), "consent_missing");
    CU_ASSERT_STRING_EQUAL(refusal("soft", "{" WHO ",\"consent\":\"c\"}", false), "purpose_missing");
    CU_ASSERT_STRING_EQUAL(refusal("soft", "{" WHO ",\"consent\":\"c\",\"purpose\":\"account_review\"}", false), "none");
    CU_ASSERT_STRING_EQUAL(refusal("hard", "{" WHO ",\"consent\":\"c\",\"purpose\":\"account_review\"}", false), "purpose_not_permitted");
    CU_ASSERT_STRING_EQUAL(refusal("hard", "{" WHO ",\"consent\":\"c\",\"purpose\":\"new_credit\"}", false), "none");
}

void test_bureau__nothing_is_sent_without_them(void) {
    struct asking x;
    *p.path = 0;
    provider_ask(&p, &x, "hard", "k", "{" WHO ",\"consent\":\"c\",\"purpose\":\"collection\",\"reference\":\"L1\"}");
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(x.code, "purpose_not_permitted");
    CU_ASSERT_STRING_EQUAL(p.path, "");
    asking_reset(&x);
}

void test_bureau__the_configuration_may_demand_a_consent_for_every_report(void) {
    json_auto_t *config = json_pack("{s:s, s:s}", "url", "http://127.0.0.1:9", "consent", "required");
    json_auto_t *wrong = json_pack("{s:s}", "consent", "perhaps");
    struct connector_env env = {.loop = p.loop, .fetch = p.fetch, .config = config};
    struct connector *c = NULL;
    struct asking x;
    struct fault f;
    CU_ASSERT_EQUAL_FATAL(bureau_connector.open(&env, &c, &f), OK);
    asking_start(&x, c, "report", "k", "{" WHO "}", NULL);
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(x.code, "consent_missing");
    asking_reset(&x);
    c->ops->close(c);
    env.config = wrong;
    CU_ASSERT_EQUAL(bureau_connector.open(&env, &c, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(bureau_b_connector.open(&env, &c, &f), ERR_INVALID);
}

static const char SOFT[] = "{" WHO ",\"consent\":\"c-1\",\"purpose\":\"new_credit\",\"name\":\"A B\",\"dob\":\"1990-04-17\"}";

void test_bureau__b_is_asked_in_its_own_words(void) {
    struct asking x;
    provider_says(&p, 200, "{\"report\":{\"control\":\"B1\",\"processed\":\"15012026\"},\"score\":{\"value\":\"NH\"},\"tradelines\":[]}");
    provider_ask(&p, &x, "soft", "k", SOFT);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT(json_bool(x.answer, "thin", false));
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "source", ""), "bureau_b");
    json_auto_t *body = json_loads(p.body, 0, NULL);
    CU_ASSERT_STRING_EQUAL(json_text(json_at(body, "inquiry"), "reason", ""), "02");
    CU_ASSERT_STRING_EQUAL(json_text(json_at(body, "inquiry"), "type", ""), "S");
    CU_ASSERT_STRING_EQUAL(json_text(json_at(body, "inquiry"), "consentId", ""), "c-1");
    CU_ASSERT_STRING_EQUAL(json_text(json_at(body, "subject"), "birthDate", ""), "17041990");
    asking_reset(&x);
}

void test_bureau__a_report_of_b(void) {
    json_auto_t *said = json_loads("{\"report\":{\"control\":\"B77\",\"processed\":\"15012026\",\"type\":\"H\"},\"score\":{\"value\":\"712\"},"
        "\"subject\":{\"monthlyIncome\":\"60,000\"},\"tradelines\":["
        "{\"kind\":\"10\",\"opened\":\"15012016\",\"closed\":\"\",\"limit\":\"2,00,000\",\"balance\":\"50,000.50\",\"instalment\":\"2,500\",\"overdue\":\"0\",\"history\":\"000030060XXX000\"},"
        "{\"kind\":\"02\",\"opened\":\"01062020\",\"closed\":\"\",\"instalment\":\"15,500\",\"overdue\":\"1,20,000\",\"history\":\"SUB090060030000STD045\"},"
        "{\"kind\":\"05\",\"opened\":\"01061998\",\"closed\":\"01062000\",\"history\":\"\"}],"
        "\"inquiries\":[{\"on\":\"14012026\"},{\"on\":\"20072025\"},{\"on\":\"18072025\"},{\"on\":\"16012026\"}]}", 0, NULL);
    struct fault f;
    json_auto_t *v = bureau_b_report(said, 12, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    CU_ASSERT_EQUAL(json_int(v, "score", 0), 300 + (711 * 600 + 499) / 998);
    CU_ASSERT_EQUAL(json_int(v, "late_30_59", -1), 1);       /* 045; 030 before 060 is one run */
    CU_ASSERT_EQUAL(json_int(v, "late_60_89", -1), 1);       /* the card: 060 and 030, then a month not told, then clean */
    CU_ASSERT_EQUAL(json_int(v, "late_90", -1), 1);          /* SUB 090 060 030 */
    CU_ASSERT_EQUAL(json_int(v, "open_credit_lines", -1), 2);
    CU_ASSERT_EQUAL(json_int(v, "real_estate_loans", -1), 1);
    CU_ASSERT_EQUAL(json_int(v, "inquiries_180", -1), 2); /* one is too old, one lies ahead */
    CU_ASSERT_EQUAL(json_int(v, "overdue", -1), 12000000);
    CU_ASSERT_EQUAL(json_int(v, "oldest_line_months", -1), 331); /* of 1998, though closed */
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(v, "revolving_utilisation")), 0.25, 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(v, "debt_ratio")), 0.3, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(v, "monthly_income")), 5000, 1e-9);
    CU_ASSERT_STRING_EQUAL(json_text(v, "inquiry", ""), "B77");
    CU_ASSERT_STRING_EQUAL(json_text(v, "inquired_on", ""), "2026-01-15");
}

static void unreadable(const char *from, const char *to, const char *where) {
    static const char good[] = "{\"report\":{\"processed\":\"15012026\"},\"score\":{\"value\":\"712\"},\"subject\":{\"monthlyIncome\":\"60,000\"},"
                               "\"tradelines\":[{\"kind\":\"10\",\"opened\":\"15012016\",\"limit\":\"2,00,000\",\"history\":\"000\"}],\"inquiries\":[]}";
    char text[sizeof good + 80];
    const char *at = strstr(good, from);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    json_auto_t *said = json_loads(text, 0, NULL);
    struct fault f;
    json_t *v = bureau_b_report(said, 12, &f);
    CU_ASSERT_PTR_NULL(v);
    CU_ASSERT_STRING_EQUAL(f.where, where);
    json_decref(v);
}

void test_bureau__what_b_should_not_say_is_no_report(void) {
    unreadable("15012026", "31022026", "/report/processed");
    unreadable("15012026", "2026-01-15", "/report/processed");
    unreadable("15012026", "", "/report/processed");
    unreadable("712", "0", "/score/value");
    unreadable("712", "1000", "/score/value");
    unreadable("712", "NH", "/score/value");
    unreadable("712", "7x2", "/score/value");
    unreadable("60,000", "60,00x", "/subject/monthlyIncome");
    unreadable("60,000", "-5", "/subject/monthlyIncome");
    unreadable("60,000", "99999999999999999999", "/subject/monthlyIncome");
    unreadable("2,00,000", "2,,00", "/tradelines");
    unreadable("2,00,000", ",2", "/tradelines");
    unreadable("2,00,000", "2.505", "/tradelines");
    unreadable("2,00,000", "2.", "/tradelines");
    unreadable("\"000\"", "\"00\"", "/tradelines");
    unreadable("\"000\"", "\"ABC\"", "/tradelines");
    unreadable("15012016", "99999999", "/tradelines");
    unreadable("[{", "[3,{", "/tradelines");
}

static struct providers of_world(struct twin *t) {
    struct providers all = {.seed = 1, .book = outside_book(t->world)};
    return all;
}

static double real_of(const json_t *v, const char *name) { return json_number_value(json_object_get(v, name)); }

static void same_file(const json_t *v, const struct credit *c) {
    unsigned open = c->open_lines > c->real_estate ? c->open_lines : c->real_estate;
    CU_ASSERT_EQUAL(json_bool(v, "thin", false), c->thin);
    if (c->thin) return;
    CU_ASSERT(llabs(json_int(v, "score", 0) - c->score) <= 1);
    CU_ASSERT_EQUAL(json_int(v, "late_30_59", -1), c->late_30);
    CU_ASSERT_EQUAL(json_int(v, "late_60_89", -1), c->late_60);
    CU_ASSERT_EQUAL(json_int(v, "late_90", -1), c->late_90);
    CU_ASSERT_EQUAL(json_int(v, "open_credit_lines", -1), open);
    CU_ASSERT_EQUAL(json_int(v, "real_estate_loans", -1), c->real_estate);
    CU_ASSERT_EQUAL(json_int(v, "inquiries_180", -1), c->inquiries_180);
    CU_ASSERT_EQUAL(json_int(v, "overdue", -1) / 100, c->overdue_minor / 100);
    CU_ASSERT(llabs(json_int(v, "oldest_line_months", -1) - (int64_t)c->oldest_months) <= 1);
    if (open > c->real_estate) CU_ASSERT_DOUBLE_EQUAL(real_of(v, "revolving_utilisation"), c->utilisation, 0.001);
    if (open && c->income > 1) CU_ASSERT_DOUBLE_EQUAL(real_of(v, "debt_ratio"), c->debt_ratio, 0.01);
    if (c->income > 1) CU_ASSERT_DOUBLE_EQUAL(real_of(v, "monthly_income"), c->income, 1);
}

void test_bureau__b_tells_of_three_thousand_people_what_it_has_of_them(void) {
    struct twin t;
    unsigned thick = 0;
    twin_open(&t, &bureau_b_connector, NULL);
    struct providers all = of_world(&t);
    for (unsigned n = 0; n < 3000; n++) {
        struct person who;
        struct credit c;
        struct asking x;
        char input[60];
        person_nth(1, n, &who);
        snprintf(input, sizeof input, "{\"pan\":\"%s\"}", who.pan);
        twin_ask(&t, &x, "report", "k", input);
        credit_of_b(&all, who.pan, &c);
        CU_ASSERT_EQUAL_FATAL(x.end, CALL_DONE);
        same_file(x.answer, &c);
        thick += !c.thin;
        asking_reset(&x);
    }
    CU_ASSERT(thick > 2000 && thick < 2700);
    twin_close(&t);
}

static json_t *asked_new(struct twin *t, const char *operation, const char *key, const char *pan, const char *application, enum call_end *end) {
    struct asking x;
    char input[200];
    snprintf(input, sizeof input, "{\"pan\":\"%s\",\"consent\":\"c\",\"purpose\":\"new_credit\"%s%s%s}", pan,
             application ? ",\"reference\":\"" : "", application ? application : "", application ? "\"" : "");
    twin_ask(t, &x, operation, key, input);
    *end = x.end;
    json_t *v = json_incref(x.answer);
    asking_reset(&x);
    return v;
}

static int64_t inquiries(struct twin *t, const char *pan) {
    enum call_end end;
    json_auto_t *v = asked_new(t, "soft", "s", pan, NULL, &end);
    CU_ASSERT_EQUAL(end, CALL_DONE);
    return json_int(v, "inquiries_180", -1);
}

static void hard_on(const struct connector_ops *ops) {
    struct twin t;
    enum call_end end;
    twin_open(&t, ops, NULL);
    int64_t before = inquiries(&t, "ZZZPP3303Z");
    json_auto_t *first = asked_new(&t, "hard", "k1", "ZZZPP3303Z", "L1", &end);
    CU_ASSERT_EQUAL(end, CALL_DONE);
    CU_ASSERT(*json_text(first, "inquiry", "") != 0);
    CU_ASSERT_STRING_EQUAL(json_text(first, "inquired_on", ""), "2026-01-15");
    json_auto_t *again = asked_new(&t, "hard", "k2", "ZZZPP3303Z", "L1", &end); /* another key, the same application */
    CU_ASSERT(json_equal(first, again));
    json_auto_t *of_another = asked_new(&t, "hard", "k3", "ABCPD1234F", "L1", &end);
    CU_ASSERT_EQUAL(end, CALL_REFUSED);
    CU_ASSERT_PTR_NULL(of_another);
    struct asking look;
    twin_ask(&t, &look, "hard", "k1", NULL);
    CU_ASSERT_EQUAL(look.end, CALL_DONE);
    CU_ASSERT(json_equal(first, look.answer));
    asking_reset(&look);
    twin_ask(&t, &look, "hard", "never", NULL);
    CU_ASSERT_EQUAL(look.end, CALL_FAILED);
    asking_reset(&look);
    CU_ASSERT_EQUAL(inquiries(&t, "ZZZPP3303Z"), before + 1); /* two keys, one application: one trace */
    CU_ASSERT_EQUAL(inquiries(&t, "ZZZPP3303Z"), before + 1); /* soft pulls leave none */
    t.still.now_ms += INT64_C(200) * 86400000;
    CU_ASSERT_EQUAL(inquiries(&t, "ZZZPP3303Z"), before);
    twin_close(&t);
}

void test_bureau__a_hard_inquiry_leaves_a_trace_and_a_soft_one_none(void) {
    hard_on(&bureau_connector);
    hard_on(&bureau_b_connector);
}

static json_t *merged(const char *first, const char *second) {
    json_auto_t *a = json_loads(first, JSON_DECODE_ANY, NULL), *b = json_loads(second, JSON_DECODE_ANY, NULL);
    return bureau_merged(a, b);
}

void test_bureau__a_merge_takes_the_careful_side_and_says_whose(void) {
    json_auto_t *v = merged("{\"thin\":false,\"score\":741,\"late_90\":0,\"late_60_89\":96,\"debt_ratio\":0.2,\"monthly_income\":5000,\"overdue\":0}",
                            "{\"thin\":false,\"score\":690,\"late_90\":0,\"late_60_89\":1,\"debt_ratio\":0.1,\"monthly_income\":null,\"overdue\":900}");
    CU_ASSERT_EQUAL(json_int(v, "score", 0), 690);
    CU_ASSERT_EQUAL(json_int(v, "late_60_89", 0), 1); /* a code says less than a count */
    CU_ASSERT_DOUBLE_EQUAL(real_of(v, "debt_ratio"), 0.2, 1e-9);
    CU_ASSERT_EQUAL(json_int(v, "monthly_income", 0), 5000);
    CU_ASSERT_EQUAL(json_int(v, "overdue", 0), 900);
    CU_ASSERT_FALSE(json_bool(v, "disagree", true));
    const json_t *said = json_object_get(v, "said");
    CU_ASSERT_EQUAL(json_array_size(said), 6);
    CU_ASSERT_STRING_EQUAL(json_text(json_array_get(said, 0), "took", ""), "second");
    CU_ASSERT_EQUAL(json_int(json_array_get(said, 0), "first", 0), 741);
}

void test_bureau__disagreement_is_told(void) {
    json_auto_t *apart = merged("{\"thin\":false,\"score\":741}", "{\"thin\":false,\"score\":680}");
    json_auto_t *near = merged("{\"thin\":false,\"score\":741}", "{\"thin\":false,\"score\":681}");
    json_auto_t *unknown = merged("{\"thin\":true}", "{\"thin\":false,\"score\":681}");
    json_auto_t *late = merged("{\"thin\":false,\"late_90\":1}", "{\"thin\":false,\"late_90\":0}");
    json_auto_t *both_thin = merged("{\"thin\":true}", "{\"thin\":true}");
    json_auto_t *alone = merged("null", "{\"thin\":false,\"score\":681}");
    CU_ASSERT(json_bool(apart, "disagree", false));
    CU_ASSERT_FALSE(json_bool(near, "disagree", true));
    CU_ASSERT(json_bool(unknown, "disagree", false));
    CU_ASSERT_EQUAL(json_int(unknown, "score", 0), 681);
    CU_ASSERT(json_bool(late, "disagree", false));
    CU_ASSERT(json_bool(both_thin, "thin", false));
    CU_ASSERT_FALSE(json_bool(alone, "disagree", true));
    CU_ASSERT_EQUAL(json_int(alone, "score", 0), 681);
}

void test_bureau__merging_asks_nobody(void) {
    struct twin t;
    struct asking x;
    twin_open(&t, &bureau_connector, "{\"faults\":\"fail=1\"}");
    twin_ask(&t, &x, "merge", "k", "{\"first\":{\"thin\":true},\"second\":{\"thin\":false,\"score\":700}}");
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    asking_reset(&x);
    twin_ask(&t, &x, "merge", "k", "{\"first\":null}");
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(x.code, "no_report");
    asking_reset(&x);
    twin_close(&t);
}

void test_bureau__the_soft_pulls_of_all_bureaus_are_one_contract(void) {
    const struct connector_ops *const all[] = {&bureau_connector, &bureau_a_connector, &bureau_b_connector};
    for (size_t k = 0; k < ARRAY_LEN(all); k++) {
        const struct operation *report = &all[k]->operations[0], *soft = &all[k]->operations[1], *hard = &all[k]->operations[2];
        CU_ASSERT_STRING_EQUAL(report->contract, "bureau_report");
        CU_ASSERT_STRING_EQUAL(soft->contract, "bureau_report");
        CU_ASSERT_STRING_EQUAL(report->output, bureau_connector.operations[0].output);
        CU_ASSERT_STRING_EQUAL(report->input, bureau_connector.operations[0].input);
        CU_ASSERT(hard->kind == OP_EFFECT && hard->can_look && !hard->undoes && !hard->cache_s);
    }
}
