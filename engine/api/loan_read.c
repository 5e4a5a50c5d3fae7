/* loan_read.c - see loan_read.h. The columns of a loan are a projection; what is shown here is the fold itself. */
#include "api/loan_read.h"

#include "base/text.h"
#include "base/zone.h"
#include "flow/engine.h"
#include "io/http.h"
#include "store/view.h"

#define FOLD_BYTES ((size_t)64 << 20)

struct reading {
    struct request *request;
    loan_seen_fn *then;
    json_t *row;
    int32_t on_day;
    int64_t known_ms;
};

static void reading_free(struct reading *x) {
    json_decref(x->row);
    free(x);
}

static struct deed_text deed_text_of(const json_t *item) {
    const json_t *body = json_object_get(item, "body");
    return (struct deed_text){.n = (uint32_t)json_int(item, "n", 0), .kind = json_text(item, "kind", ""),
                              .day = (int32_t)json_int(item, "day", 0), .known_ms = json_int(item, "known_ms", 0),
                              .minor = json_int(item, "amount_minor", 0), .body = json_text(item, "body", ""),
                              .body_len = json_string_length(body)};
}

static size_t known_before(const struct deed *deeds, size_t n, int64_t known_ms) {
    size_t known = 0;
    while (known < n && deeds[known].known_ms <= known_ms) known++;
    return known;
}

static enum err show(const struct reading *x, const json_t *items, struct arena *a, struct fault *f) {
    size_t n = json_array_size(items);
    struct loan_seen seen = {.request = x->request, .row = x->row};
    struct deed *deeds = NULL;
    struct deed_text *texts = arena_alloc(a, (n + 1) * sizeof *texts);
    if (!texts) return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) texts[i] = deed_text_of(json_array_get(items, i));
    enum err e = deeds_read(texts, n, a, &deeds, f);
    if (e == OK) e = loan_fold(deeds, n, x->on_day, x->known_ms, a, &seen.state, f);
    if (e != OK) return e;
    seen.deeds = deeds;
    seen.n_deeds = known_before(deeds, n, x->known_ms);
    x->then(&seen);
    return OK;
}

static void have_file(void *who, enum err err, const json_t *answer, const struct fault *f) {
    struct reading *x = who;
    const json_t *items = json_object_get(answer, "items");
    struct fault own = {0};
    struct arena *a = err == OK ? arena_new(FOLD_BYTES) : NULL;
    if (err != OK) answer_error(x->request, err, f);
    else if (json_array_size(items) > VIEW_FILE_MAX)
        answer_problem(x->request, 422, NULL, "this loan has more than %d entries: read them in pages", VIEW_FILE_MAX);
    else if (!a || (err = show(x, items, a, &own)) != OK)
        answer_error(x->request, a ? err : ERR_NOMEM, &own);
    arena_free(a);
    reading_free(x);
}

static void have_row(void *who, enum err err, const json_t *row, const struct fault *f) {
    struct reading *x = who;
    if (err != OK) {
        if (err == ERR_NOT_FOUND) answer_problem(x->request, 404, NULL, "there is no loan %s", x->request->params[0]);
        else answer_error(x->request, err, f);
        reading_free(x);
        return;
    }
    x->row = json_incref((json_t *)row);
    view_loan_file(x->request->api->c.view, x->request->params[0], have_file, x);
}

static bool read_query(struct request *r, struct reading *x) {
    const char *on = http_query(r->http, "on");
    x->on_day = engine_today(r->api->c.engine);
    if (on && day_parse(on, &x->on_day) != OK) {
        answer_problem(r, 400, "on", "on must be a date such as 2026-12-01");
        return false;
    }
    if (!request_instant(r, "known", &x->known_ms)) return false;
    if (!x->known_ms) x->known_ms = INT64_MAX;
    return true;
}

void loan_read(struct request *r, loan_seen_fn *then) {
    struct reading asked = {.request = r, .then = then}, *x;
    if (!read_query(r, &asked)) return;
    if (!(x = malloc(sizeof *x))) {
        answer_error(r, ERR_NOMEM, NULL);
        return;
    }
    *x = asked;
    view_loan(r->api->c.view, r->params[0], have_row, x);
}
