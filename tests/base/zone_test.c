#include "base/zone.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "tests/harness/torture.h"

static int64_t at(const char *rfc3339) {
    int64_t ms = -1;
    CU_ASSERT_EQUAL_FATAL(instant_parse(rfc3339, &ms), OK);
    return ms;
}

static struct zone *zone(const char *name) {
    struct zone *z = NULL;
    CU_ASSERT_EQUAL_FATAL(zone_open(name, &z), OK);
    return z;
}

void test_zone__known_offsets(void) {
    static const struct {
        const char *zone, *at;
        int offset_s;
    } cases[] = {
        {"UTC", "2026-12-01T00:00:00Z", 0},
        {"Asia/Kolkata", "2026-12-01T00:00:00Z", 19800},
        {"Asia/Kolkata", "2095-06-01T00:00:00Z", 19800},
        {"Asia/Kolkata", "1943-01-01T00:00:00Z", 23400}, /* war time */
        {"Asia/Kathmandu", "2026-01-01T00:00:00Z", 20700},
        {"America/New_York", "2026-03-08T06:59:59Z", -18000},
        {"America/New_York", "2026-03-08T07:00:00Z", -14400},
        {"America/New_York", "2026-11-01T05:59:59Z", -14400},
        {"America/New_York", "2026-11-01T06:00:00Z", -18000},
        {"America/New_York", "2050-03-13T06:59:59Z", -18000}, /* past the list, by the rule */
        {"America/New_York", "2050-03-13T07:00:00Z", -14400},
        {"Australia/Lord_Howe", "2026-04-04T14:59:59Z", 39600}, /* half an hour of summer time */
        {"Australia/Lord_Howe", "2026-04-04T15:00:00Z", 37800},
        {"Europe/Dublin", "2060-01-01T00:00:00Z", 0}, /* winter time counts as negative saving */
        {"Europe/Dublin", "2060-07-01T00:00:00Z", 3600},
        {"Pacific/Apia", "2011-12-30T09:59:59Z", -36000},
        {"Pacific/Apia", "2011-12-30T10:00:00Z", 50400},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct zone *z = zone(cases[i].zone);
        CU_ASSERT_EQUAL(zone_offset_s(z, at(cases[i].at)), cases[i].offset_s);
        zone_close(z);
    }
}

