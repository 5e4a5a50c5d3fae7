/* expr_bench.c - what one evaluation costs: route conditions, a computed amount, a list, reading one.
 *
 * usage: expr_bench      prints nanoseconds per evaluation, CPU time of one thread. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "dsl/expr_read.h"

enum { ROUNDS = 300000 };

static const char SCHEMA[] =
    "{\"type\":\"object\",\"required\":[\"outcome\",\"pd\",\"amount\",\"documents\"],\"properties\":{"
    "\"outcome\":{\"enum\":[\"approve\",\"refer\",\"decline\"]},\"pd\":{\"type\":\"number\",\"x-unit\":\"share\"},"
    "\"amount\":{\"type\":\"integer\",\"x-unit\":\"money\",\"x-currency\":\"INR\"},\"income\":{\"type\":\"integer\",\"x-unit\":\"money\",\"x-currency\":\"INR\"},"
    "\"documents\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\"],\"properties\":{\"kind\":{\"enum\":[\"payslip\",\"statement\"]}}}}}}";
static const char FACTS[] = "{\"credit\":{\"outcome\":\"refer\",\"pd\":0.0625,\"amount\":25000000,\"income\":4000000,"
                            "\"documents\":[{\"kind\":\"payslip\"},{\"kind\":\"statement\"},{\"kind\":\"payslip\"}]}}";
static const char *const TEXTS[] = {
    "credit.outcome == 'decline'",
    "credit.pd > 9%",
    "has(credit.income) and credit.income * 30% >= rupees(5000) and credit.pd <= 4%",
    "min(credit.amount, 0.3 * default(credit.income, 0)) < rupees(25000)",
    "count(credit.documents where it.kind == 'payslip') >= 2",
};

static double cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void tell(void *who, size_t at, size_t length, const char *code, const char *sentence) {
    (void)who, (void)at, (void)length, (void)code;
    fprintf(stderr, "%s\n", sentence);
}

static void measure(const char *text, const struct expr_scope *names, const struct scope *s) {
    struct arena *a = arena_new(1 << 20);
    const struct expr *e = NULL;
    struct value v;
    double from = cpu_ns(), read, eval;
    if (!a || expr_read(text, strlen(text), names, NULL, a, tell, NULL, &e) != OK) exit(1);
    read = cpu_ns() - from;
    from = cpu_ns();
    for (int i = 0; i < ROUNDS; i++)
        if (expr_eval(e, s, &v, NULL, NULL) != OK) exit(1);
    eval = (cpu_ns() - from) / ROUNDS;
    printf("%7.0f ns  (read once: %5.1f us, %5zu bytes)  %s\n", eval, read / 1e3, arena_used(a), text);
    arena_free(a);
}

int main(void) {
    struct arena *a = arena_new(1 << 20);
    json_t *schema = json_loads(SCHEMA, 0, NULL), *facts = json_loads(FACTS, 0, NULL);
    const struct type *t = a && schema ? type_from_schema(schema, a) : NULL;
    const struct expr_name names[] = {{.name = "credit", .type = t}, {0}};
    const struct expr_scope scope = {.names = names};
    const struct scope s = {.names = facts, .now_ms = INT64_C(1796083200000)};
    if (!t || !facts) return 1;
    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) measure(TEXTS[i], &scope, &s);
    json_decref(schema);
    json_decref(facts);
    arena_free(a);
    return 0;
}
