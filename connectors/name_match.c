/* name_match.c - see name_match.h. */
#include "connectors/name_match.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"

enum { WORDS_MAX = 8, LETTERS_MAX = 40 };

struct word {
    const char *s;
    size_t n;
};

static bool letter(char c) { return isalpha((unsigned char)c) || (unsigned char)c >= 0x80; }

static bool same(struct word a, struct word b) { return a.n == b.n && !strncasecmp(a.s, b.s, a.n); }

static bool title(struct word w) {
    static const char *const titles[] = {"mr", "mrs", "ms", "dr", "shri", "smt", "kumari"};
    for (size_t k = 0; k < ARRAY_LEN(titles); k++)
        if (same(w, (struct word){titles[k], strlen(titles[k])})) return true;
    return false;
}

/* The next word at or after *at that is no title; n is 0 at the end. */
static struct word next_word(const char **at) {
    for (;;) {
        while (**at && !letter(**at)) (*at)++;
        struct word w = {*at, 0};
        while (letter(**at)) (*at)++;
        w.n = (size_t)(*at - w.s);
        if (!w.n || !title(w)) return w;
    }
}

static bool has_word(const char *text, struct word word) {
    for (struct word w; (w = next_word(&text)).n;)
        if (same(w, word)) return true;
    return false;
}

double name_match(const char *a, const char *b) {
    unsigned words = 0, shared = 0;
    const char *at = a;
    for (struct word w; (w = next_word(&at)).n; words++) shared += has_word(b, w);
    at = b;
    for (struct word w; (w = next_word(&at)).n;) words += !has_word(a, w);
    return words ? (double)shared / words : 0;
}

static size_t split(const char *text, struct word out[WORDS_MAX]) {
    size_t n = 0;
    while (n < WORDS_MAX && (out[n] = next_word(&text)).n) n++;
    return n;
}

/* Letters that agree within half the longer word less one, less half of those out of order. */
static double jaro(const char *a, size_t n, const char *b, size_t m) {
    bool in_a[LETTERS_MAX] = {false}, in_b[LETTERS_MAX] = {false};
    size_t longer = n > m ? n : m, reach = longer / 2 ? longer / 2 - 1 : 0, hits = 0, moved = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i > reach ? i - reach : 0; j < m && j <= i + reach; j++)
            if (!in_b[j] && a[i] == b[j]) {
                in_a[i] = in_b[j] = true;
                hits++;
                break;
            }
    for (size_t i = 0, j = 0; i < n; i++) {
        if (!in_a[i]) continue;
        while (!in_b[j]) j++;
        moved += a[i] != b[j++];
    }
    double h = (double)hits;
    return hits ? (h / (double)n + h / (double)m + (h - (double)moved / 2) / h) / 3 : 0;
}

static size_t lower(struct word w, char out[LETTERS_MAX]) {
    size_t n = w.n < LETTERS_MAX ? w.n : LETTERS_MAX;
    for (size_t k = 0; k < n; k++) out[k] = (char)tolower((unsigned char)w.s[k]);
    return n;
}

static double jaro_winkler(struct word x, struct word y) {
    char a[LETTERS_MAX], b[LETTERS_MAX];
    size_t n = lower(x, a), m = lower(y, b), prefix = 0;
    double j = jaro(a, n, b, m);
    while (prefix < 4 && prefix < n && prefix < m && a[prefix] == b[prefix]) prefix++;
    return j + 0.1 * (double)prefix * (1 - j);
}

/* The likest pair first, then the likest of what is left. */
static double pair_up(double like[WORDS_MAX][WORDS_MAX], size_t n, size_t m) {
    double sum = 0;
    for (size_t pairs = n < m ? n : m; pairs; pairs--) {
        size_t x = 0, y = 0;
        double best = -1;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < m; j++)
                if (like[i][j] > best) best = like[x = i][y = j];
        sum += best;
        for (size_t i = 0; i < n; i++) like[i][y] = -1;
        for (size_t j = 0; j < m; j++) like[x][j] = -1;
    }
    return sum;
}

double name_likeness(const char *a, const char *b) {
    struct word x[WORDS_MAX], y[WORDS_MAX];
    double like[WORDS_MAX][WORDS_MAX];
    size_t n = split(a, x), m = split(b, y);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) like[i][j] = jaro_winkler(x[i], y[j]);
    return n && m ? pair_up(like, n, m) / (double)(n > m ? n : m) : 0;
}
