/* world_test.c - the pure sandbox: people, histories, faults, the book. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "connectors/connectors.h"
#include "connectors/sandbox/faults.h"
#include "connectors/sandbox/history.h"
#include "connectors/sandbox/people.h"
#include "connectors/sandbox/outside.h"

#define NOW INT64_C(1768471200000)
static const char PAY[] = "{\"account\":\"A0001\",\"amount\":1960000,\"reference\":\"L1\"}";

static struct outside *make(const char *settings) {
    struct outside *w = NULL;
    struct fault f;
    json_t *v = json_loads(settings, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(outside_new(v, &w, &f), OK);
    json_decref(v);
    return w;
}

static struct outside_answer ask(struct outside *w, const char *operation, const char *key, const char *input, int64_t now) {
    json_t *v = input ? json_loads(input, 0, NULL) : NULL;
    struct outside_answer a;
    outside_ask(w, &(struct outside_request){operation, key, !input, v, now}, &a);
    json_decref(v);
    return a;
}

void test_outside__the_same_seed_and_pan_give_the_same_person(void) {
    struct person a, b, c;
    person_by_pan(1, "ABCPD1234F", &a);
    person_by_pan(1, "ABCPD1234F", &b);
    person_by_pan(2, "ABCPD1234F", &c);
    CU_ASSERT_EQUAL(memcmp(&a, &b, sizeof a), 0);
    CU_ASSERT_NOT_EQUAL(a.salt, c.salt);
    CU_ASSERT(a.known);
    person_by_pan(1, "UNKPD1234F", &a);
    CU_ASSERT_FALSE(a.known);
    person_by_pan(1, "not a pan", &a);
    CU_ASSERT_FALSE(a.known);
}

void test_outside__all_kinds_of_people_occur(void) {
    unsigned seen[PERSON_KINDS] = {0};
    for (int k = 0; k < 4000; k++) {
        char pan[32];
        struct person p;
        snprintf(pan, sizeof pan, "AAAPA%04dA", k);
        person_by_pan(1, pan, &p);
        seen[p.kind]++;
    }
    for (int k = 0; k < PERSON_KINDS; k++) CU_ASSERT(seen[k] > 10);
    CU_ASSERT(seen[PERSON_PRIME] > 1100 && seen[PERSON_PRIME] < 1550);
}

void test_outside__every_history_has_300_entries_in_order_and_sums(void) {
    for (unsigned kind = 0; kind < PERSON_KINDS; kind++)
        for (unsigned v = 0; v <= HISTORY_VARIANTS; v++) {
            struct buf b;
            buf_init(&b, (size_t)1 << 20);
            history_write(1, (enum person_kind)kind, v, 20468, &b);
            json_t *j = json_loadb(b.data, b.len, 0, NULL);
            const json_t *list = json_object_get(j, "transactions");
            size_t n = json_array_size(list);
            CU_ASSERT(n >= 300);
            const char *before = "";
            for (size_t k = 0; k < n; k++) {
                const json_t *e = json_array_get(list, k);
                CU_ASSERT(strcmp(json_text(e, "date", ""), before) >= 0);
                before = json_text(e, "date", "");
                if (k) CU_ASSERT_EQUAL(json_int(json_array_get(list, k - 1), "balance", 0) + json_int(e, "amount", 0), json_int(e, "balance", 0));
            }
            CU_ASSERT(strcmp(before, "2026-01-15") < 0);
            json_decref(j);
            buf_reset(&b);
        }
}

void test_outside__one_key_takes_effect_once(void) {
    struct outside *w = make("{}");
    struct outside_answer a = ask(w, "payments.disburse", "k1", PAY, NOW);
    char *first = strndup(a.body, a.n);
    CU_ASSERT_EQUAL(a.status, 200);
    a = ask(w, "payments.disburse", "k1", PAY, NOW + 86400000);
    CU_ASSERT_EQUAL(a.n, strlen(first));
    CU_ASSERT_EQUAL(memcmp(a.body, first, a.n), 0);
    a = ask(w, "payments.disburse", "k1", NULL, NOW);
    CU_ASSERT_EQUAL(a.status, 200);
    CU_ASSERT_EQUAL(memcmp(a.body, first, a.n), 0);
    a = ask(w, "payments.disburse", "k1", "{\"account\":\"A0001\",\"amount\":1,\"reference\":\"L1\"}", NOW);
    CU_ASSERT_EQUAL(a.status, 409);
    CU_ASSERT_EQUAL(book_count(outside_book(w)), 1);
    CU_ASSERT_EQUAL(book_loan(outside_book(w), "L1").paid_minor, 1960000);
    a = ask(w, "payments.disburse", "k2", NULL, NOW);
    CU_ASSERT_EQUAL(a.status, 404);
    a = ask(w, "payments.disburse", "", PAY, NOW);
    CU_ASSERT_EQUAL(a.status, 400);
    free(first);
    outside_free(w);
}

void test_outside__refusals_leave_no_trace(void) {
    struct outside *w = make("{}");
    CU_ASSERT_EQUAL(ask(w, "payments.disburse", "k", "{\"account\":\"closed-1\",\"amount\":5,\"reference\":\"L\"}", NOW).status, 422);
    CU_ASSERT_EQUAL(ask(w, "payments.mandate", "k", "{\"account\":\"nomandate\",\"reference\":\"L\"}", NOW).status, 422);
    CU_ASSERT_EQUAL(ask(w, "bank.transactions", "k", "{\"consent\":\"revoked-1\"}", NOW).status, 403);
    CU_ASSERT_EQUAL(ask(w, "kyc.verify", "k", "{\"pan\":\"UNKPD1234F\",\"name\":\"A\"}", NOW).status, 404);
    CU_ASSERT_EQUAL(ask(w, "no.such", "k", "{}", NOW).status, 404);
    CU_ASSERT_EQUAL(ask(w, "kyc.verify", "k", "[]", NOW).status, 400);
    CU_ASSERT_EQUAL(book_count(outside_book(w)), 0);
    outside_free(w);
}

void test_outside__kyc_does_not_know_vikrams_name(void) {
    struct outside *w = make("{}");
    struct outside_answer a = ask(w, "kyc.verify", "k", "{\"pan\":\"ZZZPC5504Z\",\"name\":\"Vikram Rao\"}", NOW);
    CU_ASSERT_PTR_NOT_NULL(strstr(a.body, "\"mismatch\""));
    a = ask(w, "kyc.verify", "k", "{\"pan\":\"ZZZPP3303Z\",\"name\":\"IYER meera\"}", NOW);
    CU_ASSERT_PTR_NOT_NULL(strstr(a.body, "\"match\""));
    a = ask(w, "kyc.verify", "k", "{\"pan\":\"ZZZPP3303Z\",\"name\":\"Meera\"}", NOW);
    CU_ASSERT_PTR_NOT_NULL(strstr(a.body, "\"mismatch\""));
    outside_free(w);
}

void test_outside__a_mandate_lives_until_it_is_lifted(void) {
    struct outside *w = make("{}");
    ask(w, "payments.cancel_mandate", "c0", "{\"reference\":\"L1\"}", NOW);
    CU_ASSERT_EQUAL(ask(w, "payments.mandate", "m1", "{\"account\":\"A0001\",\"reference\":\"L1\"}", NOW).status, 200);
    CU_ASSERT(book_loan(outside_book(w), "L1").mandate_active);
    struct outside_answer a = ask(w, "payments.cancel_mandate", "c1", "{\"reference\":\"L1\"}", NOW);
    CU_ASSERT_PTR_NOT_NULL(strstr(a.body, "true"));
    CU_ASSERT_FALSE(book_loan(outside_book(w), "L1").mandate_active);
    a = ask(w, "payments.cancel_mandate", "c1", "{\"reference\":\"L1\"}", NOW);
    CU_ASSERT_PTR_NOT_NULL(strstr(a.body, "true")); /* the same key, the same answer */
    a = ask(w, "payments.status", "s", "{\"reference\":\"L1\"}", NOW);
    CU_ASSERT_PTR_NOT_NULL(strstr(a.body, "\"cancelled\""));
    outside_free(w);
}

