/* fact.h - the smallest true sentence about a run. A journal row is a JSON array of facts.
 *
 * `fact_apply` is the only function that changes a run's folded state: the live path decides, writes
 * the fact and applies it; replay reads the same fact and applies it. No expression is evaluated here.
 * The journal is the product's audit trail, so the keys are meant to be read:
 *   f kind, p paragraph, v visit, a attempt, o which of several operations, u it is the undo,
 *   end, at, due (unix ms), n number, sq the sender's number, k idempotency key or subject, why, code, name, by, to, id,
 *   d data, in input, post postings, parts of an explanation. Absent means zero or none. */
#ifndef FLOW_FACT_H
#define FLOW_FACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "flow/run.h"

enum fact_kind {
    FACT_STARTED,   /* name workflow, id plan hash, ground, to case type, k case key, code customer, d case, by */
    FACT_ENTERED,   /* p v [due at name=queue; a o: a local operation; k: the business key it asks about] */
    FACT_SKIPPED,   /* p v */
    FACT_INTENT,    /* p v a [o u] name=operation k [in due] */
    FACT_RETRY,     /* p v [o u a] why code at */
    FACT_UNSURE,    /* p v [o u] why n=looks at */
    FACT_OVER,      /* p v o end why: one of several operations has ended */
    FACT_ANSWERED,  /* p v [o] end [d why code post by k] [at: given then, and kept since] */
    FACT_DECIDED,   /* p v id=policy hash d */
    FACT_ROUTED,    /* p v n=row to parts */
    FACT_LEFT,      /* p v end [why] */
    FACT_UNDOING,   /* p=saga v end why */
    FACT_UNDONE,    /* p v [post by] */
    FACT_EVENT,     /* n name id d by [k=subject sq] */
    FACT_CONSUMED,  /* n [p v name=on] */
    FACT_ARMED,     /* n=listener at (0: disarmed) */
    FACT_CAUGHT,    /* n=listener name why */
    FACT_FAULTED,   /* name=listener why [n=event]: its condition could not be read; a person must look */
    FACT_CANCEL,    /* d={"why"} by [n=1: abandoned] */
    FACT_TURNED,    /* the interrupt is taken: to [n=1: it came to nothing] */
    FACT_CLAIMED,   /* p v by */
    FACT_RELEASED,  /* p v by */
    FACT_ESCALATED, /* p v to n [u=the stuck task] */
    FACT_STUCK,     /* p v why at name=queue [u n=1: unsure] */
    FACT_UNSTUCK,   /* p v why=act by */
    FACT_FAILING,   /* p=parallel end */
    FACT_EXPIRED,   /* p: good_for has passed */
    FACT_SPENT,     /* p to: all its visits (`most`) are used up */
    FACT_ENDED,     /* to=outcome */
    FACT_COUNT
};

struct fact {
    enum fact_kind kind;
    int para;          /* -1 none */
    unsigned visit, attempt;
    int op;
    bool undo;
    enum para_end end;
    bool fallback;     /* "fb": the data is the declared stand-in */
    int64_t at_ms, due_ms, n, sequence;
    const char *key, *why, *code, *name, *by, *to, *id, *ground; /* borrowed */
    json_t *data, *input, *post, *parts;                /* borrowed */
};

/* A fact about a paragraph's current visit. */
struct fact fact_of(enum fact_kind kind, int para, unsigned visit);
const char *fact_word(enum fact_kind k);
/* Appends {"f":...}; `data` and `input` stand in for the fact's own (sealed, or an artifact's hash). */
void fact_write(const struct fact *f, const struct plan *plan, const json_t *data,
                const json_t *input, struct buf *out);
/* Reads one; strings and values are borrowed from `j`. */
MUST_CHECK enum err fact_read(const json_t *j, const struct plan *plan, struct fact *out,
                              struct fault *why);
/* Folds it in. ERR_NOMEM only; ERR_BUG for a fact that does not fit the plan. */
MUST_CHECK enum err fact_apply(struct run *r, const struct fact *f, int64_t now_ms);

#endif
