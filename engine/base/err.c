#include "base/err.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

static const char *const words[ERR_COUNT] = {
    [OK] = "ok",
    [ERR_NOMEM] = "no_memory",
    [ERR_IO] = "io",
    [ERR_BUSY] = "busy",
    [ERR_TIMEOUT] = "timeout",
    [ERR_CONFLICT] = "conflict",
    [ERR_INVALID] = "invalid",
    [ERR_NOT_FOUND] = "not_found",
    [ERR_REFUSED] = "refused",
    [ERR_LIMIT] = "limit",
    [ERR_CLOSED] = "closed",
    [ERR_BUG] = "bug",
};

const char *err_word(enum err e) {
    return (unsigned)e < ERR_COUNT ? words[e] : "unknown";
}

enum err fault_set(struct fault *f, enum err kind, const char *where, const char *fmt, ...) {
    if (!f) return kind;
    f->kind = kind;
    bool whole = text_copy(f->where, sizeof f->where, where);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(f->text, sizeof f->text, fmt, ap);
    va_end(ap);
    if (n < 0) f->text[0] = '\0';
    /* A cut in the middle of a UTF-8 character would make the fault unprintable as JSON. */
    if (!whole) text_trim_utf8(f->where);
    if (n >= (int)sizeof f->text) text_trim_utf8(f->text);
    return kind;
}
