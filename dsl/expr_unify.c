/* expr_unify.c - two operands, one type; and the sentence where they cannot meet. */
#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "base/zone.h"
#include "dsl/expr_node.h"
#include "dsl/unit.h"

const struct type *poison(struct node *n) { return n->type = type_basic(TYPE_UNKNOWN); }

void said(const struct reading *r, const struct node *n, char *out, size_t cap) {
    size_t len = n->length;
    if (len < cap) {
        memcpy(out, r->text + n->at, len);
        out[len] = '\0';
        return;
    }
    len = cap - 4;
    while (len && ((unsigned char)r->text[n->at + len] & 0xc0) == 0x80) len--;
    memcpy(out, r->text + n->at, len);
    memcpy(out + len, "...", 4);
}

bool type_counts(const struct type *t) {
    return t->kind == TYPE_NUMBER || t->kind == TYPE_SHARE || t->kind == TYPE_MONEY || t->kind == TYPE_ELAPSED ||
           t->kind == TYPE_CALENDAR_LENGTH;
}
bool type_ordered(const struct type *t) { return type_counts(t) || t->kind == TYPE_DATE || t->kind == TYPE_INSTANT; }

/* ---- what to write instead ---- */

static bool is(const struct node *n, enum type_kind k) { return n->type->kind == k; }

static void advise_share(const struct node *b, char *out, size_t cap) {
    int64_t n;
    char text[32];
    if (is(b, TYPE_TEXT) && b->literal && fixed_parse(b->value.text, strlen(b->value.text), &n) == OK && n >= 0 && n <= 100 * FIXED_ONE) {
        if (n <= FIXED_ONE && n % FIXED_ONE) { /* '0.9' was meant as the share it reads */
            snprintf(out, cap, "write %s", b->value.text);
            return;
        }
        fixed_text(n / 100, text);
        snprintf(out, cap, "write %s%% or %s", b->value.text, text);
        return;
    }
    snprintf(out, cap, "write a share such as 5%% or 0.05");
}

static void advise_money(const struct node *a, const struct node *b, const char *b_said, char *out, size_t cap) {
    const char *word = unit_currency_word(a->type->currency);
    if (!strcmp(word, "money")) word = "rupees";
    if (is(b, TYPE_MONEY)) snprintf(out, cap, "two currencies meet only through a step that converts");
    else if (b->literal && is(b, TYPE_NUMBER)) snprintf(out, cap, "write %s(%s)", word, b_said);
    else if (b->literal && is(b, TYPE_TEXT)) snprintf(out, cap, "write %s('%s')", word, b->value.text);
    else snprintf(out, cap, "compare money with money, such as %s(5000)", word);
}

static void advise_length(const struct node *a, const struct node *b, const char *b_said, char *out, size_t cap) {
    const char *unit = is(a, TYPE_ELAPSED) ? "hours" : "days";
    if (b->literal && is(b, TYPE_NUMBER)) snprintf(out, cap, "write %s(%s)", unit, b_said);
    else if (is(b, TYPE_ELAPSED) || is(b, TYPE_CALENDAR_LENGTH))
        snprintf(out, cap, "days follow the calendar and hours the clock; write both in one of them");
    else snprintf(out, cap, "write a length such as %s(3)", unit);
}

/* True when the pair is one that `a` has an advice for. */
static bool advise_one(const struct node *a, const struct node *b, const char *b_said, char *out, size_t cap) {
    switch (a->type->kind) {
    case TYPE_SHARE: advise_share(b, out, cap); return true;
    case TYPE_MONEY: advise_money(a, b, b_said, out, cap); return true;
    case TYPE_ELAPSED:
    case TYPE_CALENDAR_LENGTH: advise_length(a, b, b_said, out, cap); return true;
    case TYPE_DATE: snprintf(out, cap, "write a date such as date('2026-12-01') or today - days(30)"); return true;
    case TYPE_INSTANT: snprintf(out, cap, "write an instant such as instant('2026-12-01T09:00:00Z')"); return true;
    case TYPE_TRUTH: snprintf(out, cap, "a truth stands alone: write it, or not in front of it"); return true;
    case TYPE_NUMBER:
        if (!is(b, TYPE_TEXT) || !b->literal) return false;
        snprintf(out, cap, "write a number without quotes");
        return true;
    default: return false;
    }
}

