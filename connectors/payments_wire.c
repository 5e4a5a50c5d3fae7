/* payments_wire.c - orders and recalls out, reports, resolutions and statements in. */
#include "connectors/payments_wire.h"

#include <string.h>

#include "base/crypt.h"
#include "base/text.h"
#include "base/zone.h"
#include "connectors/iso20022/order.h"
#include "connectors/iso20022/recall.h"
#include "connectors/iso20022/report.h"
#include "connectors/iso20022/statement.h"

#define TYPE_XML "application/xml"
#define DAY_MS INT64_C(86400000)
#define INDIA_MS INT64_C(19800000) /* where no zone is configured, days of execution are those of UTC+5:30 */

/* --- orders ------------------------------------------------------------------------------------------------------ */

static int32_t today(const struct payments_keys *k, int64_t now_ms) {
    return k->zone ? zone_day(k->zone, now_ms) : (int32_t)((now_ms + INDIA_MS) / DAY_MS);
}

static struct iso_order order_of(const struct shaped *s, const json_t *in, const char *end_to_end) {
    const struct payments_keys *k = s->keys;
    struct iso_order o = {.message = end_to_end, .end_to_end = end_to_end, .account = json_text(in, "account", ""),
                          .name = json_text(in, "name", ""), .bank = json_text(in, "ifsc", ""),
                          .reference = json_text(in, "reference", ""), .purpose = "", .mandate = json_text(in, "mandate", ""),
                          .instruction = json_text(in, "instalment", ""), .own_name = k->own_name, .own_account = k->own_account,
                          .amount_minor = json_int(in, "amount", 0), .created_ms = s->now_ms, .on_day = today(k, s->now_ms)};
    (void)text_copy(o.currency, sizeof o.currency, json_text(in, "currency", "INR"));
    return o;
}

static enum err write_transfer(const struct shaped *s, const json_t *in, const char *purpose, struct buf *out) {
    char end_to_end[ISO_ID];
    iso_end_to_end(s->key, end_to_end);
    struct iso_order o = order_of(s, in, end_to_end);
    o.purpose = purpose;
    return iso_order_write(&o, out);
}

static enum err write_disburse(const struct shaped *s, const json_t *in, struct buf *out) {
    return write_transfer(s, in, "LOAN", out);
}

static enum err write_refund(const struct shaped *s, const json_t *in, struct buf *out) {
    return write_transfer(s, in, "refund", out);
}

static enum err write_collect(const struct shaped *s, const json_t *in, struct buf *out) {
    char end_to_end[ISO_ID];
    iso_end_to_end(s->key, end_to_end);
    struct iso_order o = order_of(s, in, end_to_end);
    o.debit = true;
    return iso_order_write(&o, out);
}

/* Until the hours of debits begin; 0: it is one of them. */
static int64_t until_window_ms(const struct payments_keys *k, int64_t now_ms) {
    if (!k->zone) return 0;
    int32_t day = zone_day(k->zone, now_ms);
    int64_t from = zone_local_ms(k->zone, day, k->from_s), till = zone_local_ms(k->zone, day, k->till_s);
    if (now_ms < from) return from - now_ms;
    return now_ms < till ? 0 : zone_local_ms(k->zone, day + 1, k->from_s) - now_ms;
}

static json_t *ask_collect(const struct shaped *s, struct answer *a) {
    int64_t wait_ms = until_window_ms(s->keys, s->now_ms);
    if (!wait_ms) return json_incref((json_t *)s->input);
    answer_set(a, CALL_FAILED, "outside_hours", "not sent: debits are presented at other hours");
    a->result.retry_after_ms = wait_ms;
    return NULL;
}

/* --- reports ------------------------------------------------------------------------------------------------------ */

static json_t *not_agreed(struct answer *a, const struct fault *f) {
    answer_set(a, CALL_UNCERTAIN, "bad_answer", "the bank's message is not what was agreed, at %.80s", f->where);
    return NULL;
}

static json_t *settled_new(const struct iso_report *r, bool debit) {
    char day[16];
    if (debit) return json_pack("{s:s, s:s, s:I, s:s}", "id", r->id, "state", r->state == ISO_SETTLED ? "settled" : "presented", "amount",
                                (json_int_t)r->amount_minor, "currency", r->currency);
    return json_pack("{s:s, s:I, s:s, s:s, s:s}", "id", r->id, "amount", (json_int_t)r->amount_minor, "currency", r->currency,
                     "settled_on", day_text(r->settled_day, day), "end_to_end", r->end_to_end);
}

