/* wait.c - see wait.h. */
#include "api/wait.h"

#include <string.h>
#include <strings.h>

#include "api/request.h"
#include "flow/engine.h"
#include "io/http.h"

#define WAIT_MAX_S 30

/* token [ "=" value ] *( ";" parameter ), more after a comma; names in any case. */
int64_t wait_preferred_ms(const char *prefer) {
    for (const char *p = prefer; *p; p += strcspn(p, ","), p += *p == ',') {
        p += strspn(p, " \t");
        if (strncasecmp(p, "wait", 4) != 0) continue;
        const char *v = p + 4 + strspn(p + 4, " \t");
        if (*v++ != '=') continue;
        v += strspn(v, " \t");
        v += *v == '"';
        if (*v < '0' || *v > '9') continue;
        int64_t s = 0;
        for (; *v >= '0' && *v <= '9'; v++) s = s > WAIT_MAX_S ? s : s * 10 + (*v - '0');
        return (s > WAIT_MAX_S ? WAIT_MAX_S : s) * 1000;
    }
    return -1;
}

/* The first that says so counts (RFC 7240, 2). */
static void look_for_wait(void *who, const char *name, const char *value) {
    int64_t *ms = who;
    if (*ms < 0 && !strcasecmp(name, "Prefer")) *ms = wait_preferred_ms(value);
}

int64_t wait_patience_ms(const struct request *r) {
    int64_t ms = -1;
    http_header_each(http_all_headers(r->http), look_for_wait, &ms);
    return ms < 0 ? 0 : ms;
}

static void join_waiting(struct request *r) {
    struct request **first = &r->api->waiting;
    r->next_waiting = *first;
    r->waiting_link = first;
    if (*first) (*first)->waiting_link = &r->next_waiting;
    *first = r;
}

static void leave_waiting(struct request *r) {
    if (!r->waiting_link) return;
    *r->waiting_link = r->next_waiting;
    if (r->next_waiting) r->next_waiting->waiting_link = r->waiting_link;
    r->next_waiting = NULL;
    r->waiting_link = NULL;
}

void wait_end(struct request *r) {
    leave_waiting(r);
    if (r->watch) engine_unwatch(r->api->c.engine, r->watch);
    loop_cancel(r->api->c.loop, r->timer);
    r->watch = NULL;
    r->timer = NULL;
}

static void answer_now(struct request *r, const json_t *state) {
    wait_end(r);
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

/* No more patience, for whatever reason: the answer is what there is now. */
static void hurry(struct request *r) {
    r->late = true;
    wait_end(r);
    if (r->reading) return; /* that read will answer */
    if (engine_read(r->api->c.engine, r->run, last_look, r) != OK) answer_error(r, ERR_BUSY, NULL);
}

static void patience_over(void *who) {
    struct request *r = who;
    r->timer = NULL;
    hurry(r);
}

void wait_hurry_all(struct api *a) {
    while (a->waiting) hurry(a->waiting); /* which leaves the list */
}

/* Nobody is there to read the answer; it only ends the request, so that its memory is not kept waiting. */
static void client_left(void *who) {
    struct request *r = who;
    r->late = true;
    wait_end(r);
    if (!r->reading) answer_error(r, ERR_CLOSED, NULL);
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
    int64_t ms = wait_patience_ms(r);
    if (err != OK) return answer_error(r, err, f);
    bool worth_it = ms && !r->api->draining && !http_is_gone(r->http);
    if (!worth_it || r->until(state)) return answer_now(r, state);
    r->watch = engine_watch(r->api->c.engine, r->run, changed, r);
    r->timer = loop_timer(r->api->c.loop, ms, patience_over, r);
    if (!r->watch || !r->timer) return answer_now(r, state);
    join_waiting(r);
    http_on_gone(r->http, client_left, r);
}

void wait_for(struct request *r, wait_until_fn *until, wait_answer_fn *answer) {
    r->until = until;
    r->answer = answer;
    enum err e = engine_read(r->api->c.engine, r->run, first_look, r);
    if (e != OK) answer_error(r, e, NULL);
}
