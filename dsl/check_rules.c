/* check_rules.c - stages 7 and 8 for policies: rules that never decide, and rules against the direction of a fact. */
#include <string.h>

#include "dsl/cover.h"
#include "dsl/policy_build.h"

#define RULES_JUDGED 200
#define THRESHOLDS_TRIED 24

struct judging {
    struct box *boxes, *tried; /* of each rule; of each with two thresholds changed about */
    struct cover *cover;
};

/* A rule whose limit has a floor may hold and be passed over: it covers nothing for sure. */
static bool takes_all(const struct policy *p, const struct policy_rule *r) {
    return r->when && !(r->limit >= 0 && p->limits[r->limit].floor);
}

/* --- thresholds the wrong way round --- */

static void boxes_of(const struct policy *p, struct box *boxes) {
    for (int k = 0; k < p->n_rules; k++) box_of(p->rules[k].when, &boxes[k]);
}

static const struct type *type_of(void *who, const char *fact) {
    struct policy_build *b = who;
    b->scope.known = NULL;
    return expr_name_type(&b->scope, fact, b->c->arena, NULL);
}

/* Whether rule k (or otherwise) decides any case at all, as far as that can be judged. */
static bool lives(struct policy_build *b, int k, const struct box *boxes, struct cover *cover) {
    const struct box_side *side;
    if (box_empty(&boxes[k], &side)) return false;
    cover_init(cover, type_of, b);
    for (int j = 0; j < k; j++)
        if (takes_all(b->p, &b->p->rules[j])) cover_take(cover, &boxes[j]);
    return cover_meets(cover, &boxes[k]);
}

static bool swapped_lives(struct policy_build *b, int k, struct policy_threshold *x, struct policy_threshold *y,
                          struct judging *j) {
    struct value kept = x->value;
    x->value = y->value, y->value = kept;
    boxes_of(b->p, j->tried);
    bool alive = lives(b, k, j->tried, j->cover);
    y->value = x->value, x->value = kept;
    return alive;
}

/* " (is pd_refer = 9 % meant to be above pd_approve = 12 %?)" where changing the two about would mend it. */
static const char *turned_round(struct policy_build *b, int k, struct judging *j) {
    struct policy_threshold *t = (struct policy_threshold *)b->p->thresholds;
    int n = b->p->n_thresholds < THRESHOLDS_TRIED ? b->p->n_thresholds : THRESHOLDS_TRIED;
    for (int x = 0; x < n; x++)
        for (int y = x + 1; y < n; y++) {
            if (t[x].value.kind != t[y].value.kind || t[x].value.n == t[y].value.n) continue;
            if (!swapped_lives(b, k, &t[x], &t[y], j)) continue;
            const char *s = arena_printf(b->c->arena, " (are %s = %s and %s = %s the wrong way round?)", t[x].name,
                                         value_words(&t[x].value, b->c->arena), t[y].name,
                                         value_words(&t[y].value, b->c->arena));
            return s ? s : "";
        }
    return "";
}

/* --- rules that never decide --- */

static bool never_true(struct policy_build *b, int k, struct node *when, struct judging *j) {
    const struct box_side *side;
    if (!box_empty(&j->boxes[k], &side)) return false;
    faults_node(b->c->faults, when, "never-true", "this never holds: what it asks of %s excludes itself%s", side->fact,
                turned_round(b, k, j));
    return true;
}

static bool covered_by_one(struct policy_build *b, int k, struct node *when, struct judging *j) {
    const struct policy *p = b->p;
    for (int i = 0; i < k; i++)
        if (takes_all(p, &p->rules[i]) && box_contains(&j->boxes[i], &j->boxes[k])) {
            faults_node(
                b->c->faults, when, "dead-rule",
                "this rule never decides: rule \"%s\" on line %d holds whenever this one does; put this one above it, or take it out%s",
                p->rules[i].name, p->rules[i].line, turned_round(b, k, j));
            return true;
        }
    return false;
}

static void covered_by_all(struct policy_build *b, int k, const struct node *when, struct judging *j) {
    if (lives(b, k, j->boxes, j->cover)) return;
    if (when)
        faults_warn(b->c->faults, &when->span, "dead-rule",
                    "this rule never decides: the rules above it take every case in which it holds%s", turned_round(b, k, j));
    else
        faults_warn(b->c->faults, &b->rule_nodes[k]->word_span, "dead-otherwise",
                    "no case comes to this otherwise: the rules above it take them all; make the last of them the otherwise, or mend its condition%s",
                    turned_round(b, k, j));
}

static void dead(struct policy_build *b, int k, struct judging *j) {
    struct node *when = node_field(node_body(b->rule_nodes[k]), "when");
    bool condition = b->p->rules[k].when != NULL;
    if (condition != (when != NULL)) return; /* a condition that could not be read */
    if (condition && (never_true(b, k, when, j) || covered_by_one(b, k, when, j))) return;
    covered_by_all(b, k, condition ? when : NULL, j);
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
    size_t room = sizeof(struct box) * (size_t)(n + 1);
    bool judged = n <= RULES_JUDGED;
    struct judging j = {0};
    if (judged) j = (struct judging){policy_room(b, room), policy_room(b, room), policy_room(b, sizeof *j.cover)};
    if (j.boxes && j.tried && j.cover) {
        boxes_of(b->p, j.boxes);
        for (int k = 0; k < n; k++) {
            dead(b, k, &j);
            direction(b, k, &j.boxes[k]);
        }
    }
    unused(b);
}
