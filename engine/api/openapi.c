/* openapi.c - see openapi.h. */
#include "api/openapi.h"

#include <string.h>

#include "api/request.h"

static json_t *schema_ref(const char *name) {
    char ref[120];
    snprintf(ref, sizeof ref, "#/components/schemas/%s", name);
    return json_pack("{s:s}", "$ref", ref);
}

static json_t *content(const char *media, const char *schema) {
    json_t *type = schema ? json_pack("{s:o}", "schema", schema_ref(schema)) : json_pack("{s:{s:s}}", "schema", "type", "string");
    return json_pack("{s:o}", media, type);
}

static json_t *responses(const struct route *r) {
    json_t *out = json_object();
    for (const struct answer_doc *a = r->answers; a->status; a++) {
        char status[8];
        snprintf(status, sizeof status, "%d", a->status);
        const char *media = a->status >= 400 ? "application/problem+json" : r->media ? r->media : "application/json";
        json_object_set_new(out, status, json_pack("{s:s, s:o}", "description", a->about, "content", content(media, a->schema)));
    }
    if (r->roles) {
        json_object_set_new(out, "401", json_pack("{s:s, s:o}", "description", "No or unknown API key", "content", content("application/problem+json", "Problem")));
        json_object_set_new(out, "403", json_pack("{s:s, s:o}", "description", "Another role is needed", "content", content("application/problem+json", "Problem")));
        if (!json_object_get(out, "429"))
            json_object_set_new(out, "429", json_pack("{s:s, s:o}", "description", "Too many API keys that are not known are being tried", "content", content("application/problem+json", "Problem")));
    }
    if (r->body && !json_object_get(out, "400"))
        json_object_set_new(out, "400", json_pack("{s:s, s:o}", "description", "Not well formed", "content", content("application/problem+json", "Problem")));
    return out;
}

static json_t *param_new(const char *name, const char *in, const char *about, bool required, const char *schema) {
    json_t *s = json_loads(schema, 0, NULL);
    json_t *p = json_pack("{s:s, s:s, s:b, s:o}", "name", name, "in", in, "required", required, "schema", s);
    if (p && about && *about) json_object_set_new(p, "description", json_string(about));
    return p;
}

static json_t *parameters(const struct route *r) {
    json_t *out = json_array();
    for (const char *p = strchr(r->path, '{'); p; p = strchr(p + 1, '{')) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p + 1, "}"), p + 1);
        json_array_append_new(out, param_new(name, "path", NULL, true, "{\"type\":\"string\"}"));
    }
    for (const struct param_doc *q = r->query; q && q->name; q++)
        json_array_append_new(out, param_new(q->name, "query", q->about, false, q->schema));
    if (r->idempotent) {
        json_array_append_new(out, param_new("Idempotency-Key", "header", "A repeat with the same key and body joins the first.", false,
                                             "{\"type\":\"string\",\"minLength\":1,\"maxLength\":200}"));
        json_array_append_new(out, param_new("Prefer", "header", "wait=N waits up to N seconds for the decision.", false, "{\"type\":\"string\"}"));
    }
    return out;
}

static json_t *operation_new(const struct route *r) {
    json_t *op = json_pack("{s:s, s:s, s:s, s:[s], s:o, s:o}", "operationId", r->id, "summary", r->about, "description", r->about,
                           "tags", r->tag, "parameters", parameters(r), "responses", responses(r));
    if (op && r->body)
        json_object_set_new(op, "requestBody", json_pack("{s:b, s:o}", "required", 1, "content", content("application/json", r->body)));
    if (op && !r->roles) json_object_set_new(op, "security", json_array());
    return op;
}

static void lower(char *s) {
    for (; *s; s++)
        if (*s >= 'A' && *s <= 'Z') *s = (char)(*s + 32);
}

static json_t *paths_new(const struct route *const *tables) {
    json_t *paths = json_object();
    for (; *tables; tables++)
        for (const struct route *r = *tables; r->method; r++) {
            char method[12];
            snprintf(method, sizeof method, "%s", r->method);
            lower(method);
            if (!json_object_get(paths, r->path)) json_object_set_new(paths, r->path, json_object());
            if (json_put_take(json_object_get(paths, r->path), method, operation_new(r)) != OK) return json_decref(paths), NULL;
        }
    return paths;
}

static json_t *tags_new(void) {
    static const char *const tags[][2] = {
        {"applications", "Loan applications as the lender sees them"}, {"runs", "Runs of any workflow"},
        {"tasks", "Work for people"},
        {"events", "What happens outside, told to cases"},
        {"loans", "Loans of our own books"},
        {"definitions", "Strategy files"},
        {"scoring", "Scores with reasons"},
        {"connectors", "What steps can call"},
        {"books", "Our own books"},
        {"stream", "What happened, and who is told of it"},
        {"system", "Health, metrics, documents"}};
    json_t *out = json_array();
    for (size_t i = 0; i < ARRAY_LEN(tags); i++)
        json_array_append_new(out, json_pack("{s:s, s:s}", "name", tags[i][0], "description", tags[i][1]));
    return out;
}

json_t *openapi_new(const struct route *const *tables, const json_t *schemas) {
    json_t *paths = paths_new(tables);
    if (!paths) return NULL;
    json_t *info = json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s}}", "title", "Tenor", "version", "1", "description",
                             "Durable lending decisions and collections. Money is whole minor units; instants are RFC 3339 in UTC.",
                             "license", "name", "Apache-2.0", "identifier", "Apache-2.0", "contact", "name", "Tenor", "url",
                             "https://example.org/tenor");
    return json_pack("{s:s, s:o, s:[{s:s, s:s}], s:o, s:o, s:[{s:[]}], s:{s:O, s:{s:{s:s, s:s}}}}", "openapi", "3.1.0", "info", info,
                     "servers", "url", "/", "description", "This instance", "tags", tags_new(), "paths", paths, "security",
                     "key", "components", "schemas", schemas, "securitySchemes", "key", "type", "http", "scheme", "bearer");
}
