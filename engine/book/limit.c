/* limit.c - see limit.h. */
#include "book/limit.h"

#include "base/fixed.h"
#include "book/arrears.h"

const struct limit_rules LIMIT_RULES = {6, 600000, 250000, 3, 30, 0};

static const struct {
    const char *word, *sentence;
} REASONS[] = {
    [LIMIT_DISTRESS] = {"distress", "signs of distress: the limit comes down"},
    [LIMIT_NO_CONSENT] = {"no_request_or_consent", "a limit rises only when the borrower asked for it or agreed"},
    [LIMIT_CYCLES] = {"too_few_clean_cycles", "too few instalments in a row were paid without a day past due"},
    [LIMIT_USED] = {"too_much_used", "too much of the limit is used"},
    [LIMIT_TREND] = {"outside_trend", "data from outside are not stable"},
    [LIMIT_TOO_SOON] = {"too_soon", "the last rise was less than a quarter ago"},
    [LIMIT_STEP_CAP] = {"step_cap", "a single rise is capped"},
    [LIMIT_CEILING] = {"ceiling", "the house's ceiling"},
    [LIMIT_OUTSTANDING] = {"outstanding", "not below what is outstanding, as no notice has run out"},
    [LIMIT_EARNED] = {"earned", "earned by clean repayment"},
};

const char *limit_reason_word(enum limit_reason r) { return REASONS[r].word; }
const char *limit_reason_sentence(enum limit_reason r) { return REASONS[r].sentence; }

static bool noticed(const struct limit_rules *r, const struct limit_facts *x, int32_t today) {
    return x->notice_day && (int64_t)today - x->notice_day >= r->notice_days;
}

static struct limit_answer lower(const struct limit_rules *r, const struct limit_facts *x, int32_t today) {
    struct limit_answer a = {x->wanted_minor ? x->wanted_minor : x->outstanding_minor, 1u << LIMIT_DISTRESS};
    if (a.limit_minor < x->outstanding_minor && !noticed(r, x, today)) {
        a.limit_minor = x->outstanding_minor;
        a.reasons |= 1u << LIMIT_OUTSTANDING;
    }
    if (a.limit_minor > x->limit_minor) a.limit_minor = x->limit_minor; /* distress never raises */
    return a;
}

/* Is more than `share` of the limit used? */
static bool used(const struct limit_facts *x, int64_t share) {
    return (__int128)x->outstanding_minor * FIXED_ONE >= (__int128)x->limit_minor * share;
}

static unsigned obstacles(const struct limit_rules *r, const struct limit_facts *x, int32_t today) {
    unsigned out = 0;
    if (!x->asked && !x->agreed) out |= 1u << LIMIT_NO_CONSENT;
    if (x->clean_cycles < r->clean_cycles) out |= 1u << LIMIT_CYCLES;
    if (used(x, r->used_below)) out |= 1u << LIMIT_USED;
    if (!x->stable) out |= 1u << LIMIT_TREND;
    if (x->last_up_day && today < day_months_later(x->last_up_day, r->months_apart)) out |= 1u << LIMIT_TOO_SOON;
    return out;
}

static struct limit_answer rise(const struct limit_rules *r, const struct limit_facts *x) {
    int64_t step = (int64_t)((__int128)x->limit_minor * r->step / FIXED_ONE), most = x->limit_minor + step;
    struct limit_answer a = {x->wanted_minor ? x->wanted_minor : most, 1u << LIMIT_EARNED};
    if (a.limit_minor > most) a.limit_minor = most, a.reasons |= 1u << LIMIT_STEP_CAP;
    if (r->most_minor && a.limit_minor > r->most_minor) a.limit_minor = r->most_minor, a.reasons |= 1u << LIMIT_CEILING;
    if (a.limit_minor < x->limit_minor) a.limit_minor = x->limit_minor;
    return a;
}

struct limit_answer limit_decide(const struct limit_rules *r, const struct limit_facts *x, int32_t today) {
    if (x->distress) return lower(r, x, today);
    unsigned why_not = obstacles(r, x, today);
    return why_not ? (struct limit_answer){x->limit_minor, why_not} : rise(r, x);
}

/* The last day up to the fold's on which the loan was late; 0 never. */
static int32_t last_late(const struct loan_state *s) {
    for (size_t k = s->n_spans; k > 0; k--) {
        int32_t end = k == s->n_spans ? s->as_of_day : s->spans[k].from_day - 1;
        if (arrears_dpd(s, end) > 0) return end;
    }
    return 0;
}

int limit_clean_cycles(const struct loan_state *s) {
    int32_t late = s->opening ? last_late(s) : 0;
    int n = 0;
    for (uint32_t k = 0; s->opening && k < s->n_items; k++) {
        const struct due_item *i = &s->items[k];
        bool paid = i->paid[PRINCIPAL] + i->paid[INTEREST] > 0 &&
                    item_left(i, PRINCIPAL) + item_left(i, INTEREST) <= s->opening->rules.tolerance_minor;
        n += paid && !i->charge && !i->replaced && i->due_day <= s->as_of_day && i->due_day > late;
    }
    return n;
}
