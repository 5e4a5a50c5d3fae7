/* outbox_test.c - what a run tells the world, and what it never does. */
#include "flow/outbox.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/flow/play.h"
#include "tests/harness/torture.h"

#define HEAD "workflow \"f\" { version = 1, case = \"sim_case\", about = \"a test\", outcomes = { \"good\", \"bad\" }, " \
             "stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n"

struct story {
    unsigned n;
    char types[40][40], ids[40][60], about[40][100];
    json_t *data[40];
};
static void hear(void *who, const struct outbox_row *o, int64_t at_ms) {
    struct story *h = who;
    CU_ASSERT_TRUE_FATAL(h->n < 40 && at_ms > 0);
    (void)snprintf(h->types[h->n], 40, "%s", o->type);
    (void)snprintf(h->ids[h->n], 60, "%s", o->id);
    (void)snprintf(h->about[h->n], 100, "%s/%s", o->aggregate_type, o->aggregate_id);
    h->data[h->n] = json_loads(o->payload, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(h->data[h->n]);
    CU_ASSERT_PTR_NULL(strchr(o->id, '.'));
    h->n++;
}
static void listen(struct play *p, struct story *h) {
    *h = (struct story){0};
    memory_each_outbox(p->memory, hear, h);
}
static void forget(struct story *h) {
    for (unsigned i = 0; i < h->n; i++) json_decref(h->data[i]);
}
static void expect(const struct story *h, const char *const *types) {
    unsigned n = 0;
    for (; types[n]; n++) CU_ASSERT_STRING_EQUAL(n < h->n ? h->types[n] : "(nothing)", types[n]);
    CU_ASSERT_EQUAL(h->n, n);
}
static const char *says(const struct story *h, unsigned i, const char *path) {
    const json_t *v = json_at(h->data[i], path);
    return json_is_string(v) ? json_string_value(v) : v ? "(no text)" : "(nothing)";
}

void test_outbox__the_story_of_a_run(void) {
    static struct story h;
    struct play p;
    play_open(&p, HEAD "wait \"w\" { event = \"go.ahead\", when = \"event.ref == case.ref\", within = hours(9), late = finish \"bad\" }\n"
              "step \"pay\" { call = \"world.pay\", with = { ref = \"case.ref\" }, once_per = \"case.ref\", no_undo = \"a test\" }\n"
              "task \"t\" { queue = \"desk\", answers = { yes = finish \"good\" }, escalate = { after = hours(1), to = \"heads\" }, "
              "within = hours(4), late = finish \"bad\" }\n", NULL);
    CU_ASSERT_EQUAL(play_start(&p, "A", 3, NULL, NULL), OK);
    CU_ASSERT_EQUAL(play_signal(&p, "go.ahead", "other", "B"), OK); /* heard, not taken: nothing is told */
    CU_ASSERT_EQUAL(play_signal(&p, "go.ahead", "mine", "A"), OK);
    play_pass(&p, 5000);
    play_crash(&p); /* replay tells nothing again */
    play_pass(&p, 2 * 3600000);
    CU_ASSERT_EQUAL(play_task(&p, "t", 1, "answer", "yes", "ann"), OK);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    listen(&p, &h);
    static const char *const types[] = {"tenor.thing.started", "tenor.thing.went_ahead", "tenor.thing.paid", "tenor.task.opened",
                                        "tenor.task.escalated", "tenor.task.done", "tenor.thing.ended", NULL};
    expect(&h, types);
    CU_ASSERT_STRING_EQUAL(h.about[0], "thing/A");
    CU_ASSERT_STRING_EQUAL(says(&h, 0, "case.ref"), "A");
    CU_ASSERT_EQUAL(json_int(json_object_get(h.data[0], "case"), "n", 0), 3);
    CU_ASSERT_STRING_EQUAL(says(&h, 0, "case.name"), "(nothing)");
    CU_ASSERT_STRING_EQUAL(says(&h, 0, "workflow"), "f@1");
    CU_ASSERT_STRING_EQUAL(says(&h, 1, "data.ref"), "A");
    CU_ASSERT_STRING_EQUAL(says(&h, 2, "answer.ref"), "A");
    CU_ASSERT_STRING_EQUAL(says(&h, 2, "paragraph"), "pay");
    CU_ASSERT_STRING_EQUAL(says(&h, 3, "queue"), "desk");
    CU_ASSERT_STRING_EQUAL(says(&h, 3, "thing"), "A");
    CU_ASSERT_STRING_EQUAL(says(&h, 4, "queue"), "heads");
    CU_ASSERT_STRING_EQUAL(says(&h, 5, "answer"), "yes");
    CU_ASSERT_STRING_EQUAL(says(&h, 6, "outcome"), "good");
    CU_ASSERT_FALSE(memory_holds(p.memory, "Quillfeather"));
    for (unsigned i = 0; i < h.n; i++)
        for (unsigned k = 0; k < i; k++) CU_ASSERT_STRING_NOT_EQUAL(h.ids[i], h.ids[k]);
    forget(&h);
    play_close(&p);
}

void test_outbox__stuck_late_and_withdrawn(void) {
    static struct story h;
    struct play p;
    struct world_faults never = {0, 100, 0, 5};
    play_open(&p, HEAD "task \"t\" { queue = \"desk\", answers = { yes = finish \"good\" }, within = hours(1), late = go \"a\" }\n"
              "step \"a\" { call = \"world.ask\", with = { ref = \"case.ref\" }, retry = \"few\", finish \"good\" }\n", &never);
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 3600000 + 20000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "stuck");
    play_pass(&p, 5 * 3600000);
    CU_ASSERT_EQUAL(play_cancel(&p), OK);
    play_pass(&p, 1000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "ended");
    listen(&p, &h);
    static const char *const types[] = {"tenor.thing.started", "tenor.task.opened", "tenor.task.withdrawn", "tenor.thing.stuck",
                                        "tenor.task.opened", "tenor.task.escalated", "tenor.task.withdrawn", "tenor.thing.ended", NULL};
    expect(&h, types);
    CU_ASSERT_STRING_EQUAL(says(&h, 3, "queue"), "operations");
    CU_ASSERT_PTR_NOT_NULL(strstr(h.about[4], ".a.1.stuck"));
    CU_ASSERT_STRING_EQUAL(h.about[4], h.about[5]);
    CU_ASSERT_STRING_EQUAL(h.about[4], h.about[6]);
    forget(&h);
    play_close(&p);
}

