#include <CUnit/CUnit.h>
#include <string.h>

#include "base/rng.h"
#include "base/zone.h"
#include "tests/harness/torture.h"

#define INDIA "{\"zone\":\"Asia/Kolkata\",\"days\":[1,2,3,4,5,6],\"from\":\"09:30\",\"till\":\"18:30\",\"holidays\":[\"2026-12-25\",\"2026-01-26\"]}"

static enum err make(const char *text, struct calendar **c, struct fault *f) {
    json_auto_t *d = json_loads(text, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    return calendar_new(d, c, f);
}

static int64_t at(const char *rfc3339) {
    int64_t ms = -1;
    CU_ASSERT_EQUAL_FATAL(instant_parse(rfc3339, &ms), OK);
    return ms;
}

void test_calendar__working_time_in_india(void) {
    struct calendar *c;
    CU_ASSERT_EQUAL_FATAL(make(INDIA, &c, NULL), OK);
    int64_t hour = 3600000;
    static const struct {
        const char *at;
        int hours;
        const char *then;
    } cases[] = {
        {"2026-12-21T10:00:00+05:30", 2, "2026-12-21T12:00:00+05:30"},  /* a Monday */
        {"2026-12-21T17:30:00+05:30", 2, "2026-12-22T10:30:00+05:30"},
        {"2026-12-21T17:30:00+05:30", 1, "2026-12-21T18:30:00+05:30"},  /* to the very end */
        {"2026-12-24T18:00:00+05:30", 1, "2026-12-26T10:00:00+05:30"},  /* over Christmas */
        {"2026-12-26T18:29:00+05:30", 9, "2026-12-28T18:29:00+05:30"},  /* over Sunday */
        {"2026-12-27T12:00:00+05:30", 1, "2026-12-28T10:30:00+05:30"},  /* begun on a Sunday */
        {"2026-12-27T12:00:00+05:30", 0, "2026-12-27T12:00:00+05:30"},
        {"2026-12-21T03:00:00+05:30", 1, "2026-12-21T10:30:00+05:30"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CU_ASSERT_EQUAL(calendar_after_working_ms(c, at(cases[i].at), cases[i].hours * hour), at(cases[i].then));
    CU_ASSERT_EQUAL(calendar_after_working_ms(c, at("2026-12-21T10:00:00Z"), -5), at("2026-12-21T10:00:00Z"));
    CU_ASSERT(calendar_after_working_ms(c, 0, INT64_MAX) > at("2160-01-01T00:00:00Z")); /* ends */
    calendar_free(c);
}

void test_calendar__working_days_in_india(void) {
    struct calendar *c;
    CU_ASSERT_EQUAL_FATAL(make(INDIA, &c, NULL), OK);
    static const struct {
        const char *at;
        int days;
        const char *then;
    } cases[] = {
        {"2026-12-21T23:59:00+05:30", 1, "2026-12-22T18:30:00+05:30"},
        {"2026-12-24T00:00:00+05:30", 1, "2026-12-26T18:30:00+05:30"},
        {"2026-12-24T00:00:00+05:30", 2, "2026-12-28T18:30:00+05:30"},
        {"2026-12-21T05:00:00+05:30", 0, "2026-12-21T18:30:00+05:30"},
        {"2026-12-27T05:00:00+05:30", 0, "2026-12-28T18:30:00+05:30"},
        {"2026-12-21T20:00:00Z", 1, "2026-12-23T18:30:00+05:30"}, /* already Tuesday there */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CU_ASSERT_EQUAL(calendar_after_working_days(c, at(cases[i].at), cases[i].days), at(cases[i].then));
    calendar_free(c);
}

enum { MINUTE_MS = 60000 };

/* Counts minute by minute. */
static int64_t slow_after(const struct calendar *c, int64_t ms, int64_t minutes, int from, int till) {
    for (; minutes; ms += MINUTE_MS) {
        int64_t local_min = ms / MINUTE_MS + zone_offset_s(calendar_zone(c), ms) / 60;
        int minute = (int)(local_min % 1440);
        minutes -= calendar_works(c, (int32_t)(local_min / 1440)) && minute >= from && minute < till;
    }
    return ms;
}

void test_calendar__against_counting_minutes_over_a_clock_change(void) {
    static const struct {
        const char *text;
        int from, till;
    } calendars[] = {
        {INDIA, 570, 1110},
        {"{\"zone\":\"America/New_York\",\"days\":[1,7],\"from\":\"00:30\",\"till\":\"05:00\"}", 30, 300},
        {"{\"zone\":\"Europe/London\",\"days\":[1,2,3,4,5,6,7],\"from\":\"00:00\",\"till\":\"24:00\"}", 0, 1440},
        {"{\"zone\":\"America/Sao_Paulo\",\"days\":[7],\"from\":\"00:00\",\"till\":\"02:00\"}", 0, 120},
    };
    struct rng r;
    rng_seed(&r, 43);
    for (size_t i = 0; i < ARRAY_LEN(calendars); i++) {
        struct calendar *c;
        CU_ASSERT_EQUAL_FATAL(make(calendars[i].text, &c, NULL), OK);
        for (int n = 0; n < 60; n++) {
            int64_t begin = at(i == 3 ? "2018-10-25T00:00:00Z" : n % 2 ? "2026-03-01T00:00:00Z" : "2026-10-20T00:00:00Z");
            begin += (int64_t)rng_below(&r, 14 * 1440) * MINUTE_MS;
            int64_t minutes = 1 + (int64_t)rng_below(&r, 1500);
            int64_t slow = slow_after(c, begin, minutes, calendars[i].from, calendars[i].till);
            CU_ASSERT_EQUAL(calendar_after_working_ms(c, begin, minutes * MINUTE_MS), slow);
        }
        calendar_free(c);
    }
}

void test_calendar__faults_name_the_field(void) {
    static const struct {
        const char *text, *where;
    } cases[] = {
        {"[]", ""},
        {"{\"zone\":\"Asia/Kolkata\",\"days\":[1],\"from\":\"09:30\",\"till\":\"18:30\",\"holidys\":[]}", ""},
        {"{\"days\":[1],\"from\":\"09:30\",\"till\":\"18:30\"}", "/zone"},
        {"{\"zone\":\"Asia/Nowhere\",\"days\":[1],\"from\":\"09:30\",\"till\":\"18:30\"}", "/zone"},
        {"{\"zone\":\"UTC\",\"days\":[],\"from\":\"09:30\",\"till\":\"18:30\"}", "/days"},
        {"{\"zone\":\"UTC\",\"days\":[0],\"from\":\"09:30\",\"till\":\"18:30\"}", "/days"},
        {"{\"zone\":\"UTC\",\"days\":[1,8],\"from\":\"09:30\",\"till\":\"18:30\"}", "/days"},
        {"{\"zone\":\"UTC\",\"days\":[1,1],\"from\":\"09:30\",\"till\":\"18:30\"}", "/days"},
        {"{\"zone\":\"UTC\",\"days\":[1],\"from\":\"9:30\",\"till\":\"18:30\"}", "/from"},
        {"{\"zone\":\"UTC\",\"days\":[1],\"from\":\"09:30\",\"till\":\"09:30\"}", "/till"},
        {"{\"zone\":\"UTC\",\"days\":[1],\"from\":\"09:30\",\"till\":\"24:01\"}", "/till"},
        {"{\"zone\":\"UTC\",\"days\":[1],\"from\":\"09:30\",\"till\":\"18:30\",\"holidays\":[\"2026-02-30\"]}", "/holidays/0"},
        {"{\"zone\":\"UTC\",\"days\":[1],\"from\":\"09:30\",\"till\":\"18:30\",\"holidays\":\"none\"}", "/holidays"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct calendar *c = NULL;
        struct fault f = {0};
        CU_ASSERT_EQUAL(make(cases[i].text, &c, &f), ERR_INVALID);
        CU_ASSERT_STRING_EQUAL(f.where, cases[i].where);
        CU_ASSERT_PTR_NULL(c);
    }
}

static void make_and_free(void *definition) {
    struct calendar *c;
    enum err e = calendar_new(definition, &c, NULL);
    CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit()));
    calendar_free(c);
}

void test_calendar__survives_no_memory(void) {
    json_auto_t *d = json_loads(INDIA, 0, NULL);
    CU_ASSERT(torture_run(make_and_free, d) >= 6);
}
