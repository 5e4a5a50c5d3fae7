#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void buf_init(struct buf *b, size_t ceiling) {
    *b = (struct buf){.ceiling = ceiling};
}

void buf_reset(struct buf *b) {
    free(b->data);
    buf_init(b, b->ceiling);
}

void buf_clear(struct buf *b) {
    b->len = 0;
    b->failed = false;
    b->why = OK;
    if (b->data) b->data[0] = '\0';
}

static void fail(struct buf *b, enum err why) {
    b->failed = true;
    b->why = why;
}

/* Makes room for n more bytes and a NUL. The ceiling bounds len; the NUL is ours. */
static bool room(struct buf *b, size_t n) {
    if (b->failed) return false;
    if (n > b->ceiling || b->len > b->ceiling - n) return fail(b, ERR_LIMIT), false;
    size_t need = b->len + n + 1;
    if (need <= b->cap) return true;
    size_t cap = b->cap ? b->cap : 64;
    while (cap < need) cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    if (cap > b->ceiling && b->ceiling >= need - 1) cap = b->ceiling + 1;
    char *data = realloc(b->data, cap);
    if (!data) return fail(b, ERR_NOMEM), false;
    b->data = data;
    b->cap = cap;
    return true;
}

/* Nearly every byte is added where room was made before. */
static inline bool fits(const struct buf *b, size_t n) {
    return !b->failed && b->len < b->cap && n < b->cap - b->len && n <= b->ceiling - b->len;
}

void buf_add(struct buf *b, const void *bytes, size_t n) {
    if (!fits(b, n) && !room(b, n)) return;
    if (n) memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *text) {
    if (text) buf_add(b, text, strlen(text));
}

void buf_addc(struct buf *b, char c) {
    if (!fits(b, 1) && !room(b, 1)) return;
    b->data[b->len++] = c;
    b->data[b->len] = '\0';
}

void buf_addf(struct buf *b, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    size_t space = b->cap > b->len ? b->cap - b->len : 0;
    int n = b->failed ? -1 : vsnprintf(space ? b->data + b->len : NULL, space, fmt, ap);
    if (n >= 0 && room(b, (size_t)n)) { /* room may refuse: the ceiling counts here too */
        if ((size_t)n >= space) vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    if (b->data) b->data[b->len] = '\0';
    va_end(again);
    va_end(ap);
}

static void add_escape(struct buf *b, unsigned char c) {
    static const char *const names[128] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\f'] = "\\f",
        ['\n'] = "\\n", ['\r'] = "\\r",  ['\t'] = "\\t",
    };
    if (c < 128 && names[c]) buf_adds(b, names[c]);
    else buf_addf(b, "\\u%04x", c);
}

static inline bool is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

#define EACH_BYTE(v) (UINT64_C(0x0101010101010101) * (v))
/* Bit 7 of each byte that is 0, and perhaps of one behind such a byte. */
static inline uint64_t zero_bytes(uint64_t x) {
    return (x - EACH_BYTE(1)) & ~x & EACH_BYTE(0x80);
}

/* How many bytes from here on need no escape, counted in steps of eight: most text is long and plain. */
static size_t plain_run(const char *text, size_t n) {
    size_t i = 0;
    for (uint64_t x; n - i >= sizeof x; i += sizeof x) {
        memcpy(&x, text + i, sizeof x);
        uint64_t control = (x - EACH_BYTE(0x20)) & ~x;
        if (((x | control) & EACH_BYTE(0x80)) | zero_bytes(x ^ EACH_BYTE('"')) | zero_bytes(x ^ EACH_BYTE('\\'))) break;
    }
    while (i < n && is_plain((unsigned char)text[i])) i++;
    return i;
}

void buf_add_json_string(struct buf *b, const char *text, size_t n) {
    buf_addc(b, '"');
    size_t from = 0, i = 0;
    while (i < n) {
        i += plain_run(text + i, n - i);
        if (i == n) break;
        unsigned char c = (unsigned char)text[i];
        size_t step = c < 0x80 ? 1 : text_utf8_char(text + i, n - i);
        if (step && c >= 0x20 && c != '"' && c != '\\') {
            i += step;
            continue;
        }
        buf_add(b, text + from, i - from);
        if (step) add_escape(b, c);
        else buf_adds(b, "\xEF\xBF\xBD"); /* not UTF-8: the replacement character */
        from = ++i;
    }
    buf_add(b, text + from, n - from);
    buf_addc(b, '"');
}

void buf_add_base64(struct buf *b, const void *bytes, size_t n) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16;
        if (i + 1 < n) v |= (uint32_t)p[i + 1] << 8;
        if (i + 2 < n) v |= p[i + 2];
        char out[4] = {digits[v >> 18], digits[v >> 12 & 63], digits[v >> 6 & 63], digits[v & 63]};
        if (i + 1 >= n) out[2] = '=';
        if (i + 2 >= n) out[3] = '=';
        buf_add(b, out, 4);
    }
}

static int base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

enum err buf_add_from_base64(struct buf *b, const char *text, size_t n) {
    uint32_t bits = 0;
    unsigned have = 0;
    for (int pad = 0; pad < 2 && n && n % 4 != 1 && text[n - 1] == '='; pad++) n--;
    if (n % 4 == 1) return ERR_INVALID;
    for (size_t i = 0; i < n; i++) {
        int d = base64_digit(text[i]);
        if (d < 0) return ERR_INVALID;
        bits = (bits << 6 | (uint32_t)d) & 0xffffff;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        buf_addc(b, (char)(bits >> have & 0xff));
    }
    return buf_err(b);
}

bool buf_ok(const struct buf *b) {
    return !b->failed;
}

enum err buf_err(const struct buf *b) {
    return b->failed ? b->why : OK;
}

const char *buf_text(const struct buf *b) {
    return b->data ? b->data : "";
}

char *buf_take(struct buf *b, size_t *n) {
    if (!b->failed && !b->data) buf_add(b, "", 0);
    if (b->failed) {
        buf_reset(b);
        return NULL;
    }
    char *data = b->data;
    if (n) *n = b->len;
    b->data = NULL;
    buf_reset(b);
    return data;
}
