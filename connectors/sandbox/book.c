/* book.c - effects by key, loans by reference, lines out and in. */
#include "connectors/sandbox/book.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "connectors/sandbox/sums.h"

#define LINE_MAX_BYTES ((size_t)64 << 10)
#define BOOK_MAX_BYTES ((size_t)4 << 30)

struct book {
    struct arena *memory;
    struct map *by_key, *newest; /* newest: operation and subject, or reference */
    struct sums *sums;
    struct book_entry **list;
    size_t n, cap;
    book_line_fn *sink;
    void *sink_who;
};

struct book *book_new(void) {
    struct book *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    b->memory = arena_new(BOOK_MAX_BYTES);
    b->by_key = map_new();
    b->newest = map_new();
    b->sums = sums_new();
    if (b->memory && b->by_key && b->newest && b->sums) return b;
    book_free(b);
    return NULL;
}

void book_free(struct book *b) {
    if (!b) return;
    if (b->by_key) map_free(b->by_key, NULL);
    if (b->newest) map_free(b->newest, NULL);
    sums_free(b->sums);
    arena_free(b->memory);
    free(b->list);
    free(b);
}

void book_on_line(struct book *b, book_line_fn *fn, void *who) {
    b->sink = fn;
    b->sink_who = who;
}

/* "payments.disburse" NUL key: a NUL cannot stand in either. */
static size_t key_bytes(const char *operation, const char *key, char out[512]) {
    int n = snprintf(out, 512, "%s%c%s", operation, 0, key);
    return n > 0 && n < 512 ? (size_t)n : 0;
}

const struct book_entry *book_find(const struct book *b, const char *operation, const char *key) {
    char id[512];
    size_t n = key_bytes(operation, key, id);
    return n ? map_get(b->by_key, id, n) : NULL;
}

/* "about" or "under", operation and text; a key cannot be mistaken for another for the NULs between. */
static size_t newest_bytes(const char *how, const char *operation, const char *text, char out[512]) {
    int n = snprintf(out, 512, "%s%c%s%c%s", how, 0, operation, 0, text);
    return *text && n > 0 && n < 512 ? (size_t)n : 0;
}

static const struct book_entry *newest(const struct book *b, const char *how, const char *operation, const char *text) {
    char id[512];
    size_t n = newest_bytes(how, operation, text, id);
    return n ? map_get(b->newest, id, n) : NULL;
}

const struct book_entry *book_about(const struct book *b, const char *operation, const char *subject) {
    return newest(b, "about", operation, subject);
}

const struct book_entry *book_under(const struct book *b, const char *operation, const char *reference) {
    return newest(b, "under", operation, reference);
}

/* Only what has a subject: payouts by the million need no second index. */
static enum err link_newest(struct book *b, const char *how, const char *text, struct book_entry *e, const struct book_entry **older) {
    char id[512];
    if (!*e->subject) return OK;
    size_t n = newest_bytes(how, e->operation, text, id);
    *older = n ? map_get(b->newest, id, n) : NULL;
    return n ? map_put(b->newest, id, n, e, NULL) : OK;
}

struct book_loan book_loan(const struct book *b, const char *reference) { return sums_loan(b->sums, reference); }

struct book_instalment book_instalment(const struct book *b, const char *reference, const char *instalment) {
    return sums_instalment(b->sums, reference, instalment);
}

size_t book_count(const struct book *b) { return b->n; }

const struct book_entry *book_at(const struct book *b, size_t n) { return n && n <= b->n ? b->list[n - 1] : NULL; }

static struct book_entry *copy_entry(struct book *b, const struct book_entry *e) {
    struct book_entry *c = arena_alloc(b->memory, sizeof *c);
    if (!c) return NULL;
    *c = *e;
    c->operation = arena_strdup(b->memory, e->operation);
    c->key = arena_strdup(b->memory, e->key);
    c->reference = arena_strdup(b->memory, e->reference);
    c->currency = arena_strdup(b->memory, e->currency ? e->currency : "");
    c->more = arena_strdup(b->memory, e->more && *e->more ? e->more : "{}");
    c->answer = arena_strndup(b->memory, e->answer, e->answer_n);
    c->subject = e->subject && *e->subject ? arena_strdup(b->memory, e->subject) : "";
    c->n = b->n + 1;
    c->told = false;
    return c->operation && c->key && c->reference && c->currency && c->more && c->answer && c->subject ? c : NULL;
}

static enum err remember(struct book *b, const struct book_entry *e) {
    char id[512];
    size_t n = key_bytes(e->operation, e->key, id);
    if (!n) return ERR_LIMIT;
    if (map_get(b->by_key, id, n)) return ERR_CONFLICT;
    if (b->n == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 256;
        struct book_entry **list = realloc(b->list, cap * sizeof *list);
        if (!list) return ERR_NOMEM;
        b->list = list;
        b->cap = cap;
    }
    struct book_entry *c = copy_entry(b, e);
    if (!c || link_newest(b, "about", c->subject, c, &c->older_about) != OK ||
        link_newest(b, "under", c->reference, c, &c->older_under) != OK || map_put(b->by_key, id, n, c, NULL) != OK)
        return ERR_NOMEM;
    if (sums_entry(b->sums, c) != OK) {
        map_remove(b->by_key, id, n);
        return ERR_NOMEM;
    }
    b->list[b->n++] = c;
    return OK;
}

