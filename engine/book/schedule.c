/* schedule.c - rows of every product.
 *
 * EMI over whole months of 30/360 has a closed form. With r = rate / 12 in millionths, one month is worth D / (D + rate)
 * where D = 12e6. A discount factor is kept as a fraction of 2^80; D < 2^24, so no product passes 2^120. Every
 * division loses less than 2^-80, and over 480 months the instalment is right to far below a paisa. All other
 * payments are found by trying: what is left at the end falls as the payment grows. */
#include "book/schedule.h"

#include <string.h>

#include "base/fixed.h"
#include "base/zone.h"

#define YEAR (12 * FIXED_ONE)
#define PAYMENT_MAX (32 * LOAN_AMOUNT_MAX) /* more than a year's interest at the highest rate, and the loan */
typedef unsigned __int128 wide;

static const char *const PRODUCTS[] = {"emi", "bullet", "seasonal", "step_up"};

const char *product_word(enum product_kind k) { return PRODUCTS[k]; }

bool product_read(const char *word, enum product_kind *out) {
    for (size_t k = 0; word && k < ARRAY_LEN(PRODUCTS); k++)
        if (!strcmp(word, PRODUCTS[k])) {
            *out = (enum product_kind)k;
            return true;
        }
    return false;
}

static enum err check_seasons(const struct loan_terms *t, struct fault *f) {
    if (!t->n_seasons || t->n_seasons > LOAN_ROWS_MAX)
        return fault_set(f, ERR_INVALID, "seasons", "a seasonal loan has 1 to %d due days", LOAN_ROWS_MAX);
    int64_t sum = 0;
    for (size_t k = 0; k < t->n_seasons; k++) {
        if (t->seasons[k].day <= (k ? t->seasons[k - 1].day : t->start_day) ||
            t->seasons[k].day - t->start_day > LOAN_MONTHS_MAX * 31)
            return fault_set(f, ERR_INVALID, "seasons", "due days rise, after the start and within %d months", LOAN_MONTHS_MAX);
        if (t->seasons[k].weight < 0 || t->seasons[k].weight > LOAN_AMOUNT_MAX)
            return fault_set(f, ERR_INVALID, "seasons", "a weight is from 0 to %lld", (long long)LOAN_AMOUNT_MAX);
        sum += t->seasons[k].weight;
    }
    return sum ? OK : fault_set(f, ERR_INVALID, "seasons", "the weights must not all be 0");
}

static enum err check_months(const struct loan_terms *t, struct fault *f) {
    if (t->months < 1 || t->months > LOAN_MONTHS_MAX)
        return fault_set(f, ERR_INVALID, "months", "the months must be from 1 to %d", LOAN_MONTHS_MAX);
    if (t->first_due_day && (t->first_due_day <= t->start_day || t->first_due_day > day_months_later(t->start_day, 24)))
        return fault_set(f, ERR_INVALID, "first_due", "the first due day must be within two years after the start");
    for (int k = 0; t->due_days && k < t->months; k++)
        if (t->due_days[k] <= (k ? t->due_days[k - 1] : t->start_day) || t->due_days[k] - t->start_day > 2 * LOAN_MONTHS_MAX * 31)
            return fault_set(f, ERR_INVALID, "due_days", "due days rise, after the start");
    if (t->product == PRODUCT_STEP_UP && (t->step < 0 || t->step > FIXED_ONE || t->step_months < 1))
        return fault_set(f, ERR_INVALID, "step", "a step is a share from 0 to 1 every 1 or more months");
    return OK;
}

enum err loan_check(const struct loan_terms *t, struct fault *f) {
    if (t->principal_minor <= 0 || t->principal_minor > LOAN_AMOUNT_MAX)
        return fault_set(f, ERR_INVALID, "amount", "the amount must be from 1 to %lld minor units", (long long)LOAN_AMOUNT_MAX);
    if (t->rate < 0 || t->rate > LOAN_RATE_MAX)
        return fault_set(f, ERR_INVALID, "rate", "the rate must be from 0 to 1,000 %% a year");
    if (t->fee_minor < 0 || t->fee_minor >= t->principal_minor)
        return fault_set(f, ERR_INVALID, "fee", "the fee must be at least 0 and below the amount");
    if (t->round_to_minor < 0 || t->round_to_minor > t->principal_minor)
        return fault_set(f, ERR_INVALID, "round_to", "payments are rounded to at least 0 and at most the amount");
    return t->product == PRODUCT_SEASONAL ? check_seasons(t, f) : check_months(t, f);
}

int loan_rows(const struct loan_terms *t) {
    if (t->product == PRODUCT_SEASONAL) return (int)t->n_seasons;
    return t->product == PRODUCT_BULLET && !t->interest_monthly ? 1 : t->months;
}

/* --- the days, and the part of a year that each row stands for -------------------------------- */

static int32_t monthly_due(const struct loan_terms *t, int k) {
    return t->first_due_day ? day_months_later(t->first_due_day, k) : day_months_later(t->start_day, k + 1);
}

/* A bullet's one row is its last month. */
static int32_t due_of(const struct loan_terms *t, int k) {
    if (t->product == PRODUCT_SEASONAL) return t->seasons[k].day;
    if (t->due_days) return t->due_days[k];
    return monthly_due(t, loan_rows(t) == 1 ? t->months - 1 : k);
}

