/* cases.c - reads a case type's file. */
#include "flow/cases.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool has_personal(const json_t *schema, int depth) {
    if (!json_is_object(schema) || depth > 16) return false;
    if (json_bool(schema, "x-personal", false)) return true;
    const char *key;
    json_t *part;
    json_object_foreach(json_object_get(schema, "properties"), key, part)
        if (has_personal(part, depth + 1)) return true;
    return has_personal(json_object_get(schema, "items"), depth + 1);
}

/* A part that may be one of several things, or is not described, might be personal: it is not open. */
static bool is_open(const json_t *schema, int depth) {
    static const char *const elsewhere[] = {"$ref", "oneOf", "anyOf", "allOf"};
    for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
        if (json_object_get(schema, elsewhere[i])) return false;
    const json_t *properties = json_object_get(schema, "properties"), *items = json_object_get(schema, "items");
    const char *type = json_text(schema, "type", json_object_get(schema, "enum") ? "string" : ""), *key;
    if (!*type || depth > 16 || json_bool(schema, "x-personal", false)) return false;
    json_t *part;
    json_object_foreach((json_t *)properties, key, part)
        if (!is_open(part, depth + 1)) return false;
    if (!strcmp(type, "object")) return properties && json_is_false(json_object_get(schema, "additionalProperties"));
    return strcmp(type, "array") || is_open(items, depth + 1);
}

bool schema_is_open(const json_t *schema) { return json_is_object(schema) && is_open(schema, 0); }

static bool is_word(const char *s) {
    size_t n = s ? strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;
    return n && n <= 40 && !s[n];
}

/* `list` names fields of `schema` that may be told. */
static enum err check_fields(const json_t *list, const json_t *schema, const char *where, struct fault *f) {
    const json_t *properties = json_object_get(schema, "properties"), *name;
    size_t i;
    json_array_foreach((json_t *)list, i, name) {
        const json_t *field = json_is_string(name) ? json_object_get(properties, json_string_value(name)) : NULL;
        if (!field) return fault_set(f, ERR_INVALID, where, "\"%s\" is not a field", json_is_string(name) ? json_string_value(name) : "?");
        if (!schema_is_open(field))
            return fault_set(f, ERR_INVALID, where, "\"%s\" is personal, or its schema does not say all of what it holds", json_string_value(name));
    }
    return OK;
}

/* {"name": {"type": "offered", "data": [...]}}; `schemas` NULL: known only when it comes (outbox.c looks then). */
static enum err check_tellings(const json_t *tellings, const json_t *schemas, const char *where, struct fault *f) {
    const char *name;
    json_t *one;
    json_object_foreach((json_t *)tellings, name, one) {
        if (!is_word(json_text(one, "type", NULL)))
            return fault_set(f, ERR_INVALID, where, "\"%s\" needs a \"type\": a word of a-z, 0-9 and _", name);
        if (!schemas) continue;
        const json_t *schema = json_object_get(schemas, name);
        if (!schema) return fault_set(f, ERR_INVALID, where, "\"%s\" is not an event of this case", name);
        enum err e = check_fields(json_object_get(one, "data"), schema, where, f);
        if (e != OK) return e;
    }
    return OK;
}

static enum err read_publish(struct case_type *c, struct fault *f) {
    const json_t *p = json_object_get(c->definition, "publish");
    json_auto_t *none = json_object();
    if (!p) return OK;
    if (!none) return ERR_NOMEM;
    c->publish = (struct case_publish){json_text(p, "as", NULL), json_object_get(p, "case"), json_object_get(p, "answers"),
                                       json_object_get(p, "events")};
    if (!is_word(c->publish.as)) return fault_set(f, ERR_INVALID, "/publish/as", "a word of a-z, 0-9 and _ such as \"application\" is needed");
    enum err e = check_fields(c->publish.fields, c->case_schema, "/publish/case", f);
    if (e == OK) e = check_tellings(c->publish.answers, NULL, "/publish/answers", f);
    return e == OK ? check_tellings(c->publish.events, c->events ? c->events : none, "/publish/events", f) : e;
}

