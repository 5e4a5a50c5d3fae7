#include "tests/store/conformance.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "tests/store/conformance_inner.h"

enum { TTL_MS = 10000, HOUR_MS = 3600000 };

static unsigned answers;

void on_done(void *who, enum err err, const struct fault *f) {
    struct answer *a = who;
    *a = (struct answer){.done = true, .err = err, .at = ++answers, .times = a->times + 1};
    if (f) text_copy(a->text, sizeof a->text, f->text);
}

enum err settle(struct conform *c, struct answer *a) {
    CU_ASSERT_TRUE(c->wait(c->who, &a->done));
    CU_ASSERT_EQUAL(a->times, 1);
    return a->done ? a->err : ERR_TIMEOUT;
}

struct id new_run(struct conform *c, uint16_t shard) {
    struct rng r;
    rng_seed(&r, ++c->minted ^ (uint64_t)c->now_ms << 20);
    return id_make(c->a->region, shard, c->now_ms, &r);
}

struct journal { /* what a load brought */
    unsigned n;
    struct id run[1200];
    uint32_t seq[1200];
    char body[1200][80];
};
static struct journal seen;

static void on_journal(void *who, const struct journal_row *r) {
    (void)who;
    if (seen.n == ARRAY_LEN(seen.seq)) return;
    seen.run[seen.n] = r->run;
    seen.seq[seen.n] = r->seq;
    snprintf(seen.body[seen.n++], sizeof seen.body[0], "%.*s", (int)r->body_len, r->body);
}

static unsigned load(struct conform *c, struct store *s, struct id run) {
    struct answer a = {0};
    seen.n = 0;
    CU_ASSERT_EQUAL(s->ops->load(s, run, on_journal, on_done, &a), OK);
    CU_ASSERT_EQUAL(settle(c, &a), OK);
    return seen.n;
}

const struct run_row first_row = {.workflow = "loan@1", .plan_hash = "ab", .case_type = "loan",
                                         .case_key = "L-1", .customer = "c1", .state = "running",
                                         .at = "begin", .currency = "INR", .amount_minor = 500};

struct append step(struct conform *c, struct id run, uint32_t seq, const char *body) {
    return (struct append){.run = run, .seq = seq, .epoch = c->epochs[id_shard(run)], .now_ms = c->now_ms,
                           .body = body, .body_len = strlen(body), .row = seq == 1 ? &first_row : NULL};
}

void put(struct store *s, const struct append *a, struct answer *answer) {
    CU_ASSERT_EQUAL(s->ops->append(s, a, on_done, answer), OK);
    CU_ASSERT_FALSE(answer->done); /* never before it returns */
}

enum err put_wait(struct conform *c, struct store *s, const struct append *a) {
    struct answer answer = {0};
    put(s, a, &answer);
    return settle(c, &answer);
}

struct leases {
    unsigned n, mine;
    const char *me;
    struct conform *c;         /* NULL: only count */
    uint64_t epoch[256];
    char owner[256][32];
};

static void on_lease(void *who, const struct lease *l) {
    struct leases *ls = who;
    ls->n++;
    ls->epoch[l->shard] = l->epoch;
    text_copy(ls->owner[l->shard], sizeof ls->owner[0], l->owner);
    if (!text_eq(l->owner, ls->me)) return;
    ls->mine++;
    if (ls->c) ls->c->epochs[l->shard] = l->epoch;
}

/* One `who` serves both callbacks of a claim. */
struct claim {
    struct leases leases;
    struct answer answer;
};
static void claim_lease(void *who, const struct lease *l) { on_lease(&((struct claim *)who)->leases, l); }
static void claim_done(void *who, enum err err, const struct fault *f) {
    on_done(&((struct claim *)who)->answer, err, f);
}