/* Between two days of one monthly row of days, 30/360 is whole months, also round the end of February. */
static struct year_part part_of(const struct loan_terms *t, const struct schedule_row *rows, int k) {
    bool whole = t->day_count == DAYS_30_360 && t->product != PRODUCT_SEASONAL && !t->due_days && (k > 0 || !t->first_due_day);
    if (whole) return (struct year_part){loan_rows(t) == 1 ? t->months : 1, 12};
    return day_count_part(t->day_count, k ? rows[k - 1].due_day : t->start_day, rows[k].due_day);
}

/* --- payments --------------------------------------------------------------------------------- */

static wide discount(wide factor, int64_t rate) { return factor * YEAR / (wide)(YEAR + rate); }

static int64_t round_to(const struct loan_terms *t, int64_t minor) {
    int64_t unit = t->round_to_minor > 1 ? t->round_to_minor : 1;
    return (minor + unit / 2) / unit * unit;
}

/* The closed form: P over the worth today of 1 a month, rounded half up. */
static int64_t annuity_payment(const struct loan_terms *t) {
    wide sum = 0, factor = (wide)1 << 80;
    for (int k = 0; k < t->months; k++) sum += factor = discount(factor, t->rate);
    return (int64_t)((((wide)t->principal_minor << 80) + sum / 2) / sum);
}

/* What row k is planned to pay when the first pays `base`. */
static int64_t planned(const struct loan_terms *t, int64_t base, int k) {
    if (t->product != PRODUCT_STEP_UP) return base;
    for (int n = k / t->step_months; n > 0; n--)
        if (!fixed_muldiv(base, FIXED_ONE + t->step, FIXED_ONE, &base) || base > PAYMENT_MAX) return PAYMENT_MAX;
    return base;
}

static bool interest_of(const struct loan_terms *t, const struct schedule_row *rows, int k, int64_t balance, int64_t *out) {
    return day_count_interest(balance, t->rate, part_of(t, rows, k), out);
}

/* Does paying `base` at first leave a debt at the end? */
static bool too_little(const struct loan_terms *t, const struct schedule_row *rows, int64_t base) {
    int64_t balance = t->principal_minor, interest;
    for (int k = 0; k < t->months && balance > 0; k++) {
        if (!interest_of(t, rows, k, balance, &interest)) return true;
        balance += interest - planned(t, base, k);
        if (balance > 2 * PAYMENT_MAX) return true;
    }
    return balance > 0;
}

/* The smallest first payment that clears the debt in time. */
static int64_t searched_payment(const struct loan_terms *t, const struct schedule_row *rows) {
    int64_t low = 0, high = PAYMENT_MAX;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (too_little(t, rows, middle)) low = middle;
        else high = middle;
    }
    return high;
}

static int64_t base_payment(const struct loan_terms *t, const struct schedule_row *rows) {
    bool closed = t->product == PRODUCT_EMI && t->day_count == DAYS_30_360 && !t->first_due_day && !t->due_days;
    return round_to(t, closed ? annuity_payment(t) : searched_payment(t, rows));
}

/* --- rows ------------------------------------------------------------------------------------- */

/* The principal of row k by weight, so that the sums are exact: what is due up to k less what was up to k - 1. */
static int64_t weighted(const struct loan_terms *t, int k) {
    int64_t sum = 0, before = 0, a, b;
    for (size_t i = 0; i < t->n_seasons; i++) {
        if ((int)i < k) before += t->seasons[i].weight;
        sum += t->seasons[i].weight;
    }
    bool fits = fixed_muldiv(t->principal_minor, before + t->seasons[k].weight, sum, &a) &&
                fixed_muldiv(t->principal_minor, before, sum, &b);
    return fits ? round_to(t, a) - round_to(t, b) : 0; /* a share of the principal: it fits */
}

static int64_t principal_of(const struct loan_terms *t, int64_t base, int k, int64_t interest) {
    if (t->product == PRODUCT_BULLET) return 0;
    if (t->product == PRODUCT_SEASONAL) return weighted(t, k);
    return planned(t, base, k) - interest;
}

static enum err fill(const struct loan_terms *t, int64_t base, struct schedule_row *rows, struct fault *f) {
    int64_t balance = t->principal_minor;
    int n = loan_rows(t);
    for (int k = 0; k < n; k++) {
        struct schedule_row *r = &rows[k];
        if (!interest_of(t, rows, k, balance, &r->interest_minor))
            return fault_set(f, ERR_INVALID, "rate", "the interest does not fit");
        int64_t principal = principal_of(t, base, k, r->interest_minor);
        /* A tiny loan over many months can be paid down early by rounding: never below zero. */
        if (k == n - 1 || principal > balance) principal = balance;
        if (principal < 0)
            return fault_set(f, ERR_INVALID, "amount", "payment %d would not cover its interest: the debt would grow", k + 1);
        r->principal_minor = principal;
        r->payment_minor = principal + r->interest_minor;
        r->balance_minor = balance -= principal;
    }
    return OK;
}

enum err loan_schedule(const struct loan_terms *t, struct schedule_row *rows, struct fault *f) {
    enum err e = loan_check(t, f);
    if (e != OK) return e;
    for (int k = 0; k < loan_rows(t); k++) {
        rows[k].number = k + 1;
        rows[k].due_day = due_of(t, k);
    }
    bool searched = t->product == PRODUCT_EMI || t->product == PRODUCT_STEP_UP;
    return fill(t, searched ? base_payment(t, rows) : 0, rows, f);
}
