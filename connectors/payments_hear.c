/* payments_hear.c - notices of the bank as events: all of a document are read before the first is told. */
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/http_call.h"
#include "connectors/iso20022/statement.h"
#include "connectors/payments_wire.h"

struct hearing {
    const struct payments_keys *keys;
    struct {
        const char *name, *case_type;
        char key[100], id[80], subject[80];
        int64_t sequence;
        json_t *data;
    } events[64];
    size_t n;
};

static const char *case_of(const struct payments_keys *k, const char *name) {
    return text_starts(name, "collection.") || !strcmp(name, "payment.received") ? k->servicing_case : k->case_type;
}

/* `about` is what the event tells the state of: a mandate, a payment by its end-to-end id. */
static enum err add(struct hearing *h, const char *name, const char *reference, const char *id, const char *about, json_t *data_take,
                    struct fault *f) {
    size_t most = ARRAY_LEN(h->events);
    bool fits = h->n < most && text_copy(h->events[h->n].key, sizeof h->events->key, reference);
    if (!data_take || !fits || !*reference) {
        json_decref(data_take);
        return !data_take         ? fault_set(f, ERR_NOMEM, "", "no memory")
               : h->n == most     ? fault_set(f, ERR_INVALID, "Ntry", "a notice has at most %zu entries", most)
                                  : fault_set(f, ERR_INVALID, "RmtInf/Ustrd", "the reference is missing or too long");
    }
    (void)snprintf(h->events[h->n].id, sizeof h->events->id, "%.30s:%.40s", name, id);
    (void)snprintf(h->events[h->n].subject, sizeof h->events->subject, "%.*s:%.50s", (int)strcspn(name, "."), name, about);
    h->events[h->n].name = name;
    h->events[h->n].case_type = case_of(h->keys, name);
    h->events[h->n++].data = data_take;
    return OK;
}

/* --- camt.054 ---------------------------------------------------------------------------------------------------- */

static const char *event_of(const struct iso_entry *e) {
    switch (e->kind) {
    case ISO_DISBURSAL:
    case ISO_REFUND: return e->booked ? "payment.settled" : "payment.failed";
    case ISO_RETURN: return "payment.returned";
    case ISO_COLLECTION: return "collection.settled";
    case ISO_COLLECTION_RETURNED: return "collection.returned";
    default: return "payment.received";
    }
}

static enum err put_text(json_t *v, const char *name, const char *text) {
    return *text ? json_put_take(v, name, json_string(text)) : OK;
}

static json_t *data_new(const struct iso_entry *e) {
    char booked[16], value[16];
    bool debit = e->kind == ISO_COLLECTION || e->kind == ISO_COLLECTION_RETURNED;
    json_t *v = json_pack("{s:s, s:s, s:s, s:I, s:s, s:b, s:s, s:s}", "id", e->id, "reference", e->reference, "kind",
                          iso_kind_word(e->kind), "amount", (json_int_t)e->amount_minor, "currency", e->currency, "booked", e->booked,
                          "booked_on", day_text(e->booked_day, booked), "value_on", day_text(e->value_day, value));
    enum err err = v ? OK : ERR_NOMEM;
    if (err == OK) err = put_text(v, "end_to_end", e->end_to_end);
    if (err == OK) err = put_text(v, "mandate", e->mandate);
    if (err == OK) err = put_text(v, "instalment", debit ? e->instruction : "");
    if (err == OK) err = put_text(v, "code", e->reason);
    if (err == OK) return v;
    json_decref(v);
    return NULL;
}

static enum err take_entry(void *who, const struct iso_entry *e, struct fault *f) {
    struct hearing *h = who;
    return add(h, event_of(e), e->reference, e->id, *e->end_to_end ? e->end_to_end : e->id, data_new(e), f);
}

static enum err hear_notice(struct hearing *h, const void *body, size_t n, struct fault *f) {
    struct iso_statement head;
    struct xml *x = NULL;
    enum err e = xml_parse(body, n, &x, f);
    if (e == OK) e = iso_notice_read(x, &head, take_entry, h, f);
    for (size_t i = 0; e == OK && i < h->n; i++) h->events[i].sequence = head.created_ms;
    xml_free(x);
    return e;
}

/* --- JSON: {"type": "mandate.active", "timestamp", "data": {"reference", "id", "code"}} ----------------------------------------- */

static enum err hear_mandate(struct hearing *h, const void *body, size_t n, struct fault *f) {
    static const char *const names[] = {"mandate.active", "mandate.cancelled"};
    json_t *v = NULL;
    enum err e = json_parse(body, n, &JSON_LIMITS_BODY, &v, f);
    if (e != OK) return e;
    const json_t *data = json_object_get(v, "data");
    const char *type = json_text(v, "type", ""), *id = json_text(data, "id", ""), *code = json_text(data, "code", "");
    const char *name = !strcmp(type, names[0]) ? names[0] : !strcmp(type, names[1]) ? names[1] : NULL;
    if (!name || !*id) {
        e = fault_set(f, ERR_INVALID, "type", "an event of a mandate has a type we know and an id");
    } else {
        json_t *said = json_pack("{s:s, s:s}", "id", id, "reference", json_text(data, "reference", ""));
        if (said && *code) (void)json_object_set_new(said, "code", json_string(code));
        e = add(h, name, json_text(data, "reference", ""), id, id, said, f);
        if (e == OK && instant_parse(json_text(v, "timestamp", ""), &h->events[0].sequence) != OK) h->events[0].sequence = 0;
    }
    json_decref(v);
    return e;
}

enum err payments_read(const struct payments_keys *k, const void *body, size_t n, heard_fn *each, void *who, struct fault *f) {
    struct hearing h = {.keys = k};
    size_t at = 0;
    while (at < n && strchr(" \t\r\n", ((const char *)body)[at])) at++;
    bool xml = at < n && ((const char *)body)[at] == '<';
    enum err e = xml ? hear_notice(&h, body, n, f) : hear_mandate(&h, body, n, f);
    for (size_t i = 0; i < h.n; i++) {
        struct heard one = {h.events[i].case_type, h.events[i].key, h.events[i].name, h.events[i].id, h.events[i].data,
                            h.events[i].sequence ? h.events[i].subject : NULL, h.events[i].sequence};
        if (e == OK) each(who, &one);
        json_decref(h.events[i].data);
    }
    return e;
}

enum err payments_hear(struct connector *c, const struct http_headers *h, const void *body, size_t n, int64_t now_ms,
                       heard_fn *each, void *who, struct fault *f) {
    const struct payments_keys *k = http_connector_keys(c);
    enum err e = h ? webhook_check(&k->trust, h, body, n, now_ms, f) : OK;
    return e == OK ? payments_read(k, body, n, each, who, f) : e;
}
