/* buf.h - a growable byte buffer with a ceiling; always NUL-terminated after the first append.
 *
 * Init in place, reset to free. A failed append (memory or ceiling) marks the buffer `failed`
 * and every later append does nothing, so a writer checks once at the end (buf_ok). */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct buf {
    char *data; /* NULL while empty */
    size_t len, cap, ceiling;
    bool failed;
    enum err why; /* of the failure: ERR_NOMEM or ERR_LIMIT */
};

void buf_init(struct buf *b, size_t ceiling);
void buf_reset(struct buf *b);                     /* frees; usable again with the same ceiling */
void buf_clear(struct buf *b);                     /* len = 0, keeps memory, clears `failed` */
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_adds(struct buf *b, const char *text);    /* NULL adds nothing */
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_add_json_string(struct buf *b, const char *text, size_t n); /* quoted, escaped; bad UTF-8 becomes U+FFFD */
void buf_add_base64(struct buf *b, const void *bytes, size_t n);     /* standard alphabet, padded */
/* The bytes that `text` stands for (padding may be missing). ERR_INVALID: not base64; nothing or a part was added. */
MUST_CHECK enum err buf_add_from_base64(struct buf *b, const char *text, size_t n);
bool buf_ok(const struct buf *b);
enum err buf_err(const struct buf *b);             /* OK, ERR_NOMEM or ERR_LIMIT (the ceiling) */
const char *buf_text(const struct buf *b);         /* "" when empty; valid until the next call */
char *buf_take(struct buf *b, size_t *n);          /* ownership moves out (free()); NULL (and emptied) if failed */

#endif
