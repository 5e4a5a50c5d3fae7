/* script.c - connectors that say what the example says. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connectors/connectors.h"
#include "sim/trial.h"

struct actor {
    struct connector connector; /* first */
    struct connector_ops ops;
    struct script *script;
};
struct line { /* an answer that comes later */
    struct call *call;
    struct script *script;
};

static const json_t *said(const struct call *call, const struct script *s) {
    bool undo = text_ends(call->key, ".undo");
    return s->example && !undo ? json_object_get(s->example->answers, call->paragraph) : NULL;
}

/* The sample with what the example says laid over it. */
static json_t *answer_new(const struct call *call, const json_t *says) {
    json_t *all = json_loads(call->op->sample ? call->op->sample : "{}", 0, NULL);
    json_t *data = json_object_get(says, "data");
    if (all && json_is_object(data)) (void)json_object_update(all, data);
    return all;
}

static void speak(struct call *call, struct script *s) {
    const json_t *says = said(call, s);
    const char *end = json_text(says, "end", "done"), *why = json_text(says, "data", "so the example says");
    struct call_result r = {.end = CALL_DONE};
    if (!strcmp(end, "refused")) r.end = CALL_REFUSED;
    else if (!strcmp(end, "failed")) r.end = CALL_FAILED;
    else if (!strcmp(end, "uncertain")) r.end = CALL_UNCERTAIN;
    json_t *answer = r.end == CALL_DONE ? answer_new(call, says) : NULL;
    r.answer = answer;
    if (r.end != CALL_DONE) r.why = why;
    call->done(call, &r);
    json_decref(answer);
}

static void speak_later(void *who) {
    struct line *l = who;
    struct call *call = l->call;
    struct script *s = l->script;
    free(l);
    speak(call, s);
}

static void start(struct connector *c, struct call *call) {
    struct script *s = ((struct actor *)c)->script;
    const json_t *says = said(call, s);
    if (call->op->kind == OP_LOCAL) {
        speak(call, s);
        return;
    }
    int64_t after = json_int(says, "after_ms", 5);
    if (says && !strcmp(json_text(says, "end", ""), "late")) after = INT64_C(86400000) * 365;
    struct line *l = calloc(1, sizeof *l);
    if (!l) abort();
    *l = (struct line){call, s};
    if (!loop_timer(s->loop, after, speak_later, l)) abort();
}

static void close_(struct connector *c) { free(c); }

static enum err connect_all(struct script *s, const struct connector_ops *const *of, struct registry *r) {
    for (; of && *of; of++) {
        struct actor *a = calloc(1, sizeof *a);
        if (!a) return ERR_NOMEM;
        a->ops = (struct connector_ops){.name = (*of)->name, .operations = (*of)->operations, .start = start, .close = close_};
        a->connector.ops = &a->ops, a->script = s;
        enum err e = registry_add_take(r, &a->connector);
        if (e != OK) return e;
    }
    return OK;
}

enum err script_connect(struct script *s, struct registry *r) {
    enum err e = connect_all(s, connectors_all, r);
    return e == OK ? connect_all(s, s->more, r) : e;
}
