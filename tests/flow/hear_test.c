/* hear_test.c - events by case: early, to several, to nobody, once. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/flow/play.h"

#define HEAD "workflow \"f\" { version = 1, case = \"sim_case\", about = \"a test\", outcomes = { \"good\", \"bad\" }, " \
             "stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n"
static const char waits[] = HEAD "wait \"w\" { event = \"go.ahead\", within = hours(30), late = finish \"bad\", finish \"good\" }\n";
static const char deaf[] = HEAD "task \"t\" { queue = \"desk\", answers = { yes = finish \"good\" }, within = hours(30), late = finish \"bad\" }\n";
enum { LOOK_MS = 61000 }; /* the simulated processes look each minute */

struct kept {
    const char *id;
    char state[16];
    unsigned n;
};
static void see(void *who, const char *type, const char *key, const char *id, const char *state, bool owed) {
    struct kept *k = who;
    (void)type, (void)key, (void)owed;
    if (strcmp(id, k->id)) return;
    (void)snprintf(k->state, sizeof k->state, "%s", state), k->n++;
}
static const char *state_of(struct play *p, const char *id) {
    static struct kept k;
    k = (struct kept){.id = id};
    memory_each_event(p->memory, see, &k);
    CU_ASSERT_TRUE(k.n <= 1);
    return k.state;
}

void test_hear__an_early_event_is_heard_by_the_run_that_comes(void) {
    struct play p;
    play_open(&p, waits, NULL);
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "e1", "A"), OK);
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "e1", "A"), OK);
    play_crash(&p); /* it was acknowledged */
    CU_ASSERT_STRING_EQUAL(state_of(&p, "e1"), "kept");
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 200); /* no need to wait for a minute */
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    CU_ASSERT_EQUAL(play_count(&p, "event", NULL), 1);
    CU_ASSERT_STRING_EQUAL(state_of(&p, "e1"), "taken");
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK); /* another run: it was heard already */
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "e1", "A"), OK);
    play_pass(&p, LOOK_MS);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "waiting");
    play_close(&p);
}

void test_hear__one_open_run_is_told_by_its_own_row(void) {
    struct play p;
    play_open(&p, waits, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    unsigned rows = play_rows(&p);
    CU_ASSERT_EQUAL(play_hear(&p, "noise", "e1", "A"), OK);
    CU_ASSERT_EQUAL(play_rows(&p), rows + 1);
    CU_ASSERT_STRING_EQUAL(state_of(&p, "e1"), "taken");
    CU_ASSERT_EQUAL(play_hear(&p, "noise", "e1", "A"), OK);
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "e2", "B"), OK); /* of another case */
    CU_ASSERT_EQUAL(play_rows(&p), rows + 1);
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "e3", "A"), OK);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "e4", "A"), OK); /* it has ended: kept for the next */
    play_pass(&p, LOOK_MS);
    CU_ASSERT_STRING_EQUAL(state_of(&p, "e4"), "kept");
    play_close(&p);
}

void test_hear__every_open_run_of_the_case_hears_it(void) {
    struct play p;
    struct id runs[70];
    play_open(&p, waits, NULL);
    for (unsigned i = 0; i < 70; i++) {
        CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
        runs[i] = p.run;
    }
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "e1", "A"), OK);
    play_pass(&p, 1000);
    for (unsigned i = 0; i < 70; i++) {
        p.run = runs[i];
        CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    }
    play_close(&p);
}

void test_hear__a_run_that_listens_to_nothing_takes_nothing(void) {
    struct play p;
    play_open(&p, deaf, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "e1", "A"), OK);
    play_pass(&p, LOOK_MS);
    CU_ASSERT_EQUAL(play_count(&p, "event", NULL), 0);
    CU_ASSERT_STRING_EQUAL(state_of(&p, "e1"), "kept");
    play_close(&p);
}

void test_hear__nobody_comes_and_a_person_decides(void) {
    struct play p;
    play_open(&p, waits, NULL);
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "e1", "A"), OK);
    play_pass(&p, INT64_C(30) * 86400000 - LOOK_MS);
    CU_ASSERT_STRING_EQUAL(state_of(&p, "e1"), "kept");
    play_pass(&p, 3 * LOOK_MS);
    CU_ASSERT_STRING_EQUAL(state_of(&p, "e1"), "dead");
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, LOOK_MS);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "waiting");
    CU_ASSERT_EQUAL(play_dead(&p, 1, true), OK);
    play_pass(&p, 1000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    CU_ASSERT_EQUAL(play_dead(&p, 1, true), ERR_NOT_FOUND);
    play_close(&p);
}

void test_hear__a_run_that_can_hear_no_more_leaves_a_dead_letter(void) {
    struct play p;
    play_open(&p, waits, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    for (int i = 0; i < 1000; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "n%d", i);
        CU_ASSERT_EQUAL(play_hear(&p, "noise", id, "A"), OK);
    }
    CU_ASSERT_EQUAL(play_hear(&p, "go.ahead", "last", "A"), OK);
    play_pass(&p, 1000);
    CU_ASSERT_STRING_EQUAL(state_of(&p, "last"), "dead");
    CU_ASSERT_EQUAL(play_dead(&p, 1001, false), OK);
    CU_ASSERT_STRING_EQUAL(state_of(&p, "last"), "dropped");
    play_close(&p);
}

