/* outside.h - the outside world as one pure state machine: a request goes in, an answer and perhaps an
 * effect on the book come out.
 *
 * No socket, no clock, no thread: time is in the request, delays are in the answer, choices come from
 * the seed. `tenor sandbox` serves it over HTTP (server.c); the simulator and tests ask it directly
 * (counterpart.c makes a connector of it). The same requests in the same order give the same bytes. */
#ifndef SANDBOX_OUTSIDE_H
#define SANDBOX_OUTSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "connectors/sandbox/book.h"
#include "connectors/sandbox/notice.h"

struct outside;

/* {"seed": 1, "latency": "50-150", "faults": "busy=0.02,payments.disburse:timeout=0.3", "day_ms": 86400000,
 * "presentation": {"most": 4, "days_apart": 1, "from": "00:00", "till": "24:00"}, "tell": false}; all may be left out.
 * `latency` is a range in ms; see faults.h for the faults; day_ms is how long "days later" takes; presentation is
 * the scheme's rule for debits of one instalment; tell: notices are made (outside_notice). */
MUST_CHECK enum err outside_new(const json_t *settings, struct outside **out, struct fault *f);
void outside_free(struct outside *w);
/* Changes what is given and leaves the rest; the seed cannot change. */
MUST_CHECK enum err outside_set(struct outside *w, const json_t *settings, struct fault *f);
json_t *outside_settings_new(const struct outside *w);
struct book *outside_book(struct outside *w);
/* Real attributes by PAN for the bureau: CSV with a header of pan and bureau.report's field names;
 * an empty cell is unknown. Replaces what was loaded before. */
MUST_CHECK enum err outside_load_bureau(struct outside *w, const char *csv, size_t n, struct fault *f);

enum world_fate {
    WORLD_ANSWERS,
    WORLD_SILENT, /* no answer will ever come */
    WORLD_BREAKS  /* the connection breaks at once */
};
struct outside_request {
    const char *operation; /* "bureau.report" */
    const char *key;       /* idempotency key; "" for none */
    bool look;             /* has `key` taken effect? `input` is then NULL */
    const json_t *input;
    int64_t now_ms;
};
struct outside_answer {
    enum world_fate fate;
    int status;            /* HTTP */
    const char *body;      /* borrowed until the next question */
    size_t n;
    int64_t delay_ms;
    int retry_after_s;     /* 0 none */
};
void outside_ask(struct outside *w, const struct outside_request *r, struct outside_answer *a);
/* What happens by itself: entries of the book whose time has come (follow.h), and notices of what has happened.
 * outside_ask advances first, so that nobody sees a past in which something due has not happened. */
void outside_advance(struct outside *w, int64_t now_ms);
/* When outside_advance or outside_notice next has something to do; INT64_MAX: not before somebody asks. */
int64_t outside_due_ms(struct outside *w);
/* The next notice that is due (notice.h), after outside_advance: so that whoever keeps the book on disk can write it
 * before anybody is told. It comes again after a restart, unless outside_told says that it was taken. */
bool outside_notice(struct outside *w, int64_t now_ms, struct notice *out);
void outside_told(struct outside *w, size_t entry);
/* {"what": "payments.received", "key": "...", "reference": "L1", "amount": 500, "currency": "INR"}: somebody pays us.
 * {"what": "payments.returned", "reference": "L1", "code": "account_closed"}: what follow.h knows follows the latest
 * payout, mandate, debit or envelope of the reference now. ERR_INVALID, ERR_CONFLICT (overtaken, or it has happened). */
MUST_CHECK enum err outside_happen(struct outside *w, const json_t *what, int64_t now_ms, struct fault *f);
/* {"people": [...]}: the one with this PAN; for NULL the named ones. */
MUST_CHECK enum err outside_people(const struct outside *w, const char *pan, struct buf *out);
/* {"people": [...], "next": page or null}: page 1, 2 ... of `size` inhabitants each (person_nth). */
#define OUTSIDE_INHABITANTS 10000000
MUST_CHECK enum err outside_inhabitants(const struct outside *w, uint64_t page, uint64_t size, struct buf *out);

#endif
