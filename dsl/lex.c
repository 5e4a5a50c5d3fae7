/* lex.c - tokens with places, and the slips that deserve a sentence of their own. */
#include "dsl/lex.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

static const char *const foreign_quotes[] = {"“", "”", "‘",  "’", "„", "‚", "«", "»",
                                             "‹", "›", "＂", "′", "″", "`", "´"};
static const char *const odd_spaces[] = {"\xC2\xA0",     "\xE2\x80\x8B", "\xE2\x80\xAF", "\xE3\x80\x80",
                                         "\xEF\xBB\xBF", "\xE2\x80\x89", "\xC2\xAD"};
static const char *const units[] = {"days",    "hours",  "minutes", "seconds",      "weeks",         "months",
                                    "percent", "points", "rupees",  "working_days", "working_hours", NULL};

void lexer_init(struct lexer *l, const char *text, size_t n, struct faults *f) {
    *l = (struct lexer){.text = text, .n = n, .line = 1, .col = 1, .faults = f};
}

static char peek(const struct lexer *l, size_t ahead) { return l->at + ahead < l->n ? l->text[l->at + ahead] : 0; }
static bool word_start(char c) { return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80; }
static bool word_part(char c) { return word_start(c) || isdigit((unsigned char)c); }

static int column(struct lexer *l, size_t at) {
    if (l->col_at < l->line_start || l->col_at > at) {
        l->col_at = l->line_start;
        l->col = 1;
    }
    for (; l->col_at < at; l->col_at++)
        if (((unsigned char)l->text[l->col_at] & 0xC0) != 0x80) l->col++;
    return l->col;
}

static struct span span_here(struct lexer *l, size_t bytes) {
    return (struct span){l->at, l->at + bytes, l->line, column(l, l->at)};
}

static void newline(struct lexer *l) { /* `at` stands on the line feed */
    l->at++;
    l->line++;
    l->line_start = l->at;
}

/* Length of the entry of `list` that stands at the cursor; 0: none. */
static size_t starts_with(const struct lexer *l, const char *const *list, size_t n) {
    char c = peek(l, 0);
    if ((unsigned char)c < 0x80 && c != '`') return 0; /* nearly every byte */
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(list[i]);
        if (l->n - l->at >= len && !memcmp(l->text + l->at, list[i], len)) return len;
    }
    return 0;
}

static void skip_line(struct lexer *l) {
    while (l->at < l->n && l->text[l->at] != '\n') l->at++;
}

/* Goes past what a person meant as one expression: to the comma, brace or line end after it. */
static void swallow(struct lexer *l) {
    int parens = 0;
    for (; l->at < l->n; l->at++) {
        char c = l->text[l->at];
        if (c == '(') parens++;
        if (c == '\n' || c == '}' || (c == ',' && !parens) || (c == ')' && parens-- == 0)) return;
        if (c == '-' && peek(l, 1) == '-') return;
        if (c != '"') continue;
        size_t end = l->at + 1;
        while (end < l->n && l->text[end] != '"' && l->text[end] != '\n') end++;
        if (end < l->n && l->text[end] == '"') l->at = end;
    }
}

static void skip_comment(struct lexer *l) {
    l->at += 2;
    if (peek(l, 0) != '[' || peek(l, 1) != '[') {
        skip_line(l);
        return;
    }
    struct span at = span_here(l, 2);
    for (; l->at < l->n; l->at++) {
        if (l->text[l->at] == ']' && peek(l, 1) == ']') {
            l->at += 2;
            return;
        }
        if (l->text[l->at] == '\n') {
            newline(l);
            l->at--;
        }
    }
    faults_add(l->faults, &at, "unclosed-comment", "the comment that begins here never ends; write ]] where it ends");
}

static void skip_blank(struct lexer *l) {
    while (l->at < l->n) {
        char c = l->text[l->at];
        size_t odd = starts_with(l, odd_spaces, ARRAY_LEN(odd_spaces));
        if (c == '\n') newline(l);
        else if (c == ' ' || c == '\t' || c == '\r') l->at++;
        else if (c == '-' && peek(l, 1) == '-') skip_comment(l);
        else if (odd) {
            struct span at = span_here(l, odd);
            if (l->at == 0)
                faults_add(l->faults, &at, "byte-order-mark",
                           "the file begins with a byte-order mark; save it as plain UTF-8");
            else
                faults_add(
                    l->faults, &at, "odd-space",
                    "an invisible character (such as a non-breaking space) stands here; type an ordinary space instead");
            l->at += odd;
        } else return;
    }
}

