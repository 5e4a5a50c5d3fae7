/* people_test.c - who lives in the sandbox, and that each kind shows in what is known of it. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "base/json.h"
#include "base/map.h"
#include "base/zone.h"
#include "connectors/sandbox/handle.h"
#include "connectors/sandbox/history.h"
#include "connectors/sandbox/people.h"

#define DAY 20468 /* 2026-01-15 */

void test_people__ten_thousand_inhabitants_have_ten_thousand_pans(void) {
    struct map *seen = map_new();
    unsigned kinds[PERSON_KINDS] = {0}, surnames_fit = 0;
    for (unsigned n = 0; n < 10000; n++) {
        struct person p;
        struct residence home;
        person_nth(7, n, &p);
        person_residence(&p, &home);
        CU_ASSERT_PTR_NULL(map_get(seen, p.pan, 10));
        CU_ASSERT_EQUAL(map_put(seen, p.pan, 10, seen, NULL), OK);
        CU_ASSERT(p.known && !digits_pan_fault(p.pan) && !digits_phone_fault(home.phone));
        CU_ASSERT(!digits_aadhaar_fault(home.aadhaar) && !strncmp(home.aadhaar, "9999", 4));
        kinds[p.kind]++;
        surnames_fit += strchr(p.name, ' ')[1] == p.pan[4];
    }
    for (unsigned k = 0; k < PERSON_KINDS; k++) CU_ASSERT(kinds[k] > 50);
    CU_ASSERT(kinds[PERSON_PRIME] > 3000 && kinds[PERSON_PRIME] < 3600);
    CU_ASSERT_EQUAL(surnames_fit, 10000);
    map_free(seen, NULL);
}

void test_people__the_same_seed_lists_the_same_people(void) {
    struct person a, b, c;
    person_nth(7, 123456, &a);
    person_nth(7, 123456, &b);
    person_nth(8, 123456, &c);
    CU_ASSERT_EQUAL(memcmp(&a, &b, sizeof a), 0);
    CU_ASSERT_NOT_EQUAL(a.salt, c.salt);
}

struct shown { /* a year's history, looked at from far away */
    int inflow_months, salaries, late_salaries, bounces, bounces_lately, hospital, swept_out, swept_back, ring;
    long long harvest, in;
};

static struct shown look_at(enum person_kind kind, unsigned variant) {
    struct buf b;
    struct shown s = {0};
    bool months[13] = {false};
    buf_init(&b, (size_t)1 << 20);
    history_write(3, kind, variant, DAY, &b);
    json_auto_t *j = json_loadb(b.data, b.len, 0, NULL);
    size_t k;
    json_t *e;
    json_array_foreach(json_object_get(j, "transactions"), k, e) {
        const char *what = json_text(e, "kind", ""), *who = json_text(e, "party", ""), *date = json_text(e, "date", "");
        int32_t day = 0;
        CU_ASSERT_EQUAL(day_parse(date, &day), OK);
        bool lately = DAY - day <= 75, in = json_int(e, "amount", 0) > 0;
        if (in && strcmp(what, "bounce") != 0) s.in += json_int(e, "amount", 0), months[(date[5] - '0') * 10 + date[6] - '0'] = true;
        s.salaries += !strcmp(what, "salary");
        s.late_salaries += !strcmp(what, "salary") && strcmp(date + 8, "01") != 0;
        s.bounces += !strcmp(what, "bounce");
        s.bounces_lately += !strcmp(what, "bounce") && lately;
        s.hospital += !strcmp(who, "CITY HOSPITAL");
        s.swept_out += !in && !strcmp(who, "OWN ACCOUNT ELSEWHERE");
        s.swept_back += in && !strcmp(who, "OWN ACCOUNT ELSEWHERE");
        s.ring += !strncmp(who, "RING", 4);
        if (!strcmp(what, "harvest")) s.harvest += json_int(e, "amount", 0);
    }
    for (int m = 1; m <= 12; m++) s.inflow_months += months[m];
    buf_reset(&b);
    return s;
}

