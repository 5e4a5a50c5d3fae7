/* view_test.c - lists, pages and counts over rows that the store wrote. */
#include "store/view.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "io/pg.h"
#include "store/api_key.h"
#include "store/books.h"
#include "tests/store/pg_world.h"

static struct pg_world w;
static struct store *store;
static struct view *view;
static uint64_t epochs[WORLD_SHARDS];
static struct rng rng;

struct answer {
    bool done;
    enum err err;
    json_t *json;
};
static void answered(void *who, enum err err, const json_t *json, const struct fault *f) {
    struct answer *a = who;
    (void)f;
    a->done = true;
    a->err = err;
    a->json = json_incref((json_t *)json);
}
static void on_done(void *who, enum err err, const struct fault *f) {
    struct answer *a = who;
    a->done = true;
    a->err = err;
    if (f && err != OK) printf("\n    %s %s", f->where, f->text);
}
static void on_lease(void *who, const struct lease *l) {
    (void)who;
    epochs[l->shard] = l->epoch;
}

static bool open_all(void) {
    struct fault f;
    struct answer claimed = {0};
    if (!world_open(&w)) return false;
    store = world_store(&w, 2);
    if (view_open(w.loop, w.dsn, &view, &f) != OK) CU_FAIL_FATAL("view_open");
    rng_seed(&rng, 7);
    CU_ASSERT_EQUAL(store->ops->claim(store, "t", "", WORLD_SHARDS, world_now_ms(), 600000, on_lease, on_done, &claimed), OK);
    return world_wait(&w, &claimed.done);
}

static void close_all(void) {
    view_close(view);
    store->ops->close(store);
    world_close(&w);
}

static struct id put_run(int64_t started_ms, const struct run_row *row, const struct task_row *tasks, size_t n,
                         const struct posting_row *postings, size_t n_postings) {
    uint16_t shard = (uint16_t)rng_below(&rng, WORLD_SHARDS);
    struct id id = id_make(WORLD_REGION, shard, started_ms, &rng);
    struct answer a = {0};
    struct append x = {.run = id, .seq = 1, .epoch = epochs[shard], .now_ms = started_ms, .body = "{}", .body_len = 2,
                       .row = row, .tasks = tasks, .n_tasks = n, .postings = postings, .n_postings = n_postings};
    CU_ASSERT_EQUAL(store->ops->append(store, &x, on_done, &a), OK);
    CU_ASSERT_TRUE(world_wait(&w, &a.done) && a.err == OK);
    return id;
}

static json_t *runs(const struct runs_filter *f, const char *cursor, unsigned limit, enum err want) {
    struct answer a = {0};
    view_runs(view, f, cursor, limit, answered, &a);
    CU_ASSERT_FALSE(a.done);
    CU_ASSERT_TRUE(world_wait(&w, &a.done));
    CU_ASSERT_EQUAL(a.err, want);
    return a.json;
}

static size_t count(const struct runs_filter *f) {
    json_auto_t *page = runs(f, NULL, 200, OK);
    return json_array_size(json_object_get(page, "items"));
}

/* Every old run is seen exactly once, newest first, though new ones arrive between the pages. */
void test_view__pages_are_stable(void) {
    struct run_row row = {.workflow = "loan_approval@2", .case_type = "loan", .case_key = "K", .customer = "c"};
    struct runs_filter any = {0};
    int64_t base = world_now_ms() - 100000;
    char cursor[200] = "", last[40] = "9999";
    unsigned old = 0, pages = 0;
    if (!open_all()) return;
    for (int i = 0; i < 53; i++) put_run(base + i / 3, &row, NULL, 0, NULL, 0);
    for (bool more = true; more && pages < 50; pages++) {
        json_auto_t *page = runs(&any, *cursor ? cursor : NULL, 10, OK);
        size_t i;
        json_t *item;
        json_array_foreach(json_object_get(page, "items"), i, item) {
            const char *started = json_text(item, "started", "");
            CU_ASSERT_TRUE(strcmp(started, last) <= 0);
            text_copy(last, sizeof last, started);
            old++;
        }
        more = json_is_string(json_object_get(page, "next"));
        if (more) text_copy(cursor, sizeof cursor, json_text(page, "next", ""));
        put_run(base + 1000 + pages, &row, NULL, 0, NULL, 0);
    }
    CU_ASSERT_EQUAL(old, 53);
    CU_ASSERT_EQUAL(pages, 6);
    json_decref(runs(&any, "nonsense", 10, ERR_INVALID));
    json_decref(runs(&any, "12.r_nonsense", 10, ERR_INVALID));
    close_all();
}

