/* outline.c - paragraphs, fields and values from tokens; goes on after a fault at column 1. */
#include "dsl/outline.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "dsl/lex.h"
#include "dsl/unit.h"

#define TABLE_ITEMS 2000 /* one table; more is no file a person wrote */
#define REWINDS 20

struct reader {
    struct lexer lexer;
    struct token tok, ahead, last; /* last: the token consumed most recently */
    struct lexer after_tok;        /* the lexer as it stood when `tok` began, for a rewind */
    struct lexer after_ahead;
    struct arena *arena;
    struct faults *faults;
    int depth, rewinds;
    bool abandoned;
    /* The first word in column 1 seen inside an open brace: where to go on if that never closes. */
    bool stray;
    struct lexer stray_at;
    int stray_line;
    struct span stray_brace;
    struct span brace; /* of the innermost open table */
};

static struct node *value(struct reader *r);

static void fetch(struct reader *r) {
    r->after_tok = r->after_ahead;
    r->tok = r->ahead;
    r->after_ahead = r->lexer;
    r->ahead = lexer_next(&r->lexer);
}

static void next(struct reader *r) {
    r->last = r->tok;
    fetch(r);
}

static void restart(struct reader *r, struct lexer at) {
    at.faults = r->faults;
    r->lexer = at;
    r->after_ahead = r->lexer;
    r->ahead = lexer_next(&r->lexer);
    fetch(r);
}

/* To the next line that begins with a word. */
static void resync(struct reader *r) {
    struct lexer l = r->after_tok;
    while (l.at < l.n) {
        const char *end = memchr(l.text + l.at, '\n', l.n - l.at);
        l.at = end ? (size_t)(end - l.text) + 1 : l.n;
        l.line += end != NULL;
        l.line_start = l.at;
        if (l.at < l.n && (isalpha((unsigned char)l.text[l.at]) || l.text[l.at] == '_')) break;
    }
    restart(r, l);
}

static bool is(const struct token *t, const char *word) {
    return t->kind == TOKEN_WORD && t->text_len == strlen(word) && !memcmp(t->text, word, t->text_len);
}

static const char *shown(struct reader *r, const struct token *t) {
    const char *s = NULL;
    if (t->kind == TOKEN_END) return "the end of the file";
    int n = (int)(t->span.to - t->span.from);
    if (t->span.to <= r->lexer.n)
        s = arena_printf(r->arena, "‹%.*s%s›", n > 40 ? 40 : n, r->lexer.text + t->span.from, n > 40 ? "..." : "");
    return s ? s : "this";
}

static struct node *node_new(struct reader *r, enum node_kind kind, struct span span) {
    struct node *n = arena_alloc(r->arena, sizeof *n);
    if (!n) {
        r->faults->no_memory = r->abandoned = true;
        return NULL;
    }
    n->kind = kind;
    n->span = n->word_span = span;
    n->text = "";
    return n;
}

static struct node *leaf(struct reader *r, enum node_kind kind) {
    struct node *n = node_new(r, kind, r->tok.span);
    const char *text = n ? arena_strndup(r->arena, r->tok.text, r->tok.text_len) : NULL;
    if (text) {
        n->text = text;
        n->text_len = r->tok.text_len;
        n->text_at = r->tok.text_at;
    }
    next(r);
    return n;
}

/* Grows an arena array by doubling when n is a power of two. */
static void *grown(struct reader *r, void *old, int n, size_t size) {
    if (n & (n - 1)) return old;
    void *p = arena_alloc(r->arena, size * (size_t)(n ? 2 * n : 1));
    if (p && n) memcpy(p, old, size * (size_t)n);
    if (!p) r->faults->no_memory = r->abandoned = true;
    return p;
}

/* Lua's reserved words cannot be names; most have a word of ours that is meant. */
static const char *const reserved[][2] = {
    {"until", "till"},  {"end", "finish"}, {"repeat", "each"},   {"if", "when"},  {"else", "otherwise"},
    {"elseif", "when"}, {"goto", "go"},    {"return", "finish"}, {"for", "each"}, {"while", "when"},
    {"function", NULL}, {"local", NULL},   {"do", NULL},         {"then", NULL},  {"break", NULL},
    {"in", NULL},       {"and", NULL},     {"or", NULL},         {"not", NULL}};

