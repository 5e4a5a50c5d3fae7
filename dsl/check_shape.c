/* check_shape.c - stage 2: every paragraph against the table of words, each on its own. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "dsl/check.h"
#include "dsl/samples.h"
#include "dsl/unit.h"

#define NAME_BYTES 60

static void paragraph(struct check *c, struct node *p, const struct node *parent);

static unsigned at_top(const struct check *c) { return c->file; }

static const char *file_words(unsigned file) {
    switch (file) {
    case IN_WORKFLOW: return "a workflow";
    case IN_PLAYBOOK: return "a playbook";
    case IN_POLICY: return "a policy";
    case IN_EXPERIMENT: return "an experiment";
    case IN_EXAMPLES: return "a file of examples";
    case IN_RETRIES: return "a file of retries";
    case IN_FUNCTIONS: return "a file of functions";
    case IN_CONNECTOR: return "a connector";
    default: return "this file";
    }
}

const char *owner(const struct check *c, const struct node *call) {
    const struct node *name = node_name(call);
    const char *s = name ? arena_printf(c->arena, "%s \"%s\"", call->text, name->text) : call->text;
    return s ? s : call->text;
}

/* Expression words cannot be names: they would hide what they mean. */
static const char *const taken_words[] = {"and",   "or",    "not",    "in",    "between", "has",  "default",
                                          "count", "any",   "all",    "sum",   "min",     "max",  "visits",
                                          "ended", "true",  "false",  "today", "it",      "case", "event",
                                          "where", "input", "answer", "text",  "date",    NULL};

static bool plain_name(const char *s) {
    if (!islower((unsigned char)*s)) return false;
    for (; *s; s++)
        if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '_') return false;
    return true;
}

static void name(struct check *c, struct node *p, const struct word *w) {
    struct node *n = p->args[0];
    if (w->condition || !strcmp(w->word, "example")) {
        if (!n->text_len) faults_node(c->faults, n, "empty-name", "‹%s› needs a text between its quotes", w->word);
        return;
    }
    if (!plain_name(n->text) || strlen(n->text) != n->text_len)
        faults_node(c->faults, n, "bad-name",
                    "the name \"%s\" should be small letters, digits and _ only, as in \"payout_help\"", n->text);
    else if (n->text_len > NAME_BYTES)
        faults_node(c->faults, n, "bad-name", "a name has at most %d letters", NAME_BYTES);
    for (int i = 0; taken_words[i]; i++)
        if (!strcmp(n->text, taken_words[i]))
            faults_node(c->faults, n, "bad-name",
                        "‹%s› means something in expressions and cannot be a name; choose another", n->text);
}

/* word "name" { ... }: false after a fault. */
static bool arguments(struct check *c, struct node *p, const struct word *w) {
    int want = w->unnamed ? 1 : 2;
    struct node *first = p->n_args ? p->args[0] : NULL;
    if (!first) faults_node(c->faults, p, "no-fields", "‹%s› has nothing after it; write %s %s{ ... }", w->word, w->word, w->unnamed ? "" : "\"...\" ");
    else if (w->unnamed && first->kind == NODE_TEXT)
        faults_node(c->faults, p, "no-name-here", "‹%s› takes no name; write %s { ... }", w->word, w->word);
    else if (!w->unnamed && first->kind != NODE_TEXT)
        faults_node(c->faults, p, "no-name", "‹%s› needs %s; write %s \"...\" { ... }", w->word,
                    w->condition ? "its condition in quotes" : "a name in quotes", w->word);
    else if (p->n_args < want) faults_node(c->faults, p, "no-fields", "%s has no { ... } after its name", owner(c, p));
    else if (p->args[want - 1]->kind != NODE_TABLE)
        faults_node(c->faults, p, "no-fields", "%s needs its fields in { ... }, not %s", owner(c, p),
                    value_shown(c, p->args[want - 1]));
    else if (p->n_args > want)
        faults_node(c->faults, p->args[want], "missing-comma",
                    "%s is complete before this; a comma is probably missing", owner(c, p));
    else return true;
    return false;
}

static void stray_value(struct check *c, struct node *v, const struct word *w, const struct node *p) {
    const char *inside[24];
    words_inside(w->word, inside, 24);
    if (v->kind == NODE_CALL && word_field(w, v->text))
        faults_node(c->faults, v, "field-without-equals", "‹%s› is a field: write %s = ...", v->text, v->text);
    else if (v->kind == NODE_CALL && (!strcmp(v->text, "go") || !strcmp(v->text, "finish")))
        faults_node(c->faults, v, "stray-target", "%s cannot go anywhere by itself; take %s out", owner(c, p),
                    value_shown(c, v));
    else if (v->kind == NODE_CALL && unit_find(v->text))
        faults_node(c->faults, v, "stray-value", "%s stands alone; write the field it belongs to, as in within = %s",
                    value_shown(c, v), value_shown(c, v));
    else if (v->kind == NODE_CALL && word_find(v->text))
        faults_node(c->faults, v, "wrong-place", "‹%s› does not stand inside %s", v->text, owner(c, p));
    else if (v->kind == NODE_CALL)
        faults_node(c->faults, v, "unknown-word", "unknown word ‹%s› in %s%s", v->text, owner(c, p),
                    faults_nearest(c->faults, v->text, inside));
    else
        faults_node(c->faults, v, "stray-value", "%s stands alone in %s; write the field it belongs to: field = %s",
                    value_shown(c, v), owner(c, p), value_shown(c, v));
}