void test_view__filters_runs(void) {
    if (!open_all()) return;
    int64_t now = world_now_ms();
    struct run_row a = {.workflow = "loan_approval@2", .case_type = "loan", .case_key = "K1", .customer = "ann", .amount_minor = 100},
                   b = {.workflow = "loanxapproval@2", .case_type = "loan", .case_key = "K2", .customer = "bob", .amount_minor = 900,
                        .state = "ended", .outcome = "declined", .decision = "decline"},
                   c = {.workflow = "loan_approval@3", .case_type = "care", .case_key = "K1", .customer = "ann", .state = "stuck"};
    put_run(now - 3000, &a, NULL, 0, NULL, 0);
    put_run(now - 2000, &b, NULL, 0, NULL, 0);
    put_run(now - 1000, &c, NULL, 0, NULL, 0);
    CU_ASSERT_EQUAL(count(&(struct runs_filter){0}), 3);
    CU_ASSERT_EQUAL(count(&(struct runs_filter){.workflow = "loan_approval"}), 2); /* "_" is no wildcard */
    CU_ASSERT_EQUAL(count(&(struct runs_filter){.workflow = "loan_approval@3"}), 1);
    CU_ASSERT_EQUAL(count(&(struct runs_filter){.state = "ended"}), 1);
    CU_ASSERT_EQUAL(count(&(struct runs_filter){.state = "stuck"}), 1);
    CU_ASSERT_EQUAL(count(&(struct runs_filter){.outcome = "declined", .decision = "decline"}), 1);
    CU_ASSERT_EQUAL(count(&(struct runs_filter){.customer = "ann"}), 2);
    CU_ASSERT_EQUAL(count(&(struct runs_filter){.case_key = "K1", .case_type = "care"}), 1);
    CU_ASSERT_EQUAL(count(&(struct runs_filter){.amount_min = 100, .amount_max = 500}), 1);
    CU_ASSERT_EQUAL(count(&(struct runs_filter){.from_ms = now - 2000, .till_ms = now - 1000}), 1);
    CU_ASSERT_EQUAL(count(&(struct runs_filter){.customer = "' or 1=1 --"}), 0);
    struct answer n = {0};
    view_counts(view, answered, &n);
    CU_ASSERT_TRUE(world_wait(&w, &n.done) && n.err == OK);
    CU_ASSERT_EQUAL(json_int(json_at(n.json, "runs"), "running", 0), 1);
    CU_ASSERT_EQUAL(json_int(json_at(n.json, "runs"), "stuck", 0), 1);
    CU_ASSERT_EQUAL(json_int(json_at(n.json, "runs"), "ended", 0), 1);
    json_decref(n.json);
    close_all();
}

void test_view__tasks_most_urgent_first(void) {
    if (!open_all()) return;
    struct run_row row = {.workflow = "w@1", .case_type = "loan", .case_key = "K", .customer = "c"};
    struct task_row t[] = {
        {.id = "t-none", .paragraph = "p", .queue = "credit", .state = "open", .visit = 1},
        {.id = "t-late", .paragraph = "p", .queue = "credit", .state = "open", .due_ms = 9000, .visit = 2},
        {.id = "t-soon", .paragraph = "p", .queue = "fraud", .state = "claimed", .assignee = "asha", .due_ms = 5000, .visit = 1},
        {.id = "t-done", .paragraph = "p", .queue = "credit", .state = "done", .due_ms = 1000, .visit = 1}};
    put_run(world_now_ms(), &row, t, 4, NULL, 0);
    char order[200] = "", cursor[200] = "";
    for (int page = 0; page < 2; page++) {
        struct answer a = {0};
        size_t i;
        json_t *item;
        view_tasks(view, &(struct tasks_filter){0}, *cursor ? cursor : NULL, 2, answered, &a);
        CU_ASSERT_TRUE(world_wait(&w, &a.done) && a.err == OK);
        json_array_foreach(json_object_get(a.json, "items"), i, item) {
            strncat(order, json_text(item, "id", ""), 20);
            strncat(order, " ", 2);
        }
        text_copy(cursor, sizeof cursor, json_text(a.json, "next", ""));
        json_decref(a.json);
    }
    CU_ASSERT_STRING_EQUAL(order, "t-done t-soon t-late t-none ");
    struct answer a = {0};
    view_tasks(view, &(struct tasks_filter){.queue = "credit", .state = "open"}, NULL, 10, answered, &a);
    CU_ASSERT_TRUE(world_wait(&w, &a.done) && a.err == OK);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(a.json, "items")), 2);
    json_decref(a.json);
    a = (struct answer){0};
    view_tasks(view, &(struct tasks_filter){.run = "not-a-run"}, NULL, 10, answered, &a);
    CU_ASSERT_TRUE(world_wait(&w, &a.done) && a.err == ERR_INVALID);
    json_decref(a.json);
    close_all();
}