static bool reserved_word(struct reader *r, const struct token *t, bool as_name) {
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        if (!is(t, reserved[i][0])) continue;
        if (as_name && reserved[i][1])
            faults_add(r->faults, &t->span, "reserved-word",
                       "‹%s› is a reserved word and cannot be used here; write %s", reserved[i][0], reserved[i][1]);
        else if (as_name)
            faults_add(r->faults, &t->span, "reserved-word",
                       "‹%s› is a reserved word and cannot be used here; use another word", reserved[i][0]);
        else
            faults_add(
                r->faults, &t->span, "computes",
                "‹%s›: a strategy file is data, not a program; say it with a paragraph or an expression in quotes",
                reserved[i][0]);
        return true;
    }
    return false;
}

/* rupees(2,50,000) is grouped; percent(4,5) has a comma for its point. */
static void too_many_values(struct reader *r, const struct node *call, const struct node *first, const char *inside, int len) {
    const struct unit *u = unit_find(call->text);
    const char *comma = memchr(inside, ',', (size_t)len);
    if (!u || u->currency || !comma)
        faults_add(r->faults, &first->span, "one-value",
                   "‹%s› takes one value; a grouped amount stands in quotes: %s \"%.*s\"", call->text, call->text, len, inside);
    else
        faults_add(r->faults, &first->span, "one-value", "‹%s› takes one value; a decimal has a point: %s(%.*s.%.*s)", call->text,
                   call->text, (int)(comma - inside), inside, (int)strspn(comma + 1, "0123456789"), comma + 1);
}

/* After `name(`: one value and the closing parenthesis. */
static struct node *paren_value(struct reader *r, const struct node *call) {
    struct span open = r->tok.span;
    next(r);
    if (r->tok.kind == TOKEN_PAREN_END) {
        faults_add(r->faults, &open, "empty-parens", "‹%s› needs a value between the parentheses", call->text);
        next(r);
        return NULL;
    }
    if (++r->depth > OUTLINE_DEPTH) {
        faults_add(r->faults, &open, "too-deep",
                   "parentheses are nested more than %d deep; nothing in a strategy file needs that", OUTLINE_DEPTH);
        r->abandoned = true;
        return NULL;
    }
    struct node *n = value(r);
    r->depth--;
    if (r->abandoned) return NULL;
    if (r->tok.kind == TOKEN_PAREN_END) {
        next(r);
        return n;
    }
    while (r->tok.kind == TOKEN_COMMA || r->tok.kind == TOKEN_NUMBER) next(r);
    int len = (int)(r->last.span.to - open.to);
    if (r->tok.kind == TOKEN_PAREN_END && n && n->kind == NODE_NUMBER)
        too_many_values(r, call, n, r->lexer.text + open.to, len);
    else
        faults_add(r->faults, &open, "open-paren", "the ( after ‹%s› is not closed; write one value and a )",
                   call->text);
    if (r->tok.kind == TOKEN_PAREN_END) next(r);
    else r->abandoned = r->tok.kind != TOKEN_COMMA && r->tok.kind != TOKEN_CLOSE && r->tok.kind != TOKEN_WORD;
    return n;
}

static void add_arg(struct reader *r, struct node *call, struct node *arg) {
    if (!arg) return;
    struct node **list = grown(r, call->args, call->n_args, sizeof *list);
    if (!list) return;
    call->args = list;
    call->args[call->n_args++] = arg;
}

static void call_args(struct reader *r, struct node *call) {
    while (!r->abandoned) {
        if (call->n_args == 8) {
            faults_add(r->faults, &r->tok.span, "too-many-values",
                       "too many values after ‹%s›; a comma is probably missing", call->text);
            r->abandoned = true;
        } else if (r->tok.kind == TOKEN_TEXT) add_arg(r, call, leaf(r, NODE_TEXT));
        else if (r->tok.kind == TOKEN_OPEN) add_arg(r, call, value(r));
        else if (r->tok.kind == TOKEN_PAREN) add_arg(r, call, paren_value(r, call));
        else break;
    }
    call->span.to = r->last.span.to;
}

static bool on_one_line(const struct token *a, const struct token *b) { return a->span.line == b->span.line; }

