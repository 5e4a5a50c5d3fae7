/* asking.h - one call of a connector in a test, with its end kept. */
#ifndef TESTS_ASKING_H
#define TESTS_ASKING_H

#include <CUnit/CUnit.h>
#include <string.h>

#include "connectors/connector.h"

#define ASKING_NOW INT64_C(1768471200000) /* 2026-01-15T10:00:00Z */
#define ASKING_POSTINGS 64

struct asking {
    struct call call;
    int ended; /* how often done was called */
    enum call_end end;
    json_t *answer, *input;
    char why[200], code[60];
    int64_t retry_after_ms;
    struct posting postings[ASKING_POSTINGS];
    char accounts[ASKING_POSTINGS][2][100];
    size_t n_postings;
};

static inline void asking_done(struct call *call, const struct call_result *r) {
    struct asking *x = call->who;
    x->ended++;
    x->end = r->end;
    x->answer = json_incref(r->answer);
    x->retry_after_ms = r->retry_after_ms;
    snprintf(x->why, sizeof x->why, "%s", r->why ? r->why : "");
    snprintf(x->code, sizeof x->code, "%s", r->code ? r->code : "");
    for (size_t k = 0; k < r->n_postings && k < ASKING_POSTINGS; k++) {
        x->postings[k] = r->postings[k];
        snprintf(x->accounts[k][0], 100, "%s", r->postings[k].debit);
        snprintf(x->accounts[k][1], 100, "%s", r->postings[k].credit);
        x->postings[k].debit = x->accounts[k][0];
        x->postings[k].credit = x->accounts[k][1];
        x->n_postings = k + 1;
    }
}

static inline void asking_reset(struct asking *x) {
    json_decref(x->answer);
    json_decref(x->input);
    memset(x, 0, sizeof *x);
}

static inline const struct operation *asking_operation(const struct connector *c, const char *name) {
    for (const struct operation *op = c->ops->operations; op->name; op++)
        if (!strcmp(op->name, name)) return op;
    CU_FAIL_FATAL("no such operation");
    return NULL;
}

/* `input` is JSON text, or NULL for a look. */
static inline void asking_start(struct asking *x, struct connector *c, const char *operation, const char *key,
                                const char *input, const struct book_view *book) {
    memset(x, 0, sizeof *x);
    x->input = input ? json_loads(input, 0, NULL) : NULL;
    if (input) CU_ASSERT_PTR_NOT_NULL_FATAL(x->input);
    x->call = (struct call){.paragraph = "test", .visit = 1, .attempt = 1, .key = key,
                            .op = asking_operation(c, operation), .look = !input, .input = x->input,
                            .now_ms = ASKING_NOW, .book = book, .done = asking_done, .who = x};
    c->ops->start(c, &x->call);
}

#endif
