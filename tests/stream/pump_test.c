/* pump_test.c - deliveries to one subscriber, in a world where time passes as the test likes. */
#include "stream/pump.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/harness/torture.h"

enum { EVENTS = 300, OUT_MAX = 16 };

/* A database of one subscriber, its stream, and the subscriber itself. */
struct row {
    bool there, dead;
    unsigned attempts;
    int64_t since_ms, next_ms;
};
struct scene {
    struct pump *pump;
    struct pump_rules rules;
    struct rng rng;
    int64_t now_ms;
    unsigned n_events, keys;
    char id[EVENTS][16], about[EVENTS][16];
    const char *types;
    /* database */
    struct row rows[EVENTS + 1];
    struct position done;
    int64_t failing_since_ms;
    char disabled[PUMP_WHY];
    unsigned saves;
    /* under way */
    struct { struct pump_item *item; unsigned n; } out[OUT_MAX];
    unsigned n_out, most_out;
    bool asked, saving, save_lost;
    struct position asked_after;
    unsigned asked_limit;
    struct pump_save pending;
    struct row saved_rows[EVENTS + 1];
    /* the subscriber */
    unsigned taken[EVENTS + 1], tries[EVENTS + 1];
    unsigned sends;
};
static struct scene S;

static struct position at_of(unsigned n) { return (struct position){n / 3 + 5, (int32_t)(n % 3) + 1}; } /* n from 1 */
static unsigned n_of(struct position p) {
    for (unsigned n = 1; n <= EVENTS; n++)
        if (!position_compare(at_of(n), p)) return n;
    return 0;
}
static const struct event *event_at(unsigned n) {
    static struct event e[EVENTS + 1];
    snprintf(S.id[n - 1], 16, "e-%u", n), snprintf(S.about[n - 1], 16, "k%u", n * 7 % S.keys);
    e[n] = (struct event){at_of(n), S.id[n - 1], "thing", S.about[n - 1], n % 5 ? "tenor.thing.a" : "tenor.other.b", "{}", (int64_t)n};
    return &e[n];
}

static void ask(void *who, struct position after, unsigned limit) {
    (void)who;
    CU_ASSERT_FALSE(S.asked);
    S.asked = true, S.asked_after = after, S.asked_limit = limit;
}
static void send(void *who, const struct event *e, struct pump_item *item) {
    unsigned n = n_of(e->at);
    (void)who;
    CU_ASSERT_FATAL(n && S.n_out < OUT_MAX);
    bool first = true; /* INV: all before it of its aggregate were taken or given up */
    for (unsigned i = 1; i < n; i++)
        if (event_wanted(S.types, event_at(i)->type) && !strcmp(event_at(i)->aggregate_id, e->aggregate_id))
            first &= S.taken[i] || S.rows[i].dead;
    CU_ASSERT(first);
    S.out[S.n_out].item = item, S.out[S.n_out++].n = n;
    if (S.n_out > S.most_out) S.most_out = S.n_out;
    S.tries[n]++, S.sends++;
}
static void save(void *who, const struct pump_save *s) {
    (void)who;
    CU_ASSERT_FALSE(S.saving);
    S.saving = true, S.pending = *s;
    memcpy(S.saved_rows, S.rows, sizeof S.rows);
    for (size_t i = 0; i < s->n_parked; i++)
        S.saved_rows[n_of(s->parked[i].event->at)] = (struct row){true, false, s->parked[i].attempts, s->parked[i].since_ms, s->parked[i].next_ms};
    for (size_t i = 0; i < s->n_dead; i++) S.saved_rows[n_of(s->dead[i].event->at)] = (struct row){true, true, 0, 0, 0};
    for (size_t i = 0; i < s->n_dropped; i++) S.saved_rows[n_of(s->dropped[i])] = (struct row){0};
    bool kept = true;
    /* INV: what the position passes is taken, kept or not wanted */
    for (unsigned n = 1; n <= S.n_events && position_compare(at_of(n), s->done) <= 0; n++)
        kept &= S.taken[n] || S.saved_rows[n].there || !event_wanted(S.types, event_at(n)->type);
    CU_ASSERT(kept);
    CU_ASSERT(position_compare(s->done, S.done) >= 0);
    static char why[PUMP_WHY];
    text_copy(why, sizeof why, s->disabled);
    S.pending.disabled = why;
}
static const struct pump_ops ops = {.read = ask, .send = send, .save = save};