/* A word that stands as a value without anything after it. */
static void bare_word(struct reader *r, const struct token *t) {
    static const char *const truths[] = {"True", "TRUE", "yes", "Yes", "on", NULL}, *const lies[] = {"False", "FALSE",
                                                                                                     "no",    "No",
                                                                                                     "off",   NULL};
    int n = (int)t->text_len;
    for (int i = 0; truths[i]; i++)
        if (is(t, truths[i]) || is(t, lies[i])) {
            faults_add(r->faults, &t->span, "bare-word", "‹%.*s› is not a value; write %s", n, t->text,
                       is(t, truths[i]) ? "true" : "false");
            return;
        }
    if (is(t, "nil")) faults_add(r->faults, &t->span, "nil", "‹nil› is not a value; leave the field out");
    else if (on_one_line(t, &r->tok) && r->tok.kind == TOKEN_WORD && r->ahead.kind != TOKEN_EQUALS) {
        faults_add(r->faults, &r->tok.span, "bare-name", "a name stands in quotes; write %.*s \"%.*s\"", n, t->text,
                   (int)r->tok.text_len, r->tok.text);
        next(r);
    } else if (on_one_line(t, &r->tok) && r->tok.kind == TOKEN_NUMBER) {
        faults_add(r->faults, &t->span, "bare-number", "write %.*s(%.*s)", n, t->text, (int)r->tok.text_len,
                   r->tok.text);
        next(r);
    } else
        faults_add(r->faults, &t->span, "bare-word", "‹%.*s› is not a value; if it is text, put it in quotes", n,
                   t->text);
}

static struct node *word_value(struct reader *r) {
    struct token t = r->tok;
    if (is(&t, "true") || is(&t, "false")) {
        struct node *n = leaf(r, NODE_TRUTH);
        if (n) n->truth = is(&t, "true");
        return n;
    }
    if (reserved_word(r, &t, r->ahead.kind == TOKEN_TEXT)) {
        if (r->ahead.kind != TOKEN_TEXT) r->abandoned = true;
    }
    struct node *n = leaf(r, NODE_CALL);
    int before = r->faults->n;
    if (!n || r->abandoned) return n;
    call_args(r, n);
    if (n->n_args || r->abandoned || r->faults->n > before) return n;
    n->kind = NODE_WORD;
    if (!is(&t, "late") && !is(&t, "refused") && !is(&t, "failed") && !is(&t, "uncertain"))
        bare_word(r, &t); /* ends of a call, in examples */
    return n;
}

/* The brace on `open` is not closed before the word in column 1 that stands at `r->tok` or the stray. */
static void unclosed(struct reader *r, struct span open, int line) {
    faults_add(r->faults, &open, "unclosed-brace",
               "this { is not closed before the paragraph on line %d; add the missing }", line);
    r->abandoned = true;
}

static bool paragraph_start(const struct reader *r) {
    return r->tok.kind == TOKEN_WORD && r->tok.span.col == 1 &&
           (r->ahead.kind == TOKEN_TEXT || r->ahead.kind == TOKEN_OPEN);
}

/* Between two entries of a table. False: the paragraph is abandoned. */
static bool separator(struct reader *r, struct span open) {
    while (r->tok.kind == TOKEN_PAREN_END) {
        faults_add(r->faults, &r->tok.span, "close-paren", "one ) too many; nothing is open here");
        next(r);
    }
    if (r->tok.kind == TOKEN_COMMA) {
        next(r);
        return true;
    }
    if (r->tok.kind == TOKEN_CLOSE || r->tok.kind == TOKEN_END || r->abandoned) return !r->abandoned;
    if (r->tok.kind == TOKEN_BAD) return !(r->abandoned = true);
    if (paragraph_start(r)) {
        if (r->stray) unclosed(r, r->stray_brace, r->stray_line);
        else unclosed(r, open, r->tok.span.line);
        return false;
    }
    if (r->last.kind == TOKEN_NUMBER && r->tok.kind == TOKEN_WORD && on_one_line(&r->last, &r->tok) &&
        r->ahead.kind != TOKEN_EQUALS) {
        faults_add(r->faults, &r->last.span, "bare-unit", "write %.*s(%.*s)", (int)r->tok.text_len, r->tok.text,
                   (int)r->last.text_len, r->last.text);
        next(r);
        return separator(r, open);
    }
    if (r->tok.kind == TOKEN_EQUALS) {
        faults_add(r->faults, &r->last.span, "odd-field",
                   "%s = ...: the name of a field is one plain word without quotes", shown(r, &r->last));
        r->abandoned = true;
        return false;
    }
    faults_add(r->faults, &r->last.span, "missing-comma", "a comma is missing after %s, before %s", shown(r, &r->last),
               shown(r, &r->tok));
    return true;
}

