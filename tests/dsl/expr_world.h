/* expr_world.h - a small world of names for the tests of expressions. */
#ifndef TESTS_DSL_EXPR_WORLD_H
#define TESTS_DSL_EXPR_WORLD_H

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "dsl/expr_read.h"

struct world {
    struct arena *arena;
    struct expr_name names[24];
    struct expr_scope scope;
    json_t *facts;
    struct scope at;
    char said[2000]; /* faults of the last reading: "at:code: sentence\n" */
    int faults;
};

static inline json_t *world_json(const char *text) {
    json_error_t e;
    json_t *j = json_loads(text, JSON_DECODE_ANY, &e);
    if (!j) fprintf(stderr, "test json: %s (%d:%d)\n", e.text, e.line, e.column);
    if (!j) abort(); /* also used by setups, where no assert may stand */
    return j;
}

/* `schema`: {"case": {...}, "risk": {...}} of JSON Schemas; a name ending in ? may be missing. */
static inline void world_open(struct world *w, const char *schema, const char *facts) {
    json_t *s = world_json(schema), *one;
    const char *name;
    int k = 0;
    memset(w, 0, sizeof *w);
    w->arena = arena_new(8 << 20);
    json_object_foreach(s, name, one) {
        size_t n = strlen(name);
        bool maybe = name[n - 1] == '?';
        const struct type *t = type_from_schema(one, w->arena);
        struct type *copy = arena_alloc(w->arena, sizeof *copy);
        *copy = *t;
        copy->maybe |= maybe;
        w->names[k++] = (struct expr_name){.name = arena_strndup(w->arena, name, n - maybe), .type = copy};
    }
    json_decref(s);
    w->scope.names = w->names;
    w->facts = world_json(facts);
    w->at.names = w->facts;
    w->at.now_ms = INT64_C(1796083200000); /* 2026-12-01T00:00:00Z */
}

static inline void world_close(struct world *w) {
    json_decref(w->facts);
    arena_free(w->arena);
}

static inline void world_fault(void *who, size_t at, size_t length, const char *code, const char *sentence) {
    struct world *w = who;
    size_t n = strlen(w->said);
    (void)length;
    snprintf(w->said + n, sizeof w->said - n, "%zu:%s: %s\n", at, code, sentence);
    w->faults++;
}

static inline const struct expr *world_read_as(struct world *w, const char *text, const struct type *want) {
    const struct expr *e = NULL;
    w->said[0] = '\0';
    w->faults = 0;
    enum err err = expr_read(text, strlen(text), &w->scope, want, w->arena, world_fault, w, &e);
    if ((err == OK) != (w->faults == 0)) CU_FAIL("faults told and result disagree");
    return err == OK ? e : NULL;
}
static inline const struct expr *world_read(struct world *w, const char *text) { return world_read_as(w, text, NULL); }

/* The value as canonical JSON text, "fault: ..." or "no: <faults>". */
static inline const char *world_value(struct world *w, const char *text) {
    const struct expr *e = world_read(w, text);
    struct value v;
    struct fault f = {0};
    if (!e) return arena_printf(w->arena, "no: %s", w->said);
    if (expr_eval(e, &w->at, &v, NULL, &f) != OK) return arena_printf(w->arena, "fault: %s", f.text);
    if (v.missing) return "missing";
    char *json = NULL;
    json_t *j = value_json_new(&v);
    json = json_dumps(j, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_REAL_PRECISION(12));
    const char *out = arena_strdup(w->arena, json);
    free(json);
    json_decref(j);
    return out;
}

#define IS(w, text, wanted)                                                                                    \
    do {                                                                                                       \
        const char *got_ = world_value((w), (text));                                                           \
        if (strcmp(got_, (wanted)) != 0) fprintf(stderr, "\n  %s\n  gives  %s\n  wanted %s\n", (text), got_, (wanted)); \
        CU_ASSERT_STRING_EQUAL(got_, (wanted));                                                                \
    } while (0)

/* The faults must be exactly these. */
#define SAYS(w, text, want, wanted)                                                                            \
    do {                                                                                                       \
        (void)world_read_as((w), (text), (want));                                                              \
        if (strcmp((w)->said, (wanted)) != 0) fprintf(stderr, "\n  %s\n  says   %s  wanted %s", (text), (w)->said, (wanted)); \
        CU_ASSERT_STRING_EQUAL((w)->said, (wanted));                                                           \
    } while (0)

static const char WORLD_SCHEMA[] UNUSED =
    "{\"case\":{\"type\":\"object\",\"required\":[\"amount\",\"age\",\"documents\",\"kind\",\"due\",\"vulnerable\",\"name\",\"opened\"],\"properties\":{"
    "\"amount\":{\"type\":\"integer\",\"x-unit\":\"money\",\"x-currency\":\"INR\"},"
    "\"fee\":{\"type\":\"integer\",\"x-unit\":\"money\",\"x-currency\":\"USD\"},"
    "\"income\":{\"type\":[\"integer\",\"null\"],\"x-unit\":\"money\",\"x-currency\":\"INR\"},"
    "\"age\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":120},"
    "\"kind\":{\"enum\":[\"salaried\",\"farmer\",\"trader\"]},"
    "\"name\":{\"type\":\"string\",\"x-personal\":true},"
    "\"due\":{\"type\":\"string\",\"format\":\"date\"},"
    "\"opened\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"next_sale\":{\"type\":\"string\",\"format\":\"date\"},"
    "\"vulnerable\":{\"type\":\"boolean\"},"
    "\"documents\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"ok\"],\"properties\":{"
    "\"kind\":{\"enum\":[\"payslip\",\"statement\"]},\"ok\":{\"type\":\"boolean\"},"
    "\"amount\":{\"type\":\"integer\",\"x-unit\":\"money\",\"x-currency\":\"INR\"},\"pages\":{\"type\":\"integer\"}}}},"
    "\"raw\":{\"oneOf\":[{\"type\":\"string\"}]}}},"
    "\"risk\":{\"type\":\"object\",\"required\":[\"pd\"],\"properties\":{\"pd\":{\"type\":\"number\",\"x-unit\":\"share\",\"minimum\":0,\"maximum\":1},"
    "\"months\":{\"type\":\"integer\"}}},"
    "\"bureau?\":{\"type\":\"object\",\"required\":[\"score\"],\"properties\":{\"score\":{\"type\":\"integer\"},\"thin\":{\"type\":\"boolean\"}}}}";

static const char WORLD_FACTS[] UNUSED =
    "{\"case\":{\"amount\":25000000,\"fee\":1250,\"income\":null,\"age\":34,\"kind\":\"farmer\",\"name\":\"Asha\",\"due\":\"2026-11-20\","
    "\"opened\":\"2026-11-30T18:00:00Z\",\"vulnerable\":false,\"documents\":[{\"kind\":\"payslip\",\"ok\":true,\"amount\":4000000,\"pages\":2},"
    "{\"kind\":\"statement\",\"ok\":false,\"pages\":5},{\"kind\":\"payslip\",\"ok\":true,\"amount\":4500000}]},"
    "\"risk\":{\"pd\":0.062,\"months\":7}}";

#endif
