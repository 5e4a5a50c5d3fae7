#include "tests/flow/play.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "sim/plans.h"

static int64_t no_time(void *who) { return (void)who, 0; }

void play_open(struct play *p, const char *flow, const struct world_faults *world) {
    static const struct world_faults smooth = {0, 0, 0, 5};
    struct fault f = {0};
    *p = (struct play){0};
    log_open(stderr, LOG_ERROR, no_time, NULL);
    p->clock = sim_clock_new(1790000000000);
    p->loop = sim_loop_new(p->clock);
    p->memory = memory_new(1, 4, 5);
    p->world = world_new(p->clock, 5, world ? world : &smooth);
    p->declared = registry_new();
    json_auto_t *definition = json_loads(SIM_CASE, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(world_connect(p->world, p->loop, p->declared), OK);
    CU_ASSERT_EQUAL_FATAL(definitions_new(".", p->declared, &p->definitions, &f), OK);
    CU_ASSERT_EQUAL_FATAL(definitions_add_case(p->definitions, "sim_case", definition, &f), OK);
    CU_ASSERT_EQUAL_FATAL(definitions_add_retries(p->definitions, SIM_RETRIES, strlen(SIM_RETRIES), &f), OK);
    enum err e = definitions_add(p->definitions, "workflow", "f", 1, flow, strlen(flow), &f);
    if (e != OK) printf("%s\n", f.text);
    CU_ASSERT_EQUAL_FATAL(e, OK);
    p->proc = (struct proc){.clock = p->clock, .memory = p->memory, .world = p->world, .definitions = p->definitions, .processes = 1};
    CU_ASSERT_EQUAL_FATAL(proc_start(&p->proc), OK);
    play_pass(p, 200);
}

void play_close(struct play *p) {
    proc_free(&p->proc);
    json_decref(p->state), json_decref(p->facts);
    definitions_free(p->definitions);
    registry_free(p->declared);
    sim_loop_free(p->loop);
    world_free(p->world);
    memory_free(p->memory);
    sim_clock_free(p->clock);
}

void play_pass(struct play *p, int64_t ms) { CU_ASSERT_TRUE(sim_clock_run(p->clock, sim_clock_now(p->clock) + ms, 1000000)); }

static enum err wait(struct play *p, enum err asked) {
    if (asked != OK) return asked;
    for (int i = 0; i < 100 && !p->told; i++) play_pass(p, 10);
    CU_ASSERT_TRUE(p->told);
    return p->err;
}

static void started(void *who, enum err err, struct id run, bool joined, const struct fault *f) {
    struct play *p = who;
    p->told = true, p->err = err, p->joined = joined;
    if (err == OK) p->run = run;
    if (f) p->fault = *f;
}

enum err play_start(struct play *p, const char *ref, int n, const char *dedup_key, const char *dedup_hash) {
    json_auto_t *body = json_pack("{s:s, s:i, s:s, s:s}", "ref", ref, "n", n, "loan", p->loan ? p->loan : ref, "name", "Quillfeather Onobrychis");
    struct start s = {.workflow = "f", .case_ = body, .customer = p->customer, .by = "test", .dedup_route = dedup_key ? "/v1" : NULL, .dedup_key = dedup_key,
                      .dedup_hash = dedup_hash};
    p->told = false;
    return wait(p, engine_start(p->proc.engine, &s, started, p));
}

static void done(void *who, enum err err, const struct fault *f) {
    struct play *p = who;
    p->told = true, p->err = err;
    if (f) p->fault = *f;
}

enum err play_signal(struct play *p, const char *name, const char *id, const char *ref) {
    json_auto_t *data = json_pack("{s:s}", "ref", ref);
    struct event ev = {.name = name, .event_id = id, .by = "test", .data = data};
    p->told = false;
    return wait(p, engine_signal(p->proc.engine, p->run, &ev, done, p));
}

enum err play_hear(struct play *p, const char *name, const char *id, const char *ref) {
    json_auto_t *data = json_pack("{s:s}", "ref", ref);
    struct event ev = {.name = name, .event_id = id, .by = p->by ? p->by : "test", .data = data, .subject = p->subject, .sequence = p->sequence};
    p->told = false;
    return wait(p, engine_hear(p->proc.engine, "sim_case", ref, &ev, done, p));
}

enum err play_dead(struct play *p, int64_t no, bool replay) {
    p->told = false;
    return wait(p, engine_dead_event(p->proc.engine, no, replay, "asha", "a test", done, p));
}

enum err play_task(struct play *p, const char *paragraph, unsigned visit, const char *act, const char *answer, const char *by) {
    return play_task_form(p, paragraph, visit, act, answer, by, NULL);
}

enum err play_task_form(struct play *p, const char *paragraph, unsigned visit, const char *act, const char *answer, const char *by,
                        const char *form) {
    json_auto_t *fields = form ? json_loads(form, 0, NULL) : NULL;
    char id[200], run[ID_TEXT];
    bool stuck = visit == 0;
    (void)snprintf(id, sizeof id, "%s.%s.%u%s", id_text(p->run, run), paragraph, stuck ? 1 : visit, stuck ? ".stuck" : "");
    struct task_act a = {.task = id, .act = act, .by = by, .answer = answer, .form = fields};
    p->told = false;
    return wait(p, engine_task(p->proc.engine, &a, done, p));
}

enum err play_cancel(struct play *p) {
    p->told = false;
    return wait(p, engine_cancel(p->proc.engine, p->run, "changed her mind", "test", done, p));
}

void play_crash(struct play *p) {
    proc_kill(&p->proc);
    CU_ASSERT_EQUAL_FATAL(proc_start(&p->proc), OK);
    play_pass(p, 35000); /* the old lease runs out first */
}

static void state_came(void *who, enum err err, const json_t *state, const struct fault *f) {
    struct play *p = who;
    (void)f;
    p->told = true, p->err = err;
    json_decref(p->state);
    p->state = json_incref((json_t *)state);
}

const char *play_state(struct play *p) {
    p->told = false;
    CU_ASSERT_EQUAL(wait(p, engine_read(p->proc.engine, p->run, state_came, p)), OK);
    return json_text(p->state, "state", "");
}

static void facts_came(void *who, enum err err, const json_t *facts, const struct fault *f) {
    struct play *p = who;
    (void)f;
    p->told = true, p->err = err;
    json_decref(p->facts);
    p->facts = json_incref((json_t *)facts);
}

enum err play_timeline(struct play *p) {
    p->told = false;
    return wait(p, engine_timeline(p->proc.engine, p->run, facts_came, p));
}

const char *play_outcome(struct play *p) {
    (void)play_state(p);
    return json_text(p->state, "outcome", "");
}

unsigned play_rows(struct play *p) {
    json_auto_t *j = memory_journal_new(p->memory, p->run);
    return (unsigned)json_array_size(j);
}

unsigned play_count(struct play *p, const char *kind, const char *paragraph) {
    json_auto_t *j = memory_journal_new(p->memory, p->run);
    json_t *row, *fact;
    size_t i, k;
    unsigned n = 0;
    json_array_foreach(j, i, row) json_array_foreach(json_object_get(row, "facts"), k, fact)
        n += !strcmp(json_text(fact, "f", ""), kind) && (!paragraph || !strcmp(json_text(fact, "p", ""), paragraph));
    return n;
}