static void duplicate(struct reader *r, const struct node *table, const struct token *key) {
    for (int i = 0; i < table->n_items; i++) {
        const struct item *it = &table->items[i];
        if (!it->key || strlen(it->key) != key->text_len || memcmp(it->key, key->text, key->text_len) != 0) continue;
        faults_add(r->faults, &key->span, "duplicate-field", "‹%s› is already given on line %d; keep one of the two",
                   it->key, it->key_span.line);
        return;
    }
}

static void table_item(struct reader *r, struct node *table) {
    struct item it = {0};
    if (r->tok.kind == TOKEN_WORD && r->ahead.kind == TOKEN_EQUALS) {
        struct token key = r->tok;
        reserved_word(r, &key, true);
        duplicate(r, table, &key);
        it.key = arena_strndup(r->arena, key.text, key.text_len);
        it.key_span = key.span;
        if (!it.key) r->faults->no_memory = r->abandoned = true;
        next(r);
        next(r);
        if (r->tok.kind == TOKEN_COMMA || r->tok.kind == TOKEN_CLOSE) {
            faults_add(r->faults, &key.span, "no-value", "‹%.*s› has no value after the =", (int)key.text_len,
                       key.text);
            return;
        }
    }
    it.value = value(r);
    if (!it.value) return;
    struct item *list = grown(r, table->items, table->n_items, sizeof *list);
    if (!list) return;
    table->items = list;
    table->items[table->n_items++] = it;
}

static void note_stray(struct reader *r) {
    if (r->stray || !paragraph_start(r)) return;
    r->stray = true;
    r->stray_at = r->after_tok;
    r->stray_line = r->tok.span.line;
    r->stray_brace = r->brace;
}

static struct node *table(struct reader *r) {
    struct span outer = r->brace, open = r->tok.span;
    struct node *n = node_new(r, NODE_TABLE, open);
    r->brace = open;
    if (++r->depth > OUTLINE_DEPTH) {
        faults_add(r->faults, &open, "too-deep",
                   "braces are nested more than %d deep; nothing in a strategy file needs that", OUTLINE_DEPTH);
        r->abandoned = true;
    }
    next(r);
    while (n && !r->abandoned && r->tok.kind != TOKEN_CLOSE) {
        note_stray(r);
        if (r->tok.kind == TOKEN_END) {
            if (r->stray) unclosed(r, r->stray_brace, r->stray_line);
            else faults_add(r->faults, &open, "unclosed-brace", "this { is never closed; add the missing }");
            r->abandoned = true;
        } else if (r->tok.kind == TOKEN_COMMA) {
            faults_add(r->faults, &r->tok.span, "double-comma", "nothing stands before this comma; take it out");
            next(r);
        } else if (n->n_items >= TABLE_ITEMS) {
            faults_add(r->faults, &open, "too-many", "more than %d entries in one { }; split the file", TABLE_ITEMS);
            r->abandoned = true;
        } else {
            table_item(r, n);
            if (!separator(r, open)) r->abandoned = true;
        }
    }
    if (n) n->span.to = r->tok.span.to;
    if (!r->abandoned) next(r);
    r->depth--;
    r->brace = outer;
    return n;
}

static struct node *value(struct reader *r) {
    switch (r->tok.kind) {
    case TOKEN_TEXT: return leaf(r, NODE_TEXT);
    case TOKEN_NUMBER: return leaf(r, NODE_NUMBER);
    case TOKEN_WORD: return word_value(r);
    case TOKEN_OPEN: return table(r);
    case TOKEN_BAD: break;
    case TOKEN_PAREN:
        faults_add(r->faults, &r->tok.span, "odd-paren",
                   "parentheses stand only after a word, as in days(7); put an expression in quotes");
        break;
    case TOKEN_END: faults_add(r->faults, &r->tok.span, "early-end", "the file ends where a value should stand"); break;
    default:
        faults_add(r->faults, &r->tok.span, "no-value", "a value should stand here, not %s", shown(r, &r->tok));
        break;
    }
    r->abandoned = true;
    return NULL;
}

