/* server.c - HTTP in front of a world. */
#include "connectors/sandbox/server.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "connectors/sandbox/file.h"
#include "connectors/sandbox/gateway.h"
#include "connectors/sandbox/outside.h"
#include "connectors/sandbox/teller.h"
#include "io/http.h"

#define TYPE_JSON "application/json"
#define PAGE_MAX 10000
#define MESSAGE_MAX ((size_t)2 << 20)
#define PEOPLE_MAX 1000
#define OPERATION_MAX 96
#define TIMER_LEAST_MS 1
#define TIMER_FULL_MS 500
#define TIMER_MOST_MS 3600000 /* a clock may be set: look again each hour */

struct held;
struct sandbox {
    struct loop *loop;
    struct outside *world;
    struct http_server *http;
    struct teller *teller;    /* NULL: nobody is told of anything */
    struct loop_timer *due;   /* of what happens by itself */
    int64_t due_ms;
    struct book_file file;
    struct held *first_held, **last_held; /* wait for the end of the turn (fsync) */
    struct held *first;                   /* all of them */
};
/* One request whose answer leaves later: after the fsync, after the latency, or never. */
struct held {
    struct sandbox *s;
    struct http_request *request; /* answered in any case: that frees it, also when its client has gone */
    struct held *next_held;
    struct held *prev, *next;
    struct loop_timer *timer;
    enum world_fate fate;
    int status, retry_after_s;
    int64_t delay_ms;
    bool released, gone; /* past the fsync; the client has left */
    char *body;
    size_t n;
    const char *type;
};

static void held_free(struct held *h) {
    if (h->prev) h->prev->next = h->next;
    else h->s->first = h->next;
    if (h->next) h->next->prev = h->prev;
    free(h->body);
    free(h);
}

static void send_now(struct held *h) {
    if (h->retry_after_s) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%d", h->retry_after_s);
        http_answer_header(h->request, "Retry-After", seconds);
    }
    http_answer(h->request, h->status, h->type, h->body, h->n);
    held_free(h);
}

static void after_delay(void *who) {
    struct held *h = who;
    h->timer = NULL;
    send_now(h);
}

/* Silence lasts until the client gives up. */
static void gone(void *who) {
    struct held *h = who;
    h->gone = true;
    if (h->fate == WORLD_SILENT && h->released) send_now(h);
}

static void break_connection(struct held *h) {
    http_break(h->request);
    held_free(h);
}

static void release_one(struct held *h) {
    h->released = true;
    if (h->fate == WORLD_BREAKS) break_connection(h);
    else if (h->gone) send_now(h);
    else if (h->fate == WORLD_SILENT) return;
    else if (!h->delay_ms || !(h->timer = loop_timer(h->s->loop, h->delay_ms, after_delay, h))) send_now(h);
}

static void something_due(void *who) {
    struct sandbox *s = who;
    s->due = NULL; /* the turn that this wakes does the rest, at its end */
}

/* One timer for the next thing that happens by itself. */
static void set_timer(struct sandbox *s) {
    int64_t due_ms = outside_due_ms(s->world), wait_ms = due_ms - loop_now_ms(s->loop);
    if (s->due && s->due_ms == due_ms) return;
    loop_cancel(s->loop, s->due);
    s->due = NULL;
    if (due_ms == INT64_MAX) return;
    if (wait_ms < TIMER_LEAST_MS) wait_ms = teller_waiting(s->teller) < TELLER_MOST ? TIMER_LEAST_MS : TIMER_FULL_MS;
    s->due = loop_timer(s->loop, wait_ms < TIMER_MOST_MS ? wait_ms : TIMER_MOST_MS, something_due, s);
    s->due_ms = due_ms;
}

/* Crash rather than acknowledge what is not on disk: that is what a real bank's host does. */
static void turn_end(void *who) {
    struct sandbox *s = who;
    outside_advance(s->world, loop_now_ms(s->loop));
    if (book_file_dirty(&s->file) && book_file_sync(&s->file) != OK) {
        log_error("book_not_written", "why=%s", log_quote(strerror(errno)));
        abort();
    }
    while (s->first_held) {
        struct held *h = s->first_held;
        s->first_held = h->next_held;
        if (!s->first_held) s->last_held = &s->first_held;
        release_one(h);
    }
    teller_go(s->teller);
    set_timer(s);
}

static void hold(struct sandbox *s, struct http_request *r, const struct outside_answer *a, const char *type) {
    struct held *h = calloc(1, sizeof *h);
    char *body = malloc(a->n + 1);
    if (!h || !body) {
        free(h);
        free(body);
        http_answer(r, 500, NULL, NULL, 0);
        return;
    }
    memcpy(body, a->body, a->n);
    *h = (struct held){.s = s, .request = r, .fate = a->fate, .status = a->status, .body = body, .n = a->n, .type = type,
                       .retry_after_s = a->retry_after_s, .delay_ms = a->delay_ms, .next = s->first};
    if (s->first) s->first->prev = h;
    s->first = h;
    *s->last_held = h;
    s->last_held = &h->next_held;
    http_on_gone(r, gone, h);
}

