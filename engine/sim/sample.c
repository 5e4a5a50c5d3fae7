/* sample.c - the schema's own example, default, first word or least number; required fields only. */
#include "sim/sample.h"

#include <string.h>

static json_t *text_new(const json_t *schema) {
    const char *format = json_text(schema, "format", "");
    if (!strcmp(format, "date")) return json_string("1990-01-15");
    if (!strcmp(format, "date-time")) return json_string("2026-01-02T04:30:00Z");
    int64_t least = json_int(schema, "minLength", 0);
    char text[64] = "example";
    if (least > 7 && least < 64) memset(text, 'x', (size_t)least);
    return json_string(text);
}

static json_t *object_new(const json_t *schema, const json_t *amount) {
    json_t *out = json_object(), *name;
    size_t i;
    json_array_foreach(json_object_get(schema, "required"), i, name) {
        const char *key = json_string_value(name);
        const json_t *part = json_object_get(json_object_get(schema, "properties"), key ? key : "");
        if (!key || !out) continue;
        json_t *v = amount && !strcmp(key, "amount") ? json_incref((json_t *)amount) : sample_new(part, NULL);
        if (json_object_set_new(out, key, v)) return out;
    }
    return out;
}

json_t *sample_new(const json_t *schema, const json_t *amount) {
    const json_t *examples = json_object_get(schema, "examples"), *words = json_object_get(schema, "enum");
    const json_t *type = json_object_get(schema, "type");
    const char *t = json_is_array(type) ? json_string_value(json_array_get(type, 0)) : json_string_value(type);
    if (json_array_size(examples)) return json_deep_copy(json_array_get(examples, 0));
    if (json_object_get(schema, "default")) return json_deep_copy(json_object_get(schema, "default"));
    if (json_array_size(words)) return json_deep_copy(json_array_get(words, 0));
    if (!t) return json_object();
    if (!strcmp(t, "object")) return object_new(schema, amount);
    if (!strcmp(t, "array")) return json_array();
    if (!strcmp(t, "boolean")) return json_false();
    if (!strcmp(t, "integer") || !strcmp(t, "number")) {
        json_int_t least = (json_int_t)json_int(schema, "minimum", 0);
        return json_integer(least > 0 ? least : 1);
    }
    return text_new(schema);
}
