/* conformance_loan.c - what every store promises about loans. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/store/conformance_inner.h"

enum { SEEN_MAX = 64 };
struct seen_loans {
    struct answer answer;
    unsigned n, n_entries;
    char id[SEEN_MAX][40], customer[SEEN_MAX][40], bucket[SEEN_MAX][20];
    struct loan_row row[SEEN_MAX]; /* its texts are gone */
    char loan[SEEN_MAX][40], body[SEEN_MAX][60], kind[SEEN_MAX][20];
    struct loan_entry_row entry[SEEN_MAX];
};

static void on_loan(void *who, const struct loan_row *l) {
    struct seen_loans *s = who;
    if (s->n == SEEN_MAX) return;
    s->row[s->n] = *l;
    text_copy(s->id[s->n], 40, l->id), text_copy(s->customer[s->n], 40, l->customer);
    text_copy(s->bucket[s->n++], 20, l->bucket);
}

static void on_entry(void *who, const struct loan_entry_row *e) {
    struct seen_loans *s = who;
    if (s->n_entries == SEEN_MAX) return;
    s->entry[s->n_entries] = *e;
    text_copy(s->loan[s->n_entries], 40, e->loan), text_copy(s->kind[s->n_entries], 20, e->kind);
    snprintf(s->body[s->n_entries++], 60, "%.*s", (int)e->body_len, e->body);
}

static void loans_done(void *who, enum err err, const struct fault *f) { on_done(&((struct seen_loans *)who)->answer, err, f); }

static void load(struct conform *c, const char *const *ids, size_t n, struct seen_loans *out) {
    *out = (struct seen_loans){0};
    CU_ASSERT_EQUAL(c->b->ops->load_loans(c->b, ids, n, on_loan, on_entry, loans_done, out), OK);
    CU_ASSERT_EQUAL(settle(c, &out->answer), OK);
}

static void due(struct conform *c, uint16_t shard, int32_t day, struct loan_place after, unsigned limit, struct seen_loans *out) {
    *out = (struct seen_loans){0};
    CU_ASSERT_EQUAL(c->b->ops->loans_due(c->b, shard, day, &after, limit, on_loan, loans_done, out), OK);
    CU_ASSERT_EQUAL(settle(c, &out->answer), OK);
}

static const struct loan_place FIRST = {INT32_MIN, ""};

struct loan_step { /* one append about one loan */
    struct append a;
    struct loan_row row;
    struct loan_entry_row entries[3];
    char body[3][40];
};

/* The append writes entries n-added+1 .. n of the loan, and its row. */
static const struct append *write_loan(struct loan_step *s, struct conform *c, struct id run, const char *id, uint32_t n, unsigned added) {
    s->a = step(c, run, 1, "{}");
    s->row = (struct loan_row){.id = id, .customer = "c1", .product = "emi", .currency = "INR", .state = "active", .bucket = "current",
                               .n = n, .outstanding_minor = 100000 - n, .overdue_minor = n, .oldest_due_day = 20000, .next_day = 20031};
    for (unsigned i = 0; i < added; i++) {
        uint32_t number = n - added + 1 + i;
        snprintf(s->body[i], sizeof s->body[i], "{\"number\":%u}", number);
        s->entries[i] = (struct loan_entry_row){.loan = id, .kind = number == 1 ? "opened" : "paid", .body = s->body[i],
                                                .body_len = strlen(s->body[i]), .n = number, .effective_day = 20000 + (int32_t)number,
                                                .known_ms = c->now_ms + number, .amount_minor = 10 * number};
    }
    s->a.loans = &s->row, s->a.n_loans = 1, s->a.loan_entries = s->entries, s->a.n_loan_entries = added;
    return &s->a;
}

static void name_loan(struct conform *c, char out[40]) {
    snprintf(out, 40, "L%llu-%lld", (unsigned long long)++c->minted, (long long)c->now_ms);
}