static void scene_open(unsigned n_events, unsigned keys, const char *types) {
    S = (struct scene){.rules = PUMP_RULES, .now_ms = 1000000, .n_events = n_events, .keys = keys, .types = types};
    rng_seed(&S.rng, 1);
}
static void scene_start(void) {
    S.pump = pump_new(&(struct pump_config){&ops, NULL, &S.rng, S.rules, S.types, S.done, S.failing_since_ms, *S.disabled != 0});
    CU_ASSERT_PTR_NOT_NULL_FATAL(S.pump);
    S.n_out = 0, S.asked = S.saving = false;
    for (unsigned n = 1; n <= S.n_events; n++) {
        const struct row *r = &S.rows[n];
        if (r->there && r->dead && position_compare(at_of(n), S.done) > 0) CU_ASSERT_EQUAL(pump_skip(S.pump, at_of(n)), OK);
        if (r->there && !r->dead)
            CU_ASSERT_EQUAL(pump_restore(S.pump, &(struct parked){event_at(n), r->attempts, r->since_ms, r->next_ms, 0, "x"}), OK);
    }
    pump_head(S.pump, at_of(S.n_events));
}
static void commit(void) {
    memcpy(S.rows, S.saved_rows, sizeof S.rows);
    S.done = S.pending.done, S.failing_since_ms = S.pending.failing_since_ms;
    text_copy(S.disabled, sizeof S.disabled, S.pending.disabled);
    S.saves++;
}

static void answer_page(void) {
    const struct event *page[PUMP_WINDOW];
    unsigned k = 0, n = 1;
    S.asked = false;
    while (n <= S.n_events && position_compare(at_of(n), S.asked_after) <= 0) n++;
    for (; n <= S.n_events && k < S.asked_limit; n++) page[k++] = event_at(n);
    pump_page(S.pump, page, k, k ? page[k - 1]->at : S.asked_after);
}
static void answer_save(bool good) {
    S.saving = false;
    if (good) commit();
    pump_saved(S.pump, good, S.now_ms);
}
/* Answers the i-th request under way. */
static void answer_send(unsigned i, enum pump_end end, int64_t retry_after_ms) {
    struct pump_item *item = S.out[i].item;
    if (end == PUMP_TAKEN) S.taken[S.out[i].n]++;
    S.out[i] = S.out[--S.n_out];
    pump_sent(S.pump, item, &(struct pump_result){end, end == PUMP_TAKEN ? 204 : 500, retry_after_ms, "answered 500"}, S.now_ms);
}

typedef enum pump_end verdict_fn(unsigned n);
static enum pump_end fine(unsigned n) { return (void)n, PUMP_TAKEN; }
static enum pump_end never(unsigned n) { return (void)n, PUMP_FAILED; }

/* Everything that can happen without time passing. */
static void settle(verdict_fn *verdict) {
    for (int i = 0; i < 10000; i++) {
        pump_go(S.pump, S.now_ms);
        if (S.n_out) answer_send(0, verdict(S.out[0].n), 0);
        else if (S.asked) answer_page();
        else if (S.saving) answer_save(true);
        else return;
    }
    CU_FAIL("it never rests");
}
static bool pass(void) { /* to the next instant at which it wants to do something */
    int64_t at = pump_wake_ms(S.pump);
    if (!at) return false;
    S.now_ms = at > S.now_ms ? at : S.now_ms + 1;
    return true;
}
static unsigned n_taken(void) {
    unsigned k = 0;
    for (unsigned n = 1; n <= S.n_events; n++) k += S.taken[n] > 0;
    return k;
}
static unsigned n_rows(bool dead) {
    unsigned k = 0;
    for (unsigned n = 1; n <= S.n_events; n++) k += S.rows[n].there && S.rows[n].dead == dead;
    return k;
}