static enum err read_clock(struct case_type *c, struct fault *f) {
    const char *zone = json_text(c->definition, "zone", NULL);
    if (zone && zone_open(zone, &c->zone) != OK)
        return fault_set(f, ERR_INVALID, "/zone", "there is no time zone called '%s'", zone);
    const json_t *calendar = json_object_get(c->definition, "calendar");
    if (!calendar) return OK;
    return calendar_new(calendar, &c->calendar, f);
}

static enum err read_definition(struct case_type *c, struct fault *f) {
    c->case_schema = json_object_get(c->definition, "case");
    if (!json_is_object(c->case_schema))
        return fault_set(f, ERR_INVALID, "/case", "a case type needs \"case\": a JSON Schema");
    c->events = json_object_get(c->definition, "events");
    c->key = json_text(c->definition, "key", NULL);
    const json_t *who = json_object_get(c->definition, "customer"), *field;
    size_t i;
    json_array_foreach(who, i, field) {
        if (i >= CASE_CUSTOMER_MAX || !json_is_string(field))
            return fault_set(f, ERR_INVALID, "/customer", "at most %d names of fields", CASE_CUSTOMER_MAX);
        c->customer[i] = json_string_value(field);
    }
    c->personal = has_personal(c->case_schema, 0);
    enum err e = schema_new(c->case_schema, &c->schema, f);
    if (e == OK) e = read_publish(c, f);
    return e != OK ? e : read_clock(c, f);
}

enum err case_type_new(const char *name, const json_t *definition, struct case_type **out,
                       struct fault *f) {
    struct case_type *c = calloc(1, sizeof *c);
    if (!c) return fault_set(f, ERR_NOMEM, name, "no memory");
    (void)text_copy(c->name, sizeof c->name, name);
    c->definition = json_deep_copy(definition);
    enum err e = c->definition ? read_definition(c, f) : fault_set(f, ERR_NOMEM, name, "no memory");
    if (e != OK) {
        case_type_free(c);
        return e;
    }
    *out = c;
    return OK;
}

void case_type_free(struct case_type *c) {
    if (!c) return;
    if (c->zone) zone_close(c->zone);
    if (c->calendar) calendar_free(c->calendar);
    if (c->schema) schema_free(c->schema);
    json_decref(c->definition);
    free(c);
}

static int64_t add(int64_t a, int64_t b) {
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX / 2 : sum;
}

int64_t case_after(const struct case_type *c, const struct length *l, int64_t from_ms) {
    const struct calendar *cal = c ? c->calendar : NULL;
    const struct zone *z = c ? c->zone : NULL;
    switch (l->unit) {
    case LENGTH_NONE: return 0;
    case LENGTH_ELAPSED_MS: return add(from_ms, l->n);
    case LENGTH_WORKING_MS:
        return cal ? calendar_after_working_ms(cal, from_ms, l->n) : add(from_ms, l->n);
    case LENGTH_WORKING_DAYS:
        if (cal) return calendar_after_working_days(cal, from_ms, (int)l->n);
        break;
    case LENGTH_DAYS: break;
    }
    if (!z) return add(from_ms, l->n * INT64_C(86400000));
    int32_t day = zone_day(z, from_ms);
    int64_t into = from_ms - zone_day_start_ms(z, day);
    return add(zone_day_start_ms(z, day + (int32_t)l->n), into);
}

int64_t case_instant(const struct case_type *c, const struct value *v, bool last_of_day) {
    if (v->missing) return 0;
    if (v->kind != TYPE_DATE) return v->n;
    int32_t day = (int32_t)(v->n + (last_of_day ? 1 : 0));
    int64_t start = c && c->zone ? zone_day_start_ms(c->zone, day) : day * INT64_C(86400000);
    return last_of_day ? start - 1 : start;
}
