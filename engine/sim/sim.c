/* sim.c - the stage: cases come in, people work, events arrive, processes die. */
#include "sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/definitions.h"
#include "sim/check.h"
#include "sim/plans.h"
#include "sim/stage.h"
#include "sim/telling.h"

enum { START_MS_LOW = 1000, DAY_MS = 86400000, STEPS_MAX = 3000000, SETTLING_MS = 600000 };
#define T0 INT64_C(1790000000000)

/* --- cases ------------------------------------------------------------------------------------------ */

static void ask_start(void *who);

static void started(void *who, enum err err, struct id run, bool joined, const struct fault *f) {
    struct sim_case *c = who;
    (void)joined, (void)f;
    c->asking = false;
    if (err == OK && c->started && !id_same(c->run, run))
        stage_violation(c->stage, "case %s: one idempotency key gave two runs", c->ref);
    if (err == OK) c->started = true, c->run = run;
    else stage_later(c->stage, 500 + (int64_t)rng_below(&c->stage->rng, 3000), ask_start, c);
}

static void ask_start(void *who) {
    struct sim_case *c = who;
    struct stage *s = c->stage;
    struct proc *p = stage_proc(s);
    if (c->asking || (c->started && c->again)) return;
    if (c->started) c->again = true; /* the client did not hear us and asks again */
    json_auto_t *body = json_pack("{s:s, s:i, s:s, s:s}", "ref", c->ref, "n", c->n, "loan", c->loan, "name", c->watches ? "Quillfeather Watcher" : "Quillfeather Onobrychis");
    struct start st = {.workflow = c->workflow, .version = 1, .case_ = body, .customer = c->customer, .by = "sim", .dedup_route = c->watches ? "watch" : "start",
                       .dedup_key = c->ref, .dedup_hash = "h"};
    c->asking = true;
    if (p && engine_start(p->engine, &st, started, c) == OK) return;
    c->asking = false;
    stage_later(s, 1000, ask_start, c);
}

/* A process that dies with a start under way answers nobody: the client's own time-out. */
static void start_watchdog(void *who) {
    struct sim_case *c = who;
    if (c->started) return;
    c->asking = false;
    ask_start(c);
    stage_later(c->stage, 30000, start_watchdog, c);
}

/* --- cancels ---------------------------------------------------------------------------------------- */

static void ask_cancel(void *who);
static void cancel_told(void *who, enum err err, const struct fault *f) {
    struct sim_case *c = who;
    (void)f;
    if (err != OK && err != ERR_REFUSED && err != ERR_NOT_FOUND) stage_later(c->stage, 1000, ask_cancel, c);
}
static void ask_cancel(void *who) {
    struct sim_case *c = who;
    struct proc *p = stage_proc(c->stage);
    if (!c->started || !p || engine_cancel(p->engine, c->run, "changed her mind", "sim", cancel_told, c) != OK)
        stage_later(c->stage, 700, ask_cancel, c);
}

/* --- people ----------------------------------------------------------------------------------------- */

/* Only what reached the run counts as tried: a person who answers for a call that never settled would
 * have to guess. */
static void helped(void *who, enum err err, const struct fault *f) {
    (void)f;
    if (err == OK || err == ERR_REFUSED) ((struct seen_task *)who)->times++;
}

/* Not every task has the answer "again": whoever is told so says yes. */
static void answered(void *who, enum err err, const struct fault *f) {
    (void)f;
    if (err == ERR_INVALID) ((struct seen_task *)who)->times++;
}

static const char *ref_of(struct stage *s, const char *run_text) {
    struct id id;
    if (id_parse(run_text, &id) != OK) return "";
    for (unsigned i = 0; i < s->n_cases; i++)
        if (s->cases[i].started && id_same(s->cases[i].run, id)) return s->cases[i].ref;
    return "";
}