void loans_are_loaded_whole(struct conform *c) {
    static struct seen_loans s;
    struct loan_step w;
    char one[40], two[40];
    name_loan(c, one), name_loan(c, two);
    CU_ASSERT_EQUAL(put_wait(c, c->a, write_loan(&w, c, new_run(c, 3), one, 2, 2)), OK);
    CU_ASSERT_EQUAL(put_wait(c, c->a, write_loan(&w, c, new_run(c, 3), two, 1, 1)), OK);
    CU_ASSERT_EQUAL(put_wait(c, c->a, write_loan(&w, c, new_run(c, 3), one, 3, 1)), OK);
    const char *ids[] = {two, "no such loan", one};
    load(c, ids, 3, &s);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT_EQUAL_FATAL(s.n_entries, 4);
    unsigned at = strcmp(s.id[0], one) ? 1 : 0;
    CU_ASSERT_STRING_EQUAL(s.id[at], one);
    CU_ASSERT_STRING_EQUAL(s.customer[at], "c1");
    CU_ASSERT_STRING_EQUAL(s.bucket[at], "current");
    CU_ASSERT_EQUAL(s.row[at].n, 3);
    CU_ASSERT_EQUAL(s.row[at].outstanding_minor, 99997);
    CU_ASSERT_EQUAL(s.row[at].overdue_minor, 3);
    CU_ASSERT_EQUAL(s.row[at].oldest_due_day, 20000);
    CU_ASSERT_EQUAL(s.row[at].next_day, 20031);
    CU_ASSERT_STRING_EQUAL(s.loan[0], two);
    for (unsigned i = 1; i < 4; i++) {
        char body[40];
        snprintf(body, sizeof body, "{\"number\":%u}", i);
        CU_ASSERT_STRING_EQUAL(s.loan[i], one);
        CU_ASSERT_EQUAL(s.entry[i].n, i);
        CU_ASSERT_STRING_EQUAL(s.kind[i], i == 1 ? "opened" : "paid");
        CU_ASSERT_STRING_EQUAL(s.body[i], body);
        CU_ASSERT_EQUAL(s.entry[i].amount_minor, 10 * i);
        CU_ASSERT_EQUAL(s.entry[i].effective_day, 20000 + (int32_t)i);
        CU_ASSERT_EQUAL(s.entry[i].known_ms, c->now_ms + i);
    }
    load(c, ids + 1, 1, &s);
    CU_ASSERT_EQUAL(s.n + s.n_entries, 0);
}

/* Customer and shard are for ever; a write from another shard is refused. */
void loan_keeps_its_owner(struct conform *c) {
    static struct seen_loans s;
    struct loan_step w;
    char id[40];
    const char *ids[] = {id};
    name_loan(c, id);
    CU_ASSERT_EQUAL(put_wait(c, c->a, write_loan(&w, c, new_run(c, 4), id, 1, 1)), OK);
    write_loan(&w, c, new_run(c, 4), id, 2, 1);
    w.row.customer = "c2", w.row.bucket = "30-59";
    CU_ASSERT_EQUAL(put_wait(c, c->a, &w.a), OK);
    CU_ASSERT_EQUAL(put_wait(c, c->a, write_loan(&w, c, new_run(c, 5), id, 3, 1)), ERR_INVALID);
    load(c, ids, 1, &s);
    CU_ASSERT_STRING_EQUAL(s.customer[0], "c1");
    CU_ASSERT_STRING_EQUAL(s.bucket[0], "30-59");
    CU_ASSERT_EQUAL(s.row[0].n, 2);
    CU_ASSERT_EQUAL(s.n_entries, 2);
    due(c, 5, 30000, FIRST, SEEN_MAX, &s);
    for (unsigned i = 0; i < s.n; i++) CU_ASSERT_STRING_NOT_EQUAL(s.id[i], id);
}

