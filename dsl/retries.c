/* retries.c - strategies/retries.lua: how FAILED calls are tried again, by name. */
#include <string.h>

#include "base/fixed.h"
#include "dsl/file.h"
#include "dsl/unit.h"

/* As in strategies/retries.lua (a test compares them): for whoever has no such file. */
static const struct retry BUILT_IN[] = {
    {"quick", 3, 200, 1000, 2 * FIXED_ONE, FIXED_ONE / 2},
    {"gentle", 6, 500, 60000, 2 * FIXED_ONE, FIXED_ONE / 2},
    {"stubborn", 40, 500, 3600000, 2 * FIXED_ONE, FIXED_ONE / 4},
    {"look", 20, 250, 600000, 2 * FIXED_ONE, FIXED_ONE / 4},
};
static const char *const BUILT_IN_NAMES[] = {"quick", "gentle", "stubborn", "look", NULL};

const struct retry *retry_named(const struct catalog *c, const char *name) {
    const struct retry *r = c && c->retry ? c->retry(c->who, name) : NULL;
    for (size_t i = 0; !r && i < ARRAY_LEN(BUILT_IN); i++)
        if (!strcmp(BUILT_IN[i].name, name)) r = &BUILT_IN[i];
    return r;
}

const char *const *retry_known_names(const struct catalog *c) {
    const char *const *own = c && c->retry_names ? c->retry_names(c->who) : NULL;
    return own && *own ? own : BUILT_IN_NAMES;
}

static int64_t length_ms(struct check *c, struct node *v) {
    struct length l = {0};
    const char *why;
    if (!v || v->bad || !value_length(c, v, &l, &why)) return 0;
    if (l.unit == LENGTH_ELAPSED_MS) return l.n;
    faults_node(c->faults, v, "bad-value", "a pause is counted in seconds, minutes or hours, not in days");
    return 0;
}

static int64_t share_of(struct check *c, struct node *v, int64_t otherwise) {
    struct value got;
    const char *why;
    int64_t n;
    if (!v || v->bad) return otherwise;
    if (v->kind == NODE_NUMBER) return fixed_parse(v->text, v->text_len, &n) == OK ? n : otherwise;
    return value_unit(c, v, &got, &why) ? got.n : otherwise;
}

static void one(struct check *c, const struct node *p, struct retry *r) {
    struct node *body = node_body(p), *factor = node_field(body, "factor"), *tries = node_field(body, "tries");
    r->name = node_name_text(p);
    r->tries = (unsigned)value_int(tries, 0);
    r->first_ms = length_ms(c, node_field(body, "first"));
    r->longest_ms = length_ms(c, node_field(body, "longest"));
    r->factor = share_of(c, factor, 2 * FIXED_ONE);
    r->jitter = share_of(c, node_field(body, "jitter"), FIXED_ONE / 5);
    if (factor && !factor->bad && (r->factor < FIXED_ONE || r->factor > 100 * FIXED_ONE))
        faults_node(c->faults, factor, "bad-value", "‹factor› should be from 1 to 100, not %s", factor->text);
    if (tries && !tries->bad && !r->tries)
        faults_node(c->faults, tries, "bad-value",
                    "‹tries› should be at least 1; leave it out for as long as `within` allows");
    if (r->longest_ms && r->longest_ms < r->first_ms)
        faults_node(c->faults, node_field(body, "longest"), "bad-value",
                    "‹longest› is shorter than ‹first›; make it at least as long");
}

const struct retry *retries_build(struct check *c, int *n) {
    struct retry *all = arena_alloc(c->arena, sizeof *all * (size_t)(c->root->n_items + 1));
    for (int i = 0; all && i < c->root->n_items; i++) {
        const struct node *p = c->root->items[i].value;
        for (int k = 0; k < *n; k++)
            if (!p->bad && !strcmp(all[k].name, node_name_text(p)))
                faults_node(c->faults, node_name(p), "duplicate-name",
                            "retry \"%s\" is already given above; keep one of the two", all[k].name);
        if (!p->bad && node_body(p)) one(c, p, &all[(*n)++]);
    }
    return all;
}
