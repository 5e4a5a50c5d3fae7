/* arrears.c - days past due, from spans that the fold leaves behind. */
#include "book/arrears.h"

#include "book/fold_inner.h"

enum { NPA_DAYS = 90 };
static const int BUCKET_FROM[] = {0, 1, 31, 61, 91, 181};
static const char *const BUCKETS[] = {"0", "1-30", "31-60", "61-90", "91-180", "180+"};
static const char *const CLASSES[] = {"standard", "sma_0", "sma_1", "sma_2", "npa"};
static const int CHANGES[] = {1, 30, 31, 60, 61, 90, 91, 181}; /* of bucket or class */

int arrears_bucket(int dpd) {
    int bucket = 0;
    for (size_t k = 0; k < ARRAY_LEN(BUCKET_FROM); k++)
        if (dpd >= BUCKET_FROM[k]) bucket = (int)k;
    return bucket;
}

const char *arrears_bucket_word(int bucket) { return BUCKETS[bucket]; }
const char *arrears_class_word(enum loan_class c) { return CLASSES[c]; }

static int dpd_of(const struct loan_rules *r, int32_t oldest, int32_t day) {
    int64_t days = oldest ? (int64_t)day - oldest : 0;
    return days > r->grace_days ? (int)days : 0;
}

static bool unpaid(const struct loan_rules *r, const struct due_item *i) {
    if (i->charge) return r->charges_age && item_left_all(i) > r->tolerance_minor;
    return item_left(i, PRINCIPAL) + item_left(i, INTEREST) > r->tolerance_minor;
}

/* The first unpaid due day, also one to come; 0 none. */
static int32_t first_unpaid(const struct loan_state *s) {
    for (uint32_t k = 0; k < s->n_items; k++)
        if (unpaid(&s->opening->rules, &s->items[s->order[k]])) return s->items[s->order[k]].due_day;
    return 0;
}

/* --- spans, while the fold runs ----------------------------------------------------------------- */

static int32_t later(int32_t a, int32_t b) { return a > b ? a : b; }

/* Non-performing ends where nothing is past due and no probation runs, and begins with the 90th day. */
static void judge_npa(struct fold *w, int32_t oldest, int32_t till_day) {
    const struct loan_rules *r = &w->s.opening->rules;
    int32_t begins = oldest ? later(w->day, oldest + later(NPA_DAYS, r->grace_days + 1)) : INT32_MAX;
    if (w->npa_since != INT32_MAX && !dpd_of(r, oldest, w->day) && w->day > w->s.probation_until) w->npa_since = INT32_MAX;
    if (w->npa_since == INT32_MAX && begins < till_day) w->npa_since = begins;
}

void fold_close_span(struct fold *w, int32_t till_day) {
    struct loan_state *s = &w->s;
    if (!s->opening) return;
    int32_t oldest = first_unpaid(s);
    if (oldest > w->day) oldest = 0;
    judge_npa(w, oldest, till_day);
    struct span span = {w->day, oldest, w->npa_since};
    const struct span *last = s->n_spans ? &s->spans[s->n_spans - 1] : NULL;
    if (last && last->oldest_day == span.oldest_day && last->npa_from == span.npa_from) return;
    if (!arena_room(w->arena, (void **)&s->spans, s->n_spans, &w->cap_spans, sizeof span)) w->failed = true;
    else s->spans[s->n_spans++] = span;
}

/* --- and afterwards ------------------------------------------------------------------------------ */

static const struct span *span_of(const struct loan_state *s, int32_t day) {
    size_t low = 0, high = s->n_spans; /* the last span that begins by `day` */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->spans[middle].from_day <= day) low = middle + 1;
        else high = middle;
    }
    return low && day <= s->as_of_day ? &s->spans[low - 1] : NULL;
}

int32_t arrears_oldest(const struct loan_state *s, int32_t day) {
    const struct span *x = span_of(s, day);
    return x ? x->oldest_day : 0;
}

int arrears_dpd(const struct loan_state *s, int32_t day) {
    return s->opening ? dpd_of(&s->opening->rules, arrears_oldest(s, day), day) : 0;
}

enum loan_class arrears_class(const struct loan_state *s, int32_t day) {
    const struct span *x = span_of(s, day);
    int dpd = arrears_dpd(s, day);
    if (x && day >= x->npa_from) return CLASS_NPA;
    return dpd >= 60 ? CLASS_SMA_2 : dpd >= 30 ? CLASS_SMA_1 : dpd ? CLASS_SMA_0 : CLASS_STANDARD;
}

static int32_t sooner(const struct loan_state *s, int32_t best, int32_t day) {
    return day > s->as_of_day && day < best ? day : best;
}

int32_t arrears_next_day(const struct loan_state *s) {
    int32_t best = INT32_MAX;
    if (s->stage != STAGE_ACTIVE && s->stage != STAGE_WRITTEN_OFF) return best;
    for (uint32_t k = 0; k < s->n_items; k++) {
        const struct due_item *i = &s->items[k];
        bool earns = !i->charge && i->earned < i->amount[INTEREST], paid = s->credit_minor > 0 && item_left_all(i) > 0;
        if (earns || paid) best = sooner(s, best, i->due_day);
        if (paid) best = sooner(s, best, i->due_day + 1); /* as past due: other cells of the order */
    }
    int32_t oldest = first_unpaid(s);
    for (size_t k = 0; oldest && s->stage == STAGE_ACTIVE && k < ARRAY_LEN(CHANGES); k++)
        best = sooner(s, best, oldest + later(CHANGES[k], s->opening->rules.grace_days + 1));
    if (s->settlement.end == SETTLEMENT_OPEN) {
        const struct deed *d = s->settlement.deed;
        for (size_t k = 0; k < d->n_rows; k++) best = sooner(s, best, d->rows[k].day + d->grace_days + 1);
    }
    return s->stage == STAGE_ACTIVE && s->probation_until ? sooner(s, best, s->probation_until + 1) : best;
}
