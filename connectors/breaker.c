/* breaker.c - see breaker.h. */
#include "connectors/breaker.h"

enum { LONGER = 2, LONGEST = 4 }; /* times open_ms after a probe that failed, after more of them */

const char *breaker_state_word(enum breaker_state s) {
    static const char *const words[] = {"closed", "half_open", "open"};
    return words[s];
}

void breaker_init(struct breaker *b, unsigned after, int64_t open_ms, int64_t now_ms) {
    *b = (struct breaker){.after = after, .open_ms = open_ms, .since_ms = now_ms};
}

enum breaker_state breaker_state(const struct breaker *b, int64_t now_ms) {
    if (!b->shut_off) return BREAKER_CLOSED;
    return b->held || (now_ms < b->until_ms && !b->probing) ? BREAKER_OPEN : BREAKER_HALF_OPEN;
}

enum breaker_answer breaker_ask(const struct breaker *b, unsigned in_flight, int64_t now_ms) {
    if (!b->shut_off) return b->room && in_flight >= b->room ? BREAKER_WAIT : BREAKER_PASS;
    if (b->held || b->probing || now_ms < b->until_ms) return BREAKER_DENY;
    return BREAKER_PROBE;
}

void breaker_probe(struct breaker *b) { b->probing = true; }
void breaker_probe_void(struct breaker *b) { b->probing = false; }

static bool open_it(struct breaker *b, int64_t ms, int64_t now_ms) {
    if (!b->shut_off) b->since_ms = now_ms;
    b->shut_off = true;
    b->probing = false;
    b->bad_row = b->room = 0;
    b->until_ms = now_ms + ms;
    b->era++;
    return true;
}

static bool close_it(struct breaker *b, int64_t now_ms) {
    b->shut_off = b->held = b->probing = false;
    b->reopened = false;
    b->bad_row = 0;
    b->room = 1;
    b->since_ms = now_ms;
    b->era++;
    return true;
}

bool breaker_good(struct breaker *b, unsigned era, int64_t now_ms) {
    if (era != b->era) return false;
    if (b->shut_off) return b->held ? false : close_it(b, now_ms);
    b->bad_row = 0;
    if (b->room && ++b->room >= BREAKER_RAMP_END) b->room = 0;
    return false;
}

bool breaker_bad(struct breaker *b, unsigned era, int64_t now_ms) {
    if (era != b->era || b->held) return false;
    if (b->shut_off || b->room) { /* a probe, or one of the first behind it */
        int64_t times = b->reopened ? LONGEST : LONGER;
        b->reopened = true;
        return open_it(b, b->open_ms * times, now_ms);
    }
    return ++b->bad_row >= b->after ? open_it(b, b->open_ms, now_ms) : false;
}

int64_t breaker_back_ms(const struct breaker *b, int64_t now_ms) {
    int64_t left = b->held || b->until_ms <= now_ms ? b->open_ms : b->until_ms - now_ms;
    return left < 1 ? 1 : left;
}

bool breaker_open_for(struct breaker *b, int64_t ms, int64_t now_ms) {
    if (b->held || (b->shut_off && !b->probing && b->until_ms >= now_ms + ms)) return false;
    return open_it(b, ms, now_ms);
}

bool breaker_hold(struct breaker *b, int64_t now_ms) {
    if (b->held) return false;
    b->held = true;
    return open_it(b, 0, now_ms);
}

bool breaker_close(struct breaker *b, int64_t now_ms) { return b->shut_off ? close_it(b, now_ms) : false; }
