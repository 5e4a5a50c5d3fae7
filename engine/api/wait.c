/* wait.c - see wait.h. */
#include "api/wait.h"

#include <string.h>

#include "api/request.h"
#include "flow/engine.h"
#include "io/http.h"

#define WAIT_MAX_S 30

static int64_t patience_ms(const struct request *r) {
    const char *prefer = http_header(r->http, "Prefer"), *at = prefer ? strstr(prefer, "wait=") : NULL;
    long s = at ? strtol(at + 5, NULL, 10) : 0;
    return s < 0 ? 0 : (s > WAIT_MAX_S ? WAIT_MAX_S : s) * 1000;
}

static void stop_waiting(struct request *r) {
    if (r->watch) engine_unwatch(r->api->c.engine, r->watch);
    loop_cancel(r->api->c.loop, r->timer);
    r->watch = NULL;
    r->timer = NULL;
}

static void answer_now(struct request *r, const json_t *state) {
    stop_waiting(r);
    r->answer(r, r->until(state) ? 200 : 202, state);
}

static void last_look(void *who, enum err err, const json_t *state, const struct fault *f) {
    struct request *r = who;
    if (err != OK) answer_error(r, err, f);
    else answer_now(r, state);
}

static void changed(void *who, struct id run, const char *state);

static void look_again(void *who, enum err err, const json_t *state, const struct fault *f) {
    struct request *r = who;
    r->reading = false;
    if (err != OK) return answer_error(r, err, f);
    if (!r->until(state) && !r->late) {
        if (r->missed) changed(r, r->run, "");
        return;
    }
    if (!r->late) http_answer_header(r->http, "Preference-Applied", "wait");
    answer_now(r, state);
}

static void patience_over(void *who) {
    struct request *r = who;
    r->timer = NULL;
    r->late = true;
    if (r->reading) return; /* that read will answer */
    stop_waiting(r);
    if (engine_read(r->api->c.engine, r->run, last_look, r) != OK) answer_error(r, ERR_BUSY, NULL);
}

/* A run at rest cannot go on by itself, so only then is it worth reading. */
static void changed(void *who, struct id run, const char *state) {
    struct request *r = who;
    (void)run;
    if (!strcmp(state, "running") || !strcmp(state, "undoing")) return;
    r->missed = r->reading;
    if (r->reading) return;
    r->reading = true;
    enum err e = engine_read(r->api->c.engine, r->run, look_again, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void first_look(void *who, enum err err, const json_t *state, const struct fault *f) {
    struct request *r = who;
    int64_t ms = patience_ms(r);
    if (err != OK) return answer_error(r, err, f);
    if (!ms || r->until(state)) return answer_now(r, state);
    r->watch = engine_watch(r->api->c.engine, r->run, changed, r);
    r->timer = loop_timer(r->api->c.loop, ms, patience_over, r);
    if (!r->watch || !r->timer) answer_now(r, state);
}

void wait_for(struct request *r, wait_until_fn *until, wait_answer_fn *answer) {
    r->until = until;
    r->answer = answer;
    enum err e = engine_read(r->api->c.engine, r->run, first_look, r);
    if (e != OK) answer_error(r, e, NULL);
}
