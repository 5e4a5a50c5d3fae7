/* walk_test.c - what the words do, one by one, on a quiet world. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "tests/flow/play.h"

#define HEAD "workflow \"f\" { version = 1, case = \"sim_case\", about = \"a test\", outcomes = { \"good\", \"bad\" }, " \
             "stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n"
#define ASK(name, more) "step \"" name "\" { call = \"world.ask\", with = { ref = \"case.ref\" }, retry = \"few\"" more " }\n"
#define SAGA "saga \"s\" {\n" \
    "  step \"a\" { call = \"world.take\", with = { ref = \"case.ref\" }, undo = \"world.give\" },\n" \
    "  step \"h\" { call = \"books.hold\", with = { ref = \"case.ref\" }, undo = \"books.release\" },\n" \
    "  step \"b\" { call = \"world.take\", with = { ref = \"case.ref\" }, undo = \"world.give\" },\n" \
    "  step \"pay\" { call = \"world.pay\", with = { ref = \"case.ref\" }, once_per = \"case.ref\", pivot = true },\n" \
    "  failed = finish \"bad\",\n}\n"

static const char eight[] = HEAD ASK("a", "") ASK("b", "") ASK("c", "") ASK("d", "") ASK("e", "") ASK("f", "") ASK("g", "")
    ASK("h", ", finish \"good\"");

void test_walk__eight_steps_are_nine_rows(void) {
    struct play p;
    play_open(&p, eight, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 5000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    CU_ASSERT_EQUAL(play_rows(&p), 9);
    play_close(&p);
}

void test_walk__a_crash_at_any_moment_changes_nothing(void) {
    for (int at = 1; at < 120; at += 3) {
        struct play p;
        play_open(&p, eight, NULL);
        CU_ASSERT_EQUAL(play_start(&p, "A", 1, "key", "hash"), OK);
        play_pass(&p, at);
        play_crash(&p);
        play_pass(&p, 10000);
        CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
        CU_ASSERT_EQUAL(play_count(&p, "ended", NULL), 1);
        play_close(&p);
    }
}

void test_walk__a_key_joins_its_run_and_refuses_another_body(void) {
    struct play p;
    play_open(&p, eight, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, "k1", "h1"), OK);
    struct id first = p.run;
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, "k1", "h1"), OK);
    CU_ASSERT_TRUE(p.joined);
    CU_ASSERT_TRUE(id_same(first, p.run));
    CU_ASSERT_EQUAL(play_start(&p, "A", 2, "k1", "h2"), ERR_CONFLICT);
    CU_ASSERT_EQUAL(play_start(&p, "A", 12, NULL, NULL), ERR_INVALID); /* n is at most 9 */
    play_close(&p);
}

static const char waits[] = HEAD "wait \"w\" { event = \"go.ahead\", when = \"event.ref == case.ref\", within = hours(2), late = finish \"bad\" }\n"
    ASK("after", ", finish \"good\"");

void test_walk__an_event_is_consumed_once_and_early_ones_are_kept(void) {
    struct play p;
    play_open(&p, HEAD ASK("slow", "") "wait \"w\" { event = \"go.ahead\", within = hours(2), late = finish \"bad\" }\n"
              "wait \"w2\" { event = \"go.ahead\", within = hours(2), late = finish \"bad\", finish \"good\" }\n", NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    CU_ASSERT_EQUAL(play_signal(&p, "go.ahead", "e1", "A"), OK); /* before the wait is reached, perhaps */
    CU_ASSERT_EQUAL(play_signal(&p, "go.ahead", "e1", "A"), OK); /* the same again: changes nothing */
    play_pass(&p, 2000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "waiting");
    CU_ASSERT_EQUAL(play_count(&p, "event", NULL), 1);
    CU_ASSERT_EQUAL(play_signal(&p, "go.ahead", "e2", "A"), OK);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}

void test_walk__a_wait_sleeps_through_a_crash_and_is_late(void) {
    struct play p;
    play_open(&p, waits, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    CU_ASSERT_EQUAL(play_signal(&p, "go.ahead", "other", "B"), OK); /* not ours: `when` does not hold */
    play_crash(&p);
    play_pass(&p, 3600000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "waiting");
    play_pass(&p, 3600000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "bad");
    play_close(&p);
}

void test_walk__tasks_are_claimed_answered_and_escalated(void) {
    struct play p;
    play_open(&p, HEAD "task \"t\" { queue = \"desk\", answers = { yes = finish \"good\", no = finish \"bad\" }, "
              "escalate = { after = hours(1), to = \"heads\" }, within = hours(4), late = finish \"bad\" }\n", NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "claim", NULL, "ann"), OK);
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "claim", NULL, "bob"), ERR_CONFLICT);
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "answer", "yes", "bob"), ERR_CONFLICT);
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "release", NULL, "ann"), OK);
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "answer", "perhaps", "bob"), ERR_INVALID);
    play_pass(&p, 2 * 3600000);
    CU_ASSERT_EQUAL(play_count(&p, "escalated", "t"), 1);
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "answer", "yes", "bob"), OK);
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "answer", "no", "ann"), ERR_REFUSED); /* it has ended */
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}

