#include "stream/position.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int position_compare(struct position a, struct position b) {
    if (a.tx != b.tx) return a.tx < b.tx ? -1 : 1;
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

struct position position_before(struct position p) {
    if (p.n > 0) return (struct position){p.tx, p.n - 1};
    return p.tx > 0 ? (struct position){p.tx - 1, INT32_MAX} : POSITION_START;
}

const char *position_text(struct position p, char out[POSITION_TEXT]) {
    snprintf(out, POSITION_TEXT, "%" PRId64 "-%" PRId32, p.tx, p.n);
    return out;
}

enum err position_parse(const char *text, struct position *out) {
    const char *dash = text ? strchr(text, '-') : NULL;
    int64_t tx, n;
    if (!dash || text_i64(text, (size_t)(dash - text), &tx) != OK || text_i64(dash + 1, strlen(dash + 1), &n) != OK ||
        tx < 0 || n < 0 || n > INT32_MAX)
        return ERR_INVALID;
    *out = (struct position){tx, (int32_t)n};
    return OK;
}
