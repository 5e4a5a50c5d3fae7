/* trial.c - one example on stage: starts the run, plays the people and the events, watches the clock. */
#include "sim/trial.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "flow/cases.h"
#include "flow/engine.h"
#include "sim/clock.h"
#include "sim/memory.h"
#include "sim/sample.h"

enum { STEPS_MAX = 200000, ROUNDS_MAX = 400 };
#define T0 INT64_C(1767328200000) /* Friday 2026-01-02, 10:00 in India: a working hour */

struct trial {
    struct script *script;
    const struct example *x;
    struct definitions *d;
    struct sim_clock *clock;
    struct memory *memory;
    struct store *store;
    struct loop *loop;
    struct engine *engine;
    struct rng rng;
    const struct plan *plan;
    struct id run;
    bool started, answered;
    enum err err;
    json_t *state;
    unsigned events;
    struct trial_result *out;
};

static void problem(struct trial *t, const char *where, const char *text) {
    if (!t->out->problem[0]) (void)snprintf(t->out->problem, sizeof t->out->problem, "%.100s%s%.250s", where, *where ? ": " : "", text);
}

/* Lets everything happen that happens by now plus `ms`. */
static void pass(struct trial *t, int64_t ms) { (void)sim_clock_run(t->clock, sim_clock_now(t->clock) + ms, STEPS_MAX); }

static void started(void *who, enum err err, struct id run, bool joined, const struct fault *f) {
    struct trial *t = who;
    (void)joined;
    t->started = err == OK, t->err = err, t->run = run;
    if (err != OK && f) problem(t, f->where, f->text);
}

static void state_came(void *who, enum err err, const json_t *state, const struct fault *f) {
    struct trial *t = who;
    (void)f;
    json_decref(t->state);
    t->state = err == OK ? json_incref((json_t *)state) : NULL;
}

static void facts_came(void *who, enum err err, const json_t *facts, const struct fault *f) {
    struct trial *t = who;
    if (err == OK) t->out->facts = json_incref((json_t *)facts);
    else problem(t, f ? f->where : "", f ? f->text : err_word(err));
}

static void look(struct trial *t) {
    if (engine_read(t->engine, t->run, state_came, t) == OK) pass(t, 50);
}

static void acted(void *who, enum err err, const struct fault *f) {
    struct trial *t = who;
    t->answered = err == OK;
    if (err != OK && f) problem(t, f->where, f->text);
}

static const json_t *says(const struct trial *t, const char *paragraph) { return json_object_get(t->x->answers, paragraph); }

static bool late(const json_t *says_) { return says_ && !strcmp(json_text(says_, "end", ""), "late"); }

/* --- people ------------------------------------------------------------------------------------------ */

/* True: the task is answered. False: it is where the run stops, or nobody comes and it becomes late. */
static bool answer_task(struct trial *t, const json_t *task) {
    const char *name = json_text(task, "paragraph", ""), *word = NULL;
    const json_t *line = says(t, name), *data = json_object_get(line, "data");
    const struct para *p = plan_find(t->plan, name);
    const struct catalog *c = definitions_catalog(t->d);
    if (!line || late(line) || !p || p->kind != PARA_TASK) return false;
    word = json_is_string(data) ? json_string_value(data) : json_text(data, "answer", NULL);
    const json_t *schema = p->task.form ? c->form(c->who, p->task.form) : NULL;
    json_auto_t *form = schema ? sample_new(schema, json_object_get(json_object_get(t->state, "case"), "amount")) : json_object();
    if (json_is_object(data)) (void)json_object_update(form, (json_t *)data);
    (void)json_object_del(form, "answer");
    if (json_int(line, "after_ms", 0) > 0) pass(t, json_int(line, "after_ms", 0));
    /* Whoever answers is called like the task: two approvals are then by two people. */
    struct task_act a = {.task = json_text(task, "id", ""), .act = "answer", .by = name, .answer = word, .form = form};
    t->answered = false;
    if (engine_task(t->engine, &a, acted, t) == OK) pass(t, 100);
    return t->answered;
}

/* --- events ------------------------------------------------------------------------------------------ */

/* `event.offer == offer.id`: the field that makes the condition true. Only such plain parts of an `and`
 * are understood; an example for another condition names the event's fields itself. */
