/* outside.c - latency, faults, idempotency round the providers. */
#include "connectors/sandbox/outside.h"

#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "connectors/sandbox/faults.h"
#include "connectors/sandbox/people.h"
#include "connectors/sandbox/providers.h"

#define LATENCY_MAX_MS 600000
#define TRIES_MAX 200000 /* keys whose tries are counted; past it counting starts afresh */
#define LATE_MS 2000
#define BODY_MAX ((size_t)256 << 10)

struct outside {
    struct providers providers;
    struct fault_rules faults;
    char faults_text[1000];
    int64_t latency_least_ms, latency_most_ms;
    uint64_t asked;
    struct map *tries; /* key -> count, as a pointer-sized number */
    struct buf body;
};

static enum err read_latency(const char *text, struct outside *w, struct fault *f) {
    const char *dash = strchr(text, '-');
    size_t n = strlen(text), first = dash ? (size_t)(dash - text) : n;
    int64_t least, most;
    bool good = text_i64(text, first, &least) == OK;
    if (good && dash) good = text_i64(dash + 1, n - first - 1, &most) == OK;
    else most = least;
    if (!good || least < 0 || most < least || most > LATENCY_MAX_MS)
        return fault_set(f, ERR_INVALID, "latency", "'%.40s' is not a latency: write ms as 20 or 50-150", text);
    w->latency_least_ms = least;
    w->latency_most_ms = most;
    return OK;
}

enum err outside_set(struct outside *w, const json_t *settings, struct fault *f) {
    const char *latency = json_text(settings, "latency", NULL), *faults = json_text(settings, "faults", NULL);
    struct fault_rules rules;
    enum err e = OK;
    if (faults && strlen(faults) >= sizeof w->faults_text)
        return fault_set(f, ERR_LIMIT, "faults", "the list of faults is too long");
    if (faults) e = fault_rules_read(faults, &rules, f);
    if (e == OK && latency) e = read_latency(latency, w, f);
    if (e == OK && faults) {
        w->faults = rules;
        text_copy(w->faults_text, sizeof w->faults_text, faults);
    }
    return e;
}

json_t *outside_settings_new(const struct outside *w) {
    char latency[48];
    snprintf(latency, sizeof latency, "%lld-%lld", (long long)w->latency_least_ms, (long long)w->latency_most_ms);
    return json_pack("{s:I, s:s, s:s}", "seed", (json_int_t)w->providers.seed, "latency", latency, "faults", w->faults_text);
}

enum err outside_new(const json_t *settings, struct outside **out, struct fault *f) {
    struct outside *w = calloc(1, sizeof *w);
    if (!w) return fault_set(f, ERR_NOMEM, "", "no memory");
    buf_init(&w->body, BODY_MAX);
    w->tries = map_new();
    enum err e = providers_init(&w->providers, (uint64_t)json_int(settings, "seed", 1));
    if (e != OK || !w->tries) e = fault_set(f, ERR_NOMEM, "", "no memory");
    if (e == OK) e = outside_set(w, settings, f);
    if (e != OK) {
        outside_free(w);
        return e;
    }
    *out = w;
    return OK;
}

void outside_free(struct outside *w) {
    if (!w) return;
    providers_reset(&w->providers);
    if (w->tries) map_free(w->tries, NULL);
    buf_reset(&w->body);
    free(w);
}

struct book *outside_book(struct outside *w) { return w->providers.book; }

enum err outside_load_bureau(struct outside *w, const char *csv, size_t n, struct fault *f) {
    return providers_load_bureau(&w->providers, csv, n, f);
}

static unsigned count_try(struct outside *w, const struct outside_request *r) {
    if (!w->faults.n) return 0;
    char id[400];
    int n = snprintf(id, sizeof id, "%s %c %.300s", r->operation, r->look ? 'l' : 'c', r->key);
    if (map_size(w->tries) >= TRIES_MAX) {
        struct map *fresh = map_new();
        if (!fresh) return 0;
        map_free(w->tries, NULL);
        w->tries = fresh;
    }
    uintptr_t seen = (uintptr_t)map_get(w->tries, id, (size_t)n);
    if (map_put(w->tries, id, (size_t)n, (void *)(seen + 1), NULL) != OK) return 0;
    return (unsigned)seen;
}

static int64_t draw_latency(struct outside *w, const struct outside_request *r) {
    int64_t span = w->latency_most_ms - w->latency_least_ms;
    if (!span) return w->latency_least_ms;
    char text[64];
    snprintf(text, sizeof text, "%llu %.40s", (unsigned long long)w->asked, r->key);
    return w->latency_least_ms + (int64_t)(sandbox_hash(w->providers.seed, "latency", text) % (uint64_t)(span + 1));
}

static void say(struct outside *w, struct outside_answer *a, int status, const char *code, const char *text) {
    buf_clear(&w->body);
    buf_addf(&w->body, "{\"error\":\"%s\",\"code\":\"%s\"}", text, code);
    a->status = status;
    a->body = buf_text(&w->body);
    a->n = w->body.len;
}