static struct token token(enum token_kind kind, struct span span) { return (struct token){.kind = kind, .span = span}; }

static struct token take(struct lexer *l, enum token_kind kind, size_t bytes) {
    struct token t = token(kind, span_here(l, bytes));
    t.text = l->text + l->at;
    t.text_len = bytes;
    l->at += bytes;
    return t;
}

static char escaped(char c) {
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case '"':
    case '\'':
    case '\\': return c;
    default: return 0;
    }
}

/* Undoes the escapes of raw text; a fault for one that only programs use. */
static void unescape(struct lexer *l, struct token *t, const char *raw, size_t n) {
    char *out = arena_alloc(l->faults->arena, n + 1);
    size_t len = 0;
    for (size_t i = 0; out && i < n; i++) {
        char c = raw[i];
        if (c == '\\') {
            c = escaped(raw[++i]);
            if (!c)
                faults_add(l->faults, &t->span, "odd-escape",
                           "‹\\%c› has no meaning in a text; write the character itself, or \\\\ for a backslash",
                           raw[i]);
        }
        out[len++] = c;
    }
    if (!out) l->faults->no_memory = true;
    t->text = out ? out : "";
    t->text_len = out ? len : 0;
    t->text_at = len == n ? (size_t)(raw - l->text) : 0;
}

static struct token lex_text(struct lexer *l) {
    char quote = l->text[l->at];
    size_t end = l->at + 1;
    while (end < l->n && l->text[end] != quote && l->text[end] != '\n')
        end += l->text[end] == '\\' && end + 1 < l->n && l->text[end + 1] != '\n' ? 2 : 1;
    if (end >= l->n || l->text[end] != quote) {
        struct span at = span_here(l, 1);
        faults_add(l->faults, &at, "unclosed-text",
                   "the text that begins here is not closed on its line; add the closing %c", quote);
        skip_line(l);
        return token(TOKEN_BAD, at);
    }
    struct token t = token(TOKEN_TEXT, span_here(l, end + 1 - l->at));
    unescape(l, &t, l->text + l->at + 1, end - l->at - 1);
    l->at = end + 1;
    return t;
}

/* [[ ... ]]: no escapes; Lua drops a line break that follows [[ at once, and reads CR LF as LF. */
static struct token lex_long_text(struct lexer *l) {
    struct token t = token(TOKEN_TEXT, span_here(l, 2));
    const char *body = l->text + l->at + 2, *end = NULL;
    for (const char *p = body; p + 1 < l->text + l->n; p++)
        if (p[0] == ']' && p[1] == ']') {
            end = p;
            break;
        }
    if (!end) {
        faults_add(l->faults, &t.span, "unclosed-text",
                   "the text that begins with [[ here never ends; write ]] where it ends");
        l->at = l->n;
        return token(TOKEN_BAD, t.span);
    }
    while (l->text + l->at < end + 2) {
        if (l->text[l->at] == '\n') newline(l);
        else l->at++;
    }
    t.span.to = l->at;
    if (body < end && *body == '\r') body++;
    if (body < end && *body == '\n') body++;
    t.text_at = (size_t)(body - l->text);
    char *out = arena_alloc(l->faults->arena, (size_t)(end - body) + 1);
    if (!out) l->faults->no_memory = true;
    for (const char *p = body; out && p < end; p++)
        if (*p != '\r') out[t.text_len++] = *p;
    t.text = out ? out : "";
    return t;
}

