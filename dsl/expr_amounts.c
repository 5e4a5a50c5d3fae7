/* expr_amounts.c - + - * / on values and over lists: exact or a fault, never wrap-around. */
#include <string.h>

#include "base/fixed.h"
#include "base/zone.h"
#include "dsl/expr_node.h"

#define DAY_MS INT64_C(86400000)

/* Whole days keep the local hour: a day that is 23 or 25 hours long counts as one. */
static bool instant_plus_days(const struct zone *z, int64_t at, int64_t days, int64_t *out) {
    const int64_t far = INT64_C(4000000) * DAY_MS; /* beyond the year 9999 no zone is asked */
    if (days < -4000000 || days > 4000000 || at < -far || at > far) return false;
    int64_t offset = z ? (int64_t)zone_offset_s(z, at) * 1000 : 0, local = at + offset + days * DAY_MS;
    *out = z ? local - (int64_t)zone_offset_s(z, local - offset) * 1000 : local;
    return true;
}

static bool add(const struct eval *ev, const struct value *a, const struct value *b, bool minus, int64_t *out) {
    int64_t n;
    if (a->kind == TYPE_INSTANT && b->kind == TYPE_CALENDAR_LENGTH)
        return (minus ? fixed_sub(0, b->n, &n) : (n = b->n, true)) && instant_plus_days(ev->scope->zone, a->n, n, out);
    return minus ? fixed_sub(a->n, b->n, out) : fixed_add(a->n, b->n, out);
}

static bool times(const struct value *a, const struct value *b, int64_t *out) {
    return fixed_muldiv(a->n, b->n, FIXED_ONE, out);
}

/* Alike by alike is a number; an amount by a number stays an amount. */
static bool divide(const struct value *a, const struct value *b, int64_t *out) { return fixed_muldiv(a->n, FIXED_ONE, b->n, out); }

enum err eval_arithmetic(struct eval *ev, const struct node *n, const struct value *a, const struct value *b,
                         struct value *out) {
    bool fits;
    switch (n->op) {
    case NODE_ADD:
        /* days(3) + case.due reads like case.due + days(3) */
        if (b->kind == TYPE_DATE || b->kind == TYPE_INSTANT) fits = add(ev, b, a, false, &out->n);
        else fits = add(ev, a, b, false, &out->n);
        break;
    case NODE_SUB: fits = add(ev, a, b, true, &out->n); break;
    case NODE_MUL: fits = times(a, b, &out->n); break;
    default:
        if (b->n == 0) return out->missing = true, OK; /* the checker asked for a default */
        fits = divide(a, b, &out->n);
    }
    return fits ? OK : eval_fault(ev, n, "is too big to be counted");
}

/* ---- lists ---- */

/* A value below an item, or the item itself. */
static enum err item_value(struct eval *ev, const struct node *n, const json_t *item, struct value *out) {
    struct fault f;
    for (int i = 0; item && i < n->path.n_parts; i++) item = json_object_get(item, n->path.parts[i]);
    if (value_from_json(item, n->type, out, NULL) != OK) {
        if (value_from_json(item, n->type, out, &f) != OK) return eval_fault(ev, n, f.text);
    }
    return out->missing ? eval_fault(ev, n, "has an item in which it is missing") : OK;
}

static enum err chosen(struct eval *ev, const struct node *n, const json_t *item, bool *yes) {
    *yes = true;
    if (!n->kids[1]) return OK;
    ev->it = item;
    enum err e = node_holds(ev, n->kids[1], yes);
    ev->it = NULL;
    return e;
}

/* any, all: stop at the first item that decides. Without `where` the item is the truth. */
static enum err decide(struct eval *ev, const struct node *n, const json_t *list, struct value *out) {
    bool stop = n->op == NODE_ANY;
    out->n = !stop;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        struct value v;
        bool yes;
        enum err e = chosen(ev, n, item, &yes);
        if (e == OK && !n->kids[1]) {
            e = item_value(ev, n, item, &v);
            yes = e == OK && v.n;
        }
        if (e != OK) return e;
        if (yes == stop) return out->n = stop, OK;
    }
    return OK;
}

/* One more chosen item into count, sum, least or most. */
static enum err gather(struct eval *ev, const struct node *n, const json_t *item, struct value *out) {
    struct value v;
    if (n->op == NODE_COUNT) return out->n += FIXED_ONE, OK;
    enum err e = item_value(ev, n, item, &v);
    if (e != OK) return e;
    if (n->op == NODE_SUM) return fixed_add(out->n, v.n, &out->n) ? OK : eval_fault(ev, n, "is too big to be counted");
    if (out->missing || (n->op == NODE_LEAST ? v.n < out->n : v.n > out->n)) out->n = v.n;
    out->missing = false;
    return OK;
}

enum err eval_list(struct eval *ev, const struct node *n, struct value *out) {
    struct value list;
    enum err e = node_eval(ev, n->kids[0], &list);
    if (e != OK) return e;
    if (list.missing) return eval_fault(ev, n->kids[0], "is missing");
    *out = (struct value){.kind = n->type->kind, .missing = n->op == NODE_LEAST || n->op == NODE_MOST};
    memcpy(out->currency, n->type->currency, sizeof out->currency);
    if (n->op == NODE_ANY || n->op == NODE_ALL) return decide(ev, n, list.json, out);
    for (size_t i = 0; i < json_array_size(list.json); i++) {
        const json_t *item = json_array_get(list.json, i);
        bool yes;
        if ((e = chosen(ev, n, item, &yes)) != OK) return e;
        if (yes && (e = gather(ev, n, item, out)) != OK) return e;
    }
    return OK;
}
