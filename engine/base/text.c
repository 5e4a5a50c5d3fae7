#include "base/text.h"

#include <string.h>

enum { WORD_MAX = 64 };

enum err text_i64(const char *s, size_t n, int64_t *out) {
    bool minus = n && s[0] == '-';
    if (n == minus) return ERR_INVALID;
    int64_t v = 0; /* counted downwards: INT64_MIN has no positive twin */
    for (size_t i = minus; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') return ERR_INVALID;
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s[i] - '0', &v))
            return ERR_INVALID;
    }
    if (!minus && v == INT64_MIN) return ERR_INVALID;
    *out = minus ? v : -v;
    return OK;
}

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

unsigned text_distance(const char *a, const char *b) {
    size_t na = strlen(a), nb = strlen(b);
    if (na > WORD_MAX || nb > WORD_MAX) return WORD_MAX;
    unsigned rows[3][WORD_MAX + 1]; /* the row before last is needed for swapped neighbours */
    for (size_t j = 0; j <= nb; j++) rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= na; i++) {
        unsigned *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned best = least(least(row[j - 1], up[j]) + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = least(best, up2[j - 2] + 1);
            row[j] = best;
        }
    }
    return rows[na % 3][nb];
}

/* Near enough: one slip in short words, one in three letters of longer ones, at most three. */
const char *text_nearest(const char *word, const char *const *words) {
    const char *best = NULL;
    size_t n = strlen(word);
    unsigned allowed = n < 3 ? 1 : n < 9 ? (unsigned)(n / 3) : 3;
    for (; *words; words++) {
        unsigned d = text_distance(word, *words);
        if (d > allowed || d >= strlen(*words)) continue;
        best = *words;
        if (d == 0) return best;
        allowed = d - 1; /* a later word must be nearer; the first of equals stays */
    }
    return best;
}

size_t text_utf8_char(const char *s, size_t n) {
    const unsigned char *p = (const unsigned char *)s;
    if (!n) return 0;
    if (p[0] < 0x80) return 1;
    size_t len = p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;
    if (!len || len > n) return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    if (p[0] == 0xE0 && p[1] < 0xA0) return 0; /* overlong */
    if (p[0] == 0xED && p[1] > 0x9F) return 0; /* surrogates */
    if (p[0] == 0xF0 && p[1] < 0x90) return 0; /* overlong */
    if (p[0] == 0xF4 && p[1] > 0x8F) return 0; /* past U+10FFFF */
    return len;
}

bool text_is_utf8(const char *s, size_t n) {
    while (n) {
        size_t step = text_utf8_char(s, n);
        if (!step) return false;
        s += step;
        n -= step;
    }
    return true;
}

void text_trim_utf8(char *s) {
    size_t n = strlen(s), at = n;
    while (at && n - at < 4 && ((unsigned char)s[at - 1] & 0xC0) == 0x80) at--;
    if (!at || (unsigned char)s[at - 1] < 0x80) return;
    at--;
    if (!text_utf8_char(s + at, n - at)) s[at] = '\0';
}

bool text_starts(const char *s, const char *prefix) {
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *s, const char *suffix) {
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool text_eq(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_same_secret(const void *a, const void *b, size_t n) {
    const volatile unsigned char *x = a, *y = b;
    unsigned char differs = 0;
    for (size_t i = 0; i < n; i++) differs |= x[i] ^ y[i];
    return differs == 0;
}

bool text_copy(char *dst, size_t cap, const char *src) {
    if (!src) src = "";
    size_t n = strlen(src);
    if (!cap) return false;
    size_t fits = n < cap ? n : cap - 1;
    memcpy(dst, src, fits);
    dst[fits] = '\0';
    return fits == n;
}