static void serve(struct outside *w, const struct outside_request *r, int64_t settles_ms, struct outside_answer *a) {
    struct provided p = {.body = &w->body};
    buf_clear(&w->body);
    if (r->look) providers_look(&w->providers, r, &p);
    else providers_do(&w->providers, r, settles_ms, &p);
    a->status = p.status;
    a->body = p.text ? p.text : buf_text(&w->body);
    a->n = p.text ? p.text_n : w->body.len;
    if (!buf_ok(&w->body)) say(w, a, 500, "no_memory", "no memory");
}

/* Torn in the middle: valid neither as JSON nor against any schema. */
static void tear(struct outside *w, struct outside_answer *a) {
    size_t half = a->n / 2;
    if (a->body != w->body.data) {
        buf_clear(&w->body);
        buf_add(&w->body, a->body, half);
    }
    a->body = buf_text(&w->body);
    a->n = half < w->body.len ? half : w->body.len;
}

static bool coin(const struct outside *w, const char *what, const struct outside_request *r, unsigned nth) {
    char text[400];
    snprintf(text, sizeof text, "%s %u %.300s", r->operation, nth, r->key);
    return sandbox_hash(w->providers.seed, what, text) & 1;
}

static void break_silently(struct outside *w, const struct outside_request *r, unsigned nth, enum world_fate fate,
                           struct outside_answer *a) {
    if (coin(w, "took effect", r, nth)) serve(w, r, 0, a);
    a->fate = fate;
}

/* Faults that come before or instead of the effect; true when nothing more is to be done. */
static bool fault_instead(struct outside *w, const struct outside_request *r, enum fault_kind kind, unsigned nth,
                          struct outside_answer *a) {
    if (kind == FAULT_REFUSE && !r->look) say(w, a, 422, "refused_by_seed", "refused");
    else if (kind == FAULT_BUSY) say(w, a, 429, "busy", "come back later");
    else if (kind == FAULT_FAIL) say(w, a, 503, "down", "down");
    else if (kind == FAULT_TIMEOUT) break_silently(w, r, nth, WORLD_SILENT, a);
    else if (kind == FAULT_BREAK) break_silently(w, r, nth, WORLD_BREAKS, a);
    else return false;
    if (kind == FAULT_BUSY) a->retry_after_s = 1;
    return true;
}

static void fault_after(struct outside *w, const struct outside_request *r, enum fault_kind kind, struct outside_answer *a) {
    serve(w, r, kind == FAULT_LATE ? r->now_ms + LATE_MS : 0, a);
    if (kind == FAULT_DUPLICATE) serve(w, r, 0, a);
    else if (kind == FAULT_AFTER) say(w, a, 500, "broken", "broken");
    else if (kind == FAULT_GARBAGE) tear(w, a);
}

void outside_ask(struct outside *w, const struct outside_request *r, struct outside_answer *a) {
    *a = (struct outside_answer){.fate = WORLD_ANSWERS, .body = ""};
    w->asked++;
    unsigned nth = count_try(w, r);
    enum fault_kind kind = fault_draw(&w->faults, w->providers.seed, r->operation, r->key, nth);
    /* What has been answered once stays answered: a refusal drawn later would contradict the book. */
    if (kind == FAULT_REFUSE && book_find(w->providers.book, r->operation, r->key)) kind = FAULT_NONE;
    if (!fault_instead(w, r, kind, nth, a)) fault_after(w, r, kind, a);
    a->delay_ms = draw_latency(w, r);
}

enum err outside_people(const struct outside *w, const char *pan, struct buf *out) {
    struct person p;
    buf_adds(out, "{\"people\":[");
    if (pan) {
        person_by_pan(w->providers.seed, pan, &p);
        person_describe(&p, out);
    }
    for (const struct persona *named = pan ? NULL : personas; named && named->pan; named++) {
        if (named != personas) buf_addc(out, ',');
        person_by_pan(w->providers.seed, named->pan, &p);
        person_describe(&p, out);
    }
    buf_adds(out, "]}");
    return buf_ok(out) ? OK : ERR_LIMIT;
}

enum err outside_inhabitants(const struct outside *w, uint64_t page, uint64_t size, struct buf *out) {
    uint64_t first = (page - 1) * size;
    struct person p;
    buf_adds(out, "{\"people\":[");
    for (uint64_t n = first; n < first + size && n < OUTSIDE_INHABITANTS; n++) {
        if (n > first) buf_addc(out, ',');
        person_nth(w->providers.seed, n, &p);
        person_describe(&p, out);
    }
    if (first + size < OUTSIDE_INHABITANTS) buf_addf(out, "],\"next\":%llu}", (unsigned long long)page + 1);
    else buf_adds(out, "],\"next\":null}");
    return buf_ok(out) ? OK : ERR_LIMIT;
}
