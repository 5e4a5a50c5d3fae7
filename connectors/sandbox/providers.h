/* providers.h - the services of the sandbox without faults: kyc, bureau, bank, payments.
 *
 * Reads are functions of seed, person and day (and, where they ask what has become of an effect, of the book). Effects go through the book, once per key. */
#ifndef SANDBOX_PROVIDERS_H
#define SANDBOX_PROVIDERS_H

#include "connectors/sandbox/book.h"
#include "connectors/sandbox/faults.h"
#include "connectors/sandbox/history.h"
#include "connectors/sandbox/outside.h"

struct follow;
struct map;
struct presentation { /* the scheme's rule for debits: of one instalment, in the sandbox's civil time */
    unsigned most;        /* presentations, the first included */
    unsigned days_apart;
    unsigned from_minute, till_minute; /* of the day in which it takes them */
};
struct rsa_key;
struct providers {
    uint64_t seed;
    struct book *book;
    struct follow *follow;
    struct history *history;
    struct map *bureau;   /* PAN -> report text, from a file; or NULL */
    int64_t day_ms;       /* how long "days later" takes */
    struct presentation presentation;
    enum fault_kind twist; /* FAULT_PEND or FAULT_RETURN: how what is asked now goes on later */
    const struct fault_rules *faults; /* for parts of an answer that can fail alone; NULL none */
    struct rsa_key *issuer; /* of Aadhaar documents; read at the first one */
};
struct provided {
    int status;
    struct buf *body;    /* write here, or */
    const char *text;    /* point at a text that lives until the next question */
    size_t text_n;
    char reference[100]; /* of an effect: where the input holds none called `reference` */
    char subject[64];    /* of an effect: what its entry is found by besides key and reference (book_about) */
    /* Of an effect: what its entry in the book says beside input and answer. */
    int64_t settles_ms;  /* given, and may be put off */
    struct buf facts;    /* members of an object, without braces */
    struct buf plan;     /* follow_plan */
    const char *currency;
    struct { /* what follows at once: another entry, by follow_now */
        const struct book_entry *origin;
        const char *operation, *code;
    } also;
};

MUST_CHECK enum err providers_init(struct providers *p, uint64_t seed);
void providers_reset(struct providers *p);
MUST_CHECK enum err providers_load_bureau(struct providers *p, const char *csv, size_t n, struct fault *f);
/* `settles_ms`: an effect is known to the book at once, but a look says 202 until then; 0 at once. */
void providers_do(struct providers *p, const struct outside_request *r, int64_t settles_ms, struct provided *out);
void providers_look(struct providers *p, const struct outside_request *r, struct provided *out);

#endif
