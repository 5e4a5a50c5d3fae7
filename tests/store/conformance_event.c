/* conformance_event.c - events by case: kept, owed, heard, settled, swept. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/store/conformance_inner.h"

struct event_answer {
    struct answer answer;
    struct event_found event;
};
static void on_found(void *who, enum err err, const struct event_found *f) {
    struct event_answer *x = who;
    x->event = *f;
    on_done(&x->answer, err, NULL);
}
static struct event_found find(struct conform *c, const char *key, const char *id) {
    struct event_answer x = {0};
    struct kept_event e = {.case_type = "loan", .key = key, .event_id = id};
    CU_ASSERT_EQUAL(c->b->ops->find_event(c->b, &e, on_found, &x), OK);
    CU_ASSERT_EQUAL(settle(c, &x.answer), OK);
    return x.event;
}

static enum err keep(struct conform *c, const char *key, const char *id) {
    struct kept_event e = {.case_type = "loan", .key = key, .name = "paid", .event_id = id, .body = "{}", .by = "bank", .at_ms = c->now_ms};
    struct answer a = {0};
    CU_ASSERT_EQUAL(c->a->ops->keep_event(c->a, &e, on_done, &a), OK);
    return settle(c, &a);
}

struct owed {
    struct answer answer;
    const char *key;
    unsigned n;
    struct id run[8];
    char id[8][32];
};
static void on_owed(void *who, const struct owed_event *o) {
    struct owed *x = who;
    if (!text_eq(o->event.key, x->key) || x->n == 8) return;
    CU_ASSERT_STRING_EQUAL(o->event.name, "paid");
    CU_ASSERT_STRING_EQUAL(o->event.by, "bank");
    text_copy(x->id[x->n], 32, o->event.event_id);
    x->run[x->n++] = o->run;
}
static void owed_done(void *who, enum err err, const struct fault *f) { on_done(&((struct owed *)who)->answer, err, f); }
static void look(struct conform *c, const char *key, struct owed *out) {
    const int32_t shards[] = {2, 3};
    *out = (struct owed){.key = key};
    CU_ASSERT_EQUAL(c->b->ops->owed_events(c->b, shards, 2, 0, 100, on_owed, owed_done, out), OK);
    CU_ASSERT_EQUAL(settle(c, &out->answer), OK);
}

static struct id begin(struct conform *c, uint16_t shard, const char *key, bool deaf) {
    struct run_row row = first_row;
    struct id run = new_run(c, shard);
    row.case_key = key, row.deaf = deaf;
    struct append a = step(c, run, 1, "{}");
    a.row = &row;
    CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
    return run;
}

static void hear(struct conform *c, struct id run, uint32_t seq, const char *id, bool ends) {
    struct heard_row heard = {.event_id = id, .name = "paid", .by = "bank", .at_ms = c->now_ms};
    struct run_row row = {.state = "ended", .outcome = "done"};
    struct append a = step(c, run, seq, "{}");
    if (id) a.heard = &heard;
    if (ends) a.row = &row;
    CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
}

static void settle_as(struct conform *c, struct id run, const char *key, const char *id, enum event_end how) {
    struct kept_event e = {.case_type = "loan", .key = key, .event_id = id};
    struct answer a = {0};
    CU_ASSERT_EQUAL(c->a->ops->settle_event(c->a, run, &e, how, "the run is full", c->now_ms, on_done, &a), OK);
    CU_ASSERT_EQUAL(settle(c, &a), OK);
}

static const char *new_key(struct conform *c, char out[40]) {
    (void)snprintf(out, 40, "case-%lld-%llu", (long long)c->now_ms, (unsigned long long)++c->minted);
    return out;
}

void early_events_are_kept(struct conform *c) {
    char text[40];
    const char *key = new_key(c, text);
    struct owed o;
    CU_ASSERT_EQUAL(keep(c, key, "e1"), OK);
    CU_ASSERT_EQUAL(keep(c, key, "e1"), OK); /* the same again changes nothing */
    CU_ASSERT_EQUAL(keep(c, key, "e2"), OK);
    CU_ASSERT_TRUE(find(c, key, "e1").known);
    CU_ASSERT_FALSE(find(c, key, "e3").known);
    look(c, key, &o);
    CU_ASSERT_EQUAL(o.n, 0);
    (void)begin(c, 3, key, true); /* it listens to nothing */
    struct id run = begin(c, 2, key, false);
    CU_ASSERT_EQUAL(find(c, key, "e3").open, 1);
    CU_ASSERT_TRUE(id_same(find(c, key, "e3").run, run));
    CU_ASSERT_TRUE(find(c, key, "e3").owed);
    look(c, key, &o);
    CU_ASSERT_EQUAL_FATAL(o.n, 2);
    CU_ASSERT_STRING_EQUAL(o.id[0], "e1");
    CU_ASSERT_STRING_EQUAL(o.id[1], "e2");
    CU_ASSERT_TRUE(id_same(o.run[0], run) && id_same(o.run[1], run));
    hear(c, run, 2, "e1", false);
    look(c, key, &o);
    CU_ASSERT_EQUAL_FATAL(o.n, 1);
    CU_ASSERT_STRING_EQUAL(o.id[0], "e2");
    CU_ASSERT_EQUAL(keep(c, key, "e1"), OK); /* known for ever */
    struct id later = begin(c, 3, key, false);
    look(c, key, &o);
    CU_ASSERT_EQUAL(o.n, 2); /* e2 to both: nobody has heard it */
    hear(c, run, 3, "e2", false), hear(c, later, 2, "e2", false);
    look(c, key, &o);
    CU_ASSERT_EQUAL(o.n, 0);
}

