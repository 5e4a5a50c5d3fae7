/* schemas.c - see schemas.h. */
#include "api/schemas.h"

#include <string.h>

#include "api/servicing.h"
#include "base/embed.h"
#include "connectors/connector.h"
#include "flow/definitions.h"

enum err schemas_read(json_t **out_new, struct fault *f) {
    size_t n = 0;
    const char *text = embed_find("engine/api/web/schemas.json", &n);
    *out_new = NULL;
    if (!text) return fault_set(f, ERR_BUG, "schemas.json", "not in this build");
    return json_parse(text, n, &JSON_LIMITS_OWN, out_new, f);
}

/* "#/components/schemas/X" in the document is "#/$defs/X" for the checker. */
json_t *schemas_local_new(const json_t *v) {
    static const char prefix[] = "#/components/schemas/";
    if (json_is_string(v) && !strncmp(json_string_value(v), prefix, sizeof prefix - 1)) {
        char ref[160];
        snprintf(ref, sizeof ref, "#/$defs/%s", json_string_value(v) + sizeof prefix - 1);
        return json_string(ref);
    }
    if (json_is_array(v)) {
        json_t *out = json_array(), *item;
        size_t i;
        json_array_foreach((json_t *)v, i, item)
            if (json_array_append_new(out, schemas_local_new(item)) != 0) return json_decref(out), NULL;
        return out;
    }
    if (!json_is_object(v)) return json_deep_copy(v);
    json_t *out = json_object(), *item;
    const char *key;
    json_object_foreach((json_t *)v, key, item)
        if (json_put_take(out, key, schemas_local_new(item)) != OK) return json_decref(out), NULL;
    return out;
}

enum err schemas_compile(const json_t *local, const char *name, struct schema **out, struct fault *f) {
    const json_t *one = json_object_get(local, name);
    if (!one) return fault_set(f, ERR_BUG, name, "no schema of this name");
    json_auto_t *alone = json_deep_copy(one);
    if (!alone || json_put_take(alone, "$defs", json_incref((json_t *)local)) != OK) return ERR_NOMEM;
    return schema_new(alone, out, f);
}

/* What a client may send: fields that the engine fills are left out. */
static json_t *writable_new(const json_t *schema) {
    json_t *out = json_deep_copy(schema), *properties = json_object_get(out, "properties"), *field;
    json_t *required = json_object_get(out, "required");
    const char *name;
    void *next;
    json_object_foreach_safe(properties, next, name, field) {
        if (!json_bool(field, "readOnly", false)) continue;
        for (size_t i = json_array_size(required); i-- > 0;)
            if (!strcmp(json_string_value(json_array_get(required, i)), name)) json_array_remove(required, i);
        json_object_del(properties, name);
    }
    return out;
}

/* What a client says of a loan: its case without what the path and the API say. */
static enum err add_servicing(json_t *schemas, const struct catalog *c) {
    static const char *const ours[] = {"loan", "requested_by", "closing"};
    for (const struct servicing *s = servicing_all; s->workflow; s++) {
        const json_t *type = c->case_type ? c->case_type(c->who, s->workflow) : NULL;
        json_t *schema = type ? json_deep_copy(json_object_get(type, "case")) : json_pack("{s:s}", "type", "object");
        json_t *required = json_object_get(schema, "required");
        for (size_t k = 0; k < ARRAY_LEN(ours); k++) {
            (void)json_object_del(json_object_get(schema, "properties"), ours[k]);
            for (size_t i = json_array_size(required); i-- > 0;)
                if (!strcmp(json_string_value(json_array_get(required, i)), ours[k])) json_array_remove(required, i);
        }
        enum err e = json_put_take(schemas, s->schema, schema);
        if (e != OK) return e;
    }
    return OK;
}

enum err schemas_add_live(json_t *schemas, const struct definitions *d, const struct registry *r) {
    const struct catalog *c = definitions_catalog(d);
    const json_t *type = c->case_type ? c->case_type(c->who, "loan_application") : NULL;
    const struct op_decl *score = registry_decl(r, "scoring.credit_risk");
    json_auto_t *open = json_pack("{s:s}", "type", "object");
    enum err e = json_put_take(schemas, "LoanApplication", writable_new(type ? json_object_get(type, "case") : open));
    if (e == OK) e = add_servicing(schemas, c);
    if (e == OK) e = json_put_take(schemas, "ScoreRequest", json_incref(score ? (json_t *)score->input : open));
    return e == OK ? json_put_take(schemas, "Score", json_incref(score ? (json_t *)score->output : open)) : e;
}
