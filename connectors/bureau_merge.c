/* bureau_merge.c - two reports in one: of each field what is worse for the loan, and who said what. */
#include "connectors/bureau_shape.h"

#include <string.h>

#define CODE 96
#define APART 60 /* points of score from which two bureaus are said to disagree */

static const struct field {
    const char *name;
    enum { HIGH_IS_CAREFUL, LOW_IS_CAREFUL, COUNT_OR_CODE } kind;
} FIELDS[] = {
    {"score", LOW_IS_CAREFUL},
    {"revolving_utilisation", HIGH_IS_CAREFUL},
    {"late_30_59", COUNT_OR_CODE},
    {"late_60_89", COUNT_OR_CODE},
    {"late_90", COUNT_OR_CODE},
    {"debt_ratio", HIGH_IS_CAREFUL},
    {"monthly_income", LOW_IS_CAREFUL},
    {"open_credit_lines", HIGH_IS_CAREFUL},
    {"real_estate_loans", HIGH_IS_CAREFUL},
    {"dependents", HIGH_IS_CAREFUL},
    {"inquiries_180", HIGH_IS_CAREFUL},
    {"oldest_line_months", LOW_IS_CAREFUL},
    {"overdue", HIGH_IS_CAREFUL},
};

static const json_t *number(const json_t *report, const char *name) {
    const json_t *v = json_object_get(report, name);
    return json_is_number(v) ? v : NULL;
}

/* 96 and 98 say "not told": a count, however small, says more. */
static bool first_is_careful(const struct field *f, double a, double b) {
    if (f->kind == COUNT_OR_CODE && (a >= CODE) != (b >= CODE)) return a < CODE;
    return f->kind == LOW_IS_CAREFUL ? a <= b : a >= b;
}

static int put_field(json_t *out, json_t *said, const struct field *f, const json_t *a, const json_t *b) {
    if (!a && !b) return 0;
    bool first = a && (!b || first_is_careful(f, json_number_value(a), json_number_value(b)));
    int bad = json_object_set(out, f->name, (json_t *)(first ? a : b));
    json_t *one = json_pack("{s:s, s:s}", "field", f->name, "took", first ? "first" : "second");
    if (a) bad |= json_object_set(one, "first", (json_t *)a);
    if (b) bad |= json_object_set(one, "second", (json_t *)b);
    return bad | json_array_append_new(said, one);
}

static bool disagree(const json_t *first, const json_t *second) {
    if (!json_is_object(first) || !json_is_object(second)) return false;
    if (json_bool(first, "thin", true) != json_bool(second, "thin", true)) return true;
    int64_t a = json_int(first, "score", 0), b = json_int(second, "score", 0);
    if (a && b && (a > b ? a - b : b - a) > APART) return true;
    return json_int(first, "late_90", 0) != json_int(second, "late_90", 0);
}

json_t *bureau_merged(const json_t *first, const json_t *second) {
    json_t *out = json_object(), *said = json_array();
    int bad = !out || !said;
    bool thin = json_bool(first, "thin", true) && json_bool(second, "thin", true);
    bad = bad || json_object_set_new(out, "thin", json_boolean(thin));
    for (size_t k = 0; !bad && !thin && k < ARRAY_LEN(FIELDS); k++)
        bad = put_field(out, said, &FIELDS[k], number(first, FIELDS[k].name), number(second, FIELDS[k].name));
    bad = bad || json_object_set_new(out, "source", json_string("merged"));
    bad = bad || json_object_set_new(out, "disagree", json_boolean(disagree(first, second)));
    bad = bad || json_object_set(out, "said", said);
    json_decref(said);
    if (!bad) return out;
    json_decref(out);
    return NULL;
}
