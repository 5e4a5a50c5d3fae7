/* bureau_file.c - real attributes by PAN from a CSV file, for tests on held-out rows. */
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "connectors/sandbox/providers.h"

#define COLUMNS_MAX 20
static const char *const FIELDS[] = {"score", "revolving_utilisation", "late_30_59", "late_60_89",
                                     "late_90", "debt_ratio", "monthly_income", "open_credit_lines",
                                     "real_estate_loans", "dependents", NULL};

struct table {
    const char *columns[COLUMNS_MAX]; /* a FIELDS entry, "pan", or NULL: not ours */
    int n, pan;
    size_t line;
    struct fault *fault;
};

static const char *field_named(const char *s, size_t n) {
    for (const char *const *f = FIELDS; *f; f++)
        if (strlen(*f) == n && !memcmp(*f, s, n)) return *f;
    return NULL;
}

static size_t cell_end(const char *s, size_t n) {
    size_t k = 0;
    while (k < n && s[k] != ',') k++;
    return k;
}

static enum err read_header(struct table *t, const char *line, size_t n) {
    t->pan = -1;
    for (size_t at = 0; at <= n && t->n < COLUMNS_MAX; t->n++) {
        size_t len = cell_end(line + at, n - at);
        if (len == 3 && !memcmp(line + at, "pan", 3)) t->pan = t->n;
        else t->columns[t->n] = field_named(line + at, len);
        at += len + 1;
    }
    if (t->pan < 0) return fault_set(t->fault, ERR_INVALID, "bureau", "the file has no column named pan");
    return OK;
}

static bool is_number(const char *s, size_t n) {
    char text[40];
    if (!n || n >= sizeof text || !memchr("-0123456789", *s, 11)) return false;
    memcpy(text, s, n);
    text[n] = 0;
    char *end;
    (void)strtod(text, &end);
    return end == text + n && strspn(text, "-0123456789.eE+") == n;
}

/* The whole-number fields must not read "2.0". */
static void add_number(struct buf *b, const char *field, const char *s, size_t n) {
    bool real = !strcmp(field, "revolving_utilisation") || !strcmp(field, "debt_ratio") || !strcmp(field, "monthly_income");
    const char *dot = real ? NULL : memchr(s, '.', n);
    buf_addf(b, ",\"%s\":", field);
    buf_add(b, s, dot ? (size_t)(dot - s) : n);
}

static enum err read_row(struct table *t, struct map *into, const char *line, size_t n) {
    struct buf b AUTO(buf_reset);
    const char *pan = NULL;
    size_t pan_n = 0, at = 0;
    buf_init(&b, 4096);
    buf_adds(&b, "{\"thin\":false");
    for (int k = 0; k < t->n && at <= n; k++) {
        size_t len = cell_end(line + at, n - at);
        const char *cell = line + at;
        at += len + 1;
        if (k == t->pan) {
            pan = cell;
            pan_n = len;
        } else if (t->columns[k] && len) {
            if (!is_number(cell, len))
                return fault_set(t->fault, ERR_INVALID, "bureau", "line %zu: %s is not a number", t->line, t->columns[k]);
            add_number(&b, t->columns[k], cell, len);
        }
    }
    buf_addc(&b, '}');
    if (!pan_n) return fault_set(t->fault, ERR_INVALID, "bureau", "line %zu has no pan", t->line);
    void *old = NULL;
    char *text = buf_take(&b, NULL);
    enum err e = text ? map_put(into, pan, pan_n, text, &old) : ERR_NOMEM;
    free(e == OK ? old : text);
    return e;
}

enum err providers_load_bureau(struct providers *p, const char *csv, size_t n, struct fault *f) {
    struct table t = {.fault = f};
    struct map *fresh = map_new();
    enum err e = fresh ? OK : fault_set(f, ERR_NOMEM, "", "no memory");
    for (size_t at = 0; e == OK && at < n;) {
        const char *end = memchr(csv + at, '\n', n - at);
        size_t len = end ? (size_t)(end - csv) - at : n - at, full = len;
        if (len && csv[at + len - 1] == '\r') len--;
        if (t.line++ == 0) e = read_header(&t, csv + at, len);
        else if (len) e = read_row(&t, fresh, csv + at, len);
        at += full + 1;
    }
    if (e != OK) {
        if (fresh) map_free(fresh, free);
        return e;
    }
    if (p->bureau) map_free(p->bureau, free);
    p->bureau = fresh;
    return OK;
}
