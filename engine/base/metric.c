#include "base/metric.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

static const struct {
    int64_t us;
    const char *le; /* as Prometheus prints it */
} bounds[] = {
    {1000, "0.001"},   {2000, "0.002"},   {5000, "0.005"},   {10000, "0.01"},   {20000, "0.02"},
    {50000, "0.05"},   {100000, "0.1"},   {200000, "0.2"},   {500000, "0.5"},   {1000000, "1"},
    {2000000, "2"},    {5000000, "5"},    {10000000, "10"},  {20000000, "20"},  {60000000, "60"},
};
enum { BUCKETS = ARRAY_LEN(bounds), KEY_MAX = 1024 };

struct metric {
    double value;              /* counter, gauge; the sum in seconds of a histogram */
    uint64_t seen;             /* histogram: all observations */
    uint64_t bucket[BUCKETS];  /* of these, how many fell into each bucket, not cumulated */
    char *labels;              /* "a=\"x\",b=\"y\"", ready to print; "" when none */
};
struct family {
    enum metric_kind kind;
    char *name, *help;
    struct map *series; /* by printed labels */
};
struct metrics {
    struct map *families; /* by name */
};

/* Takes what cannot be counted, so that no caller ever has to check. */
static struct metric sink;

static void series_free(void *p) {
    struct metric *s = p;
    free(s->labels);
    free(s);
}

static void family_free(void *p) {
    struct family *f = p;
    map_free(f->series, series_free);
    free(f->name);
    free(f->help);
    free(f);
}

struct metrics *metrics_new(void) {
    struct metrics *m = calloc(1, sizeof *m);
    if (m && !(m->families = map_new())) {
        free(m);
        return NULL;
    }
    return m;
}

void metrics_free(struct metrics *m) {
    if (!m) return;
    map_free(m->families, family_free);
    free(m);
}

static void add_escaped(struct buf *b, const char *text, bool quote) {
    for (; *text; text++) {
        if (*text == '\\') buf_adds(b, "\\\\");
        else if (*text == '\n') buf_adds(b, "\\n");
        else if (*text == '"' && quote) buf_adds(b, "\\\"");
        else buf_addc(b, *text);
    }
}

/* Prints name="value" pairs; every value is `instead` when that is given. */
static void print_labels(struct buf *b, const char *names, const char *const *values,
                         const char *instead) {
    for (int i = 0; names && *names; i++) {
        INVARIANT(i < METRIC_LABELS_MAX);
        size_t n = strcspn(names, ",");
        if (i) buf_addc(b, ',');
        buf_add(b, names, n);
        buf_adds(b, "=\"");
        add_escaped(b, instead ? instead : values && values[i] ? values[i] : "", true);
        buf_addc(b, '"');
        names += n + (names[n] == ',');
    }
}

static struct family *family_new(enum metric_kind kind, const char *name, const char *help) {
    struct family *f = calloc(1, sizeof *f);
    if (!f) return NULL;
    f->kind = kind;
    f->name = strdup(name);
    f->help = strdup(help ? help : name);
    f->series = map_new();
    if (f->name && f->help && f->series) return f;
    family_free(f);
    return NULL;
}

static struct family *family_get(struct metrics *m, enum metric_kind kind, const char *name,
                                 const char *help) {
    struct family *f = map_get(m->families, name, strlen(name));
    if (f) {
        INVARIANT(f->kind == kind); /* one name counted in two ways is a slip of ours */
        return f;
    }
    f = family_new(kind, name, help);
    if (f && map_put(m->families, name, strlen(name), f, NULL)) {
        family_free(f);
        return NULL;
    }
    return f;
}

static struct metric *series_new(struct family *f, const struct buf *labels) {
    struct metric *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->labels = strdup(buf_text(labels));
    if (s->labels && !map_put(f->series, buf_text(labels), labels->len, s, NULL)) return s;
    series_free(s);
    return NULL;
}

struct metric *metric_get(struct metrics *m, enum metric_kind kind, const char *name,
                          const char *help, const char *labels, const char *const *values) {
    struct family *f = m ? family_get(m, kind, name, help) : NULL;
    if (!f) return &sink;
    AUTO(buf_reset) struct buf key;
    buf_init(&key, KEY_MAX);
    print_labels(&key, labels, values, NULL);
    struct metric *s = buf_ok(&key) ? map_get(f->series, buf_text(&key), key.len) : NULL;
    if (s) return s;
    if (!buf_ok(&key) || map_size(f->series) >= METRIC_SERIES_MAX - 1) {
        buf_clear(&key);
        print_labels(&key, labels, NULL, "other");
        s = buf_ok(&key) ? map_get(f->series, buf_text(&key), key.len) : NULL;
        if (s) return s;
    }
    s = buf_ok(&key) ? series_new(f, &key) : NULL;
    return s ? s : &sink;
}

void metric_add(struct metric *s, double by) {
    s->value += by;
}

void metric_set(struct metric *s, double value) {
    s->value = value;
}

void metric_seen_us(struct metric *s, int64_t us) {
    if (us < 0) us = 0;
    s->seen++;
    s->value += (double)us / 1e6;
    for (size_t i = 0; i < BUCKETS; i++)
        if (us <= bounds[i].us) {
            s->bucket[i]++;
            return;
        }
}

struct printing {
    struct buf *out;
    const struct family *family;
};

static void print_name(struct buf *out, const char *name, const char *suffix, const char *labels,
                       const char *le) {
    buf_addf(out, "%s%s", name, suffix);
    if (!*labels && !le) return;
    buf_addf(out, "{%s%s", labels, *labels && le ? "," : "");
    if (le) buf_addf(out, "le=\"%s\"", le);
    buf_addc(out, '}');
}

static void print_number(struct buf *out, double v) {
    if (isnan(v)) buf_adds(out, " NaN\n");
    else if (isinf(v)) buf_adds(out, v > 0 ? " +Inf\n" : " -Inf\n");
    else if (v == floor(v) && fabs(v) < 0x1p53) buf_addf(out, " %.0f\n", v);
    else buf_addf(out, " %.15g\n", v);
}

static void print_histogram(struct buf *out, const char *name, const struct metric *s) {
    uint64_t sum = 0;
    for (size_t i = 0; i <= BUCKETS; i++) {
        sum = i < BUCKETS ? sum + s->bucket[i] : s->seen;
        print_name(out, name, "_bucket", s->labels, i < BUCKETS ? bounds[i].le : "+Inf");
        print_number(out, (double)sum);
    }
    print_name(out, name, "_sum", s->labels, NULL);
    print_number(out, s->value);
    print_name(out, name, "_count", s->labels, NULL);
    print_number(out, (double)s->seen);
}

static void print_series(void *who, const void *key, size_t n, void *value) {
    (void)key, (void)n;
    const struct printing *p = who;
    const struct metric *s = value;
    if (p->family->kind == METRIC_SECONDS) {
        print_histogram(p->out, p->family->name, s);
        return;
    }
    print_name(p->out, p->family->name, "", s->labels, NULL);
    print_number(p->out, s->value);
}

static void print_family(void *who, const void *key, size_t n, void *value) {
    (void)key, (void)n;
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    struct family *f = value;
    struct printing p = {who, f};
    buf_addf(p.out, "# HELP %s ", f->name);
    add_escaped(p.out, f->help, false);
    buf_addf(p.out, "\n# TYPE %s %s\n", f->name, kinds[f->kind]);
    map_each(f->series, print_series, &p);
}

void metrics_write(const struct metrics *m, struct buf *out) {
    if (m) map_each(m->families, print_family, out);
}
