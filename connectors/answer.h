/* answer.h - what a provider's HTTP reply means: one of the four ends of a call. Pure.
 *
 * The rules, for an operation that only reads | one that changes something | a look by key:
 *   2xx that fits the output schema        DONE   | DONE      | DONE (it happened)
 *   2xx that does not (garbage)            FAILED | UNCERTAIN | UNCERTAIN
 *   202, accepted but not settled          FAILED | UNCERTAIN | UNCERTAIN (still pending)
 *   408, 425, 429                          FAILED | FAILED    | UNCERTAIN
 *   404 with {"error"}                     REFUSED| REFUSED   | FAILED (it did not happen)
 *   other 4xx with {"error"}               REFUSED| REFUSED   | 409, 422 REFUSED, else UNCERTAIN
 *   4xx without {"error"}, 3xx, 5xx        FAILED | UNCERTAIN | UNCERTAIN
 *   nothing was sent (ERR_IO)              FAILED | FAILED    | UNCERTAIN
 *   time-out, broken connection, too big   FAILED | UNCERTAIN | UNCERTAIN
 * A look never ends FAILED unless the provider itself says so: FAILED there allows a second try of
 * something that may move money. A 404 without {"error"} may be a proxy's, so it proves nothing. */
#ifndef CONNECTORS_ANSWER_H
#define CONNECTORS_ANSWER_H

#include "base/schema.h"
#include "connectors/connector.h"

struct shape;
struct shaped;
struct answer { /* result.answer, .why and .code point in here */
    struct call_result result;
    char why[160], code[48];
};
struct reply { /* borrowed */
    int status;
    const char *body;
    size_t n;
    const char *retry_after; /* seconds, or NULL; a date is ignored: we take no clock here */
    const struct shape *shape;   /* shape.h: its `hear` reads the body; NULL: the body is the answer */
    const struct shaped *shaped;
    bool on_wire;            /* the body has the form of shape->type */
};

/* `output` is op->output compiled. Provider texts never enter `why`: they may name a person. Only the
 * provider's code does, when it is a plain word. */
void answer_read(struct answer *a, const struct operation *op, bool look,
                 const struct schema *output, const struct reply *reply);
/* No reply: `transport` is fetch.h's error. */
void answer_lost(struct answer *a, const struct operation *op, bool look, enum err transport);
void answer_set(struct answer *a, enum call_end end, const char *code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void answer_reset(struct answer *a);

#endif
