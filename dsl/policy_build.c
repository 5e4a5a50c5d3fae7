/* policy_build.c - a policy from its tree: head, needs, results, thresholds; the rest in
 * policy_rules.c. */
#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "dsl/file.h"
#include "dsl/policy_build.h"
#include "dsl/unit.h"

void *policy_room(struct policy_build *b, size_t n) {
    void *p = arena_alloc(b->c->arena, n ? n : 1);
    if (!p) b->c->faults->no_memory = true;
    return p;
}

const struct type *type_constant(struct policy_build *b, enum type_kind kind) {
    struct type *t = policy_room(b, sizeof *t);
    if (!t) return NULL;
    *t = (struct type){.kind = kind};
    if (kind == TYPE_MONEY) text_copy(t->currency, sizeof t->currency, b->p->currency);
    return t;
}

/* A constant: 5, 0.4, true, percent(4), rupees "5,000", days(3), "word" as `want` allows. */
bool policy_constant(struct policy_build *b, struct node *v, struct value *out) {
    const char *why = NULL;
    *out = (struct value){0};
    if (v->kind == NODE_NUMBER && fixed_parse(v->text, v->text_len, &out->n) == OK) out->kind = TYPE_NUMBER;
    else if (v->kind == NODE_TRUTH) *out = (struct value){.kind = TYPE_TRUTH, .n = v->truth};
    else if (v->kind == NODE_TEXT) *out = (struct value){.kind = TYPE_TEXT, .text = v->text};
    else if (node_is_call(v, "text") && node_name(v))
        *out = (struct value){.kind = TYPE_TEXT, .text = node_name_text(v)};
    else if (!value_unit(b->c, v, out, &why)) {
        if (why) faults_node(b->c->faults, v, "bad-value", "%s", why);
        else
            faults_node(b->c->faults, v, "bad-value",
                        "%s is no constant; write a number, percent(4), rupees \"5,000\" or days(3)",
                        value_shown(b->c, v));
        return false;
    }
    return true;
}

static void needs(struct policy_build *b, struct node *v) {
    const struct catalog *k = b->c->catalog;
    int n = v && !v->bad ? v->n_items : 0;
    struct need *all = policy_room(b, sizeof *all * (size_t)(n + 1));
    for (int i = 0; all && i < n; i++) {
        struct node *name = v->items[i].value;
        const struct op_decl *op = k->operation ? k->operation(k->who, name->text) : NULL;
        if (!op)
            faults_node(
                b->c->faults, name, "unknown-name", "there is no operation \"%s\"%s", name->text,
                faults_nearest(b->c->faults, name->text, k->operation_names ? k->operation_names(k->who) : NULL));
        all[b->p->n_needs++] = (struct need){v->items[i].key, op};
    }
    b->p->needs = all;
}

static const struct {
    const char *word;
    enum type_kind kind;
} simple_types[] = {{"money", TYPE_MONEY}, {"share", TYPE_SHARE}, {"number", TYPE_NUMBER},
                    {"text", TYPE_TEXT},   {"truth", TYPE_TRUTH}, {"date", TYPE_DATE}};

static const struct type *declared_type(struct policy_build *b, struct node *v) {
    static const char *const names[] = {"money", "share", "number", "text", "truth", "date", NULL};
    if (v->kind == NODE_TABLE && v->n_items) {
        struct type *t = policy_room(b, sizeof *t);
        for (int i = 0; i < v->n_items; i++)
            if (v->items[i].key || v->items[i].value->kind != NODE_TEXT) {
                faults_node(b->c->faults, v, "bad-value",
                            "a result that is one of several words lists them in quotes: { \"help\", \"firm\" }");
                return NULL;
            }
        if (t) *t = (struct type){.kind = TYPE_ONE_OF, .words = names_new(b->c, v, NULL)};
        return t;
    }
    for (size_t i = 0; v->kind == NODE_TEXT && i < ARRAY_LEN(simple_types); i++)
        if (!strcmp(v->text, simple_types[i].word)) return type_constant(b, simple_types[i].kind);
    faults_node(b->c->faults, v, "bad-value",
                "a result is \"money\", \"share\", \"number\", \"text\", \"truth\", \"date\" or a list of words%s",
                v->kind == NODE_TEXT ? faults_nearest(b->c->faults, v->text, names) : "");
    return NULL;
}

static const char *const OUTCOMES[] = {"approve", "refer", "decline", NULL};

