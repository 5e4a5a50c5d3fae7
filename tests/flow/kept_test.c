/* kept_test.c - the walker and whoever keeps answers or turns calls away: what it tells them, and what it makes of what
 * they say. A connector that the test speaks for stands in the world's place. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "tests/flow/play.h"

#define HEAD "workflow \"f\" { version = 1, case = \"sim_case\", about = \"a test\", outcomes = { \"good\", \"bad\" }, " \
             "stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n"
#define ASK(name, more) "step \"" name "\" { call = \"world.ask\", with = { ref = \"case.ref\" }, retry = \"few\"" more " }\n"

/* --- one that keeps answers -------------------------------------------------------------------- */

static char forgotten[2000], customers[2000];
static void forget(struct connector *c, const char *customer, const char *event) {
    (void)c;
    snprintf(forgotten + strlen(forgotten), sizeof forgotten - strlen(forgotten), "%s;", event ? event : "(all)");
    snprintf(customers + strlen(customers), sizeof customers - strlen(customers), "%s;", customer);
}
static void close_keeper(struct connector *c) { (void)c; }
static const struct operation none[] = {{0}};
static const struct connector_ops keeper_ops = {.name = "keeper", .operations = none, .forget = forget, .close = close_keeper};
static struct connector keeper = {.ops = &keeper_ops};

static void open_keeping(struct play *p, const char *flow) {
    forgotten[0] = customers[0] = '\0';
    play_open(p, flow, NULL);
    CU_ASSERT_EQUAL(registry_add_take(p->proc.registry, &keeper), OK);
}

void test_kept__events_are_told_to_whoever_keeps_answers(void) {
    struct play p;
    open_keeping(&p, HEAD "wait \"w\" { event = \"go.ahead\", within = hours(2), late = finish \"bad\" }\n" ASK("a", ", finish \"good\""));
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    CU_ASSERT_STRING_EQUAL(forgotten, "");
    CU_ASSERT_EQUAL(play_signal(&p, "stop", "e1", "A"), OK);
    CU_ASSERT_EQUAL(play_signal(&p, "stop", "e1", "A"), OK); /* the same again: nothing has happened */
    CU_ASSERT_STRING_EQUAL(forgotten, "stop;");
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "e2", "A"), OK);
    CU_ASSERT_STRING_EQUAL(forgotten, "stop;go.ahead;");
    CU_ASSERT_EQUAL(strlen(customers), 2 * 65); /* the run's customer, by its keyed hash */
    CU_ASSERT(!strncmp(customers, customers + 65, 65));
    play_pass(&p, 2000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}

void test_kept__answers_of_tasks_are_told_too(void) {
    struct play p;
    open_keeping(&p, HEAD "task \"t\" { queue = \"desk\", answers = { corrected = finish \"good\", no = finish \"bad\" }, within = hours(4), late = finish \"bad\" }\n");
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "answer", "perhaps", "ann"), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(forgotten, "");
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "answer", "corrected", "ann"), OK);
    CU_ASSERT_STRING_EQUAL(forgotten, "task.corrected;");
    play_close(&p);
}

/* --- one that says what the test says ---------------------------------------------------------- */

static struct {
    struct play *p;
    const struct connector_ops *was;
    struct connector_ops ops;
    struct call_result said[8]; /* by call, the last one for ever */
    int n, hung;
    bool take_hangs;         /* the first time; what else is said, asks hear */
    int64_t at[32], fresh_ms[32];
    bool look[32];
    uint64_t epoch;
    char customer[80];
    struct call *hanging;
} voice;

static void speak(struct connector *c, struct call *call) {
    (void)c;
    int k = voice.n < 32 ? voice.n : 31;
    voice.n++;
    voice.at[k] = sim_clock_now(voice.p->clock), voice.fresh_ms[k] = call->fresh_ms, voice.look[k] = call->look;
    voice.epoch = call->epoch;
    snprintf(voice.customer, sizeof voice.customer, "%s", call->customer ? call->customer : "");
    struct call_result r = voice.said[k < 7 ? k : 7];
    if (voice.take_hangs && !strcmp(call->op->name, "take")) {
        if (!voice.hung++) {
            voice.hanging = call;
            return;
        }
        r.end = CALL_DONE;
    }
    json_t *answer = r.end == CALL_DONE ? json_loads(call->op->sample, 0, NULL) : NULL;
    r.answer = answer;
    call->done(call, &r);
    json_decref(answer);
}

static void cancelled(struct connector *c, struct call *call) {
    struct call_result r = {.end = CALL_FAILED, .code = "cancelled", .why = "given up"};
    (void)c;
    voice.hanging = NULL;
    call->done(call, &r);
}

