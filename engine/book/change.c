/* change.c - see change.h. */
#include "book/change.h"

#include <string.h>

#include "base/fixed.h"
#include "base/zone.h"

static const char *const WORDS[] = {"moratorium", "re_age", "re_amortise", "shorter_term", "term_extension", "rate_cut"};

const char *change_word(enum change_kind k) { return WORDS[k]; }

bool change_read(const char *word, enum change_kind *out) {
    for (size_t k = 0; word && k < CHANGE_KINDS; k++)
        if (!strcmp(word, WORDS[k])) {
            *out = (enum change_kind)k;
            return true;
        }
    return false;
}

struct remains { /* of a loan, on the day of the change */
    struct season_due later[LOAN_ROWS_MAX]; /* rows to come, weighted by their principal */
    size_t n;
    int64_t later_principal, later_interest;
    int64_t due_principal, due_interest; /* fallen due and unpaid */
    int32_t last_due;                    /* interest has been charged up to here */
};
struct making {
    const struct loan_state *s;
    const struct change_request *q;
    struct remains r;
    int64_t principal;                   /* to be spread */
    int64_t deferred;                    /* interest of a pause, or past due: spread over the rows as it is */
    int32_t starts;                      /* the new rows' interest */
    int32_t days[LOAN_ROWS_MAX];
    size_t n;
    struct schedule_row rows[LOAN_ROWS_MAX];
    struct fault *fault;
};

static void look(const struct loan_state *s, struct remains *r) {
    *r = (struct remains){.last_due = s->opened_day};
    for (uint32_t k = 0; k < s->n_items; k++) {
        const struct due_item *i = &s->items[s->order[k]];
        if (i->charge) continue;
        if (i->due_day <= s->as_of_day) {
            r->due_principal += item_left(i, PRINCIPAL);
            r->due_interest += item_left(i, INTEREST);
            if (i->due_day > r->last_due) r->last_due = i->due_day;
        } else if (item_left(i, PRINCIPAL) + item_left(i, INTEREST) > 0 && r->n < LOAN_ROWS_MAX) {
            r->later[r->n++] = (struct season_due){i->due_day, item_left(i, PRINCIPAL)};
            r->later_principal += item_left(i, PRINCIPAL);
            r->later_interest += i->amount[INTEREST];
        }
    }
}

static enum err refuse(const struct making *m, const char *where, const char *why) {
    return fault_set(m->fault, ERR_REFUSED, where, "%s", why);
}

/* --- days ------------------------------------------------------------------------------------------ */

static int day_of_month(int32_t day) {
    int y, mo, d;
    day_split(day, &y, &mo, &d);
    return d;
}

/* One of the loan's own due days whose day of the month no short month has clipped. */
static int32_t anchor(const struct loan_state *s) {
    int32_t best = s->opened->rows[0].day;
    for (size_t k = 1; k < s->opened->n_rows; k++)
        if (day_of_month(s->opened->rows[k].day) > day_of_month(best)) best = s->opened->rows[k].day;
    return best;
}

static int32_t month_after(const struct loan_state *s, int32_t day) {
    int32_t base = anchor(s);
    int k = (int)((day - base) / 31) - 1; /* at most too few */
    while (day_months_later(base, k) <= day) k++;
    return day_months_later(base, k);
}

/* A due day that a short month has clipped is itself again in a long one. */
static int32_t moved(const struct loan_state *s, int32_t day, int months) {
    int32_t base = anchor(s);
    int k = (int)((day - base) / 31) - 1;
    while (day_months_later(base, k) < day) k++;
    return day_months_later(base, k) == day ? day_months_later(base, k + months) : day_months_later(day, months);
}

static int pause_of(const struct making *m) { return m->q->kind == CHANGE_MORATORIUM ? m->q->months : 0; }

/* The days that there were, moved by a moratorium, then as many more as it takes. */
static void monthly_days(struct making *m, size_t n) {
    int32_t last = m->s->as_of_day;
    for (m->n = 0; m->n < n; m->n++) {
        last = m->n < m->r.n ? moved(m->s, m->r.later[m->n].day, pause_of(m)) : month_after(m->s, last);
        m->days[m->n] = last;
    }
}

