/* authority.h - who may give money up, and how much: the last line of defence, below whatever asked before.
 *
 *   {"officer": {"waive": 100000, "settle": 0, "settle_share": 0, "write_off": 0, "change_terms": 50000}, ...}
 *
 * Amounts are minor units of what is given up; a word that is left out is 0. Two different people stand for each such
 * act: approved_by and seconded_by. Shipped (in minor units):
 *
 *               waive   settle  (share)  write_off  change_terms
 *   officer    100,000       -       -          -        50,000
 *   manager  1,000,000  2,500,000  30 %    500,000     1,000,000
 *   head     5,000,000 15,000,000  50 %  5,000,000     5,000,000
 *   committee  no ceiling below 90 % of a settlement */
#ifndef LEDGER_AUTHORITY_H
#define LEDGER_AUTHORITY_H

#include "base/json.h"

#define AUTHORITY_ROLES_MAX 16

enum giving { GIVING_WAIVE, GIVING_SETTLE, GIVING_WRITE_OFF, GIVING_CHANGE_TERMS, GIVINGS };
struct authority {
    struct authority_role {
        char name[40];
        int64_t minor[GIVINGS];
        int64_t settle_share; /* of what is owed, millionths */
    } roles[AUTHORITY_ROLES_MAX];
    size_t n;
};
MUST_CHECK enum err authority_read(const json_t *v, struct authority *out, struct fault *f);

/* `input` has authority, approved_by and seconded_by. ERR_REFUSED with "authority", "over_authority" or "two_people" in
 * f->where. `owed_minor` matters for GIVING_SETTLE only. */
MUST_CHECK enum err authority_check(const struct authority *a, enum giving what, const json_t *input, int64_t given_up_minor,
                                    int64_t owed_minor, struct fault *f);

#endif
