/* expr.h - typed expressions in quotes: read once, checked, evaluated without Lua, explained.
 *
 * Grammar: and or not, == ~= < <= > >=, + - * /, in, between .. and, has(x), default(x, y), count/any/
 * all(list where ...), sum min max, visits(x), ended(x), numbers, 12%, 'text', true false, today,
 * rupees(n) days(n) ..., dotted names. Total: no loops, no randomness, no clock but `today`.
 * Numbers and shares are millionths, money is minor units, dates are day numbers, instants and
 * elapsed lengths ms, calendar lengths days; JSON null equals missing (SEMANTICS 19). */
#ifndef DSL_EXPR_H
#define DSL_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"

struct expr; /* lives in the arena it was read into */
struct zone;

enum type_kind {
    TYPE_UNKNOWN, TYPE_TRUTH, TYPE_NUMBER, TYPE_SHARE, TYPE_MONEY, TYPE_DATE, TYPE_INSTANT,
    TYPE_ELAPSED, TYPE_CALENDAR_LENGTH, TYPE_TEXT, TYPE_ONE_OF, TYPE_LIST, TYPE_RECORD, TYPE_OPAQUE
};
struct type_field;
struct type {
    enum type_kind kind;
    bool maybe;               /* may be missing */
    bool integer;             /* a number without fraction in JSON */
    bool personal;            /* x-personal */
    int better;               /* x-better: -1 lower, +1 higher, 0 unsaid */
    char currency[4];         /* money */
    const char *const *words; /* one-of: NULL-terminated, in the schema's order */
    const struct type *item;  /* list */
    const struct type_field *fields; /* record: array ended by a NULL name */
    bool bounded_below, bounded_above; /* minimum and maximum of the schema */
    int64_t least, most;      /* in the type's smallest unit */
};
struct type_field {
    const char *name;
    struct type type;
};
/* "share (0 to 1)", "money in INR", "one of approve, decline". */
const char *type_words(const struct type *t, struct arena *a);
/* JSON Schema to type; anything outside the subset becomes TYPE_OPAQUE. */
const struct type *type_from_schema(const json_t *schema, struct arena *a);

struct value {
    enum type_kind kind;
    bool missing;
    char currency[4];
    int64_t n;          /* truth 0/1, millionths, minor units, day, ms */
    const char *text;   /* text, one-of; borrowed from the scope or the expression */
    const json_t *json; /* list, record, opaque; borrowed */
};
/* In the form that answers and the journal use: a new reference. Money is a whole number of minor
 * units, a date "2026-12-01", an instant RFC 3339, an elapsed length ms, a calendar length days. */
json_t *value_json_new(const struct value *v);
/* Reads a JSON value as `t`; a missing or null one gives v->missing. ERR_INVALID if it does not fit. */
MUST_CHECK enum err value_from_json(const json_t *j, const struct type *t, struct value *v,
                                    struct fault *f);
const char *value_words(const struct value *v, struct arena *a); /* for people: "6.2 %", "INR 2,50,000" */

/* What names mean while evaluating. `names` is one object: {"case": {...}, "bureau": {...}, ...}.
 * `it` is set inside any/all/count. */
struct fact_change { /* one fact seen with another value than it has: nearest flips */
    const char *fact;        /* dotted */
    struct value value;      /* missing: as if it and what is below it were not there */
};
struct scope {
    const json_t *names;
    int64_t now_ms;          /* the journaled instant; `today` is its local date in `zone` */
    const struct zone *zone; /* NULL: UTC */
    int (*visits)(void *who, const char *paragraph);
    bool (*ended)(void *who, const char *paragraph);
    void *who;
    /* Values of names that were read with a slot: thresholds, facts, limits of a policy. */
    enum err (*slot)(void *slot_who, int slot, struct value *out, struct fault *f);
    void *slot_who;
    const struct fact_change *change; /* NULL: the facts as they are */
    int64_t *steps_left; /* of all formulas over many evaluations; NULL: no bound but that of each call */
};

/* Records why an expression came out as it did. `and` is false by its first false part and true by
 * all, `or` the reverse; a comparison shows its facts and both sides. */
struct trace {
    json_t *parts; /* an array to append to; owned by the caller */
};

/* ERR_INVALID on overflow, division by zero or a missing value: a recorded fault that sends the run
 * to a person, never a silent false. */
MUST_CHECK enum err expr_eval(const struct expr *e, const struct scope *s, struct value *out,
                              struct trace *t, struct fault *f);
/* For conditions: out is the truth value. */
MUST_CHECK enum err expr_holds(const struct expr *e, const struct scope *s, bool *out,
                               struct trace *t, struct fault *f);
const struct type *expr_type(const struct expr *e);
const char *expr_source(const struct expr *e);
/* Calls `each` for every dotted name the expression reads ("risk.pd"). */
void expr_names(const struct expr *e, void (*each)(void *who, const char *dotted), void *who);

#endif