static void answer_error(struct http_request *r, int status, const char *text) {
    struct buf b AUTO(buf_reset);
    buf_init(&b, 4096);
    buf_adds(&b, "{\"error\":");
    buf_add_json_string(&b, text, strlen(text));
    buf_addc(&b, '}');
    http_answer(r, status, TYPE_JSON, b.data, b.len);
}

/* "/bureau/report/KEY" to "bureau.report" and "KEY"; false if it is not of that form. */
static bool split_path(const char *path, char operation[OPERATION_MAX], const char **key) {
    const char *service = path + 1, *slash = strchr(service, '/');
    if (!slash) return false;
    const char *end = strchr(slash + 1, '/');
    size_t n = end ? (size_t)(end - service) : strlen(service);
    if (n >= OPERATION_MAX) return false;
    memcpy(operation, service, n);
    operation[n] = 0;
    operation[slash - service] = '.';
    *key = end ? end + 1 : NULL;
    return true;
}

static void ask_world(struct sandbox *s, struct http_request *r, const char *operation, const char *look_key,
                      const json_t *input) {
    const char *key = look_key ? look_key : http_header(r, "Idempotency-Key");
    struct outside_request q = {operation, key ? key : "", look_key != NULL, input, loop_now_ms(s->loop)};
    const char *accept = http_header(r, "Accept");
    struct outside_answer a;
    struct buf message AUTO(buf_reset);
    buf_init(&message, MESSAGE_MAX);
    outside_ask(s->world, &q, &a);
    bool xml = accept && strstr(accept, GATEWAY_XML) && gateway_write(operation, q.key, &a, q.now_ms, &message);
    if (xml) a.body = message.data, a.n = message.len, a.status = 200;
    hold(s, r, &a, xml ? GATEWAY_XML : TYPE_JSON);
}

static enum err read_body(const struct http_request *r, const char *operation, json_t **out_new, struct fault *f) {
    const char *type = http_header(r, "Content-Type"), *key = http_header(r, "Idempotency-Key");
    size_t n;
    const void *body = http_body(r, &n);
    if (type && strstr(type, GATEWAY_XML)) return gateway_read(operation, key ? key : "", body, n, out_new, f);
    return json_parse(body, n, &JSON_LIMITS_BODY, out_new, f);
}

/* The register of phone numbers has an interface of its own. */
static bool asks_number(struct sandbox *s, struct http_request *r) {
    static const char place[] = "/v2/numbers/";
    if (strcmp(http_method(r), "GET") != 0 || !text_starts(http_path(r), place)) return false;
    json_t *input = json_pack("{s:s}", "phone", http_path(r) + sizeof place - 1);
    if (input) ask_world(s, r, "phone.tenure", NULL, input);
    else answer_error(r, 500, "no memory");
    json_decref(input);
    return true;
}

static void provider(struct sandbox *s, struct http_request *r) {
    char operation[OPERATION_MAX];
    const char *look_key;
    bool post = !strcmp(http_method(r), "POST");
    if (asks_number(s, r)) return;
    if (!split_path(http_path(r), operation, &look_key) || (post == (look_key != NULL))) {
        answer_error(r, 404, "no such place");
        return;
    }
    json_t *input = NULL;
    struct fault f;
    if (post && read_body(r, operation, &input, &f) != OK) answer_error(r, 400, f.text);
    else ask_world(s, r, operation, look_key, input);
    json_decref(input);
}

static void control(struct sandbox *s, struct http_request *r) {
    size_t n;
    const void *body = http_body(r, &n);
    json_t *v = NULL;
    struct fault f;
    struct buf out AUTO(buf_reset);
    buf_init(&out, 8192);
    if (!strcmp(http_method(r), "POST") &&
        (json_parse(body, n, &JSON_LIMITS_BODY, &v, &f) != OK || outside_set(s->world, v, &f) != OK)) {
        answer_error(r, 400, f.text);
    } else {
        json_decref(v);
        v = outside_settings_new(s->world);
        if (v && json_write(v, &out) == OK) http_answer(r, 200, TYPE_JSON, out.data, out.len);
        else answer_error(r, 500, "no memory");
    }
    json_decref(v);
}

static void control_bureau(struct sandbox *s, struct http_request *r) {
    size_t n;
    const void *body = http_body(r, &n);
    struct fault f;
    if (outside_load_bureau(s->world, body, n, &f) != OK) answer_error(r, 400, f.text);
    else http_answer(r, 200, TYPE_JSON, "{}", 2);
}

/* The answer waits for the end of the turn, when what has happened is on disk. */
static void control_happen(struct sandbox *s, struct http_request *r) {
    size_t n;
    const void *body = http_body(r, &n);
    json_t *v = NULL;
    struct fault f = {0};
    enum err e = json_parse(body, n, &JSON_LIMITS_BODY, &v, &f);
    if (e == OK) e = outside_happen(s->world, v, loop_now_ms(s->loop), &f);
    json_decref(v);
    if (e == OK) hold(s, r, &(struct outside_answer){.fate = WORLD_ANSWERS, .status = 200, .body = "{}", .n = 2}, TYPE_JSON);
    else answer_error(r, e == ERR_CONFLICT ? 409 : 400, f.text);
}

