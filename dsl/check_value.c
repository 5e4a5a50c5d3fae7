/* check_value.c - the form of a field's value, and constants of a file as numbers and JSON. */
#include <ctype.h>
#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "dsl/check.h"
#include "dsl/samples.h"
#include "dsl/unit.h"

const char *value_shown(struct check *c, const struct node *v) {
    const char *s = NULL;
    int from = (int)v->span.from, n = (int)(v->span.to - v->span.from);
    if (v->kind == NODE_TABLE) return "{ ... }";
    if (v->span.to <= c->n) s = arena_printf(c->arena, "%.*s%s", n > 40 ? 40 : n, c->text + from, n > 40 ? "..." : "");
    return s ? s : "this";
}

int64_t value_int(const struct node *v, int64_t otherwise) {
    int64_t n = 0;
    if (!v || v->kind != NODE_NUMBER || text_i64(v->text, v->text_len, &n) != OK) return otherwise;
    return n;
}

struct length_word {
    const char *word;
    enum length_unit unit;
    int64_t scale; /* ms, or days */
    int64_t most;
};
static const struct length_word lengths[] = {{"seconds", LENGTH_ELAPSED_MS, 1000, 31622400},
                                             {"minutes", LENGTH_ELAPSED_MS, 60000, 527040},
                                             {"hours", LENGTH_ELAPSED_MS, 3600000, 87840},
                                             {"days", LENGTH_DAYS, 1, 3660},
                                             {"weeks", LENGTH_DAYS, 7, 520},
                                             {"working_hours", LENGTH_WORKING_MS, 3600000, 10000},
                                             {"working_days", LENGTH_WORKING_DAYS, 1, 2600}};

static const char *say(struct check *c, const char *text) {
    return text ? text : (c->faults->no_memory = true, "no memory");
}

bool value_length(struct check *c, const struct node *v, struct length *out, const char **why) {
    int64_t millionths = 0;
    *why = NULL;
    if (v->kind != NODE_CALL) return false;
    if (!strcmp(v->text, "day"))
        *why = say(c, arena_printf(c->arena, "%s is a day of a playbook; for a length of time write days(...)",
                                   value_shown(c, v)));
    for (size_t i = 0; i < ARRAY_LEN(lengths) && !*why; i++) {
        if (strcmp(lengths[i].word, v->text) != 0) continue;
        const struct node *arg = v->n_args == 1 ? v->args[0] : NULL;
        if (!arg || arg->kind != NODE_NUMBER || fixed_parse(arg->text, arg->text_len, &millionths) != OK)
            *why = say(c, arena_printf(c->arena, "‹%s› takes one number, as in %s(4)", v->text, v->text));
        else if (millionths <= 0) *why = "a length of time is more than nothing";
        else if (millionths > lengths[i].most * FIXED_ONE) *why = "ten years is the longest time that a file may wait";
        else if (lengths[i].unit != LENGTH_ELAPSED_MS && lengths[i].unit != LENGTH_WORKING_MS && millionths % FIXED_ONE)
            *why = say(c, arena_printf(c->arena, "‹%s› takes a whole number", v->text));
        else {
            out->unit = lengths[i].unit;
            out->n = 0;
            if (fixed_muldiv(millionths, lengths[i].scale, FIXED_ONE, &out->n) && out->n > 0) return true;
            *why = "this time is too short to be kept";
        }
    }
    return false;
}

/* rupees "2,50,000", percent(4), date "2026-12-01". */
bool value_unit(struct check *c, const struct node *v, struct value *out, const char **why) {
    struct fault f = {0};
    const struct unit *u = v->kind == NODE_CALL ? unit_find(v->text) : NULL;
    *why = NULL;
    if (!u || v->n_args != 1) return false;
    const struct node *arg = v->args[0];
    if (arg->kind != NODE_NUMBER && arg->kind != NODE_TEXT) return false;
    if (unit_value(u, arg->text, arg->text_len, arg->kind == NODE_TEXT, out, &f) == OK) return true;
    *why = say(c, arena_strdup(c->arena, f.text));
    return false;
}