/* Top level: what begins no paragraph. */
static void stands_alone(struct reader *r) {
    const struct token *t = &r->tok;
    if (t->kind == TOKEN_CLOSE) faults_add(r->faults, &t->span, "close-brace", "one } too many; nothing is open here");
    else if (t->kind == TOKEN_COMMA && r->ahead.kind == TOKEN_WORD && r->ahead.span.col > 1)
        faults_add(r->faults, &t->span, "stands-alone",
                   "%s after this comma stands outside every paragraph; a } before it closes too early",
                   shown(r, &r->ahead));
    else if (t->kind == TOKEN_COMMA)
        faults_add(r->faults, &t->span, "stray-comma", "no comma stands between paragraphs; take it out");
    else if (t->kind == TOKEN_PAREN_END)
        faults_add(r->faults, &t->span, "close-paren", "one ) too many; nothing is open here");
    else if (t->kind != TOKEN_BAD)
        faults_add(r->faults, &t->span, "stands-alone", "a paragraph begins with a word such as step, not with %s",
                   shown(r, t));
}

static struct node *paragraph(struct reader *r) {
    struct token word = r->tok;
    if (r->ahead.kind == TOKEN_EQUALS) {
        faults_add(r->faults, &word.span, "stands-alone",
                   "‹%.*s = ...› stands alone; a comma or a brace above it is probably missing", (int)word.text_len,
                   word.text);
        r->abandoned = true;
        return NULL;
    }
    if (reserved_word(r, &word, r->ahead.kind == TOKEN_TEXT && !is(&word, "return") && !is(&word, "local"))) {
        r->abandoned = true;
        return NULL;
    }
    struct node *n = leaf(r, NODE_CALL);
    if (!n) return NULL;
    if (r->tok.kind == TOKEN_WORD && on_one_line(&word, &r->tok)) {
        faults_add(r->faults, &r->tok.span, "bare-name", "a name stands in quotes; write %s \"%.*s\"", n->text,
                   (int)r->tok.text_len, r->tok.text);
        add_arg(r, n, leaf(r, NODE_TEXT));
    }
    call_args(r, n);
    if (!n->n_args && !r->abandoned)
        faults_add(r->faults, &word.span, "bare-word", "‹%s› stands alone; a paragraph is written %s \"name\" { ... }",
                   n->text, n->text);
    return n;
}

/* `start` is where the abandoned paragraph began: reading never goes on from there again. */
static void recover(struct reader *r, size_t start) {
    r->depth = 0;
    r->abandoned = false;
    if (r->stray && (r->tok.kind == TOKEN_END || paragraph_start(r)) && r->rewinds++ < REWINDS) restart(r, r->stray_at);
    else if (!paragraph_start(r) || r->tok.span.from == start) resync(r);
    r->stray = false;
}

static bool whole_text(const char *text, size_t n, struct faults *f) {
    struct span at = {0, 0, 1, 1};
    if (n > OUTLINE_BYTES) faults_add(f, &at, "too-large", "the file is larger than 1 MB; a strategy is far smaller");
    else if (memchr(text, 0, n))
        faults_add(f, &at, "not-text", "the file holds a zero byte and is not text; save it as UTF-8");
    else if (!text_is_utf8(text, n)) faults_add(f, &at, "not-utf8", "the file is not UTF-8 text; save it as UTF-8");
    else return true;
    return false;
}

struct node *outline_read(struct arena *a, const char *text, size_t n, struct faults *f) {
    struct reader r = {.arena = a, .faults = f};
    struct node *root = node_new(&r, NODE_TABLE, (struct span){0, n, 1, 1});
    if (!root || !whole_text(text, n, f)) return root;
    struct lexer start;
    lexer_init(&start, text, n, f);
    restart(&r, start);
    while (r.tok.kind != TOKEN_END && f->n < FAULTS_MOST && !f->no_memory) {
        struct node *p = NULL;
        int faults_before = f->n_faults;
        size_t start_at = r.tok.span.from;
        r.stray = false;
        if (r.tok.kind == TOKEN_WORD) p = paragraph(&r);
        else {
            stands_alone(&r);
            r.abandoned = true;
            if (root->n_items) root->items[root->n_items - 1].value->bad = true; /* it ended too early */
        }
        if (p) {
            p->bad = f->n_faults > faults_before;
            struct item *list = grown(&r, root->items, root->n_items, sizeof *list);
            if (!list) break;
            root->items = list;
            root->items[root->n_items++] = (struct item){.value = p};
        }
        if (r.abandoned) recover(&r, start_at);
    }
    return root;
}