void events_go_to_every_open_run(struct conform *c) {
    char text[40];
    const char *key = new_key(c, text);
    struct owed o;
    struct id one = begin(c, 2, key, false), two = begin(c, 3, key, false);
    CU_ASSERT_EQUAL(find(c, key, "e1").open, 2);
    CU_ASSERT_EQUAL(keep(c, key, "e1"), OK);
    look(c, key, &o);
    CU_ASSERT_EQUAL(o.n, 2);
    hear(c, one, 2, "e1", false);
    look(c, key, &o);
    CU_ASSERT_EQUAL_FATAL(o.n, 1); /* taken by one, still owed to two */
    CU_ASSERT_TRUE(id_same(o.run[0], two));
    settle_as(c, two, key, "e1", EVENT_GONE);
    (void)begin(c, 3, key, false);
    look(c, key, &o);
    CU_ASSERT_EQUAL(o.n, 0); /* it was heard: nothing for those who come later */
    hear(c, two, 2, "e2", false); /* told directly: only the id is kept */
    CU_ASSERT_TRUE(find(c, key, "e2").known);
    CU_ASSERT_EQUAL(keep(c, key, "e2"), OK);
    look(c, key, &o);
    CU_ASSERT_EQUAL(o.n, 0);
}

void a_run_that_ends_leaves_its_events(struct conform *c) {
    char text[40];
    const char *key = new_key(c, text);
    struct owed o;
    struct id run = begin(c, 2, key, false);
    CU_ASSERT_EQUAL(keep(c, key, "e1"), OK);
    look(c, key, &o);
    CU_ASSERT_EQUAL(o.n, 1);
    hear(c, run, 2, NULL, true);
    CU_ASSERT_EQUAL(find(c, key, "e9").open, 0);
    settle_as(c, run, key, "e1", EVENT_GONE);
    look(c, key, &o);
    CU_ASSERT_EQUAL(o.n, 0);
    struct id next = begin(c, 2, key, false);
    look(c, key, &o);
    CU_ASSERT_EQUAL_FATAL(o.n, 1);
    CU_ASSERT_TRUE(id_same(o.run[0], next));
    settle_as(c, next, key, "e1", EVENT_FULL); /* a dead letter now */
    (void)begin(c, 2, key, false);
    look(c, key, &o);
    CU_ASSERT_EQUAL(o.n, 0);
    CU_ASSERT_TRUE(find(c, key, "e1").known);
}