/* --- what the case type's file may say ------------------------------------------------------------ */

static enum err read_case(const char *publish, struct fault *f) {
    char text[2000];
    struct case_type *c = NULL;
    (void)snprintf(text, sizeof text,
                   "{\"case\":{\"type\":\"object\",\"properties\":{\"ref\":{\"type\":\"string\"},\"pan\":{\"type\":\"string\",\"x-personal\":true},"
                   "\"free\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}},"
                   "\"closed\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"additionalProperties\":false},"
                   "\"who\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"x-personal\":true}},"
                   "\"additionalProperties\":false}},\"either\":{\"oneOf\":[{\"type\":\"string\"}]}}},\"key\":\"ref\","
                   "\"events\":{\"e\":{\"type\":\"object\",\"properties\":{\"offer\":{\"type\":\"string\"},\"phone\":{\"type\":\"string\","
                   "\"x-personal\":true}}}},\"publish\":%s}", publish);
    json_auto_t *v = json_loads(text, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    enum err e = case_type_new("c", v, &c, f);
    case_type_free(c);
    return e;
}

void test_outbox__a_case_type_may_publish_only_what_is_declared_open(void) {
    static const struct { const char *publish, *where; } cases[] = {
        {"{\"as\":\"thing\"}", NULL},
        {"{\"as\":\"thing\",\"case\":[\"ref\",\"closed\"],\"answers\":{\"x.y\":{\"type\":\"done\",\"data\":[\"id\"]}},"
         "\"events\":{\"e\":{\"type\":\"heard\",\"data\":[\"offer\"]}}}", NULL},
        {"{}", "/publish/as"},
        {"{\"as\":\"a.b\"}", "/publish/as"},
        {"{\"as\":\"thing\",\"case\":[\"pan\"]}", "/publish/case"},
        {"{\"as\":\"thing\",\"case\":[\"reff\"]}", "/publish/case"},
        {"{\"as\":\"thing\",\"case\":[\"free\"]}", "/publish/case"}, /* anything may stand in it */
        {"{\"as\":\"thing\",\"case\":[\"who\"]}", "/publish/case"},
        {"{\"as\":\"thing\",\"case\":[\"either\"]}", "/publish/case"},
        {"{\"as\":\"thing\",\"case\":[3]}", "/publish/case"},
        {"{\"as\":\"thing\",\"answers\":{\"x.y\":{}}}", "/publish/answers"},
        {"{\"as\":\"thing\",\"events\":{\"e\":{\"type\":\"Heard\"}}}", "/publish/events"},
        {"{\"as\":\"thing\",\"events\":{\"nope\":{\"type\":\"heard\"}}}", "/publish/events"},
        {"{\"as\":\"thing\",\"events\":{\"e\":{\"type\":\"heard\",\"data\":[\"phone\"]}}}", "/publish/events"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fault f = {0};
        CU_ASSERT_EQUAL(read_case(cases[i].publish, &f), cases[i].where ? ERR_INVALID : OK);
        CU_ASSERT_STRING_EQUAL(f.where, cases[i].where ? cases[i].where : "");
    }
}

/* --- loans, and no memory ---------------------------------------------------------------------------- */

static const struct loan_file before = {.id = "L1", .customer = "c", .columns = {"emi", "INR", "active", "current", 1000, 0, 0, 5}, .n = 4};
static const struct loan_entry entries[] = {
    {.kind = "paid", .effective_day = 20000, .known_ms = 1790000000000, .amount_minor = 250, .body = "{\"note\":\"never told\"}", .body_len = 21},
    {.kind = "waived", .effective_day = 20001, .known_ms = 1790000000000, .amount_minor = 0, .body = "{}", .body_len = 2}};
static const struct loan_write writes = {.entries = entries, .n_entries = 2, .columns = {"emi", "INR", "closed", "dpd_30", 750, 10, 3, 5}};

void test_outbox__entries_of_a_loan(void) {
    static struct story h;
    struct run r = {.text = "r_x", .seq = 7};
    struct outbox o;
    outbox_init(&o);
    outbox_of_loan(&o, &r, &before, &writes, 1790000000000);
    const struct outbox_row *rows = outbox_rows(&o);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rows);
    h = (struct story){0};
    for (unsigned i = 0; i < o.n; i++) hear(&h, &rows[i], 1);
    static const char *const types[] = {"tenor.loan.paid", "tenor.loan.waived", "tenor.loan.bucket_changed", "tenor.loan.state_changed", NULL};
    expect(&h, types);
    CU_ASSERT_STRING_EQUAL(h.ids[0], "r_x-8-1");
    CU_ASSERT_STRING_EQUAL(h.ids[3], "r_x-8-4");
    CU_ASSERT_STRING_EQUAL(h.about[2], "loan/L1");
    CU_ASSERT_EQUAL(json_int(h.data[0], "entry", 0), 5);
    CU_ASSERT_EQUAL(json_int(h.data[1], "entry", 0), 6);
    CU_ASSERT_EQUAL(json_int(h.data[0], "amount_minor", 0), 250);
    CU_ASSERT_STRING_EQUAL(says(&h, 0, "effective"), "2024-10-04");
    CU_ASSERT_STRING_EQUAL(says(&h, 2, "from"), "current");
    CU_ASSERT_STRING_EQUAL(says(&h, 2, "to"), "dpd_30");
    CU_ASSERT_STRING_EQUAL(says(&h, 3, "to"), "closed");
    CU_ASSERT_PTR_NULL(json_object_get(h.data[0], "note"));
    forget(&h);
    struct outbox_mark mark = outbox_mark(&o);
    outbox_of_loan(&o, &r, &before, &writes, 1790000000000);
    CU_ASSERT_EQUAL(o.n, 8);
    outbox_back(&o, mark);
    CU_ASSERT_EQUAL(o.n, 4);
    CU_ASSERT_STRING_EQUAL(outbox_rows(&o)[3].type, "tenor.loan.state_changed");
    outbox_clear(&o);
    struct loan_write nothing = {.columns = before.columns};
    outbox_of_loan(&o, &r, &before, &nothing, 1790000000000);
    CU_ASSERT_EQUAL(o.n, 0);
    CU_ASSERT_PTR_NULL(outbox_rows(&o));
    outbox_reset(&o);
}

static void tell_all(void *who) {
    (void)who;
    struct run r = {.text = "r_x", .seq = 7};
    struct outbox o;
    outbox_init(&o);
    for (int i = 0; i < 5; i++) outbox_of_loan(&o, &r, &before, &writes, 1790000000000);
    bool good = !o.failed && buf_ok(&o.text);
    CU_ASSERT(good ? outbox_rows(&o) && o.n == 20 : torture_hit() && !outbox_rows(&o));
    outbox_reset(&o);
}

void test_outbox__survives_no_memory(void) {
    CU_ASSERT(torture_run(tell_all, NULL) >= 5);
}
