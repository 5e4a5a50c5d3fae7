/* policy_rules.c - the ordered rules of a policy and what each decides. */
#include <string.h>

#include "dsl/policy_build.h"

static struct node *outcome(struct policy_build *b, struct node *node, struct policy_rule *r) {
    static const char *const words[] = {"approve", "refer", "decline"};
    struct node *found = NULL, *body = node_body(node);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct node *v = node_field(body, words[i]);
        if (!v) continue;
        if (found)
            faults_node(b->c->faults, v, "two-outcomes", "%s already says %s; a rule has one outcome",
                        owner(b->c, node), r->outcome);
        else if (!b->p->decides)
            faults_node(b->c->faults, v, "no-outcome-here", "this policy declares other results; say which: %s = ...",
                        b->p->gives->fields[1].name ? b->p->gives->fields[1].name : "result");
        found = v;
        r->outcome = words[i];
    }
    return found;
}

static void limit_named(struct policy_build *b, struct node *v, struct policy_rule *r) {
    const char *names[POLICY_NAMES];
    int n = 0;
    for (; n < b->p->n_limits && n < POLICY_NAMES - 1; n++) {
        names[n] = b->p->limits[n].name;
        if (!strcmp(names[n], v->text)) r->limit = n;
    }
    names[n] = NULL;
    if (r->limit < 0)
        faults_node(b->c->faults, v, "unknown-name", "there is no limit \"%s\"%s", v->text,
                    faults_nearest(b->c->faults, v->text, names));
    else if (!r->outcome || strcmp(r->outcome, "approve") != 0)
        faults_node(b->c->faults, v, "stray-limit", "only an approval has a limit; take it out");
}

static void reason_known(struct policy_build *b, struct node *v) {
    const struct catalog *c = b->c->catalog;
    const char *const *codes = c && c->reason_names ? c->reason_names(c->who) : NULL;
    if (!codes) return;
    for (const char *const *code = codes; *code; code++)
        if (!strcmp(*code, v->text)) return;
    faults_node(b->c->faults, v, "unknown-reason", "there is no reason \"%s\"%s; its texts stand in strategies/reasons.json",
                v->text, faults_nearest(b->c->faults, v->text, codes));
}

static const char *reason(struct policy_build *b, struct node *body) {
    static const char *const words[] = {"refer", "decline", "because"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct node *v = node_field(body, words[i]);
        if (!v || v->kind != NODE_TEXT) continue;
        if (!v->bad) reason_known(b, v);
        return v->text;
    }
    return NULL;
}

static bool by_table(const struct policy *p, const char *result) {
    for (int i = 0; i < p->n_tables; i++)
        if (p->tables[i].result && !strcmp(p->tables[i].result, result)) return true;
    return false;
}

static bool builtin(const struct policy *p, const char *name) {
    return !strcmp(name, "reasons") || (p->decides && (!strcmp(name, "outcome") || !strcmp(name, "amount")));
}

static void results(struct policy_build *b, struct node *node, struct policy_rule *r) {
    struct node *body = node_body(node);
    int n = 0;
    for (const struct type_field *f = b->p->gives->fields; f->name; f++) n++;
    struct policy_result *all = policy_room(b, sizeof *all * (size_t)(n + 1));
    for (const struct type_field *f = b->p->gives->fields; all && f->name; f++) {
        struct node *v = node_field(body, f->name);
        struct policy_result *one = &all[r->n_results];
        if (builtin(b->p, f->name)) continue;
        if (!v && !b->p->decides && !by_table(b->p, f->name))
            faults_add(b->c->faults, &node->word_span, "missing-result",
                       "%s gives no ‹%s›; every rule of this policy does", owner(b->c, node), f->name);
        if (!v || v->bad || !policy_constant(b, v, &one->value) || !policy_fits(b, v, &f->type, &one->value)) continue;
        one->name = f->name;
        r->n_results++;
    }
    r->results = all;
}

/* Later rules know that earlier ones failed; but one whose limit has a floor may have held and been
 * passed over. */
static void learn(struct policy_build *b, const struct policy_rule *r) {
    bool passed_over = r->limit >= 0 && b->p->limits[r->limit].floor;
    if (!r->when || passed_over) return;
    if (expr_known_when(r->when, false, b->scope.known, b->c->arena, &b->scope.known) != OK)
        b->c->faults->no_memory = true;
}

