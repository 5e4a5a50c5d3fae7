/* formula_scan.c - looks over the words of a body without understanding them. */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "dsl/formula_lua.h"

struct scan {
    const char *s;
    size_t n, at;
    int line;
    struct buf *out;
};

static void copy(struct scan *c, size_t n) {
    for (size_t i = 0; i < n; i++) c->line += c->s[c->at + i] == '\n';
    buf_add(c->out, c->s + c->at, n);
    c->at += n;
}

static bool starts(const struct scan *c, const char *word) {
    size_t n = strlen(word);
    return c->n - c->at >= n && !memcmp(c->s + c->at, word, n);
}

/* [[ or [==[ at `from`: bytes up to behind its end; 0: it is none. */
static size_t long_bracket(const struct scan *c, size_t from) {
    size_t level = 0, at = from + 1;
    if (from >= c->n || c->s[from] != '[') return 0;
    while (at < c->n && c->s[at] == '=') level++, at++;
    if (at >= c->n || c->s[at] != '[') return 0;
    for (at++; at < c->n; at++) {
        size_t k = 0;
        if (c->s[at] != ']') continue;
        while (at + 1 + k < c->n && c->s[at + 1 + k] == '=') k++;
        if (k == level && at + 1 + k < c->n && c->s[at + 1 + k] == ']') return at + 2 + k - from;
    }
    return c->n - from;
}

static size_t comment(const struct scan *c) {
    size_t whole = long_bracket(c, c->at + 2);
    if (whole) return 2 + whole;
    const char *end = memchr(c->s + c->at, '\n', c->n - c->at);
    return end ? (size_t)(end - c->s) - c->at : c->n - c->at;
}

static size_t quoted(const struct scan *c) {
    size_t k = 1;
    char q = c->s[c->at];
    while (c->at + k < c->n && c->s[c->at + k] != q && c->s[c->at + k] != '\n') k += c->s[c->at + k] == '\\' ? 2 : 1;
    return c->at + k < c->n ? k + 1 : c->n - c->at;
}

static size_t word(const struct scan *c) {
    size_t k = 0;
    while (c->at + k < c->n && (isalnum((unsigned char)c->s[c->at + k]) || c->s[c->at + k] == '_')) k++;
    return k;
}

/* 12 -> 12.0: doubles do not wrap round. */
static bool number(struct scan *c) {
    size_t k = 0;
    bool whole = true;
    if (c->s[c->at] == '0' && c->at + 1 < c->n && (c->s[c->at + 1] | 32) == 'x') return false;
    while (c->at + k < c->n && (isalnum((unsigned char)c->s[c->at + k]) || c->s[c->at + k] == '.')) {
        if (c->s[c->at + k] == '.' && c->at + k + 1 < c->n && c->s[c->at + k + 1] == '.') break; /* 1..2 */
        whole &= isdigit((unsigned char)c->s[c->at + k]) != 0;
        k++;
    }
    copy(c, k);
    if (whole) buf_adds(c->out, ".0");
    return true;
}

static enum err refuse(const struct scan *c, int *line, struct fault *why, const char *text) {
    *line = c->line;
    return fault_set(why, ERR_INVALID, "", "%s", text);
}

enum err formula_scan(const char *body, size_t n, struct buf *out, int *line, struct fault *why) {
    struct scan c = {body, n, 0, 1, out};
    while (c.at < n) {
        unsigned char ch = (unsigned char)body[c.at];
        if (starts(&c, "--")) copy(&c, comment(&c));
        else if (ch == '"' || ch == '\'') copy(&c, quoted(&c));
        else if (long_bracket(&c, c.at)) copy(&c, long_bracket(&c, c.at));
        else if (isalpha(ch) || ch == '_') copy(&c, word(&c));
        else if (isdigit(ch) || (ch == '.' && c.at + 1 < n && isdigit((unsigned char)body[c.at + 1]))) {
            if (!number(&c)) return refuse(&c, line, why, "write numbers in decimal");
        } else if (starts(&c, "...")) return refuse(&c, line, why, "‹...› is not needed; name the arguments");
        else if (starts(&c, "..")) return refuse(&c, line, why, "‹..› joins texts; a formula gives one of its declared words");
        else if (ch == '^') return refuse(&c, line, why, "‹^› is not the same on every machine; write power(x, n) with a whole n");
        else if (strchr("&|~", ch) && !starts(&c, "~=")) return refuse(&c, line, why, "bits are not computed with in a formula");
        else if (starts(&c, "<<") || starts(&c, ">>")) return refuse(&c, line, why, "bits are not computed with in a formula");
        else copy(&c, starts(&c, "~=") ? 2 : 1);
    }
    return buf_ok(out) ? OK : ERR_NOMEM;
}
