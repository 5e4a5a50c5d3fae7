/* Working hours: a zone, weekdays, one span of hours, and holidays. */
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

enum { HOLIDAYS_MAX = 4000, DAYS_AHEAD_MAX = 73050 };

struct calendar {
    struct zone *zone;
    bool weekday[8]; /* 1 = Monday */
    int32_t from_s, till_s;
    size_t holidays;
    int32_t *holiday; /* sorted */
};

/* "09:30"; "24:00" ends a day. */
static enum err clock_parse(const char *s, int32_t *out_s) {
    if (!s || strlen(s) != 5 || s[2] != ':') return ERR_INVALID;
    for (int i = 0; i < 5; i++)
        if (i != 2 && (s[i] < '0' || s[i] > '9')) return ERR_INVALID;
    int hour = (s[0] - '0') * 10 + s[1] - '0', minute = (s[3] - '0') * 10 + s[4] - '0';
    if (minute > 59 || hour > 24 || (hour == 24 && minute)) return ERR_INVALID;
    *out_s = hour * 3600 + minute * 60;
    return OK;
}

static enum err read_hours(struct calendar *c, const json_t *d, struct fault *f) {
    if (clock_parse(json_text(d, "from", NULL), &c->from_s))
        return fault_set(f, ERR_INVALID, "/from", "must be a time of day such as \"09:30\"");
    if (clock_parse(json_text(d, "till", NULL), &c->till_s) || c->till_s <= c->from_s)
        return fault_set(f, ERR_INVALID, "/till", "must be a time of day later than \"from\"");
    return OK;
}

static enum err read_weekdays(struct calendar *c, const json_t *d, struct fault *f) {
    const json_t *days = json_object_get(d, "days");
    for (size_t i = 0; i < json_array_size(days); i++) {
        const json_t *v = json_array_get(days, i);
        json_int_t day = json_is_integer(v) ? json_integer_value(v) : 0;
        if (day < 1 || day > 7 || c->weekday[day])
            return fault_set(f, ERR_INVALID, "/days",
                             "must list weekdays from 1 (Monday) to 7 (Sunday), each once");
        c->weekday[day] = true;
    }
    if (json_array_size(days)) return OK;
    return fault_set(f, ERR_INVALID, "/days", "must list at least one weekday, 1 = Monday");
}

static int by_day(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static enum err read_holidays(struct calendar *c, const json_t *d, struct fault *f) {
    const json_t *list = json_object_get(d, "holidays");
    size_t n = json_array_size(list);
    if ((list && !json_is_array(list)) || n > HOLIDAYS_MAX)
        return fault_set(f, ERR_INVALID, "/holidays", "must be a list of at most %d dates",
                         HOLIDAYS_MAX);
    c->holiday = calloc(n + 1, sizeof *c->holiday);
    if (!c->holiday) return fault_set(f, ERR_NOMEM, "/holidays", "no memory");
    for (size_t i = 0; i < n; i++)
        if (day_parse(json_string_value(json_array_get(list, i)), &c->holiday[i])) {
            char where[32];
            snprintf(where, sizeof where, "/holidays/%zu", i);
            return fault_set(f, ERR_INVALID, where, "must be a date such as \"2026-01-26\"");
        }
    qsort(c->holiday, n, sizeof *c->holiday, by_day);
    c->holidays = n;
    return OK;
}

static enum err read_zone_name(struct calendar *c, const json_t *d, struct fault *f) {
    enum err e = zone_open(json_text(d, "zone", NULL), &c->zone);
    if (e == ERR_NOT_FOUND)
        return fault_set(f, ERR_INVALID, "/zone", "must name a time zone such as \"Asia/Kolkata\"");
    return e ? fault_set(f, e, "/zone", "no memory") : OK;
}

static enum err known_fields(const json_t *d, struct fault *f) {
    static const char *const known[] = {"zone", "days", "from", "till", "holidays"};
    if (!json_is_object(d)) return fault_set(f, ERR_INVALID, "", "a calendar must be an object");
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)d, key, v) {
        size_t i = 0;
        while (i < ARRAY_LEN(known) && strcmp(key, known[i]) != 0) i++;
        if (i == ARRAY_LEN(known))
            return fault_set(f, ERR_INVALID, "", "unknown field \"%.40s\" in a calendar", key);
    }
    return OK;
}

enum err calendar_new(const json_t *definition, struct calendar **out, struct fault *f) {
    *out = NULL;
    enum err e = known_fields(definition, f);
    if (e) return e;
    struct calendar *c = calloc(1, sizeof *c);
    if (!c) return fault_set(f, ERR_NOMEM, "", "no memory");
    e = read_zone_name(c, definition, f);
    if (!e) e = read_weekdays(c, definition, f);
    if (!e) e = read_hours(c, definition, f);
    if (!e) e = read_holidays(c, definition, f);
    if (e) calendar_free(c);
    else *out = c;
    return e;
}

void calendar_free(struct calendar *c) {
    if (!c) return;
    zone_close(c->zone);
    free(c->holiday);
    free(c);
}

const struct zone *calendar_zone(const struct calendar *c) {
    return c->zone;
}

bool calendar_works(const struct calendar *c, int32_t day) {
    return c->weekday[day_weekday(day)] &&
           !bsearch(&day, c->holiday, c->holidays, sizeof day, by_day);
}

int64_t calendar_after_working_ms(const struct calendar *c, int64_t at_ms, int64_t ms) {
    if (ms <= 0) return at_ms;
    int32_t day = zone_day(c->zone, at_ms);
    int64_t end = at_ms;
    for (int i = 0; i < DAYS_AHEAD_MAX; i++, day++) {
        if (!calendar_works(c, day)) continue;
        int64_t begin = zone_local_ms(c->zone, day, c->from_s);
        end = zone_local_ms(c->zone, day, c->till_s);
        if (begin < at_ms) begin = at_ms;
        if (begin >= end) continue;
        if (ms <= end - begin) return begin + ms;
        ms -= end - begin;
    }
    return end;
}

int64_t calendar_after_working_days(const struct calendar *c, int64_t at_ms, int n) {
    int32_t day = zone_day(c->zone, at_ms), last = day + DAYS_AHEAD_MAX;
    int left = n > 0 ? n : !calendar_works(c, day);
    while (left && day < last) left -= calendar_works(c, ++day);
    return zone_local_ms(c->zone, day, c->till_s);
}
