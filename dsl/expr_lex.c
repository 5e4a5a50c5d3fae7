/* expr_lex.c - what the reader sees first, and the slips people bring from elsewhere. */
#include "dsl/expr_lex.h"

#include <string.h>
#include <strings.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static char at(const struct reading *r, size_t i) { return i < r->n ? r->text[i] : '\0'; }

static struct token token(enum token_kind kind, size_t from, size_t to) {
    return (struct token){.kind = kind, .at = from, .length = to - from};
}

static const struct {
    const char *word;
    enum token_kind kind;
} WORDS[] = {
    {"and", TOKEN_AND},   {"or", TOKEN_OR},       {"not", TOKEN_NOT},   {"in", TOKEN_IN},
    {"where", TOKEN_WHERE}, {"between", TOKEN_BETWEEN}, {"true", TOKEN_TRUE}, {"false", TOKEN_FALSE},
};

/* Words of other languages, and what to write here. */
static const struct {
    const char *seen, *write;
} FOREIGN[] = {
    {"nil", "not has(...)"}, {"null", "not has(...)"}, {"none", "not has(...)"}, {"then", "a route row"},
    {"if", "and, or, not"},  {"else", "a route row"},  {"is", "=="},             {"equals", "=="},
};

static struct token bad(struct reading *r, size_t from, size_t length, const char *write) {
    reading_fault(r, from, length, "unknown-sign", "‹%.*s› means nothing here; write %s", (int)length, r->text + from,
                  write);
    return token(TOKEN_BAD, from, from + length);
}

static struct token word(struct reading *r, size_t from) {
    size_t i = from, n;
    for (;;) {
        while (is_letter(at(r, i)) || is_digit(at(r, i))) i++;
        if (at(r, i) != '.' || !is_letter(at(r, i + 1))) break;
        i++;
    }
    n = i - from;
    for (size_t k = 0; k < ARRAY_LEN(WORDS); k++) {
        if (strlen(WORDS[k].word) != n || strncasecmp(WORDS[k].word, r->text + from, n)) continue;
        if (!strncmp(WORDS[k].word, r->text + from, n)) return token(WORDS[k].kind, from, i);
        return bad(r, from, n, WORDS[k].word);
    }
    for (size_t k = 0; k < ARRAY_LEN(FOREIGN); k++)
        if (strlen(FOREIGN[k].seen) == n && !strncasecmp(FOREIGN[k].seen, r->text + from, n))
            return bad(r, from, n, FOREIGN[k].write);
    return token(TOKEN_NAME, from, i);
}

static struct token number(struct reading *r, size_t from) {
    size_t i = from;
    while (is_digit(at(r, i))) i++;
    if (at(r, i) == '.' && is_digit(at(r, i + 1))) {
        i++;
        while (is_digit(at(r, i))) i++;
    }
    if (at(r, i) == '%') return token(TOKEN_PERCENT, from, i + 1);
    if (is_letter(at(r, i)) || at(r, i) == '.') {
        size_t from_word = i;
        while (is_letter(at(r, i)) || is_digit(at(r, i)) || at(r, i) == '.') i++;
        reading_fault(r, from, i - from, "bad-number", "‹%.*s› is no number; put a space or an operator before ‹%.*s›",
                      (int)(i - from), r->text + from, (int)(i - from_word), r->text + from_word);
        return token(TOKEN_BAD, from, i);
    }
    return token(TOKEN_NUMBER, from, i);
}

static struct token quoted(struct reading *r, size_t from) {
    size_t i = from + 1;
    while (i < r->n && r->text[i] != '\'') {
        unsigned char c = (unsigned char)r->text[i];
        if (c < 0x20 || c == 0x7f) {
            reading_fault(r, i, 1, "bad-text", "a text in quotes must stand on one line, without control signs");
            return token(TOKEN_BAD, from, i);
        }
        i++;
    }
    if (i >= r->n) {
        reading_fault(r, from, r->n - from, "open-text", "this text has no closing quote; end it with '");
        return token(TOKEN_BAD, from, r->n);
    }
    return token(TOKEN_TEXT, from, i + 1);
}