void too_many_events_wait(struct conform *c) {
    char text[40], id[24];
    const char *key = new_key(c, text);
    for (int i = 0; i < EVENTS_WAITING_MAX; i++) {
        (void)snprintf(id, sizeof id, "e%d", i);
        CU_ASSERT_EQUAL(keep(c, key, id), OK);
    }
    CU_ASSERT_EQUAL(keep(c, key, "one more"), ERR_LIMIT);
    CU_ASSERT_FALSE(find(c, key, "one more").known);
    CU_ASSERT_EQUAL(keep(c, key, "e7"), OK);
}

void old_events_are_swept(struct conform *c) {
    char one[40], two[40];
    const char *kept = new_key(c, one), *taken = new_key(c, two);
    struct owed o;
    struct answer none = {0};
    CU_ASSERT_EQUAL(keep(c, kept, "e1"), OK);
    struct id run = begin(c, 2, taken, false);
    hear(c, run, 2, "e2", false);
    CU_ASSERT_TRUE(find(c, taken, "e2").known);
    for (int i = 0; i < 3; i++) { /* some at a time */
        struct answer swept = {0};
        CU_ASSERT_EQUAL(c->a->ops->sweep_events(c->a, c->now_ms + 1, c->now_ms + 1, "too old", on_done, &swept), OK);
        CU_ASSERT_EQUAL(settle(c, &swept), OK);
    }
    CU_ASSERT_FALSE(find(c, taken, "e2").known); /* forgotten */
    CU_ASSERT_TRUE(find(c, kept, "e1").known);   /* a dead letter: nobody is owed it */
    (void)begin(c, 2, kept, false);
    look(c, kept, &o);
    CU_ASSERT_EQUAL(o.n, 0);
    CU_ASSERT_EQUAL(c->a->ops->dead_event(c->a, 999999999, true, "asha", "", c->now_ms, on_done, &none), OK);
    CU_ASSERT_EQUAL(settle(c, &none), ERR_NOT_FOUND);
}

static enum err keep_numbered(struct conform *c, const char *key, const char *id, int64_t sequence, const char *dropped) {
    struct kept_event e = {.case_type = "loan", .key = key, .name = "paid", .event_id = id, .body = "{}", .by = "bank", .at_ms = c->now_ms,
                           .subject = "mandate:1", .sequence = sequence, .dropped = dropped};
    struct answer a = {0};
    CU_ASSERT_EQUAL(c->a->ops->keep_event(c->a, &e, on_done, &a), OK);
    return settle(c, &a);
}

static bool is_stale(struct conform *c, const char *key, const char *subject, int64_t sequence) {
    struct event_answer x = {0};
    struct kept_event e = {.case_type = "loan", .key = key, .event_id = "another", .subject = subject, .sequence = sequence};
    CU_ASSERT_EQUAL(c->b->ops->find_event(c->b, &e, on_found, &x), OK);
    CU_ASSERT_EQUAL(settle(c, &x.answer), OK);
    return x.event.stale;
}

