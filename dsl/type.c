/* type.c - types in words, and whether one may stand for another. */
#include <string.h>

#include "base/buf.h"
#include "dsl/expr_node.h"

static const struct type BASIC[] = {
    [TYPE_UNKNOWN] = {.kind = TYPE_UNKNOWN},
    [TYPE_TRUTH] = {.kind = TYPE_TRUTH},
    [TYPE_NUMBER] = {.kind = TYPE_NUMBER},
    [TYPE_SHARE] = {.kind = TYPE_SHARE},
    [TYPE_MONEY] = {.kind = TYPE_MONEY},
    [TYPE_DATE] = {.kind = TYPE_DATE},
    [TYPE_INSTANT] = {.kind = TYPE_INSTANT},
    [TYPE_ELAPSED] = {.kind = TYPE_ELAPSED},
    [TYPE_CALENDAR_LENGTH] = {.kind = TYPE_CALENDAR_LENGTH},
    [TYPE_TEXT] = {.kind = TYPE_TEXT},
    [TYPE_ONE_OF] = {.kind = TYPE_ONE_OF},
    [TYPE_LIST] = {.kind = TYPE_LIST},
    [TYPE_RECORD] = {.kind = TYPE_RECORD},
    [TYPE_OPAQUE] = {.kind = TYPE_OPAQUE},
};

const struct type *type_basic(enum type_kind kind) { return &BASIC[kind]; }

const struct type *type_maybe(const struct type *t, bool maybe, struct arena *a) {
    if (t->maybe == maybe) return t;
    struct type *copy = arena_alloc(a, sizeof *copy);
    if (!copy) return NULL;
    *copy = *t;
    copy->maybe = maybe;
    return copy;
}

static const char *one_of_words(const struct type *t, struct arena *a) {
    char text[200] = "one of ";
    size_t len = strlen(text);
    for (int i = 0; t->words && t->words[i]; i++) {
        size_t n = strlen(t->words[i]);
        if (len + n + 8 >= sizeof text) {
            memcpy(text + len, ", ...", 6);
            break;
        }
        if (i) memcpy(text + len, ", ", 2), len += 2;
        memcpy(text + len, t->words[i], n + 1);
        len += n;
    }
    return arena_strdup(a, text);
}

const char *type_words(const struct type *t, struct arena *a) {
    const char *w = NULL;
    switch (t->kind) {
    case TYPE_UNKNOWN: return "unknown";
    case TYPE_TRUTH: return "true or false";
    case TYPE_NUMBER: return t->integer ? "a whole number" : "a number";
    case TYPE_SHARE: return "a share (0 to 1)";
    case TYPE_MONEY: w = t->currency[0] ? arena_printf(a, "money in %s", t->currency) : "money"; break;
    case TYPE_DATE: return "a date";
    case TYPE_INSTANT: return "an instant";
    case TYPE_ELAPSED: return "a length of time in hours";
    case TYPE_CALENDAR_LENGTH: return "a number of days";
    case TYPE_TEXT: return "text";
    case TYPE_ONE_OF: w = one_of_words(t, a); break;
    case TYPE_LIST: return "a list";
    case TYPE_RECORD: return "a record of fields";
    case TYPE_OPAQUE: return "a value that can only be passed on";
    }
    return w ? w : "";
}

static const struct type_field *field_of(const struct type *t, const char *name) {
    for (const struct type_field *f = t->fields; f && f->name; f++)
        if (!strcmp(f->name, name)) return f;
    return NULL;
}

static bool has_word(const struct type *t, const char *word) {
    for (int i = 0; t->words && t->words[i]; i++)
        if (!strcmp(t->words[i], word)) return true;
    return false;
}

static bool says(const char **why, const char *text) {
    if (why) *why = text ? text : "does not fit";
    return false;
}

static bool wrong_kind(const struct type *got, const struct type *want, struct arena *a, const char **why) {
    return says(why, arena_printf(a, "is %s, but %s is wanted", type_words(got, a), type_words(want, a)));
}

static bool fits(const struct type *got, const struct type *want, struct arena *a, const char **why, int depth);

/* Every field the receiver insists on must be there and fit; more fields do no harm. */
static bool record_fits(const struct type *got, const struct type *want, struct arena *a, const char **why,
                        int depth) {
    for (const struct type_field *f = want->fields; f && f->name; f++) {
        const struct type_field *mine = field_of(got, f->name);
        if (!mine && f->type.maybe) continue;
        if (!mine) return says(why, arena_printf(a, "has no field ‹%s›, which is wanted", f->name));
        const char *inner = NULL;
        if (!fits(&mine->type, &f->type, a, &inner, depth - 1))
            return says(why, arena_printf(a, "has a field ‹%s› that %s", f->name, inner ? inner : "does not fit"));
    }
    return true;
}

static bool one_of_fits(const struct type *got, const struct type *want, struct arena *a, const char **why) {
    for (int i = 0; got->words && got->words[i]; i++)
        if (!has_word(want, got->words[i]))
            return says(why, arena_printf(a, "may be ‹%s›, but %s is wanted", got->words[i], type_words(want, a)));
    return true;
}

static bool fits(const struct type *got, const struct type *want, struct arena *a, const char **why, int depth) {
    if (got->kind == TYPE_UNKNOWN || want->kind == TYPE_UNKNOWN || depth <= 0) return true;
    if (got->maybe && !want->maybe) return says(why, "may be missing");
    if (want->kind == TYPE_OPAQUE) return true;
    if (got->kind == TYPE_ONE_OF && want->kind == TYPE_TEXT) return true;
    if (got->kind != want->kind) return wrong_kind(got, want, a, why);
    switch (want->kind) {
    case TYPE_MONEY:
        if (got->currency[0] && want->currency[0] && strcmp(got->currency, want->currency))
            return wrong_kind(got, want, a, why);
        return true;
    case TYPE_ONE_OF: return one_of_fits(got, want, a, why);
    case TYPE_LIST:
        if (!got->item || !want->item) return true;
        if (fits(got->item, want->item, a, why, depth - 1)) return true;
        return says(why, arena_printf(a, "is a list of which each item %s", why && *why ? *why : "does not fit"));
    case TYPE_RECORD: return record_fits(got, want, a, why, depth);
    default: return true;
    }
}

bool type_fits(const struct type *got, const struct type *want, struct arena *a, const char **why) {
    if (why) *why = NULL;
    return fits(got, want, a, why, 16);
}
