/* err.h - one error type for the whole program, chosen by what the caller should do.
 *
 * Text travels beside it in a caller-owned `struct fault`, only where a person will read it. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/attr.h"

enum err {
    OK = 0,
    ERR_NOMEM,     /* give up this piece of work; the process lives */
    ERR_IO,        /* the door is broken: reconnect with back-off, then try again */
    ERR_BUSY,      /* try again soon (503 with Retry-After) */
    ERR_TIMEOUT,   /* no answer in time; whether it happened is unknown */
    ERR_CONFLICT,  /* somebody else was first: read again, then decide (409) */
    ERR_INVALID,   /* the input is wrong: tell who sent it (400, 422) */
    ERR_NOT_FOUND, /* no such thing (404) */
    ERR_REFUSED,   /* a rule says no: do not retry */
    ERR_LIMIT,     /* over a declared ceiling (413, 429) */
    ERR_CLOSED,    /* the other end, or our right to write (fenced), is gone */
    ERR_BUG,       /* cannot happen: park with a person */
    ERR_COUNT
};

/* Fixed lower-case word for logs and JSON, such as "conflict". */
const char *err_word(enum err e);

/* What a person reads. `where` is "early_dues.lua:22:5", a field path or an SQLSTATE; may be "". */
struct fault {
    enum err kind;
    char where[120];
    char text[400];
};

/* Fills `f` (which may be NULL) and returns `kind`, so that `return fault_set(...)` reads well. */
enum err fault_set(struct fault *f, enum err kind, const char *where, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

#endif
