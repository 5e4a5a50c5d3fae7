/* history.h - one account's year as cashflow.c looks at it: sorted entries, balance per day, months. */
#ifndef MODELS_HISTORY_H
#define MODELS_HISTORY_H

#include "models/cashflow.h"

#define HISTORY_DAYS 365
#define HISTORY_MONTHS 12

struct history {
    struct cashflow_entry *list; /* sorted by day, in the window */
    bool *circular;              /* per entry */
    size_t n;
    int days;                    /* from the first day seen to the day of the application */
    double *balance;             /* per day, at its end */
    int months;                  /* whole months of 30 days */
    double gross[HISTORY_MONTHS];/* inflow per month without interest; [0] is the latest */
    double net[HISTORY_MONTHS];  /* the same without circular money */
};

MUST_CHECK enum err history_init(struct history *h, const struct cashflow_entry *entries, size_t n,
                                 int32_t until_day, struct fault *f);
void history_reset(struct history *h);
/* Money in, other than interest and payments that came back. */
bool history_is_income(const struct cashflow_entry *e);
double history_mean(const double *v, int n);

#endif
