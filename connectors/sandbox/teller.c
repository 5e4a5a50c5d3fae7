/* teller.c - attempts, one fetch each; a few at a time. */
#include "connectors/sandbox/teller.h"

#include <inttypes.h>
#include <string.h>

#include "base/crypt.h"
#include "base/file.h"
#include "base/log.h"
#include "base/signature.h"
#include "base/text.h"
#include "connectors/sandbox/gateway.h"
#include "io/fetch.h"

#define AT_ONCE 8
#define FIRST_MS 500
#define MOST_MS 60000
#define TIMEOUT_MS 10000
#define BODY_MAX ((size_t)64 << 10)

struct telling;
struct teller {
    struct loop *loop;
    struct outside *world;
    struct fetcher *fetch;
    struct signature_secret secret, nobodys;
    char url[300];
    struct telling *first, **last; /* to be sent now, in this order */
    struct telling *all;           /* these, those that are under way and those that wait for another attempt */
    size_t n, under_way;
    bool stopping, complained;
};
struct telling {
    struct teller *t;
    struct notice notice;
    struct telling *next_to_send, *prev, *next;
    struct loop_timer *timer;
    unsigned attempts;
};

static void telling_free(struct telling *x) {
    struct teller *t = x->t;
    if (x->prev) x->prev->next = x->next;
    else t->all = x->next;
    if (x->next) x->next->prev = x->prev;
    t->n--;
    free(x);
}

static void line_up(struct telling *x) {
    struct teller *t = x->t;
    x->next_to_send = NULL;
    *t->last = x;
    t->last = &x->next_to_send;
}

static void send_more(struct teller *t);

static void again(void *who) {
    struct telling *x = who;
    x->timer = NULL;
    line_up(x);
    send_more(x->t);
}

static void come_again(struct telling *x) {
    int64_t wait_ms = FIRST_MS;
    for (unsigned k = 1; k < x->attempts && wait_ms < MOST_MS; k++) wait_ms *= 2;
    x->timer = loop_timer(x->t->loop, wait_ms < MOST_MS ? wait_ms : MOST_MS, again, x);
    if (!x->timer) telling_free(x); /* untold in the book: it comes after a restart */
}

static void complain(struct teller *t, const struct fetch_answer *a) {
    if (!t->complained) log_warn("webhook_not_taken", "status=%d why=%s", a->status, log_quote(a->why));
    t->complained = true;
}

static void told(void *who, const struct fetch_answer *a) {
    struct telling *x = who;
    struct teller *t = x->t;
    bool taken = a->err == OK && a->status >= 200 && a->status < 300;
    t->under_way--;
    if (t->stopping) {
        telling_free(x);
        return;
    }
    if (taken && !x->notice.forged) outside_told(t->world, x->notice.entry->n);
    if (taken) t->complained = false;
    if (taken || x->notice.forged) {
        telling_free(x);
    } else {
        complain(t, a);
        come_again(x);
    }
    send_more(t);
}

/* false: no memory, or it cannot be written. */
static bool post(struct telling *x) {
    struct teller *t = x->t;
    struct buf url AUTO(buf_reset) = {0}, body AUTO(buf_reset) = {0}, id AUTO(buf_reset) = {0}, at AUTO(buf_reset) = {0}, sign AUTO(buf_reset) = {0}, kind AUTO(buf_reset) = {0};
    struct buf *all[] = {&url, &body, &id, &at, &sign, &kind};
    const char *type = "";
    int64_t now_s = loop_now_ms(t->loop) / 1000;
    for (size_t k = 0; k < ARRAY_LEN(all); k++) buf_init(all[k], BODY_MAX);
    if (gateway_notice(&x->notice, outside_book(t->world), &body, &type) != OK) return false;
    buf_addf(&url, "%s/%s", t->url, x->notice.connector);
    buf_addf(&kind, "Content-Type: %s", type);
    buf_addf(&id, "webhook-id: %s", x->notice.id);
    buf_addf(&at, "webhook-timestamp: %" PRId64, now_s);
    buf_adds(&sign, "webhook-signature: ");
    const struct signature_secret *with = x->notice.forged ? &t->nobodys : &t->secret;
    enum err e = signature_sign(with, 1, x->notice.id, now_s, body.data, body.len, &sign);
    for (size_t k = 0; k < ARRAY_LEN(all); k++)
        if (!buf_ok(all[k])) e = ERR_NOMEM;
    const char *headers[] = {buf_text(&kind), buf_text(&id), buf_text(&at), buf_text(&sign), NULL};
    struct fetch_request r = {.method = "POST", .url = buf_text(&url), .headers = headers, .body = body.data, .body_n = body.len,
                              .timeout_ms = TIMEOUT_MS, .answer_max = BODY_MAX};
    return e == OK && fetch_start(t->fetch, &r, told, x);
}

