/* outside.c - latency, faults, idempotency round the providers. */
#include "connectors/sandbox/outside.h"

#include <string.h>

#include "base/fixed.h"
#include "base/map.h"
#include "base/text.h"
#include "connectors/sandbox/faults.h"
#include "connectors/sandbox/follow.h"
#include "connectors/sandbox/people.h"
#include "connectors/sandbox/providers.h"

#define LATENCY_MAX_MS 600000
#define TRIES_MAX 200000 /* keys whose tries are counted; past it counting starts afresh */
#define LATE_MS 2000
#define DAY_LEAST_MS 10
#define TELL_DAYS 3 /* what is older and has never been told is not told after a restart */
#define BODY_MAX ((size_t)512 << 10)

struct outside {
    struct providers providers;
    struct fault_rules faults;
    char faults_text[1000];
    int64_t latency_least_ms, latency_most_ms;
    uint64_t asked;
    struct map *tries; /* key -> count, as a pointer-sized number */
    struct notices *notices;
    bool tell;
    size_t seen;       /* entries of the book whose followers and notices are planned */
    size_t restored;   /* entries that were there at the start */
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

/* "09:30"; 24:00 is the end of the day. */
static bool read_minute(const char *text, unsigned *out) {
    int64_t hour, minute;
    if (strlen(text) != 5 || text[2] != ':' || text_i64(text, 2, &hour) != OK || text_i64(text + 3, 2, &minute) != OK) return false;
    *out = (unsigned)(hour * 60 + minute);
    return hour >= 0 && minute >= 0 && minute < 60 && *out <= 24 * 60;
}

static enum err read_presentation(const json_t *v, struct presentation *p, struct fault *f) {
    int64_t most = json_int(v, "most", p->most), apart = json_int(v, "days_apart", p->days_apart);
    const char *from = json_text(v, "from", NULL), *till = json_text(v, "till", NULL);
    bool good = (!from || read_minute(from, &p->from_minute)) && (!till || read_minute(till, &p->till_minute));
    if (!good || most < 1 || most > 100 || apart < 0 || apart > 100 || p->from_minute >= p->till_minute)
        return fault_set(f, ERR_INVALID, "presentation", "write {\"most\": 4, \"days_apart\": 1, \"from\": \"09:00\", \"till\": \"21:00\"}");
    p->most = (unsigned)most;
    p->days_apart = (unsigned)apart;
    return OK;
}

struct wish { /* all that is given is read before any of it is taken */
    struct fault_rules rules;
    struct presentation presentation;
    int64_t day_ms;
};

static enum err read_settings(struct outside *w, const json_t *settings, struct wish *wish, struct fault *f) {
    const char *latency = json_text(settings, "latency", NULL), *faults = json_text(settings, "faults", NULL);
    const json_t *presentation = json_object_get(settings, "presentation");
    enum err e = OK;
    *wish = (struct wish){.presentation = w->providers.presentation};
    wish->day_ms = json_int(settings, "day_ms", w->providers.day_ms);
    if (faults && strlen(faults) >= sizeof w->faults_text) return fault_set(f, ERR_LIMIT, "faults", "the list of faults is too long");
    if (wish->day_ms < DAY_LEAST_MS || wish->day_ms > INT64_C(864000000))
        return fault_set(f, ERR_INVALID, "day_ms", "day_ms is between %d and 864000000", DAY_LEAST_MS);
    if (faults) e = fault_rules_read(faults, &wish->rules, f);
    if (e == OK && presentation) e = read_presentation(presentation, &wish->presentation, f);
    return e == OK && latency ? read_latency(latency, w, f) : e;
}

enum err outside_set(struct outside *w, const json_t *settings, struct fault *f) {
    const char *faults = json_text(settings, "faults", NULL);
    struct wish wish;
    enum err e = read_settings(w, settings, &wish, f);
    if (e != OK) return e;
    w->providers.presentation = wish.presentation;
    w->providers.day_ms = wish.day_ms;
    w->tell = json_bool(settings, "tell", w->tell);
    if (!faults) return OK;
    w->faults = wish.rules;
    notices_faults(w->notices, &wish.rules);
    text_copy(w->faults_text, sizeof w->faults_text, faults);
    return OK;
}

static json_t *presentation_new(const struct presentation *p) {
    char from[16], till[16];
    snprintf(from, sizeof from, "%02u:%02u", p->from_minute / 60, p->from_minute % 60);
    snprintf(till, sizeof till, "%02u:%02u", p->till_minute / 60, p->till_minute % 60);
    return json_pack("{s:I, s:I, s:s, s:s}", "most", (json_int_t)p->most, "days_apart", (json_int_t)p->days_apart, "from", from,
                     "till", till);
}

json_t *outside_settings_new(const struct outside *w) {
    char latency[48];
    snprintf(latency, sizeof latency, "%lld-%lld", (long long)w->latency_least_ms, (long long)w->latency_most_ms);
    return json_pack("{s:I, s:s, s:s, s:I, s:o, s:b}", "seed", (json_int_t)w->providers.seed, "latency", latency, "faults",
                     w->faults_text, "day_ms", (json_int_t)w->providers.day_ms, "presentation",
                     presentation_new(&w->providers.presentation), "tell", w->tell);
}

enum err outside_new(const json_t *settings, struct outside **out, struct fault *f) {
    struct outside *w = calloc(1, sizeof *w);
    if (!w) return fault_set(f, ERR_NOMEM, "", "no memory");
    buf_init(&w->body, BODY_MAX);
    w->tries = map_new();
    enum err e = providers_init(&w->providers, (uint64_t)json_int(settings, "seed", 1));
    w->providers.faults = &w->faults;
    if (e == OK) w->notices = notices_new(w->providers.book, w->providers.seed);
    if (e != OK || !w->tries || !w->notices) e = fault_set(f, ERR_NOMEM, "", "no memory");
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
    notices_free(w->notices);
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

/* The worst of outcomes for whoever waits: silence now, success later. */
static void lose(struct outside *w, const struct outside_request *r, struct outside_answer *a) {
    serve(w, r, r->now_ms + LATE_MS, a);
    a->fate = WORLD_SILENT;
}

/* Faults that come before or instead of the effect; true when nothing more is to be done. */
static bool fault_instead(struct outside *w, const struct outside_request *r, enum fault_kind kind, unsigned nth,
                          struct outside_answer *a) {
    if (kind == FAULT_REFUSE && !r->look) say(w, a, 422, "refused_by_seed", "refused");
    else if (kind == FAULT_BUSY) say(w, a, 429, "busy", "come back later");
    else if (kind == FAULT_FAIL) say(w, a, 503, "down", "down");
    else if (kind == FAULT_TIMEOUT) break_silently(w, r, nth, WORLD_SILENT, a);
    else if (kind == FAULT_LOST) lose(w, r, a);
    else if (kind == FAULT_BREAK) break_silently(w, r, nth, WORLD_BREAKS, a);
    else return false;
    if (kind == FAULT_BUSY) a->retry_after_s = 1;
    return true;
}

static void fault_after(struct outside *w, const struct outside_request *r, enum fault_kind kind, struct outside_answer *a) {
    w->providers.twist = kind == FAULT_PEND || kind == FAULT_RETURN ? kind : FAULT_NONE;
    serve(w, r, kind == FAULT_LATE ? r->now_ms + LATE_MS : 0, a);
    w->providers.twist = FAULT_NONE;
    if (kind == FAULT_DUPLICATE) serve(w, r, 0, a);
    else if (kind == FAULT_AFTER) say(w, a, 500, "broken", "broken");
    else if (kind == FAULT_GARBAGE) tear(w, a);
}

/* --- what happens by itself ------------------------------------------------------------------------------------ */

static bool too_old_to_tell(const struct outside *w, const struct book_entry *e, int64_t now_ms) {
    return e->n <= w->restored && e->at_ms < now_ms - TELL_DAYS * INT64_C(86400000);
}

/* Without memory an entry stays unseen until the next time. */
static void catch_up(struct outside *w, int64_t now_ms) {
    if (!w->seen && !w->asked) w->restored = book_count(w->providers.book);
    while (w->seen < book_count(w->providers.book)) {
        const struct book_entry *e = book_at(w->providers.book, w->seen + 1);
        if (follow_entry(w->providers.follow, e) != OK) return;
        if (w->tell && !too_old_to_tell(w, e, now_ms) && notices_entry(w->notices, e) != OK) return;
        w->seen++;
    }
}

void outside_advance(struct outside *w, int64_t now_ms) {
    bool did = true;
    while (did) {
        catch_up(w, now_ms);
        if (follow_next(w->providers.follow, now_ms, &did) != OK) return;
    }
}

int64_t outside_due_ms(struct outside *w) {
    int64_t follow = follow_due_ms(w->providers.follow), notice = notices_due_ms(w->notices);
    return follow < notice ? follow : notice;
}

bool outside_notice(struct outside *w, int64_t now_ms, struct notice *out) {
    return notices_take(w->notices, now_ms, out);
}

void outside_told(struct outside *w, size_t entry) { book_tell(w->providers.book, entry); }

static enum err receive(struct outside *w, const json_t *what, int64_t now_ms, struct fault *f) {
    const char *key = json_text(what, "key", ""), *currency = json_text(what, "currency", "INR");
    char answer[64];
    int64_t amount = json_int(what, "amount", 0);
    if (!*key || !*json_text(what, "reference", "") || amount <= 0 || fixed_currency_digits(currency) < 0)
        return fault_set(f, ERR_INVALID, "what", "payments.received needs key, reference and an amount above zero");
    int n = snprintf(answer, sizeof answer, "{\"id\":\"IN%012llu\"}",
                     (unsigned long long)(sandbox_hash(w->providers.seed, "payments.received", key) % UINT64_C(1000000000000)));
    struct book_entry e = {.operation = "payments.received", .key = key, .reference = json_text(what, "reference", ""),
                           .currency = currency, .answer = answer, .answer_n = (size_t)n, .amount_minor = amount,
                           .at_ms = now_ms, .settles_ms = now_ms};
    enum err err = book_add(w->providers.book, &e);
    return err == OK ? OK : fault_set(f, err, "key", "it could not be entered: %s", err_word(err));
}

/* The latest of each kind: what a follower may be asked to follow. */
static const struct book_entry *origin_of(const struct book_loan *l, const char *operation) {
    return text_starts(operation, "payments.mandate_") ? l->mandate
           : text_starts(operation, "payments.collect_") ? l->collection
           : text_starts(operation, "esign.")            ? l->envelope
                                                         : l->payout;
}

enum err outside_happen(struct outside *w, const json_t *what, int64_t now_ms, struct fault *f) {
    const char *operation = json_text(what, "what", "");
    outside_advance(w, now_ms);
    enum err e;
    if (!strcmp(operation, "payments.received")) {
        e = receive(w, what, now_ms, f);
    } else {
        struct book_loan l = book_loan(w->providers.book, json_text(what, "reference", ""));
        const struct book_entry *origin = origin_of(&l, operation);
        if (!origin) return fault_set(f, ERR_INVALID, "reference", "nothing of this reference has happened that it could follow");
        e = follow_now(w->providers.follow, origin, operation, json_text(what, "code", ""), now_ms);
        if (e == ERR_NOT_FOUND) e = fault_set(f, ERR_INVALID, "what", "'%.40s' is nothing that can happen", operation);
        else if (e != OK) (void)fault_set(f, e, "what", "it has happened already, or something has overtaken it");
    }
    if (e == OK) outside_advance(w, now_ms);
    return e;
}

static void ask(struct outside *w, const struct outside_request *r, struct outside_answer *a) {
    w->asked++;
    unsigned nth = count_try(w, r);
    enum fault_kind kind = fault_draw(&w->faults, w->providers.seed, r->operation, r->key, nth);
    /* What has been answered once stays answered: a refusal drawn later would contradict the book. */
    if (kind == FAULT_REFUSE && book_find(w->providers.book, r->operation, r->key)) kind = FAULT_NONE;
    if (!fault_instead(w, r, kind, nth, a)) fault_after(w, r, kind, a);
    a->delay_ms = draw_latency(w, r);
}

void outside_ask(struct outside *w, const struct outside_request *r, struct outside_answer *a) {
    *a = (struct outside_answer){.fate = WORLD_ANSWERS, .body = ""};
    outside_advance(w, r->now_ms);
    ask(w, r, a);
    catch_up(w, r->now_ms);
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
    buf_adds(out, "{\"people\":[");
    for (uint64_t n = first; n < first + size && n < OUTSIDE_INHABITANTS; n++) {
        if (n > first) buf_addc(out, ',');
        person_describe_nth(w->providers.seed, n, out);
    }
    if (first + size < OUTSIDE_INHABITANTS) buf_addf(out, "],\"next\":%llu}", (unsigned long long)page + 1);
    else buf_adds(out, "],\"next\":null}");
    return buf_ok(out) ? OK : ERR_LIMIT;
}