static struct token lex_foreign_text(struct lexer *l, size_t len) {
    struct span at = span_here(l, len);
    faults_add(l->faults, &at, "foreign-quote",
               "‹%.*s› is not a quote that files can read; write text between straight quotes: \"like this\"", (int)len,
               l->text + l->at);
    l->at += len;
    size_t from = l->at;
    while (l->at < l->n && l->text[l->at] != '\n' && l->text[l->at] != '"' &&
           !starts_with(l, foreign_quotes, ARRAY_LEN(foreign_quotes)))
        l->at++;
    struct token t = token(TOKEN_TEXT, at);
    t.text = arena_strndup(l->faults->arena, l->text + from, l->at - from);
    t.text_len = t.text ? l->at - from : 0;
    if (!t.text) t.text = "";
    size_t close = starts_with(l, foreign_quotes, ARRAY_LEN(foreign_quotes));
    l->at += close ? close : peek(l, 0) == '"';
    return t;
}

static bool date_like(const char *s, size_t n) {
    if (n < 8 || s[4] != '-') return false;
    for (int i = 0; i < 4; i++)
        if (!isdigit((unsigned char)s[i])) return false;
    return isdigit((unsigned char)s[5]);
}

static void number_slip(struct lexer *l, const struct span *at, const char *number, int len) {
    char c = peek(l, 0), unit[32];
    if (c == '%') {
        l->at++;
        faults_add(l->faults, at, "bare-percent", "‹%.*s%%› stands outside quotes; write percent(%.*s)", len, number,
                   len, number);
    } else if (word_start(c) && c != 'e' && c != 'E' && c != 'x') {
        size_t from = l->at;
        while (word_part(peek(l, 0))) l->at++;
        text_copy(unit, sizeof unit, arena_strndup(l->faults->arena, l->text + from, l->at - from));
        const char *near = text_nearest(unit, units);
        if (near)
            faults_add(l->faults, at, "bare-unit", "‹%.*s%s› is no number; write %s(%.*s)", len, number, unit, near,
                       len, number);
        else
            faults_add(l->faults, at, "odd-number", "‹%.*s%s› is no number; write digits with at most one point", len,
                       number, unit);
    } else {
        swallow(l);
        faults_add(l->faults, at, "computes", "‹%.*s› computes outside quotes; put the expression in quotes",
                   (int)(l->at - at->from), l->text + at->from);
    }
}

static struct token lex_number(struct lexer *l) {
    size_t end = l->at + (l->text[l->at] == '-');
    int points = 0;
    if (date_like(l->text + l->at, l->n - l->at)) {
        struct token t = take(l, TOKEN_NUMBER, 4);
        while (peek(l, 0) == '-' || isdigit((unsigned char)peek(l, 0))) l->at++;
        faults_add(l->faults, &t.span, "bare-date", "a date stands in quotes; write date \"%.*s\"",
                   (int)(l->at - t.span.from), l->text + t.span.from);
        return t;
    }
    for (; end < l->n && (isdigit((unsigned char)l->text[end]) || l->text[end] == '.'); end++)
        points += l->text[end] == '.';
    struct token t = take(l, TOKEN_NUMBER, end - l->at);
    if (points > 1 || t.text[t.text_len - 1] == '.' || t.text[0] == '.')
        faults_add(l->faults, &t.span, "odd-number",
                   "‹%.*s› is no number; write digits with at most one point, such as 0.5", (int)t.text_len, t.text);
    if (t.text_len > 18)
        faults_add(l->faults, &t.span, "long-number",
                   "a number of more than 18 digits cannot be kept exactly; shorten it");
    if (peek(l, 0) && (word_start(peek(l, 0)) || strchr("%+-*/<>~^", peek(l, 0))) &&
        !(peek(l, 0) == '-' && peek(l, 1) == '-'))
        number_slip(l, &t.span, t.text, (int)t.text_len);
    return t;
}

static struct token lex_word(struct lexer *l) {
    size_t end = l->at, plain = 0;
    for (; end < l->n && word_part(l->text[end]); end++) {
        size_t save = l->at;
        l->at = end;
        bool odd = starts_with(l, foreign_quotes, ARRAY_LEN(foreign_quotes)) ||
                   starts_with(l, odd_spaces, ARRAY_LEN(odd_spaces));
        l->at = save;
        if (odd) break;
        plain += (unsigned char)l->text[end] < 0x80;
    }
    struct token t = take(l, TOKEN_WORD, end - l->at);
    if (plain != t.text_len)
        faults_add(
            l->faults, &t.span, "odd-letter",
            "‹%.*s› holds a letter outside a-z; type it again in plain letters, or put it in quotes if it is text",
            (int)t.text_len, t.text);
    if (peek(l, 0) == '.' && peek(l, 1) != '.') {
        swallow(l);
        t.span.to = l->at;
        while (t.span.to > t.span.from && isspace((unsigned char)l->text[t.span.to - 1])) t.span.to--;
        faults_add(l->faults, &t.span, "bare-expression", "‹%.*s› is an expression; put it in quotes",
                   (int)(t.span.to - t.span.from), l->text + t.span.from);
        t.kind = TOKEN_TEXT;
    }
    return t;
}

