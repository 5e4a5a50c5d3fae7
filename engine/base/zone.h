/* zone.h - civil time: time zones from the system's tzdata (TZif), dates, working hours.
 *
 * Instants are unix ms. Dates are day numbers (days since 1970-01-01). Hours elapse in UTC; days
 * and working_* are civil in the case's zone and calendar (SEMANTICS 10). */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

struct zone;
struct calendar;

/* "Asia/Kolkata"; looked up below TZDIR or /usr/share/zoneinfo; ERR_NOT_FOUND if there is none. */
MUST_CHECK enum err zone_open(const char *name, struct zone **out);
void zone_close(struct zone *z);
int32_t zone_offset_s(const struct zone *z, int64_t at_ms); /* east positive */
int32_t zone_day(const struct zone *z, int64_t at_ms);      /* the local date */
/* The first instant of that local date (also where midnight does not exist). */
int64_t zone_day_start_ms(const struct zone *z, int32_t day);
/* The first instant at which that local date has reached `second` of its clock (0 .. 86400); in a
 * gap the instant after it, in a repeated hour the earlier one. */
int64_t zone_local_ms(const struct zone *z, int32_t day, int32_t second);

int32_t day_of(int year, int month, int mday);
void day_split(int32_t day, int *year, int *month, int *mday);
int day_weekday(int32_t day); /* 1 = Monday .. 7 = Sunday */
MUST_CHECK enum err day_parse(const char *iso, int32_t *out); /* "2026-12-01" */
const char *day_text(int32_t day, char out[16]);
MUST_CHECK enum err instant_parse(const char *rfc3339, int64_t *out_ms);
const char *instant_text(int64_t ms, char out[32]); /* "2026-12-01T09:00:00.123Z" */

/* {"zone":"Asia/Kolkata","days":[1,2,3,4,5,6],"from":"09:30","till":"18:30","holidays":["2026-01-26"]} */
MUST_CHECK enum err calendar_new(const json_t *definition, struct calendar **out, struct fault *f);
void calendar_free(struct calendar *c);
const struct zone *calendar_zone(const struct calendar *c);
bool calendar_works(const struct calendar *c, int32_t day); /* a working day */
/* The instant at which `ms` of working time have passed since `at_ms` (itself for ms <= 0).
 * Looks at most 200 years ahead. */
int64_t calendar_after_working_ms(const struct calendar *c, int64_t at_ms, int64_t ms);
/* The end of the working day that is `n` working days after the local day of at_ms; for
 * n = 0 that day itself, or the next working day where it is none. */
int64_t calendar_after_working_days(const struct calendar *c, int64_t at_ms, int n);

#endif
