/* retries_test.c - the names of retries: what is built in is what strategies/retries.lua says. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/dsl/strategy.h"

void test_retries__the_shipped_file_says_what_is_built_in(void) {
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *f = k ? strategy_read(k, "strategies/retries.lua") : NULL;
    int n = 0;
    CU_ASSERT(f && dsl_ok(f) && dsl_kind(f) == DSL_RETRIES);
    for (const char *const *name = retry_known_names(NULL); f && *name; name++, n++) {
        const struct retry *own = retry_named(NULL, *name), *shipped = dsl_retry(f, *name);
        CU_ASSERT(own && shipped && own->tries == shipped->tries && own->first_ms == shipped->first_ms &&
                  own->longest_ms == shipped->longest_ms && own->factor == shipped->factor && own->jitter == shipped->jitter);
    }
    CU_ASSERT(n == 4);
    CU_ASSERT(!retry_named(NULL, "gentel"));
    dsl_free(f);
    catalog_json_free(k);
}