static void rule(struct policy_build *b, struct node *node, struct policy_rule *r) {
    struct node *body = node_body(node), *limit = node_field(body, "limit"), *approve = node_field(body, "approve");
    *r = (struct policy_rule){.name = node_name(node) ? node_name_text(node) : "otherwise",
                              .limit = -1,
                              .line = node->span.line,
                              .col = node->span.col};
    r->when = read_expression(b->c, node_field(body, "when"), &b->scope, &TYPE_A_TRUTH);
    if (!outcome(b, node, r) && b->p->decides && !node->bad)
        faults_add(b->c->faults, &node->word_span, "no-outcome",
                   "%s decides nothing; add approve = true, refer = \"reason\" or decline = \"reason\"",
                   owner(b->c, node));
    if (approve && !approve->bad && !approve->truth)
        faults_node(b->c->faults, approve, "bad-value",
                    "approve = false says nothing; write decline = \"reason\" or refer = \"reason\"");
    if (limit && !limit->bad) limit_named(b, limit, r);
    r->reason = reason(b, body);
    results(b, node, r);
    learn(b, r);
}

/* A declared result is certain where a table that fits everything or every rule gives it. */
static void certain(struct policy_build *b) {
    for (struct type_field *f = (struct type_field *)b->p->gives->fields; f->name; f++) {
        bool all = !builtin(b->p, f->name);
        for (int i = 0; all && i < b->p->n_rules; i++) {
            bool given = false;
            for (int k = 0; k < b->p->rules[i].n_results; k++)
                given |= !strcmp(b->p->rules[i].results[k].name, f->name);
            all = given;
        }
        for (int i = 0; i < b->p->n_tables && !builtin(b->p, f->name); i++)
            all |= b->p->tables[i].result && !strcmp(b->p->tables[i].result, f->name) && b->p->tables[i].gives &&
                   !b->p->tables[i].gives->maybe;
        if (all) f->type.maybe = false;
    }
}

/* The amount asked, where the case has one: then every decision has an amount, its limit or what was
 * asked, and an officer who approves a referral without naming one approves that. */
static void asked(struct policy_build *b) {
    bool was = b->c->faults->silent;
    const struct type *money = type_constant(b, TYPE_MONEY);
    b->c->faults->silent = true;
    if (money) b->p->asked = read_text(b->c, b->c->head, "case.amount", &b->scope, money);
    b->c->faults->silent = was;
    struct type_field *f = (struct type_field *)b->p->gives->fields;
    while (f->name && strcmp(f->name, "amount") != 0) f++;
    if (f->name && b->p->asked) f->type.maybe = false;
}

void policy_rules(struct policy_build *b) {
    struct check *c = b->c;
    struct node *last = NULL;
    int most = c->root->n_items;
    struct policy_rule *all = policy_room(b, sizeof *all * (size_t)most);
    b->rule_nodes = policy_room(b, sizeof *b->rule_nodes * (size_t)most);
    if (!all || !b->rule_nodes) return;
    for (int pass = 0; pass < 2; pass++) /* otherwise stands last, wherever it is written */
        for (int i = 1; i < most; i++) {
            struct node *v = c->root->items[i].value;
            if (!node_is_call(v, pass ? "otherwise" : "rule") || !node_body(v)) continue;
            if (pass && last) {
                faults_node(c->faults, v, "two-otherwise", "otherwise already stands on line %d; keep one of the two",
                            last->span.line);
                continue;
            }
            if (pass) last = v;
            b->rule_nodes[b->p->n_rules] = v;
            rule(b, v, &all[b->p->n_rules++]);
            b->p->rules = all;
        }
    bool broken = false;
    for (int i = 1; i < most; i++) broken |= c->root->items[i].value->bad;
    if (!last && !broken)
        faults_add(c->faults, &c->head->word_span, "no-otherwise",
                   "policy \"%s\" has no otherwise; say what happens when no rule holds", b->p->name);
    b->p->rules = all;
    b->scope.known = NULL;
    if (b->p->decides) asked(b);
    certain(b);
}