static void work_on_stuck(struct stage *s, struct proc *p, const struct task_row *t) {
    /* First try again; then give it up; what is past giving up is answered by hand. */
    struct seen_task *seen = stage_seen(s, t->id);
    const char *act = seen->times < 3 ? "retry" : seen->times < 5 ? "abandon" : "answer";
    json_auto_t *form = json_pack("{s:s, s:s, s:i}", "id", "by hand", "ref", "by hand", "score", 1);
    struct task_act a = {.task = t->id, .act = "answer", .by = "ops", .answer = act, .form = form};
    (void)!engine_task(p->engine, &a, helped, seen);
}

static void work_on(void *who, const struct task_row *t) {
    struct stage *s = who;
    struct proc *p = stage_proc(s);
    if (!p || strcmp(t->state, "open")) return;
    int64_t waited = sim_clock_now(s->clock) - t->created_ms;
    if (text_ends(t->id, ".stuck")) {
        if (waited > 60000) work_on_stuck(s, p, t);
        return;
    }
    char run[64] = "";
    (void)text_copy(run, sizeof run, t->id);
    if (strchr(run, '.')) *strchr(run, '.') = 0;
    char about[300];
    (void)snprintf(about, sizeof about, "%s.%s.%u", ref_of(s, run), t->paragraph, t->visit);
    unsigned f = stage_fate(s, "task", about, 10);
    if (f == 0) return; /* nobody looks at it: late */
    if (waited < 3600000 + (int64_t)stage_fate(s, "delay", about, 20) * 600000) return;
    const char *answer = f < 5 ? "yes" : f < 8 ? "no" : "again";
    struct task_act a = {.task = t->id, .act = "answer", .by = "officer", .answer = answer};
    struct seen_task *seen = stage_seen(s, t->id);
    if (seen->times) a.answer = "yes";
    (void)!engine_task(p->engine, &a, answered, seen);
}

static void people(void *who) {
    struct stage *s = who;
    memory_each_task(s->memory, work_on, s);
    stage_later(s, 600000 + (int64_t)rng_below(&s->rng, 600000), people, s);
}

/* --- storms ----------------------------------------------------------------------------------------- */

static void rise(void *who) {
    struct proc *p = who;
    if (p->paused) proc_pause(p, false);
    else if (!p->alive && proc_start(p) != OK) abort();
}

static void storm(void *who) {
    struct stage *s = who;
    struct proc *p = &s->procs[rng_below(&s->rng, s->n_procs)];
    if (sim_clock_now(s->clock) > s->storm_till_ms) return;
    if (p->alive && !p->paused) {
        bool pause = rng_below(&s->rng, 4) == 0;
        int64_t away = 1 + (int64_t)rng_below(&s->rng, rng_below(&s->rng, 3) ? 3000 : 90000);
        if (pause) proc_pause(p, true), s->report->pauses++;
        else proc_kill(p), s->report->kills++;
        stage_later(s, away, rise, p);
    }
    stage_later(s, 5 + (int64_t)rng_below(&s->rng, rng_below(&s->rng, 4) ? 4000 : 40000), storm, s);
}

/* --- a seed ----------------------------------------------------------------------------------------- */

static const char WATCH[] =
    "workflow \"sim_watch\" { version = 1, case = \"sim_case\", about = \"waits\", outcomes = { \"good\", \"bad\", \"stopped\" }, "
    "stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n"
    "wait \"w\" { event = \"go.ahead\", when = \"event.ref == case.ref\", within = hours(24), late = finish \"bad\", finish \"good\" }\n";