/* A writer that did not know the newest entry fails, and nobody else in its batch. */
void known_entry_fails_alone(struct conform *c) {
    enum { N = 40 };
    static struct seen_loans s;
    static struct answer answered[N];
    static char id[N][40];
    struct loan_step w;
    memset(answered, 0, sizeof answered);
    for (int i = 0; i < N; i++) {
        name_loan(c, id[i]);
        CU_ASSERT_EQUAL(put_wait(c, c->a, write_loan(&w, c, new_run(c, 6), id[i], 2, 2)), OK);
    }
    for (int i = 0; i < N; i++) { /* 7 does not know entry 2; 11 writes only the row, and knows one entry */
        write_loan(&w, c, new_run(c, 6), id[i], i == 7 ? 2 : i == 11 ? 1 : 3, i == 11 ? 0 : 1);
        put(c->a, &w.a, &answered[i]);
    }
    for (int i = 0; i < N; i++) CU_ASSERT_EQUAL(settle(c, &answered[i]), i == 7 || i == 11 ? ERR_INVALID : OK);
    const char *ids[] = {id[6], id[7], id[11]};
    load(c, ids, 3, &s);
    CU_ASSERT_EQUAL(s.n, 3);
    CU_ASSERT_EQUAL(s.n_entries, 3 + 2 + 2);
}

/* Two steps of two runs that leave in one batch: both their entries stand, and the later one's row. */
void loan_of_two_steps_keeps_the_last(struct conform *c) {
    enum { N = 20 };
    static struct seen_loans s;
    static struct answer answered[N][3];
    static char id[N][40];
    struct loan_step w;
    memset(answered, 0, sizeof answered);
    for (int i = 0; i < N; i++) {
        name_loan(c, id[i]);
        for (uint32_t n = 1; n <= 3; n++) put(c->a, write_loan(&w, c, new_run(c, 2), id[i], n, 1), &answered[i][n - 1]);
    }
    for (int i = 0; i < N; i++)
        for (int n = 0; n < 3; n++) CU_ASSERT_EQUAL(settle(c, &answered[i][n]), OK);
    for (int i = 0; i < N; i++) {
        const char *ids[] = {id[i]};
        load(c, ids, 1, &s);
        CU_ASSERT_EQUAL(s.n_entries, 3);
        CU_ASSERT_EQUAL(s.row[0].n, 3);
        CU_ASSERT_EQUAL(s.row[0].overdue_minor, 3);
    }
}

void loans_of_a_stale_shard_stay(struct conform *c) {
    static struct seen_loans s;
    struct loan_step w;
    char id[40];
    const char *ids[] = {id};
    name_loan(c, id);
    CU_ASSERT_EQUAL(put_wait(c, c->a, write_loan(&w, c, new_run(c, 1), id, 1, 1)), OK);
    write_loan(&w, c, new_run(c, 1), id, 2, 1);
    w.a.epoch--;
    CU_ASSERT_EQUAL(put_wait(c, c->a, &w.a), ERR_CLOSED);
    load(c, ids, 1, &s);
    CU_ASSERT_EQUAL(s.row[0].n, 1);
    CU_ASSERT_EQUAL(s.n_entries, 1);
}

struct days {
    struct answer answer;
    unsigned n;
    int32_t day[64];
    uint16_t shard[64];
};
static void on_day(void *who, int32_t day, uint16_t shard) {
    struct days *d = who;
    if (d->n < 64) d->day[d->n] = day, d->shard[d->n++] = shard;
}
static void days_done(void *who, enum err err, const struct fault *f) { on_done(&((struct days *)who)->answer, err, f); }

static unsigned open_days(struct conform *c, const char *owner, struct days *out) {
    *out = (struct days){0};
    CU_ASSERT_EQUAL(c->b->ops->day_ends_open(c->b, owner, c->now_ms, on_day, days_done, out), OK);
    CU_ASSERT_EQUAL(settle(c, &out->answer), OK);
    return out->n;
}

static void end_day(struct conform *c, const char *date, uint16_t shard) {
    struct run_row row = {.workflow = "day_end@1", .case_type = "day_end", .case_key = date, .state = "running"};
    struct run_row over = {.state = "ended", .outcome = "done"};
    struct id run = new_run(c, shard);
    struct append a = step(c, run, 1, "[]"), b = step(c, run, 2, "[]");
    a.row = &row, b.row = &over;
    CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
    CU_ASSERT_EQUAL(put_wait(c, c->a, &b), OK);
}

