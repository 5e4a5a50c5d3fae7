/* problem.c - answers: JSON, text and RFC 9457 problem details. */
#include <stdarg.h>
#include <string.h>

#include "api/deadline.h"
#include "api/request.h"
#include "base/text.h"
#include "base/log.h"
#include "base/metric.h"
#include "io/http.h"

void request_drop(struct request *r) {
    deadline_end(r);
    wait_end(r);
    json_decref(r->body);
    json_decref(r->errors);
    free(r);
}

static const char *title_of(int status) {
    switch (status) {
    case 400: return "The request is not well formed";
    case 401: return "The sender is not known";
    case 403: return "This key may not do that";
    case 404: return "Not found";
    case 405: return "This resource does not take that method";
    case 409: return "Conflict with what is already there";
    case 413: return "The request is too big";
    case 415: return "The body must be JSON";
    case 422: return "The request does not fit";
    case 429: return "Too many requests";
    case 431: return "A header is too long";
    case 503: return "Not available at the moment";
    default: return "The request failed";
    }
}

/* One line and two metrics for every answer; the path is the route's template, so no ids and no personal data. */
void request_record(const struct request *r, int status) {
    if (r->expired) return;
    const char *path = r->route ? r->route->path : "other", *method = r->route ? r->route->method : "other";
    char code[8];
    if (http_is_gone(r->http)) status = 499; /* nobody read it; the customary number for that */
    snprintf(code, sizeof code, "%d", status);
    int64_t us = loop_mono_us(r->api->c.loop) - http_started_us(r->http);
    struct metrics *m = r->api->c.metrics;
    metric_add(metric_get(m, METRIC_COUNTER, "tenor_http_requests_total", "Requests answered.", "method,route,status",
                          (const char *const[]){method, path, code}), 1);
    metric_seen_us(metric_get(m, METRIC_SECONDS, "tenor_http_request_seconds", "Time to the answer, waiting included.", "method,route",
                              (const char *const[]){method, path}), us);
    char run[ID_TEXT] = "";
    if (id_time_ms(r->run)) id_text(r->run, run);
    bool expected = status < 500 || !r->route || !r->route->roles; /* who asks /readyz asks again */
    log_line(expected ? LOG_DEBUG : LOG_WARN, __FILE__, "answered", "method=%s route=%s status=%d us=%lld run=%s by=%s", method, path,
             status, (long long)us, run, log_quote(r->by));
}

void answer_text(struct request *r, int status, const char *type, const char *text, size_t n) {
    request_record(r, status);
    http_answer(r->http, status, type, text, n);
    request_drop(r);
}

void answer_file(struct request *r, const char *type, const char *bytes, size_t n) {
    request_record(r, 200);
    http_answer_static(r->http, 200, type, bytes, n);
    request_drop(r);
}

static void send_json(struct request *r, int status, const char *type, const json_t *v) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 64u << 20);
    request_record(r, status);
    if (json_write(v, &b) != OK || !buf_ok(&b)) {
        static const char lost[] = "{\"title\":\"The answer could not be written\",\"status\":500}";
        http_answer(r->http, 500, "application/problem+json", lost, sizeof lost - 1);
    } else {
        http_answer(r->http, status, type, b.data, b.len);
    }
    request_drop(r);
}

void answer_json_take(struct request *r, int status, json_t *v) {
    send_json(r, status, "application/json", v);
    json_decref(v);
}

void answer_problem(struct request *r, int status, const char *field, const char *fmt, ...) {
    char detail[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(detail, sizeof detail, fmt, ap);
    va_end(ap);
    text_trim_utf8(detail); /* cut within a character it would not be JSON */
    json_t *p = json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank", "title", title_of(status),
                          "status", status, "detail", text_is_utf8(detail, strlen(detail)) ? detail : title_of(status));
    if (p && field && *field) json_object_set_new(p, "field", json_string(field));
    if (p && json_array_size(r->errors)) json_object_set(p, "errors", r->errors);
    if (status == 503 || status == 429) http_answer_header(r->http, "Retry-After", "1");
    send_json(r, status, "application/problem+json", p);
    json_decref(p);
}

struct misfits {
    json_t *all;
    const char *at;
};

static void misfit(void *who, const char *pointer, const char *text) {
    struct misfits *m = who;
    char where[300];
    snprintf(where, sizeof where, "%s%s", m->at, pointer);
    (void)json_array_append_new(m->all, json_pack("{s:s, s:s}", "pointer", where, "detail", text));
}

bool request_fits(struct request *r, const struct schema *s, const json_t *part, const char *at) {
    struct fault f = {0};
    struct misfits m = {json_array(), at};
    enum err e = m.all ? schema_check(s, part, misfit, &m, &f) : ERR_NOMEM; /* at most 50 of them */
    if (e == OK) return json_decref(m.all), true;
    r->errors = m.all;
    const json_t *first = json_array_get(m.all, 0);
    const char *where = json_text(first, "pointer", at), *text = json_text(first, "detail", f.text);
    if (e == ERR_NOMEM) answer_error(r, e, NULL);
    else answer_problem(r, 422, where, "%s %s", *where ? where : "the body", text);
    return false;
}

int status_of(enum err err) {
    switch (err) {
    case OK: return 200;
    case ERR_INVALID: return 422;
    case ERR_NOT_FOUND: return 404;
    case ERR_CONFLICT: case ERR_REFUSED: return 409;
    case ERR_LIMIT: return 413;
    case ERR_IO: case ERR_BUSY: case ERR_CLOSED: case ERR_TIMEOUT: return 503;
    default: return 500;
    }
}

/* A fault of the database names its SQLSTATE; its words may quote a row, and are nobody's business. */
static bool is_foreign(const struct fault *f) {
    return strlen(f->where) == 5 && strspn(f->where, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5;
}

void answer_error(struct request *r, enum err err, const struct fault *f) {
    int status = status_of(err);
    /* A closed shard is a lease on its way to somebody: the client tries again in a second. */
    const char *text = err == ERR_CLOSED ? "the owner of this case is changing; try again in a second"
                       : f && *f->text && status != 500 && !is_foreign(f) ? f->text : title_of(status);
    if (f && (status == 500 || is_foreign(f))) log_warn("refused_inside", "err=%s where=%s", err_word(err), log_quote(f->where));
    const char *field = err == ERR_INVALID && f && *f->where == '/' ? f->where : NULL;
    answer_problem(r, status, field, "%s%s%s", field ? field : "", field ? " " : "", text);
}

void answer_view(void *who, enum err err, const json_t *page, const struct fault *f) {
    struct request *r = who;
    if (err != OK) answer_error(r, err, f);
    else answer_json_take(r, 200, json_incref((json_t *)page));
}
