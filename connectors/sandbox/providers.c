/* providers.c - which service is asked; effects through the book, once per key. */
#include "connectors/sandbox/providers.h"

#include <string.h>

#include "base/fixed.h"
#include "base/map.h"
#include "connectors/sandbox/follow.h"
#include "connectors/sandbox/people.h"
#include "connectors/sandbox/service.h"
#include "io/rsa.h"

#define DAY_MS INT64_C(86400000)
#define INDIA_MS INT64_C(19800000)

enum err providers_init(struct providers *p, uint64_t seed) {
    *p = (struct providers){.seed = seed, .book = book_new(), .history = history_new(seed), .day_ms = DAY_MS,
                            .presentation = {4, 1, 0, 24 * 60}};
    if (p->book) p->follow = follow_new(p->book, seed);
    return p->book && p->follow && p->history ? OK : ERR_NOMEM;
}

void providers_reset(struct providers *p) {
    follow_free(p->follow);
    book_free(p->book);
    history_free(p->history);
    if (p->bureau) map_free(p->bureau, free);
    rsa_key_free(p->issuer);
}

void service_refuse(struct provided *out, int status, const char *code, const char *text) {
    out->status = status;
    buf_clear(out->body);
    buf_addf(out->body, "{\"error\":\"%s\",\"code\":\"%s\"}", text, code);
}

int32_t service_day(int64_t now_ms) { return (int32_t)((now_ms + INDIA_MS) / DAY_MS); }

unsigned service_minute(int64_t now_ms) { return (unsigned)((now_ms + INDIA_MS) % DAY_MS / 60000); }

const char *service_currency(const struct outside_request *r, struct provided *out) {
    const char *currency = json_text(r->input, "currency", "INR");
    if (fixed_currency_digits(currency) >= 0) return currency;
    service_refuse(out, 422, "bad_currency", "no such currency");
    return NULL;
}

uint64_t service_number(const struct providers *p, const struct outside_request *r) {
    return sandbox_hash(p->seed, r->operation, r->key) % UINT64_C(1000000000000);
}

static const struct service *const ALL[] = {
    kyc_services,     uidai_services,   bureau_services,  bureau_b_services, bank_services, aa_services, payments_services,
    collect_services, account_services, esign_services,   screening_services, notices_services,
    phone_services,
};

static const struct service *service_of(const char *operation) {
    for (size_t k = 0; k < ARRAY_LEN(ALL); k++)
        for (const struct service *s = ALL[k]; s->operation; s++)
            if (!strcmp(s->operation, operation)) return s;
    return NULL;
}

static uint64_t input_hash(const struct providers *p, const json_t *input) {
    struct buf b AUTO(buf_reset);
    buf_init(&b, (size_t)1 << 20);
    if (json_canonical(input, &b) != OK) return 0;
    return sandbox_hash(p->seed, "input", buf_text(&b));
}

/* Why a transfer that was accepted will not be paid after all; NULL: it will be, or has been. */
static const struct book_entry *why_gone(const struct providers *p, const struct book_entry *e) {
    const struct book_entry *gone = book_find(p->book, "payments.recalled", e->key);
    if (strcmp(e->operation, "payments.disburse") != 0) return NULL;
    return gone ? gone : book_find(p->book, "payments.failed", e->key);
}

static void tell_gone(const struct book_entry *gone, struct provided *out) {
    json_t *more = json_loads(gone->more, 0, NULL);
    service_refuse(out, 422, json_text(more, "code", "failed"), "it was accepted and then not paid");
    json_decref(more);
}

static void tell_entry(const struct providers *p, const struct book_entry *e, int64_t now_ms, struct provided *out) {
    const struct book_entry *gone = why_gone(p, e);
    if (gone) {
        tell_gone(gone, out);
    } else if (e->settles_ms > now_ms) {
        out->status = 202;
        buf_adds(out->body, "{\"state\":\"pending\"}");
    } else {
        out->status = 200;
        out->text = e->answer;
        out->text_n = e->answer_n;
    }
}

static void write_more(const struct provided *out, struct buf *more) {
    buf_addf(more, "{%s", buf_text(&out->facts));
    if (out->plan.len) buf_addf(more, "%s\"plan\":[%s]", out->facts.len ? "," : "", buf_text(&out->plan));
    buf_addc(more, '}');
}

static enum err keep_effect(struct providers *p, const struct outside_request *r, uint64_t hash, struct provided *out) {
    struct buf more AUTO(buf_reset);
    buf_init(&more, 16384);
    write_more(out, &more);
    struct book_entry fresh = {.operation = r->operation, .key = r->key, .input_hash = hash,
                               .reference = json_text(r->input, "reference", out->reference),
                               .subject = out->subject, .currency = out->currency, .more = buf_text(&more),
                               .answer = out->body->data, .answer_n = out->body->len,
                               .amount_minor = json_int(r->input, "amount", 0),
                               .at_ms = r->now_ms, .settles_ms = out->settles_ms};
    if (!buf_ok(out->body) || !buf_ok(&out->facts) || !buf_ok(&out->plan) || !buf_ok(&more)) return ERR_LIMIT;
    enum err e = book_add(p->book, &fresh);
    if (e == OK && out->also.origin)
        e = follow_now(p->follow, out->also.origin, out->also.operation, out->also.code, r->now_ms);
    return e;
}

static void do_effect(struct providers *p, const struct service *s, const struct outside_request *r, struct provided *out) {
    if (!*r->key) {
        service_refuse(out, 400, "no_key", "an effect needs an Idempotency-Key");
        return;
    }
    uint64_t hash = input_hash(p, r->input);
    const struct book_entry *e = book_find(p->book, r->operation, r->key);
    if (e && e->input_hash != hash) {
        service_refuse(out, 409, "key_reused", "this key came with another request");
        return;
    }
    if (!e) {
        s->answer(p, r, out);
        if (out->status != 200) return;
        if (keep_effect(p, r, hash, out) != OK) {
            service_refuse(out, 500, "no_memory", "the book takes no more");
            return;
        }
        buf_clear(out->body);
        e = book_find(p->book, r->operation, r->key);
    }
    tell_entry(p, e, r->now_ms, out);
}

void providers_do(struct providers *p, const struct outside_request *r, int64_t settles_ms, struct provided *out) {
    const struct service *s = service_of(r->operation);
    out->status = 200;
    out->text = NULL;
    out->reference[0] = out->subject[0] = 0;
    out->settles_ms = settles_ms;
    buf_clear(out->body);
    buf_init(&out->facts, 4096);
    buf_init(&out->plan, 4096);
    if (!s) service_refuse(out, 404, "no_such_operation", "no such operation");
    else if (!json_is_object(r->input)) service_refuse(out, 400, "bad_request", "the body must be a JSON object");
    else if (s->effect) do_effect(p, s, r, out);
    else s->answer(p, r, out);
    buf_reset(&out->facts);
    buf_reset(&out->plan);
}

void providers_look(struct providers *p, const struct outside_request *r, struct provided *out) {
    const struct book_entry *e = book_find(p->book, r->operation, r->key);
    if (e) tell_entry(p, e, r->now_ms, out);
    else service_refuse(out, 404, "unknown_key", "nothing was done under this key");
}
