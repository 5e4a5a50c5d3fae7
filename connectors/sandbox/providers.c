/* providers.c - what each service answers. */
#include "connectors/sandbox/providers.h"

#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "base/zone.h"
#include "connectors/sandbox/people.h"

#define DAY_MS INT64_C(86400000)
#define INDIA_MS INT64_C(19800000) /* the sandbox lives at UTC+5:30, which has no daylight saving */

enum err providers_init(struct providers *p, uint64_t seed) {
    *p = (struct providers){.seed = seed, .book = book_new(), .history = history_new(seed)};
    return p->book && p->history ? OK : ERR_NOMEM;
}

void providers_reset(struct providers *p) {
    book_free(p->book);
    history_free(p->history);
    if (p->bureau) map_free(p->bureau, free);
}

static void refuse(struct provided *out, int status, const char *code, const char *text) {
    out->status = status;
    buf_clear(out->body);
    buf_addf(out->body, "{\"error\":\"%s\",\"code\":\"%s\"}", text, code);
}

static int32_t today(int64_t now_ms) { return (int32_t)((now_ms + INDIA_MS) / DAY_MS); }

static void kyc_verify(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct person who;
    person_by_pan(p->seed, json_text(r->input, "pan", ""), &who);
    if (!who.known) {
        refuse(out, 404, "pan_unknown", "no such PAN");
        return;
    }
    double match = person_name_match(&who, json_text(r->input, "name", ""));
    const char *status = match >= 0.9 ? "match" : match >= 0.6 ? "partial" : "mismatch";
    buf_addf(out->body, "{\"status\":\"%s\",\"name_match\":%.4f,\"pan_valid\":true", status, match);
    if (match >= 0.6) buf_addf(out->body, ",\"dob\":\"%s\"", who.dob);
    buf_addc(out->body, '}');
}

static void bureau_report(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *pan = json_text(r->input, "pan", "");
    const char *real = p->bureau ? map_get(p->bureau, pan, strlen(pan)) : NULL;
    struct person who;
    person_by_pan(p->seed, pan, &who);
    if (real) buf_adds(out->body, real);
    else person_bureau(&who, out->body);
}

static void bank_transactions(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *consent = json_text(r->input, "consent", ""), *pan = json_text(r->input, "pan", NULL);
    struct person who;
    if (text_starts(consent, "revoked")) {
        refuse(out, 403, "consent_revoked", "the consent was withdrawn");
        return;
    }
    if (pan) person_by_pan(p->seed, pan, &who);
    else person_by_consent(p->seed, consent, &who);
    out->text = history_text(p->history, &who, today(r->now_ms), &out->text_n);
    if (!out->text) refuse(out, 500, "no_memory", "no memory");
}

static void payments_status(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct book_loan l = book_loan(p->book, json_text(r->input, "reference", ""));
    buf_addf(out->body, "{\"paid\":%" PRId64 ",\"payouts\":%u,\"mandate\":\"%s\"}", l.paid_minor, l.payouts,
             l.mandate_active ? "active" : l.mandates ? "cancelled" : "none");
}

/* The provider's own references come from operation and key, so they survive a restart. */
static uint64_t reference_number(struct providers *p, const struct outside_request *r) {
    return sandbox_hash(p->seed, r->operation, r->key) % UINT64_C(1000000000000);
}

static void payments_mandate(struct providers *p, const struct outside_request *r, struct provided *out) {
    if (text_starts(json_text(r->input, "account", ""), "nomandate"))
        refuse(out, 422, "mandate_rejected", "the bank gives no mandate on this account");
    else buf_addf(out->body, "{\"id\":\"UMRN%012" PRIu64 "\",\"state\":\"active\"}", reference_number(p, r));
}

static void payments_cancel(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct book_loan l = book_loan(p->book, json_text(r->input, "reference", ""));
    buf_addf(out->body, "{\"cancelled\":%s}", l.mandate_active ? "true" : "false");
}