struct tally {
    unsigned taken, given, paid;
};
static void tally(void *who, const struct world_entry *e) {
    struct tally *t = who;
    t->taken += !strcmp(e->op, "take") && e->happened;
    t->given += !strcmp(e->op, "take") && e->undone_at;
    t->paid += !strcmp(e->op, "pay") && e->happened;
}

struct pays {
    unsigned standing, undone;
};
static void pays(void *who, const struct world_entry *e) {
    struct pays *p = who;
    if (strcmp(e->op, "pay") || !e->happened) return;
    if (e->undone_at) p->undone++;
    else p->standing++;
}

/* A second run under the same business key must not take the first one's payment, taken back since, for its own. */
void test_walk__a_second_run_pays_again_what_was_taken_back(void) {
    struct play p;
    struct world_faults slow = {0, 0, 0, 2000};
    struct pays seen = {0};
    play_open(&p, HEAD "saga \"s\" {\n"
              "  step \"pay\" { call = \"world.pay\", with = { ref = \"case.ref\" }, once_per = \"case.ref\", undo = \"world.give\" },\n"
              "  step \"more\" { call = \"world.take\", with = { ref = \"case.ref\" }, undo = \"world.give\" },\n"
              "  failed = finish \"bad\", next = finish \"good\",\n}\n", &slow);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    for (int i = 0; i < 1000 && !play_count(&p, "answered", "pay"); i++) play_pass(&p, 10);
    CU_ASSERT_EQUAL(play_cancel(&p), OK);
    play_pass(&p, 30000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "cancelled");
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_crash(&p);
    play_pass(&p, 30000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    world_each(p.world, pays, &seen);
    CU_ASSERT_EQUAL(seen.undone, 1);
    CU_ASSERT_EQUAL(seen.standing, 1);
    play_close(&p);
}

/* ... and what stands is not paid twice. */
void test_walk__a_second_run_does_not_pay_what_stands(void) {
    struct play p;
    struct pays seen = {0};
    play_open(&p, HEAD SAGA ASK("last", ", finish \"good\""), NULL);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
        play_pass(&p, 30000);
        CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    }
    world_each(p.world, pays, &seen);
    CU_ASSERT_EQUAL(seen.standing, 1);
    play_close(&p);
}

void test_walk__a_refused_pivot_takes_back_what_stands(void) {
    unsigned undone = 0, paid = 0;
    for (int i = 0; i < 12; i++) {
        struct play p;
        struct world_faults often = {0, 25, 0, 5};
        struct tally t = {0};
        char ref[16];
        play_open(&p, HEAD SAGA ASK("last", ", fallback = { score = 0 }, finish \"good\""), &often);
        (void)snprintf(ref, sizeof ref, "R%d", i);
        CU_ASSERT_EQUAL(play_start(&p, ref, 1, NULL, NULL), OK);
        play_pass(&p, 60000);
        world_each(p.world, tally, &t);
        if (!strcmp(play_outcome(&p), "bad")) {
            CU_ASSERT_EQUAL(t.taken, t.given);
            CU_ASSERT_EQUAL(t.paid, 0);
            undone++;
        } else {
            CU_ASSERT_EQUAL(t.given, 0);
            CU_ASSERT_EQUAL(t.paid, 1);
            paid++;
        }
        json_auto_t *sums = memory_balances_new(p.memory);
        char held[32];
        (void)snprintf(held, sizeof held, "held:%s", ref);
        CU_ASSERT_EQUAL(json_int(sums, held, 0), t.paid ? 100 : 0);
        play_close(&p);
    }
    CU_ASSERT_TRUE(undone > 0 && paid > 0); /* both have been seen */
}

