/* policy_flip.c - what would have changed the outcome: for each fact the nearest other value.
 *
 * The whole decision is run again at every break point, with every word of a one-of, with a truth
 * turned over, with a fact taken away. Nothing is guessed: a flip that is told was tried. */
#include <string.h>

#include "base/fixed.h"
#include "dsl/policy_run.h"

enum { FLIP_STEPS = 5000000 }; /* of formulas, for all facts: some fifty milliseconds */
enum { NOTES_WORDS = 8192 };

struct flip {
    bool found;
    struct value to;
    uint64_t distance;
    const char *outcome;
};

struct flipping {
    struct policy_run *run;
    const char *label; /* of the decision as it is */
    const struct node *fact;
    struct value now;
    struct flip best;
};

static uint64_t distance(const struct value *a, const struct value *b) {
    if (a->missing || b->missing || a->text || b->text) return UINT64_MAX;
    return a->n > b->n ? (uint64_t)a->n - (uint64_t)b->n : (uint64_t)b->n - (uint64_t)a->n;
}

/* A run that ends in a fault is no outcome anybody could wish for, so it is no flip. */
static void attempt(struct flipping *f, struct value to) {
    struct fact_change change = {.fact = f->fact->path.dotted, .value = to};
    struct verdict v;
    uint64_t d = distance(&f->now, &to);
    if (f->best.found && d >= f->best.distance) return;
    policy_run_again(f->run, &change);
    policy_run(f->run, &v);
    f->run->scope.change = NULL;
    const char *label = verdict_label(f->run->p, &v);
    if (v.faulted || !strcmp(label, f->label)) return;
    f->best = (struct flip){true, to, d, label};
}

static struct value typed(const struct flipping *f, int64_t n) {
    struct value v = {.kind = f->fact->type->kind, .n = n};
    memcpy(v.currency, f->fact->type->currency, sizeof v.currency);
    return v;
}

static void try_points(struct flipping *f, const struct breaks *b) {
    for (int i = 0; i < b->n; i++)
        if (f->now.missing || b->points[i] != f->now.n) attempt(f, typed(f, b->points[i]));
}

static void try_words(struct flipping *f, const char *const *words, int n) {
    for (int i = 0; i < n && words[i]; i++) {
        struct value v = typed(f, 0);
        v.text = words[i];
        if (f->now.missing || !f->now.text || strcmp(f->now.text, words[i])) attempt(f, v);
    }
}

static int count_words(const struct type *t) {
    int n = 0;
    while (t->words && t->words[n]) n++;
    return n;
}

/* Any text that nothing is compared with: told as "another". */
static const char OTHER[] = "another";

static enum err by_type(struct flipping *f, struct breaks *b) {
    const struct type *t = f->fact->type;
    enum err e = OK;
    if (t->kind == TYPE_TRUTH) {
        if (f->now.missing || f->now.n) attempt(f, typed(f, 0));
        if (f->now.missing || !f->now.n) attempt(f, typed(f, 1));
    } else if (t->kind == TYPE_ONE_OF) {
        try_words(f, t->words, count_words(t));
    } else if (type_ordered(t) || t->kind == TYPE_TEXT) {
        e = breaks_find(b);
        if (e == OK) try_points(f, b);
        if (e == OK) try_words(f, b->texts, b->n_texts);
        if (e == OK && t->kind == TYPE_TEXT) try_words(f, (const char *const[]){OTHER}, 1);
    }
    if (e == OK && t->maybe && !f->now.missing) attempt(f, (struct value){.kind = t->kind, .missing = true});
    return e;
}

/* ---- telling ---- */

