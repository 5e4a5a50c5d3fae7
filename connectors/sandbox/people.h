/* people.h - who lives in the sandbox: everybody, made from a keyed hash of the PAN, and a few by name.
 *
 * The same seed and PAN always give the same person, so nothing is stored and a million applicants
 * cost nothing. No real person: names are drawn from two short lists. */
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
    PERSON_KINDS
};
const char *person_kind_word(enum person_kind k); /* "prime" */

struct persona { /* one by name, for `tenor demo` and examples */
    const char *pan, *name, *consent, *account, *about;
    enum person_kind kind;
    const char *registered; /* the name that KYC has; NULL: `name` */
    const char *dob;
    int amount_rupees;      /* what they ask for in the demo */
};
extern const struct persona personas[]; /* ends with a NULL pan */

struct person {
    enum person_kind kind;
    char pan[11], name[64], dob[16];
    const struct persona *persona; /* NULL: generated */
    bool known;                    /* KYC has this PAN; those that begin with UNK are unknown */
    uint64_t salt;                 /* for everything else about them */
};
/* Any text is somebody; only a well-formed PAN is known to KYC. */
void person_by_pan(uint64_t seed, const char *pan, struct person *out);
/* A persona's consent handle, else somebody by its hash. */
void person_by_consent(uint64_t seed, const char *consent, struct person *out);
/* A generator for one question about one person: the same question gets the same numbers. */
void person_rng(const struct person *p, const char *question, struct rng *out);
/* How much of the name agrees with the register, 0 to 1: shared words over all words, any order and
 * case. Generated people are known under whatever name they give. */
double person_name_match(const struct person *p, const char *name);
/* The bureau's report as JSON text. */
void person_bureau(const struct person *p, struct buf *out);
/* Everything as JSON, for whoever writes a test or a demo. */
void person_describe(const struct person *p, struct buf *out);
/* A 64-bit keyed hash (BLAKE2b) for all seeded choices in the sandbox. */
uint64_t sandbox_hash(uint64_t seed, const char *purpose, const char *text);

#endif