void test_pump__takes_all_in_order_and_saves_seldom(void) {
    scene_open(250, 20, "");
    scene_start();
    settle(fine);
    while (pass()) settle(fine);
    CU_ASSERT_EQUAL(n_taken(), 250);
    CU_ASSERT_EQUAL(S.sends, 250);
    CU_ASSERT_EQUAL(position_compare(S.done, at_of(250)), 0);
    CU_ASSERT_EQUAL(S.most_out, PUMP_RULES.at_once);
    CU_ASSERT_TRUE(S.saves <= 4);
    pump_free(S.pump);
}

void test_pump__only_the_wanted_types(void) {
    scene_open(250, 20, "tenor.other.*");
    scene_start();
    settle(fine);
    while (pass()) settle(fine);
    CU_ASSERT_EQUAL(S.sends, 50);
    CU_ASSERT_EQUAL(position_compare(S.done, at_of(250)), 0);
    pump_free(S.pump);
}

static enum pump_end seven_fails(unsigned n) { return n == 7 ? PUMP_FAILED : PUMP_TAKEN; }

void test_pump__one_bad_event_holds_only_its_aggregate(void) {
    scene_open(250, 20, "");
    scene_start();
    settle(seven_fails);
    pass(), settle(seven_fails);
    unsigned held = 0;
    for (unsigned n = 8; n <= 250; n++) held += !strcmp(event_at(n)->aggregate_id, "k9"); /* 49 mod 20 */
    CU_ASSERT_TRUE(held > 5);
    CU_ASSERT_EQUAL(n_taken(), 250 - 1 - held);
    CU_ASSERT_EQUAL(n_rows(false), 1 + held);
    CU_ASSERT_EQUAL(position_compare(S.done, at_of(250)), 0); /* the row is not held up */
    CU_ASSERT_FALSE(pump_state(S.pump).down);
    /* a day of back-off, then it is taken, and what waited follows in order (send checks that) */
    while (S.now_ms < 1000000 + 86400000 && pass()) settle(seven_fails);
    CU_ASSERT_TRUE(S.tries[7] > 25 && S.tries[7] < 60); /* seconds at first, an hour at last */
    while (pass()) settle(fine);
    CU_ASSERT_EQUAL(n_taken(), 250);
    CU_ASSERT_EQUAL(n_rows(false), 0);
    pump_free(S.pump);
}

void test_pump__what_fails_too_long_is_dead_and_the_others_follow(void) {
    scene_open(60, 20, "");
    scene_start();
    settle(seven_fails);
    while (pass()) settle(seven_fails);
    CU_ASSERT_EQUAL(n_taken(), 59);
    CU_ASSERT_EQUAL(n_rows(true), 1);
    CU_ASSERT_TRUE(S.rows[7].dead);
    CU_ASSERT_TRUE(S.now_ms - 1000000 >= PUMP_RULES.max_age_ms && S.now_ms - 1000000 < PUMP_RULES.max_age_ms + 3600000);
    pump_free(S.pump);
}

void test_pump__one_that_is_down_is_asked_alone_and_read_no_further(void) {
    scene_open(300, 50, "");
    scene_start();
    settle(never);
    unsigned first = S.sends, rows = n_rows(false);
    CU_ASSERT_TRUE(pump_state(S.pump).down);
    CU_ASSERT_TRUE(first >= PUMP_RULES.down_after && first <= PUMP_RULES.down_after + 2 * PUMP_RULES.at_once);
    S.most_out = 0;
    while (S.now_ms < 1000000 + 6 * 3600000 && pass()) settle(never);
    CU_ASSERT_EQUAL(S.most_out, 1);
    CU_ASSERT_TRUE(S.sends - first >= 6 * 60 - 20); /* one a minute at least */
    CU_ASSERT_TRUE(S.sends - first <= 6 * 60 + 40 * 10);
    CU_ASSERT_EQUAL(n_rows(false), rows); /* the table does not fill up with the stream */
    CU_ASSERT_TRUE(S.failing_since_ms > 0);
    pass();
    int64_t back_ms = S.now_ms;
    settle(fine); /* back: everything at once, whatever it had to wait for */
    while (pass()) settle(fine);
    CU_ASSERT_EQUAL(n_taken(), 300);
    CU_ASSERT_TRUE(S.now_ms - back_ms < 2000);
    CU_ASSERT_EQUAL(S.failing_since_ms, 0);
    pump_free(S.pump);
}