static struct connector *open_speaking(struct play *p, const char *flow) {
    const struct operation *op;
    memset(&voice, 0, sizeof voice);
    play_open(p, flow, NULL);
    struct connector *c = registry_find(p->proc.registry, "world.ask", &op);
    voice.p = p, voice.was = c->ops, voice.ops = *c->ops;
    voice.ops.start = speak, voice.ops.cancel = cancelled;
    c->ops = &voice.ops;
    return c;
}

void test_kept__a_call_says_whose_it_is_and_how_fresh_it_wants_the_answer(void) {
    struct play p;
    open_speaking(&p, HEAD ASK("a", "") ASK("b", ", good_for = hours(2)") "step \"c\" { call = \"world.take\", with = { ref = \"case.ref\" }, no_undo = \"a test\", finish \"good\" }\n");
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 1000);
    CU_ASSERT_EQUAL(voice.n, 3);
    CU_ASSERT(strlen(voice.customer) == 64 && voice.epoch > 0);
    CU_ASSERT_EQUAL(voice.fresh_ms[0], 0);
    CU_ASSERT_EQUAL(voice.fresh_ms[1], voice.at[1] - 2 * 3600000);
    CU_ASSERT_EQUAL(voice.fresh_ms[2], 0);
    play_close(&p);
}

/* The answer was given an hour and a half ago: what is good for two hours is good for half an hour more. */
void test_kept__an_answer_is_as_old_as_it_is(void) {
    struct play p;
    open_speaking(&p, HEAD ASK("a", ", good_for = hours(2)") "wait \"w\" { event = \"go.ahead\", within = hours(1), late = go \"r\" }\n"
                  "route \"r\" { when \"has(a.score)\" { finish \"bad\" }, otherwise { finish \"good\" } }\n");
    voice.said[0].age_ms = 90 * 60000;
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 1000);
    CU_ASSERT_EQUAL(play_timeline(&p), OK);
    const json_t *f;
    size_t i;
    int64_t given = 0;
    json_array_foreach(p.facts, i, f)
        if (!strcmp(json_text(f, "f", ""), "answered") && !strcmp(json_text(f, "p", ""), "a")) given = json_int(f, "at", 0);
    CU_ASSERT_EQUAL(given, voice.at[0] - 90 * 60000);
    play_pass(&p, 29 * 60000);
    CU_ASSERT_EQUAL(play_count(&p, "expired", "a"), 0);
    play_pass(&p, 32 * 60000);
    CU_ASSERT_EQUAL(play_count(&p, "expired", "a"), 1);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}

/* Turned away: the next try, and the next look, are no sooner than it says. */
void test_kept__who_is_turned_away_comes_back_when_told(void) {
    struct play p;
    open_speaking(&p, HEAD ASK("a", ", finish \"good\""));
    voice.said[0] = (struct call_result){.end = CALL_FAILED, .code = "circuit_open", .why = "x", .retry_after_ms = 45000};
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 60000);
    CU_ASSERT_EQUAL(voice.n, 2);
    CU_ASSERT(voice.at[1] >= voice.at[0] + 45000 && voice.at[1] < voice.at[0] + 46000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);

    open_speaking(&p, HEAD "step \"t\" { call = \"world.take\", with = { ref = \"case.ref\" }, no_undo = \"a test\", finish \"good\" }\n");
    voice.said[0] = (struct call_result){.end = CALL_UNCERTAIN, .why = "x"};
    voice.said[1] = (struct call_result){.end = CALL_UNCERTAIN, .code = "circuit_open", .why = "x", .retry_after_ms = 45000};
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 60000);
    CU_ASSERT(voice.n == 3 && !voice.look[0] && voice.look[1] && voice.look[2]);
    CU_ASSERT(voice.at[2] >= voice.at[1] + 45000 && voice.at[2] < voice.at[1] + 46000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}

/* A call may wait as long for its turn as one try takes, and then has a whole try: the walker waits for both. The other
 * branch's tries wake the run meanwhile. */
void test_kept__a_queue_is_not_the_providers_silence(void) {
    for (int queues = 0; queues < 2; queues++) {
        struct play p;
        struct connector *c = open_speaking(&p, HEAD "parallel \"p\" {\n"
            "  step \"t\" { call = \"world.take\", with = { ref = \"case.ref\" }, no_undo = \"a test\" },\n"
            "  step \"a\" { call = \"world.ask\", with = { ref = \"case.ref\" }, retry = \"few\" },\n  next = finish \"good\",\n}\n");
        c->queues = queues;
        voice.take_hangs = true;
        for (int i = 0; i < 8; i++) voice.said[i] = (struct call_result){.end = CALL_FAILED, .why = "x"};
        CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
        play_pass(&p, 19000); /* one try takes ten seconds at most */
        CU_ASSERT_EQUAL(voice.hanging != NULL, queues);
        play_pass(&p, 60000);
        CU_ASSERT_PTR_NULL(voice.hanging);
        memset(voice.said, 0, sizeof voice.said);
        play_pass(&p, 300000);
        CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
        play_close(&p);
    }
}
