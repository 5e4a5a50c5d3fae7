/* bureau.c - fuzz: any JSON as bureau B's report. What is read fits the contract; what is not names its place. */
#include <stdint.h>
#include <string.h>

#include "base/schema.h"
#include "connectors/bureau_shape.h"
#include "connectors/connectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct schema *contract(void) {
    struct schema *s = NULL;
    json_t *v = json_loads(bureau_b_connector.operations[0].output, 0, NULL);
    INVARIANT(v && schema_new(v, &s, NULL) == OK);
    json_decref(v);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static struct schema *schema;
    if (!schema) schema = contract();
    json_t *said = NULL;
    struct fault f = {0};
    if (json_parse((const char *)data, n, &JSON_LIMITS_ANSWER, &said, NULL) != OK) return 0;
    json_t *v = bureau_b_report(said, 12, &f);
    if (v) INVARIANT(schema_check(schema, v, NULL, NULL, NULL) == OK);
    else INVARIANT(f.where[0] == '/');
    json_t *merged = bureau_merged(v, said);
    INVARIANT(merged);
    json_decref(merged);
    json_decref(v);
    json_decref(said);
    return 0;
}
