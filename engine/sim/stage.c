/* stage.c - builds and strikes the stage. */
#include "sim/own_books.h"
#include "sim/stage.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static enum err read_definitions(struct stage *s, const char *case_json, const char *retries) {
    struct fault f = {0};
    json_auto_t *definition = json_loads(case_json, 0, NULL);
    enum err e = definitions_new(".", s->declared, &s->definitions, &f);
    if (e == OK) e = definitions_add_case(s->definitions, "sim_case", definition, &f);
    if (e == OK) e = definitions_add_retries(s->definitions, retries, strlen(retries), &f);
    if (e != OK) fprintf(stderr, "sim: %s: %s\n", f.where, f.text);
    return e;
}

struct stage *stage_new(uint64_t seed, int64_t t0_ms, bool calm, const char *case_json, const char *retries) {
    struct stage *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->seed = seed, s->calm = calm;
    rng_seed(&s->rng, seed);
    s->arena = arena_new(64 << 20);
    s->clock = sim_clock_new(t0_ms);
    s->loop = sim_loop_new(s->clock);
    s->memory = memory_new(1, STAGE_SHARDS, seed + 1);
    struct world_faults wf = {calm ? 0 : 25, 8, 3, 40};
    s->world = world_new(s->clock, seed, &wf);
    if (!calm) {
        struct memory_faults mf = {8, 3, seed % 9 == 0 ? 20 : 0, seed % 4 == 0 ? 5 : 0};
        memory_faults(s->memory, &mf);
    }
    s->declared = registry_new();
    if (world_connect(s->world, s->loop, s->declared) == OK && read_definitions(s, case_json, retries) == OK) return s;
    stage_free(s);
    return NULL;
}

enum err stage_up(struct stage *s) {
    s->n_procs = s->calm ? 1 : 1 + (unsigned)(s->seed % STAGE_PROCS_MAX);
    enum err e = OK;
    for (unsigned i = 0; i < s->n_procs && e == OK; i++) {
        s->procs[i] = (struct proc){.clock = s->clock, .memory = s->memory, .world = s->world, .definitions = s->definitions,
                                    .processes = s->n_procs, .index = (int)(s->seed * 16 % 1000000 + i),
                                    .resident_max = s->seed % 3 == 0 ? 1 : 0, .loans_max = s->seed % 5 == 0 ? 1 : 0,
                                    .day_end = own_books_day_end};
        memset(s->procs[i].master.b, 7, sizeof s->procs[i].master.b);
        e = proc_start(&s->procs[i]);
    }
    return e;
}

void stage_free(struct stage *s) {
    if (!s) return;
    for (unsigned i = 0; i < s->n_procs; i++) proc_kill(&s->procs[i]);
    for (unsigned i = 0; i < s->n_procs; i++) proc_free(&s->procs[i]);
    definitions_free(s->definitions);
    registry_free(s->declared);
    sim_loop_free(s->loop);
    world_free(s->world);
    memory_free(s->memory);
    sim_clock_free(s->clock);
    arena_free(s->arena);
    free(s);
}

void *stage_alloc(struct stage *s, size_t n) {
    void *p = arena_alloc(s->arena, n);
    if (!p) abort();
    return p;
}

struct seen_task *stage_seen(struct stage *s, const char *task) {
    for (struct seen_task *t = s->seen; t; t = t->next)
        if (!strcmp(t->id, task)) return t;
    struct seen_task *t = stage_alloc(s, sizeof *t);
    (void)snprintf(t->id, sizeof t->id, "%s", task);
    t->next = s->seen;
    s->seen = t;
    return t;
}

static uint64_t mixed(uint64_t h, const char *text) {
    for (; *text; text++) h = (h ^ (uint64_t)(unsigned char)*text) * 0x100000001b3u;
    return h;
}

unsigned stage_fate(const struct stage *s, const char *what, const char *about, unsigned n) {
    struct rng r;
    rng_seed(&r, mixed(mixed(s->seed ^ 0xcbf29ce484222325u, what), about));
    return (unsigned)rng_below(&r, n);
}

struct proc *stage_proc(struct stage *s) {
    for (int tries = 0; tries < 8; tries++) {
        struct proc *p = &s->procs[rng_below(&s->rng, s->n_procs)];
        if (p->alive && !p->paused) return p;
    }
    return NULL;
}

void stage_later(struct stage *s, int64_t after_ms, loop_fn *fn, void *who) {
    if (!loop_timer(s->loop, after_ms, fn, who)) abort();
}

struct finding {
    struct id run;
    const char *state;
};
static void find(void *who, struct id run, const char *state, const char *outcome, int64_t wake_ms) {
    struct finding *f = who;
    (void)outcome, (void)wake_ms;
    if (id_same(f->run, run)) f->state = state;
}
const char *stage_state(const struct stage *s, struct id run) {
    struct finding f = {run, NULL};
    memory_each_run(s->memory, find, &f);
    return f.state;
}

void stage_violation(struct stage *s, const char *fmt, ...) {
    char text[2000];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (!s->report->violations++) (void)snprintf(s->report->first, sizeof s->report->first, "%.280s", text);
    if (s->print) fprintf(stderr, "seed %llu: %s\n", (unsigned long long)s->seed, text);
}
