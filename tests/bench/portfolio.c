#include "tests/bench/portfolio.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/zone.h"
#include "book/arrears.h"

enum { MONTHS = 24, KINDS_LATE = 4, DAYS = 336, COPY_BYTES = 1 << 18, ENTRIES_MAX = MONTHS + 1 };
#define PRINCIPAL INT64_C(10000000)
#define DAY_MS INT64_C(86400000)

/* --- what a day-end says --------------------------------------------------------------------------- */

static enum err read_deeds(const struct loan_file *loan, struct arena *a, struct deed **out, struct fault *f) {
    struct deed_text *texts = arena_alloc(a, loan->n * sizeof *texts);
    if (!texts) return ERR_NOMEM;
    for (uint32_t i = 0; i < loan->n; i++) {
        const struct loan_entry *e = &loan->entries[i];
        texts[i] = (struct deed_text){e->n, e->kind, e->effective_day, e->known_ms, e->amount_minor, e->body, e->body_len};
    }
    return deeds_read(texts, loan->n, a, out, f);
}

static struct loan_columns columns_of(const struct loan_state *s) {
    return (struct loan_columns){.product = "emi", .currency = "INR", .state = stage_word(s->stage),
                                 .bucket = arrears_bucket_word(arrears_bucket(arrears_dpd(s, s->as_of_day))),
                                 .outstanding_minor = loan_outstanding(s), .overdue_minor = loan_overdue(s),
                                 .oldest_due_day = arrears_oldest(s, s->as_of_day), .next_day = arrears_next_day(s)};
}

static const char *account_new(struct arena *a, const char *loan, enum account which) {
    return which < ACCOUNTS_OF_LOAN ? arena_printf(a, "loan:%s:%s", loan, account_word(which)) : arena_printf(a, "lender:%s", account_word(which));
}

static enum err post(const struct loan_file *loan, const struct loan_state *before, const struct loan_state *after, struct arena *a,
                     struct day_end_out *out) {
    struct flows moved;
    flows_init(&moved, a);
    if (!flows_difference(&before->flows, &after->flows, &moved)) return ERR_NOMEM;
    struct posting *p = arena_alloc(a, (moved.n + 1) * sizeof *p);
    for (size_t i = 0; p && i < moved.n; i++) {
        const struct flow *x = &moved.all[i];
        p[i] = (struct posting){account_new(a, loan->id, x->debit), account_new(a, loan->id, x->credit), x->minor, "INR", x->day, "due"};
        if (!p[i].debit || !p[i].credit) return ERR_NOMEM;
    }
    out->postings = p, out->n_postings = moved.n;
    return p ? OK : ERR_NOMEM;
}

enum err portfolio_day_end(void *who, const struct loan_file *loan, int32_t day, int64_t now_ms, struct arena *a,
                           struct day_end_out *out, struct fault *f) {
    const struct loan_state *before = NULL, *after = NULL;
    (void)who, (void)now_ms;
    struct deed *deeds = NULL;
    enum err err = read_deeds(loan, a, &deeds, f); /* the dear part: once */
    if (err == OK) err = loan_fold(deeds, loan->n, day - 1, INT64_MAX, a, &before, f);
    if (err == OK) err = loan_fold(deeds, loan->n, day, INT64_MAX, a, &after, f);
    if (err == OK) err = post(loan, before, after, a, out);
    if (err != OK) return err;
    out->write.columns = columns_of(after);
    if (!strcmp(out->write.columns.bucket, loan->columns.bucket)) return OK;
    struct loan_entry *e = arena_alloc(a, sizeof *e);
    char *body = arena_printf(a, "{\"bucket\":\"%s\",\"class\":\"%s\",\"dpd\":%d}", out->write.columns.bucket,
                              arrears_class_word(arrears_class(after, day)), arrears_dpd(after, day));
    if (!e || !body) return ERR_NOMEM;
    *e = (struct loan_entry){.kind = "day_end", .effective_day = day, .body = body, .body_len = strlen(body)};
    out->write.entries = e, out->write.n_entries = 1;
    return OK;
}