/* --- the schedule ------------------------------------------------------------------------------------ */

/* Interest of the first period begins a month before its due day at the earliest. What ran before (a pause, this one or an
 * earlier one) is deferred: a first payment could not bear it. */
static int32_t runs_from(const struct making *m, int32_t first_due) {
    int32_t month_before = moved(m->s, first_due, -1);
    return month_before > m->r.last_due ? month_before : m->r.last_due;
}

static bool spreads_by_weight(const struct making *m) {
    return m->s->opening->product == PRODUCT_BULLET || m->s->opening->product == PRODUCT_SEASONAL;
}

static struct loan_terms base_terms(const struct making *m) {
    return (struct loan_terms){.principal_minor = m->principal, .rate = m->q->kind == CHANGE_RATE_CUT ? m->q->rate : m->s->rate,
                               .day_count = m->s->opening->day_count, .start_day = m->starts};
}

static enum err equal_payments(struct making *m, size_t n) {
    monthly_days(m, n);
    struct loan_terms t = base_terms(m);
    t.product = PRODUCT_EMI;
    t.months = (int)n;
    t.due_days = m->days;
    return loan_schedule(&t, m->rows, m->fault);
}

static enum err by_weight(struct making *m) {
    struct season_due days[LOAN_ROWS_MAX];
    struct loan_terms t = base_terms(m);
    t.product = PRODUCT_SEASONAL;
    t.seasons = m->q->seasons ? m->q->seasons : days;
    t.n_seasons = m->q->seasons ? m->q->n_seasons : m->r.n;
    for (size_t k = 0; k < m->r.n; k++) days[k] = (struct season_due){day_months_later(m->r.later[k].day, pause_of(m)), m->r.later[k].weight};
    if (!t.n_seasons || t.n_seasons > LOAN_ROWS_MAX) return refuse(m, "seasons", "no due days are left: give new ones");
    if (t.seasons[0].day <= m->s->as_of_day) return refuse(m, "seasons", "the first new due day has passed already");
    m->n = t.n_seasons;
    return loan_schedule(&t, m->rows, m->fault);
}

/* The fewest payments of which none is above the old one. */
static enum err shortest(struct making *m) {
    size_t low = 0, high = m->r.n; /* as many as there were is enough */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        enum err e = equal_payments(m, middle);
        if (e == ERR_NOMEM) return e;
        if (e == OK && m->rows[0].payment_minor <= m->q->payment_minor) high = middle;
        else low = middle;
    }
    return equal_payments(m, high);
}

static size_t payments(const struct making *m) {
    size_t n = m->r.n;
    if (m->q->kind == CHANGE_TERM_EXTENSION) n += (size_t)m->q->months;
    if (m->q->kind == CHANGE_RE_AGE && m->q->months) n = (size_t)m->q->months;
    return n ? n : 1;
}

static enum err schedule(struct making *m) {
    if (spreads_by_weight(m)) return by_weight(m);
    if (payments(m) > LOAN_MONTHS_MAX) return refuse(m, "months", "a loan has at most 480 payments");
    return m->q->kind == CHANGE_SHORTER_TERM ? shortest(m) : equal_payments(m, payments(m));
}

/* --- what is asked ------------------------------------------------------------------------------------ */

