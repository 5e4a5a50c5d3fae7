/* expr.c - fuzz: any text as an expression, read, checked, evaluated and explained.
 *
 * Beyond not crashing: what is read evaluates without memory faults, twice to the same value, and a
 * condition that holds is explained as holding. */
#include <stdint.h>
#include <string.h>

#include "dsl/expr_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char SCHEMA[] =
    "{\"type\":\"object\",\"required\":[\"n\",\"docs\",\"kind\",\"due\",\"at\"],\"properties\":{\"n\":{\"type\":\"number\"},\"m\":{\"type\":\"integer\",\"x-unit\":\"money\","
    "\"x-currency\":\"INR\"},\"s\":{\"type\":\"number\",\"x-unit\":\"share\"},\"kind\":{\"enum\":[\"a\",\"b\"]},\"due\":{\"type\":\"string\","
    "\"format\":\"date\"},\"at\":{\"type\":\"string\",\"format\":\"date-time\"},\"t\":{\"type\":\"boolean\"},\"docs\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\",\"properties\":{\"p\":{\"type\":\"integer\"}}}},\"name\":{\"type\":\"string\"}}}";
static const char FACTS[] = "{\"c\":{\"n\":1.5,\"m\":100,\"s\":0.2,\"kind\":\"a\",\"due\":\"2026-12-01\",\"at\":\"2026-12-01T00:00:00Z\",\"t\":true,"
                            "\"docs\":[{\"p\":3},{},{\"p\":-2}]}}";

static int visits(void *who, const char *paragraph) { return (void)who, (int)strlen(paragraph); }
static bool ended(void *who, const char *paragraph) { return (void)who, paragraph[0] == 'p'; }
static void tell(void *who, size_t at, size_t length, const char *code, const char *sentence) {
    size_t n = *(size_t *)who;
    INVARIANT(at <= n && length <= n - at && code[0] && sentence[0]);
}

static void evaluate(const struct expr *e, const json_t *facts) {
    struct scope s = {.names = facts, .now_ms = INT64_C(1796083200000), .visits = visits, .ended = ended};
    struct value a, b;
    struct fault f = {0};
    struct trace t = {.parts = json_array()};
    enum err x = expr_eval(e, &s, &a, NULL, &f), y = expr_eval(e, &s, &b, &t, NULL);
    INVARIANT(x == y && (x == OK || (x == ERR_INVALID && f.text[0])));
    if (x == OK) {
        INVARIANT(a.kind == b.kind && a.n == b.n && a.missing == b.missing);
        INVARIANT(!a.missing || expr_type(e)->maybe);
        struct arena *words = arena_new(1 << 16);
        if (words) (void)value_words(&a, words);
        json_decref(value_json_new(&a));
        arena_free(words);
    }
    json_decref(t.parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static json_t *schema, *facts;
    if (!schema) schema = json_loads(SCHEMA, 0, NULL);
    if (!facts) facts = json_loads(FACTS, 0, NULL);
    struct arena *a = arena_new(4 << 20);
    if (!a) return 0;
    const char *const paragraphs[] = {"pause", "again", NULL};
    const struct type *t = type_from_schema(schema, a);
    INVARIANT(t);
    const struct expr_name names[] = {{.name = "c", .type = t}, {0}};
    struct expr_scope scope = {.names = names, .paragraphs = paragraphs};
    const struct expr *e = NULL;
    enum err err = expr_read((const char *)data, n, &scope, NULL, a, tell, &n, &e);
    const struct expr_known *k;
    if (err == OK) {
        evaluate(e, facts);
        INVARIANT(expr_known_when(e, true, NULL, a, &k) == OK && expr_known_when(e, false, NULL, a, &k) == OK);
    }
    arena_free(a);
    return 0;
}
