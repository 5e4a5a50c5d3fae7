/* daycount.c - see daycount.h. */
#include "book/daycount.h"

#include <string.h>

#include "base/fixed.h"
#include "base/zone.h"

static const char *const WORDS[] = {"30/360", "ACT/365", "ACT/360", "ACT/ACT"};

const char *day_count_word(enum day_count c) { return WORDS[c]; }

bool day_count_read(const char *word, enum day_count *out) {
    for (size_t k = 0; word && k < ARRAY_LEN(WORDS); k++)
        if (!strcmp(word, WORDS[k])) {
            *out = (enum day_count)k;
            return true;
        }
    return false;
}

static int month_days(int year, int month) {
    int ny = month == 12 ? year + 1 : year, nm = month == 12 ? 1 : month + 1;
    return (int)(day_of(ny, nm, 1) - day_of(year, month, 1));
}

int32_t day_months_later(int32_t day, int n) {
    int y, m, d;
    day_split(day, &y, &m, &d);
    int index = y * 12 + (m - 1) + n;
    y = index / 12;
    m = index % 12 + 1;
    int last = month_days(y, m);
    return day_of(y, m, d < last ? d : last);
}

static int64_t days_30_360(int32_t from, int32_t till) {
    int y1, m1, d1, y2, m2, d2;
    day_split(from, &y1, &m1, &d1);
    day_split(till, &y2, &m2, &d2);
    if (d1 == month_days(y1, m1)) d1 = 30;
    if (d2 == month_days(y2, m2)) d2 = 30;
    return 360 * (int64_t)(y2 - y1) + 30 * (m2 - m1) + (d2 - d1);
}

/* One fraction over 365 * 366, so that the two kinds of years add up exactly. */
static struct year_part part_act_act(int32_t from, int32_t till) {
    struct year_part p = {0, 365 * 366};
    while (from < till) {
        int y, m, d;
        day_split(from, &y, &m, &d);
        int32_t year = day_of(y, 1, 1), next = day_of(y + 1, 1, 1), end = till < next ? till : next;
        p.num += (int64_t)(end - from) * (next - year == 366 ? 365 : 366);
        from = end;
    }
    return p;
}

struct year_part day_count_part(enum day_count c, int32_t from, int32_t till) {
    int64_t days = till > from ? (int64_t)till - from : 0;
    switch (c) {
    case DAYS_ACT_365: return (struct year_part){days, 365};
    case DAYS_ACT_360: return (struct year_part){days, 360};
    case DAYS_ACT_ACT: return part_act_act(from, till);
    case DAYS_30_360: break;
    }
    int64_t n = days ? days_30_360(from, till) : 0; /* 30 to 31 March is no day at all */
    return (struct year_part){n > 0 ? n : 0, 360};
}

bool day_count_interest(int64_t principal_minor, int64_t rate, struct year_part part, int64_t *out_minor) {
    /* principal * rate < 2^64 within the limits of schedule.h; the fraction is multiplied in 128 bits. */
    __int128 n = (__int128)principal_minor * rate * part.num, d = (__int128)FIXED_ONE * part.den;
    __int128 q = n / d, rest = n % d;
    if (principal_minor < 0 || rate < 0 || part.num < 0) return false;
    if (rest > d - rest || (rest == d - rest && (q & 1))) q++;
    if (q > INT64_MAX) return false;
    *out_minor = (int64_t)q;
    return true;
}