void newer_words_are_known(struct conform *c) {
    char text[40], other[40];
    const char *key = new_key(c, text);
    struct owed o;
    struct heard_row heard = {.event_id = "e9", .name = "paid", .by = "bank", .subject = "mandate:1", .sequence = 9, .at_ms = c->now_ms};
    CU_ASSERT_EQUAL(keep_numbered(c, key, "e5", 5, NULL), OK);
    CU_ASSERT_TRUE(is_stale(c, key, "mandate:1", 4));
    CU_ASSERT_FALSE(is_stale(c, key, "mandate:1", 5) || is_stale(c, key, "mandate:1", 6) || is_stale(c, key, "mandate:2", 1));
    CU_ASSERT_FALSE(is_stale(c, new_key(c, other), "mandate:1", 4) || is_stale(c, key, NULL, 0) || is_stale(c, key, "", 0));
    CU_ASSERT_EQUAL(keep_numbered(c, key, "e7", 7, "it is dropped"), OK);
    CU_ASSERT_TRUE(find(c, key, "e7").known);
    CU_ASSERT_FALSE(is_stale(c, key, "mandate:1", 6)); /* what was dropped makes nothing old */
    struct id run = begin(c, 2, key, false);
    look(c, key, &o);
    CU_ASSERT_EQUAL(o.n, 1);
    struct append a = step(c, run, 2, "{}");
    a.heard = &heard;
    CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
    CU_ASSERT_TRUE(is_stale(c, key, "mandate:1", 8));
}

void a_deaf_run_may_come_to_hear(struct conform *c) {
    char text[40];
    const char *key = new_key(c, text);
    struct id run = begin(c, 2, key, true);
    CU_ASSERT_EQUAL(find(c, key, "e1").open, 0);
    struct append a = step(c, run, 2, "{}");
    a.hears = true;
    CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
    CU_ASSERT_EQUAL(find(c, key, "e1").open, 1);
}

/* --- webhooks ------------------------------------------------------------------------------------ */

struct webhook_seen {
    struct answer answer;
    char connector[32], id[32], reason[32], body[32];
    size_t n;
    int64_t at_ms;
};
static void on_webhook(void *who, enum err err, const struct kept_webhook *w) {
    struct webhook_seen *s = who;
    if (w) {
        text_copy(s->connector, 32, w->connector), text_copy(s->id, 32, w->webhook_id), text_copy(s->reason, 32, w->reason);
        memcpy(s->body, w->body, w->n < 32 ? w->n : 32);
        s->n = w->n, s->at_ms = w->at_ms;
    }
    on_done(&s->answer, err, NULL);
}
static struct webhook_seen webhook_no(struct conform *c, int64_t no) {
    struct webhook_seen s = {0};
    CU_ASSERT_EQUAL(c->b->ops->find_webhook(c->b, no, on_webhook, &s), OK);
    (void)settle(c, &s.answer);
    return s;
}
static enum err webhook_is(struct conform *c, int64_t no, bool heard) {
    struct answer a = {0};
    CU_ASSERT_EQUAL(c->a->ops->settle_webhook(c->a, no, heard, "asha", "", c->now_ms, on_done, &a), OK);
    return settle(c, &a);
}

void webhooks_are_kept_once(struct conform *c) {
    int64_t mine[2] = {0};
    for (int i = 0; i < 3; i++) { /* the first twice */
        struct kept_webhook w = {"bank", i == 2 ? "two" : "one", i == 1 ? "another" : "odd", "sea\0led", 7, c->now_ms + i};
        struct answer a = {0};
        CU_ASSERT_EQUAL(c->a->ops->keep_webhook(c->a, &w, on_done, &a), OK);
        CU_ASSERT_EQUAL(settle(c, &a), OK);
    }
    for (int64_t no = 1; no < 10; no++) {
        struct webhook_seen s = webhook_no(c, no);
        if (s.answer.err != OK) continue;
        mine[!strcmp(s.id, "two")] = no;
        CU_ASSERT_TRUE(s.n == 7 && !memcmp(s.body, "sea\0led", 7) && !strcmp(s.reason, "odd") && !strcmp(s.connector, "bank"));
    }
    CU_ASSERT_TRUE(mine[0] && mine[1]);
    CU_ASSERT_EQUAL(webhook_is(c, mine[0], true), OK);
    CU_ASSERT_EQUAL(webhook_is(c, mine[0], true), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(webhook_is(c, mine[1], false), OK);
    CU_ASSERT_EQUAL(webhook_no(c, mine[1]).answer.err, ERR_NOT_FOUND);
}
