/* api.c - assembles the API: schemas, compiled bodies, the document. */
#include "api/api.h"

#include <string.h>

#include "api/access.h"
#include "api/openapi.h"
#include "api/request.h"
#include "base/embed.h"
#include "base/map.h"
#include "connectors/connector.h"
#include "flow/definitions.h"

/* A schema from components/schemas, compiled alone: references are made local under $defs. */
static json_t *alone_new(const json_t *schemas, const char *name) {
    json_t *one = json_deep_copy(json_object_get(schemas, name));
    if (one) json_object_set(one, "$defs", (json_t *)schemas);
    return one;
}

/* "#/components/schemas/X" in the document is "#/$defs/X" for the checker. */
static json_t *with_local_refs_new(const json_t *v) {
    static const char prefix[] = "#/components/schemas/";
    if (json_is_string(v) && !strncmp(json_string_value(v), prefix, sizeof prefix - 1)) {
        char ref[160];
        snprintf(ref, sizeof ref, "#/$defs/%s", json_string_value(v) + sizeof prefix - 1);
        return json_string(ref);
    }
    if (json_is_array(v)) {
        json_t *out = json_array(), *item;
        size_t i;
        json_array_foreach((json_t *)v, i, item) json_array_append_new(out, with_local_refs_new(item));
        return out;
    }
    if (!json_is_object(v)) return json_deep_copy(v);
    json_t *out = json_object(), *item;
    const char *key;
    json_object_foreach((json_t *)v, key, item) json_object_set_new(out, key, with_local_refs_new(item));
    return out;
}

static enum err compile(struct api *a, const json_t *local, const char *name, struct fault *f) {
    json_auto_t *alone = alone_new(local, name);
    struct schema *s = NULL;
    if (!alone) return fault_set(f, ERR_BUG, name, "no schema of this name");
    enum err e = schema_new(alone, &s, f);
    if (e == OK && (e = map_put(a->body_schemas, name, strlen(name), s, NULL)) != OK) schema_free(s);
    return e;
}

static enum err compile_bodies(struct api *a, struct fault *f) {
    json_auto_t *local = with_local_refs_new(a->schemas);
    for (const struct route *const *t = all_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
            if (!r->body || api_schema(a, r->body)) continue;
            enum err e = compile(a, local, r->body, f);
            if (e != OK) return e;
        }
    return OK;
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

/* What the strategy files and connectors say: the case of an application, the scorer's input and output. */
static void add_live_schemas(struct api *a) {
    const struct catalog *c = definitions_catalog(a->c.definitions);
    const json_t *type = c->case_type ? c->case_type(c->who, "loan_application") : NULL;
    const struct op_decl *score = registry_decl(a->c.registry, "scoring.credit_risk");
    json_t *open = json_pack("{s:s}", "type", "object");
    json_object_set_new(a->schemas, "LoanApplication", writable_new(type ? json_object_get(type, "case") : open));
    json_object_set(a->schemas, "ScoreRequest", score ? (json_t *)score->input : open);
    json_object_set(a->schemas, "Score", score ? (json_t *)score->output : open);
    json_decref(open);
}

static enum err assemble(struct api *a, struct fault *f) {
    size_t n = 0;
    const char *text = embed_find("engine/api/web/schemas.json", &n);
    enum err e = text ? json_parse(text, n, &JSON_LIMITS_OWN, &a->schemas, f) : fault_set(f, ERR_BUG, "schemas.json", "not in this build");
    if (e != OK) return e;
    add_live_schemas(a);
    if ((e = compile_bodies(a, f)) != OK) return e;
    a->openapi = openapi_new(all_routes, a->schemas);
    return a->openapi ? OK : ERR_NOMEM;
}

enum err api_new(const struct api_config *c, struct api **out, struct fault *f) {
    struct api *a = calloc(1, sizeof *a);
    if (!a) return ERR_NOMEM;
    a->c = *c;
    a->started_ms = loop_now_ms(c->loop);
    a->body_schemas = map_new();
    a->keys = map_new();
    enum err e = a->body_schemas && a->keys ? assemble(a, f) : ERR_NOMEM;
    if (e != OK) return api_free(a), e;
    *out = a;
    return OK;
}

static void free_schema(void *s) { schema_free(s); }

void api_free(struct api *a) {
    if (!a) return;
    access_free(a);
    map_free(a->body_schemas, free_schema);
    json_decref(a->schemas);
    json_decref(a->openapi);
    free(a);
}

const struct schema *api_schema(const struct api *a, const char *name) {
    return map_get(a->body_schemas, name, strlen(name));
}

void api_drain(struct api *a) { a->draining = true; }
json_t *api_openapi_new(const struct api *a) { return json_deep_copy(a->openapi); }