/* The report must be about our order and our amount: another one says nothing about whether ours was done. */
static bool about_ours(const struct shaped *s, const struct iso_report *r, struct fault *f) {
    char end_to_end[ISO_ID];
    iso_end_to_end(s->key, end_to_end);
    if (strcmp(r->end_to_end, end_to_end) != 0) return fault_set(f, ERR_INVALID, "OrgnlEndToEndId", "another order"), false;
    bool moved = r->state == ISO_SETTLED || r->debit;
    if (r->state == ISO_REJECTED) return true;
    if (moved && (!*r->id || !r->amount_minor)) return fault_set(f, ERR_INVALID, "AcctSvcrRef", "without reference or amount"), false;
    if (r->state == ISO_SETTLED && !r->debit && !r->settled_day) return fault_set(f, ERR_INVALID, "IntrBkSttlmDt", "without a day"), false;
    if (!r->amount_minor || !s->input) return true;
    bool same = r->amount_minor == json_int(s->input, "amount", 0) && !strcmp(r->currency, json_text(s->input, "currency", "INR"));
    return same ? true : (fault_set(f, ERR_INVALID, "InstdAmt", "another amount"), false);
}

static json_t *report_answer(const struct shaped *s, const struct iso_report *r, bool debit, struct answer *a) {
    struct fault f;
    if (r->debit != debit) (void)fault_set(&f, ERR_INVALID, "OrgnlMsgNmId", "another kind of order");
    else if (about_ours(s, r, &f)) {
        if (r->state == ISO_REJECTED) {
            answer_set(a, CALL_REFUSED, r->reason, "the bank rejected the order");
            return NULL;
        }
        if (r->state == ISO_ACCEPTED && !debit) {
            answer_set(a, CALL_UNCERTAIN, "pending", "the bank has accepted the order and not settled it yet");
            return NULL;
        }
        return settled_new(r, debit);
    }
    return not_agreed(a, &f);
}

static json_t *read_report(const struct shaped *s, const char *body, size_t n, bool debit, struct answer *a) {
    struct xml *x = NULL;
    struct iso_report r;
    struct fault f;
    json_t *v = NULL;
    enum err e = xml_parse(body, n, &x, &f);
    if (e == OK) e = iso_report_read(x, &r, &f);
    v = e == OK ? report_answer(s, &r, debit, a) : not_agreed(a, &f);
    xml_free(x);
    return v;
}

static json_t *read_transfer(const struct shaped *s, const char *body, size_t n, struct answer *a) {
    return read_report(s, body, n, false, a);
}

static json_t *read_debit(const struct shaped *s, const char *body, size_t n, struct answer *a) {
    return read_report(s, body, n, true, a);
}

/* --- recalls ------------------------------------------------------------------------------------------------------- */

static enum err write_recall(const struct shaped *s, const json_t *in, struct buf *out) {
    const struct payments_keys *k = s->keys;
    char id[ISO_ID];
    iso_end_to_end(s->key, id);
    struct iso_recall r = {.id = id, .own_name = k->own_name, .transfer = json_text(in, "id", ""),
                           .reference = json_text(in, "reference", ""), .created_ms = s->now_ms};
    return iso_recall_write(&r, out);
}

static json_t *read_recall(const struct shaped *s, const char *body, size_t n, struct answer *a) {
    static const char *const words[] = {[ISO_RECALLED] = "recalled", [ISO_RECALL_TOO_LATE] = "too_late", [ISO_RECALL_UNKNOWN] = "unknown"};
    struct xml *x = NULL;
    struct iso_resolution r;
    struct fault f;
    char id[ISO_ID];
    iso_end_to_end(s->key, id);
    enum err e = xml_parse(body, n, &x, &f);
    if (e == OK) e = iso_resolution_read(x, &r, &f);
    if (e == OK && strcmp(r.id, id) != 0) e = fault_set(&f, ERR_INVALID, "CxlStsId", "another recall");
    json_t *v = e == OK ? json_pack("{s:s}", "state", words[r.result]) : not_agreed(a, &f);
    xml_free(x);
    return v;
}

/* --- statements ---------------------------------------------------------------------------------------------------- */

static enum err put_text(json_t *v, const char *name, const char *text) {
    return *text ? json_put_take(v, name, json_string(text)) : OK;
}

static enum err take_entry(void *who, const struct iso_entry *e, struct fault *f) {
    char booked[16], value[16];
    json_t *v = json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "kind", iso_kind_word(e->kind), "id", e->id, "amount",
                          (json_int_t)e->amount_minor, "currency", e->currency, "booked_on", day_text(e->booked_day, booked),
                          "value_on", day_text(e->value_day, value));
    enum err err = v ? OK : ERR_NOMEM;
    if (err == OK) err = put_text(v, "end_to_end", e->end_to_end);
    if (err == OK) err = put_text(v, "reference", e->reference);
    if (err == OK) err = put_text(v, "mandate", e->mandate);
    if (err == OK) err = put_text(v, "instalment", e->kind == ISO_COLLECTION || e->kind == ISO_COLLECTION_RETURNED ? e->instruction : "");
    if (err == OK) err = put_text(v, "code", e->reason);
    if (err != OK || json_array_append(who, v)) err = fault_set(f, ERR_NOMEM, "", "no memory");
    json_decref(v);
    return err;
}

