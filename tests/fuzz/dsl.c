/* dsl.c - dsl_read over any bytes: both readings, the checker, explanation, graph, comparison with
 * itself. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "dsl/catalog_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct catalog *catalog(void) {
    static struct catalog_json *k;
    static char text[200000];
    FILE *f = k ? NULL : fopen("tests/dsl/catalog.json", "rb");
    if (f) {
        json_t *definition = NULL;
        size_t n = fread(text, 1, sizeof text, f);
        fclose(f);
        if (json_parse(text, n, &JSON_LIMITS_OWN, &definition, NULL) == OK &&
            catalog_json_new(definition, &k, NULL) != OK)
            abort();
        json_decref(definition);
        f = fopen("strategies/functions.lua", "rb");
        n = f ? fread(text, 1, sizeof text, f) : 0;
        if (f) fclose(f);
        struct dsl_file *functions = n ? dsl_read("functions.lua", text, n, catalog_json_catalog(k)) : NULL;
        if (functions && catalog_json_add_take(k, functions) != OK) abort();
    }
    return k ? catalog_json_catalog(k) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct dsl_file *f = dsl_read("fuzz/1.lua", (const char *)data, n, catalog());
    struct buf out;
    if (!f) return 0;
    buf_init(&out, (size_t)8 << 20);
    dsl_faults_text(f, &out);
    json_decref(dsl_faults_json_new(f));
    if (dsl_ok(f)) {
        json_t *d = dsl_diff_new(f, f);
        if (json_array_size(d)) abort(); /* a file does not differ from itself */
        json_decref(d);
        json_decref(dsl_graph_new(f));
        if (dsl_explain(f, &out) == ERR_BUG || dsl_graph_svg(f, &out) == ERR_BUG) abort();
    } else if (!out.len) abort(); /* refused without a word */
    buf_reset(&out);
    dsl_free(f);
    return 0;
}