static unsigned claim(struct conform *c, struct store *s, const char *me, unsigned want, struct leases *out) {
    struct claim x = {.leases = {.me = me, .c = out ? NULL : c}};
    CU_ASSERT_EQUAL(s->ops->claim(s, me, "unix:/none", want, c->now_ms, TTL_MS, claim_lease, claim_done, &x), OK);
    CU_ASSERT_EQUAL(settle(c, &x.answer), OK);
    CU_ASSERT_EQUAL(x.leases.n, s->shards);
    if (out) *out = x.leases;
    return x.leases.mine;
}

static void story_is_kept(struct conform *c) {
    struct id run = new_run(c, 3);
    const char *bodies[] = {"{\"a\":1}", "{\"b\":\"two\"}", "{}"};
    for (uint32_t i = 0; i < 3; i++) {
        struct append a = step(c, run, i + 1, bodies[i]);
        CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
    }
    CU_ASSERT_EQUAL(load(c, c->b, run), 3);
    for (uint32_t i = 0; i < 3; i++) {
        CU_ASSERT_TRUE(id_same(seen.run[i], run));
        CU_ASSERT_EQUAL(seen.seq[i], i + 1);
        CU_ASSERT_STRING_EQUAL(seen.body[i], bodies[i]);
    }
    CU_ASSERT_EQUAL(load(c, c->b, new_run(c, 3)), 0);
}

/* A thousand appends of one turn: each answered once, each story whole and in order. */
static void shard_keeps_order(struct conform *c) {
    enum { RUNS = 100, STEPS = 10 };
    static struct answer answered[STEPS][RUNS];
    static struct id runs[RUNS];
    memset(answered, 0, sizeof answered);
    for (int i = 0; i < RUNS; i++) runs[i] = new_run(c, (uint16_t)(i % 8));
    for (int seq = 0; seq < STEPS; seq++)
        for (int i = 0; i < RUNS; i++) {
            char body[40]; /* gone before the batch leaves: arguments are copied */
            snprintf(body, sizeof body, "{\"run\":%d,\"seq\":%d}", i, seq + 1);
            struct append a = step(c, runs[i], (uint32_t)seq + 1, body);
            put(c->a, &a, &answered[seq][i]);
        }
    for (int i = 0; i < RUNS; i++) CU_ASSERT_EQUAL(settle(c, &answered[STEPS - 1][i]), OK);
    for (int seq = 0; seq < STEPS; seq++)
        for (int i = 0; i < RUNS; i++) {
            CU_ASSERT_EQUAL(settle(c, &answered[seq][i]), OK);
            CU_ASSERT_EQUAL(answered[seq][i].times, 1);
        }
    struct answer loaded = {0};
    seen.n = 0;
    CU_ASSERT_EQUAL(c->b->ops->load_many(c->b, runs, RUNS, on_journal, on_done, &loaded), OK);
    CU_ASSERT_EQUAL(settle(c, &loaded), OK);
    CU_ASSERT_EQUAL(seen.n, RUNS * STEPS);
    for (unsigned i = 0; i < seen.n; i++) {
        CU_ASSERT_EQUAL(seen.seq[i], i % STEPS + 1);
        CU_ASSERT_TRUE(id_same(seen.run[i], seen.run[i - i % STEPS]));
    }
}

static void same_bytes_again(struct conform *c) {
    struct id run = new_run(c, 1), other = new_run(c, 2);
    struct append a = step(c, run, 1, "{\"x\":1}"), b = step(c, run, 1, "{\"x\":2}");
    struct append free_rider = step(c, other, 1, "{}");
    CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
    struct answer again = {0}, rider = {0};
    put(c->a, &a, &again);
    put(c->a, &free_rider, &rider);
    CU_ASSERT_EQUAL(settle(c, &again), OK);
    CU_ASSERT_EQUAL(settle(c, &rider), OK);
    CU_ASSERT_EQUAL(put_wait(c, c->a, &b), ERR_CLOSED);
    CU_ASSERT_EQUAL(load(c, c->a, run), 1);
    CU_ASSERT_STRING_EQUAL(seen.body[0], "{\"x\":1}");
}

