/* openapi_test.c - the document and the table are one: the same methods and paths, names that exist. */
#include "api/openapi.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "api/request.h"
#include "api/schemas.h"
#include "api/servicing.h"
#include "base/map.h"
#include "tests/harness/torture.h"

static json_t *schemas, *doc;

int setup_openapi(void) {
    struct fault f;
    if (schemas_read(&schemas, &f) != OK) return 1;
    /* what an installation adds; any schema will do here */
    static const char *const live[] = {"LoanApplication", "ScoreRequest", "Score"};
    for (size_t i = 0; i < ARRAY_LEN(live); i++)
        if (json_put_take(schemas, live[i], json_pack("{s:s}", "type", "object")) != OK) return 1;
    for (const struct servicing *s = servicing_all; s->workflow; s++)
        if (json_put_take(schemas, s->schema, json_pack("{s:s}", "type", "object")) != OK) return 1;
    doc = openapi_new(all_routes, schemas);
    return !doc;
}

int teardown_openapi(void) {
    json_decref(doc);
    json_decref(schemas);
    return 0;
}

static const json_t *operation(const struct route *r) {
    const json_t *item = json_object_get(json_object_get(doc, "paths"), r->path);
    return json_object_get(item, !strcmp(r->method, "GET") ? "get" : !strcmp(r->method, "POST") ? "post" : !strcmp(r->method, "DELETE") ? "delete" : "?");
}

void test_openapi__every_row_is_documented_once_and_nothing_else(void) {
    size_t rows = 0, operations = 0;
    for (const struct route *const *t = all_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++, rows++) {
            CU_ASSERT_STRING_EQUAL(json_text(operation(r), "operationId", ""), r->id);
            CU_ASSERT_EQUAL(json_array_size(json_object_get(operation(r), "security")), 0);
            CU_ASSERT_EQUAL(json_object_get(operation(r), "security") == NULL, r->roles != 0);
        }
    const char *path;
    json_t *item;
    json_object_foreach(json_object_get(doc, "paths"), path, item) operations += json_object_size(item);
    CU_ASSERT_EQUAL(rows, operations); /* two rows of one method and path would be one operation */
}

void test_openapi__operation_ids_are_unique(void) {
    json_auto_t *seen = json_object();
    for (const struct route *const *t = all_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
            CU_ASSERT_PTR_NULL(json_object_get(seen, r->id));
            json_object_set_new(seen, r->id, json_true());
        }
}

void test_openapi__tags_are_declared(void) {
    for (const struct route *const *t = all_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
            json_t *tag;
            size_t i;
            bool declared = false;
            json_array_foreach(json_object_get(doc, "tags"), i, tag) declared |= !strcmp(json_text(tag, "name", ""), r->tag);
            CU_ASSERT_TRUE(declared);
        }
}

/* Every "$ref" anywhere in the document leads somewhere; json_pack with a wrong name would not. */
static void refs_lead_somewhere(const json_t *v) {
    const char *key;
    json_t *item;
    size_t i;
    static const char prefix[] = "#/components/schemas/";
    const char *ref = json_text(v, "$ref", NULL);
    if (ref) CU_ASSERT(!strncmp(ref, prefix, strlen(prefix)) && json_object_get(schemas, ref + strlen(prefix)));
    if (ref && !json_object_get(schemas, ref + strlen(prefix))) printf("\n    %s\n", ref);
    json_object_foreach((json_t *)v, key, item) refs_lead_somewhere(item);
    json_array_foreach(v, i, item) refs_lead_somewhere(item);
}
void test_openapi__names_of_schemas_exist(void) { refs_lead_somewhere(doc); }

void test_openapi__every_parameter_is_described(void) {
    for (const struct route *const *t = all_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
            size_t i;
            json_t *p;
            json_array_foreach(json_object_get(operation(r), "parameters"), i, p) {
                CU_ASSERT_PTR_NOT_NULL(json_object_get(json_object_get(p, "schema"), "type"));
                bool in_path = !strcmp(json_text(p, "in", ""), "path");
                char braced[80];
                snprintf(braced, sizeof braced, "{%s}", json_text(p, "name", ""));
                CU_ASSERT_EQUAL(in_path, strstr(r->path, braced) != NULL);
                CU_ASSERT_EQUAL(in_path, json_bool(p, "required", false));
            }
        }
}

void test_openapi__every_schema_compiles(void) {
    json_auto_t *local = schemas_local_new(schemas);
    const char *name;
    json_t *one;
    json_object_foreach(schemas, name, one) {
        struct schema *s = NULL;
        struct fault f = {0};
        enum err e = schemas_compile(local, name, &s, &f);
        if (e != OK) printf("\n    %s: %s %s\n", name, f.where, f.text);
        CU_ASSERT_EQUAL(e, OK);
        schema_free(s);
    }
}

void test_openapi__a_reference_is_followed(void) {
    json_auto_t *local = schemas_local_new(schemas);
    struct schema *s = NULL;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(schemas_compile(local, "TaskPage", &s, &f), OK);
    json_auto_t *good = json_pack("{s:[{s:s, s:s}], s:n, s:s}", "items", "id", "t", "state", "open", "next", "as_of", "now");
    json_auto_t *bad = json_pack("{s:[{s:i, s:s}], s:n, s:s}", "items", "id", 1, "state", "open", "next", "as_of", "now");
    CU_ASSERT_EQUAL(schema_check(s, good, NULL, NULL, &f), OK);
    CU_ASSERT_EQUAL(schema_check(s, bad, NULL, NULL, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "/items/0/id");
    schema_free(s);
    CU_ASSERT_EQUAL(schemas_compile(local, "Nothing", &s, &f), ERR_BUG);
}

static void make_document(void *who) {
    (void)who;
    json_t *d = openapi_new(all_routes, schemas);
    CU_ASSERT(d || torture_hit());
    json_decref(d);
}
void test_openapi__without_memory(void) { CU_ASSERT(torture_run(make_document, NULL) > 100); }

static void make_local(void *who) {
    struct fault f = {0};
    struct schema *s = NULL;
    (void)who;
    json_t *local = schemas_local_new(schemas);
    enum err e = local ? schemas_compile(local, "Application", &s, &f) : ERR_NOMEM;
    CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit()));
    schema_free(s);
    json_decref(local);
}
void test_openapi__schemas_without_memory(void) { CU_ASSERT(torture_run(make_local, NULL) > 100); }