void advise(const struct reading *r, const struct type *want, const struct node *got, char *out, size_t cap) {
    const struct node wanted = {.type = want};
    char what[64];
    said(r, got, what, sizeof what);
    *out = '\0';
    if (cap > 2 && advise_one(&wanted, got, what, out + 2, cap - 2)) memcpy(out, "; ", 2);
}

/* The constant in the words of a strategy file: "percent(4)", "rupees(5000)". Empty: no advice. */
static void advise_threshold(const struct value *v, const struct type *to, char *out, size_t cap) {
    int64_t n = v->n;
    char text[32];
    bool read = v->kind == TYPE_NUMBER || (v->kind == TYPE_TEXT && fixed_parse(v->text, strspn(v->text, "0123456789."), &n) == OK);
    *out = '\0';
    if (!read) return;
    if (to->kind == TYPE_SHARE && n >= 0 && n < FIXED_ONE && n % FIXED_ONE && v->kind == TYPE_NUMBER) n *= 100;
    fixed_text(n, text);
    if (to->kind == TYPE_SHARE) snprintf(out, cap, "; write percent(%s)", text);
    else if (to->kind == TYPE_MONEY) snprintf(out, cap, "; write %s(%s)", unit_currency_word(to->currency), text);
    else if (to->kind == TYPE_CALENDAR_LENGTH) snprintf(out, cap, "; write days(%s)", text);
    else if (to->kind == TYPE_ELAPSED) snprintf(out, cap, "; write hours(%s)", text);
    else if (to->kind == TYPE_NUMBER) snprintf(out, cap, "; write %s without quotes", text);
}

/* A threshold is mended where it is defined, so its sentence does not speak of this place alone. */
static bool threshold_misfit(struct reading *r, const struct node *t, const struct node *other) {
    char name[64], fact[64], advice[80];
    if (t->op != NODE_NAME || !t->constant || other->constant) return false;
    said(r, t, name, sizeof name);
    said(r, other, fact, sizeof fact);
    advise_threshold(t->constant, other->type, advice, sizeof advice);
    reading_fault(r, t->at, t->length, "threshold-type", "%s is %s, but it is compared with %s, which is %s%s", name,
                  type_words(t->type, r->arena), fact, type_words(other->type, r->arena), advice);
    return true;
}

static void cannot_meet(struct reading *r, const struct node *a, const struct node *b) {
    if (threshold_misfit(r, a, b) || threshold_misfit(r, b, a)) return;
    char as[64], bs[64], advice[160] = "they cannot be used together";
    said(r, a, as, sizeof as);
    said(r, b, bs, sizeof bs);
    /* The side that is written out is the one to change. */
    const struct node *fixed = a->literal && !b->literal ? b : a, *other = fixed == a ? b : a;
    if (!advise_one(fixed, other, fixed == a ? bs : as, advice, sizeof advice))
        advise_one(other, fixed, fixed == a ? as : bs, advice, sizeof advice);
    size_t from = a->at < b->at ? a->at : b->at, a_end = a->at + a->length, b_end = b->at + b->length;
    reading_fault(r, from, (a_end > b_end ? a_end : b_end) - from, "type-mismatch", "%s is %s, %s is %s; %s", as,
                  type_words(a->type, r->arena), bs, type_words(b->type, r->arena), advice);
}

/* ---- adapting what is written out ---- */

static bool has_word(const struct type *t, const char *word) {
    for (int i = 0; t->words && t->words[i]; i++)
        if (!strcmp(t->words[i], word)) return true;
    return false;
}

static void take_type(struct node *n, const struct type *to, struct reading *r) {
    const struct type *t = type_maybe(to, n->type->maybe, r->arena);
    if (!t) {
        r->nomem = true;
        return;
    }
    n->type = t;
    if (n->op != NODE_CONST) return;
    n->value.kind = t->kind;
    memcpy(n->value.currency, t->currency, sizeof n->value.currency);
}

