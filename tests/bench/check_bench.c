/* check_bench.c - how long a file takes from text to plan: a flow of about 300 lines, and the longest of
 * tests/dsl/language. Prints medians of many runs, in CPU time of the one thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/crypt.h"
#include "dsl/catalog_json.h"

#define RUNS 200
#define BLOCKS 30

static const char block[] =
    "step \"s_%d\" {\n  call = \"scoring.credit_risk\", with = { application = \"case\" },\n  retry = \"gentle\",\n}\n"
    "route \"r_%d\" {\n  when \"s_%d.pd > 5%% and default(s_%d.cashflow_months, 0) >= 3\" { go \"t_%d\" },\n  otherwise { go \"%s\" },\n}\n"
    "task \"t_%d\" {\n  queue = \"officers\", show = { \"s_%d.pd\" }, answers = { ok = go \"%s\" }, within = days(2), late = go \"%s\",\n}\n";

static void write_flow(struct buf *out) {
    buf_adds(
        out,
        "workflow \"long\" {\n  version = 1, case = \"loan_application\", outcomes = { \"done\" },\n  stuck = { queue = \"operations\", within = working_hours(4) },\n}\n");
    for (int i = 0; i < BLOCKS; i++) {
        char next[16];
        snprintf(next, sizeof next, i + 1 < BLOCKS ? "s_%d" : "last", i + 1);
        buf_addf(out, block, i, i, i, i, i, next, i, i, next, next);
    }
    buf_adds(out, "step \"last\" { call = \"fraud.screen\", with = { application = \"case\" }, finish \"done\" }\n");
}

static double cpu_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b) {
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static int lines(const char *s) {
    int n = 0;
    for (; *s; s++) n += *s == '\n';
    return n;
}

static void measure(const char *name, const char *text, const struct catalog *c) {
    double ms[RUNS];
    bool sound = true;
    for (int i = 0; i < RUNS; i++) {
        double start = cpu_ms();
        struct dsl_file *f = dsl_read(name, text, strlen(text), c);
        sound &= f && dsl_ok(f);
        ms[i] = cpu_ms() - start;
        dsl_free(f);
    }
    qsort(ms, RUNS, sizeof *ms, by_size);
    printf("%-28s %4d lines  %7.3f ms median  %7.3f ms p99%s\n", name, lines(text), ms[RUNS / 2], ms[RUNS * 99 / 100],
           sound ? "" : "  (has faults!)");
}

static void slurp(const char *path, struct buf *out) {
    char part[4096];
    FILE *f = fopen(path, "rb");
    for (size_t n; f && (n = fread(part, 1, sizeof part, f)) > 0;) buf_add(out, part, n);
    if (f) fclose(f);
}

int main(void) {
    struct buf catalog, flow, policy;
    json_t *definition = NULL;
    struct catalog_json *k = NULL;
    buf_init(&catalog, (size_t)1 << 20);
    buf_init(&flow, (size_t)1 << 20);
    buf_init(&policy, (size_t)1 << 20);
    slurp("tests/dsl/catalog.json", &catalog);
    slurp("tests/dsl/language/personal_loan_policy.lua", &policy);
    if (crypt_start() != OK || json_parse(buf_text(&catalog), catalog.len, &JSON_LIMITS_OWN, &definition, NULL) != OK ||
        catalog_json_new(definition, &k, NULL) != OK)
        return 1;
    write_flow(&flow);
    measure("a long workflow", buf_text(&flow), catalog_json_catalog(k));
    measure("personal_loan_policy.lua", buf_text(&policy), catalog_json_catalog(k));
    catalog_json_free(k);
    json_decref(definition);
    buf_reset(&catalog);
    buf_reset(&flow);
    buf_reset(&policy);
    return 0;
}