/* outcome, amount, reasons for a policy that decides; then what it declares. */
static void gives(struct policy_build *b, struct node *v) {
    struct policy *p = b->p;
    int n = v && !v->bad ? v->n_items : 0, at = 0;
    struct type_field *fields = policy_room(b, sizeof *fields * (size_t)(n + 5));
    struct type *record = policy_room(b, sizeof *record), *item = policy_room(b, sizeof *item);
    if (!fields || !record || !item) return;
    p->decides = !n || node_item(v, "outcome");
    *item = (struct type){.kind = TYPE_TEXT};
    if (p->decides) fields[at++] = (struct type_field){"outcome", {.kind = TYPE_ONE_OF, .words = OUTCOMES}};
    if (p->decides) fields[at] = (struct type_field){"amount", {.kind = TYPE_MONEY, .maybe = true}};
    if (p->decides) text_copy(fields[at++].type.currency, 4, p->currency);
    fields[at++] = (struct type_field){"reasons", {.kind = TYPE_LIST, .item = item}};
    for (int i = 0; i < n; i++) {
        const char *key = v->items[i].key;
        const struct type *t = declared_type(b, v->items[i].value);
        if (!strcmp(key, "outcome") || !strcmp(key, "amount") || !t) continue;
        fields[at++] = (struct type_field){key, *t};
        fields[at - 1].type.maybe = true; /* made certain below, where every rule gives it */
    }
    *record = (struct type){.kind = TYPE_RECORD, .fields = fields};
    p->gives = record;
}

static void thresholds(struct policy_build *b, struct node *v) {
    int n = v && !v->bad ? v->n_items : 0;
    struct policy_threshold *all = policy_room(b, sizeof *all * (size_t)(n + 1));
    for (int i = 0; all && i < n; i++) {
        struct item *it = &v->items[i];
        struct policy_threshold *t = &all[b->p->n_thresholds];
        *t = (struct policy_threshold){.name = it->key, .line = it->key_span.line};
        if (!policy_constant(b, it->value, &t->value)) {
            t->type = type_constant(b, TYPE_UNKNOWN);
        } else {
            struct type *type = (struct type *)type_constant(b, t->value.kind);
            if (type) text_copy(type->currency, sizeof type->currency, t->value.currency);
            t->type = type;
        }
        b->p->n_thresholds++;
    }
    b->p->thresholds = all;
}

static void case_of(struct policy_build *b, struct node *v) {
    const struct catalog *k = b->c->catalog;
    const json_t *schema = v && !v->bad && k->case_type ? k->case_type(k->who, v->text) : NULL;
    b->case_type = schema ? type_from_schema(json_object_get(schema, "case"), b->c->arena) : NULL;
    if (v && !v->bad && !schema)
        faults_node(b->c->faults, v, "unknown-name", "there is no type of case \"%s\"%s", v->text,
                    faults_nearest(b->c->faults, v->text, k->case_names ? k->case_names(k->who) : NULL));
    if (!b->case_type) b->case_type = type_constant(b, TYPE_UNKNOWN);
}

static void head(struct policy_build *b) {
    struct check *c = b->c;
    struct policy *p = b->p;
    const struct node *body = node_body(c->head);
    struct node *v;
    const char *why;
    p->name = node_name_text(c->head);
    p->version = (int)value_int(node_field(body, "version"), 0);
    p->case_type = (v = node_field(body, "case")) && v->kind == NODE_TEXT ? v->text : "";
    case_of(b, v);
    p->about = (v = node_field(body, "about")) && v->kind == NODE_TEXT ? v->text : "";
    p->currency = c->catalog->currency ? c->catalog->currency : "INR";
    if ((v = node_field(body, "good_for")) && !v->bad && !value_length(c, v, &p->good_for, &why))
        p->good_for.unit = LENGTH_NONE;
    needs(b, node_field(body, "needs"));
    gives(b, node_field(body, "gives"));
    thresholds(b, node_field(body, "thresholds"));
}

/* A name of a field of the head that is itself misspelt: `thresolds = { pd_max = ... }`. */
static const char *lost_with_its_field(void *who, const char *name) {
    const struct policy_build *b = who;
    const struct node *body = node_body(b->c->head);
    const struct word *w = word_find("policy");
    for (int i = 0; body && i < body->n_items; i++) {
        const struct item *it = &body->items[i];
        if (it->key && !word_field(w, it->key) && node_item(it->value, name)) return "";
    }
    return NULL;
}

static struct node *threshold_node(void *who, const char *name) {
    const struct policy_build *b = who;
    return node_field(node_field(node_body(b->c->head), "thresholds"), name);
}

static void body(struct policy_build *b) {
    if (b->c->faults->no_memory || !b->p->gives) return;
    policy_names(b);
    policy_rules(b);
    check_policy_rules(b);
}

const struct policy *policy_build(struct check *c) {
    struct policy_build b = {.c = c, .p = arena_alloc(c->arena, sizeof *b.p)};
    if (!b.p) {
        c->faults->no_memory = true;
        return NULL;
    }
    head(&b);
    c->absent = lost_with_its_field, c->defined = threshold_node, c->absent_who = &b;
    body(&b);
    c->absent = NULL, c->defined = NULL, c->absent_who = NULL;
    if (c->faults->no_memory || !b.p->gives) return NULL;
    return c->faults->n_faults ? NULL : b.p;
}

void policy_seal(struct policy *p, const json_t *canonical, const char *hash) {
    p->canonical = canonical;
    text_copy(p->hash, sizeof p->hash, hash);
}
