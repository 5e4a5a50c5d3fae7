/* oracle.h - a loan, slowly: one day after another, one cent after another. It reads the same entries as the fold and shares
 * none of its code, so that the two can only agree by both being right. */
#ifndef TESTS_BOOK_ORACLE_H
#define TESTS_BOOK_ORACLE_H

#include "book/deed.h"

#define ORACLE_DAYS 500
#define ORACLE_ITEMS 400

struct oracle_day { /* as it stands at the end of the day */
    int dpd;
    bool npa;
    long long owed[4];     /* by component: due or not (interest of later rows included) */
    long long books[4];    /* what our accounts show */
    long long credit;
    long long cash;        /* received less given back */
    char stage;            /* n)one a)ctive c)losed s)ettled o) cooled off f)oreclosed w)ritten off v)oid */
};
/* Fills out[0 .. days-1] for the days from `from` on, as known at `as_known_ms`. */
void oracle_run(const struct deed *deeds, size_t n, int32_t from, int days, int64_t as_known_ms, struct oracle_day *out);

#endif
