/* loan.c - instalment, schedule and APR in 128-bit whole numbers.
 *
 * Discounting: with r = rate / 12 in millionths, one month is worth D / (D + rate) where D = 12e6.
 * A discount factor is kept as a fraction of 2^80 (2^70 for the APR, where it meets each payment);
 * D < 2^24, so no product passes 2^120. Every division loses less than 2^-80, and over 480 months
 * the instalment is right to far below a paisa. */
#include "book/loan.h"

#include "base/fixed.h"
#include "base/zone.h"

#define YEAR (12 * FIXED_ONE)
typedef unsigned __int128 wide;

enum err loan_check(const struct loan_terms *t, struct fault *f) {
    if (t->principal_minor <= 0 || t->principal_minor > LOAN_AMOUNT_MAX)
        return fault_set(f, ERR_INVALID, "amount", "the amount must be from 1 to %lld minor units",
                         (long long)LOAN_AMOUNT_MAX);
    if (t->months < 1 || t->months > LOAN_MONTHS_MAX)
        return fault_set(f, ERR_INVALID, "months", "the months must be from 1 to %d", LOAN_MONTHS_MAX);
    if (t->rate < 0 || t->rate > LOAN_RATE_MAX)
        return fault_set(f, ERR_INVALID, "rate", "the rate must be from 0 to 1,000 %% a year");
    if (t->fee_minor < 0 || t->fee_minor >= t->principal_minor)
        return fault_set(f, ERR_INVALID, "fee", "the fee must be at least 0 and below the amount");
    return OK;
}

static wide discount(wide factor, int64_t rate) { return factor * YEAR / (wide)(YEAR + rate); }

/* The worth today of 1 a month for n months, as a fraction of 2^80. */
static wide annuity(int64_t rate, int months) {
    wide sum = 0, factor = (wide)1 << 80;
    for (int k = 0; k < months; k++) sum += factor = discount(factor, rate);
    return sum;
}

enum err loan_instalment(const struct loan_terms *t, int64_t *out_minor, struct fault *f) {
    enum err e = loan_check(t, f);
    if (e != OK) return e;
    wide a = annuity(t->rate, t->months);
    *out_minor = (int64_t)((((wide)t->principal_minor << 80) + a / 2) / a);
    return OK;
}

static int month_days(int year, int month) {
    int ny = month == 12 ? year + 1 : year, nm = month == 12 ? 1 : month + 1;
    return (int)(day_of(ny, nm, 1) - day_of(year, month, 1));
}

static int32_t months_later(int32_t day, int n) {
    int y, m, d;
    day_split(day, &y, &m, &d);
    int index = y * 12 + (m - 1) + n;
    y = index / 12;
    m = index % 12 + 1;
    int last = month_days(y, m);
    return day_of(y, m, d < last ? d : last);
}

enum err loan_schedule(const struct loan_terms *t, int32_t payout_day, struct loan_row *rows,
                       struct fault *f) {
    int64_t instalment, balance = t->principal_minor;
    enum err e = loan_instalment(t, &instalment, f);
    if (e != OK) return e;
    for (int k = 0; k < t->months; k++) {
        struct loan_row *r = &rows[k];
        r->number = k + 1;
        r->due_day = months_later(payout_day, k + 1);
        if (!fixed_muldiv(balance, t->rate, YEAR, &r->interest_minor))
            return fault_set(f, ERR_INVALID, "rate", "the interest does not fit");
        /* A tiny loan over many months can be paid down early by rounding: never below zero. */
        int64_t principal = instalment - r->interest_minor;
        if (k == t->months - 1 || principal > balance) principal = balance;
        r->principal_minor = principal;
        r->payment_minor = principal + r->interest_minor;
        r->balance_minor = balance -= principal;
    }
    return OK;
}

static bool worth_at_most(const struct loan_row *rows, int months, int64_t rate, int64_t received) {
    wide sum = 0, factor = (wide)1 << 70;
    for (int k = 0; k < months; k++) {
        factor = discount(factor, rate);
        sum += (wide)rows[k].payment_minor * factor;
    }
    return sum <= (wide)received << 70;
}

enum err loan_apr(const struct loan_terms *t, const struct loan_row *rows, int64_t *out,
                  struct fault *f) {
    enum err e = loan_check(t, f);
    if (e != OK) return e;
    int64_t received = t->principal_minor - t->fee_minor, low = -1, high = 10 * LOAN_RATE_MAX;
    if (!worth_at_most(rows, t->months, high, received))
        return fault_set(f, ERR_INVALID, "fee", "the annual percentage rate is above 10,000 %%");
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (worth_at_most(rows, t->months, middle, received)) high = middle;
        else low = middle;
    }
    *out = high;
    return OK;
}

enum err loan_price(const struct loan_band *bands, size_t n, int64_t pd, int64_t *rate,
                    struct fault *f) {
    for (size_t k = 0; k < n; k++)
        if (pd <= bands[k].pd_max) {
            *rate = bands[k].rate;
            return OK;
        }
    return fault_set(f, ERR_REFUSED, "pd", "the risk is above every band of the price list");
}