static void put_loan(const char *id, const char *customer, const char *bucket, uint32_t n) {
    struct run_row row = {.workflow = "w@1", .case_type = "payment", .case_key = id, .customer = customer};
    struct loan_row loan = {.id = id, .customer = customer, .product = "emi", .currency = "INR", .state = "active", .bucket = bucket,
                            .n = n, .outstanding_minor = 1000, .next_day = INT32_MAX};
    struct loan_entry_row entries[8];
    for (uint32_t i = 0; i < n; i++)
        entries[i] = (struct loan_entry_row){.loan = id, .kind = i ? "paid" : "opened", .body = "{\"by\":\"upi\"}", .body_len = 12, .n = i + 1,
                                             .effective_day = 20000 + (int32_t)i, .known_ms = 1767225600000, .amount_minor = i * 50};
    struct append a = {.run = id_make(WORLD_REGION, 3, world_now_ms(), &rng), .seq = 1, .epoch = epochs[3], .now_ms = world_now_ms(),
                       .body = "{}", .body_len = 2, .row = &row, .loans = &loan, .n_loans = 1, .loan_entries = entries, .n_loan_entries = n};
    struct answer put = {0};
    CU_ASSERT_EQUAL(store->ops->append(store, &a, on_done, &put), OK);
    CU_ASSERT_TRUE(world_wait(&w, &put.done) && put.err == OK);
}

/* The ids of all pages of two, joined by blanks. */
static void loan_pages(const struct loans_filter *f, char *out, size_t cap) {
    char cursor[100] = "";
    out[0] = 0;
    do {
        struct answer a = {0};
        view_loans(view, f, cursor[0] ? cursor : NULL, 2, answered, &a);
        CU_ASSERT_TRUE(world_wait(&w, &a.done) && a.err == OK);
        size_t i, at;
        json_t *item;
        json_array_foreach(json_object_get(a.json, "items"), i, item) {
            at = strlen(out);
            snprintf(out + at, cap - at, "%s ", json_text(item, "id", "?"));
        }
        text_copy(cursor, sizeof cursor, json_text(a.json, "next", ""));
        json_decref(a.json);
    } while (cursor[0]);
}

void test_view__loans(void) {
    char ids[100];
    if (!open_all()) return;
    put_loan("L1", "c1", "current", 3), put_loan("L2", "c1", "30-59", 1), put_loan("L3", "c2", "30-59", 1);
    put_loan("L4", "c1", "current", 1), put_loan("l5", "c1", "30-59", 5);
    struct answer a = {0}, none = {0}, page = {0}, bad = {0};
    view_loan(view, "L1", answered, &a);
    CU_ASSERT_TRUE(world_wait(&w, &a.done) && a.err == OK);
    CU_ASSERT_STRING_EQUAL(json_text(a.json, "customer", ""), "c1");
    CU_ASSERT_EQUAL(json_int(a.json, "shard", -1), 3);
    CU_ASSERT_EQUAL(json_int(a.json, "n", 0), 3);
    CU_ASSERT_PTR_NULL(json_object_get(a.json, "next_day"));
    json_decref(a.json);
    view_loan(view, "L", answered, &none);
    CU_ASSERT_TRUE(world_wait(&w, &none.done) && none.err == ERR_NOT_FOUND);
    loan_pages(&(struct loans_filter){0}, ids, sizeof ids);
    CU_ASSERT_STRING_EQUAL(ids, "L1 L2 L3 L4 l5 ");
    loan_pages(&(struct loans_filter){.customer = "c1", .state = "active"}, ids, sizeof ids);
    CU_ASSERT_STRING_EQUAL(ids, "L1 L2 L4 l5 ");
    loan_pages(&(struct loans_filter){.bucket = "30-59"}, ids, sizeof ids);
    CU_ASSERT_STRING_EQUAL(ids, "L2 L3 l5 ");
    loan_pages(&(struct loans_filter){.state = "closed"}, ids, sizeof ids);
    CU_ASSERT_STRING_EQUAL(ids, "");
    view_loan_entries(view, "l5", "4", 2, answered, &page);
    CU_ASSERT_TRUE(world_wait(&w, &page.done) && page.err == OK);
    const json_t *first = json_array_get(json_object_get(page.json, "items"), 0);
    CU_ASSERT_EQUAL(json_int(first, "n", 0), 3);
    CU_ASSERT_STRING_EQUAL(json_text(json_object_get(first, "body"), "by", ""), "upi");
    CU_ASSERT_STRING_EQUAL(json_text(first, "effective", ""), "2024-10-06");
    CU_ASSERT_STRING_EQUAL(json_text(page.json, "next", ""), "2");
    json_decref(page.json);
    view_loan_entries(view, "l5", "x", 2, answered, &bad);
    CU_ASSERT_TRUE(world_wait(&w, &bad.done) && bad.err == ERR_INVALID);
    close_all();
}

