/* Dates and instants as numbers; the proleptic Gregorian calendar. */
#include <stdio.h>
#include <string.h>

#include "base/zone.h"

enum { DAY_S = 86400 };

/* Howard Hinnant's chrono-compatible algorithms: years begin in March, eras have 400 years. */
int32_t day_of(int year, int month, int mday) {
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + mday - 1;
    return (int32_t)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468);
}

void day_split(int32_t day, int *year, int *month, int *mday) {
    int64_t z = (int64_t)day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *mday = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

int day_weekday(int32_t day) {
    int since_monday = (int)(((int64_t)day + 3) % 7); /* 1970-01-01 was a Thursday */
    return (since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

static bool digits(const char *s, int n, int *out) {
    *out = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') return false;
        *out = *out * 10 + (s[i] - '0');
    }
    return true;
}

/* The ten characters of a date at s. */
static enum err date_at(const char *s, int32_t *out) {
    int y, m, d, y2, m2, d2;
    if (!digits(s, 4, &y) || s[4] != '-' || !digits(s + 5, 2, &m) || s[7] != '-' ||
        !digits(s + 8, 2, &d) || m < 1 || m > 12 || d < 1 || d > 31)
        return ERR_INVALID;
    int32_t day = day_of(y, m, d);
    day_split(day, &y2, &m2, &d2);
    if (m2 != m || d2 != d) return ERR_INVALID; /* 30 February */
    *out = day;
    return OK;
}

enum err day_parse(const char *iso, int32_t *out) {
    return iso && strnlen(iso, 11) == 10 ? date_at(iso, out) : ERR_INVALID;
}

const char *day_text(int32_t day, char out[16]) {
    int y, m, d;
    day_split(day, &y, &m, &d);
    snprintf(out, 16, "%04d-%02d-%02d", y, m, d);
    return out;
}

/* "Z" or "+05:30", whole rest of the text. */
static enum err offset_at(const char *s, int *seconds) {
    int h, m;
    if ((s[0] == 'Z' || s[0] == 'z') && !s[1]) return *seconds = 0, OK;
    if ((s[0] != '+' && s[0] != '-') || !digits(s + 1, 2, &h) || s[3] != ':' ||
        !digits(s + 4, 2, &m) || s[6] || h > 23 || m > 59)
        return ERR_INVALID;
    *seconds = (h * 3600 + m * 60) * (s[0] == '-' ? -1 : 1);
    return OK;
}

/* Fractions finer than a millisecond are cut, so that an instant never moves forward. */
static const char *fraction_at(const char *s, int *ms) {
    *ms = 0;
    if (*s != '.') return s;
    int place = 100;
    const char *at = s + 1;
    for (; *at >= '0' && *at <= '9'; at++, place /= 10) *ms += (*at - '0') * place;
    return at == s + 1 ? NULL : at;
}

enum err instant_parse(const char *rfc3339, int64_t *out_ms) {
    const char *s = rfc3339;
    int32_t day;
    int h, m, sec, ms, offset_s;
    if (!s || strnlen(s, 41) > 40 || strnlen(s, 20) < 20 || date_at(s, &day)) return ERR_INVALID;
    if ((s[10] != 'T' && s[10] != 't') || !digits(s + 11, 2, &h) || s[13] != ':' ||
        !digits(s + 14, 2, &m) || s[16] != ':' || !digits(s + 17, 2, &sec))
        return ERR_INVALID;
    if (h > 23 || m > 59 || sec > 60) return ERR_INVALID;
    const char *rest = fraction_at(s + 19, &ms);
    if (!rest || offset_at(rest, &offset_s)) return ERR_INVALID;
    if (sec == 60) { /* a leap second: unix time has none; it must be one that can exist */
        int utc_minute = ((h * 60 + m) * 60 - offset_s) / 60;
        if ((utc_minute % 1440 + 1440) % 1440 != 1439) return ERR_INVALID;
        sec = 59, ms = 999;
    }
    *out_ms = ((int64_t)day * DAY_S + h * 3600 + m * 60 + sec - offset_s) * 1000 + ms;
    return OK;
}

const char *instant_text(int64_t ms, char out[32]) {
    int64_t s = ms / 1000, left = ms % 1000;
    if (left < 0) s--, left += 1000;
    int64_t day = s / DAY_S, of_day = s % DAY_S;
    if (of_day < 0) day--, of_day += DAY_S;
    int y, m, d;
    day_split((int32_t)day, &y, &m, &d);
    snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", y, m, d, (int)(of_day / 3600),
             (int)(of_day / 60 % 60), (int)(of_day % 60), (int)left);
    return out;
}
