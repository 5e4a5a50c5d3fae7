#include <CUnit/CUnit.h>
#include <string.h>

#include "base/rng.h"
#include "base/zone.h"

void test_civil__days_follow_each_other(void) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t day = day_of(1600, 1, 1);
    int weekday = 6; /* 1 January 1600 was a Saturday */
    for (int y = 1600; y < 2400; y++)
        for (int m = 1; m <= 12; m++) {
            bool leap = y % 400 == 0 || (y % 4 == 0 && y % 100 != 0);
            for (int d = 1; d <= lengths[m - 1] + (leap && m == 2); d++, day++, weekday = weekday % 7 + 1) {
                int yy, mm, dd;
                day_split(day, &yy, &mm, &dd);
                CU_ASSERT_FATAL(day_of(y, m, d) == day && yy == y && mm == m && dd == d);
                CU_ASSERT_EQUAL_FATAL(day_weekday(day), weekday);
            }
        }
    CU_ASSERT_EQUAL(day_of(1970, 1, 1), 0);
}

void test_civil__dates_in_text(void) {
    int32_t day = 77, back;
    char text[16];
    CU_ASSERT_EQUAL(day_parse("2024-02-29", &day), OK);
    CU_ASSERT_STRING_EQUAL(day_text(day, text), "2024-02-29");
    for (day = -719162; day < 2932896; day += 97) { /* years 1 to 9999 */
        CU_ASSERT_EQUAL_FATAL(day_parse(day_text(day, text), &back), OK);
        CU_ASSERT_EQUAL_FATAL(back, day);
    }
    static const char *const bad[] = {"", "2026-1-01", "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-10",
                                      "2026-04-31", "2026-01-00", "2026/01/01", "2026-01-011", "26-01-01",
                                      "2026-01-01 ", " 2026-01-01", "-026-01-01", "2026-01-0a"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) CU_ASSERT_EQUAL(day_parse(bad[i], &back), ERR_INVALID);
    CU_ASSERT_EQUAL(day_parse(NULL, &back), ERR_INVALID);
}

void test_civil__instants_in_text(void) {
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"1970-01-01T00:00:00Z", 0}, {"1969-12-31T23:59:59.999Z", -1}, {"2026-12-01T12:00:00.123Z", 1796126400123},
                {"2026-12-01T17:30:00.123+05:30", 1796126400123}, {"2026-12-01t12:00:00.1239z", 1796126400123},
                {"2026-12-01T12:00:00.1Z", 1796126400100}, {"1985-04-12T23:20:50.52Z", 482196050520},
                {"1996-12-19T16:39:57-08:00", 851042397000}, {"1990-12-31T23:59:60Z", 662687999999},
                {"1990-12-31T15:59:60-08:00", 662687999999}};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int64_t ms = 5;
        CU_ASSERT_EQUAL(instant_parse(good[i].text, &ms), OK);
        CU_ASSERT_EQUAL(ms, good[i].ms);
    }
    static const char *const bad[] = {"", "2026-12-01", "2026-12-01T12:00:00", "2026-12-01 12:00:00Z", "2026-12-01T24:00:00Z",
                                      "2026-12-01T12:60:00Z", "2026-12-01T12:00:61Z", "2026-12-01T12:00:60Z", "2026-12-01T12:00Z",
                                      "2026-12-01T12:00:00.Z", "2026-12-01T12:00:00+0530", "2026-12-01T12:00:00+24:00",
                                      "2026-12-01T12:00:00+05:60", "2026-02-30T12:00:00Z", "2026-12-01T12:00:00Zx",
                                      "2026-12-01T12:00:00.1234567890123456789012345Z", "1990-12-31T15:59:60-10:00"};
    int64_t ms = 5;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) CU_ASSERT_EQUAL(instant_parse(bad[i], &ms), ERR_INVALID);
    CU_ASSERT_EQUAL(ms, 5);
    struct rng r;
    rng_seed(&r, 41);
    for (int i = 0; i < 20000; i++) {
        int64_t v = (int64_t)rng_below(&r, UINT64_C(250000000000000)), back;
        char text[32];
        CU_ASSERT_EQUAL_FATAL(instant_parse(instant_text(v, text), &back), OK);
        CU_ASSERT_EQUAL_FATAL(back, v);
    }
}
