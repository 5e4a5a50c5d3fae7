/* gateway.c - one reader and one writer for each message of the counter. */
#include "connectors/sandbox/gateway.h"

#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/iso20022/order.h"
#include "connectors/iso20022/recall.h"
#include "connectors/iso20022/report.h"
#include "connectors/iso20022/statement.h"
#include "connectors/sandbox/booking.h"
#include "connectors/sandbox/service.h"

#define BANK_ACCOUNT "LENDER"

/* --- in ------------------------------------------------------------------------------------------------------------ */

static enum err put_text(json_t *v, const char *name, const char *text) {
    return text && *text ? json_put_take(v, name, json_string(text)) : OK;
}

static enum err order_json(const struct iso_order *o, json_t **out_new, struct fault *f) {
    json_t *v = json_pack("{s:I, s:s, s:s}", "amount", (json_int_t)o->amount_minor, "currency", o->currency, "reference", o->reference);
    enum err e = v ? OK : ERR_NOMEM;
    if (e == OK) e = put_text(v, "account", o->account);
    if (e == OK) e = put_text(v, "name", o->name);
    if (e == OK) e = put_text(v, "ifsc", o->bank);
    if (e == OK) e = put_text(v, "mandate", o->mandate);
    if (e == OK && o->debit) e = put_text(v, "instalment", o->instruction);
    if (e == OK) {
        *out_new = v;
        return OK;
    }
    json_decref(v);
    return fault_set(f, e, "", "no memory");
}

static enum err read_order(const struct xml *x, bool debit, const char *key, json_t **out_new, struct fault *f) {
    struct iso_order o;
    char end_to_end[ISO_ID];
    iso_end_to_end(key, end_to_end);
    enum err e = iso_order_read(x, debit, &o, f);
    if (e == OK && strcmp(o.end_to_end, end_to_end) != 0)
        e = fault_set(f, ERR_INVALID, "EndToEndId", "EndToEndId and Idempotency-Key do not belong together");
    return e == OK ? order_json(&o, out_new, f) : e;
}

static enum err read_recall(const struct xml *x, json_t **out_new, struct fault *f) {
    struct iso_recall r;
    enum err e = iso_recall_read(x, &r, f);
    if (e != OK) return e;
    *out_new = *r.transfer ? json_pack("{s:s, s:s}", "reference", r.reference, "id", r.transfer) : json_pack("{s:s}", "reference", r.reference);
    return *out_new ? OK : fault_set(f, ERR_NOMEM, "", "no memory");
}

enum err gateway_read(const char *operation, const char *key, const void *body, size_t n, json_t **out_new, struct fault *f) {
    struct xml *x = NULL;
    bool transfer = !strcmp(operation, "payments.disburse") || !strcmp(operation, "payments.refund");
    enum err e = xml_parse(body, n, &x, f);
    if (e != OK) return e;
    if (transfer || !strcmp(operation, "payments.collect")) e = read_order(x, !transfer, key, out_new, f);
    else if (!strcmp(operation, "payments.recall")) e = read_recall(x, out_new, f);
    else e = fault_set(f, ERR_INVALID, "", "%.60s takes no XML", operation);
    xml_free(x);
    return e;
}

/* --- out ----------------------------------------------------------------------------------------------------------- */

static enum err write_report(bool debit, const char *key, const struct outside_answer *a, const json_t *v, int64_t now_ms, struct buf *out) {
    char end_to_end[ISO_ID];
    iso_end_to_end(key, end_to_end);
    struct iso_report r = {.message = end_to_end, .original = end_to_end, .debit = debit, .end_to_end = end_to_end, .reason = "",
                           .id = json_text(v, "id", ""), .amount_minor = json_int(v, "amount", 0), .created_ms = now_ms,
                           .state = a->status == 422 ? ISO_REJECTED : a->status == 202 || debit ? ISO_ACCEPTED : ISO_SETTLED};
    (void)text_copy(r.currency, sizeof r.currency, json_text(v, "currency", "INR"));
    if (r.state == ISO_REJECTED) r.reason = json_text(v, "code", "refused");
    if (day_parse(json_text(v, "settled_on", ""), &r.settled_day) != OK) r.settled_day = 0;
    return iso_report_write(&r, out);
}

static enum err write_resolution(const char *key, const json_t *v, int64_t now_ms, struct buf *out) {
    const char *state = json_text(v, "state", "");
    char id[ISO_ID];
    iso_end_to_end(key, id);
    struct iso_resolution r = {.id = id, .created_ms = now_ms,
                               .result = !strcmp(state, "recalled")   ? ISO_RECALLED
                                         : !strcmp(state, "too_late") ? ISO_RECALL_TOO_LATE
                                                                      : ISO_RECALL_UNKNOWN};
    return iso_resolution_write(&r, out);
}

