/* check_rules.c - stages 7 and 8 for policies: rules that never decide, and rules against the direction of a fact. */
#include <string.h>

#include "dsl/boxes.h"
#include "dsl/policy_build.h"

#define RULES_JUDGED 200

/* A rule whose limit has a floor may hold and be passed over: it covers nothing for sure. */
static bool takes_all(const struct policy *p, const struct policy_rule *r) {
    return r->when && !(r->limit >= 0 && p->limits[r->limit].floor);
}

static void dead(struct policy_build *b, int k, const struct box *boxes) {
    const struct policy *p = b->p;
    struct node *when = node_field(node_body(b->rule_nodes[k]), "when");
    const struct box_side *side;
    if (!p->rules[k].when || !when) return;
    if (box_empty(&boxes[k], &side)) {
        faults_node(b->c->faults, when, "never-true", "this never holds: what it asks of %s excludes itself",
                    side->fact);
        return;
    }
    for (int j = 0; j < k; j++)
        if (takes_all(p, &p->rules[j]) && box_contains(&boxes[j], &boxes[k])) {
            faults_node(
                b->c->faults, when, "dead-rule",
                "this rule never decides: rule \"%s\" on line %d holds whenever this one does; put this one above it, or take it out",
                p->rules[j].name, p->rules[j].line);
            return;
        }
}

/* --- direction --- */

static int better(struct policy_build *b, const char *fact) {
    for (int i = 0; i < b->p->n_facts; i++)
        if (!strcmp(b->p->facts[i].name, fact)) return b->p->facts[i].better;
    b->scope.known = NULL;
    const struct type *t = expr_name_type(&b->scope, fact, b->c->arena, NULL);
    return t ? t->better : 0;
}

static int rank(const struct policy_rule *r) {
    if (!r->outcome) return 0;
    return !strcmp(r->outcome, "approve") ? 1 : !strcmp(r->outcome, "decline") ? -1 : 0;
}

/* An approval that asks for a worse value, or a decline that asks for a better one. */
static void direction(struct policy_build *b, int k, const struct box *box) {
    struct node *when = node_field(node_body(b->rule_nodes[k]), "when");
    int want = rank(&b->p->rules[k]);
    for (int i = 0; want && when && i < box->n; i++) {
        const struct box_side *s = &box->side[i];
        int dir = s->present || s->words ? 0 : better(b, s->fact) * want;
        bool asks_high = s->lo != INT64_MIN && s->hi == INT64_MAX, asks_low = s->hi != INT64_MAX && s->lo == INT64_MIN;
        if ((dir < 0 && asks_high) || (dir > 0 && asks_low)) {
            faults_warn(
                b->c->faults, &when->span, "direction",
                "a worse value gives a better outcome here: %s is better %s, but this rule %ss when it is %s; turn the comparison round",
                s->fact, (dir * want) < 0 ? "lower" : "higher", b->p->rules[k].outcome, asks_high ? "high" : "low");
            return;
        }
    }
}

static void unused(struct policy_build *b) {
    for (int i = 0; i < b->p->n_limits; i++) {
        bool used = false;
        struct node *node = NULL;
        for (int k = 0; k < b->p->n_rules; k++) used |= b->p->rules[k].limit == i;
        for (int k = 1; k < b->c->root->n_items; k++)
            if (node_is_call(b->c->root->items[k].value, "limit") &&
                !strcmp(node_name_text(b->c->root->items[k].value), b->p->limits[i].name))
                node = b->c->root->items[k].value;
        for (int k = 0; k < b->p->n_rules && !used; k++) {
            struct node *when = node_field(node_body(b->rule_nodes[k]), "when");
            used = when && when->kind == NODE_TEXT && strstr(when->text, b->p->limits[i].name);
        }
        if (!used && node)
            faults_warn(b->c->faults, &node->word_span, "unused-limit",
                        "no rule uses limit \"%s\"; name it in a rule or take it out", b->p->limits[i].name);
    }
}

void check_policy_rules(struct policy_build *b) {
    int n = b->p->n_rules;
    struct box *boxes = n <= RULES_JUDGED ? policy_room(b, sizeof *boxes * (size_t)(n + 1)) : NULL;
    for (int k = 0; boxes && k < n; k++) box_of(b->p->rules[k].when, &boxes[k]);
    for (int k = 0; boxes && k < n; k++) {
        dead(b, k, boxes);
        direction(b, k, &boxes[k]);
    }
    unused(b);
}