static json_t *statement_new(const struct iso_statement *h, json_t *entries) {
    char day[16];
    return json_pack("{s:s, s:s, s:I, s:I, s:i, s:b, s:O}", "day", day_text(h->day, day), "currency", h->currency, "opening",
                     (json_int_t)h->opening_minor, "closing", (json_int_t)h->closing_minor, "page", (int)h->page, "last", h->last,
                     "entries", entries);
}

static json_t *read_statement(const struct shaped *s, const char *body, size_t n, struct answer *a) {
    struct iso_statement h = {0};
    struct xml *x = NULL;
    struct fault f;
    int32_t wanted = 0;
    json_t *entries = json_array(), *v = NULL;
    enum err e = entries ? xml_parse(body, n, &x, &f) : fault_set(&f, ERR_NOMEM, "", "no memory");
    if (e == OK) e = iso_statement_read(x, &h, take_entry, entries, &f);
    if (e == OK && (day_parse(json_text(s->input, "day", ""), &wanted) != OK || wanted != h.day))
        e = fault_set(&f, ERR_INVALID, "Bal/Dt", "another day");
    v = e == OK ? statement_new(&h, entries) : not_agreed(a, &f);
    json_decref(entries);
    xml_free(x);
    return v;
}

/* --- configuration -------------------------------------------------------------------------------------------------- */

static bool read_second(const char *text, int32_t *out) {
    int64_t hour, minute;
    if (strlen(text) != 5 || text[2] != ':' || text_i64(text, 2, &hour) != OK || text_i64(text + 3, 2, &minute) != OK) return false;
    *out = (int32_t)(hour * 3600 + minute * 60);
    return hour >= 0 && minute >= 0 && minute < 60 && *out <= 86400;
}

static enum err read_hours(const json_t *v, struct payments_keys *k, struct fault *f) {
    if (!v) return OK;
    if (!read_second(json_text(v, "from", "00:00"), &k->from_s) || !read_second(json_text(v, "till", "24:00"), &k->till_s) ||
        k->from_s >= k->till_s)
        return fault_set(f, ERR_INVALID, "presentation", "write {\"from\": \"09:00\", \"till\": \"17:00\", \"zone\": \"Asia/Kolkata\"}");
    const char *zone = json_text(v, "zone", "Asia/Kolkata");
    enum err e = zone_open(zone, &k->zone);
    return e == OK ? OK : fault_set(f, e, "presentation", "no such time zone: %.60s", zone);
}

static void close_keys(void *p) {
    struct payments_keys *k = p;
    zone_close(k->zone);
    webhook_trust_wipe(&k->trust);
    free(k);
}

static enum err open_keys(const json_t *config, void **out, struct fault *f) {
    struct payments_keys *k = calloc(1, sizeof *k);
    if (!k) return fault_set(f, ERR_NOMEM, "", "no memory");
    bool fits = text_copy(k->own_name, sizeof k->own_name, json_text(config, "own_name", "Tenor")) &&
                text_copy(k->own_account, sizeof k->own_account, json_text(config, "own_account", "")) &&
                text_copy(k->case_type, sizeof k->case_type, json_text(config, "case", "loan_application")) &&
                text_copy(k->servicing_case, sizeof k->servicing_case, json_text(config, "servicing_case", "loan"));
    enum err e = fits ? OK : fault_set(f, ERR_INVALID, "own_name", "own_name, own_account or a case type is too long");
    if (e == OK) e = read_hours(json_object_get(config, "presentation"), k, f);
    if (e == OK) e = webhook_trust_read(config, &k->trust, f);
    if (e == OK) *out = k;
    else close_keys(k);
    return e;
}

static const struct shape shapes[] = {
    {.operation = "disburse", .type = TYPE_XML, .write = write_disburse, .read = read_transfer},
    {.operation = "refund", .type = TYPE_XML, .write = write_refund, .read = read_transfer},
    {.operation = "collect", .ask = ask_collect, .type = TYPE_XML, .write = write_collect, .read = read_debit},
    {.operation = "recall", .type = TYPE_XML, .write = write_recall, .read = read_recall},
    {.operation = "statement", .type = TYPE_XML, .read = read_statement},
    {.operation = NULL},
};
const struct shaping payments_shaping = {.open = open_keys, .close = close_keys, .shapes = shapes};