static enum iso_kind kind_named(const char *word) {
    enum iso_kind k = ISO_DISBURSAL;
    while (k < ISO_PAYMENT && strcmp(iso_kind_word(k), word) != 0) k++;
    return k;
}

static struct iso_entry entry_of(const json_t *v) {
    struct iso_entry e = {.kind = kind_named(json_text(v, "kind", "")), .booked = true, .amount_minor = json_int(v, "amount", 0),
                          .id = json_text(v, "id", ""), .end_to_end = json_text(v, "end_to_end", ""),
                          .instruction = json_text(v, "instalment", ""), .reference = json_text(v, "reference", ""),
                          .mandate = json_text(v, "mandate", ""), .reason = json_text(v, "code", "")};
    (void)text_copy(e.currency, sizeof e.currency, json_text(v, "currency", ""));
    if (day_parse(json_text(v, "booked_on", ""), &e.booked_day) != OK) e.booked_day = 0;
    e.value_day = e.booked_day;
    return e;
}

static enum err write_statement(const json_t *v, int64_t now_ms, struct buf *out) {
    struct iso_statement_writer s;
    struct iso_statement h = {.account = BANK_ACCOUNT, .created_ms = now_ms, .opening_minor = json_int(v, "opening", 0),
                              .closing_minor = json_int(v, "closing", 0), .page = (unsigned)json_int(v, "page", 1),
                              .last = json_bool(v, "last", true)};
    char id[ISO_ID];
    size_t k;
    const json_t *one;
    (void)snprintf(id, sizeof id, "%s-%u", json_text(v, "day", ""), h.page);
    h.id = id;
    (void)text_copy(h.currency, sizeof h.currency, json_text(v, "currency", ""));
    if (day_parse(json_text(v, "day", ""), &h.day) != OK) return ERR_INVALID;
    iso_statement_begin(&s, &h, out);
    json_array_foreach(json_object_get(v, "entries"), k, one) {
        struct iso_entry e = entry_of(one);
        iso_statement_entry(&s, &e);
    }
    return iso_statement_end(&s);
}

/* A report is also the answer to an order that is not settled yet or was rejected. */
static bool is_report_status(int status) { return status == 200 || status == 202 || status == 422; }

bool gateway_write(const char *operation, const char *key, const struct outside_answer *a, int64_t now_ms, struct buf *out) {
    bool transfer = !strcmp(operation, "payments.disburse") || !strcmp(operation, "payments.refund");
    bool debit = !strcmp(operation, "payments.collect");
    json_t *v = NULL;
    enum err e = ERR_NOT_FOUND;
    if (a->fate != WORLD_ANSWERS || !is_report_status(a->status)) return false;
    if (json_parse(a->body, a->n, &JSON_LIMITS_ANSWER, &v, NULL) != OK) return false; /* torn: it goes out torn */
    if (transfer || debit) e = write_report(debit, key, a, v, now_ms, out);
    else if (a->status != 200) e = ERR_NOT_FOUND;
    else if (!strcmp(operation, "payments.recall")) e = write_resolution(key, v, now_ms, out);
    else if (!strcmp(operation, "payments.statement")) e = write_statement(v, now_ms, out);
    json_decref(v);
    return e == OK;
}

/* --- notices --------------------------------------------------------------------------------------------------------- */

static enum err write_money_notice(const struct notice *n, const struct booking *k, const json_t *said, struct buf *out) {
    const json_t *data = json_object_get(said, "data");
    struct iso_statement_writer s;
    struct iso_statement h = {.id = n->id, .account = BANK_ACCOUNT, .created_ms = k->at_ms};
    struct iso_entry e = entry_of(data);
    (void)text_copy(h.currency, sizeof h.currency, n->entry->currency);
    e.kind = k->kind;
    e.booked = k->booked;
    e.booked_day = e.value_day = service_day(k->at_ms);
    if (k->kind == ISO_PAYMENT) e.end_to_end = "";
    iso_notice_begin(&s, &h, out);
    iso_statement_entry(&s, &e);
    return iso_statement_end(&s);
}

enum err gateway_notice(const struct notice *n, const struct book *b, struct buf *out, const char **type) {
    struct buf text AUTO(buf_reset);
    struct booking k;
    json_t *said = NULL;
    buf_init(&text, 16384);
    notice_write(n, &text);
    *type = "application/json";
    if (!buf_ok(&text)) return buf_err(&text);
    if (!booking_of(b, n->entry, &k)) {
        buf_add(out, text.data, text.len);
        return buf_err(out);
    }
    *type = GATEWAY_XML;
    enum err e = json_parse(text.data, text.len, &JSON_LIMITS_OWN, &said, NULL);
    if (e == OK) e = write_money_notice(n, &k, said, out);
    json_decref(said);
    return e;
}