static bool is_target(const struct node *v) {
    return (node_is_call(v, "go") || node_is_call(v, "finish")) && v->n_args == 1 && v->args[0]->kind == NODE_TEXT;
}

static bool list_of_texts(const struct node *v) {
    if (v->kind != NODE_TABLE || !v->n_items) return false;
    for (int i = 0; i < v->n_items; i++)
        if (v->items[i].key || v->items[i].value->kind != NODE_TEXT) return false;
    return true;
}

static bool keyed(const struct node *v) {
    if (v->kind != NODE_TABLE) return false;
    for (int i = 0; i < v->n_items; i++)
        if (!v->items[i].key) return false;
    return true;
}

static bool whole_number(const struct node *v) {
    int64_t n = value_int(v, -1);
    return v->kind == NODE_NUMBER && n >= 0 && n <= 1000000;
}

static bool money(struct check *c, const struct node *v, const char **why) {
    struct value got;
    return (v->kind == NODE_TEXT && v->text_len) || (value_unit(c, v, &got, why) && got.kind == TYPE_MONEY);
}

static bool share(struct check *c, const struct node *v, const char **why) {
    struct value got;
    int64_t n;
    if (v->kind == NODE_NUMBER) return fixed_parse(v->text, v->text_len, &n) == OK && n >= 0 && n <= FIXED_ONE;
    return value_unit(c, v, &got, why) && got.kind == TYPE_SHARE && got.n >= 0 && got.n <= FIXED_ONE;
}

static bool moment(struct check *c, const struct node *v, const char **why) {
    struct value got;
    if (v->kind == NODE_TEXT) return v->text_len > 0;
    if (node_is_call(v, "day") && c->file != IN_PLAYBOOK) {
        *why = "day(n) counts the days of a playbook; in a workflow write a date such as \"today + days(3)\"";
        return false;
    }
    return node_is_call(v, "day") || (value_unit(c, v, &got, why) && got.kind == TYPE_DATE);
}

static bool answers(struct check *c, const struct node *v, const char **why) {
    if (v->kind != NODE_TABLE || !v->n_items) return false;
    for (int i = 0; i < v->n_items; i++) {
        const struct item *it = &v->items[i];
        if (it->key && is_target(it->value)) continue;
        if (it->key)
            *why = say(
                c, arena_printf(c->arena,
                                "the answer ‹%s› should lead somewhere: go \"paragraph\" or finish \"outcome\", not %s",
                                it->key, value_shown(c, it->value)));
        else
            *why = say(c, arena_printf(c->arena, "%s lacks the answer it belongs to; write answer = go \"paragraph\"",
                                       value_shown(c, it->value)));
        return false;
    }
    return true;
}

static bool record_of(struct check *c, const struct node *v, const char *const *allowed, const char *const *needed,
                      const char **why) {
    struct length l;
    if (!keyed(v)) return false;
    for (int i = 0; i < v->n_items; i++) {
        const struct item *it = &v->items[i];
        bool known = false;
        for (const char *const *a = allowed; *a; a++) known |= !strcmp(*a, it->key);
        if (!known)
            *why = say(c, arena_printf(c->arena, "there is no field ‹%s› in it%s", it->key,
                                       faults_nearest(c->faults, it->key, allowed)));
        else if (!strcmp(it->key, "within") || !strcmp(it->key, "after")) {
            if (!value_length(c, it->value, &l, why) && !*why)
                *why = say(c, arena_printf(c->arena, "‹%s› should be a time such as working_hours(4), not %s", it->key,
                                           value_shown(c, it->value)));
        } else if (it->value->kind != NODE_TEXT)
            *why = say(c, arena_printf(c->arena, "‹%s› should be the name of a queue in quotes, not %s", it->key,
                                       value_shown(c, it->value)));
        if (*why) return false;
    }
    for (; *needed; needed++)
        if (!node_field(v, *needed)) {
            *why = say(c, arena_printf(c->arena, "‹%s› is missing in it; add %s = ...", *needed, *needed));
            return false;
        }
    return true;
}