static enum err check(const struct making *m) {
    const struct change_request *q = m->q;
    bool moves = q->kind == CHANGE_MORATORIUM || q->kind == CHANGE_TERM_EXTENSION;
    if (m->s->stage != STAGE_ACTIVE) return refuse(m, "stage", "only the terms of an active loan can change");
    if (q->kind != CHANGE_RE_AGE && !m->r.n) return refuse(m, "stage", "all of it has fallen due: only re_age can change that");
    if (m->principal <= 0) return refuse(m, "principal", "no principal is left whose terms could change");
    if (moves && (q->months < 1 || q->months > 24)) return refuse(m, "months", "the months must be from 1 to 24");
    if (q->kind == CHANGE_RE_AGE && (q->months < 0 || q->months > LOAN_MONTHS_MAX)) return refuse(m, "months", "the months must be from 1 to 480");
    if (q->kind == CHANGE_RATE_CUT && (q->rate < 0 || q->rate >= m->s->rate)) return refuse(m, "rate", "the new rate must be below the old one");
    if (q->kind == CHANGE_SHORTER_TERM && q->payment_minor <= 0) return refuse(m, "payment", "the payment must be above 0");
    return OK;
}

/* By weight, rows are charged for as they lie; a moratorium without interest begins them after the pause. */
static int32_t start_of(struct making *m) {
    bool free_pause = m->q->interest_free && pause_of(m) && !m->q->seasons;
    if (spreads_by_weight(m)) return free_pause ? day_months_later(m->r.last_due, pause_of(m)) : m->r.last_due;
    monthly_days(m, 1);
    return runs_from(m, m->days[0]);
}

static enum err gap_interest(struct making *m, int64_t *out) {
    struct year_part part = day_count_part(m->s->opening->day_count, m->r.last_due, m->starts);
    return day_count_interest(m->principal, m->s->rate, part, out) ? OK : refuse(m, "rate", "the interest does not fit");
}

static enum err prepare(struct making *m, struct change *out) {
    int64_t gap = 0;
    out->all = m->q->kind == CHANGE_RE_AGE;
    out->rate = m->q->kind == CHANGE_RATE_CUT ? m->q->rate : m->s->rate;
    m->principal = m->r.later_principal + (out->all ? m->r.due_principal : 0);
    enum err e = check(m);
    if (e == OK) {
        m->starts = start_of(m);
        e = gap_interest(m, &gap);
    }
    if (e != OK) return e;
    bool given = m->q->interest_free && pause_of(m);
    m->deferred = (given ? 0 : gap) + (out->all && !m->q->capitalise ? m->r.due_interest : 0);
    out->given_up_minor = given ? gap : 0;
    out->capitalised_minor = out->all && m->q->capitalise ? m->r.due_interest : 0;
    m->principal += out->capitalised_minor;
    return OK;
}

/* Row k carries its share of the deferred interest: what is reached by k + 1 less what was by k. */
static int64_t share(int64_t whole, size_t k, size_t n) { return (int64_t)((__int128)whole * (int64_t)(k + 1) / (int64_t)n - (__int128)whole * (int64_t)k / (int64_t)n); }

static void copy_rows(const struct making *m, struct change *out) {
    out->n = 0;
    for (size_t k = 0; k < m->n; k++) {
        const struct schedule_row *r = &m->rows[k];
        int64_t interest = r->interest_minor + share(m->deferred, k, m->n);
        if (r->principal_minor + interest == 0 && k + 1 < m->n) continue; /* paid down early by rounding */
        out->rows[out->n++] = (struct due_row){r->due_day, r->principal_minor, interest};
        out->later_interest_minor += interest;
    }
}

enum err change_make(const struct loan_state *s, const struct change_request *q, struct change *out, struct fault *f) {
    struct making *m = calloc(1, sizeof *m); /* too big for a stack */
    if (!m) return fault_set(f, ERR_NOMEM, "", "no memory");
    *out = (struct change){.n = 0};
    m->s = s, m->q = q, m->fault = f;
    look(s, &m->r);
    enum err e = s->opening ? prepare(m, out) : refuse(m, "stage", "there is no such loan");
    if (e == OK) e = schedule(m);
    if (e == ERR_INVALID) e = ERR_REFUSED; /* such rows cannot be made: the fault says why */
    if (e == OK) copy_rows(m, out);
    if (e == OK && q->kind == CHANGE_RATE_CUT && m->r.later_interest > out->later_interest_minor)
        out->given_up_minor = m->r.later_interest - out->later_interest_minor;
    if (f && e != OK) f->kind = e;
    free(m);
    return e;
}