static void fit_event(const struct trial *t, const struct expr *when, json_t *data) {
    char text[1024];
    if (!when || !text_copy(text, sizeof text, expr_source(when))) return;
    for (char *part = text, *next; part; part = next) {
        char left[100], right[100];
        next = strstr(part, " and ");
        if (next) *next = 0, next += 5;
        if (sscanf(part, " %99[a-z_A-Z0-9.] == %99[a-z_A-Z0-9.]", left, right) != 2) continue;
        const char *field = text_starts(left, "event.") ? left + 6 : text_starts(right, "event.") ? right + 6 : NULL;
        const char *name = text_starts(left, "event.") ? right : left;
        char path[160];
        const char *dot = strchr(name, '.');
        if (!field || !dot || json_object_get(data, field)) continue;
        (void)snprintf(path, sizeof path, "%.*s", (int)(dot - name), name);
        const json_t *of = !strcmp(path, "case") ? json_object_get(t->state, "case")
                           : json_object_get(json_object_get(json_object_get(t->state, "answers"), path), "data");
        json_t *v = json_at(of, dot + 1);
        if (v) (void)json_object_set(data, field, v);
    }
}

struct wish { /* the event that a wait gets */
    const char *event;
    const struct expr *when;
};

static struct wish wish_of(const struct para *p, const json_t *line) {
    const json_t *data = json_object_get(line, "data");
    struct wish w = {p->wait.event, p->wait.when};
    for (int i = 0; i < p->wait.n_ons; i++) {
        const struct listener *on = &p->wait.ons[i];
        bool named = json_is_string(data) && !strcmp(json_string_value(data), on->name);
        if (on->event && (named || (!w.event && !json_is_string(data)))) w = (struct wish){on->event, on->when};
    }
    return w;
}

static bool feed_wait(struct trial *t, const char *name) {
    const struct para *p = plan_find(t->plan, name);
    const json_t *line = says(t, name), *data = json_object_get(line, "data");
    if (!p || p->kind != PARA_WAIT || late(line)) return false;
    struct wish w = wish_of(p, line);
    if (!w.event) return false;
    json_auto_t *fields = json_is_object(data) ? json_copy((json_t *)data) : json_object();
    char id[40];
    if (json_int(line, "after_ms", 0) > 0) pass(t, json_int(line, "after_ms", 0));
    fit_event(t, w.when, fields);
    (void)snprintf(id, sizeof id, "example-%u", ++t->events);
    struct event ev = {.name = w.event, .event_id = id, .by = "example", .data = fields};
    t->answered = false;
    if (engine_signal(t->engine, t->run, &ev, acted, t) == OK) pass(t, 100);
    return t->answered;
}

/* An `on` of the whole flow, named in the answers: it fires as soon as the run stands somewhere. */
static bool feed_on(struct trial *t) {
    for (int i = 0; i < t->plan->n_ons; i++) {
        const struct listener *on = &t->plan->ons[i];
        const json_t *line = on->event ? says(t, on->name) : NULL;
        if (!line || t->events) continue;
        const json_t *data = json_object_get(line, "data");
        json_auto_t *fields = json_is_object(data) ? json_copy((json_t *)data) : json_object();
        fit_event(t, on->when, fields);
        t->events++;
        struct event ev = {.name = on->event, .event_id = "example-on", .by = "example", .data = fields};
        t->answered = false;
        if (engine_signal(t->engine, t->run, &ev, acted, t) == OK) pass(t, 100);
        return t->answered;
    }
    return false;
}

/* --- the play ---------------------------------------------------------------------------------------- */

static bool rests_for_good(struct trial *t) {
    json_t *task;
    size_t i;
    json_array_foreach(json_object_get(t->state, "tasks"), i, task) {
        const json_t *line = says(t, json_text(task, "paragraph", ""));
        if (text_ends(json_text(task, "id", ""), ".stuck") || !line) return true;
    }
    return false;
}

static bool moved(struct trial *t) {
    json_t *task;
    size_t i;
    if (feed_on(t)) return true;
    json_array_foreach(json_object_get(t->state, "tasks"), i, task)
        if (answer_task(t, task)) return true;
    const char *waits = json_text(json_object_get(t->state, "waiting"), "for", NULL);
    return waits && feed_wait(t, waits);
}

