/* breaker.h - a circuit breaker: stops asking who does not answer, finds out when to ask again. Pure; time is given.
 *
 * closed: everything passes; `after` failed or slow calls in a row open it. open: nothing passes until `open_ms`
 * is over. half-open: one probe at a time; a good one closes it, a bad one opens it for longer (up to four times
 * open_ms). After that the way is not thrown open: one call at once, and one more with each good answer, which
 * doubles them with each round trip, until BREAKER_RAMP_END; a bad one on the way opens it again. Otherwise all who
 * waited would arrive together at a provider that has just got up.
 *
 * A verdict belongs to the times in which its call was sent: calls that hang since before the opening say nothing
 * about the provider after it. Callers keep `breaker->era` with the call and hand it back.
 * Times are milliseconds of a clock that never goes back. */
#ifndef CONNECTORS_BREAKER_H
#define CONNECTORS_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#define BREAKER_RAMP_END 64u

enum breaker_state { BREAKER_CLOSED, BREAKER_HALF_OPEN, BREAKER_OPEN };
const char *breaker_state_word(enum breaker_state s); /* "closed", "half_open", "open" */

struct breaker {
    unsigned after;
    int64_t open_ms;
    bool shut_off;     /* open, or asking with a probe; otherwise closed */
    bool held;         /* opened by hand: no probes until it is closed by hand */
    bool probing;
    unsigned bad_row;  /* failed or slow calls, one after the other */
    bool reopened;     /* a probe has failed since it was closed last */
    unsigned room;     /* 0: no limit; else so many at once (the ramp) */
    unsigned era;      /* goes up with each change: verdicts of another era are void */
    int64_t since_ms, until_ms;
};

void breaker_init(struct breaker *b, unsigned after, int64_t open_ms, int64_t now_ms);
enum breaker_state breaker_state(const struct breaker *b, int64_t now_ms);

enum breaker_answer { BREAKER_PASS, BREAKER_WAIT, BREAKER_PROBE, BREAKER_DENY };
/* May one more go, while `in_flight` are under way? WAIT: soon (the ramp). PROBE: yes, as the probe: then say
 * breaker_probe. */
enum breaker_answer breaker_ask(const struct breaker *b, unsigned in_flight, int64_t now_ms);
void breaker_probe(struct breaker *b);
/* The probe has ended without telling anything (given up, never sent): the next may try. */
void breaker_probe_void(struct breaker *b);
/* How a call of `era` went. True: the state has changed. */
bool breaker_good(struct breaker *b, unsigned era, int64_t now_ms);
bool breaker_bad(struct breaker *b, unsigned era, int64_t now_ms);
/* When somebody who was denied may come back at the earliest, in ms from now; at least 1. */
int64_t breaker_back_ms(const struct breaker *b, int64_t now_ms);

/* Word from elsewhere: another process has opened it for so long, or closed it; a person has. True: it has changed. */
bool breaker_open_for(struct breaker *b, int64_t ms, int64_t now_ms);
bool breaker_hold(struct breaker *b, int64_t now_ms);
bool breaker_close(struct breaker *b, int64_t now_ms);

#endif
