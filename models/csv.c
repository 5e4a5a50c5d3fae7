/* csv.c - a byte-at-a-time reader of CSV; zlib's one home. */
#include "models/csv.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum state { AT_START, IN_PLAIN, IN_QUOTES, AFTER_QUOTE };

struct csv {
    const char *name;
    csv_row_fn *each;
    void *who;
    enum state state;
    struct buf text;      /* the row's fields, each ended by NUL */
    size_t *starts;       /* where each field begins in text */
    const char **fields;
    int n, width;         /* fields so far; of the header (0: not yet known) */
    size_t line, row_line, rows;
    uint64_t seen;        /* bytes fed */
    bool quoted;          /* the row holds a quoted field, so it is not a blank line */
    bool had_cr;
};

static enum err fault_at(const struct csv *c, struct fault *f, enum err kind, const char *text) {
    char where[120];
    snprintf(where, sizeof where, "%.90s:%zu", c->name, c->line);
    return fault_set(f, kind, where, "%s", text);
}

struct csv *csv_new(const char *name, csv_row_fn *each, void *who) {
    struct csv *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    *c = (struct csv){.name = name, .each = each, .who = who, .line = 1, .row_line = 1};
    buf_init(&c->text, CSV_ROW_MAX);
    c->starts = calloc(CSV_COLUMNS_MAX, sizeof *c->starts);
    c->fields = calloc(CSV_COLUMNS_MAX, sizeof *c->fields);
    if (c->starts && c->fields) return c;
    csv_free(c);
    return NULL;
}

void csv_free(struct csv *c) {
    if (!c) return;
    buf_reset(&c->text);
    free(c->starts);
    free(c->fields);
    free(c);
}

static void csv_auto(struct csv **c) { csv_free(*c); }

static enum err end_field(struct csv *c, struct fault *f) {
    buf_addc(&c->text, '\0');
    if (!buf_ok(&c->text)) return fault_at(c, f, ERR_LIMIT, "the row is longer than 1 MiB");
    c->n++;
    c->state = AT_START;
    return OK;
}

static enum err begin_field(struct csv *c, struct fault *f) {
    if (c->n >= CSV_COLUMNS_MAX) return fault_at(c, f, ERR_LIMIT, "more than 4096 columns");
    c->starts[c->n] = c->text.len;
    return OK;
}

static void clear_row(struct csv *c) {
    buf_clear(&c->text);
    c->n = 0;
    c->quoted = false;
    c->row_line = c->line;
}

static enum err end_row(struct csv *c, struct fault *f) {
    enum err e = c->state == AT_START ? begin_field(c, f) : OK;
    if (!e) e = end_field(c, f);
    if (e) return e;
    if (c->n == 1 && !c->quoted && c->text.len == 1) return OK; /* a blank line */
    if (!c->width) c->width = c->n;
    if (c->n != c->width) {
        char text[96];
        snprintf(text, sizeof text, "the row has %d fields, the header has %d", c->n, c->width);
        return fault_at(c, f, ERR_INVALID, text);
    }
    for (int i = 0; i < c->n; i++) c->fields[i] = c->text.data + c->starts[i];
    struct csv_row row = {.fields = c->fields, .n = c->n, .line = c->row_line,
                          .index = c->rows++};
    return c->each(c->who, &row, f);
}

static enum err end_line(struct csv *c, struct fault *f) {
    enum err e = end_row(c, f);
    c->line++;
    clear_row(c);
    return e;
}

static enum err take_quoted(struct csv *c, char b) {
    if (b == '"') {
        c->state = AFTER_QUOTE;
        return OK;
    }
    if (b == '\n') c->line++;
    buf_addc(&c->text, b);
    return OK;
}

static enum err take_first(struct csv *c, char b, struct fault *f) {
    enum err e = begin_field(c, f);
    if (e) return e;
    if (b == '"') {
        c->state = IN_QUOTES;
        c->quoted = true;
        return OK;
    }
    c->state = IN_PLAIN;
    buf_addc(&c->text, b);
    return OK;
}

static enum err take_comma(struct csv *c, struct fault *f) {
    enum err e = c->state == AT_START ? begin_field(c, f) : OK;
    return e ? e : end_field(c, f);
}

