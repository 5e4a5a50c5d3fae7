/* request.h - something asked of one run: copied, posted, and answered once it is durable.
 *
 * Nothing is done inside the caller's call, so a `done` never comes before the call returns. */
#ifndef FLOW_REQUEST_H
#define FLOW_REQUEST_H

#include "flow/inner.h"

struct request;
/* Does the work inside a turn that has begun. An error ends the request without waiting; the fault
 * is the caller's. */
typedef enum err request_fn(struct turn *t, struct request *q, struct fault *f);
struct request {
    struct engine *engine;
    struct id run;
    request_fn *act;
    engine_done_fn *done;
    void *who;
    char *name, *id, *by, *answer; /* copies; may be NULL */
    json_t *data;
    unsigned visit;
    bool stuck;
    bool by_case, knew; /* hear.c: the event has an id of its own by case; the run had heard it before */
    int64_t at_ms;
    char *subject;
    int64_t sequence;
    struct heard_row heard;
};
struct request *request_new(struct engine *e, struct id run, request_fn *act, engine_done_fn *done, void *who);
void request_free(struct request *q);
/* Takes it. */
MUST_CHECK enum err request_post_take(struct request *q);
/* At once, from the loop; takes it. */
void request_go_take(struct request *q);
/* hear.c: an event for this run. NULL: no memory. */
struct request *event_request(struct engine *e, struct id run, const struct event *ev, engine_done_fn *done, void *who);

#endif