static bool escalate(struct check *c, const struct node *v, const char **why) {
    static const char *const all[] = {"after", "to", NULL};
    if (v->kind != NODE_TABLE || !v->n_items) return false;
    if (v->items[0].key) return record_of(c, v, all, all, why);
    for (int i = 0; i < v->n_items; i++)
        if (v->items[i].key || !record_of(c, v->items[i].value, all, all, why)) return false;
    return true;
}

static bool stuck(struct check *c, const struct node *v, const char **why) {
    static const char *const all[] = {"queue", "within", "to", NULL}, *const needed[] = {"queue", "within", NULL};
    return record_of(c, v, all, needed, why);
}

static bool channels(const struct node *v) {
    if (node_is_call(v, "all")) return v->n_args == 1 && list_of_texts(v->args[0]);
    return list_of_texts(v);
}

static bool needs(struct check *c, const struct node *v, const char **why) {
    if (!keyed(v)) return false;
    for (int i = 0; i < v->n_items; i++)
        if (v->items[i].value->kind != NODE_TEXT) {
            *why =
                say(c, arena_printf(c->arena,
                                    "‹%s› should name an operation in quotes, such as \"scoring.credit_risk\", not %s",
                                    v->items[i].key, value_shown(c, v->items[i].value)));
            return false;
        }
    return true;
}

/* Whether `v` has the form; *why may hold a better sentence than "should be ...". */
static bool form_is(struct check *c, enum field_kind kind, const struct node *v, const char **why) {
    struct length l;
    switch (kind) {
    case FIELD_TEXT:
    case FIELD_NAME:
    case FIELD_EXPRESSION: return v->kind == NODE_TEXT && v->text_len > 0;
    case FIELD_NAMES:
    case FIELD_EXPRESSIONS: return list_of_texts(v);
    case FIELD_NAME_OR_NAMES: return v->kind == NODE_TEXT ? v->text_len > 0 : list_of_texts(v);
    case FIELD_INTEGER: return whole_number(v);
    case FIELD_NUMBER: return v->kind == NODE_NUMBER;
    case FIELD_TRUTH: return v->kind == NODE_TRUTH;
    case FIELD_LENGTH: return value_length(c, v, &l, why);
    case FIELD_MOMENT: return moment(c, v, why);
    case FIELD_MONEY: return money(c, v, why);
    case FIELD_SHARE: return share(c, v, why);
    case FIELD_TARGET: return is_target(v);
    case FIELD_BINDINGS:
    case FIELD_DATA:
    case FIELD_GIVES:
    case FIELD_THRESHOLDS: return keyed(v);
    case FIELD_ANSWERS: return answers(c, v, why);
    case FIELD_CHANNELS: return channels(v);
    case FIELD_ESCALATE: return escalate(c, v, why);
    case FIELD_STUCK: return stuck(c, v, why);
    case FIELD_NEEDS: return needs(c, v, why);
    case FIELD_ANY: return true;
    }
    return true;
}

/* dyas(7): the word before the brackets is misspelt. */
static const char *meant_word(struct check *c, const struct node *v) {
    static const char *const known[] = {"days",         "hours",   "minutes", "seconds", "weeks", "working_hours",
                                        "working_days", "percent", "rupees",  "date",    "go",    "finish",
                                        "all",          "text",    NULL};
    const char *near = v->kind == NODE_CALL ? text_nearest(v->text, known) : NULL;
    return near && strcmp(near, v->text) != 0 ? faults_nearest(c->faults, v->text, known) : "";
}

bool value_form(struct check *c, const struct node *call, const struct field *f, struct node *v) {
    const char *why = NULL;
    if (v->bad) return false;
    if (form_is(c, f->kind, v, &why)) return true;
    if (why) faults_node(c->faults, v, "bad-value", "%s: ‹%s›: %s", owner(c, call), f->name, why);
    else
        faults_node(c->faults, v, "bad-value", "%s: ‹%s› should be %s, not %s%s", owner(c, call), f->name,
                    field_kind_words(f->kind), value_shown(c, v), meant_word(c, v));
    return false;
}

/* --- constants as JSON --- */

