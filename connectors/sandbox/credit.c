/* credit.c - what other lenders know about somebody, by kind; bureau A's words for it. */
#include "connectors/sandbox/people.h"

#include "base/text.h"

struct attributes { /* means of a kind; drawn round them */
    int score, open_credit_lines, real_estate;
    double utilisation, debt_ratio, income;
    unsigned late_30, late_60, late_90; /* of a thousand: chance of one more */
    unsigned inquiries, oldest_months;  /* means */
    bool thin;
};
static const struct attributes BUREAU[PERSON_KINDS] = {
    [PERSON_PRIME] = {805, 8, 1, 0.08, 0.22, 8200, 8, 1, 0, 0, 140, false},
    [PERSON_SALARIED] = {735, 7, 1, 0.27, 0.33, 5400, 60, 10, 5, 1, 84, false},
    [PERSON_NEW] = {.thin = true},
    [PERSON_GIG] = {670, 4, 0, 0.45, 0.38, 3100, 150, 40, 25, 3, 30, false},
    [PERSON_FARMER] = {.thin = true},
    [PERSON_STRESSED] = {560, 6, 0, 0.95, 0.62, 2900, 600, 350, 400, 5, 66, false},
    [PERSON_CIRCULAR] = {.thin = true},
    [PERSON_EDGE] = {668, 5, 0, 0.66, 0.42, 3900, 0, 0, 0, 2, 48, false},
    /* The bureau lags: two months of trouble show as a first late payment, a full card and many inquiries. */
    [PERSON_DISTRESS] = {690, 6, 0, 0.88, 0.55, 4300, 500, 0, 0, 6, 70, false},
    [PERSON_STRATEGIC] = {768, 9, 1, 0.22, 0.34, 7000, 500, 0, 0, 4, 110, false},
};

static unsigned times_late(struct rng *r, unsigned per_mille) {
    unsigned n = 0;
    while (n < 9 && rng_below(r, 1000) < per_mille) n++;
    return n;
}

static double round_it(struct rng *r, double mean, double spread) {
    double sum = rng_unit(r) + rng_unit(r) + rng_unit(r) + rng_unit(r) - 2; /* sd about .58 */
    double v = mean * (1 + spread * sum);
    return v < 0 ? 0 : v;
}

void person_credit(const struct person *p, struct credit *out) {
    const struct attributes *a = &BUREAU[p->kind];
    struct rng r;
    person_rng(p, "bureau", &r);
    *out = (struct credit){.thin = a->thin};
    if (a->thin) return;
    double wide = p->persona ? 0.02 : 1; /* one who is known by name stays what the story says */
    out->score = a->score + (int)(wide * 60 * (rng_unit(&r) + rng_unit(&r) - 1));
    out->late_30 = times_late(&r, a->late_30), out->late_60 = times_late(&r, a->late_60), out->late_90 = times_late(&r, a->late_90);
    if (p->persona && p->kind == PERSON_PRIME) out->late_30 = out->late_60 = out->late_90 = 0;
    out->utilisation = round_it(&r, a->utilisation, wide * 0.6);
    out->debt_ratio = round_it(&r, a->debt_ratio, wide * 0.5);
    out->income = round_it(&r, a->income, wide * 0.5);
    out->open_lines = (unsigned)round_it(&r, a->open_credit_lines + 0.5, wide * 0.6);
    out->real_estate = a->real_estate ? (unsigned)rng_below(&r, 3) : 0;
    out->dependents = (unsigned)rng_below(&r, 4);
    out->inquiries_180 = (unsigned)round_it(&r, a->inquiries + 0.5, 0.5);
    out->oldest_months = 6 + (unsigned)round_it(&r, a->oldest_months, 0.4);
    if (out->late_90 || out->late_60) out->overdue_minor = 100 * (int64_t)round_it(&r, 18000, 0.8);
}

void credit_write(const struct credit *c, struct buf *out) {
    if (c->thin) {
        buf_adds(out, "{\"thin\":true}");
        return;
    }
    buf_addf(out, "{\"thin\":false,\"score\":%d,\"revolving_utilisation\":%.4f,", c->score, c->utilisation);
    buf_addf(out, "\"late_30_59\":%u,\"late_60_89\":%u,\"late_90\":%u,", c->late_30, c->late_60, c->late_90);
    buf_addf(out, "\"debt_ratio\":%.4f,\"monthly_income\":%.0f,", c->debt_ratio, c->income);
    buf_addf(out, "\"open_credit_lines\":%u,\"real_estate_loans\":%u,\"dependents\":%u,", c->open_lines, c->real_estate, c->dependents);
    buf_addf(out, "\"inquiries_180\":%u,\"oldest_line_months\":%u,\"overdue\":%lld}", c->inquiries_180, c->oldest_months,
             (long long)c->overdue_minor);
}

void person_bureau(const struct person *p, struct buf *out) {
    struct credit c;
    person_credit(p, &c);
    credit_write(&c, out);
}
