/* webhook_test.c - what a connector reads out of a webhook is told by case; what nobody understands waits for a person. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "tests/flow/play.h"

#define HEAD "workflow \"f\" { version = 1, case = \"sim_case\", about = \"a test\", outcomes = { \"good\", \"bad\" }, " \
             "stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n"
static const char waits[] = HEAD "wait \"w\" { event = \"go.ahead\", within = hours(30), late = finish \"bad\", finish \"good\" }\n";

/* A connector of which a body is a list of events; "forged" is not signed. While `deaf` it understands nothing. */
struct poster {
    struct connector connector;
    bool deaf;
};
static enum err hear(struct connector *c, const struct http_headers *h, const void *body, size_t n, int64_t now_ms, heard_fn *each,
                     void *who, struct fault *f) {
    json_auto_t *list = json_loadb(body, n, 0, NULL);
    json_t *j;
    size_t i;
    (void)h, (void)now_ms;
    if (n == 6 && !memcmp(body, "forged", 6)) return fault_set(f, ERR_REFUSED, "", "not signed");
    if (((struct poster *)c)->deaf || !json_is_array(list)) return fault_set(f, ERR_INVALID, "type", "nothing that was agreed");
    json_array_foreach(list, i, j)
        each(who, &(struct heard){json_text(j, "type", ""), json_text(j, "key", ""), json_text(j, "name", ""), json_text(j, "id", ""),
                                  json_object_get(j, "data"), json_text(j, "subject", NULL), json_int(j, "sequence", 0)});
    return OK;
}
static void close_(struct connector *c) { free(c); }
static const struct operation none[] = {{0}};
static const struct connector_ops post_ops = {.name = "post", .operations = none, .close = close_, .hear = hear};

static struct poster *poster_of(struct play *p) {
    struct poster *x = calloc(1, sizeof *x);
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    x->connector.ops = &post_ops;
    CU_ASSERT_EQUAL_FATAL(registry_add_take(p->proc.registry, &x->connector), OK);
    return x;
}

struct end {
    bool told, kept;
    enum err err;
};
static void ended(void *who, enum err err, bool kept, const struct fault *f) {
    struct end *x = who;
    (void)f;
    *x = (struct end){true, kept, err};
}

static struct end post(struct play *p, const char *id, const char *body) {
    struct end x = {0};
    struct fault f = {0};
    struct webhook w = {.connector = "post", .id = id, .body = body, .n = strlen(body)};
    x.err = engine_webhook(p->proc.engine, &w, ended, &x, &f);
    CU_ASSERT_FALSE(x.told);
    for (int i = 0; x.err == OK && !x.told && i < 100; i++) play_pass(p, 10);
    return x;
}

#define ONE(id, more) "[{\"type\":\"sim_case\",\"key\":\"A\",\"name\":\"go.ahead\",\"id\":\"" id "\",\"data\":{\"ref\":\"A\"}" more "}]"

void test_webhook__its_events_are_told_by_case(void) {
    struct play p;
    play_open(&p, waits, NULL);
    poster_of(&p);
    CU_ASSERT_EQUAL(post(&p, "m0", "forged").err, ERR_REFUSED);
    struct fault f = {0};
    struct webhook nobody = {.connector = "world", .id = "m1", .body = "", .n = 0};
    CU_ASSERT_EQUAL(engine_webhook(p.proc.engine, &nobody, ended, NULL, &f), ERR_NOT_FOUND); /* it hears nothing */
    struct end early = post(&p, "m1", ONE("e1", ""));
    CU_ASSERT_TRUE(early.err == OK && early.told && !early.kept);
    play_crash(&p);
    poster_of(&p);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 200);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    struct end again = post(&p, "m1", ONE("e1", "")); /* the sender did not hear us */
    CU_ASSERT_TRUE(again.err == OK && again.told && !again.kept);
    CU_ASSERT_EQUAL(play_count(&p, "event", NULL), 1);
    CU_ASSERT_EQUAL(post(&p, "m2", "[]").err, OK); /* it says nothing */
    play_close(&p);
}

