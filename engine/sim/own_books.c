#include "sim/own_books.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"

static void move(struct call *call) {
    const char *ref = json_text(call->input, "ref", "");
    char held[200];
    (void)snprintf(held, sizeof held, "held:%s", ref);
    bool hold = !strcmp(call->op->name, "hold");
    struct posting p = {hold ? held : "funds", hold ? "funds" : held, 100, "INR", 20000, call->op->name};
    json_t *answer = json_pack("{s:s, s:s}", "id", call->key, "ref", ref);
    struct call_result r = {.end = answer ? CALL_DONE : CALL_FAILED, .why = "no memory", .answer = answer, .postings = &p, .n_postings = 1};
    call->done(call, &r);
    json_decref(answer);
}

/* What the last entry left. */
static int64_t count_of(const struct loan_file *file) {
    if (!file->n) return 0;
    const struct loan_entry *last = &file->entries[file->n - 1];
    json_auto_t *body = json_loadb(last->body, last->body_len, 0, NULL);
    return json_int(body, "is", 0);
}

static void count(struct call *call) {
    const struct loan_file *file = call->book->loan;
    bool add = !strcmp(call->op->name, "add");
    int64_t was = count_of(file), is = was + (add ? 1 : -1);
    char account[200], body[100];
    (void)snprintf(account, sizeof account, "loan:%s:count", file->id);
    int n = snprintf(body, sizeof body, "{\"was\":%lld,\"is\":%lld}", (long long)was, (long long)is);
    struct posting p = {add ? account : "funds", add ? "funds" : account, 1, "INR", 20000, call->op->name};
    struct loan_entry entry = {.kind = add ? "added" : "subtracted", .effective_day = 20000, .amount_minor = 1, .body = body,
                               .body_len = (size_t)n};
    struct loan_write write = {&entry, 1, {.product = "counter", .currency = "INR", .state = "active", .bucket = "current",
                                           .outstanding_minor = is,
                                           .next_day = file->n ? file->columns.next_day : OWN_BOOKS_FIRST_DAY}};
    json_t *answer = json_pack("{s:I, s:s}", "count", (json_int_t)is, "loan", file->id);
    struct call_result r = {.end = answer ? CALL_DONE : CALL_FAILED, .why = "no memory", .answer = answer, .postings = &p,
                            .n_postings = 1, .loan = &write};
    call->done(call, &r);
    json_decref(answer);
}

enum err own_books_day_end(void *who, const struct loan_file *loan, int32_t day, int64_t now_ms, struct arena *a,
                           struct day_end_out *out, struct fault *f) {
    long long count = count_of(loan);
    (void)who, (void)now_ms, (void)f;
    struct loan_entry *e = arena_alloc(a, sizeof *e);
    char *body = arena_printf(a, "{\"was\":%lld,\"is\":%lld}", count, count);
    if (!e || !body) return ERR_NOMEM;
    *e = (struct loan_entry){.kind = "day_end", .effective_day = day, .body = body, .body_len = strlen(body)};
    out->write = (struct loan_write){e, 1, loan->columns};
    out->write.columns.next_day = day + 1;
    return OK;
}

static void start(struct connector *c, struct call *call) {
    (void)c;
    if (call->op->book) count(call);
    else move(call);
}

static void close_(struct connector *c) { free(c); }

#define TEXT "{\"type\":\"string\"}"
#define REF "{\"type\":\"object\",\"properties\":{\"ref\":" TEXT "},\"required\":[\"ref\"]}"
#define ID_AND_REF "\"properties\":{\"id\":" TEXT ",\"ref\":" TEXT "}"
#define LOAN "{\"type\":\"object\",\"properties\":{\"loan\":" TEXT "},\"required\":[\"loan\"]}"
#define COUNTED "{\"type\":\"object\",\"properties\":{\"count\":{\"type\":\"integer\"},\"loan\":" TEXT "},\"required\":[\"count\",\"loan\"]}"
static const struct operation operations[] = {
    {.name = "hold", .about = "holds an amount", .kind = OP_LOCAL, .timeout_ms = 1000, .input = REF,
     .output = "{\"type\":\"object\"," ID_AND_REF ",\"required\":[\"id\",\"ref\"]}", .sample = "{\"id\":\"H1\",\"ref\":\"A\"}"},
    {.name = "release", .about = "releases it", .kind = OP_LOCAL, .timeout_ms = 1000, .undoes = true,
     .input = "{\"type\":\"object\"," ID_AND_REF ",\"required\":[\"ref\"]}", .output = "{\"type\":\"object\"," ID_AND_REF "}",
     .sample = "{\"id\":\"R1\",\"ref\":\"A\"}"},
    {.name = "add", .about = "counts one up", .kind = OP_LOCAL, .timeout_ms = 1000, .book = "loan", .input = LOAN, .output = COUNTED,
     .sample = "{\"count\":1,\"loan\":\"L1\"}"},
    {.name = "subtract", .about = "counts one down", .kind = OP_LOCAL, .timeout_ms = 1000, .undoes = true, .book = "loan",
     .input = LOAN, .output = COUNTED, .sample = "{\"count\":0,\"loan\":\"L1\"}"},
    {0}};
static const struct connector_ops ops = {.name = "books", .operations = operations, .start = start, .close = close_};

struct connector *own_books_new(void) {
    struct connector *c = calloc(1, sizeof *c);
    if (c) c->ops = &ops;
    return c;
}
