/* redis.h - Redis through hiredis, asynchronous, reconnecting; hiredis' one home.
 *
 * Redis is only an accelerator: every caller must do right, only slower, when it is away. A command
 * while it is down ends at once with ERR_IO. */
#ifndef IO_REDIS_H
#define IO_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"

struct redis;
struct redis_answer {
    enum err err;       /* OK, ERR_IO, ERR_TIMEOUT, ERR_INVALID (an error reply) */
    const char *text;   /* string or status reply; NULL for nil */
    size_t n;
    int64_t integer;
};
typedef void redis_done_fn(void *who, const struct redis_answer *a);
typedef void redis_message_fn(void *who, const char *channel, const char *text, size_t n);

/* "redis://127.0.0.1:6379/0" or "unix:/path/redis.sock". */
MUST_CHECK enum err redis_new(struct loop *l, const char *url, struct redis **out, struct fault *f);
void redis_free(struct redis *r);
bool redis_up(const struct redis *r);
/* Arguments as bytes. done may be NULL. */
void redis_command(struct redis *r, int argc, const char *const *argv, const size_t *lens,
                   int64_t timeout_ms, redis_done_fn *done, void *who);
MUST_CHECK enum err redis_subscribe(struct redis *r, const char *channel, redis_message_fn *fn, void *who);

#endif
