/* flight.h - one call under way at a connector. Live only: after a crash the journaled intent is all
 * that is left of it. */
#ifndef FLOW_FLIGHT_H
#define FLOW_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "connectors/connector.h"

struct engine;
struct run;
struct turn;

struct flight {
    struct call call; /* first: done hands it back */
    struct engine *engine;
    struct run *run;  /* NULL: nobody waits for the answer any more */
    struct connector *connector;
    int para, op;
    bool undo, cancelled;
    unsigned visit;
    int64_t due_ms;   /* of this try */
    json_t *input;
    char key[1];      /* and what follows it */
};

/* Starts the call of this ask (or a look at it). Called only when its intent is durable. */
void flight_start(struct engine *e, struct run *r, int para, int op, bool undo, bool look);
int64_t flight_due_ms(const struct flight *f);
/* Asks the connector to give up; its true end still comes. */
void flight_cancel(struct flight *f);
/* Nobody waits for it any more; NULL is fine. */
void flight_orphan(struct flight *f);
/* Ends calls that are past their time. */
void flight_timeouts(struct turn *t, int para);

/* A local operation: computed at once, with the file of its loan if it names one. */
struct local_result {
    enum call_end end;
    json_t *answer, *post; /* new references; may be NULL */
    char why[200], code[64];
};
/* False: the loan's file is not free now. The ask stands in its queue and is computed later (cabinet.h). */
bool flight_local(struct turn *t, int para, int op, const struct op_decl *decl, bool undo, const char *key,
                  const json_t *input, struct local_result *out);
void local_result_reset(struct local_result *r);

#endif