static void effect_of(const char *fault, enum world_fate fate, int status, int64_t least, int64_t most) {
    char settings[100], key[16];
    int64_t paid = 0;
    snprintf(settings, sizeof settings, "{\"faults\":\"payments.disburse:%s=1\"}", fault);
    struct outside *w = make(settings);
    for (int k = 0; k < 100; k++) {
        snprintf(key, sizeof key, "k%d", k);
        struct outside_answer a = ask(w, "payments.disburse", key, "{\"account\":\"A0001\",\"amount\":1,\"reference\":\"L\"}", NOW);
        CU_ASSERT_EQUAL(a.fate, fate);
        if (fate == WORLD_ANSWERS) CU_ASSERT_EQUAL(a.status, status);
    }
    paid = book_loan(outside_book(w), "L").paid_minor;
    CU_ASSERT(paid >= least && paid <= most);
    outside_free(w);
}

void test_outside__faults_happen_before_after_or_by_halves(void) {
    effect_of("refuse", WORLD_ANSWERS, 422, 0, 0);
    effect_of("busy", WORLD_ANSWERS, 429, 0, 0);
    effect_of("fail", WORLD_ANSWERS, 503, 0, 0);
    effect_of("timeout", WORLD_SILENT, 0, 20, 80);
    effect_of("break", WORLD_BREAKS, 0, 20, 80);
    effect_of("after", WORLD_ANSWERS, 500, 100, 100);
    effect_of("duplicate", WORLD_ANSWERS, 200, 100, 100);
    effect_of("garbage", WORLD_ANSWERS, 200, 100, 100);
    effect_of("late", WORLD_ANSWERS, 202, 100, 100);
}

