/* rough.h - stands between a play's engine and its store and lets one call fail. */
#ifndef TESTS_FLOW_ROUGH_H
#define TESTS_FLOW_ROUGH_H

#include "tests/flow/play.h"

enum rough_way {
    APPEND_BUSY, APPEND_REFUSED, APPEND_FENCED, /* not taken; ERR_INVALID; ERR_CLOSED */
    READ_BUSY, READ_BROKEN,                     /* load_loans is not taken; ends with ERR_IO */
    LIST_BUSY, LIST_BROKEN,                     /* loans_due the same */
    ROUGH_WAYS
};
/* The `fail_at`th call of that kind from now on fails, once. */
void rough_between(struct play *p, enum rough_way way, unsigned fail_at);
bool rough_met(void); /* it did */

#endif