struct shown {
    bool told;
    enum err err;
    char body[200], reason[200];
};
static void show(void *who, enum err err, const struct kept_webhook *w, const struct fault *f) {
    struct shown *x = who;
    (void)f;
    x->told = true, x->err = err;
    if (!w) return;
    (void)snprintf(x->body, sizeof x->body, "%.*s", (int)w->n, (const char *)w->body);
    (void)snprintf(x->reason, sizeof x->reason, "%s", w->reason);
}
static struct shown look_at(struct play *p, int64_t no) {
    struct shown x = {0};
    CU_ASSERT_EQUAL(engine_webhook_show(p->proc.engine, no, show, &x), OK);
    for (int i = 0; !x.told && i < 100; i++) play_pass(p, 10);
    return x;
}
static enum err again(struct play *p, int64_t no) {
    struct end x = {0};
    CU_ASSERT_EQUAL(engine_webhook_again(p->proc.engine, no, "asha", ended, &x), OK);
    for (int i = 0; !x.told && i < 100; i++) play_pass(p, 10);
    return x.err;
}

void test_webhook__what_nobody_understands_is_kept_and_read_again(void) {
    struct play p;
    play_open(&p, waits, NULL);
    struct poster *x = poster_of(&p);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    x->deaf = true;
    struct end kept = post(&p, "m1", ONE("e1", ""));
    CU_ASSERT_TRUE(kept.err == OK && kept.kept);
    kept = post(&p, "m1", ONE("e1", "")); /* alike */
    CU_ASSERT_TRUE(kept.err == OK && kept.kept);
    struct shown s = look_at(&p, 1);
    CU_ASSERT_EQUAL(s.err, OK);
    CU_ASSERT_STRING_EQUAL(s.body, ONE("e1", ""));
    CU_ASSERT_STRING_EQUAL(s.reason, "type nothing that was agreed");
    CU_ASSERT_EQUAL(look_at(&p, 2).err, ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(again(&p, 1), ERR_INVALID);
    x->deaf = false;
    CU_ASSERT_EQUAL(again(&p, 1), OK);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    CU_ASSERT_EQUAL(again(&p, 1), ERR_NOT_FOUND);
    play_close(&p);
}

void test_webhook__an_event_that_cannot_be_told_keeps_the_whole(void) {
    static const char *const wrong[] = {
        "[{\"type\":\"nothing\",\"key\":\"A\",\"name\":\"go.ahead\",\"id\":\"x\",\"data\":{\"ref\":\"A\"}}]",
        "[{\"type\":\"sim_case\",\"key\":\"A\",\"name\":\"not.declared\",\"id\":\"x\",\"data\":{}}]",
        "[{\"type\":\"sim_case\",\"key\":\"A\",\"name\":\"go.ahead\",\"id\":\"x\",\"data\":{\"ref\":7}}]",
        "[{\"type\":\"sim_case\",\"key\":\"\",\"name\":\"go.ahead\",\"id\":\"x\",\"data\":{\"ref\":\"A\"}}]",
        "[{\"type\":\"sim_case\",\"key\":\"A\",\"name\":\"go.ahead\",\"id\":\"good\",\"data\":{\"ref\":\"A\"}},"
        "{\"type\":\"sim_case\",\"key\":\"A\",\"name\":\"go.ahead\",\"id\":\"x\",\"data\":{}}]",
    };
    struct play p;
    play_open(&p, waits, NULL);
    poster_of(&p);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "m%zu", i);
        struct end x = post(&p, id, wrong[i]);
        CU_ASSERT_TRUE(x.err == OK && x.kept);
    }
    CU_ASSERT_EQUAL(play_count(&p, "event", NULL), 0);
    AUTO(buf_reset) struct buf many;
    buf_init(&many, 16384);
    for (int i = 0; i < 65; i++)
        buf_addf(&many, "%s{\"type\":\"sim_case\",\"key\":\"A\",\"name\":\"go.ahead\",\"id\":\"n%d\",\"data\":{\"ref\":\"A\"}}", i ? "," : "[", i);
    buf_addc(&many, ']');
    CU_ASSERT_TRUE(post(&p, "many", buf_text(&many)).kept);
    play_close(&p);
}

/* An older state must not overwrite a newer one, whichever way it comes. */
void test_webhook__words_out_of_order(void) {
    struct play p;
    play_open(&p, waits, NULL);
    poster_of(&p);
    static const char newer[] = "[{\"type\":\"sim_case\",\"key\":\"A\",\"name\":\"stop\",\"id\":\"e2\",\"data\":{\"ref\":\"A\"},\"subject\":\"m\",\"sequence\":2}]";
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    CU_ASSERT_EQUAL(post(&p, "m2", newer).err, OK);
    CU_ASSERT_EQUAL(post(&p, "m1", ONE("e1", ",\"subject\":\"m\",\"sequence\":1")).err, OK);
    play_pass(&p, 1000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "waiting");
    CU_ASSERT_EQUAL(post(&p, "m3", ONE("e3", ",\"subject\":\"m\",\"sequence\":3")).err, OK);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    play_close(&p);
}