void test_zone__days_begin_when_they_begin(void) {
    static const struct {
        const char *zone, *day, *begins;
    } cases[] = {
        {"Asia/Kolkata", "2026-12-01", "2026-11-30T18:30:00Z"},
        {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, /* no midnight: 01:00 */
        {"Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z"},       /* no midnight */
        {"Africa/Cairo", "2040-04-27", "2040-04-26T22:00:00Z"},      /* no midnight, by the rule */
        {"America/Havana", "2022-11-06", "2022-11-06T04:00:00Z"},    /* midnight twice: the first */
        {"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z"},
        {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"}, /* a date that never was */
        {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
        {"Europe/London", "2026-03-29", "2026-03-29T00:00:00Z"},
        {"Europe/London", "2026-03-30", "2026-03-29T23:00:00Z"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct zone *z = zone(cases[i].zone);
        int32_t day;
        char text[32];
        CU_ASSERT_EQUAL(day_parse(cases[i].day, &day), OK);
        CU_ASSERT_EQUAL(zone_day_start_ms(z, day), at(cases[i].begins));
        (void)instant_text(zone_day_start_ms(z, day), text);
        zone_close(z);
    }
}

static const char *const zones[] = {
    "Asia/Kolkata", "America/New_York", "America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo",
    "America/Havana", "Pacific/Apia", "Europe/London", "Europe/Dublin", "Australia/Lord_Howe",
    "Asia/Kathmandu", "Africa/Casablanca", "America/Nuuk", "Antarctica/Troll", "Asia/Gaza",
    "America/St_Johns", "Pacific/Chatham", "Asia/Tehran", "Africa/Monrovia", "Etc/GMT+12", "UTC"};

/* The C library reads the same files with other code: it is the oracle. */
void test_zone__offsets_are_those_of_the_c_library(void) {
    struct rng r;
    rng_seed(&r, 31);
    char *before = getenv("TZ"), kept[100];
    size_t compared = 0;
    snprintf(kept, sizeof kept, "%s", before ? before : "");
    for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
        struct zone *z = zone(zones[i]);
        setenv("TZ", zones[i], 1);
        tzset();
        for (int n = 0; n < 20000; n++) {
            time_t t = (time_t)rng_below(&r, 200LL * 365 * 86400) - 70LL * 365 * 86400; /* 1900-2100 */
            struct tm tm;
            localtime_r(&t, &tm);
            compared++;
            if (zone_offset_s(z, (int64_t)t * 1000) != tm.tm_gmtoff) {
                char text[32];
                printf("\n    %s at %s: %d, C library %ld\n", zones[i], instant_text((int64_t)t * 1000, text),
                       zone_offset_s(z, (int64_t)t * 1000), tm.tm_gmtoff);
                CU_FAIL_FATAL("other offset than the C library");
            }
        }
        zone_close(z);
    }
    if (before) setenv("TZ", kept, 1);
    else unsetenv("TZ");
    tzset();
    CU_ASSERT_EQUAL(compared, ARRAY_LEN(zones) * 20000); /* all of them, and none differed */
}

void test_zone__each_day_begins_once_and_after_the_day_before(void) {
    for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
        struct zone *z = zone(zones[i]);
        int64_t last = INT64_MIN;
        for (int32_t day = day_of(1990, 1, 1); day < day_of(2060, 1, 1); day++) {
            int64_t begins = zone_day_start_ms(z, day);
            bool never_was = strcmp(zones[i], "Pacific/Apia") == 0 && day == day_of(2011, 12, 30);
            CU_ASSERT_EQUAL_FATAL(zone_day(z, begins), day + never_was);
            CU_ASSERT_FATAL(zone_day(z, begins - 1) < day);
            CU_ASSERT_FATAL(begins >= last);
            last = begins;
        }
        zone_close(z);
    }
}

void test_zone__names_cannot_leave_the_folder(void) {
    static const char *const bad[] = {"", "Nowhere/Town", "../../etc/passwd", "/etc/passwd", "Asia", "Asia/",
                                      "zone.tab", "Asia/Kolkata ", "Asia/../Asia/Kolkata", "tzdata.zi",
                                      "posixrules/x", "right/UTC"};
    struct zone *z;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        enum err e = zone_open(bad[i], &z);
        CU_ASSERT_EQUAL(e, ERR_NOT_FOUND);
        CU_ASSERT_PTR_NULL(z);
    }
    CU_ASSERT_EQUAL(zone_open(NULL, &z), ERR_NOT_FOUND);
}

/* Every cut and many flips of a real file: refused or read, never a crash. */
void test_zone__broken_files_are_refused(void) {
    char folder[] = "/tmp/tenor_zone_XXXXXX", path[100], bytes[8000];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    FILE *f = fopen("/usr/share/zoneinfo/America/New_York", "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    char *before = getenv("TZDIR");
    CU_ASSERT_PTR_NULL(before);
    setenv("TZDIR", folder, 1);
    snprintf(path, sizeof path, "%s/Broken", folder);
    struct rng r;
    rng_seed(&r, 37);
    for (size_t i = 0; i < 3000; i++) {
        char copy[sizeof bytes];
        memcpy(copy, bytes, n);
        size_t len = i % 2 ? n : rng_below(&r, n);
        if (i % 2) copy[rng_below(&r, i % 4 == 1 ? 44 : n)] ^= (char)(1 << rng_below(&r, 8));
        f = fopen(path, "w");
        fwrite(copy, 1, len, f);
        fclose(f);
        struct zone *z;
        enum err e = zone_open("Broken", &z);
        CU_ASSERT(e == OK || e == ERR_NOT_FOUND);
        if (i % 2 == 0) CU_ASSERT_EQUAL(e, ERR_NOT_FOUND);
        if (!e) (void)zone_day_start_ms(z, 20000), (void)zone_offset_s(z, INT64_MAX), (void)zone_offset_s(z, INT64_MIN);
        zone_close(z);
    }
    unsetenv("TZDIR");
    remove(path);
    remove(folder);
}

static void open_and_close(void *who) {
    (void)who;
    struct zone *z;
    enum err e = zone_open("Asia/Kolkata", &z);
    CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit()));
    zone_close(z);
}

void test_zone__survives_no_memory(void) {
    CU_ASSERT(torture_run(open_and_close, NULL) >= 4);
}