/* Signs of more than one byte first. */
static const struct {
    const char *sign;
    enum token_kind kind;
    const char *write; /* for TOKEN_BAD */
} SIGNS[] = {
    {"==", TOKEN_EQ, NULL},  {"~=", TOKEN_NE, NULL},   {"<=", TOKEN_LE, NULL},  {">=", TOKEN_GE, NULL},
    {"!=", TOKEN_BAD, "~="}, {"<>", TOKEN_BAD, "~="},  {"=<", TOKEN_BAD, "<="}, {"=>", TOKEN_BAD, ">="},
    {"&&", TOKEN_BAD, "and"}, {"||", TOKEN_BAD, "or"}, {"..", TOKEN_BAD, "one text; texts cannot be joined here"},
    {"<", TOKEN_LT, NULL},   {">", TOKEN_GT, NULL},    {"+", TOKEN_PLUS, NULL}, {"-", TOKEN_MINUS, NULL},
    {"*", TOKEN_STAR, NULL}, {"/", TOKEN_SLASH, NULL}, {"(", TOKEN_OPEN, NULL}, {")", TOKEN_CLOSE, NULL},
    {",", TOKEN_COMMA, NULL}, {"=", TOKEN_BAD, "=="},  {"!", TOKEN_BAD, "not"}, {"&", TOKEN_BAD, "and"},
    {"|", TOKEN_BAD, "or"},  {"\"", TOKEN_BAD, "text in single quotes: 'text'"},
    {"`", TOKEN_BAD, "text in single quotes: 'text'"},
    {"\xe2\x80\x98", TOKEN_BAD, "a plain single quote: '"}, {"\xe2\x80\x99", TOKEN_BAD, "a plain single quote: '"},
    {"\xe2\x80\x9c", TOKEN_BAD, "a plain single quote: '"}, {"\xe2\x80\x9d", TOKEN_BAD, "a plain single quote: '"},
    {"\xc2\xa0", TOKEN_BAD, "an ordinary space"},           {"\xe2\x89\xa4", TOKEN_BAD, "<="},
    {"\xe2\x89\xa5", TOKEN_BAD, ">="},                      {"\xe2\x89\xa0", TOKEN_BAD, "~="},
    {"\xc3\x97", TOKEN_BAD, "*"},                           {"\xe2\x82\xb9", TOKEN_BAD, "rupees(...)"},
    {"[", TOKEN_BAD, "( ) around a list"},                  {"{", TOKEN_BAD, "( ) around a list"},
    {"$", TOKEN_BAD, "dollars(...)"},
};

static size_t utf8_length(const struct reading *r, size_t from) {
    size_t n = 1;
    while (from + n < r->n && n < 4 && ((unsigned char)r->text[from + n] & 0xc0) == 0x80) n++;
    return (unsigned char)r->text[from] < 0x80 ? 1 : n;
}

struct token lex_next(struct reading *r, size_t from) {
    while (is_space(at(r, from))) from++;
    if (from >= r->n) return token(TOKEN_END, r->n, r->n);
    if (is_letter(r->text[from])) return word(r, from);
    if (is_digit(r->text[from])) return number(r, from);
    if (r->text[from] == '\'') return quoted(r, from);
    for (size_t i = 0; i < ARRAY_LEN(SIGNS); i++) {
        size_t n = strlen(SIGNS[i].sign);
        if (r->n - from < n || memcmp(r->text + from, SIGNS[i].sign, n)) continue;
        if (SIGNS[i].kind == TOKEN_BAD) return bad(r, from, n, SIGNS[i].write);
        return token(SIGNS[i].kind, from, from + n);
    }
    size_t n = utf8_length(r, from);
    if ((unsigned char)r->text[from] < 0x20 || r->text[from] == 0x7f)
        reading_fault(r, from, n, "unknown-sign", "a control sign stands here; take it out");
    else
        reading_fault(r, from, n, "unknown-sign", "‹%.*s› means nothing in an expression; take it out", (int)n,
                      r->text + from);
    return token(TOKEN_BAD, from, from + n);
}

const char *token_words(enum token_kind kind) {
    static const char *const SAID[] = {
        [TOKEN_END] = "the end", [TOKEN_NUMBER] = "a number", [TOKEN_PERCENT] = "a share", [TOKEN_TEXT] = "a text",
        [TOKEN_NAME] = "a name", [TOKEN_OPEN] = "(", [TOKEN_CLOSE] = ")", [TOKEN_COMMA] = ",", [TOKEN_EQ] = "==",
        [TOKEN_NE] = "~=", [TOKEN_LT] = "<", [TOKEN_LE] = "<=", [TOKEN_GT] = ">", [TOKEN_GE] = ">=",
        [TOKEN_PLUS] = "+", [TOKEN_MINUS] = "-", [TOKEN_STAR] = "*", [TOKEN_SLASH] = "/", [TOKEN_AND] = "and",
        [TOKEN_OR] = "or", [TOKEN_NOT] = "not", [TOKEN_IN] = "in", [TOKEN_BETWEEN] = "between",
        [TOKEN_WHERE] = "where", [TOKEN_TRUE] = "true", [TOKEN_FALSE] = "false", [TOKEN_BAD] = "?",
    };
    return SAID[kind];
}
