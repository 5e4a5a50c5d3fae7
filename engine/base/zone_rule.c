#include "base/zone_rule.h"

#include <string.h>

#include "base/zone.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

/* Reads digits up to `most`; NULL if there are none or they say more. */
static const char *number(const char *s, int most, int *out) {
    const char *from = s;
    for (*out = 0; *s >= '0' && *s <= '9'; s++)
        if ((*out = *out * 10 + (*s - '0')) > most) return NULL;
    return s == from ? NULL : s;
}

/* "IST" or "<+0530>" */
static const char *name(const char *s) {
    const char *from = s;
    if (*s == '<') {
        s += strcspn(s, ">");
        return *s ? s + 1 : NULL;
    }
    while ((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z')) s++;
    return s - from < 3 ? NULL : s;
}

/* [+-]h[:m[:s]] */
static const char *clock(const char *s, int most_hours, int32_t *out_s) {
    int sign = *s == '-' ? -1 : 1, part[3] = {0};
    if (*s == '-' || *s == '+') s++;
    for (int i = 0; i < 3; i++) {
        s = number(s, i ? 59 : most_hours, &part[i]);
        if (!s || *s != ':') break;
        if (i < 2) s++;
    }
    *out_s = sign * (part[0] * HOUR_S + part[1] * 60 + part[2]);
    return s;
}

static const char *turn(const char *s, struct zone_turn *t) {
    *t = (struct zone_turn){.form = 'n', .at_s = 2 * HOUR_S};
    if (*s++ != ',') return NULL;
    if (*s == 'M') {
        t->form = 'M';
        s = number(s + 1, 12, &t->month);
        s = s && *s == '.' ? number(s + 1, 5, &t->week) : NULL;
        s = s && *s == '.' ? number(s + 1, 6, &t->weekday) : NULL;
        if (!t->month || !t->week) return NULL;
    } else {
        if (*s == 'J') t->form = *s++;
        s = number(s, 365, &t->day);
        if (t->form == 'J' && !t->day) return NULL;
    }
    return s && *s == '/' ? clock(s + 1, 167, &t->at_s) : s;
}

enum err zone_rule_parse(const char *text, struct zone_rule *out) {
    struct zone_rule r = {.present = true};
    const char *s = name(text);
    s = s ? clock(s, 24, &r.offset_s) : NULL;
    if (!s) return ERR_INVALID;
    r.offset_s = -r.offset_s; /* POSIX counts westwards */
    if (*s) {
        r.summer = true;
        r.summer_offset_s = r.offset_s + HOUR_S;
        s = name(s);
        if (s && *s && *s != ',') {
            s = clock(s, 24, &r.summer_offset_s);
            r.summer_offset_s = -r.summer_offset_s;
        }
        s = s ? turn(s, &r.begins) : NULL;
        s = s ? turn(s, &r.ends) : NULL;
        if (!s || *s) return ERR_INVALID;
    }
    *out = r;
    return OK;
}

static bool leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t turn_day(const struct zone_turn *t, int year) {
    int32_t first = day_of(year, 1, 1);
    if (t->form == 'n') return first + t->day;
    if (t->form == 'J') return first + t->day - 1 + (leap(year) && t->day >= 60);
    first = day_of(year, t->month, 1);
    int32_t day = first + (t->weekday - day_weekday(first) % 7 + 7) % 7 + (t->week - 1) * 7;
    int32_t next = t->month == 12 ? day_of(year + 1, 1, 1) : day_of(year, t->month + 1, 1);
    while (day >= next) day -= 7; /* week 5 means the last */
    return day;
}

static int64_t turn_s(const struct zone_turn *t, int year, int32_t offset_before_s) {
    return (int64_t)turn_day(t, year) * DAY_S + t->at_s - offset_before_s;
}

int32_t zone_rule_offset_s(const struct zone_rule *r, int64_t at_s, int64_t *till_s) {
    *till_s = INT64_MAX;
    int64_t days = at_s / DAY_S - (at_s % DAY_S < 0);
    if (!r->summer || days > 2000000000 || days < -2000000000) return r->offset_s;
    int year, month, mday;
    day_split((int32_t)days, &year, &month, &mday);
    int64_t since = INT64_MIN;
    int32_t offset = r->offset_s;
    for (int y = year - 1; y <= year + 1; y++) {
        const struct {
            int64_t at_s;
            int32_t offset_s;
        } turns[] = {{turn_s(&r->begins, y, r->offset_s), r->summer_offset_s},
                     {turn_s(&r->ends, y, r->summer_offset_s), r->offset_s}};
        for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
            if (turns[i].at_s > at_s) {
                if (turns[i].at_s < *till_s) *till_s = turns[i].at_s;
            } else if (turns[i].at_s > since) {
                since = turns[i].at_s;
                offset = turns[i].offset_s;
            }
        }
    }
    return offset;
}
