/* apr.c - bisection over exact fractions.
 *
 * A discount factor is a fraction of 2^70; amounts are below 2^40 and at most 2^10 of them are added, so sums stay below
 * 2^122 with room for the growth of a bullet at the highest rate. */
#include "book/apr.h"

#include "base/fixed.h"

#define YEAR (12 * FIXED_ONE)
#define RATE_MAX (10 * LOAN_RATE_MAX)
typedef unsigned __int128 wide;

struct place { /* of a flow in time, from the first one */
    int months, days;
};

static struct place place_of(int32_t from, int32_t day) {
    struct place p = {(int)((day - from) / 31), 0}; /* at most too few */
    while (day_months_later(from, p.months + 1) <= day) p.months++;
    p.days = (int)(day - day_months_later(from, p.months));
    return p;
}

/* Are the payments worth at most what was received, at this rate? */
static bool worth_at_most(const struct cash_flow *flows, const struct place *at, size_t n, int64_t rate) {
    wide received = 0, paid = 0, factor = (wide)1 << 70;
    int months = 0;
    for (size_t k = 0; k < n; k++) {
        for (; months < at[k].months; months++) factor = factor * YEAR / (wide)(YEAR + rate);
        wide v = factor * (30 * YEAR) / (wide)(30 * YEAR + at[k].days * rate);
        if (flows[k].minor > 0) received += (wide)flows[k].minor * v;
        else paid += (wide)-flows[k].minor * v;
    }
    return paid <= received;
}

static enum err check_flows(const struct cash_flow *flows, size_t n, struct fault *f) {
    if (n < 2 || n > APR_FLOWS_MAX || flows[0].minor <= 0)
        return fault_set(f, ERR_INVALID, "flows", "an annual percentage rate needs a payout and 1 to %d more flows", APR_FLOWS_MAX - 1);
    for (size_t k = 0; k < n; k++) {
        if (k && flows[k].day < flows[k - 1].day) return fault_set(f, ERR_INVALID, "flows", "flows must be in order of their day");
        if (flows[k].minor > 16 * LOAN_AMOUNT_MAX || flows[k].minor < -16 * LOAN_AMOUNT_MAX || flows[k].day - flows[0].day > 100 * 366)
            return fault_set(f, ERR_INVALID, "flows", "flow %zu is too big or too late", k + 1);
    }
    return OK;
}

enum err apr_of_flows(const struct cash_flow *flows, size_t n, int64_t *out, struct fault *f) {
    struct place at[APR_FLOWS_MAX] = {{0, 0}};
    enum err e = check_flows(flows, n, f);
    if (e != OK) return e;
    for (size_t k = 0; k < n; k++) at[k] = place_of(flows[0].day, flows[k].day);
    if (!worth_at_most(flows, at, n, RATE_MAX))
        return fault_set(f, ERR_INVALID, "fee", "the annual percentage rate is above 10,000 %%");
    int64_t low = -1, high = RATE_MAX, sum = 0;
    for (size_t k = 0; k < n; k++) sum += flows[k].minor;
    if (sum > 0) return fault_set(f, ERR_INVALID, "flows", "less is paid back than was received");
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (worth_at_most(flows, at, n, middle)) high = middle;
        else low = middle;
    }
    *out = high;
    return OK;
}

enum err apr_of_schedule(const struct loan_terms *t, const struct schedule_row *rows, int n, int64_t *out, struct fault *f) {
    struct cash_flow flows[LOAN_ROWS_MAX + 1] = {{t->start_day, t->principal_minor - t->fee_minor}};
    size_t count = 1;
    for (int k = 0; k < n && k < LOAN_ROWS_MAX; k++)
        if (rows[k].payment_minor) flows[count++] = (struct cash_flow){rows[k].due_day, -rows[k].payment_minor};
    return apr_of_flows(flows, count, out, f);
}

enum err apr_effective(int64_t nominal, int64_t *out, struct fault *f) {
    if (nominal < 0 || nominal > RATE_MAX) return fault_set(f, ERR_INVALID, "rate", "the rate must be from 0 to 10,000 %%");
    wide worth = (wide)1 << 50; /* grows below 2^90: (1 + 100 / 12)^12 < 2^39 */
    for (int k = 0; k < 12; k++) worth = worth * (wide)(YEAR + nominal) / YEAR;
    worth = ((worth - ((wide)1 << 50)) * FIXED_ONE + ((wide)1 << 49)) >> 50;
    *out = (int64_t)worth;
    return OK;
}
