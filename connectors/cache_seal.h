/* cache_seal.h - names and wrapping of cached answers: what lies in Redis tells nobody anything.
 *
 * The key of an answer is a keyed hash over everything that makes two calls the same question: operation, what
 * answers it (the connector's configuration and schema), customer, the lease under which its shard is held, and the
 * canonical input. The lease is part of it because a customer's events are heard by the shard's owner: what another
 * owner kept may be stale without our knowing, so nobody finds it any more.
 * The answer is sealed under a key derived from the master key, bound to its name; its age is inside the seal. */
#ifndef CONNECTORS_CACHE_SEAL_H
#define CONNECTORS_CACHE_SEAL_H

#include "base/buf.h"
#include "base/crypt.h"
#include "base/json.h"
#include "connectors/cache.h"

#define CACHE_INPUT_MAX ((size_t)16 << 10)  /* canonical bytes: a larger question costs more than it saves */
#define CACHE_ANSWER_MAX ((size_t)256 << 10)

struct cache_seal {
    struct crypt_key name, value;
};
void cache_seal_init(struct cache_seal *s, const struct crypt_key *master);
void cache_seal_reset(struct cache_seal *s);

struct question {
    const char *operation;   /* "bureau.report" */
    const char *answered_by; /* hex: changes when configuration or schema do */
    const char *customer;    /* "" nobody's */
    uint64_t epoch, era;     /* of the shard's lease; of this process's cache */
    const json_t *input;
};
/* ERR_LIMIT: too large a question to keep an answer for. */
MUST_CHECK enum err cache_key_of(const struct cache_seal *s, const struct question *q, struct cache_key *out);
/* "bureau.report 3f20..." and so on: the field in Redis, and what the seal is bound to. */
#define CACHE_FIELD 160
void cache_field(const char *operation, const struct cache_key *k, char out[CACHE_FIELD]);

MUST_CHECK enum err cache_wrap(const struct cache_seal *s, const char *field, const struct cached *what, struct buf *out);
/* ERR_INVALID: not ours, another place's, or changed. `out->text` points into `text`. */
MUST_CHECK enum err cache_unwrap(const struct cache_seal *s, const char *field, const void *sealed, size_t n,
                                 struct buf *text, struct cached *out);

#endif
