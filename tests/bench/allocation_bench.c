/* allocation_bench.c - what a payment costs our books: one thread, no database.
 *
 * usage: allocation_bench      prints microseconds of CPU: the waterfall alone, the fold of a life, a whole operation
 *                              (file read from its JSON, folded before and after, postings made), the end of a day. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/crypt.h"
#include "base/zone.h"
#include "book/fold.h"
#include "connectors/connectors.h"
#include "connectors/ledger/day_end.h"

enum { ROUNDS = 20000, MONTHS = 60, ENTRIES = MONTHS + 1, OPENED = 20468 };
#define DAY_MS INT64_C(86400000)

struct life {
    struct loan_entry entries[ENTRIES];
    struct deed_text texts[ENTRIES];
    struct schedule_row rows[LOAN_ROWS_MAX];
    struct buf opening;
    char bodies[ENTRIES][80];
};
static struct life life;

static double cpu_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void die(const char *what) {
    fprintf(stderr, "allocation_bench: %s\n", what);
    exit(1);
}

/* 60 equal months, each paid on its day. */
static void make_life(void) {
    struct loan_terms t = {.principal_minor = 10000000, .rate = 180000, .start_day = OPENED, .months = MONTHS};
    struct fault f;
    char due[16];
    if (loan_schedule(&t, life.rows, &f) != OK) die(f.text);
    buf_init(&life.opening, 1 << 16);
    buf_adds(&life.opening, "{\"product\":\"emi\",\"currency\":\"INR\",\"rate\":180000,\"rows\":[");
    for (int k = 0; k < MONTHS; k++)
        buf_addf(&life.opening, "%s[\"%s\",%lld,%lld]", k ? "," : "", day_text(life.rows[k].due_day, due), (long long)life.rows[k].principal_minor,
                 (long long)life.rows[k].interest_minor);
    buf_adds(&life.opening, "]}");
    life.entries[0] = (struct loan_entry){1, "opened", OPENED, OPENED * DAY_MS, t.principal_minor, buf_text(&life.opening), life.opening.len};
    for (int k = 0; k < MONTHS; k++) {
        int n = snprintf(life.bodies[k], sizeof life.bodies[k], "{\"for\":\"normal\",\"reference\":\"P%d\"}", k);
        life.entries[k + 1] = (struct loan_entry){(uint32_t)k + 2, "paid", life.rows[k].due_day, life.rows[k].due_day * DAY_MS,
                                                  life.rows[k].payment_minor, life.bodies[k], (size_t)n};
    }
    for (int k = 0; k < ENTRIES; k++) {
        const struct loan_entry *e = &life.entries[k];
        life.texts[k] = (struct deed_text){e->n, e->kind, e->effective_day, e->known_ms, e->amount_minor, e->body, e->body_len};
    }
}

/* Microseconds of one fold of the opening and `payments` payments; the entries have been read. */
static double fold_us(size_t payments) {
    struct arena *a = arena_new(8 << 20), *kept = arena_new(8 << 20);
    struct deed *deeds;
    const struct loan_state *s;
    struct fault f;
    if (!a || !kept || deeds_read(life.texts, payments + 1, kept, &deeds, &f) != OK) die("the file cannot be read");
    int32_t day = life.rows[payments ? payments - 1 : 0].due_day;
    double from = cpu_us();
    for (int k = 0; k < ROUNDS; k++) {
        if (loan_fold(deeds, payments + 1, day, INT64_MAX, a, &s, &f) != OK) die(f.text);
        arena_clear(a);
    }
    double us = (cpu_us() - from) / ROUNDS;
    arena_free(a), arena_free(kept);
    return us;
}

static void count_end(struct call *call, const struct call_result *r) {
    if (r->end != CALL_DONE) die(r->why);
    *(size_t *)call->who += r->n_postings;
}

/* One whole receive_payment after `payments` others, `months_back` months ago. */
static double payment_us(size_t payments, int months_back, size_t *postings) {
    struct connector_env env = {.config = NULL};
    struct connector *ledger;
    struct fault f;
    char on[16];
    if (ledger_connector.open(&env, &ledger, &f) != OK) die(f.text);
    const struct operation *op = ledger->ops->operations;
    while (strcmp(op->name, "receive_payment") != 0) op++;
    const struct schedule_row *last = &life.rows[payments];
    json_t *input = json_pack("{s:s, s:s, s:I, s:s}", "loan", "L1", "reference", "X", "amount", (json_int_t)last->payment_minor, "on",
                              day_text(life.rows[payments - (size_t)months_back].due_day, on));
    struct loan_file file = {.id = "L1", .customer = "c", .entries = life.entries, .n = (uint32_t)payments + 1};
    struct book_view book = {.loan = &file};
    size_t n = 0;
    struct call call = {.paragraph = "", .key = "k", .op = op, .input = input, .now_ms = last->due_day * DAY_MS + DAY_MS / 2, .book = &book,
                        .done = count_end, .who = &n};
    double from = cpu_us();
    for (int k = 0; k < ROUNDS / 10; k++) ledger->ops->start(ledger, &call);
    double us = (cpu_us() - from) / (ROUNDS / 10);
    *postings = n / (ROUNDS / 10);
    json_decref(input);
    ledger->ops->close(ledger);
    return us;
}

static double day_end_us(size_t payments) {
    struct arena *a = arena_new(8 << 20);
    struct loan_file file = {.id = "L1", .customer = "c", .entries = life.entries, .n = (uint32_t)payments + 1};
    struct day_end x;
    struct fault f;
    double from = cpu_us();
    for (int k = 0; k < ROUNDS / 10; k++) {
        if (ledger_day_end(&file, life.rows[payments].due_day, 0, a, &x, &f) != OK) die(f.text);
        arena_clear(a);
    }
    double us = (cpu_us() - from) / (ROUNDS / 10);
    arena_free(a);
    return us;
}

int main(void) {
    size_t n = 0, deep = 0;
    if (crypt_start() != OK) die("no crypt");
    make_life();
    double none = fold_us(0), all = fold_us(MONTHS);
    double payment = payment_us(12, 0, &n), late = payment_us(24, 20, &deep);
    printf("allocation of one payment, waterfall and postings   %7.2f us  (a life of %d payments less one of none, by payment)\n", (all - none) / MONTHS, MONTHS);
    printf("fold of a life of %d payments                       %7.2f us\n", MONTHS, all);
    printf("receive_payment, whole, after 12 payments           %7.2f us  (%zu postings)\n", payment, n);
    printf("receive_payment, 20 months late, moves 20 payments  %7.2f us  (%zu postings)\n", late, deep);
    printf("day_end of a due day, whole, after 12 payments      %7.2f us\n", day_end_us(12));
    buf_reset(&life.opening);
    return 0;
}