static void write_line(const struct book_entry *e, size_t number, struct buf *out) {
    buf_addf(out, "{\"n\":%zu,\"operation\":", number);
    buf_add_json_string(out, e->operation, strlen(e->operation));
    buf_adds(out, ",\"key\":");
    buf_add_json_string(out, e->key, strlen(e->key));
    buf_adds(out, ",\"reference\":");
    buf_add_json_string(out, e->reference, strlen(e->reference));
    if (e->subject && *e->subject) {
        buf_adds(out, ",\"subject\":");
        buf_add_json_string(out, e->subject, strlen(e->subject));
    }
    buf_addf(out, ",\"amount\":%" PRId64 ",\"currency\":\"%s\",\"at\":%" PRId64 ",\"settles\":%" PRId64 ",\"input\":\"%016" PRIx64 "\"",
             e->amount_minor, e->currency ? e->currency : "", e->at_ms, e->settles_ms, e->input_hash);
    buf_addf(out, ",\"more\":%s,\"answer\":", e->more && *e->more ? e->more : "{}");
    buf_add(out, e->answer, e->answer_n);
    buf_addc(out, '}');
}

enum err book_add(struct book *b, const struct book_entry *e) {
    struct buf line AUTO(buf_reset);
    buf_init(&line, LINE_MAX_BYTES);
    write_line(e, b->n + 1, &line);
    buf_addc(&line, '\n');
    if (!buf_ok(&line)) return ERR_LIMIT;
    enum err err = remember(b, e);
    if (err == OK && b->sink) b->sink(b->sink_who, line.data, line.len);
    return err;
}

void book_tell(struct book *b, size_t n) {
    char line[40];
    int len = snprintf(line, sizeof line, "{\"told\":%zu}\n", n);
    if (!n || n > b->n || b->list[n - 1]->told) return;
    b->list[n - 1]->told = true;
    if (b->sink) b->sink(b->sink_who, line, (size_t)len);
}

static enum err told_from(struct book *b, int64_t n) {
    if (n < 1 || (uint64_t)n > b->n) return ERR_INVALID;
    b->list[n - 1]->told = true;
    return OK;
}

static enum err entry_from(struct book *b, const json_t *v) {
    struct buf answer AUTO(buf_reset), more AUTO(buf_reset);
    buf_init(&answer, LINE_MAX_BYTES);
    buf_init(&more, LINE_MAX_BYTES);
    const char *hash = json_text(v, "input", "");
    const json_t *a = json_object_get(v, "answer");
    struct book_entry e = {.operation = json_text(v, "operation", ""), .key = json_text(v, "key", ""),
                           .reference = json_text(v, "reference", ""), .amount_minor = json_int(v, "amount", 0),
                           .at_ms = json_int(v, "at", 0), .settles_ms = json_int(v, "settles", 0),
                           .subject = json_text(v, "subject", "")};
    char *end = NULL;
    e.input_hash = strtoull(hash, &end, 16);
    if (!*hash || *end || !*e.operation || !*e.key || !json_is_object(a)) return ERR_INVALID;
    if (json_int(v, "n", 0) != (int64_t)b->n + 1) return ERR_INVALID;
    const json_t *rest = json_object_get(v, "more");
    if (json_write(a, &answer) != OK || (rest && json_write(rest, &more) != OK)) return ERR_NOMEM;
    e.currency = json_text(v, "currency", "");
    e.more = buf_text(&more);
    e.answer = answer.data;
    e.answer_n = answer.len;
    return remember(b, &e);
}

enum err book_restore(struct book *b, const char *line, size_t n) {
    json_t *v = NULL;
    enum err e = json_parse(line, n, &JSON_LIMITS_OWN, &v, NULL);
    if (e == OK) e = json_object_get(v, "told") ? told_from(b, json_int(v, "told", 0)) : entry_from(b, v);
    json_decref(v);
    return e;
}

enum err book_restore_all(struct book *b, const char *text, size_t n, size_t *good, struct fault *f) {
    size_t at = 0;
    while (at < n) {
        const char *end = memchr(text + at, '\n', n - at);
        if (!end) break; /* torn: never acknowledged, so it never happened */
        size_t len = (size_t)(end - text) - at;
        enum err e = book_restore(b, text + at, len);
        if (e != OK && at + len + 1 < n)
            return fault_set(f, ERR_INVALID, "book", "line %zu of the book is damaged", b->n + 1);
        if (e != OK) break;
        at += len + 1;
    }
    *good = at;
    return OK;
}

enum err book_page(const struct book *b, size_t after, size_t limit, struct buf *out) {
    size_t k = after;
    buf_adds(out, "{\"entries\":[");
    for (; k < b->n && k - after < limit; k++) {
        if (k > after) buf_addc(out, ',');
        write_line(b->list[k], k + 1, out);
    }
    buf_addf(out, "],\"next\":%zu,\"totals\":{\"entries\":%zu,", k, b->n);
    sums_write(b->sums, out);
    buf_adds(out, "}}");
    return buf_ok(out) ? OK : ERR_LIMIT;
}