static const char *sentence(const struct flipping *f, struct arena *a) {
    const char *name = f->fact->path.dotted, *to = value_words(&f->best.to, a), *now = value_words(&f->now, a);
    if (f->fact->type->personal) return arena_printf(a, "With another %s the outcome would be %s.", name, f->best.outcome);
    if (f->best.to.missing) return arena_printf(a, "Without %s (now %s) the outcome would be %s.", name, now, f->best.outcome);
    if (f->now.missing) return arena_printf(a, "If %s were known to be %s, the outcome would be %s.", name, to, f->best.outcome);
    return arena_printf(a, "If %s were %s instead of %s, the outcome would be %s.", name, to, now, f->best.outcome);
}

static enum err tell_flip(const struct flipping *f, json_t *flips) {
    struct arena *a = arena_new(NOTES_WORDS);
    json_t *one = json_object();
    enum err e = ERR_NOMEM;
    const char *text = a ? sentence(f, a) : NULL;
    if (one && text && json_put_take(one, "fact", json_string(f->fact->path.dotted)) == OK &&
        json_put_take(one, "from", value_shown_new(&f->now, f->fact->type)) == OK &&
        json_put_take(one, "to", value_shown_new(&f->best.to, f->fact->type)) == OK &&
        json_put_take(one, "outcome", json_string(f->best.outcome)) == OK && json_put_take(one, "text", json_string(text)) == OK &&
        json_array_append(flips, one) == 0)
        e = OK;
    json_decref(one);
    arena_free(a);
    return e;
}

static enum err note(json_t *notes, const char *fact, const char *text) {
    json_t *line = fact ? json_pack("s++", fact, " ", text) : json_string(text);
    return line && json_array_append_new(notes, line) == 0 ? OK : ERR_NOMEM;
}

static bool opaque(const struct type *t) { return t->kind == TYPE_LIST || t->kind == TYPE_RECORD || t->kind == TYPE_OPAQUE; }

static enum err flip_of(struct policy_run *run, const struct node *fact, const char *label, json_t *flips, json_t *notes) {
    struct flipping f = {.run = run, .label = label, .fact = fact};
    struct eval ev = {.scope = &run->scope, .source = fact->path.dotted};
    policy_run_again(run, NULL);
    if (node_eval(&ev, fact, &f.now) != OK) return OK; /* does not fit its type: the fault is told already */
    struct breaks b = {.run = run, .fact = fact->path.dotted, .type = fact->type, .now = f.now};
    enum err e = by_type(&f, &b);
    if (e == OK && f.best.found) e = tell_flip(&f, flips);
    if (e == OK && b.not_monotone) e = note(notes, fact->path.dotted, "moves a side up and down; only its nearest turns were tried.");
    if (e == OK && opaque(fact->type) && !f.best.found) e = note(notes, fact->path.dotted, "is not one value; other contents were not tried.");
    breaks_reset(&b);
    return e;
}

enum err policy_flips(struct policy_run *r, const struct fact_list *facts, const struct verdict *now, json_t *decision) {
    json_t *flips = json_array(), *notes = json_array();
    enum err e = flips && notes ? OK : ERR_NOMEM;
    const char *label = verdict_label(r->p, now);
    int64_t steps = FLIP_STEPS;
    r->scope.steps_left = &steps;
    for (int i = 0; e == OK && i < facts->n && steps > 0; i++) {
        size_t before = json_array_size(flips);
        e = flip_of(r, facts->all[i], label, flips, notes);
        if (steps <= 0 && json_array_size(flips) > before) (void)json_array_remove(flips, before); /* a fault is no outcome */
    }
    r->scope.steps_left = NULL;
    policy_run_again(r, NULL);
    if (e == OK && steps <= 0) e = note(notes, NULL, "The formulas take too long to try every fact.");
    else if (e == OK && json_array_size(flips) == 0) e = note(notes, NULL, "No single fact changes the outcome.");
    if (e == OK) e = json_put_take(decision, "flips", json_incref(flips));
    if (e == OK) e = json_put_take(decision, "flips_notes", json_incref(notes));
    json_decref(flips);
    json_decref(notes);
    return e;
}