/* --- lives: as many as there are days of opening and ways to be late; loans share them ---------------- */

struct life {
    struct loan_entry entries[ENTRIES_MAX];
    unsigned n;
    struct buf rows;          /* of the opening */
    char columns[300];        /* the row's text from product to next_day */
    bool due;
};

static int make_life(struct life *l, int32_t opened, unsigned paid, int32_t day, struct arena *a) {
    struct loan_terms terms = {.product = PRODUCT_EMI, .principal_minor = PRINCIPAL, .rate = 180000, .day_count = DAYS_30_360,
                               .start_day = opened, .months = MONTHS};
    struct schedule_row rows[LOAN_ROWS_MAX];
    struct fault f = {0};
    if (loan_schedule(&terms, rows, &f) != OK) return fprintf(stderr, "portfolio: %s\n", f.text), -1;
    buf_init(&l->rows, 1 << 16);
    buf_adds(&l->rows, "{\"product\":\"emi\",\"currency\":\"INR\",\"rate\":180000,\"rows\":[");
    for (int i = 0; i < MONTHS; i++) {
        char due[16];
        buf_addf(&l->rows, "%s[\"%s\",%lld,%lld]", i ? "," : "", day_text(rows[i].due_day, due), (long long)rows[i].principal_minor,
                 (long long)rows[i].interest_minor);
    }
    buf_adds(&l->rows, "]}");
    l->entries[l->n++] = (struct loan_entry){1, "opened", opened, opened * DAY_MS, PRINCIPAL, buf_text(&l->rows), l->rows.len};
    for (unsigned i = 0; i < paid && i < MONTHS; i++, l->n++)
        l->entries[l->n] = (struct loan_entry){l->n + 1, "paid", rows[i].due_day, rows[i].due_day * DAY_MS, rows[i].payment_minor, "{}", 2};
    struct loan_file file = {.id = "L", .customer = "", .entries = l->entries, .n = l->n};
    const struct loan_state *s = NULL;
    struct deed *deeds = NULL;
    arena_clear(a);
    if (read_deeds(&file, a, &deeds, &f) != OK || loan_fold(deeds, file.n, day - 1, INT64_MAX, a, &s, &f) != OK) return fprintf(stderr, "portfolio: %s\n", f.text), -1;
    struct loan_columns c = columns_of(s);
    l->due = c.next_day <= day;
    snprintf(l->columns, sizeof l->columns, "%s\t%s\t%s\t%s\t%u\t%lld\t%lld\t%d\t%d", c.product, c.currency, c.state, c.bucket, l->n,
             (long long)c.outstanding_minor, (long long)c.overdue_minor, c.oldest_due_day, c.next_day);
    return 0;
}

/* Opened so many days before `day`, all paid that fell due before it. */
static int good_life(struct life *l, int days, int32_t day, struct arena *a) {
    int32_t opened = day - 2 - days;
    unsigned paid = 0;
    while (day_months_later(opened, (int)paid + 1) < day) paid++;
    return make_life(l, opened, paid, day, a);
}

/* `late` days past due on `day`, after `paid` payments. */
static int late_life(struct life *l, int late, unsigned paid, int32_t day, struct arena *a) {
    return make_life(l, day_months_later(day - late, -(int)paid - 1), paid, day, a);
}

/* --- COPY -------------------------------------------------------------------------------------------- */

struct copy {
    PGconn *pg;
    struct buf out;
};

static int copy_end(struct copy *c, const char *why) {
    PGresult *r = NULL;
    int rc = PQputCopyData(c->pg, c->out.data, (int)c->out.len) == 1 && PQputCopyEnd(c->pg, why) == 1 ? 0 : -1;
    if (rc == 0) r = PQgetResult(c->pg);
    if (rc == 0 && PQresultStatus(r) != PGRES_COMMAND_OK) rc = -1;
    if (rc) fprintf(stderr, "portfolio: %s", PQerrorMessage(c->pg));
    PQclear(r);
    while ((r = PQgetResult(c->pg))) PQclear(r);
    buf_clear(&c->out);
    return rc;
}

