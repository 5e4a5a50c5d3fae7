/* zone_rule.h - the rule at the end of a TZif file (RFC 8536 section 3.3): the POSIX TZ text that
 * says how the years go on after the last listed change. Used by zone.c only. */
#ifndef BASE_ZONE_RULE_H
#define BASE_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct zone_turn { /* when summer time begins or ends, in the local time before it */
    char form;     /* 'M' month.week.weekday, 'J' day 1-365 without 29 February, 'n' day 0-365 */
    int month, week, weekday, day;
    int32_t at_s;
};
struct zone_rule {
    bool present, summer;
    int32_t offset_s, summer_offset_s; /* east positive */
    struct zone_turn begins, ends;
};

/* "IST-5:30", "EST5EDT,M3.2.0,M11.1.0", "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1". */
MUST_CHECK enum err zone_rule_parse(const char *text, struct zone_rule *out);
/* The offset at at_s (unix seconds) and when it ends; INT64_MAX for never. */
int32_t zone_rule_offset_s(const struct zone_rule *r, int64_t at_s, int64_t *till_s);

#endif