static void payments_disburse(struct providers *p, const struct outside_request *r, struct provided *out) {
    int64_t amount = json_int(r->input, "amount", 0);
    char day[16];
    if (text_starts(json_text(r->input, "account", ""), "closed"))
        refuse(out, 422, "account_closed", "the account is closed");
    else if (amount <= 0) refuse(out, 422, "bad_amount", "the amount must be above zero");
    else
        buf_addf(out->body, "{\"id\":\"UTR%012" PRIu64 "\",\"amount\":%" PRId64 ",\"settled_on\":\"%s\"}",
                 reference_number(p, r), amount, day_text(today(r->now_ms), day));
}

static const struct service {
    const char *operation;
    void (*answer)(struct providers *p, const struct outside_request *r, struct provided *out);
    bool effect; /* goes through the book */
} SERVICES[] = {
    {"kyc.verify", kyc_verify, false},
    {"bureau.report", bureau_report, false},
    {"bank.transactions", bank_transactions, false},
    {"payments.status", payments_status, false},
    {"payments.mandate", payments_mandate, true},
    {"payments.cancel_mandate", payments_cancel, true},
    {"payments.disburse", payments_disburse, true},
};

static const struct service *service_of(const char *operation) {
    for (size_t k = 0; k < ARRAY_LEN(SERVICES); k++)
        if (!strcmp(SERVICES[k].operation, operation)) return &SERVICES[k];
    return NULL;
}

static uint64_t input_hash(const struct providers *p, const json_t *input) {
    struct buf b AUTO(buf_reset);
    buf_init(&b, (size_t)1 << 20);
    if (json_canonical(input, &b) != OK) return 0;
    return sandbox_hash(p->seed, "input", buf_text(&b));
}

static void tell_entry(const struct book_entry *e, int64_t now_ms, struct provided *out) {
    if (e->settles_ms > now_ms) {
        out->status = 202;
        buf_adds(out->body, "{\"state\":\"pending\"}");
        return;
    }
    out->status = 200;
    out->text = e->answer;
    out->text_n = e->answer_n;
}

static void do_effect(struct providers *p, const struct service *s, const struct outside_request *r,
                      int64_t settles_ms, struct provided *out) {
    if (!*r->key) {
        refuse(out, 400, "no_key", "an effect needs an Idempotency-Key");
        return;
    }
    uint64_t hash = input_hash(p, r->input);
    const struct book_entry *e = book_find(p->book, r->operation, r->key);
    if (e && e->input_hash != hash) {
        refuse(out, 409, "key_reused", "this key came with another request");
        return;
    }
    if (!e) {
        s->answer(p, r, out);
        if (out->status != 200) return;
        struct book_entry fresh = {.operation = r->operation, .key = r->key, .input_hash = hash,
                                   .reference = json_text(r->input, "reference", ""),
                                   .answer = out->body->data, .answer_n = out->body->len,
                                   .amount_minor = json_int(r->input, "amount", 0),
                                   .at_ms = r->now_ms, .settles_ms = settles_ms};
        if (!buf_ok(out->body) || book_add(p->book, &fresh) != OK) {
            refuse(out, 500, "no_memory", "the book takes no more");
            return;
        }
        buf_clear(out->body);
        e = book_find(p->book, r->operation, r->key);
    }
    tell_entry(e, r->now_ms, out);
}

void providers_do(struct providers *p, const struct outside_request *r, int64_t settles_ms, struct provided *out) {
    const struct service *s = service_of(r->operation);
    out->status = 200;
    out->text = NULL;
    buf_clear(out->body);
    if (!s) refuse(out, 404, "no_such_operation", "no such operation");
    else if (!json_is_object(r->input)) refuse(out, 400, "bad_request", "the body must be a JSON object");
    else if (s->effect) do_effect(p, s, r, settles_ms, out);
    else s->answer(p, r, out);
}

void providers_look(struct providers *p, const struct outside_request *r, struct provided *out) {
    const struct book_entry *e = book_find(p->book, r->operation, r->key);
    if (e) tell_entry(e, r->now_ms, out);
    else refuse(out, 404, "unknown_key", "nothing was done under this key");
}