static void wrong_arguments(struct conform *c) {
    struct answer never = {0};
    struct append a = step(c, new_run(c, 1), 1, "{}");
    a.row = NULL;
    CU_ASSERT_EQUAL(c->a->ops->append(c->a, &a, on_done, &never), ERR_INVALID);
    a = step(c, new_run(c, c->a->shards), 1, "{}");
    CU_ASSERT_EQUAL(c->a->ops->append(c->a, &a, on_done, &never), ERR_INVALID);
    a = step(c, new_run(c, 1), 2, "{}");
    a.seq = 0;
    CU_ASSERT_EQUAL(c->a->ops->append(c->a, &a, on_done, &never), ERR_INVALID);
    a = step(c, new_run(c, 1), 1, "{}");
    a.run.b[1] ^= 0x55; /* another region */
    CU_ASSERT_EQUAL(c->a->ops->append(c->a, &a, on_done, &never), ERR_INVALID);
    CU_ASSERT_FALSE(never.done);
}

/* INV-4: a process that was paused and lost its lease writes nothing. */
static void stale_epoch_writes_nothing(struct conform *c) {
    struct id run = new_run(c, 5), late = new_run(c, 5);
    struct append a = step(c, run, 1, "{}"), b = step(c, run, 2, "{}"), fresh = step(c, late, 1, "{}");
    CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
    c->now_ms += TTL_MS + 1;
    struct leases taken;
    CU_ASSERT_EQUAL(claim(c, c->b, "thief", c->b->shards, &taken), c->b->shards);
    CU_ASSERT_TRUE(taken.epoch[5] > c->epochs[5]);
    struct answer one = {0}, two = {0};
    put(c->a, &b, &one);
    put(c->a, &fresh, &two);
    CU_ASSERT_EQUAL(settle(c, &one), ERR_CLOSED);
    CU_ASSERT_EQUAL(settle(c, &two), ERR_CLOSED);
    CU_ASSERT_EQUAL(load(c, c->b, run), 1);
    CU_ASSERT_EQUAL(load(c, c->b, late), 0);
    b.epoch = taken.epoch[5];
    CU_ASSERT_EQUAL(put_wait(c, c->b, &b), OK);
}

/* One batch, two shards, one of them stale: the other's entries go through. */
static void stale_shard_leaves_alone(struct conform *c) {
    struct append good = step(c, new_run(c, 1), 1, "{}"), bad = step(c, new_run(c, 2), 1, "{}");
    struct append last = step(c, new_run(c, 1), 1, "{}");
    bad.epoch--;
    struct answer a[3] = {{0}};
    put(c->a, &good, &a[0]);
    put(c->a, &bad, &a[1]);
    put(c->a, &last, &a[2]);
    CU_ASSERT_EQUAL(settle(c, &a[0]), OK);
    CU_ASSERT_EQUAL(settle(c, &a[1]), ERR_CLOSED);
    CU_ASSERT_EQUAL(settle(c, &a[2]), OK);
}

static void leases_are_shared(struct conform *c) {
    struct leases l, before;
    unsigned half = c->a->shards / 2;
    c->now_ms += HOUR_MS;
    CU_ASSERT_EQUAL(claim(c, c->a, "p1", c->a->shards, &before), c->a->shards);
    CU_ASSERT_EQUAL(claim(c, c->b, "p2", half, &l), 0); /* all taken, none run out */
    CU_ASSERT_EQUAL(claim(c, c->a, "p1", half, &l), half); /* gives back the excess */
    for (unsigned s = 0; s < c->a->shards; s++) /* renewing does not raise */
        CU_ASSERT_EQUAL(l.epoch[s], before.epoch[s]);
    CU_ASSERT_EQUAL(claim(c, c->b, "p2", c->b->shards, &l), c->b->shards - half);
    for (unsigned s = 0; s < c->a->shards; s++)
        CU_ASSERT_EQUAL(l.epoch[s], before.epoch[s] + (text_eq(l.owner[s], "p2") ? 1 : 0));
    c->now_ms += TTL_MS / 2;
    CU_ASSERT_EQUAL(claim(c, c->b, "p2", c->b->shards, &l), c->b->shards - half);
    c->now_ms += TTL_MS / 2 + 1; /* p1 did not renew */
    CU_ASSERT_EQUAL(claim(c, c->b, "p2", c->b->shards, &l), c->b->shards);
    struct answer released = {0};
    CU_ASSERT_EQUAL(c->b->ops->release(c->b, "p2", on_done, &released), OK);
    CU_ASSERT_EQUAL(settle(c, &released), OK);
    CU_ASSERT_EQUAL(claim(c, c->a, "p1", c->a->shards, &l), c->a->shards); /* at once */
}

