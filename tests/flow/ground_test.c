/* ground_test.c - case types, functions and retries are fixed when a run starts, whatever the files say later. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "dsl/policy_plan.h"
#include "flow/ground.h"
#include "flow/keep.h"
#include "sim/plans.h"
#include "tests/flow/play.h"

#define HEAD "workflow \"f\" { version = 1, case = \"sim_case\", about = \"a test\", outcomes = { \"good\", \"bad\" }, " \
             "stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n"
#define WAIT "wait \"w\" { event = \"go.ahead\", within = hours(2), late = finish \"bad\" }\n"
#define POLICY "policy \"p\" { version = 1, case = \"sim_case\" }\n" \
               "rule \"many\" { when = \"weigh(case.n) > 5\", approve = true }\notherwise { refer = \"R1\" }\n"

static char functions[2][400];
static const char *functions_of(int factor) {
    char *text = functions[factor == 1];
    snprintf(text, sizeof functions[0],
             "formula \"weigh\" { about = \"a weight\", takes = { number \"n\" }, gives = \"number\", body = [[ return n * %d ]], "
             "tries = { try { 1, gives = %d } } }\n", factor, factor);
    return text;
}

static void with_functions(struct definitions *d, int factor) {
    struct fault f = {0};
    const char *text = functions_of(factor);
    enum err e = definitions_add_functions(d, text, strlen(text), &f);
    if (e != OK) printf("%s %s\n", f.where, f.text);
    CU_ASSERT_EQUAL_FATAL(e, OK);
}

static void open_with(struct play *p, const char *flow) {
    static const char none[] = HEAD "task \"t\" { queue = \"desk\", answers = { yes = finish \"good\" }, within = hours(1), late = finish \"bad\" }\n";
    struct fault f = {0};
    play_open(p, none, NULL);
    with_functions(p->definitions, 2);
    CU_ASSERT_EQUAL_FATAL(definitions_add(p->definitions, "policy", "p", 1, POLICY, strlen(POLICY), &f), OK);
    enum err e = definitions_add(p->definitions, "workflow", "f", 1, flow, strlen(flow), &f);
    if (e != OK) printf("%s\n", f.text);
    CU_ASSERT_EQUAL_FATAL(e, OK);
}

static const char *end_of(struct play *p) {
    static char outcome[20];
    CU_ASSERT_EQUAL(play_signal(p, "go.ahead", "e1", "A"), OK);
    play_pass(p, 1000);
    snprintf(outcome, sizeof outcome, "%s", play_outcome(p));
    return outcome;
}

static const char routed[] = HEAD WAIT "route \"r\" { when \"weigh(case.n) > 5\" { finish \"good\" }, otherwise { finish \"bad\" } }\n";
static const char decided[] = HEAD WAIT "decide \"d\" { policy = \"p\" }\n"
    "route \"r\" { when \"d.outcome == 'approve'\" { finish \"good\" }, otherwise { finish \"bad\" } }\n";

static void changed_functions(const char *flow, bool crash) {
    struct play p;
    open_with(&p, flow);
    CU_ASSERT_EQUAL(play_start(&p, "A", 3, NULL, NULL), OK);
    play_pass(&p, 1000);
    struct id old = p.run;
    with_functions(p.definitions, 1);
    CU_ASSERT_EQUAL(play_start(&p, "B", 3, NULL, NULL), OK);
    if (crash) play_crash(&p);
    CU_ASSERT_STRING_EQUAL(end_of(&p), "bad"); /* started after the change */
    p.run = old;
    CU_ASSERT_STRING_EQUAL(end_of(&p), "good"); /* started before it */
    play_close(&p);
}

void test_ground__a_running_run_keeps_its_functions(void) { changed_functions(routed, false); }
void test_ground__also_after_a_crash(void) { changed_functions(routed, true); }
void test_ground__a_policy_is_read_with_the_functions_of_the_run(void) { changed_functions(decided, false), changed_functions(decided, true); }