void test_hear__events_for_a_missing_case_are_heard_in_order(void) {
    struct play p;
    play_open(&p, waits, NULL);
    for (int i = 0; i < 300; i++) { /* more than one look brings */
        char id[16];
        (void)snprintf(id, sizeof id, "n%d", i);
        CU_ASSERT_EQUAL(play_hear(&p, "noise", id, "A"), OK);
    }
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 5000);
    json_auto_t *journal = memory_journal_new(p.memory, p.run);
    json_t *row, *fact;
    size_t i, k, n = 0;
    json_array_foreach(journal, i, row) json_array_foreach(json_object_get(row, "facts"), k, fact) {
        char id[16];
        if (strcmp(json_text(fact, "f", ""), "event")) continue;
        (void)snprintf(id, sizeof id, "n%zu", n++);
        CU_ASSERT_STRING_EQUAL(json_text(fact, "id", ""), id);
    }
    CU_ASSERT_EQUAL(n, 300);
    play_close(&p);
}

/* --- numbers: of one subject the newest word counts ------------------------------------------------ */

static enum err hear_numbered(struct play *p, const char *name, const char *id, int64_t sequence) {
    p->subject = "mandate:1", p->sequence = sequence;
    enum err e = play_hear(p, name, id, "A");
    p->subject = NULL, p->sequence = 0;
    return e;
}

void test_hear__an_older_word_overwrites_no_newer_one(void) {
    static const char flow[] = HEAD "task \"first\" { queue = \"desk\", answers = { yes = go \"w\" }, within = hours(30), late = finish \"bad\" }\n"
        "wait \"w\" { on \"went\" { event = \"go.ahead\", finish \"good\" }, on \"stopped\" { event = \"stop\", finish \"bad\" }, "
        "within = hours(30), late = finish \"bad\" }\n";
    for (int order = 0; order < 2; order++) { /* active, then stopped; whichever comes first, before the flow gets to it */
        struct play p;
        play_open(&p, flow, NULL);
        CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
        if (order) CU_ASSERT_EQUAL(hear_numbered(&p, "stop", "e7", 7), OK);
        CU_ASSERT_EQUAL(hear_numbered(&p, "go.ahead", "e3", 3), OK);
        if (!order) CU_ASSERT_EQUAL(hear_numbered(&p, "stop", "e7", 7), OK);
        play_crash(&p); /* the fold says the same */
        CU_ASSERT_EQUAL(play_task(&p, "first", 1, "answer", "yes", "ann"), OK);
        CU_ASSERT_STRING_EQUAL(play_outcome(&p), "bad");
        CU_ASSERT_STRING_EQUAL(state_of(&p, "e3"), order ? "dropped" : "taken");
        play_close(&p);
    }
}

void test_hear__a_run_that_comes_later_is_not_told_old_words(void) {
    struct play p;
    play_open(&p, waits, NULL);
    CU_ASSERT_EQUAL(hear_numbered(&p, "noise", "e7", 7), OK);
    CU_ASSERT_EQUAL(hear_numbered(&p, "go.ahead", "e3", 3), OK);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, LOOK_MS);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "waiting");
    CU_ASSERT_EQUAL(hear_numbered(&p, "go.ahead", "e7b", 7), OK); /* of the same number: both count */
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}

/* --- hints: a webhook makes us look ------------------------------------------------------------------ */

#define PAY HEAD "saga \"s\" {\n  step \"pay\" { call = \"world.pay\", with = { ref = \"case.ref\" }, once_per = \"case.ref\", pivot = true },\n" \
    "  failed = finish \"bad\", next = finish \"good\",\n}\n"

/* The payout happens, and nobody can tell. */
static void open_dark(struct play *p, int64_t until_ms) {
    play_open(p, PAY, NULL);
    world_dark(p->world, true);
    CU_ASSERT_EQUAL(play_start(p, "A", 1, NULL, NULL), OK);
    play_pass(p, until_ms);
    CU_ASSERT_EQUAL(play_count(p, "answered", "pay"), 0);
}

static void webhook(struct play *p, const char *by, const char *id) {
    p->by = by;
    CU_ASSERT_EQUAL(play_hear(p, "payment.settled", id, "A"), OK);
    p->by = NULL;
    play_pass(p, 200);
}

void test_hear__a_webhook_makes_us_look_at_once(void) {
    struct play p;
    open_dark(&p, 1800000); /* looks are minutes apart by now; the file names no event, and yet it is heard */
    unsigned looks = play_count(&p, "unsure", "pay");
    webhook(&p, "webhook:world", "e1");
    CU_ASSERT_EQUAL(play_count(&p, "unsure", "pay"), looks + 1); /* looked: nobody can tell */
    world_dark(p.world, false);
    webhook(&p, "webhook:world", "e1"); /* known: no look */
    webhook(&p, "webhook:bank", "e2");
    webhook(&p, "somebody", "e3");
    CU_ASSERT_EQUAL(play_count(&p, "answered", "pay"), 0);
    webhook(&p, "webhook:world", "e4");
    CU_ASSERT_EQUAL(play_count(&p, "answered", "pay"), 1);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}

void test_hear__a_webhook_settles_what_went_to_a_person(void) {
    struct play p;
    open_dark(&p, INT64_C(4) * 3600000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "stuck");
    webhook(&p, "webhook:world", "e1"); /* still dark: it is looked at again, for hours, and then with the person again */
    CU_ASSERT_STRING_EQUAL(play_state(&p), "running");
    play_pass(&p, INT64_C(4) * 3600000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "stuck");
    play_crash(&p);
    world_dark(p.world, false);
    webhook(&p, "webhook:world", "e2");
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    CU_ASSERT_EQUAL(play_count(&p, "unstuck", "pay"), 2);
    play_close(&p);
}
