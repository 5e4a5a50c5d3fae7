/* type_schema.c - the subset of JSON Schema that the language can reason about; the rest is opaque. */
#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "base/zone.h"
#include "dsl/expr_node.h"

/* A $ref costs more depth: a schema that refers to itself ends as opaque before it fills the arena. */
enum { SCHEMA_DEPTH = 12, REF_DEPTH = 4 };

struct making {
    struct arena *arena;
    const json_t *root;
    bool nomem;
};

static void make(struct making *m, const json_t *schema, int depth, struct type *out);

static const json_t *follow(const struct making *m, const json_t *schema) {
    for (int i = 0; i < 8; i++) {
        const char *ref = json_string_value(json_object_get(schema, "$ref"));
        if (!ref) return schema;
        if (strncmp(ref, "#/$defs/", 8)) return NULL;
        schema = json_object_get(json_object_get(m->root, "$defs"), ref + 8);
    }
    return NULL;
}

/* "type" may be one word or a list; null in it means the value may be missing. Two others: opaque. */
static const char *type_word(const json_t *schema, bool *maybe) {
    const json_t *t = json_object_get(schema, "type"), *one;
    const char *word = NULL;
    size_t i;
    if (json_is_string(t)) return json_string_value(t);
    json_array_foreach((json_t *)t, i, one) {
        const char *w = json_string_value(one);
        if (!w) return NULL;
        if (!strcmp(w, "null")) *maybe = true;
        else if (word) return NULL;
        else word = w;
    }
    return word;
}

static bool enum_words(struct making *m, const json_t *list, struct type *out) {
    size_t n = json_array_size(list), k = 0;
    const char **words = arena_alloc(m->arena, (n + 1) * sizeof *words);
    if (!words) return m->nomem = true, false;
    for (size_t i = 0; i < n; i++) {
        const json_t *w = json_array_get(list, i);
        if (json_is_null(w)) {
            out->maybe = true;
            continue;
        }
        if (!json_is_string(w)) return false;
        if (!(words[k++] = arena_strdup(m->arena, json_string_value(w)))) return m->nomem = true, false;
    }
    out->kind = k ? TYPE_ONE_OF : TYPE_OPAQUE;
    out->words = words;
    return true;
}

static bool limit_of(const struct type *t, const json_t *j, int64_t *out) {
    bool whole = t->kind == TYPE_MONEY || t->kind == TYPE_ELAPSED || t->kind == TYPE_CALENDAR_LENGTH;
    if (!json_is_number(j)) return false;
    if (whole && json_is_integer(j)) return *out = json_integer_value(j), true;
    if (json_is_integer(j)) return fixed_muldiv(json_integer_value(j), FIXED_ONE, 1, out);
    if (fixed_from_double(json_real_value(j), out) != OK) return false;
    return !whole || fixed_muldiv(*out, 1, FIXED_ONE, out);
}

static void bounds(const json_t *schema, struct type *out) {
    int64_t unit = out->kind == TYPE_NUMBER && out->integer ? FIXED_ONE : 1, n;
    if (limit_of(out, json_object_get(schema, "minimum"), &n)) out->bounded_below = true, out->least = n;
    if (limit_of(out, json_object_get(schema, "maximum"), &n)) out->bounded_above = true, out->most = n;
    if (limit_of(out, json_object_get(schema, "exclusiveMinimum"), &n) && fixed_add(n, unit, &out->least))
        out->bounded_below = true;
    if (limit_of(out, json_object_get(schema, "exclusiveMaximum"), &n) && fixed_sub(n, unit, &out->most))
        out->bounded_above = true;
}

static void number(const json_t *schema, bool integer, struct type *out) {
    const char *unit = json_string_value(json_object_get(schema, "x-unit"));
    const char *currency = json_string_value(json_object_get(schema, "x-currency"));
    out->kind = TYPE_NUMBER;
    out->integer = integer;
    if (unit && !strcmp(unit, "share")) out->kind = TYPE_SHARE;
    else if (unit && !strcmp(unit, "money")) out->kind = TYPE_MONEY;
    else if (unit && !strcmp(unit, "days")) out->kind = TYPE_CALENDAR_LENGTH;
    else if (unit && !strcmp(unit, "ms")) out->kind = TYPE_ELAPSED;
    if (out->kind == TYPE_MONEY && currency && !text_copy(out->currency, sizeof out->currency, currency))
        out->kind = TYPE_OPAQUE;
    bounds(schema, out);
}

