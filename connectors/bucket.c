/* bucket.c - see bucket.h. */
#include "connectors/bucket.h"

void bucket_init(struct bucket *b, double per_s, double burst, int64_t now_us) {
    *b = (struct bucket){.per_us = per_s / 1e6, .burst = burst < 1 ? 1 : burst, .at_us = now_us, .promised_us = now_us};
}

static double tokens_at(const struct bucket *b, int64_t now_us) {
    int64_t passed = now_us - b->at_us;
    double t = b->tokens + (passed > 0 ? (double)passed * b->per_us : 0);
    return t > b->burst ? b->burst : t;
}

/* A sum of many small shares may end a hair below the whole token that it is. */
static double whole(double tokens) { return (double)(int64_t)(tokens + 1e-6); }

unsigned bucket_take(struct bucket *b, unsigned want, int64_t now_us) {
    double have = tokens_at(b, now_us), got = whole(have);
    if (got > want) got = want;
    b->tokens = have - got;
    if (now_us > b->at_us) b->at_us = now_us;
    return (unsigned)got;
}

int64_t bucket_wait_us(const struct bucket *b, int64_t now_us) {
    double lacks = 1 - tokens_at(b, now_us);
    return lacks <= 1e-6 ? 0 : (int64_t)(lacks / b->per_us) + 1;
}

int64_t bucket_promise_us(struct bucket *b, unsigned ahead, int64_t now_us) {
    int64_t behind = now_us + (int64_t)((double)ahead / b->per_us);
    if (b->promised_us < behind) b->promised_us = behind;
    b->promised_us += (int64_t)(1 / b->per_us) + 1;
    return b->promised_us - now_us;
}