static int copy_begin(struct copy *c, const char *sql) {
    PGresult *r = PQexec(c->pg, sql);
    int rc = PQresultStatus(r) == PGRES_COPY_IN ? 0 : (fprintf(stderr, "portfolio: %s", PQerrorMessage(c->pg)), -1);
    PQclear(r);
    return rc;
}

static int copy_some(struct copy *c) {
    if (c->out.len < COPY_BYTES) return 0;
    int rc = PQputCopyData(c->pg, c->out.data, (int)c->out.len) == 1 ? 0 : -1;
    buf_clear(&c->out);
    return rc;
}

static const struct life *life_of(const struct portfolio *p, const struct life *good, const struct life *late, unsigned i) {
    bool is_late = i % 100 < p->late_percent;
    return is_late ? &late[i / 100 % KINDS_LATE] : &good[i * 7919u % DAYS];
}

static int copy_loans(struct copy *c, struct portfolio *p, const struct life *good, const struct life *late) {
    if (copy_begin(c, "copy loan (id, shard, customer, product, currency, state, bucket, n, outstanding_minor, overdue_minor,"
                      " oldest_due_day, next_day, updated_ms) from stdin")) return -1;
    for (unsigned i = 0; i < p->loans; i++) {
        const struct life *l = life_of(p, good, late, i);
        buf_addf(&c->out, "L%09u\t%u\t%08x%056x\t%s\t%lld\n", i, i % p->shards, i % p->shards, i, l->columns, (long long)(p->day * DAY_MS));
        p->due += l->due, p->late += l >= late && l < late + KINDS_LATE, p->entries += l->n;
        if (copy_some(c)) return -1;
    }
    return copy_end(c, NULL);
}

static int copy_entries(struct copy *c, const struct portfolio *p, const struct life *good, const struct life *late) {
    if (copy_begin(c, "copy loan_entry (loan, n, kind, effective_day, known_ms, amount_minor, body, run, seq) from stdin")) return -1;
    for (unsigned i = 0; i < p->loans; i++) {
        const struct life *l = life_of(p, good, late, i);
        for (unsigned k = 0; k < l->n; k++) {
            const struct loan_entry *e = &l->entries[k];
            buf_addf(&c->out, "L%09u\t%u\t%s\t%d\t%lld\t%lld\t%.*s\t\\\\x%032x\t%u\n", i, e->n, e->kind, e->effective_day, (long long)e->known_ms,
                     (long long)e->amount_minor, (int)e->body_len, e->body, i, e->n);
        }
        if (copy_some(c)) return -1;
    }
    return copy_end(c, NULL);
}

static int make_lives(struct life *good, struct life *late, int32_t day) {
    static const int days_late[KINDS_LATE] = {1, 31, 61, 91};
    struct arena *a = arena_new(64 << 20);
    int rc = a ? 0 : -1;
    for (int i = 0; rc == 0 && i < DAYS; i++) rc = good_life(&good[i], i, day, a);
    for (int i = 0; rc == 0 && i < KINDS_LATE; i++) rc = late_life(&late[i], days_late[i], 3 + (unsigned)i, day, a);
    arena_free(a);
    return rc;
}

int portfolio_load(const char *dsn, struct portfolio *p) {
    static struct life good[DAYS], late[KINDS_LATE];
    struct copy c = {.pg = PQconnectdb(dsn)};
    buf_init(&c.out, 64 << 20);
    int rc = make_lives(good, late, p->day);
    if (rc == 0) rc = copy_loans(&c, p, good, late);
    if (rc == 0) rc = copy_entries(&c, p, good, late);
    if (rc == 0) PQclear(PQexec(c.pg, "vacuum analyze loan, loan_entry"));
    if (rc == 0) PQclear(PQexec(c.pg, "checkpoint"));
    PQfinish(c.pg);
    buf_reset(&c.out);
    return rc;
}