struct found {
    struct answer answer;
    struct dedup_found d;
    char hash[80];
};
static void on_dedup(void *who, enum err err, const struct dedup_found *d) {
    struct found *f = who;
    f->d = *d;
    if (d->found) text_copy(f->hash, sizeof f->hash, d->body_hash);
    on_done(&f->answer, err, NULL);
}

static void key_is_taken_once(struct conform *c) {
    char key[40];
    snprintf(key, sizeof key, "key-%llu", (unsigned long long)++c->minted + (unsigned long long)c->now_ms);
    struct dedup_row d = {"api", "/v1/x", key, "hash-1"};
    struct id winner = new_run(c, 1);
    struct append first = step(c, winner, 1, "{}"), second = step(c, new_run(c, 3), 1, "{}");
    struct append other = step(c, new_run(c, 3), 1, "{}"), follow = step(c, second.run, 2, "{}");
    first.dedup = second.dedup = &d;
    struct answer a[4] = {{0}};
    put(c->a, &first, &a[0]);
    CU_ASSERT_EQUAL(settle(c, &a[0]), OK);
    put(c->a, &second, &a[1]);
    put(c->a, &follow, &a[2]);
    put(c->a, &other, &a[3]);
    CU_ASSERT_EQUAL(settle(c, &a[1]), ERR_CONFLICT);
    CU_ASSERT_EQUAL(settle(c, &a[2]), ERR_CONFLICT);
    CU_ASSERT_EQUAL(settle(c, &a[3]), OK);
    CU_ASSERT_EQUAL(load(c, c->a, second.run), 0);
    struct found f = {0};
    CU_ASSERT_EQUAL(c->b->ops->dedup(c->b, "api", "/v1/x", key, on_dedup, &f), OK);
    CU_ASSERT_EQUAL(settle(c, &f.answer), OK);
    CU_ASSERT_TRUE(f.d.found && id_same(f.d.run, winner));
    CU_ASSERT_STRING_EQUAL(f.hash, "hash-1");
    memset(&f, 0, sizeof f);
    CU_ASSERT_EQUAL(c->b->ops->dedup(c->b, "api", "/v1/y", key, on_dedup, &f), OK);
    CU_ASSERT_EQUAL(settle(c, &f.answer), OK);
    CU_ASSERT_FALSE(f.d.found);
}

/* SEMANTICS 2: the bad entry fails alone, with what follows it in its run; all others commit. */
static void bad_entry_fails_alone(struct conform *c) {
    enum { N = 100 };
    static struct answer a[N], b[N];
    static struct id runs[N];
    memset(a, 0, sizeof a), memset(b, 0, sizeof b);
    for (int i = 0; i < N; i++) {
        struct posting_row p = {"cash", "loan", "INR", "payout", i == 37 || i == 38 ? 0 : 10, 20000};
        runs[i] = new_run(c, 6);
        struct append x = step(c, runs[i], 1, "{}"), y = step(c, runs[i], 2, "{}");
        x.postings = &p;
        x.n_postings = 1;
        put(c->a, &x, &a[i]);
        put(c->a, &y, &b[i]);
    }
    for (int i = 0; i < N; i++) {
        enum err want = i == 37 || i == 38 ? ERR_INVALID : OK;
        CU_ASSERT_EQUAL(settle(c, &a[i]), want);
        CU_ASSERT_EQUAL(settle(c, &b[i]), want);
        CU_ASSERT_TRUE(a[i].at < b[i].at);
    }
    CU_ASSERT_EQUAL(load(c, c->a, runs[36]), 2);
    CU_ASSERT_EQUAL(load(c, c->a, runs[37]), 0);
}

