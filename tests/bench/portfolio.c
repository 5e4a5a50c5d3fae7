#include "tests/bench/portfolio.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/zone.h"
#include "book/schedule.h"
#include "connectors/ledger/day_end.h"

enum { MONTHS = 24, KINDS_LATE = 4, DAYS = 336, COPY_BYTES = 1 << 18, ENTRIES_MAX = 3 * MONTHS };
#define PRINCIPAL INT64_C(10000000)
#define DAY_MS INT64_C(86400000)

enum err portfolio_day_end(void *who, const struct loan_file *loan, int32_t day, int64_t now_ms, struct arena *a,
                           struct day_end_out *out, struct fault *f) {
    struct day_end x;
    (void)who;
    enum err err = ledger_day_end(loan, day, now_ms, a, &x, f);
    *out = (struct day_end_out){.write = x.write, .postings = x.postings, .n_postings = x.n_postings};
    return err;
}

/* --- lives: as many as there are days of opening and ways to be late; loans share them ---------------- */

struct life {
    struct loan_entry entries[ENTRIES_MAX];
    unsigned n;
    struct schedule_row rows[LOAN_ROWS_MAX];
    char columns[300];        /* the row's text from product to next_day */
    bool due;
};
struct making {
    struct arena *keep, *scratch; /* what entries point to; the work on one day */
    int32_t day;
};

static const char *opening(struct making *m, const struct life *l) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1 << 16);
    buf_adds(&b, "{\"product\":\"emi\",\"currency\":\"INR\",\"rate\":180000,\"rows\":[");
    for (int i = 0; i < MONTHS; i++) {
        char due[16];
        buf_addf(&b, "%s[\"%s\",%lld,%lld]", i ? "," : "", day_text(l->rows[i].due_day, due), (long long)l->rows[i].principal_minor,
                 (long long)l->rows[i].interest_minor);
    }
    buf_adds(&b, "]}");
    return arena_strndup(m->keep, buf_text(&b), b.len);
}

static void add(struct life *l, const char *kind, int32_t day, int64_t minor, const char *body) {
    INVARIANT(l->n < ENTRIES_MAX && body);
    l->entries[l->n] = (struct loan_entry){l->n + 1, kind, day, day * DAY_MS, minor, body, strlen(body)};
    l->n++;
}

/* Ends that day in its books; *next: when there is work again. */
static int end_day(struct life *l, int32_t day, struct making *m, int32_t *next) {
    struct loan_file file = {.id = "L", .customer = "", .entries = l->entries, .n = l->n};
    struct day_end x;
    struct fault f = {0};
    arena_clear(m->scratch);
    if (ledger_day_end(&file, day, day * DAY_MS, m->scratch, &x, &f) != OK) return fprintf(stderr, "portfolio: %s\n", f.text), -1;
    for (size_t i = 0; i < x.write.n_entries; i++) {
        const struct loan_entry *e = &x.write.entries[i];
        add(l, "day_end", e->effective_day, e->amount_minor, arena_strndup(m->keep, e->body, e->body_len));
    }
    const struct loan_columns *c = &x.write.columns;
    *next = c->next_day;
    snprintf(l->columns, sizeof l->columns, "%s\t%s\t%s\t%s\t%u\t%lld\t%lld\t%d\t%d", c->product, c->currency, c->state, c->bucket, l->n,
             (long long)c->outstanding_minor, (long long)c->overdue_minor, c->oldest_due_day, c->next_day);
    return 0;
}

/* Opened then, with so many payments, each on its due day; every day up to m->day - 1 has ended. */
static int make_life(struct life *l, int32_t opened, unsigned payments, struct making *m) {
    struct loan_terms terms = {.product = PRODUCT_EMI, .principal_minor = PRINCIPAL, .rate = 180000, .day_count = DAYS_30_360,
                               .start_day = opened, .months = MONTHS};
    struct fault f = {0};
    int32_t next = opened;
    unsigned paid = 0;
    if (loan_schedule(&terms, l->rows, &f) != OK) return fprintf(stderr, "portfolio: %s\n", f.text), -1;
    add(l, "opened", opened, PRINCIPAL, opening(m, l));
    while (next < m->day) {
        for (; paid < payments && l->rows[paid].due_day <= next; paid++) add(l, "paid", l->rows[paid].due_day, l->rows[paid].payment_minor, "{}");
        if (end_day(l, next, m, &next)) return -1;
    }
    l->due = next <= m->day;
    return 0;
}

/* Opened so many days before the day, all paid that fell due before it. */
static int good_life(struct life *l, int days, struct making *m) {
    int32_t opened = m->day - 2 - days;
    unsigned paid = 0;
    while (day_months_later(opened, (int)paid + 1) < m->day) paid++;
    return make_life(l, opened, paid, m);
}

/* `late` days past due on the day, after `paid` payments. */
static int late_life(struct life *l, int late, unsigned paid, struct making *m) {
    return make_life(l, day_months_later(m->day - late, -(int)paid - 1), paid, m);
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

static int make_lives(struct life *good, struct life *late, struct making *m) {
    static const int days_late[KINDS_LATE] = {1, 31, 61, 91};
    int rc = m->keep && m->scratch ? 0 : -1;
    for (int i = 0; rc == 0 && i < DAYS; i++) rc = good_life(&good[i], i, m);
    for (int i = 0; rc == 0 && i < KINDS_LATE; i++) rc = late_life(&late[i], days_late[i], 3 + (unsigned)i, m);
    return rc;
}

int portfolio_load(const char *dsn, struct portfolio *p) {
    static struct life good[DAYS], late[KINDS_LATE];
    struct copy c = {.pg = PQconnectdb(dsn)};
    struct making m = {arena_new(64 << 20), arena_new(64 << 20), p->day};
    buf_init(&c.out, 64 << 20);
    int rc = make_lives(good, late, &m);
    if (rc == 0) rc = copy_loans(&c, p, good, late);
    if (rc == 0) rc = copy_entries(&c, p, good, late);
    if (rc == 0) PQclear(PQexec(c.pg, "vacuum analyze loan, loan_entry"));
    if (rc == 0) PQclear(PQexec(c.pg, "checkpoint"));
    PQfinish(c.pg);
    buf_reset(&c.out);
    arena_free(m.keep), arena_free(m.scratch);
    return rc;
}