static json_t *number_data_new(struct check *c, struct node *v, const struct type *want) {
    int64_t n = 0;
    if (fixed_parse(v->text, v->text_len, &n) != OK) {
        faults_node(c->faults, v, "bad-number", "%s has more digits than can be kept exactly (six after the point)",
                    v->text);
        return NULL;
    }
    if (want && want->kind == TYPE_MONEY) {
        faults_node(c->faults, v, "bare-money", "an amount names its currency; write %s(%s)",
                    unit_currency_word(want->currency), v->text);
        return NULL;
    }
    return n % FIXED_ONE ? json_real((double)n / (double)FIXED_ONE) : json_integer(n / FIXED_ONE);
}

static const struct type *field_type(const struct type *t, const char *name) {
    if (!t || t->kind != TYPE_RECORD) return NULL;
    for (const struct type_field *f = t->fields; f && f->name; f++)
        if (!strcmp(f->name, name)) return &f->type;
    return NULL;
}

static json_t *table_data_new(struct check *c, struct node *v, const struct type *want) {
    bool list = v->n_items && !v->items[0].key;
    json_t *all = list ? json_array() : json_object();
    for (int i = 0; all && i < v->n_items; i++) {
        struct item *it = &v->items[i];
        const struct type *t = list ? (want ? want->item : NULL) : it->key ? field_type(want, it->key) : NULL;
        json_t *one = NULL;
        if (list == !it->key) one = value_data_new(c, it->value, t);
        else
            faults_node(c->faults, it->value, "mixed-table",
                        "either every entry has a name here or none has; write name = %s", value_shown(c, it->value));
        if (!one || (list ? json_array_append_new(all, one) : json_object_set_new(all, it->key, one))) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

static json_t *call_data_new(struct check *c, struct node *v) {
    struct value got;
    struct length l;
    const char *why = NULL;
    if (node_is_call(v, "sample") && v->n_args == 1 && v->args[0]->kind == NODE_TEXT) {
        const char *s = sample_value(v->args[0]->text);
        if (s) return json_string(s);
        faults_node(c->faults, v, "unknown-name", "there is no sample \"%s\"%s", v->args[0]->text,
                    faults_nearest(c->faults, v->args[0]->text, sample_names()));
        return NULL;
    }
    if (node_is_call(v, "text") && v->n_args == 1 && v->args[0]->kind == NODE_TEXT)
        return json_stringn(v->args[0]->text, v->args[0]->text_len);
    if (value_unit(c, v, &got, &why)) return value_json_new(&got);
    if (!why && value_length(c, v, &l, &why)) return json_integer(l.n);
    if (why) faults_node(c->faults, v, "bad-value", "%s", why);
    else
        faults_node(c->faults, v, "bad-value", "‹%s› makes no constant%s", v->text,
                    faults_nearest(c->faults, v->text, unit_names()));
    return NULL;
}

json_t *value_data_new(struct check *c, struct node *v, const struct type *want) {
    if (v->bad) return NULL;
    switch (v->kind) {
    case NODE_TEXT: return json_stringn(v->text, v->text_len);
    case NODE_TRUTH: return json_boolean(v->truth);
    case NODE_NUMBER: return number_data_new(c, v, want);
    case NODE_TABLE: return table_data_new(c, v, want);
    case NODE_CALL: return call_data_new(c, v);
    case NODE_WORD: break;
    }
    faults_node(c->faults, v, "bare-word", "‹%s› is not a value; if it is text, put it in quotes", v->text);
    return NULL;
}

const char *const *names_new(struct check *c, const struct node *table, int *n) {
    int most = table && table->kind == NODE_TABLE ? table->n_items : 0;
    const char **all = arena_alloc(c->arena, sizeof *all * (size_t)(most + 1));
    if (n) *n = 0;
    if (!all) {
        c->faults->no_memory = true;
        return NULL;
    }
    int at = 0;
    for (int i = 0; i < most; i++)
        if (table->items[i].value->kind == NODE_TEXT) all[at++] = table->items[i].value->text;
    if (n) *n = at;
    return all;
}