/* A day is open in each shard of its owner until a run of it has ended there. */
void day_ends_are_open_until_done(struct conform *c) {
    static struct days d;
    struct answer first = {0}, again = {0}, other = {0};
    CU_ASSERT_EQUAL(open_days(c, "conform", &d), 0);
    CU_ASSERT_EQUAL(c->a->ops->day_end_ask(c->a, 20001, "asha", c->now_ms, on_done, &first), OK); /* 2024-10-05 */
    CU_ASSERT_EQUAL(settle(c, &first), OK);
    CU_ASSERT_EQUAL(c->a->ops->day_end_ask(c->a, 20000, "asha", c->now_ms, on_done, &other), OK);
    CU_ASSERT_EQUAL(settle(c, &other), OK);
    CU_ASSERT_EQUAL(c->b->ops->day_end_ask(c->b, 20001, "eve", c->now_ms + 1, on_done, &again), OK);
    CU_ASSERT_EQUAL(settle(c, &again), OK);
    CU_ASSERT_EQUAL(open_days(c, "conform", &d), 2u * c->a->shards);
    for (unsigned i = 0; i < d.n; i++) CU_ASSERT_EQUAL(d.day[i], i < c->a->shards ? 20000 : 20001);
    CU_ASSERT_EQUAL(open_days(c, "somebody else", &d), 0);
    end_day(c, "2024-10-04", 3), end_day(c, "2024-10-04", 3);
    CU_ASSERT_EQUAL(open_days(c, "conform", &d), 2u * c->a->shards - 1);
    for (unsigned i = 0; i < d.n; i++) CU_ASSERT_FALSE(d.day[i] == 20000 && d.shard[i] == 3);
    for (uint16_t s = 0; s < c->a->shards; s++) end_day(c, "2024-10-05", s);
    CU_ASSERT_EQUAL(open_days(c, "conform", &d), c->a->shards - 1u);
    for (uint16_t s = 0; s < c->a->shards; s++) end_day(c, "2024-10-04", s);
    CU_ASSERT_EQUAL(open_days(c, "conform", &d), 0);
}

/* Shard 7, days far behind those of the other tests: pages of three follow one another without gap or repeat. */
void due_loans_come_in_order(struct conform *c) {
    enum { N = 10 };
    static struct seen_loans s;
    static char id[N][40];
    static const int32_t days[N] = {15, 11, 15, 12, 11, 19, 15, 30, 11, 12}; /* -9900 each */
    struct loan_step w;
    for (int i = 0; i < N; i++) {
        name_loan(c, id[i]);
        write_loan(&w, c, new_run(c, 7), id[i], 1, 1);
        w.row.next_day = days[i] - 9900;
        CU_ASSERT_EQUAL(put_wait(c, c->a, &w.a), OK);
    }
    struct loan_place after = {INT32_MIN, ""};
    char last[40];
    unsigned found = 0;
    for (int page = 0; page < 5; page++) {
        due(c, 7, 19 - 9900, after, 3, &s);
        CU_ASSERT_EQUAL(s.n, page < 3 ? 3 : 0);
        for (unsigned i = 0; i < s.n; i++, found++) {
            CU_ASSERT_TRUE(s.row[i].next_day > after.next_day || (s.row[i].next_day == after.next_day && strcmp(s.id[i], after.id) > 0));
            text_copy(last, sizeof last, s.id[i]);
            after = (struct loan_place){s.row[i].next_day, last};
        }
    }
    CU_ASSERT_EQUAL(found, 9); /* all but the one that is due later */
    write_loan(&w, c, new_run(c, 7), id[1], 2, 1);
    w.row.next_day = 1000; /* done: it moves away */
    CU_ASSERT_EQUAL(put_wait(c, c->a, &w.a), OK);
    due(c, 7, 19 - 9900, FIRST, SEEN_MAX, &s);
    CU_ASSERT_EQUAL(s.n, 8);
}
