/* request.c - see request.h. */
#include "flow/request.h"

#include <stdlib.h>
#include <string.h>

#include "flow/walk.h"

struct request *request_new(struct engine *e, struct id run, request_fn *act, engine_done_fn *done, void *who) {
    struct request *q = calloc(1, sizeof *q);
    if (!q) return NULL;
    q->engine = e, q->run = run, q->act = act, q->done = done, q->who = who;
    return q;
}

void request_free(struct request *q) {
    if (!q) return;
    free(q->name), free(q->id), free(q->by), free(q->answer), free(q->subject);
    json_decref(q->data);
    free(q);
}

static void end(struct request *q, enum err err, const struct fault *f) {
    struct engine *e = q->engine;
    if (q->done) q->done(q->who, err, f);
    request_free(q);
    e->pending--;
    engine_maybe_drained(e);
}

static void durable(void *who, enum err err, const struct fault *f) { end(who, err, f); }

static void have_run(void *who, enum err err, struct run *r, const struct fault *f) {
    struct request *q = who;
    struct engine *e = q->engine;
    struct fault own = {0};
    if (err != OK) {
        end(q, err, f);
        return;
    }
    if (r->ended || !r->entry) {
        err = fault_set(&own, ERR_REFUSED, r->text, "this run has ended");
        end(q, err, &own);
        return;
    }
    struct waiter *w = waiter_new(durable, q);
    if (!w) {
        end(q, ERR_NOMEM, NULL);
        return;
    }
    turn_begin(e, r);
    walk_expire(&e->turn);
    err = q->act(&e->turn, q, &own);
    if (err == OK) {
        turn_wait(&e->turn, w);
        walk(&e->turn);
    } else {
        free(w);
    }
    turn_end(e);
    if (err != OK) end(q, err, &own);
}

void request_go_take(struct request *q) {
    struct fault f = {0};
    q->engine->pending++;
    if (engine_owns(q->engine, id_shard(q->run), &f)) with_run(q->engine, q->run, have_run, q);
    else end(q, ERR_CLOSED, &f);
}

static void posted(void *who) {
    struct request *q = who;
    q->engine->pending--;
    request_go_take(q);
}

enum err request_post_take(struct request *q) {
    if (!q) return ERR_NOMEM;
    if (loop_post(q->engine->c.loop, posted, q) == OK) {
        q->engine->pending++;
        return OK;
    }
    request_free(q);
    return ERR_NOMEM;
}
