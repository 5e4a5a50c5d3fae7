/* webhook.c - one event as one signed POST, in the form of Standard Webhooks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "stream/inner.h"

enum { CONNECT_MS = 5000, ANSWER_MAX_BYTES = 64 << 10 };

static void bound_to(const char *id, char out[80]) { snprintf(out, 80, "subscriber:%s:secret", id); }

enum err secret_seal(const struct stream *s, const char *id, const char *text, struct buf *out) {
    char bound[80];
    bound_to(id, bound);
    return crypt_seal(&s->c.master, bound, text, strlen(text), out);
}

static enum err open_one(const struct stream *s, const char *id, const struct pg_bytes *sealed, struct secrets *out) {
    char bound[80];
    AUTO(buf_reset) struct buf text;
    buf_init(&text, 200);
    bound_to(id, bound);
    enum err err = crypt_open(&s->c.master, bound, sealed->p, sealed->n, &text);
    if (err == OK) err = signature_secret_read(buf_text(&text), &out->list[out->n], NULL);
    if (err == OK) out->n++;
    if (text.data) crypt_wipe(text.data, text.len);
    return err;
}

enum err secrets_open(const struct stream *s, const char *id, const struct pg_bytes *newest, const struct pg_bytes *old,
                      int64_t old_until_ms, struct secrets *out) {
    *out = (struct secrets){.n = 0};
    enum err err = open_one(s, id, newest, out);
    bool both = err == OK && old->p && old_until_ms > loop_now_ms(s->c.loop);
    return both ? open_one(s, id, old, out) : err;
}

enum err webhook_url_check(const char *url, bool private_addresses, struct fault *f) {
    const char *rest = url + (text_starts(url, "https://") ? 8 : text_starts(url, "http://") ? 7 : 0);
    if (rest == url) return fault_set(f, ERR_INVALID, "url", "an address that begins with https:// is needed");
    if (rest == url + 7 && !private_addresses)
        return fault_set(f, ERR_INVALID, "url", "events leave over https:// only (http:// is for development)");
    size_t host = strcspn(rest, "/?#");
    if (!host || memchr(rest, '@', host)) return fault_set(f, ERR_INVALID, "url", "a host is needed, without a user name before it");
    if (strchr(rest, '#')) return fault_set(f, ERR_INVALID, "url", "the part after # would not be sent: leave it out");
    for (const char *c = url; *c; c++)
        if (*c <= ' ' || *c > '~') return fault_set(f, ERR_INVALID, "url", "blanks and letters outside ASCII must be written as %%XX");
    return OK;
}

struct fetch *webhook_send(struct stream *s, const struct webhook *w, fetch_done_fn *done, void *who) {
    AUTO(buf_reset) struct buf body, id, at, signature;
    buf_init(&body, EVENT_JSON_MAX), buf_init(&id, 300), buf_init(&at, 60), buf_init(&signature, 300);
    int64_t now_s = loop_now_ms(s->c.loop) / 1000;
    event_write(w->event, s->source, &body);
    buf_addf(&id, "webhook-id: %s", w->event->id);
    buf_addf(&at, "webhook-timestamp: %lld", (long long)now_s);
    buf_adds(&signature, "webhook-signature: ");
    if (!buf_ok(&body) || !buf_ok(&id) || !buf_ok(&at)) return NULL;
    if (signature_sign(w->secrets->list, w->secrets->n, w->event->id, now_s, body.data, body.len, &signature) != OK) return NULL;
    const char *const headers[] = {"Content-Type: " EVENT_MEDIA_TYPE, "User-Agent: Tenor", id.data, at.data, signature.data, NULL};
    return fetch_start(s->fetch, &(struct fetch_request){.method = "POST", .url = w->url, .headers = headers, .body = body.data,
                                                         .body_n = body.len, .timeout_ms = w->timeout_ms, .connect_ms = CONNECT_MS,
                                                         .answer_max = ANSWER_MAX_BYTES, .public_only = !s->c.private_addresses},
                       done, who);
}

static int64_t seconds_of(const char *retry_after) {
    int64_t n = 0;
    return text_i64(retry_after, strlen(retry_after), &n) == OK && n > 0 && n < 1000000 ? n * 1000 : 0;
}

/* An answer counts by its status; what it says is not read, and may be longer than we take. */
struct pump_result webhook_result(const struct fetch_answer *a, char why[PUMP_WHY]) {
    bool answered = (a->err == OK || a->err == ERR_LIMIT) && a->status;
    struct pump_result r = {.end = PUMP_FAILED, .status = answered ? a->status : 0, .why = why};
    why[0] = '\0';
    if (answered && a->status >= 200 && a->status < 300) r.end = PUMP_TAKEN;
    else if (answered && a->status == 410) r.end = PUMP_GONE;
    if (answered) snprintf(why, PUMP_WHY, "answered %d%s", a->status, a->status >= 300 && a->status < 400 ? "; redirects are not followed" : "");
    else if (a->err == ERR_TIMEOUT) snprintf(why, PUMP_WHY, "no answer in time");
    else snprintf(why, PUMP_WHY, "%s", *a->why ? a->why : err_word(a->err));
    if (answered && (a->status == 429 || a->status == 503)) r.retry_after_ms = seconds_of(a->retry_after);
    return r;
}