static void positional(struct check *c, struct node *v, const struct word *w, struct node *p, struct node **target) {
    const struct word *inner = v->kind == NODE_CALL ? word_find(v->text) : NULL;
    struct node *next = node_field(node_body(p), "next");
    if (v->bad) return;
    if (w->target && v->kind == NODE_CALL && (!strcmp(v->text, "go") || !strcmp(v->text, "finish")) &&
        (c->file & IN_FLOW)) {
        static const struct field go = {"next", FIELD_TARGET, 0, 0, NULL, NULL};
        if (*target || next)
            faults_node(c->faults, v, "two-targets", "%s already goes somewhere on line %d; keep one of the two",
                        owner(c, p), (*target ? *target : next)->span.line);
        else if (value_form(c, p, &go, v)) *target = v;
    } else if (inner && word_fits_inside(inner, w->word)) paragraph(c, v, p);
    else stray_value(c, v, w, p);
}

static void unknown_field(struct check *c, struct item *it, const struct word *w, const struct node *p,
                          const char **meant) {
    const char *known[40];
    word_fields(w, known, 40);
    const char *near = text_nearest(it->key, known);
    it->value->bad = true;
    if (!strcmp(it->key, "go") || !strcmp(it->key, "finish")) {
        faults_add(c->faults, &it->key_span, "equals-after-go", "‹%s› takes no =; write %s \"...\"", it->key, it->key);
        ((struct node *)p)->bad = true;
        return;
    }
    const struct word *inner = word_find(it->key);
    if (inner && (word_fits_inside(inner, w->word)) && !near)
        faults_add(c->faults, &it->key_span, "equals-after-word", "‹%s› takes no =; write %s \"name\" { ... }", it->key,
                   it->key);
    else if (near)
        faults_add(c->faults, &it->key_span, "unknown-field", "%s has no field ‹%s›; did you mean ‹%s›?", owner(c, p),
                   it->key, near);
    else
        faults_add(c->faults, &it->key_span, "unknown-field", "%s has no field ‹%s›%s", owner(c, p), it->key,
                   faults_known(c->faults, known));
    *meant = near;
}

/* What `gives` of a policy declares may be given by its rules. */
static bool declared(const struct check *c, const char *key) {
    return c->head && node_field(node_field(node_body(c->head), "gives"), key);
}

static void missing(struct check *c, struct node *p, const struct word *w, const char *const *meant, int n_meant) {
    for (const struct field *f = w->fields; f && f->name; f++) {
        bool excused = f->duty != FIELD_MUST || node_item(node_body(p), f->name);
        for (int i = 0; i < n_meant; i++) excused |= meant[i] && !strcmp(meant[i], f->name);
        if (excused) continue;
        faults_add(c->faults, &p->word_span, "missing-field", "%s needs ‹%s›; add %s = %s", owner(c, p), f->name,
                   f->name, field_kind_words(f->kind));
        p->bad = true;
    }
}

static void fields(struct check *c, struct node *p, const struct word *w) {
    const char *meant[16] = {0};
    int n_meant = 0;
    struct node *target = NULL, *body = node_body(p);
    for (int i = 0; i < body->n_items; i++) {
        struct item *it = &body->items[i];
        const struct field *f = it->key ? word_field(w, it->key) : NULL;
        if (!it->key && it->value->kind == NODE_CALL && word_field(w, it->value->text) && n_meant < 16)
            meant[n_meant++] = it->value->text;
        if (!it->key) positional(c, it->value, w, p, &target);
        else if (f && f->duty == FIELD_LATER)
            faults_add(c->faults, &it->key_span, "not-yet",
                       "%s: ‹%s› is a field of the language, but this version cannot run it yet; take it out",
                       owner(c, p), it->key);
        else if (f) value_form(c, p, f, it->value);
        else if (!(w->open_fields && declared(c, it->key)) && n_meant < 16)
            unknown_field(c, it, w, p, &meant[n_meant++]);
    }
    missing(c, p, w, meant, n_meant);
}

/* True when the word may stand here. */
static bool placed(struct check *c, struct node *p, const struct word *w, const struct node *parent) {
    if (parent || (w->files & at_top(c))) return true;
    if (w->head && c->file && c->head)
        faults_add(c->faults, &p->word_span, "second-head", "‹%s› begins another file; %s stands alone in its file",
                   w->word, file_words(c->file));
    else if (w->inside)
        faults_add(c->faults, &p->word_span, "wrong-place",
                   "‹%s› stands only inside %s; a brace above it probably closes too early", w->word, w->inside);
    else faults_add(c->faults, &p->word_span, "wrong-place", "‹%s› does not stand in %s", w->word, file_words(c->file));
    p->bad = true;
    return false;
}