static enum pump_end every_fifth_fails(unsigned n) { return n % 5 ? PUMP_TAKEN : PUMP_FAILED; }

/* Events 5, 10, 15 ..: so many that it looks as if it were down. It is not: the others are taken within two minutes. */
void test_pump__a_subscriber_that_refuses_one_type_is_not_down_for_long(void) {
    scene_open(300, 300, "tenor.other.*");
    scene_start();
    settle(every_fifth_fails);
    CU_ASSERT_TRUE(pump_state(S.pump).down);
    pump_free(S.pump);
    S.types = ""; /* as if others came now */
    S.done = POSITION_START;
    scene_start();
    settle(every_fifth_fails);
    while (S.now_ms < 1000000 + 120000 && pass()) settle(every_fifth_fails);
    CU_ASSERT_EQUAL(n_taken(), 240);
    pump_free(S.pump);
}

void test_pump__disabled_after_five_days_of_nothing(void) {
    scene_open(300, 50, "");
    scene_start();
    settle(never);
    while (pass()) settle(never);
    CU_ASSERT_STRING_EQUAL(S.disabled, "it has taken nothing for too long");
    CU_ASSERT_TRUE(S.now_ms - 1000000 >= PUMP_RULES.disable_after_ms && S.now_ms - 1000000 < PUMP_RULES.disable_after_ms + 3600000);
    CU_ASSERT_TRUE(n_rows(true) > 0); /* those first tried are past their age */
    unsigned sends = S.sends;
    pump_free(S.pump);
    scene_start(); /* and stays so */
    settle(fine);
    CU_ASSERT_FALSE(pass());
    CU_ASSERT_EQUAL(S.sends, sends);
    pump_free(S.pump);
}

/* Killed while an old event was under way: behind the position lie parked and dead ones, which are read again. */
void test_pump__what_is_read_again_is_not_sent_again(void) {
    scene_open(60, 60, "");
    S.done = at_of(9);
    for (unsigned n = 1; n <= 9; n++) S.taken[n] = n != 4;
    S.rows[12] = (struct row){true, false, 3, 5, 999000};
    S.rows[15] = (struct row){true, true, 9, 5, 0};
    S.rows[4] = (struct row){true, false, 1, 5, 999000}; /* before it: parked as usual */
    scene_start();
    settle(fine);
    while (pass()) settle(fine);
    for (unsigned n = 1; n <= 60; n++) CU_ASSERT_EQUAL(S.tries[n], n == 4 || (n > 9 && n != 15));
    CU_ASSERT_EQUAL(n_rows(false), 0);
    CU_ASSERT_EQUAL(n_rows(true), 1);
    CU_ASSERT_EQUAL(position_compare(S.done, at_of(60)), 0);
    pump_free(S.pump);
}

static enum pump_end gone(unsigned n) { return n == 3 ? PUMP_GONE : PUMP_TAKEN; }

void test_pump__gone_is_at_once_and_loses_nothing(void) {
    scene_open(100, 10, "");
    scene_start();
    settle(gone);
    while (pass()) settle(gone);
    CU_ASSERT_STRING_EQUAL(S.disabled, "it answered 410 Gone");
    CU_ASSERT_TRUE(S.rows[3].there && !S.rows[3].dead);
    pump_free(S.pump);
    S.disabled[0] = '\0', S.failing_since_ms = 0; /* somebody enables it again */
    scene_start();
    settle(fine);
    while (pass()) settle(fine);
    CU_ASSERT_EQUAL(n_taken(), 100);
    pump_free(S.pump);
}