struct open_seen {
    struct answer answer;
    unsigned n;
    struct id run[64];
    uint32_t last_seq[64];
    char state[64][16], key[64][32];
    int64_t wake_ms[64];
};
static void on_open(void *who, const struct open_run *r) {
    struct open_seen *o = who;
    if (o->n == 64) return;
    o->run[o->n] = r->run;
    o->last_seq[o->n] = r->last_seq;
    o->wake_ms[o->n] = r->wake_ms;
    text_copy(o->state[o->n], sizeof o->state[0], r->state);
    text_copy(o->key[o->n++], sizeof o->key[0], r->case_key);
}
static void open_done(void *who, enum err err, const struct fault *f) {
    on_done(&((struct open_seen *)who)->answer, err, f);
}
static void open_page(struct conform *c, struct id after, unsigned limit, struct open_seen *out) {
    *out = (struct open_seen){0};
    CU_ASSERT_EQUAL(c->b->ops->open_runs(c->b, 7, after, limit, on_open, open_done, out), OK);
    CU_ASSERT_EQUAL(settle(c, &out->answer), OK);
}

static void open_runs_are_told(struct conform *c) {
    static struct open_seen o;
    struct id runs[5], none = new_run(c, 7); /* everything older is smaller */
    for (int i = 0; i < 5; i++) {
        c->now_ms++;
        runs[i] = new_run(c, 7);
        struct append a = step(c, runs[i], 1, "{}");
        CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
    }
    struct run_row waits = {.state = "waiting", .at = "offer", .wake_ms = 777}, over = {.state = "ended", .outcome = "done"};
    struct append a = step(c, runs[1], 2, "{}"), b = step(c, runs[3], 2, "{}");
    a.row = &waits, b.row = &over;
    CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
    CU_ASSERT_EQUAL(put_wait(c, c->a, &b), OK);
    struct append born_over = step(c, new_run(c, 7), 1, "{}");
    struct run_row short_life = first_row;
    short_life.state = "ended";
    born_over.row = &short_life;
    CU_ASSERT_EQUAL(put_wait(c, c->a, &born_over), OK);
    open_page(c, none, 64, &o);
    CU_ASSERT_EQUAL(o.n, 4);
    const int which[] = {0, 1, 2, 4};
    for (unsigned i = 0; i < 4 && i < o.n; i++) CU_ASSERT_TRUE(id_same(o.run[i], runs[which[i]]));
    CU_ASSERT_STRING_EQUAL(o.state[0], "running");
    CU_ASSERT_EQUAL(o.last_seq[0], 1);
    CU_ASSERT_STRING_EQUAL(o.state[1], "waiting");
    CU_ASSERT_STRING_EQUAL(o.key[1], "L-1"); /* as it was */
    CU_ASSERT_EQUAL(o.wake_ms[1], 777);
    CU_ASSERT_EQUAL(o.last_seq[1], 2);
    open_page(c, none, 2, &o);
    CU_ASSERT_EQUAL(o.n, 2);
    open_page(c, o.run[1], 2, &o);
    CU_ASSERT_EQUAL(o.n, 2);
    CU_ASSERT_TRUE(id_same(o.run[0], runs[2]) && id_same(o.run[1], runs[4]));
}