static void unknown_word(struct check *c, struct node *p) {
    const char *known[40];
    words_at_top(c->file, known, 40);
    p->bad = true;
    if (unit_find(p->text) || !strcmp(p->text, "go") || !strcmp(p->text, "finish"))
        faults_add(c->faults, &p->word_span, "stands-alone",
                   "%s stands alone; a brace above it probably closes too early", value_shown(c, p));
    else
        faults_add(c->faults, &p->word_span, "unknown-word", "unknown word ‹%s›%s", p->text,
                   faults_nearest(c->faults, p->text, known));
}

static void paragraph(struct check *c, struct node *p, const struct node *parent) {
    const struct word *w = word_find(p->text);
    if (p->bad) return;
    if (!w) unknown_word(c, p);
    else if (!placed(c, p, w, parent)) return;
    else if (w->later) {
        faults_add(c->faults, &p->word_span, "not-yet",
                   "‹%s› is a word of the language, but this version cannot run it yet", w->word);
        p->bad = true;
    } else if (!strcmp(w->word, "row") || !strcmp(w->word, "try")) return; /* its cells are read with the table */
    else if (arguments(c, p, w)) {
        if (!w->unnamed) name(c, p, w);
        fields(c, p, w);
    }
}

/* One name, one paragraph: also across parallel, saga and on, because names are flat. */
static void unique(struct check *c, const struct node *table, const struct node **seen, int *n) {
    for (int i = 0; table && i < table->n_items; i++) {
        struct node *p = table->items[i].value, *name_node = node_name(p);
        const struct word *w = p->kind == NODE_CALL ? word_find(p->text) : NULL;
        if (table->items[i].key || !name_node || !w || w->condition || w->head || name_node->bad) continue;
        bool twice = false;
        for (int k = 0; k < *n && !twice; k++) {
            twice = !strcmp(node_name_text(seen[k]), name_node->text);
            if (twice)
                faults_node(c->faults, name_node, "duplicate-name",
                            "\"%s\" is already used on line %d; every paragraph needs its own name", name_node->text,
                            seen[k]->span.line);
        }
        if (!twice && *n < 1000) seen[(*n)++] = p;
        if (!p->bad) unique(c, node_body(p), seen, n);
    }
}

static void head(struct check *c) {
    static const char *const heads[] = {"workflow", "policy", "playbook", "experiment", "example", "retry", "formula", "connector", NULL};
    struct span start = {0, 0, 1, 1};
    if (!c->root->n_items) {
        if (!c->faults->n_faults)
            faults_add(c->faults, &start, "empty-file",
                       "the file is empty; it begins with workflow, policy, example, retry, formula or connector");
        return;
    }
    struct node *first = c->root->items[0].value;
    const struct word *w = word_find(first->text);
    if (w && w->head) {
        c->file = w->files;
        c->head = first;
    } else if (!first->bad || (w && !w->head)) {
        const char *near = faults_nearest(c->faults, first->text, heads);
        faults_add(c->faults, &first->word_span, "no-head",
                   "a file begins with workflow, policy, example, retry, formula or connector, not with ‹%s›%s", first->text, near);
    }
}

/* Numbers that look like a person's are faults wherever they stand. */
static void personal(struct check *c, struct node *v) {
    const char *sample;
    const char *looks =
        v->kind == NODE_TEXT || v->kind == NODE_NUMBER ? personal_looks(v->text, v->text_len, &sample) : NULL;
    if (looks)
        faults_node(c->faults, v, "personal-data",
                    "this looks like %s; a file holds no real person's: write sample \"%s\"", looks, sample);
    for (int i = 0; v->kind == NODE_TABLE && i < v->n_items; i++) personal(c, v->items[i].value);
    for (int i = 0; v->kind == NODE_CALL && i < v->n_args; i++) personal(c, v->args[i]);
}

void check_shape(struct check *c) {
    const struct node **seen = arena_alloc(c->arena, 1000 * sizeof *seen);
    int n = 0;
    head(c);
    if (!c->file || !seen) return;
    if (word_find(c->head->text)->later) {
        faults_add(c->faults, &c->head->word_span, "not-yet",
                   "‹%s› is a word of the language, but this version cannot run it yet", c->head->text);
        return;
    }
    for (int i = 0; i < c->root->n_items; i++) {
        struct node *p = c->root->items[i].value;
        const struct word *w = word_find(p->text);
        if (i && w && w->head && w->files == c->file && !(c->file & (IN_EXAMPLES | IN_RETRIES | IN_FUNCTIONS))) {
            faults_add(c->faults, &p->word_span, "second-head", "a second ‹%s›; one file holds one", p->text);
            p->bad = true;
        }
        paragraph(c, p, NULL);
    }
    unique(c, c->root, seen, &n);
    personal(c, c->root);
}
