/* csv.c - fuzzes the CSV reader: no crash, no hang, and the same result however the bytes are cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "models/csv.h"

static enum err collect(void *who, const struct csv_row *row, struct fault *f) {
    (void)f;
    struct buf *out = who;
    buf_addf(out, "%zu:", row->line);
    for (int i = 0; i < row->n; i++) {
        double v;
        buf_addf(out, "%zu,%d,", strlen(row->fields[i]), csv_number(row->fields[i], &v));
        buf_adds(out, row->fields[i]);
    }
    return OK;
}

static enum err parse(const uint8_t *data, size_t n, size_t step, struct buf *out) {
    struct fault f;
    struct csv *c = csv_new("fuzz", collect, out);
    if (!c) return ERR_NOMEM;
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i += step)
        e = csv_feed(c, (const char *)data + i, n - i < step ? n - i : step, &f);
    if (!e) e = csv_end(c, &f);
    csv_free(c);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(buf_reset) struct buf whole;
    AUTO(buf_reset) struct buf bits;
    buf_init(&whole, 16u << 20);
    buf_init(&bits, 16u << 20);
    enum err a = parse(data, size, size ? size : 1, &whole);
    enum err b = parse(data, size, 1, &bits);
    bool same = whole.len == bits.len && !memcmp(buf_text(&whole), buf_text(&bits), whole.len);
    if (a != b || !same) abort();
    return 0;
}
