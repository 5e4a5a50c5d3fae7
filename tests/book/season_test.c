/* season_test.c - the crop calendar: lookup by district and crop, order of days, faults. */
#include <CUnit/CUnit.h>

#include "base/zone.h"
#include "book/season.h"

static const char CALENDAR[] =
    "{\"Nashik\":{\"grapes\":[{\"day\":\"04-30\",\"weight\":2},{\"day\":\"11-30\"}],\"*\":[{\"day\":\"12-15\"}]},"
    "\"*\":{\"*\":[{\"day\":\"02-29\"}]},\"Bad\":{\"x\":[{\"day\":\"13-01\"}],\"y\":[{\"day\":\"12-01\",\"weight\":0}],\"z\":[]}}";
static json_t *calendar;
static struct fault f;

int setup_season(void) { return !(calendar = json_loads(CALENDAR, 0, NULL)); }
int teardown_season(void) { return json_decref(calendar), 0; }

void test_season__days_follow_the_calendar(void) {
    struct season_due d[4];
    CU_ASSERT_EQUAL_FATAL(season_days(calendar, "Nashik", "grapes", day_of(2026, 5, 1), 0, d, 4, &f), OK);
    CU_ASSERT_EQUAL(d[0].day, day_of(2026, 11, 30));
    CU_ASSERT_EQUAL(d[0].weight, 1);
    CU_ASSERT_EQUAL(d[1].day, day_of(2027, 4, 30));
    CU_ASSERT_EQUAL(d[1].weight, 2);
    CU_ASSERT_EQUAL(d[3].day, day_of(2028, 4, 30));
}

void test_season__a_harvest_too_soon_is_passed_over(void) {
    struct season_due d[1];
    CU_ASSERT_EQUAL_FATAL(season_days(calendar, "Nashik", "grapes", day_of(2026, 4, 1), 29, d, 1, &f), OK);
    CU_ASSERT_EQUAL(d[0].day, day_of(2026, 4, 30));
    CU_ASSERT_EQUAL_FATAL(season_days(calendar, "Nashik", "grapes", day_of(2026, 4, 1), 30, d, 1, &f), OK);
    CU_ASSERT_EQUAL(d[0].day, day_of(2026, 11, 30));
}

void test_season__others_use_the_star_and_leap_days_move(void) {
    struct season_due d[3];
    CU_ASSERT_EQUAL_FATAL(season_days(calendar, "Nashik", "onions", day_of(2026, 1, 1), 0, d, 1, &f), OK);
    CU_ASSERT_EQUAL(d[0].day, day_of(2026, 12, 15));
    CU_ASSERT_EQUAL_FATAL(season_days(calendar, "Pune", "onions", day_of(2027, 1, 1), 0, d, 2, &f), OK);
    CU_ASSERT_EQUAL(d[0].day, day_of(2027, 2, 28));
    CU_ASSERT_EQUAL(d[1].day, day_of(2028, 2, 29));
}

void test_season__faults_are_named(void) {
    struct season_due d[1];
    CU_ASSERT_EQUAL(season_days(calendar, "Bad", "x", 20000, 0, d, 1, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(season_days(calendar, "Bad", "y", 20000, 0, d, 1, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(season_days(calendar, "Bad", "z", 20000, 0, d, 1, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(season_days(calendar, "Bad", "w", 20000, 0, d, 1, &f), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(season_days(NULL, "Nashik", "grapes", 20000, 0, d, 1, &f), ERR_NOT_FOUND);
}