/* A run that moves twice before the connection is free: recovery must see where it is now. */
static void last_row_of_a_turn_counts(struct conform *c) {
    enum { RUNS = 20 };
    static struct open_seen o;
    static struct answer answered[RUNS][2];
    struct id runs[RUNS], before = new_run(c, 7);
    memset(answered, 0, sizeof answered);
    for (int i = 0; i < RUNS; i++) {
        c->now_ms++;
        runs[i] = new_run(c, 7);
        struct append a = step(c, runs[i], 1, "{}");
        CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
    }
    struct run_row waits = {.state = "waiting", .at = "offer", .wake_ms = 777}, goes_on = {.state = "running", .at = "pay", .wake_ms = 5};
    for (int i = 0; i < RUNS; i++) {
        struct append a = step(c, runs[i], 2, "{}"), b = step(c, runs[i], 3, "{}");
        a.row = &waits, b.row = &goes_on;
        put(c->a, &a, &answered[i][0]), put(c->a, &b, &answered[i][1]);
    }
    for (int i = 0; i < RUNS; i++) CU_ASSERT_TRUE(settle(c, &answered[i][0]) == OK && settle(c, &answered[i][1]) == OK);
    open_page(c, before, 64, &o);
    CU_ASSERT_EQUAL(o.n, RUNS);
    for (unsigned i = 0; i < o.n; i++) {
        CU_ASSERT_STRING_EQUAL(o.state[i], "running");
        CU_ASSERT_EQUAL(o.wake_ms[i], 5);
    }
}

struct bytes {
    struct answer answer;
    size_t n;
    unsigned sum;
};
static void on_bytes(void *who, enum err err, const void *p, size_t n) {
    struct bytes *b = who;
    b->n = n;
    for (size_t i = 0; i < n; i++) b->sum += ((const unsigned char *)p)[i];
    on_done(&b->answer, err, NULL);
}

static void artifacts_and_keys(struct conform *c) {
    char name[40];
    snprintf(name, sizeof name, "h-%lld", (long long)c->now_ms);
    size_t n = 300000;
    unsigned char *big = malloc(n);
    CU_ASSERT_PTR_NOT_NULL_FATAL(big);
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) sum += big[i] = (unsigned char)(i * 31 + i / 255);
    struct artifact_row art = {name, big, n};
    struct person_key_row person = {name, "wrap\0ped", 8};
    struct append a = step(c, new_run(c, 4), 1, "{}");
    a.artifacts = &art, a.n_artifacts = 1, a.person = &person;
    struct answer put_answer = {0};
    put(c->a, &a, &put_answer);
    memset(big, 0, n); /* arguments were copied */
    free(big);
    CU_ASSERT_EQUAL(settle(c, &put_answer), OK);
    struct bytes got = {0}, key = {0}, none = {0}, nobody = {0};
    CU_ASSERT_EQUAL(c->b->ops->artifact(c->b, name, on_bytes, &got), OK);
    CU_ASSERT_EQUAL(settle(c, &got.answer), OK);
    CU_ASSERT_EQUAL(got.n, n);
    CU_ASSERT_EQUAL(got.sum, sum);
    CU_ASSERT_EQUAL(c->b->ops->person_key(c->b, name, on_bytes, &key), OK);
    CU_ASSERT_EQUAL(settle(c, &key.answer), OK);
    CU_ASSERT_EQUAL(key.n, 8);
    CU_ASSERT_EQUAL(c->b->ops->artifact(c->b, "nothing", on_bytes, &none), OK);
    CU_ASSERT_EQUAL(settle(c, &none.answer), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(c->b->ops->person_key(c->b, "nobody", on_bytes, &nobody), OK);
    CU_ASSERT_EQUAL(settle(c, &nobody.answer), ERR_NOT_FOUND);
}

struct listed {
    struct answer answer;
    const char *name;
    unsigned n;
    char text[80];
};
static void on_definition(void *who, const struct definition *d) {
    struct listed *l = who;
    if (!text_eq(d->name, l->name)) return;
    l->n++;
    text_copy(l->text, sizeof l->text, d->text);
}
static void listed_done(void *who, enum err err, const struct fault *f) {
    on_done(&((struct listed *)who)->answer, err, f);
}

