/* faults.h - what goes wrong, how often, for whom: a text such as
 * "busy=0.02,payments.disburse:timeout=0.3,payments.disburse:after=0.1". Pure; drawn from a seed. */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_REFUSE,    /* refuse: says no, whenever it is asked with this key */
    FAULT_BUSY,      /* busy: 429 with Retry-After: surely did not happen */
    FAULT_FAIL,      /* fail: 503 before the effect */
    FAULT_TIMEOUT,   /* timeout: never answers; the effect happened in half of the cases */
    FAULT_BREAK,     /* break: breaks the connection; the effect happened in half of the cases */
    FAULT_AFTER,     /* after: the effect happens, then 500 */
    FAULT_DUPLICATE, /* duplicate: the request is delivered twice */
    FAULT_GARBAGE,   /* garbage: the effect happens, the answer is torn */
    FAULT_LATE,      /* late: 202 now, settled some seconds later; a webhook: half a minute later */
    FAULT_LOST,      /* lost: never answers; it happens some seconds later, until then a look says pending */
    FAULT_PEND,      /* pend: accepted; its good end comes two days later */
    FAULT_RETURN,    /* return: accepted; two days later it comes back (a debit: one day later, unpaid) */
    FAULT_REORDER,   /* reorder: of webhooks only: comes after the next one */
    FAULT_FORGE,     /* forge: of webhooks only: a forged copy comes as well */
    FAULT_KINDS
};
const char *fault_kind_word(enum fault_kind k);

#define FAULT_RULES_MAX 32
struct fault_rules {
    struct fault_rule {
        char operation[64]; /* "" any */
        enum fault_kind kind;
        uint32_t per_million;
    } rules[FAULT_RULES_MAX];
    size_t n;
};

/* The operation "webhook" stands for what the providers tell by themselves (notice.h); rules without an operation do
 * not touch it, and of the kinds it takes duplicate, late, reorder and forge.
 * The operation "aa.account" stands for one account of an aa.fetch: refuse (its bank denies it), late (its bank takes half a
 * minute), timeout (its bank never answers).
 * "" clears. The fault names the part that is wrong. */
MUST_CHECK enum err fault_rules_read(const char *text, struct fault_rules *out, struct fault *f);
/* What happens to try number `nth` (0-based) of `key`. The same arguments give the same answer. */
enum fault_kind fault_draw(const struct fault_rules *r, uint64_t seed, const char *operation,
                           const char *key, unsigned nth);
/* Whether this kind, by a rule of just this operation, hits `key`: several kinds may. */
bool fault_hits(const struct fault_rules *r, uint64_t seed, const char *operation, const char *key, enum fault_kind kind);

#endif