/* ["key"] = ...: what it means is `key = ...`. */
static struct token lex_bracket(struct lexer *l) {
    if (peek(l, 1) == '[') return lex_long_text(l);
    struct span at = span_here(l, 1);
    if (peek(l, 1) == '"') {
        l->at += 2;
        size_t len = 0;
        while (word_part(peek(l, len))) len++;
        struct token t = take(l, TOKEN_WORD, len);
        l->at += peek(l, 0) == '"';
        l->at += peek(l, 0) == ']';
        faults_add(l->faults, &at, "bracket-key", "a field is named without brackets; write %.*s = ...", (int)len,
                   t.text);
        t.span = at;
        return t;
    }
    faults_add(l->faults, &at, "bracket", "a list stands in { }, not in [ ]");
    return take(l, TOKEN_OPEN, 1);
}

static struct token lex_operator(struct lexer *l) {
    struct span at = span_here(l, 1);
    char c = l->text[l->at];
    if (c == ':') {
        l->at++;
        faults_add(l->faults, &at, "colon", "a field is set with =, not with a colon");
        return token(TOKEN_EQUALS, at);
    }
    if (c == ';') {
        l->at++;
        faults_add(l->faults, &at, "semicolon", "fields are parted by a comma, not by a semicolon");
        return token(TOKEN_COMMA, at);
    }
    if (c == '#' || (c == '/' && peek(l, 1) == '/')) {
        skip_line(l);
        faults_add(l->faults, &at, "odd-comment", "a comment begins with --");
        return token(TOKEN_SKIP, at);
    }
    bool joins = c == '.' && peek(l, 1) == '.';
    l->at++;
    swallow(l);
    if (joins)
        faults_add(l->faults, &at, "computes",
                   "‹..› joins texts, and a strategy file computes nothing; write one text");
    else
        faults_add(l->faults, &at, "computes", "‹%c› computes outside quotes; put the whole expression in quotes",
                   isprint((unsigned char)c) ? c : '?');
    return token(TOKEN_SKIP, at);
}

static struct token lex_equals(struct lexer *l) {
    if (peek(l, 1) != '=' && peek(l, 1) != '>') return take(l, TOKEN_EQUALS, 1);
    struct token t = take(l, TOKEN_EQUALS, 2);
    faults_add(l->faults, &t.span, "double-equals", "a field is set with one =");
    return t;
}

static struct token one(struct lexer *l) {
    skip_blank(l);
    if (l->at >= l->n) return token(TOKEN_END, span_here(l, 0));
    char c = l->text[l->at];
    size_t quote = starts_with(l, foreign_quotes, ARRAY_LEN(foreign_quotes));
    if (quote) return lex_foreign_text(l, quote);
    if (c == '"' || c == '\'') return lex_text(l);
    if (word_start(c)) return lex_word(l);
    if (isdigit((unsigned char)c) || ((c == '-' || c == '.') && isdigit((unsigned char)peek(l, 1))))
        return lex_number(l);
    switch (c) {
    case '{': return take(l, TOKEN_OPEN, 1);
    case '}': return take(l, TOKEN_CLOSE, 1);
    case '(': return take(l, TOKEN_PAREN, 1);
    case ')': return take(l, TOKEN_PAREN_END, 1);
    case ']': return take(l, TOKEN_CLOSE, 1); /* its [ has been reported */
    case ',': return take(l, TOKEN_COMMA, 1);
    case '=': return lex_equals(l);
    case '[': return lex_bracket(l);
    default: return lex_operator(l);
    }
}

struct token lexer_next(struct lexer *l) {
    struct token t = one(l);
    while (t.kind == TOKEN_SKIP) t = one(l);
    return t;
}