static void play(struct trial *t) {
    for (int round = 0; round < ROUNDS_MAX && !t->out->problem[0]; round++) {
        pass(t, 200);
        look(t);
        if (!t->state || !strcmp(json_text(t->state, "state", ""), "ended")) return;
        if (!strcmp(json_text(t->state, "state", ""), "waiting") || !strcmp(json_text(t->state, "state", ""), "stuck")) {
            if (moved(t)) continue;
            if (rests_for_good(t)) return;
        }
        pass(t, round < 40 ? 5000 : 2 * 3600000); /* retries, then late tasks and dates: days go by */
    }
}

static void gather(struct trial *t) {
    struct trial_result *out = t->out;
    json_t *fact;
    size_t i;
    out->ended = !strcmp(json_text(t->state, "state", ""), "ended");
    (void)text_copy(out->outcome, sizeof out->outcome, json_text(t->state, "outcome", ""));
    (void)text_copy(out->at, sizeof out->at, json_text(t->state, "at", ""));
    json_auto_t *seen = json_object();
    json_array_foreach(out->facts, i, fact) {
        const char *p = json_text(fact, "p", NULL), *kind = json_text(fact, "f", "");
        char visit[160];
        if (!p) continue;
        if (!strcmp(kind, "undone")) (void)json_array_append_new(out->undone, json_string(p));
        (void)snprintf(visit, sizeof visit, "%s.%lld", p, (long long)json_int(fact, "v", 0));
        if (json_object_get(seen, visit) || !strcmp(kind, "skipped") || !strcmp(kind, "spent")) continue;
        (void)json_object_set_new(seen, visit, json_true());
        (void)json_array_append_new(out->path, json_string(p));
    }
}

static json_t *case_new(struct trial *t) {
    const struct case_type *ct = definitions_case(t->d, t->plan->case_type);
    json_t *all = ct ? sample_new(ct->case_schema, NULL) : json_object();
    if (all && t->x->case_) (void)json_object_update(all, (json_t *)t->x->case_);
    if (!ct || !ct->key) return all;
    const json_t *key = json_object_get(json_object_get(ct->case_schema, "properties"), ct->key);
    if (json_bool(key, "readOnly", false)) (void)json_object_del(all, ct->key);
    return all;
}

static enum err open_stage(struct trial *t, struct registry *r) {
    struct fault f = {0};
    t->clock = sim_clock_new(T0);
    t->loop = t->clock ? sim_loop_new(t->clock) : NULL;
    t->memory = memory_new(1, 1, 1);
    if (!t->loop || !t->memory) return ERR_NOMEM;
    struct memory_faults calm = {0};
    memory_faults(t->memory, &calm);
    rng_seed(&t->rng, 1);
    t->script->loop = t->loop, t->script->example = t->x;
    enum err e = memory_open(t->memory, t->loop, &t->store);
    struct engine_config c = {.loop = t->loop, .store = t->store, .registry = r, .definitions = t->d, .rng = &t->rng,
                              .owner = "try", .address = "", .processes = 1, .lease_ttl_ms = INT64_C(86400000) * 3000,
                              .look_ms = INT64_C(86400000) * 3000};
    return e == OK ? engine_new(&c, &t->engine, &f) : e;
}

static void close_stage(struct trial *t) {
    engine_free(t->engine);
    if (t->store) memory_crash(t->store);
    (void)sim_clock_run(t->clock, sim_clock_now(t->clock) + INT64_C(86400000) * 800, STEPS_MAX); /* late answers end their calls */
    if (t->store) t->store->ops->close(t->store);
    sim_loop_free(t->loop);
    sim_clock_free(t->clock);
    memory_free(t->memory);
    json_decref(t->state);
}

static void run_flow(struct trial *t) {
    json_auto_t *case_ = case_new(t);
    struct start st = {.workflow = t->plan->name, .version = t->plan->version, .case_ = case_, .by = "example"};
    pass(t, 100); /* the lease */
    if (engine_start(t->engine, &st, started, t) == OK) pass(t, 50);
    if (!t->started) {
        problem(t, "", "the run could not be started");
        return;
    }
    play(t);
    if (engine_timeline(t->engine, t->run, facts_came, t) == OK) pass(t, 50);
    gather(t);
}

/* "loan_approval@4" */
static void split(const char *of, char name[128], int *version) {
    (void)text_copy(name, 128, of);
    char *at = strchr(name, '@');
    *version = at ? (int)strtol(at + 1, NULL, 10) : 0;
    if (at) *at = 0;
}