static size_t number_of(const struct http_request *r, const char *name, size_t otherwise) {
    const char *text = http_query(r, name);
    int64_t v;
    return text && text_i64(text, strlen(text), &v) == OK && v >= 0 ? (size_t)v : otherwise;
}

static void show_book(struct sandbox *s, struct http_request *r) {
    struct buf out AUTO(buf_reset);
    buf_init(&out, (size_t)64 << 20);
    size_t limit = number_of(r, "limit", 1000);
    outside_advance(s->world, loop_now_ms(s->loop));
    if (book_page(outside_book(s->world), number_of(r, "after", 0), limit < PAGE_MAX ? limit : PAGE_MAX, &out) == OK)
        http_answer(r, 200, TYPE_JSON, out.data, out.len);
    else answer_error(r, 500, "no memory");
}

static void show_people(struct sandbox *s, struct http_request *r) {
    struct buf out AUTO(buf_reset);
    buf_init(&out, (size_t)1 << 20);
    size_t page = number_of(r, "page", 0), size = number_of(r, "size", 100);
    enum err e = page && page <= OUTSIDE_INHABITANTS
                     ? outside_inhabitants(s->world, page, size < PEOPLE_MAX ? size : PEOPLE_MAX, &out)
                     : outside_people(s->world, http_query(r, "pan"), &out);
    if (e == OK) http_answer(r, 200, TYPE_JSON, out.data, out.len);
    else answer_error(r, 500, "no memory");
}

static void ready(struct sandbox *s, struct http_request *r) {
    (void)s;
    http_answer(r, 200, TYPE_JSON, "{\"ready\":true}", 14);
}

static void route(void *who, struct http_request *r) {
    static const struct {
        const char *path;
        void (*serve)(struct sandbox *s, struct http_request *r);
    } places[] = {{"/control", control},  {"/control/bureau", control_bureau}, {"/control/happen", control_happen}, {"/book", show_book},
                  {"/people", show_people}, {"/readyz", ready}};
    for (size_t k = 0; k < ARRAY_LEN(places); k++)
        if (!strcmp(http_path(r), places[k].path)) {
            places[k].serve(who, r);
            return;
        }
    provider(who, r);
}

static enum err load_bureau_file(struct outside *w, const char *path, struct fault *f) {
    struct buf text AUTO(buf_reset) = {0};
    enum err e = file_read(path, (size_t)64 << 20, &text, f);
    return e != OK ? e : outside_load_bureau(w, buf_text(&text), text.len, f);
}

static enum err tell_from_now(struct sandbox *s, struct fault *f) {
    json_t *on = json_pack("{s:b}", "tell", 1);
    enum err e = on ? outside_set(s->world, on, f) : fault_set(f, ERR_NOMEM, "", "no memory");
    json_decref(on);
    return e;
}

static enum err start_parts(struct sandbox *s, const json_t *settings, struct fault *f) {
    static const struct http_limits limits = {.body_bytes = (size_t)16 << 20, .header_bytes = 16384,
                                              .idle_s = 300, .connections = 4000};
    const char *book = json_text(settings, "book", NULL), *bureau = json_text(settings, "bureau_file", NULL);
    enum err e = outside_new(settings, &s->world, f);
    if (e == OK && book) e = book_file_open(&s->file, book, outside_book(s->world), f);
    if (e == OK) e = teller_start(s->loop, s->world, settings, &s->teller, f);
    if (e == OK && s->teller) e = tell_from_now(s, f);
    if (e == OK && bureau) e = load_bureau_file(s->world, bureau, f);
    if (e == OK && (e = loop_on_turn_end(s->loop, turn_end, s)) != OK) return fault_set(f, e, "", "no memory");
    return e == OK ? http_listen(s->loop, json_text(settings, "listen", "127.0.0.1:9100"), false, &limits, route, s,
                                 &s->http, f)
                   : e;
}

enum err sandbox_start(struct loop *l, const json_t *settings, struct sandbox **out, struct fault *f) {
    struct sandbox *s = calloc(1, sizeof *s);
    if (!s) return fault_set(f, ERR_NOMEM, "", "no memory");
    s->loop = l;
    s->file.fd = -1;
    s->last_held = &s->first_held;
    enum err e = start_parts(s, settings, f);
    if (e != OK) {
        sandbox_stop(s);
        return e;
    }
    *out = s;
    return OK;
}

int sandbox_port(const struct sandbox *s) { return http_port(s->http); }
struct outside *sandbox_world(struct sandbox *s) { return s->world; }

void sandbox_stop(struct sandbox *s) {
    if (!s) return;
    if (s->http) http_close(s->http);
    while (s->first) {
        loop_cancel(s->loop, s->first->timer);
        send_now(s->first);
    }
    loop_cancel(s->loop, s->due);
    teller_stop(s->teller);
    book_file_close(&s->file);
    outside_free(s->world);
    free(s);
}
