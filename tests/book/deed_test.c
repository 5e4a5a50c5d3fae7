/* deed_test.c - entries are read as they are written, and a damaged one is named. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "base/zone.h"
#include "book/deed.h"

static struct arena *arena;
static struct deed d;
static struct fault f;

int setup_deed(void) { return !(arena = arena_new(1 << 20)); }
int teardown_deed(void) { return arena_free(arena), 0; }

static enum err read_as(const char *kind, int64_t minor, const char *body) {
    struct deed_text t = {5, kind, 20454, 1000, minor, body, strlen(body)}; /* 2026-01-01 */
    return deed_read(&t, arena, &d, &f);
}

void test_deed__an_opening_is_read(void) {
    CU_ASSERT_EQUAL_FATAL(read_as("opened", 300, "{\"product\":\"seasonal\",\"currency\":\"JPY\",\"fee\":10,\"rate\":150000,\"day_count\":\"ACT/365\","
                                                 "\"rows\":[[\"2026-02-10\",100,5],[\"2026-03-10\",200,3]],\"rules\":{\"grace_days\":2},\"reference\":\"B1\"}"), OK);
    CU_ASSERT_EQUAL(d.opening->product, PRODUCT_SEASONAL);
    CU_ASSERT_STRING_EQUAL(d.opening->currency, "JPY");
    CU_ASSERT_EQUAL(d.opening->day_count, DAYS_ACT_365);
    CU_ASSERT_EQUAL(d.opening->rules.grace_days, 2);
    CU_ASSERT_EQUAL(d.n_rows, 2);
    CU_ASSERT_EQUAL(d.rows[1].principal_minor, 200);
    CU_ASSERT_STRING_EQUAL(d.reference, "B1");
    CU_ASSERT_EQUAL(d.known_ms, 1000);
}

void test_deed__every_kind_is_read(void) {
    static const struct {
        const char *kind, *body;
    } all[] = {
        {"paid", "{\"for\":\"prepayment\"}"}, {"recovered", "{}"}, {"reversed", "{\"of\":2,\"why\":\"returned\"}"}, {"refunded", ""},
        {"fee", "{\"code\":\"visit\"}"}, {"penalty", "{\"due\":\"2026-01-05\"}"}, {"waived", "{\"component\":\"fee\",\"of\":3}"},
        {"terms", "{\"change\":\"re_age\",\"rows\":[[\"2026-02-10\",1,2]]}"}, {"settlement", "{\"rows\":[[\"2026-01-10\",7]]}"}, {"written_off", "{}"},
        {"cooled_off", "{\"rows\":[[\"2026-01-01\",1,2]]}"}, {"foreclosed", "{\"rows\":[[\"2026-01-01\",1,2]]}"}, {"disputed", "{\"to_charge\":4}"},
        {"limit", "{\"by\":\"consent\"}"}, {"held", "{}"}, {"freed", "{\"of\":2}"}, {"day_end", "{\"bucket\":\"1-30\"}"}, {"voided", ""}};
    for (size_t k = 0; k < ARRAY_LEN(all); k++) {
        CU_ASSERT_EQUAL(read_as(all[k].kind, 7, all[k].body), OK);
        CU_ASSERT_STRING_EQUAL(deed_word(d.kind), all[k].kind);
    }
    CU_ASSERT_EQUAL(read_as("paid", 7, "{\"for\":\"prepayment\",\"to_due\":\"2026-02-10\"}"), OK);
    CU_ASSERT(d.payment == PAYMENT_PREPAYMENT && d.due_day == day_of(2026, 2, 10));
    CU_ASSERT_EQUAL(read_as("recovered", 7, "{}"), OK);
    CU_ASSERT_EQUAL(d.payment, PAYMENT_RECOVERY);
    CU_ASSERT_EQUAL(read_as("fee", 7, "{}"), OK);
    CU_ASSERT_EQUAL(d.due_day, 20454);
}

void test_deed__a_damaged_entry_is_named(void) {
    static const struct {
        const char *kind, *body, *where;
    } bad[] = {
        {"painted", "{}", "kind"}, {"paid", "{\"for\":\"fun\"}", "for"}, {"paid", "{\"to_due\":\"soon\"}", "to_due"}, {"reversed", "{\"of\":5}", "of"},
        {"reversed", "{}", "of"}, {"waived", "{\"component\":\"tax\"}", "component"}, {"penalty", "{\"due\":\"2025-12-31\"}", "due"},
        {"terms", "{\"rows\":[]}", "rows"}, {"terms", "{\"rows\":[[\"2026-02-10\",1]]}", "rows"}, {"terms", "{\"rows\":[[\"2025-02-10\",1,2]]}", "rows"},
        {"terms", "{\"rows\":[[\"2026-02-10\",1,-2]]}", "rows"}, {"terms", "{\"rows\":[[\"2026-02-10\",1,2],[\"2026-02-10\",1,2]]}", "rows"},
        {"terms", "{\"replaces\":\"some\",\"rows\":[[\"2026-02-10\",1,2]]}", "replaces"}, {"terms", "{\"rate\":-2,\"rows\":[[\"2026-02-10\",1,2]]}", "rate"},
        {"settlement", "{\"rows\":[[\"2026-01-10\",6]]}", "rows"}, {"settlement", "{\"rows\":[[\"2026-01-10\",7]],\"grace_days\":-1}", "grace_days"},
        {"opened", "{\"product\":\"emi\",\"currency\":\"INR\",\"rows\":[[\"2026-02-10\",6,0]]}", "rows"},
        {"opened", "{\"product\":\"balloon\",\"currency\":\"INR\",\"rows\":[[\"2026-02-10\",7,0]]}", "product"},
        {"opened", "{\"product\":\"emi\",\"currency\":\"RUPEE\",\"rows\":[[\"2026-02-10\",7,0]]}", "currency"},
        {"opened", "{\"product\":\"emi\",\"currency\":\"INR\",\"day_count\":\"x\",\"rows\":[[\"2026-02-10\",7,0]]}", "day_count"},
        {"opened", "{\"product\":\"emi\",\"currency\":\"INR\",\"rows\":[[\"2026-02-10\",7,0]],\"rules\":{\"grace_days\":999}}", "grace_days"},
    };
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        CU_ASSERT_EQUAL(read_as(bad[k].kind, 7, bad[k].body), ERR_INVALID);
        CU_ASSERT_STRING_EQUAL(f.where, bad[k].where);
    }
    CU_ASSERT_EQUAL(read_as("paid", -1, "{}"), ERR_INVALID);
    CU_ASSERT_EQUAL(read_as("paid", 1, "{"), ERR_INVALID);
}

void test_deed__rows_are_written_as_they_are_read(void) {
    const struct due_row rows[] = {{20500, 100, 5}, {20531, 200, 3}};
    json_t *body = json_pack("{s:s, s:o}", "change", "re_age", "rows", deed_rows_new(rows, 2));
    char *text = json_dumps(body, 0);
    CU_ASSERT_EQUAL_FATAL(read_as("terms", 0, text), OK);
    CU_ASSERT_EQUAL_FATAL(d.n_rows, 2);
    for (size_t k = 0; k < 2; k++) {
        CU_ASSERT(d.rows[k].day == rows[k].day && d.rows[k].principal_minor == rows[k].principal_minor);
        CU_ASSERT_EQUAL(d.rows[k].interest_minor, rows[k].interest_minor);
    }
    free(text);
    json_decref(body);
}