void test_walk__cancel_undoes_before_the_pivot_and_is_refused_after_it(void) {
    struct play p;
    struct tally t = {0};
    play_open(&p, HEAD SAGA "wait \"w\" { event = \"go.ahead\", within = hours(2), late = finish \"good\", finish \"good\" }\n", NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    CU_ASSERT_EQUAL(play_cancel(&p), OK);
    play_pass(&p, 60000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "cancelled");
    world_each(p.world, tally, &t);
    CU_ASSERT_EQUAL(t.taken, t.given);
    CU_ASSERT_EQUAL(t.paid, 0);
    CU_ASSERT_EQUAL(play_start(&p, "B", 1, NULL, NULL), OK);
    play_pass(&p, 60000);
    CU_ASSERT_EQUAL(play_cancel(&p), ERR_REFUSED);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "waiting");
    play_close(&p);
}

void test_walk__what_cannot_go_on_waits_for_a_person(void) {
    struct play p;
    struct world_faults never = {0, 100, 0, 5};
    play_open(&p, HEAD ASK("a", ", finish \"good\""), &never);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 10000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "stuck");
    CU_ASSERT_EQUAL(json_array_size(json_object_get(p.state, "tasks")), 1);
    play_crash(&p);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "stuck");
    play_pass(&p, 5 * 3600000);
    (void)play_state(&p);
    CU_ASSERT_STRING_EQUAL(json_text(json_array_get(json_object_get(p.state, "tasks"), 0), "queue", ""), "heads");
    CU_ASSERT_EQUAL(play_task_form(&p, "a", 0, "answer", "answer", "ops", "{\"score\":\"high\"}"), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(p.fault.where, "/score");
    CU_ASSERT_STRING_EQUAL(play_state(&p), "stuck"); /* an answer that the operation would not give changes nothing */
    CU_ASSERT_EQUAL(play_task_form(&p, "a", 0, "answer", "answer", "ops", "{\"score\":7}"), OK);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}

#define TOO_BIG "case.n * 9000000000 * 9000000000 > 1 and event.ref == case.ref"

void test_walk__a_listener_that_cannot_be_read_goes_to_a_person(void) {
    struct play p;
    play_open(&p, HEAD "on \"halt\" { event = \"stop\", when = \"" TOO_BIG "\", finish \"bad\" }\n"
              "task \"t\" { queue = \"desk\", answers = { yes = finish \"good\" }, within = hours(8), late = finish \"bad\" }\n", NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 3, NULL, NULL), OK);
    CU_ASSERT_EQUAL(play_signal(&p, "stop", "e1", "A"), OK);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "stuck");
    CU_ASSERT_EQUAL(play_count(&p, "faulted", NULL), 1);
    play_crash(&p);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "stuck");
    const json_t *task = json_array_get(json_object_get(p.state, "tasks"), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(json_text(task, "why", ""), "on \"halt\""));
    CU_ASSERT_EQUAL(play_task(&p, "t", 0, "answer", "retry", "ops"), OK); /* the task is opened again */
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "answer", "yes", "ann"), OK);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}

void test_walk__a_listener_that_cannot_be_read_lets_a_call_end_first(void) {
    struct play p;
    struct world_faults slow = {0, 0, 0, 2000};
    play_open(&p, HEAD "on \"halt\" { event = \"stop\", when = \"" TOO_BIG "\", finish \"bad\" }\n"
              "step \"a\" { call = \"world.take\", with = { ref = \"case.ref\" }, no_undo = \"a test\" }\n" ASK("b", ", finish \"good\""), &slow);
    CU_ASSERT_EQUAL(play_start(&p, "A", 3, NULL, NULL), OK);
    CU_ASSERT_EQUAL(play_signal(&p, "stop", "e1", "A"), OK);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "running");
    play_pass(&p, 3000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "stuck");
    CU_ASSERT_EQUAL(play_count(&p, "answered", "a"), 1);
    CU_ASSERT_EQUAL(play_count(&p, "intent", "b"), 0);
    CU_ASSERT_EQUAL(play_task(&p, "b", 0, "answer", "retry", "ops"), OK);
    play_pass(&p, 5000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}

