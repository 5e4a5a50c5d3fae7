/* season.c - see season.h. */
#include "book/season.h"

#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "base/zone.h"

#define SEASONS_MAX 24

struct season {
    int month, mday;
    int64_t weight;
};

static const json_t *seasons_of(const json_t *calendar, const char *district, const char *crop) {
    const json_t *crops = json_object_get(calendar, district);
    if (!crops) crops = json_object_get(calendar, "*");
    const json_t *list = json_object_get(crops, crop);
    return list ? list : json_object_get(crops, "*");
}

static enum err read_season(const json_t *v, struct season *out, struct fault *f) {
    const char *day = json_text(v, "day", "");
    int64_t month = 0, mday = 0;
    int32_t check;
    char iso[16];
    snprintf(iso, sizeof iso, "2024-%.5s", day); /* a leap year: 02-29 is a day */
    bool good = strlen(day) == 5 && day[2] == '-' && text_i64(day, 2, &month) == OK && text_i64(day + 3, 2, &mday) == OK &&
                day_parse(iso, &check) == OK;
    *out = (struct season){(int)month, (int)mday, json_int(v, "weight", 1)};
    if (!good || out->weight < 1 || out->weight > FIXED_ONE)
        return fault_set(f, ERR_INVALID, "calendar", "a season needs a day such as \"04-30\", and a weight of 1 or more");
    return OK;
}

static int32_t day_in(int year, const struct season *s) {
    bool leap = day_of(year + 1, 1, 1) - day_of(year, 1, 1) == 366;
    return day_of(year, s->month, s->month == 2 && s->mday == 29 && !leap ? 28 : s->mday);
}

/* The earliest day of any season after `after`. */
static struct season_due next_due(const struct season *all, size_t n, int32_t after) {
    int y, m, d;
    day_split(after, &y, &m, &d);
    struct season_due best = {INT32_MAX, 1};
    for (size_t k = 0; k < n; k++)
        for (int year = y; year <= y + 1; year++) {
            int32_t day = day_in(year, &all[k]);
            if (day > after && day < best.day) best = (struct season_due){day, all[k].weight};
        }
    return best;
}

enum err season_days(const json_t *calendar, const char *district, const char *crop, int32_t from, int least_days,
                     struct season_due *out, size_t n, struct fault *f) {
    const json_t *list = seasons_of(calendar, district, crop);
    struct season all[SEASONS_MAX];
    size_t count = json_array_size(list);
    if (!list) return fault_set(f, ERR_NOT_FOUND, "calendar", "the crop calendar has no such district and crop");
    if (!count || count > SEASONS_MAX) return fault_set(f, ERR_INVALID, "calendar", "a crop has 1 to %d seasons", SEASONS_MAX);
    for (size_t k = 0; k < count; k++) {
        enum err e = read_season(json_array_get(list, k), &all[k], f);
        if (e != OK) return e;
    }
    int32_t after = from + (least_days > 1 ? least_days : 1) - 1;
    for (size_t k = 0; k < n; k++) {
        out[k] = next_due(all, count, after);
        after = out[k].day;
    }
    return OK;
}