/* Gives a literal (or a ratio) the type `to` where that loses nothing. False: it is another thing. */
static bool takes(struct reading *r, struct node *n, const struct type *to) {
    bool text = n->op == NODE_CONST && is(n, TYPE_TEXT);
    int32_t day;
    int64_t ms;
    if (n->flex && (to->kind == TYPE_SHARE || to->kind == TYPE_NUMBER)) return take_type(n, to, r), true;
    if (n->op == NODE_CONST && n->flex && n->value.n == 0 && type_counts(to)) return take_type(n, to, r), true;
    if (text && to->kind == TYPE_DATE && day_parse(n->value.text, &day) == OK)
        return n->value.n = day, take_type(n, to, r), true;
    if (text && to->kind == TYPE_INSTANT && instant_parse(n->value.text, &ms) == OK)
        return n->value.n = ms, take_type(n, to, r), true;
    if (text && to->kind == TYPE_ONE_OF && has_word(to, n->value.text)) return take_type(n, to, r), true;
    return false;
}

static bool unknown_word(struct reading *r, const struct node *n, const struct type *t) {
    const char *near = text_nearest(n->value.text, t->words);
    if (near)
        reading_fault(r, n->at, n->length, "unknown-word", "‹%.60s› is not one of its values; did you mean '%.60s'?", n->value.text, near);
    else
        reading_fault(r, n->at, n->length, "unknown-word", "‹%.60s› is not one of its values; it is %s", n->value.text, type_words(t, r->arena));
    return false;
}

/* 5 against a share that cannot pass 1 is nearly always 5 per cent. */
static bool share_slip(struct reading *r, const struct node *name, const struct node *literal) {
    char ns[64], ls[64];
    int64_t most = name->type->bounded_above && name->type->most > FIXED_ONE ? name->type->most : FIXED_ONE;
    if (literal->op != NODE_CONST || !literal->flex || (name->op != NODE_NAME && name->op != NODE_IT)) return true;
    if (name->type->kind != TYPE_SHARE || literal->value.n <= most) return true;
    said(r, name, ns, sizeof ns);
    said(r, literal, ls, sizeof ls);
    reading_fault(r, literal->at, literal->length, "share-above-one", "%s is a share (0 to 1), %s is above 1; write %s%% if that is meant", ns, ls, ls);
    return false;
}

static bool currencies_meet(const struct type *a, const struct type *b) {
    return !a->currency[0] || !b->currency[0] || !strcmp(a->currency, b->currency);
}

static bool words_meet(const struct type *a, const struct type *b) {
    for (int i = 0; a->words && a->words[i]; i++)
        if (has_word(b, a->words[i])) return true;
    return false;
}

static bool same(const struct type *a, const struct type *b) {
    if (a->kind == TYPE_TEXT && b->kind == TYPE_ONE_OF) return true;
    if (a->kind == TYPE_ONE_OF && b->kind == TYPE_TEXT) return true;
    if (a->kind != b->kind) return false;
    if (a->kind == TYPE_MONEY) return currencies_meet(a, b);
    return a->kind != TYPE_ONE_OF || words_meet(a, b);
}

bool unify(struct reading *r, struct node *a, struct node *b) {
    if (is(a, TYPE_UNKNOWN) || is(b, TYPE_UNKNOWN)) return false;
    if (is(a, TYPE_ONE_OF) && b->op == NODE_CONST && is(b, TYPE_TEXT) && !takes(r, b, a->type)) return unknown_word(r, b, a->type);
    if (is(b, TYPE_ONE_OF) && a->op == NODE_CONST && is(a, TYPE_TEXT) && !takes(r, a, b->type)) return unknown_word(r, a, b->type);
    if (a->type->kind != b->type->kind && !share_slip(r, a, b)) return false;
    if (a->type->kind != b->type->kind && !share_slip(r, b, a)) return false;
    if (same(a->type, b->type) || takes(r, b, a->type) || takes(r, a, b->type)) return true;
    cannot_meet(r, a, b);
    return false;
}

bool adapt(struct reading *r, struct node *n, const struct type *to) {
    if (n->op == NODE_CONST && is(n, TYPE_TEXT) && to->kind == TYPE_ONE_OF) return takes(r, n, to) || unknown_word(r, n, to);
    if (n->type->kind != to->kind) (void)takes(r, n, to);
    return true;
}
