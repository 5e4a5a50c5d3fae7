/* connectors_test.c - what the API shows of connectors fits what its document says, for every connector that ships. */
#include <CUnit/CUnit.h>

#include "api/schemas.h"
#include "base/crypt.h"
#include "connectors/connectors.h"
#include "connectors/guard.h"
#include "tests/connectors/still_loop.h"

static void fits(const json_t *local, const char *name, const json_t *value) {
    struct schema *s = NULL;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(schemas_compile(local, name, &s, &f), OK);
    enum err e = schema_check(s, value, NULL, NULL, &f);
    if (e != OK) printf("\n    %s: %s %s\n", name, f.where, f.text);
    CU_ASSERT_EQUAL(e, OK);
    schema_free(s);
}

void test_connectors__what_is_shown_fits_the_document(void) {
    static struct still_loop still;
    struct crypt_key master = {{3}};
    struct rng rng;
    struct guards *guards;
    struct fault f = {0};
    json_t *schemas = NULL;
    CU_ASSERT_EQUAL_FATAL(crypt_start(), OK);
    still_init(&still, 1768471200000);
    rng_seed(&rng, 1);
    struct guards_config gc = {.loop = &still.loop, .rng = &rng, .master = &master, .processes = 1, .owner = "t"};
    CU_ASSERT_EQUAL_FATAL(guards_new(&gc, &guards, &f), OK);
    struct registry *registry = registry_new();
    struct connector_env env = {.loop = &still.loop, .guards = guards};
    CU_ASSERT_EQUAL_FATAL(connectors_open(registry, &env, NULL, &f), OK);
    CU_ASSERT_EQUAL_FATAL(schemas_read(&schemas, &f), OK);
    json_auto_t *local = schemas_local_new(schemas);
    CU_ASSERT_EQUAL(guards_set_breaker(guards, "payments", "disburse", true, "a", "b", &f), OK);
    json_t *items = guards_show_new(guards);
    size_t n = 0, i;
    json_t *one;
    json_array_foreach(items, i, one) {
        CU_ASSERT_EQUAL(json_put_take(one, "shared", json_false()), OK);
        fits(local, "Connector", one);
        n++;
    }
    json_auto_t *page = json_pack("{s:o, s:b}", "items", items, "shared", 0);
    fits(local, "ConnectorList", page);
    CU_ASSERT(n >= 9);
    json_decref(schemas);
    registry_free(registry);
    guards_free(guards);
}