void test_ground__what_was_is_not_kept_twice(void) {
    struct play p;
    open_with(&p, routed);
    const struct ground *two = definitions_ground(p.definitions, NULL);
    with_functions(p.definitions, 1);
    const struct ground *one = definitions_ground(p.definitions, NULL);
    CU_ASSERT(one != two && strcmp(one->hash, two->hash));
    with_functions(p.definitions, 2);
    CU_ASSERT_PTR_EQUAL(definitions_ground(p.definitions, NULL), two);
    CU_ASSERT_PTR_EQUAL(definitions_ground(p.definitions, one->hash), one);
    CU_ASSERT_PTR_NULL(definitions_ground(p.definitions, "nobody"));
    play_close(&p);
}

/* A flow that does not fit the new ground stays as it was read on the old one. */
void test_ground__the_last_sound_reading_stays(void) {
    struct play p;
    struct fault f = {0};
    open_with(&p, routed);
    const struct plan *before = definitions_flow(p.definitions, "f", 1);
    static const char other[] = "formula \"other\" { about = \"x\", takes = { number \"n\" }, gives = \"number\", body = [[ return n ]], tries = { try { 1, gives = 1 } } }";
    CU_ASSERT_EQUAL(definitions_add_functions(p.definitions, other, strlen(other), &f), OK);
    CU_ASSERT_PTR_EQUAL(definitions_flow(p.definitions, "f", 1), before);
    CU_ASSERT_EQUAL(play_start(&p, "A", 3, NULL, NULL), OK);
    CU_ASSERT_STRING_EQUAL(end_of(&p), "good");
    play_close(&p);
}

static void told(void *who, enum err err, const struct fault *f) {
    (void)f;
    *(enum err *)who = err;
}

/* Another process, started when the files had changed: what runs are pinned to comes from the store. */
void test_ground__comes_back_from_the_store(void) {
    struct play p;
    struct store *s = NULL;
    struct definitions *d = NULL;
    struct fault f = {0};
    enum err err = ERR_BUG;
    open_with(&p, routed);
    const struct plan *plan = definitions_flow(p.definitions, "f", 1);
    char hash[65], ground[65];
    snprintf(hash, sizeof hash, "%s", plan->hash), snprintf(ground, sizeof ground, "%s", definitions_ground(p.definitions, NULL)->hash);
    CU_ASSERT_EQUAL_FATAL(memory_open(p.memory, p.loop, &s), OK);
    struct definition row = {.kind = "workflow", .name = "f", .hash = hash, .text = routed, .by = "x", .version = 1, .at_ms = 1};
    CU_ASSERT_EQUAL(s->ops->publish(s, &row, told, &err), OK);
    CU_ASSERT_EQUAL(keep_drafts(s, p.definitions, 1), OK);
    CU_ASSERT_PTR_NULL(definitions_flow(p.definitions, "f", 1)); /* nothing starts on a ground that is not kept yet */
    play_pass(&p, 1000);
    CU_ASSERT_EQUAL(err, OK);
    CU_ASSERT_PTR_NOT_NULL(definitions_flow(p.definitions, "f", 1));
    json_auto_t *sim_case = json_loads(SIM_CASE, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(definitions_new(".", p.declared, &d, &f), OK);
    CU_ASSERT_EQUAL_FATAL(definitions_add_case(d, "sim_case", sim_case, &f), OK); /* no functions here any more */
    CU_ASSERT_PTR_NULL(definitions_ground(d, ground));
    CU_ASSERT_EQUAL(keep_fetch(s, d, told, &err), OK);
    play_pass(&p, 1000);
    const struct ground *g = definitions_ground(d, ground);
    CU_ASSERT_PTR_NOT_NULL_FATAL(g);
    CU_ASSERT(g != definitions_ground(d, NULL) && g->kept);
    CU_ASSERT_PTR_NULL(definitions_flow(d, "f", 1)); /* not sound on the ground of now */
    const struct plan *pinned = definitions_pinned(d, hash, g);
    CU_ASSERT_PTR_NOT_NULL(pinned);
    CU_ASSERT(pinned && !strcmp(pinned->hash, hash));
    CU_ASSERT_PTR_EQUAL(definitions_pinned(d, hash, g), pinned);
    definitions_free(d);
    s->ops->close(s);
    play_close(&p);
}