void test_outside__late_settles_later(void) {
    struct outside *w = make("{\"faults\":\"payments.disburse:late=1\"}");
    ask(w, "payments.disburse", "k", PAY, NOW);
    json_t *none = json_loads("{\"faults\":\"\"}", 0, NULL);
    struct fault f;
    CU_ASSERT_EQUAL(outside_set(w, none, &f), OK);
    json_decref(none);
    CU_ASSERT_EQUAL(ask(w, "payments.disburse", "k", NULL, NOW + 1999).status, 202);
    CU_ASSERT_EQUAL(ask(w, "payments.disburse", "k", NULL, NOW + 2000).status, 200);
    outside_free(w);
}

void test_outside__wrong_settings_are_named(void) {
    static const char *const bad[] = {"{\"latency\":\"fast\"}", "{\"latency\":\"20-10\"}", "{\"latency\":\"-1\"}", "{\"faults\":\"busy\"}",
                                      "{\"faults\":\"lazy=0.1\"}", "{\"faults\":\"busy=1.1\"}", "{\"faults\":\"busy=0.1,,\"}"};
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        struct outside *w = NULL;
        struct fault f = {0};
        json_t *v = json_loads(bad[k], 0, NULL);
        CU_ASSERT_EQUAL(outside_new(v, &w, &f), ERR_INVALID);
        CU_ASSERT(f.text[0] != 0);
        json_decref(v);
    }
}

void test_outside__latency_stays_in_its_range(void) {
    struct outside *w = make("{\"latency\":\"50-150\"}");
    int64_t least = 1000, most = 0;
    for (int k = 0; k < 500; k++) {
        int64_t ms = ask(w, "payments.status", "k", "{\"reference\":\"L\"}", NOW).delay_ms;
        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
    }
    CU_ASSERT(least >= 50 && least < 60 && most <= 150 && most > 140);
    outside_free(w);
}

static void keep(void *who, const char *line, size_t n) { buf_add(who, line, n); }

void test_outside__a_book_read_back_is_the_same_book_and_a_torn_line_is_cut(void) {
    struct outside *w = make("{}");
    struct buf lines, a, b;
    struct fault f;
    size_t good = 0;
    buf_init(&lines, 1 << 20);
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    book_on_line(outside_book(w), keep, &lines);
    ask(w, "payments.mandate", "m", "{\"account\":\"A0001\",\"reference\":\"L1\"}", NOW);
    ask(w, "payments.disburse", "k", PAY, NOW);
    size_t whole = lines.len;
    CU_ASSERT_EQUAL(book_page(outside_book(w), 0, 100, &a), OK);
    ask(w, "payments.disburse", "k2", PAY, NOW);
    for (size_t cut = whole; cut < lines.len; cut += 7) {
        struct book *again = book_new();
        buf_clear(&b);
        CU_ASSERT_EQUAL(book_restore_all(again, lines.data, cut, &good, &f), OK);
        CU_ASSERT_EQUAL(good, whole);
        CU_ASSERT_EQUAL(book_page(again, 0, 100, &b), OK);
        CU_ASSERT_STRING_EQUAL(buf_text(&a), buf_text(&b));
        book_free(again);
    }
    lines.data[5] = '!';
    struct book *again = book_new();
    CU_ASSERT_EQUAL(book_restore_all(again, lines.data, lines.len, &good, &f), ERR_INVALID);
    book_free(again);
    buf_reset(&lines);
    buf_reset(&a);
    buf_reset(&b);
    outside_free(w);
}

void test_outside__real_attributes_come_from_a_file(void) {
    static const char csv[] = "row,pan,revolving_utilisation,late_90,monthly_income\n1,ABCPD1234F,0.957151019,2,\n2,ABCPD1235F,0.5,0.0,2600.0\r\n";
    struct outside *w = make("{}");
    struct fault f;
    CU_ASSERT_EQUAL(outside_load_bureau(w, csv, strlen(csv), &f), OK);
    struct outside_answer a = ask(w, "bureau.report", "k", "{\"pan\":\"ABCPD1234F\"}", NOW);
    CU_ASSERT_STRING_EQUAL(a.body, "{\"thin\":false,\"revolving_utilisation\":0.957151019,\"late_90\":2}");
    a = ask(w, "bureau.report", "k", "{\"pan\":\"ABCPD1235F\"}", NOW);
    CU_ASSERT_STRING_EQUAL(a.body, "{\"thin\":false,\"revolving_utilisation\":0.5,\"late_90\":0,\"monthly_income\":2600.0}");
    CU_ASSERT_EQUAL(outside_load_bureau(w, "a,b\n1,2\n", 8, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(outside_load_bureau(w, "pan,score\nX,{}\n", 15, &f), ERR_INVALID);
    outside_free(w);
}
