/* bucket.h - a token bucket: so many calls a second, with a burst saved up at most. Pure; time is given.
 *
 * Starts empty, so that a process or a Redis that comes back never adds a burst to what was spent before
 * (SEMANTICS 21). Time is microseconds of a clock that never goes back. */
#ifndef CONNECTORS_BUCKET_H
#define CONNECTORS_BUCKET_H

#include <stdint.h>

struct bucket {
    double per_us, burst, tokens;
    int64_t at_us;       /* when `tokens` was right */
    int64_t promised_us; /* up to here the future is given away: bucket_promise_us */
};

/* per_s > 0; a burst under one token is one token: otherwise nothing would ever pass. */
void bucket_init(struct bucket *b, double per_s, double burst, int64_t now_us);
/* Takes up to `want` whole tokens; how many it got. */
unsigned bucket_take(struct bucket *b, unsigned want, int64_t now_us);
/* Until the next whole token is there; 0 now. */
int64_t bucket_wait_us(const struct bucket *b, int64_t now_us);
/* For somebody who is turned away behind `ahead` others: when to come back. Each gets a later place, one token
 * apart, so that those who were turned away together do not return together. */
int64_t bucket_promise_us(struct bucket *b, unsigned ahead, int64_t now_us);

#endif
