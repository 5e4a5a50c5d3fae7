#include "stream/event.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "tests/harness/torture.h"

void test_event__positions_are_ordered_and_read_back(void) {
    static const struct position in_order[] = {{0, 0}, {0, 1}, {0, INT32_MAX}, {1, 0}, {1, 7}, {2, 1}, {INT64_MAX, 0}, {INT64_MAX, INT32_MAX}};
    for (size_t i = 0; i < ARRAY_LEN(in_order); i++)
        for (size_t k = 0; k < ARRAY_LEN(in_order); k++) {
            int c = position_compare(in_order[i], in_order[k]);
            CU_ASSERT_EQUAL(c < 0 ? -1 : c > 0, i < k ? -1 : i > k);
        }
    for (size_t i = 0; i < ARRAY_LEN(in_order); i++) {
        char text[POSITION_TEXT];
        struct position back;
        CU_ASSERT_EQUAL(position_parse(position_text(in_order[i], text), &back), OK);
        CU_ASSERT_EQUAL(position_compare(back, in_order[i]), 0);
        CU_ASSERT_TRUE(i == 0 || position_compare(position_before(in_order[i]), in_order[i]) < 0);
    }
    struct position before = position_before((struct position){5, 0}); /* nothing lies between them */
    CU_ASSERT_EQUAL(position_compare(before, (struct position){4, INT32_MAX}), 0);
    CU_ASSERT_EQUAL(position_compare(position_before(POSITION_START), POSITION_START), 0);
}

void test_event__positions_that_are_none(void) {
    static const char *const bad[] = {NULL, "", "-", "5", "5-", "-5", "5-x", "x-5", "5-5-5", "5--5", "-1-1", "9223372036854775808-1", "5-2147483648",
                                      "5 -1", "5.1"};
    struct position p;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) CU_ASSERT_EQUAL(position_parse(bad[i], &p), ERR_INVALID);
}

static const struct event SAMPLE = {{7311, 2}, "r_1-5-2", "loan", "L\"1/\xc3\xa9", "tenor.loan.paid", "{\"amount_minor\":5}", 1790000000123};

void test_event__as_cloudevents_has_it(void) {
    AUTO(buf_reset) struct buf out;
    buf_init(&out, EVENT_JSON_MAX);
    event_write(&SAMPLE, "/tenor/region/1", &out);
    json_t *v = NULL;
    CU_ASSERT_EQUAL_FATAL(json_parse(buf_text(&out), out.len, &JSON_LIMITS_BODY, &v, NULL), OK);
    static const char *const want[][2] = {
        {"specversion", "1.0"}, {"id", "r_1-5-2"}, {"source", "/tenor/region/1"}, {"type", "tenor.loan.paid"},
        {"subject", "loan/L\"1/\xc3\xa9"}, {"time", "2026-09-21T14:13:20.123Z"}, {"datacontenttype", "application/json"},
        {"partitionkey", "loan/L\"1/\xc3\xa9"}, {"position", "7311-2"}};
    for (size_t i = 0; i < ARRAY_LEN(want); i++) CU_ASSERT_STRING_EQUAL(json_text(v, want[i][0], ""), want[i][1]);
    CU_ASSERT_EQUAL(json_object_size(v), ARRAY_LEN(want) + 1);
    CU_ASSERT_EQUAL(json_int(json_object_get(v, "data"), "amount_minor", 0), 5);
    const char *key;
    json_t *part;
    json_object_foreach(v, key, part) CU_ASSERT_EQUAL(strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789"), strlen(key)); /* CloudEvents, 3.1 */
    json_decref(v);
}

void test_event__wanted_types(void) {
    CU_ASSERT_TRUE(event_wanted("", "tenor.loan.paid"));
    CU_ASSERT_TRUE(event_wanted("  ", "tenor.loan.paid"));
    CU_ASSERT_TRUE(event_wanted("tenor.task.done  tenor.loan.paid", "tenor.loan.paid"));
    CU_ASSERT_TRUE(event_wanted("tenor.loan.*", "tenor.loan.paid"));
    CU_ASSERT_TRUE(event_wanted("*", "tenor.loan.paid"));
    CU_ASSERT_FALSE(event_wanted("tenor.loan.pai", "tenor.loan.paid"));
    CU_ASSERT_FALSE(event_wanted("tenor.loan.paid_", "tenor.loan.paid"));
    CU_ASSERT_FALSE(event_wanted("tenor.loans.*", "tenor.loan.paid"));
    static const struct { const char *types; enum err err; } checks[] = {
        {"", OK}, {"tenor.loan.* tenor.task.done", OK}, {"*", OK}, {"tenor.*.paid", ERR_INVALID}, {"Tenor.loan", ERR_INVALID}, {"a,b", ERR_INVALID}};
    for (size_t i = 0; i < ARRAY_LEN(checks); i++) CU_ASSERT_EQUAL(event_types_check(checks[i].types, NULL), checks[i].err);
}

static void copy_and_write(void *who) {
    (void)who;
    struct event *copy = event_copy_new(&SAMPLE);
    if (!copy) {
        CU_ASSERT_TRUE(torture_hit());
        return;
    }
    CU_ASSERT_STRING_EQUAL(copy->aggregate_id, SAMPLE.aggregate_id);
    CU_ASSERT_STRING_EQUAL(copy->payload, SAMPLE.payload);
    CU_ASSERT_EQUAL(position_compare(copy->at, SAMPLE.at), 0);
    AUTO(buf_reset) struct buf out;
    buf_init(&out, EVENT_JSON_MAX);
    event_write(copy, "s", &out);
    CU_ASSERT(buf_ok(&out) || torture_hit());
    free(copy);
}

void test_event__survives_no_memory(void) {
    CU_ASSERT(torture_run(copy_and_write, NULL) >= 3);
}