/* A policy's example gives the answers of its needs by name, over their samples. */
static enum err decide(const struct policy *p, const struct example *x, struct definitions *d, struct trial_result *out) {
    const struct case_type *ct = definitions_case(d, policy_case(p));
    json_auto_t *names = json_object(), *case_ = ct ? sample_new(ct->case_schema, NULL) : json_object();
    if (x->case_) (void)json_object_update(case_, (json_t *)x->case_);
    (void)json_object_set(names, "case", case_);
    for (const struct need *n = policy_needs(p); n && n->name; n++) {
        json_t *answer = n->op->sample ? json_deep_copy(n->op->sample) : json_object();
        const json_t *data = json_object_get(json_object_get(x->answers, n->name), "data");
        if (json_is_object(data)) (void)json_object_update(answer, (json_t *)data);
        (void)json_object_set_new(names, n->name, answer);
    }
    struct scope s = {.names = names, .now_ms = T0, .zone = ct ? ct->zone : NULL};
    struct fault f = {0};
    enum err e = policy_decide(p, &s, &out->decision, &f);
    if (e != OK) (void)snprintf(out->problem, sizeof out->problem, "%.390s", f.text);
    (void)text_copy(out->outcome, sizeof out->outcome, json_text(out->decision, "outcome", ""));
    out->ended = true;
    return OK;
}

enum err trial_run(struct script *s, const struct example *x, struct registry *r, struct definitions *d, struct trial_result *out) {
    char name[128];
    int version;
    *out = (struct trial_result){.path = json_array(), .undone = json_array()};
    split(x->of ? x->of : "", name, &version);
    const struct policy *policy = definitions_policy(d, name, version);
    if (policy) return decide(policy, x, d, out);
    struct trial t = {.script = s, .x = x, .d = d, .out = out, .plan = definitions_flow(d, name, version)};
    if (!t.plan) {
        (void)snprintf(out->problem, sizeof out->problem, "there is no flow or policy %.100s here", x->of ? x->of : "");
        return OK;
    }
    enum err e = open_stage(&t, r);
    if (e == OK) run_flow(&t);
    close_stage(&t);
    return e;
}

void trial_result_reset(struct trial_result *r) {
    json_decref(r->facts), json_decref(r->decision), json_decref(r->path), json_decref(r->undone);
    *r = (struct trial_result){0};
}

/* --- what differs -------------------------------------------------------------------------------------- */

static void say(json_t *all, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(json_t *all, const char *fmt, ...) {
    char text[1500];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    (void)json_array_append_new(all, json_string(text));
}

static void join(const json_t *list, struct buf *out) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i) buf_adds(out, ", ");
        buf_adds(out, json_string_value(json_array_get(list, i)));
    }
}

static void compare_lists(json_t *all, const char *what, const char *const *want, const json_t *got) {
    AUTO(buf_reset) struct buf w, g;
    buf_init(&w, 8192), buf_init(&g, 8192);
    if (!want) return;
    for (size_t i = 0; want[i]; i++) buf_addf(&w, "%s%s", i ? ", " : "", want[i]);
    join(got, &g);
    if (strcmp(buf_text(&w), buf_text(&g))) say(all, "%s: expected %s; got %s", what, buf_text(&w), g.len ? buf_text(&g) : "nothing");
}

json_t *trial_differences_new(const struct example *x, const struct trial_result *r) {
    json_t *all = json_array();
    if (r->problem[0]) say(all, "%s", r->problem);
    compare_lists(all, "path", x->path, r->path);
    compare_lists(all, "undone", x->undone, r->undone);
    compare_lists(all, "reasons", x->reasons, json_object_get(r->decision, "reasons"));
    if (x->outcome && strcmp(x->outcome, r->outcome))
        say(all, "outcome: expected %s; got %s", x->outcome, r->ended ? r->outcome : "no end");
    if (x->outcome && !r->ended) say(all, "the run rests at %s", r->at);
    if (x->stops_at && (r->ended || strcmp(x->stops_at, r->at)))
        say(all, "stops_at: expected %s; got %s", x->stops_at, r->ended ? "an end" : r->at);
    if (r->decision && x->amount_minor >= 0 && json_int(r->decision, "amount", -1) != x->amount_minor)
        say(all, "amount: expected %lld; got %lld (minor units)", (long long)x->amount_minor, (long long)json_int(r->decision, "amount", -1));
    return all;
}