static void published_stays(struct conform *c) {
    char name[40];
    snprintf(name, sizeof name, "policy_%lld", (long long)c->now_ms);
    struct definition d = {"policy", name, "hash-1", "return {}", "asha", 1, 1767225600000};
    struct answer first = {0}, again = {0}, other = {0};
    CU_ASSERT_EQUAL(c->a->ops->publish(c->a, &d, on_done, &first), OK);
    CU_ASSERT_EQUAL(settle(c, &first), OK);
    CU_ASSERT_EQUAL(c->b->ops->publish(c->b, &d, on_done, &again), OK);
    CU_ASSERT_EQUAL(settle(c, &again), OK);
    d.hash = "hash-2", d.text = "return 1", d.by = "eve";
    CU_ASSERT_EQUAL(c->b->ops->publish(c->b, &d, on_done, &other), OK);
    CU_ASSERT_EQUAL(settle(c, &other), ERR_CONFLICT);
    CU_ASSERT_PTR_NOT_NULL(strstr(other.text, "asha"));
    CU_ASSERT_PTR_NOT_NULL(strstr(other.text, "2026-01-01T00:00:00"));
    struct listed l = {.name = name};
    CU_ASSERT_EQUAL(c->a->ops->definitions(c->a, on_definition, listed_done, &l), OK);
    CU_ASSERT_EQUAL(settle(c, &l.answer), OK);
    CU_ASSERT_EQUAL(l.n, 1);
    CU_ASSERT_STRING_EQUAL(l.text, "return {}");
}

const struct conform_test conform_tests[] = {
    {"story_is_kept", story_is_kept},
    {"shard_keeps_order", shard_keeps_order},
    {"same_bytes_again", same_bytes_again},
    {"wrong_arguments", wrong_arguments},
    {"stale_epoch_writes_nothing", stale_epoch_writes_nothing},
    {"stale_shard_leaves_alone", stale_shard_leaves_alone},
    {"leases_are_shared", leases_are_shared},
    {"key_is_taken_once", key_is_taken_once},
    {"bad_entry_fails_alone", bad_entry_fails_alone},
    {"open_runs_are_told", open_runs_are_told},
    {"last_row_of_a_turn_counts", last_row_of_a_turn_counts},
    {"early_events_are_kept", early_events_are_kept},
    {"events_go_to_every_open_run", events_go_to_every_open_run},
    {"a_run_that_ends_leaves_its_events", a_run_that_ends_leaves_its_events},
    {"too_many_events_wait", too_many_events_wait},
    {"old_events_are_swept", old_events_are_swept},
    {"newer_words_are_known", newer_words_are_known},
    {"a_deaf_run_may_come_to_hear", a_deaf_run_may_come_to_hear},
    {"webhooks_are_kept_once", webhooks_are_kept_once},
    {"artifacts_and_keys", artifacts_and_keys},
    {"published_stays", published_stays},
    {"business_keys_stand_as_last_said", business_keys_stand_as_last_said},
    {"business_key_of_two_runs_in_one_batch", business_key_of_two_runs_in_one_batch},
    {"loans_are_loaded_whole", loans_are_loaded_whole},
    {"loan_keeps_its_owner", loan_keeps_its_owner},
    {"known_entry_fails_alone", known_entry_fails_alone},
    {"loan_of_two_steps_keeps_the_last", loan_of_two_steps_keeps_the_last},
    {"loans_of_a_stale_shard_stay", loans_of_a_stale_shard_stay},
    {"due_loans_come_in_order", due_loans_come_in_order},
    {"day_ends_are_open_until_done", day_ends_are_open_until_done},
    {"events_share_the_commit", events_share_the_commit},
    {NULL, NULL},
};

void conform_run(struct conform *c) {
    CU_ASSERT_TRUE_FATAL(c->a->shards >= 8 && c->a->shards <= 256);
    for (const struct conform_test *t = conform_tests; t->name; t++) {
        unsigned before = CU_get_number_of_failures();
        c->now_ms += HOUR_MS; /* all leases of the test before have run out */
        CU_ASSERT_EQUAL(claim(c, c->a, "conform", c->a->shards, NULL), c->a->shards);
        t->run(c);
        if (CU_get_number_of_failures() != before) printf("\n    conformance: %s FAILED", t->name);
    }
}