void test_people__a_thin_file_has_steady_upi_inflows(void) {
    for (unsigned v = 0; v < HISTORY_VARIANTS; v++) {
        struct shown s = look_at(PERSON_NEW, v);
        CU_ASSERT(s.inflow_months == 12 && !s.salaries && !s.bounces && !s.ring);
    }
}

void test_people__a_farmers_year_is_two_harvests(void) {
    for (unsigned v = 0; v < HISTORY_VARIANTS; v++) {
        struct shown s = look_at(PERSON_FARMER, v);
        CU_ASSERT(s.harvest * 2 > s.in && !s.salaries);
    }
}

void test_people__circular_money_goes_round(void) {
    for (unsigned v = 0; v < HISTORY_VARIANTS; v++) CU_ASSERT(look_at(PERSON_CIRCULAR, v).ring > 40);
    CU_ASSERT_EQUAL(look_at(PERSON_PRIME, 0).ring, 0);
}

void test_people__distress_is_recent(void) {
    for (unsigned v = 0; v < HISTORY_VARIANTS; v++) {
        struct shown s = look_at(PERSON_DISTRESS, v);
        CU_ASSERT(s.late_salaries >= 2 && s.late_salaries <= 3 && s.salaries >= 11);
        CU_ASSERT(s.hospital > 8 && s.bounces >= 1 && s.bounces_lately == s.bounces);
    }
}

void test_people__a_strategic_defaulter_is_able(void) {
    for (unsigned v = 0; v < HISTORY_VARIANTS; v++) {
        struct shown s = look_at(PERSON_STRATEGIC, v);
        CU_ASSERT(s.salaries == 12 && !s.late_salaries && !s.hospital);
        CU_ASSERT(s.swept_out >= 4 && s.swept_back >= s.swept_out - 1 && s.bounces >= 4);
    }
}

void test_people__the_bureau_file_fits_the_kind(void) {
    long long score[PERSON_KINDS] = {0}, inquiries[PERSON_KINDS] = {0}, n[PERSON_KINDS] = {0};
    for (unsigned k = 0; k < 20000; k++) {
        struct person p;
        struct credit c;
        person_nth(1, k, &p);
        person_credit(&p, &c);
        CU_ASSERT_EQUAL(c.thin, p.kind == PERSON_NEW || p.kind == PERSON_FARMER || p.kind == PERSON_CIRCULAR);
        CU_ASSERT(c.thin || (c.score >= 300 && c.score <= 900));
        score[p.kind] += c.score, inquiries[p.kind] += c.inquiries_180, n[p.kind]++;
    }
    /* The strategic defaulter scores better than the steady salaried, and shops for credit. */
    CU_ASSERT(score[PERSON_STRATEGIC] / n[PERSON_STRATEGIC] > score[PERSON_SALARIED] / n[PERSON_SALARIED]);
    CU_ASSERT(inquiries[PERSON_STRATEGIC] / n[PERSON_STRATEGIC] > inquiries[PERSON_SALARIED] / n[PERSON_SALARIED]);
    CU_ASSERT(score[PERSON_STRESSED] / n[PERSON_STRESSED] < score[PERSON_DISTRESS] / n[PERSON_DISTRESS]);
}

void test_people__a_handle_carries_its_person(void) {
    char handle[HANDLE_MAX], other[HANDLE_MAX], pan[11];
    handle_make(1, "ckyc", "k1", "ZZZPP3303Z", handle);
    CU_ASSERT_PTR_NULL(strstr(handle, "ZZZPP"));
    CU_ASSERT(handle_read(1, "ckyc", handle, pan));
    CU_ASSERT_STRING_EQUAL(pan, "ZZZPP3303Z");
    CU_ASSERT_STRING_NOT_EQUAL(handle, handle_make(1, "ckyc", "k2", "ZZZPP3303Z", other));
    CU_ASSERT_FALSE(handle_read(2, "ckyc", handle, pan));
    CU_ASSERT_FALSE(handle_read(1, "consent", handle, pan));
    CU_ASSERT_FALSE(handle_read(1, "ckyc", "", pan));
    CU_ASSERT_FALSE(handle_read(1, "ckyc", "ckyc-", pan));
    handle[9] = handle[9] == '0' ? '1' : '0';
    CU_ASSERT_FALSE(handle_read(1, "ckyc", handle, pan));
}