static void send_more(struct teller *t) {
    while (t->first && t->under_way < AT_ONCE) {
        struct telling *x = t->first;
        t->first = x->next_to_send;
        if (!t->first) t->last = &t->first;
        x->attempts++;
        if (post(x)) t->under_way++;
        else come_again(x);
    }
}

void teller_go(struct teller *t) {
    struct notice n;
    if (!t) return;
    while (t->n < TELLER_MOST && outside_notice(t->world, loop_now_ms(t->loop), &n)) {
        struct telling *x = calloc(1, sizeof *x);
        if (!x) return; /* as above: it comes after a restart */
        *x = (struct telling){.t = t, .notice = n, .next = t->all};
        if (t->all) t->all->prev = x;
        t->all = x;
        t->n++;
        line_up(x);
    }
    send_more(t);
}

size_t teller_waiting(const struct teller *t) { return t ? t->n : 0; }

static enum err read_secret(const char *path, struct signature_secret *out, struct fault *f) {
    struct buf text AUTO(buf_reset) = {0};
    enum err e = file_read(path, 400, &text, f);
    if (e != OK) return e;
    char line[401];
    (void)text_copy(line, sizeof line, buf_text(&text));
    line[strcspn(line, "\r\n")] = 0;
    e = signature_secret_read(line, out, f);
    crypt_wipe(line, sizeof line);
    return e;
}

static enum err start_parts(struct teller *t, const char *url, const char *secret, struct fault *f) {
    if (!text_starts(url, "http://") && !text_starts(url, "https://"))
        return fault_set(f, ERR_INVALID, "webhooks", "the address must start with http:// or https://");
    if (!text_copy(t->url, sizeof t->url, url)) return fault_set(f, ERR_INVALID, "webhooks", "the address is too long");
    if (!secret) return fault_set(f, ERR_INVALID, "webhook_secret_file", "webhooks are signed: name the file with the secret");
    enum err e = read_secret(secret, &t->secret, f);
    t->nobodys.n = 32;
    crypt_random(t->nobodys.b, t->nobodys.n);
    if (e == OK && fetcher_new(t->loop, AT_ONCE, &t->fetch) != OK) e = fault_set(f, ERR_NOMEM, "", "no memory");
    return e;
}

enum err teller_start(struct loop *l, struct outside *w, const json_t *settings, struct teller **out, struct fault *f) {
    const char *url = json_text(settings, "webhooks", NULL);
    *out = NULL;
    if (!url) return OK;
    struct teller *t = calloc(1, sizeof *t);
    if (!t) return fault_set(f, ERR_NOMEM, "", "no memory");
    *t = (struct teller){.loop = l, .world = w};
    t->last = &t->first;
    enum err e = start_parts(t, url, json_text(settings, "webhook_secret_file", NULL), f);
    if (e == OK) *out = t;
    else teller_stop(t);
    return e;
}

void teller_stop(struct teller *t) {
    if (!t) return;
    t->stopping = true;
    if (t->fetch) fetcher_free(t->fetch); /* ends those that are under way */
    while (t->all) {
        loop_cancel(t->loop, t->all->timer);
        telling_free(t->all);
    }
    crypt_wipe(&t->secret, sizeof t->secret);
    free(t);
}
