/* redact.c - see redact.h. What has no schema is hidden whole: unknown is not harmless. */
#include "base/redact.h"

static json_t *hidden(void) { return json_string(REDACTED); }

static json_t *redact_object(const json_t *value, const json_t *schema) {
    const json_t *properties = json_object_get(schema, "properties");
    json_t *out = json_object(), *field;
    const char *name;
    json_object_foreach((json_t *)value, name, field) {
        const json_t *s = json_object_get(properties, name);
        if (json_put_take(out, name, s ? redact_new(field, s) : hidden()) != OK) return json_decref(out), NULL;
    }
    return out;
}

/* A value that may be one of several things is as personal as the worst of them. */
static bool is_told(const json_t *schema) {
    static const char *const elsewhere[] = {"$ref", "oneOf", "anyOf", "allOf"};
    for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
        if (json_object_get(schema, elsewhere[i])) return false;
    return schema && !json_bool(schema, "x-personal", false);
}

json_t *redact_new(const json_t *value, const json_t *schema) {
    if (json_is_null(value)) return json_null();
    if (!is_told(schema)) return hidden();
    if (json_is_object(value)) return redact_object(value, schema);
    if (!json_is_array(value)) return json_deep_copy(value);
    json_t *out = json_array(), *item;
    size_t i;
    json_array_foreach((json_t *)value, i, item)
        if (json_array_append_new(out, redact_new(item, json_object_get(schema, "items"))) != 0) return json_decref(out), NULL;
    return out;
}
