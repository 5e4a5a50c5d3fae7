/* aa_accounts.h - which accounts somebody has with which bank, as the account aggregator of the sandbox shows them; and whether a
 * consent stands (service_aa.c). */
#ifndef SANDBOX_AA_ACCOUNTS_H
#define SANDBOX_AA_ACCOUNTS_H

#include "connectors/sandbox/people.h"
#include "connectors/sandbox/providers.h"

#define AA_ACCOUNTS_MAX 3
struct aa_account {
    char reference[24], masked[16];
    const char *bank;
    unsigned nth; /* 0: the account of bank.transactions */
};
/* One to three; everybody has the first. */
size_t aa_accounts_of(const struct person *p, struct aa_account out[AA_ACCOUNTS_MAX]);
/* {"transactions": [...]} of one account over the year before `until_day`. */
void aa_account_write(struct providers *p, const struct person *who, const struct aa_account *a, int32_t until_day, struct buf *out);
/* Whether this is the id of a consent that the aggregator has given, about whom, on which request, and whether it stands. */
bool aa_consent_named(const struct providers *p, const char *id, int64_t now_ms, char pan[11], char handle[64], bool *stands);

#endif