void test_walk__an_answer_expires_though_only_another_call_ends(void) {
    struct play p;
    struct world_faults slow = {0, 0, 0, 3000};
    play_open(&p, HEAD ASK("a", ", good_for = seconds(2)") ASK("b", "")
              "route \"r\" { when \"has(a.score)\" { finish \"bad\" }, otherwise { finish \"good\" } }\n", &slow);
    CU_ASSERT_EQUAL(play_start(&p, "A", 3, NULL, NULL), OK);
    play_pass(&p, 9000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    CU_ASSERT_EQUAL(play_count(&p, "expired", "a"), 1);
    play_close(&p);
}

void test_walk__why_a_run_is_cancelled_is_nobody_elses_business(void) {
    struct play p;
    play_open(&p, waits, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    CU_ASSERT_EQUAL(play_cancel(&p), OK);
    json_auto_t *j = memory_journal_new(p.memory, p.run);
    AUTO(buf_reset) struct buf text;
    buf_init(&text, 1 << 20);
    CU_ASSERT_EQUAL(json_write(j, &text), OK);
    CU_ASSERT_PTR_NULL(strstr(buf_text(&text), "changed her mind"));
    CU_ASSERT_EQUAL(play_timeline(&p), OK);
    buf_clear(&text);
    CU_ASSERT_EQUAL(json_write(p.facts, &text), OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "changed her mind"));
    play_close(&p);
}

void test_walk__personal_fields_are_sealed_and_read_back(void) {
    struct play p;
    play_open(&p, waits, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 500);
    CU_ASSERT_FALSE(memory_holds(p.memory, "Quillfeather"));
    CU_ASSERT_TRUE(memory_holds(p.memory, "$sealed"));
    play_crash(&p);
    (void)play_state(&p);
    CU_ASSERT_STRING_EQUAL(json_text(json_object_get(p.state, "case"), "name", ""), "Quillfeather Onobrychis");
    play_close(&p);
}

/* A process that stands still for longer than its lease, with nobody there to take over. */
void test_walk__effects_held_back_by_a_lapsed_lease_go_on(void) {
    static const struct memory_faults slow = {.latency_ms = 20};
    for (int at = 1; at < 160; at += 3) {
        struct play p;
        play_open(&p, eight, NULL);
        memory_faults(p.memory, &slow);
        CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
        play_pass(&p, at);
        proc_pause(&p.proc, true);
        play_pass(&p, 40000);
        proc_pause(&p.proc, false);
        play_pass(&p, 60000);
        CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
        play_close(&p);
    }
}

/* The timer of a sleeping run comes while the store cannot be read: it comes again. */
void test_walk__a_timer_outlives_a_store_that_cannot_be_read(void) {
    static const struct memory_faults away = {.unread_percent = 100}, back = {0};
    struct play p;
    play_open(&p, waits, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_crash(&p); /* only its next instant is in memory now */
    memory_faults(p.memory, &away);
    play_pass(&p, 2 * 3600000);
    memory_faults(p.memory, &back);
    play_pass(&p, 60000);
    CU_ASSERT_EQUAL(play_count(&p, "ended", NULL), 1);
    play_close(&p);
}

/* Recovery meets a store that cannot be read for a while: what was under way goes on all the same. */
void test_walk__recovery_outlives_a_store_that_cannot_be_read(void) {
    static const struct memory_faults away = {.unread_percent = 100}, back = {0};
    struct play p;
    play_open(&p, eight, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 10);
    memory_faults(p.memory, &away);
    play_crash(&p);
    memory_faults(p.memory, &back);
    play_pass(&p, 120000);
    CU_ASSERT_EQUAL(play_count(&p, "ended", NULL), 1);
    play_close(&p);
}

/* A turn that can never be taken ends with a person, not in trying for ever. */
void test_walk__a_turn_that_cannot_be_taken_waits_for_a_person(void) {
    static char flow[16384];
    size_t n = (size_t)snprintf(flow, sizeof flow, "%s%s", HEAD ASK("a", ""), "parallel \"p\" {\n");
    for (int i = 0; i < 70; i++)
        n += (size_t)snprintf(flow + n, sizeof flow - n, "  step \"t%d\" { call = \"world.ask\", with = { ref = \"case.ref\" }, when = \"case.n * 9000000000000 * 9000000000000 > 0\" },\n", i);
    (void)snprintf(flow + n, sizeof flow - n, "  failed = finish \"bad\", next = finish \"good\",\n}\n");
    struct play p;
    play_open(&p, flow, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 10000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "stuck");
    CU_ASSERT_EQUAL(play_count(&p, "stuck", "a"), 1);
    unsigned rows = play_rows(&p);
    play_pass(&p, 60000);
    CU_ASSERT_EQUAL(play_rows(&p), rows);
    play_close(&p);
}

/* Two listeners, the second event while the first one's interrupt waits for the end of the saga. */
void test_walk__an_event_during_an_interrupt_is_heard_after_it(void) {
    struct play p;
    struct world_faults slow = {0, 0, 0, 2000};
    play_open(&p, HEAD "on \"one\" { event = \"go.ahead\", go \"rest\" }\non \"two\" { event = \"stop\", finish \"bad\" }\n"
              "saga \"s\" {\n  step \"pay\" { call = \"world.pay\", with = { ref = \"case.ref\" }, once_per = \"case.ref\", pivot = true },\n"
              "  step \"after\" { call = \"world.ask\", with = { ref = \"case.ref\" } },\n  failed = finish \"bad\",\n}\n"
              "task \"rest\" { queue = \"desk\", answers = { yes = finish \"good\" }, within = days(2), late = finish \"good\" }\n", &slow);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    while (!play_count(&p, "answered", "pay")) play_pass(&p, 100);
    CU_ASSERT_EQUAL(play_signal(&p, "go.ahead", "e1", "A"), OK);
    CU_ASSERT_EQUAL(play_count(&p, "turned", NULL), 0); /* the saga goes on first */
    CU_ASSERT_EQUAL(play_signal(&p, "stop", "e2", "A"), OK);
    CU_ASSERT_EQUAL(play_count(&p, "turned", NULL), 0);
    play_pass(&p, 10000);
    CU_ASSERT_EQUAL(play_count(&p, "answered", "after"), 1);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "bad");
    play_close(&p);
}

void test_walk__retrying_what_was_refused_is_a_new_visit(void) {
    unsigned gone_on = 0;
    for (int i = 0; i < 12; i++) {
        struct play p;
        struct world_faults half = {0, 50, 0, 5};
        char ref[16];
        play_open(&p, HEAD "step \"note\" { call = \"world.take\", with = { ref = \"case.ref\" }, no_undo = \"a test\", finish \"good\" }\n", &half);
        (void)snprintf(ref, sizeof ref, "R%d", i);
        CU_ASSERT_EQUAL(play_start(&p, ref, 1, NULL, NULL), OK);
        play_pass(&p, 10000);
        if (!strcmp(play_state(&p), "stuck")) {
            CU_ASSERT_EQUAL(play_task(&p, "note", 0, "answer", "retry", "ops"), OK);
            play_pass(&p, 10000);
            (void)play_state(&p);
            json_t *note = json_object_get(json_object_get(p.state, "answers"), "note");
            CU_ASSERT_EQUAL(json_int(note, "visit", 0), 2);
            gone_on += !strcmp(play_outcome(&p), "good");
        }
        play_close(&p);
    }
    CU_ASSERT_TRUE(gone_on > 0);
}

void test_walk__what_is_not_kept_is_not_acknowledged(void) {
    struct play p;
    play_open(&p, waits, NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    for (int i = 0; i < 1000; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "e%d", i);
        CU_ASSERT_EQUAL(play_signal(&p, "go.ahead", id, "B"), OK);
    }
    CU_ASSERT_EQUAL(play_signal(&p, "go.ahead", "e999", "B"), OK); /* a repeat changes nothing */
    CU_ASSERT_EQUAL(play_signal(&p, "go.ahead", "new", "B"), ERR_LIMIT);
    play_close(&p);
}