void test_pump__the_wish_for_later_is_heard(void) {
    scene_open(1, 1, "");
    scene_start();
    pump_go(S.pump, S.now_ms), answer_page(), pump_go(S.pump, S.now_ms);
    answer_send(0, PUMP_FAILED, 90000);
    pump_go(S.pump, S.now_ms), answer_save(true);
    while (pump_wake_ms(S.pump) && S.tries[1] == 1) pass(), settle(fine);
    CU_ASSERT_EQUAL(S.now_ms, 1000000 + 90000);
    pump_free(S.pump);
}

/* --- by seed: failures, lost answers, lost saves, kills at any moment ------------------------------------- */

static uint64_t grudge;
static enum pump_end moody(unsigned n) { return (n * 2654435761u ^ grudge) % 11 == 0 || rng_below(&S.rng, 10) == 0 ? PUMP_FAILED : PUMP_TAKEN; }

static void kill(void) {
    bool committed = S.saving && rng_below(&S.rng, 2);
    for (unsigned i = 0; i < S.n_out; i++) /* what travels may arrive */
        if (rng_below(&S.rng, 2) && moody(S.out[i].n) == PUMP_TAKEN) S.taken[S.out[i].n]++;
    pump_free(S.pump);
    if (committed) commit();
    scene_start();
}

static void one_step(bool calm) {
    unsigned what = (unsigned)rng_below(&S.rng, 100);
    pump_go(S.pump, S.now_ms);
    if (what < 2 && !calm) kill();
    else if (S.n_out && what < 50) {
        unsigned i = (unsigned)rng_below(&S.rng, S.n_out);
        bool lost = !calm && rng_below(&S.rng, 20) == 0; /* it was taken, but we never heard */
        if (lost) S.taken[S.out[i].n]++;
        answer_send(i, lost ? PUMP_FAILED : calm ? PUMP_TAKEN : moody(S.out[i].n), 0);
    } else if (S.asked && what < 70) {
        if (rng_below(&S.rng, 10) && true) answer_page();
        else S.asked = false, pump_page(S.pump, NULL, 0, S.asked_after);
    } else if (S.saving && what < 90) {
        bool good = calm || rng_below(&S.rng, 8), done_yet_lost = !good && rng_below(&S.rng, 2);
        if (done_yet_lost) commit();
        answer_save(good);
    } else if (!S.n_out && !S.asked && !S.saving) {
        if (!pass()) S.now_ms += 1000;
    }
}

void test_pump__storms(void) {
    for (unsigned seed = 1; seed <= 100; seed++) {
        scene_open(40 + seed % 120, 1 + seed % 23, seed % 3 ? "" : "tenor.thing.*");
        rng_seed(&S.rng, seed);
        grudge = seed * 977;
        S.rules.disable_after_ms = INT64_MAX / 4;
        S.rules.max_age_ms = seed % 4 ? PUMP_RULES.max_age_ms : 20000;
        scene_start();
        for (int i = 0; i < 1500; i++) one_step(false);
        for (int i = 0; i < 20000 && !(position_compare(S.done, at_of(S.n_events)) == 0 && !n_rows(false)); i++) one_step(true);
        for (unsigned n = 1; n <= S.n_events; n++)
            CU_ASSERT(S.taken[n] || S.rows[n].dead || !event_wanted(S.types, event_at(n)->type));
        CU_ASSERT_EQUAL(position_compare(S.done, at_of(S.n_events)), 0);
        CU_ASSERT_EQUAL(n_rows(false), 0);
        CU_ASSERT_FALSE(*S.disabled);
        pump_free(S.pump);
    }
}

static void without_memory(void *who) {
    (void)who;
    scene_open(30, 3, "");
    S.pump = pump_new(&(struct pump_config){&ops, NULL, &S.rng, S.rules, S.types, S.done, 0, false});
    if (!S.pump) {
        CU_ASSERT_TRUE(torture_hit());
        return;
    }
    pump_head(S.pump, at_of(30));
    settle(seven_fails);
    for (int i = 0; i < 40 && pass(); i++) settle(fine);
    CU_ASSERT_EQUAL(n_taken(), 30);
    pump_free(S.pump);
}

void test_pump__survives_no_memory(void) {
    CU_ASSERT(torture_run(without_memory, NULL) >= 30);
}
