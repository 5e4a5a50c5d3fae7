/* position.h - where an event stands in the stream: the transaction that wrote it and its place in it (why: the README
 * of engine/store). As text "TX-N", which is also its entry id in the Redis stream. */
#ifndef STREAM_POSITION_H
#define STREAM_POSITION_H

#include <stdint.h>

#include "base/err.h"

#define POSITION_TEXT 40

struct position {
    int64_t tx;
    int32_t n;
};
static const struct position POSITION_START = {0, 0}; /* before the first event */

/* Less than, equal to or greater than 0. */
int position_compare(struct position a, struct position b);
/* The last place before p, whether anything stands there or not. */
struct position position_before(struct position p);
const char *position_text(struct position p, char out[POSITION_TEXT]);
MUST_CHECK enum err position_parse(const char *text, struct position *out);

#endif
