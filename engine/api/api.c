/* api.c - assembles the API: schemas, compiled bodies, the document. */
#include "api/api.h"

#include <string.h>

#include "api/access.h"
#include "api/bucket.h"
#include "api/openapi.h"
#include "api/request.h"
#include "api/schemas.h"
#include "base/map.h"

static enum err compile(struct api *a, const json_t *local, const char *name, struct fault *f) {
    struct schema *s = NULL;
    enum err e = schemas_compile(local, name, &s, f);
    if (e == OK && (e = map_put(a->body_schemas, name, strlen(name), s, NULL)) != OK) schema_free(s);
    return e;
}

static enum err compile_bodies(struct api *a, struct fault *f) {
    json_auto_t *local = schemas_local_new(a->schemas);
    if (!local) return ERR_NOMEM;
    for (const struct route *const *t = all_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
            if (!r->body || api_schema(a, r->body)) continue;
            enum err e = compile(a, local, r->body, f);
            if (e != OK) return e;
        }
    return OK;
}

static enum err assemble(struct api *a, struct fault *f) {
    enum err e = schemas_read(&a->schemas, f);
    if (e == OK) e = schemas_add_live(a->schemas, a->c.definitions, a->c.registry);
    if (e == OK) e = compile_bodies(a, f);
    if (e != OK) return e;
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
    a->webhook_sources = buckets_new(c->webhooks_per_s ? c->webhooks_per_s : 50, c->webhooks_burst ? c->webhooks_burst : 200);
    enum err e = a->body_schemas && a->keys && a->webhook_sources ? assemble(a, f) : ERR_NOMEM;
    if (e != OK) return api_free(a), e;
    *out = a;
    return OK;
}

static void free_schema(void *s) { schema_free(s); }

void api_free(struct api *a) {
    if (!a) return;
    access_free(a);
    buckets_free(a->webhook_sources);
    map_free(a->body_schemas, free_schema);
    json_decref(a->schemas);
    json_decref(a->openapi);
    free(a);
}

const struct schema *api_schema(const struct api *a, const char *name) {
    return map_get(a->body_schemas, name, strlen(name));
}

void api_drain(struct api *a) {
    if (!a) return;
    a->draining = true;
    wait_hurry_all(a);
}
json_t *api_openapi_new(const struct api *a) { return json_deep_copy(a->openapi); }