static enum err write_flows(struct stage *s, bool print) {
    struct rng r;
    struct fault f = {0};
    enum err watch = definitions_add(s->definitions, "workflow", "sim_watch", 1, WATCH, sizeof WATCH - 1, &f);
    if (watch != OK) return stage_violation(s, "the flow of the watchers is not sound: %s", f.text), watch;
    rng_seed(&r, s->seed * 7919 + 17);
    s->n_flows = 1 + (unsigned)rng_below(&r, 3);
    for (unsigned i = 0; i < s->n_flows; i++) {
        char name[24];
        AUTO(buf_reset) struct buf text;
        buf_init(&text, 1 << 20);
        (void)snprintf(name, sizeof name, "sim_%u", i);
        plans_write(name, &r, &text);
        if (print) fprintf(stderr, "%s\n", buf_text(&text));
        enum err e = definitions_add(s->definitions, "workflow", name, 1, text.data, text.len, &f);
        if (e != OK) {
            stage_violation(s, "a made flow is not sound: %s\n%s", f.text, buf_text(&text));
            return e;
        }
    }
    return OK;
}

/* Three cases are of one customer and write to one loan. */
static void share_loan(struct sim_case *c, unsigned trio) {
    (void)snprintf(c->loan, sizeof c->loan, "LN%u", trio);
    for (unsigned i = 0; i < 64; i++) c->customer[i] = "0123456789abcdef"[stage_fate(c->stage, c->loan, i % 2 ? "odd" : "even", 16)];
}

/* A second run of the same case, for another customer and so perhaps in another shard: it only waits for the event. */
static void plan_watcher(struct stage *s, const struct sim_case *of, int64_t at) {
    if (s->n_cases == STAGE_CASES_MAX || stage_fate(s, "watched", of->ref, 2)) return;
    struct sim_case *c = &s->cases[s->n_cases++];
    *c = (struct sim_case){.stage = s, .watches = true};
    (void)snprintf(c->ref, sizeof c->ref, "%s", of->ref), (void)snprintf(c->workflow, sizeof c->workflow, "sim_watch");
    share_loan(c, STAGE_CASES_MAX + (unsigned)(c - s->cases));
    bool late = !s->compare && stage_fate(s, "watchlate", of->ref, 2); /* comes when the event may be over */
    at += (int64_t)stage_fate(s, "watchat", of->ref, 1000) * (late ? 36000 : 20);
    stage_later(s, at, ask_start, c), stage_later(s, at + 30000, start_watchdog, c);
}

static void plan_cases(struct stage *s) {
    for (unsigned i = 0, n = s->n_cases; i < n; i++) {
        struct sim_case *c = &s->cases[i];
        c->stage = s;
        (void)snprintf(c->ref, sizeof c->ref, "C%u", i);
        (void)snprintf(c->workflow, sizeof c->workflow, "sim_%u", stage_fate(s, "flow", c->ref, s->n_flows));
        share_loan(c, i / 3);
        c->n = (int)stage_fate(s, "n", c->ref, 10);
        int64_t at = START_MS_LOW + (int64_t)stage_fate(s, "start", c->ref, 20000);
        stage_later(s, at, ask_start, c), stage_later(s, at + 30000, start_watchdog, c);
        if (stage_fate(s, "twice", c->ref, 4) == 0) stage_later(s, at + 2000, ask_start, c);
        telling_plan(s, c, at);
        plan_watcher(s, c, at);
        if (!s->compare && stage_fate(s, "cancel", c->ref, 4) == 0)
            stage_later(s, at + 100 + (int64_t)stage_fate(s, "cancelat", c->ref, 80) * 250, ask_cancel, c);
    }
}

static int64_t latest(int64_t a, int64_t b) { return a > b ? a : b; }

/* --- days end, beside everything else ----------------------------------------------------------------- */

static void ask_day(void *who);

struct day_asking {
    struct stage *stage;
    unsigned which;
};

static void day_asked(void *who, enum err err, const struct fault *f) {
    struct day_asking *d = who;
    (void)f;
    if (err == OK) d->stage->days_asked[d->which] = (int32_t)(T0 / DAY_MS) - 1 + (int32_t)d->which;
    else stage_later(d->stage, 3000, ask_day, d);
}