void test_view__day_end(void) {
    if (!open_all()) return;
    struct answer none = {0}, asked = {0}, a = {0}, put = {0};
    view_day_end(view, 20000, answered, &none);
    CU_ASSERT_TRUE(world_wait(&w, &none.done) && none.err == ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(store->ops->day_end_ask(store, 20000, "asha", world_now_ms(), on_done, &asked), OK);
    CU_ASSERT_TRUE(world_wait(&w, &asked.done) && asked.err == OK);
    put_loan("L1", "c1", "current", 1);
    CU_ASSERT_EQUAL(pg_run_script(w.dsn, "update loan set next_day = 20000", NULL), OK);
    struct run_row row = {.workflow = "day_end@1", .case_type = "day_end", .case_key = "2024-10-04", .state = "running"};
    const char *body = "[{\"f\":\"page\",\"day\":\"2024-10-04\",\"done\":120,\"changed\":9,\"entries\":10,\"failed\":1}]";
    struct append page = {.run = id_make(WORLD_REGION, 3, world_now_ms(), &rng), .seq = 1, .epoch = epochs[3], .now_ms = world_now_ms(),
                          .body = body, .body_len = strlen(body), .row = &row};
    CU_ASSERT_EQUAL(store->ops->append(store, &page, on_done, &put), OK);
    CU_ASSERT_TRUE(world_wait(&w, &put.done) && put.err == OK);
    view_day_end(view, 20000, answered, &a);
    CU_ASSERT_TRUE(world_wait(&w, &a.done) && a.err == OK);
    CU_ASSERT_STRING_EQUAL(json_text(a.json, "state", ""), "running");
    CU_ASSERT_STRING_EQUAL(json_text(a.json, "asked_by", ""), "asha");
    CU_ASSERT_EQUAL(json_int(a.json, "done", 0), 120);
    CU_ASSERT_EQUAL(json_int(a.json, "changed", 0), 9);
    CU_ASSERT_EQUAL(json_int(a.json, "left", 0), 1);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(a.json, "shards")), WORLD_SHARDS);
    const json_t *three = json_array_get(json_object_get(a.json, "shards"), 3);
    CU_ASSERT_EQUAL(json_int(three, "done", 0), 120);
    CU_ASSERT_PTR_NOT_NULL(json_object_get(three, "run"));
    json_decref(a.json);
    close_all();
}

static void component(void *who, const char *loan, const char *part, const char *currency, int64_t balance) {
    char *out = who;
    size_t at = strlen(out);
    snprintf(out + at, 200 - at, "%s %s %s %lld;", loan, part, currency, (long long)balance);
}

