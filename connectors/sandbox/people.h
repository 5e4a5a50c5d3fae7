/* people.h - who lives in the sandbox: everybody, made from a keyed hash of the PAN, and a few by name.
 *
 * The same seed and PAN always give the same person, so nothing is stored and a million applicants
 * cost nothing. No real person: names are drawn from two lists, numbers lie in ranges that nobody is given. */
#ifndef SANDBOX_PEOPLE_H
#define SANDBOX_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rng.h"

enum person_kind {
    PERSON_PRIME,    /* salaried, savings, long and clean history */
    PERSON_SALARIED, /* salaried, cards, a late payment here and there */
    PERSON_NEW,      /* new to credit: no bureau history, steady small inflows */
    PERSON_GIG,      /* uneven inflows, thin or short history */
    PERSON_FARMER,   /* two harvests a year, no bureau history */
    PERSON_STRESSED, /* high use of credit, late, bounces */
    PERSON_CIRCULAR, /* the same money goes round to look like income */
    PERSON_EDGE,     /* neither clearly good nor bad: somebody should look */
    PERSON_DISTRESS, /* was fine until ten weeks ago: salary late and short, medical bills, first bounces */
    PERSON_STRATEGIC, /* earns and spends as ever, but empties the account the evening before the instalment */
    PERSON_KINDS
};
const char *person_kind_word(enum person_kind k); /* "prime" */

struct persona { /* one by name, for `tenor demo` and examples */
    const char *pan, *name, *consent, *account, *about;
    enum person_kind kind;
    const char *registered; /* the name that KYC has; NULL: `name` */
    const char *dob;
    int amount_rupees;      /* what they ask for in the demo; 0: not in it */
};
extern const struct persona personas[]; /* ends with a NULL pan */

struct person {
    enum person_kind kind;
    char pan[11], name[64], dob[16];
    char gender;                   /* 'F' or 'M' */
    const struct persona *persona; /* NULL: generated */
    bool known;                    /* KYC has this PAN; those that begin with UNK are unknown */
    uint64_t salt;                 /* for everything else about them */
};
struct residence {
    char house[40], district[40], state[40], pincode[8];
    char aadhaar[13]; /* begins with 9999, as the test numbers of the authority do; right check digit */
    char phone[16];   /* "+915...": no mobile number begins with 5 */
    char vua[32];     /* address at the account aggregator */
};
/* What other lenders know; both bureaus tell it, each in its own words (credit_file.h). */
struct credit {
    bool thin; /* nothing is known; the rest is 0 */
    int score; /* 300-900 */
    double utilisation, debt_ratio, income; /* income: units of the shipped model */
    unsigned late_30, late_60, late_90, open_lines, real_estate, dependents;
    unsigned inquiries_180, oldest_months;
    int64_t overdue_minor;
};
/* Any text is somebody; only a well-formed PAN is known to KYC. */
void person_by_pan(uint64_t seed, const char *pan, struct person *out);
/* Number n of the seed's inhabitants, for lists: as person_by_pan of a PAN made from seed and n. */
void person_nth(uint64_t seed, uint64_t n, struct person *out);
/* Some inhabitants stand on the lists that screening looks through (service_screening.c): of each thousand one, in the first
 * 24,000. PERSON_SANCTIONED for n 7, 1007 ... 7007; PERSON_PEP for 8007 ... 23007. */
enum person_listing { PERSON_UNLISTED, PERSON_SANCTIONED, PERSON_PEP };
#define PERSON_LISTED 24
enum person_listing person_listing(uint64_t n);
uint64_t person_listed_nth(unsigned k); /* the inhabitant behind entry k < PERSON_LISTED */
void person_residence(const struct person *p, struct residence *out);
void person_credit(const struct person *p, struct credit *out);
/* A persona's consent handle, else somebody by its hash. */
void person_by_consent(uint64_t seed, const char *consent, struct person *out);
/* A generator for one question about one person: the same question gets the same numbers. */
void person_rng(const struct person *p, const char *question, struct rng *out);
/* How much of the name agrees with the register, 0 to 1: shared words over all words, any order and
 * case. Generated people are known under whatever name they give. */
double person_name_match(const struct person *p, const char *name);
/* Bureau A's report as JSON text: bureau.report's own fields. */
void person_bureau(const struct person *p, struct buf *out);
void credit_write(const struct credit *c, struct buf *out);
/* Everything as JSON, for whoever writes a test or a demo; of inhabitant n also "listed". */
void person_describe(const struct person *p, struct buf *out);
void person_describe_nth(uint64_t seed, uint64_t n, struct buf *out);
/* A 64-bit keyed hash (BLAKE2b) for all seeded choices in the sandbox. */
uint64_t sandbox_hash(uint64_t seed, const char *purpose, const char *text);

#endif