/* Yesterday early on, today once it is over; whoever is asked may die with the question, so it is asked again. */
static void ask_day(void *who) {
    struct day_asking *d = who;
    struct stage *s = d->stage;
    struct proc *p = stage_proc(s);
    struct fault f;
    if (s->days_asked[d->which]) return;
    if (p) (void)!engine_day_end(p->engine, (int32_t)(T0 / DAY_MS) - 1 + (int32_t)d->which, "sim", day_asked, d, &f);
    stage_later(s, 60000, ask_day, d);
}

static void plan_days(struct stage *s) {
    for (unsigned i = 0; i < (s->seed % 4 == 1 ? ARRAY_LEN(s->days_asked) : 1); i++) { /* a second day makes a long history */
        struct day_asking *d = stage_alloc(s, sizeof *d);
        *d = (struct day_asking){s, i};
        stage_later(s, i * (int64_t)DAY_MS + 2000 + (int64_t)stage_fate(s, "day", i ? "today" : "yesterday", 120000), ask_day, d);
    }
}

static bool days_ended(const struct stage *s) {
    for (unsigned i = 0; i < ARRAY_LEN(s->days_asked); i++)
        for (uint16_t shard = 0; s->days_asked[i] && shard < STAGE_SHARDS; shard++)
            if (!memory_has_day_ended(s->memory, s->days_asked[i], shard)) return false;
    return s->days_asked[0] != 0;
}

static bool all_ended(const struct stage *s) {
    for (unsigned i = 0; i < s->n_cases; i++) {
        if (!s->cases[i].started) return false;
        const char *state = stage_state(s, s->cases[i].run);
        if (!state || strcmp(state, "ended")) return false;
    }
    return days_ended(s);
}

static void play(struct stage *s) {
    int64_t end = T0 + 400 * (int64_t)DAY_MS;
    for (uint64_t i = 0; i < STEPS_MAX; i++, s->report->steps++) {
        if (!sim_clock_step(s->clock, end)) break;
        if (i % 512 == 0 && all_ended(s)) break;
        if (s->report->violations) break;
    }
    if (all_ended(s)) (void)sim_clock_run(s->clock, latest(sim_clock_now(s->clock), s->storm_till_ms) + SETTLING_MS, STEPS_MAX);
}

enum err sim_seed(const struct sim_options *o, struct sim_report *out) {
    struct stage *s = stage_new(o->seed, T0, o->calm, SIM_CASE, SIM_RETRIES);
    *out = (struct sim_report){0};
    if (!s) return ERR_NOMEM;
    s->report = out, s->print = o->print;
    s->compare = o->seed % 2 == 0; /* even seeds send no stop: their ends can be compared */
    s->n_cases = 2 + (unsigned)(o->seed % 5);
    if (write_flows(s, o->print && !o->calm) == OK && stage_up(s) == OK) {
        plan_cases(s), plan_days(s);
        stage_later(s, 60000, people, s);
        if (!o->calm) s->storm_till_ms = T0 + 120000 + (int64_t)(o->seed % 7) * 1000000, stage_later(s, 500, storm, s);
        play(s);
        check_all(s);
        check_events(s);
    }
    out->n_cases = s->n_cases;
    stage_free(s);
    return out->violations ? ERR_INVALID : OK;
}

enum err sim_pair(uint64_t seed, bool print, struct sim_report *out) {
    struct sim_report calm;
    struct sim_options o = {.seed = seed, .calm = true, .print = print};
    enum err e = sim_seed(&o, &calm);
    if (e != OK) {
        *out = calm;
        return e;
    }
    o.calm = false;
    e = sim_seed(&o, out);
    for (unsigned i = 0; e == OK && seed % 2 == 0 && i < out->n_cases; i++) {
        if (!strcmp(calm.outcomes[i], out->outcomes[i])) continue;
        out->violations++;
        (void)snprintf(out->first, sizeof out->first, "case C%u ended '%s' in calm and '%s' in storm", i, calm.outcomes[i], out->outcomes[i]);
        e = ERR_INVALID;
    }
    return e;
}