void test_view__loans_in_the_books(void) {
    if (!open_all()) return;
    struct run_row row = {.workflow = "w@1", .case_type = "loan", .case_key = "K", .customer = "c"};
    struct posting_row p[] = {{"loan:L1:principal", "lender:settlement", "INR", "payout", 24500, 20000},
                              {"loan:L1:fee", "lender:fee_income", "INR", "fee", 500, 20000},
                              {"lender:settlement", "loan:L1:principal", "INR", "paid", 4500, 20001},
                              {"loan:L0:principal", "lender:settlement", "USD", "payout", 7, 20000}};
    char sums[200] = "";
    struct fault f;
    json_t *books = NULL;
    put_run(world_now_ms(), &row, NULL, 0, p, 4);
    put_loan("L1", "c1", "current", 3), put_loan("L2", "c1", "current", 1);
    CU_ASSERT_EQUAL(books_components(w.dsn, component, sums, &f), OK);
    CU_ASSERT_STRING_EQUAL(sums, "L0 principal USD 7;L1 fee INR 500;L1 principal INR 20000;");
    CU_ASSERT_EQUAL(books_read(w.dsn, false, &books, &f), OK);
    CU_ASSERT_TRUE(json_bool(books, "balanced", false));
    CU_ASSERT_EQUAL(json_int(books, "loans", 0), 2);
    json_decref(books);
    CU_ASSERT_EQUAL(pg_run_script(w.dsn, "update loan set n = 2 where id = 'L2'", &f), OK);
    CU_ASSERT_EQUAL(pg_run_script(w.dsn, "insert into loan_entry select 'L9', n, kind, 1, 1, 1, body, run, seq from loan_entry where loan = 'L2'", &f), OK);
    CU_ASSERT_EQUAL(books_read(w.dsn, false, &books, &f), OK);
    CU_ASSERT_FALSE(json_bool(books, "balanced", true));
    CU_ASSERT_EQUAL(json_int(books, "loan_gaps", 0), 2);
    json_decref(books);
    CU_ASSERT_NOT_EQUAL(pg_run_script(w.dsn, "delete from loan_entry", &f), OK);
    CU_ASSERT_NOT_EQUAL(pg_run_script(w.dsn, "truncate loan_entry", &f), OK);
    close_all();
}

void test_view__books_and_keys(void) {
    if (!open_all()) return;
    struct run_row row = {.workflow = "w@1", .case_type = "loan", .case_key = "K", .customer = "c"};
    struct posting_row p[] = {{"loan:L1:principal", "lender:settlement", "INR", "payout", 24500, 20000},
                              {"loan:L1:principal", "lender:fee_income", "INR", "fee", 500, 20000}};
    put_run(world_now_ms(), &row, NULL, 0, p, 2);
    struct fault f;
    json_t *books = NULL;
    CU_ASSERT_EQUAL(books_read(w.dsn, true, &books, &f), OK);
    CU_ASSERT_TRUE(json_bool(books, "balanced", false));
    json_t *inr = json_array_get(json_object_get(books, "currencies"), 0);
    CU_ASSERT_EQUAL(json_int(inr, "debits", 0), 25000);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(inr, "accounts")), 3);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(books, "runs")), 3);
    json_decref(books);
    /* Somebody slips in a posting that no step made: the books say so. */
    CU_ASSERT_EQUAL(pg_run_script(w.dsn, "insert into posting select run, 99, 1, debit, credit, currency, kind, 1, 1, 1 from posting limit 1", &f), OK);
    CU_ASSERT_EQUAL(books_read(w.dsn, false, &books, &f), OK);
    CU_ASSERT_FALSE(json_bool(books, "balanced", true));
    CU_ASSERT_EQUAL(json_int(books, "orphans", 0), 1);
    json_decref(books);
    CU_ASSERT_NOT_EQUAL(pg_run_script(w.dsn, "update posting set amount_minor = 1", &f), OK);
    CU_ASSERT_NOT_EQUAL(pg_run_script(w.dsn, "delete from journal", &f), OK);
    CU_ASSERT_NOT_EQUAL(pg_run_script(w.dsn, "truncate posting", &f), OK);
    const char *hash = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    CU_ASSERT_EQUAL(api_key_put(w.dsn, hash, "branch 7", "officer", 1, &f), OK);
    CU_ASSERT_EQUAL(api_key_put(w.dsn, hash, "branch 7", "admin", 2, &f), OK);
    CU_ASSERT_NOT_EQUAL(api_key_put(w.dsn, hash, "x", "king", 2, &f), OK);
    struct answer a = {0}, b = {0};
    view_api_key(view, hash, answered, &a);
    CU_ASSERT_TRUE(world_wait(&w, &a.done) && a.err == OK);
    CU_ASSERT_STRING_EQUAL(json_text(a.json, "role", ""), "admin");
    view_api_key(view, "ff", answered, &b);
    CU_ASSERT_TRUE(world_wait(&w, &b.done) && b.err == ERR_NOT_FOUND);
    json_decref(a.json), json_decref(b.json);
    a = (struct answer){0};
    view_trial_balance(view, answered, &a);
    CU_ASSERT_TRUE(world_wait(&w, &a.done) && a.err == OK);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(a.json, "items")), 3);
    json_decref(a.json);
    close_all();
}