static enum err take(struct csv *c, char b, struct fault *f) {
    if (b == '\0') return fault_at(c, f, ERR_INVALID, "a NUL byte: this is not a CSV text");
    if (c->state == IN_QUOTES) return take_quoted(c, b);
    if (c->state == AFTER_QUOTE && b == '"') {
        c->state = IN_QUOTES;
        buf_addc(&c->text, b);
        return OK;
    }
    if (b == ',') return take_comma(c, f);
    if (b == '\n') return end_line(c, f);
    if (c->state == AFTER_QUOTE) return fault_at(c, f, ERR_INVALID, "text after a closing quote");
    if (c->state == AT_START) return take_first(c, b, f);
    if (b == '"') return fault_at(c, f, ERR_INVALID, "a quote inside a field that is not quoted");
    buf_addc(&c->text, b);
    return OK;
}

/* A carriage return counts only before a line feed; elsewhere outside quotes it is a fault. */
static enum err take_cr_aware(struct csv *c, char b, struct fault *f) {
    if (c->had_cr) {
        c->had_cr = false;
        if (b != '\n') return fault_at(c, f, ERR_INVALID, "a carriage return inside a row");
    }
    if (b == '\r' && c->state != IN_QUOTES) {
        c->had_cr = true;
        return OK;
    }
    return take(c, b, f);
}

enum err csv_feed(struct csv *c, const char *bytes, size_t n, struct fault *f) {
    static const char mark[] = "\xef\xbb\xbf";
    for (size_t i = 0; i < n; i++) {
        uint64_t at = c->seen++;
        if (at < 3 && c->n == 0 && c->text.len == 0 && bytes[i] == mark[at]) continue;
        if (at >= CSV_FILE_MAX) return fault_at(c, f, ERR_LIMIT, "the file is over 2 GiB unpacked");
        enum err e = take_cr_aware(c, bytes[i], f);
        if (e) return e;
        if (c->text.failed) return fault_at(c, f, ERR_LIMIT, "the row is longer than 1 MiB");
    }
    return OK;
}

enum err csv_end(struct csv *c, struct fault *f) {
    if (c->state == IN_QUOTES) return fault_at(c, f, ERR_INVALID, "the text ends inside quotes");
    if (c->state == AT_START && c->n == 0) return OK;
    return end_line(c, f);
}

static void gz_close(gzFile *g) {
    if (*g) gzclose(*g);
}

enum err csv_read(const char *path, csv_row_fn *each, void *who, struct fault *f) {
    AUTO(gz_close) gzFile file = gzopen(path, "rb");
    if (!file) return fault_set(f, ERR_NOT_FOUND, path, "cannot open the file: %s", strerror(errno));
    AUTO(csv_auto) struct csv *c = csv_new(path, each, who);
    if (!c) return fault_set(f, ERR_NOMEM, path, "no memory for a reader");
    char bytes[65536];
    int got;
    while ((got = gzread(file, bytes, sizeof bytes)) > 0) {
        enum err e = csv_feed(c, bytes, (size_t)got, f);
        if (e) return e;
    }
    int code = Z_OK;
    const char *why = gzerror(file, &code);
    if (got < 0 || code == Z_BUF_ERROR)
        return fault_set(f, ERR_INVALID, path, "cannot unpack the file: %.100s", why);
    return csv_end(c, f);
}

bool csv_number(const char *text, double *out) {
    static const char *const missing[] = {"", "NA", "NaN", "null", "?"};
    for (size_t i = 0; i < ARRAY_LEN(missing); i++)
        if (!strcasecmp(text, missing[i])) {
            *out = NAN;
            return true;
        }
    if (text[strspn(text, "0123456789+-.eE")]) return false; /* no hex, no inf, no blanks */
    char *end;
    double v = strtod(text, &end);
    if (*end || end == text || !isfinite(v)) return false;
    *out = v;
    return true;
}

int csv_column(const struct csv_row *header, const char *name) {
    for (int i = 0; i < header->n; i++)
        if (!strcmp(header->fields[i], name)) return i;
    return -1;
}

void csv_add_field(struct buf *out, const char *text) {
    if (!text[strcspn(text, ",\"\r\n")]) {
        buf_adds(out, text);
        return;
    }
    buf_addc(out, '"');
    for (; *text; text++) {
        if (*text == '"') buf_addc(out, '"');
        buf_addc(out, *text);
    }
    buf_addc(out, '"');
}
