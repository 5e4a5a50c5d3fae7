/* world.h - the outside world as one pure state machine: a request goes in, an answer and perhaps an
 * effect on the book come out.
 *
 * No socket, no clock, no thread: time is in the request, delays are in the answer, choices come from
 * the seed. `tenor sandbox` serves it over HTTP (server.c); the simulator and tests ask it directly
 * (counterpart.c makes a connector of it). The same requests in the same order give the same bytes. */
#ifndef SANDBOX_WORLD_H
#define SANDBOX_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "connectors/sandbox/book.h"

struct world;

/* {"seed": 1, "latency": "50-150", "faults": "busy=0.02,payments.disburse:timeout=0.3"}; all may be
 * left out. `latency` is a range in ms; see faults.h for the faults. */
MUST_CHECK enum err world_new(const json_t *settings, struct world **out, struct fault *f);
void world_free(struct world *w);
/* Changes what is given and leaves the rest; the seed cannot change. */
MUST_CHECK enum err world_set(struct world *w, const json_t *settings, struct fault *f);
json_t *world_settings_new(const struct world *w);
struct book *world_book(struct world *w);
/* Real attributes by PAN for the bureau: CSV with a header of pan and bureau.report's field names;
 * an empty cell is unknown. Replaces what was loaded before. */
MUST_CHECK enum err world_load_bureau(struct world *w, const char *csv, size_t n, struct fault *f);

enum world_fate {
    WORLD_ANSWERS,
    WORLD_SILENT, /* no answer will ever come */
    WORLD_BREAKS  /* the connection breaks at once */
};
struct world_request {
    const char *operation; /* "bureau.report" */
    const char *key;       /* idempotency key; "" for none */
    bool look;             /* has `key` taken effect? `input` is then NULL */
    const json_t *input;
    int64_t now_ms;
};
struct world_answer {
    enum world_fate fate;
    int status;            /* HTTP */
    const char *body;      /* borrowed until the next question */
    size_t n;
    int64_t delay_ms;
    int retry_after_s;     /* 0 none */
};
void world_ask(struct world *w, const struct world_request *r, struct world_answer *a);
/* {"people": [...]}: the named ones, or one by PAN. */
MUST_CHECK enum err world_people(const struct world *w, const char *pan, struct buf *out);

#endif