static void string(const json_t *schema, struct type *out) {
    const char *format = json_string_value(json_object_get(schema, "format"));
    out->kind = TYPE_TEXT;
    if (format && !strcmp(format, "date")) out->kind = TYPE_DATE;
    if (format && !strcmp(format, "date-time")) out->kind = TYPE_INSTANT;
}

static bool required(const json_t *schema, const char *name) {
    const json_t *list = json_object_get(schema, "required"), *one;
    size_t i;
    json_array_foreach((json_t *)list, i, one) {
        if (text_eq(json_string_value(one), name)) return true;
    }
    return false;
}

static void record(struct making *m, const json_t *schema, int depth, struct type *out) {
    json_t *props = json_object_get(schema, "properties"), *one;
    const char *name;
    size_t k = 0, n = json_object_size(props);
    if (!n) return; /* nothing is said about its fields: opaque */
    struct type_field *fields = arena_alloc(m->arena, (n + 1) * sizeof *fields);
    if (!fields) {
        m->nomem = true;
        return;
    }
    json_object_foreach(props, name, one) {
        fields[k].name = arena_strdup(m->arena, name);
        if (!fields[k].name) m->nomem = true;
        make(m, one, depth - 1, &fields[k].type);
        if (!required(schema, name)) fields[k].type.maybe = true;
        k++;
    }
    out->kind = TYPE_RECORD;
    out->fields = fields;
}

static void list(struct making *m, const json_t *schema, int depth, struct type *out) {
    struct type *item = arena_alloc(m->arena, sizeof *item);
    if (!item) {
        m->nomem = true;
        return;
    }
    item->kind = TYPE_OPAQUE;
    const json_t *items = json_object_get(schema, "items");
    if (json_is_object(items)) make(m, items, depth - 1, item);
    out->kind = TYPE_LIST;
    out->item = item;
}

static void by_word(struct making *m, const json_t *schema, const char *word, int depth, struct type *out) {
    if (!strcmp(word, "boolean")) out->kind = TYPE_TRUTH;
    else if (!strcmp(word, "integer")) number(schema, true, out);
    else if (!strcmp(word, "number")) number(schema, false, out);
    else if (!strcmp(word, "string")) string(schema, out);
    else if (!strcmp(word, "object")) record(m, schema, depth, out);
    else if (!strcmp(word, "array")) list(m, schema, depth, out);
}

static int better_of(const json_t *schema) {
    const char *b = json_string_value(json_object_get(schema, "x-better"));
    if (b && !strcmp(b, "lower")) return -1;
    return b && !strcmp(b, "higher") ? 1 : 0;
}

static void make(struct making *m, const json_t *schema, int depth, struct type *out) {
    *out = (struct type){.kind = TYPE_OPAQUE};
    if (json_object_get(schema, "$ref")) depth -= REF_DEPTH;
    if (depth <= 0 || !(schema = follow(m, schema)) || !json_is_object(schema)) return;
    out->personal = json_is_true(json_object_get(schema, "x-personal"));
    out->better = better_of(schema);
    if (json_object_get(schema, "oneOf") || json_object_get(schema, "anyOf") || json_object_get(schema, "allOf"))
        return;
    const char *word = type_word(schema, &out->maybe);
    const json_t *words = json_object_get(schema, "enum");
    if (json_is_array(words) && enum_words(m, words, out)) return;
    if (!word && json_object_get(schema, "properties")) word = "object";
    if (word) by_word(m, schema, word, depth, out);
}

const struct type *type_from_schema(const json_t *schema, struct arena *a) {
    struct making m = {.arena = a, .root = schema};
    struct type *t = arena_alloc(a, sizeof *t);
    if (!t) return NULL;
    make(&m, schema, SCHEMA_DEPTH, t);
    return m.nomem ? NULL : t;
}
