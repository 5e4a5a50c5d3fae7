/* conformance_outbox.c - events are published with their step or not at all. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/store/conformance_inner.h"

struct published {
    unsigned n;
    char id[64][40], about[64][40], type[64][40], payload[64][40];
};
static const char *published_by; /* only what this test wrote */

static void on_published(void *to, const struct outbox_row *o) {
    struct published *p = to;
    if (p->n == 64 || !text_starts(o->aggregate_id, published_by)) return;
    text_copy(p->id[p->n], 40, o->id), text_copy(p->about[p->n], 40, o->aggregate_id);
    text_copy(p->type[p->n], 40, o->type), text_copy(p->payload[p->n++], 40, o->payload);
}

/* Events of a step are there when the step is, once, in the order of the steps; and not when it is not. */
void events_share_the_commit(struct conform *c) {
    enum { RUNS = 6, STEPS = 4 };
    static struct published p;
    static struct answer answered[STEPS][RUNS];
    struct id runs[RUNS];
    char stem[32], about[RUNS][40];
    memset(answered, 0, sizeof answered);
    snprintf(stem, sizeof stem, "ev-%lld-", (long long)c->now_ms);
    published_by = stem;
    for (int i = 0; i < RUNS; i++) runs[i] = new_run(c, (uint16_t)i), snprintf(about[i], sizeof about[i], "%s%d", stem, i);
    for (int seq = 0; seq < STEPS; seq++)
        for (int i = 0; i < RUNS; i++) {
            char id[2][80], body[40];
            struct outbox_row rows[2];
            for (int k = 0; k < 2; k++) {
                snprintf(id[k], sizeof id[k], "%s-%d-%d", about[i], seq + 1, k);
                rows[k] = (struct outbox_row){id[k], "thing", about[i], k ? "tenor.thing.second" : "tenor.thing.first", "{\"a\":\"\\u00e9\"}"};
            }
            struct posting_row bad = {"cash", "loan", "INR", "payout", 0, 20000};
            snprintf(body, sizeof body, "{\"run\":%d,\"seq\":%d}", i, seq + 1);
            struct append a = step(c, runs[i], (uint32_t)seq + 1, body);
            a.outbox = rows, a.n_outbox = 2;
            if (i == 5 && seq == 1) a.postings = &bad, a.n_postings = 1; /* and what follows it */
            put(c->a, &a, &answered[seq][i]);
        }
    for (int seq = 0; seq < STEPS; seq++)
        for (int i = 0; i < RUNS; i++) CU_ASSERT_EQUAL(settle(c, &answered[seq][i]), i == 5 && seq ? ERR_INVALID : OK);
    struct outbox_row row = {"never", "thing", about[0], "tenor.thing.never", "{}"};
    struct append again = step(c, runs[0], 1, "{\"run\":0,\"seq\":1}"), stale = step(c, runs[1], STEPS + 1, "{}");
    again.outbox = stale.outbox = &row, again.n_outbox = stale.n_outbox = 1, stale.epoch--;
    CU_ASSERT_EQUAL(put_wait(c, c->a, &again), OK); /* it is there already, and so are its events */
    CU_ASSERT_EQUAL(put_wait(c, c->a, &stale), ERR_CLOSED);
    p.n = 0;
    c->published(c->from, on_published, &p);
    CU_ASSERT_EQUAL(p.n, 2 * (STEPS * (RUNS - 1) + 1));
    unsigned next[RUNS] = {0};
    for (unsigned k = 0; k < p.n; k++) {
        unsigned i = (unsigned)(p.about[k][strlen(stem)] - '0');
        char id[60];
        snprintf(id, sizeof id, "%s-%u-%u", about[i], next[i] / 2 + 1, next[i] % 2);
        CU_ASSERT_STRING_EQUAL(p.id[k], id);
        CU_ASSERT_STRING_EQUAL(p.type[k], next[i] % 2 ? "tenor.thing.second" : "tenor.thing.first");
        CU_ASSERT_STRING_EQUAL(p.payload[k], "{\"a\":\"\\u00e9\"}");
        next[i]++;
    }
}
