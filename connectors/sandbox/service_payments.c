/* service_payments.c - payouts, refunds, recalls, the statement of a day. Mandates and debits are service_collect.c's.
 *
 * How an account that begins with one of these words behaves: closed is refused at once, returned is credited and
 * comes back two days later, pending settles two days later, dormant is accepted and fails two seconds later. */
#include "connectors/sandbox/service.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/iso20022/iso.h"
#include "connectors/sandbox/booking.h"
#include "connectors/sandbox/follow.h"

#define SOON_MS 2000
#define PAGE 500

static void status(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct book_loan l = book_loan(p->book, json_text(r->input, "reference", ""));
    const char *mandate = l.mandate_active ? "active" : l.mandate_pending ? "pending" : l.mandates ? "cancelled" : "none";
    buf_addf(out->body, "{\"paid\":%" PRId64 ",\"payouts\":%u,\"mandate\":\"%s\",", l.paid_minor, l.payouts, mandate);
    buf_addf(out->body, "\"returned\":%" PRId64 ",\"collected\":%" PRId64 ",\"refunded\":%" PRId64 "}", l.returned_minor,
             l.collected_minor, l.refunded_minor);
}

static void plan_transfer(const struct providers *p, const struct outside_request *r, const char *account, struct provided *out) {
    int64_t later = r->now_ms + 2 * p->day_ms;
    if (text_starts(account, "pending") || p->twist == FAULT_PEND) out->settles_ms = later;
    int64_t settled = out->settles_ms > r->now_ms ? out->settles_ms : r->now_ms;
    if (text_starts(account, "returned") || p->twist == FAULT_RETURN)
        follow_plan(&out->plan, "payments.returned", settled + 2 * p->day_ms, "account_closed", "");
}

static void transfer(struct providers *p, const struct outside_request *r, const char *prefix, struct provided *out) {
    const char *account = json_text(r->input, "account", "");
    int64_t amount = json_int(r->input, "amount", 0);
    char day[16], end_to_end[ISO_ID];
    if (!(out->currency = service_currency(r, out))) return;
    if (text_starts(account, "closed")) {
        service_refuse(out, 422, "account_closed", "the account is closed");
        return;
    }
    if (amount <= 0) {
        service_refuse(out, 422, "bad_amount", "the amount must be above zero");
        return;
    }
    plan_transfer(p, r, account, out);
    iso_end_to_end(r->key, end_to_end);
    int64_t settled = out->settles_ms > r->now_ms ? out->settles_ms : r->now_ms;
    buf_addf(out->body, "{\"id\":\"%s%012" PRIu64 "\",\"amount\":%" PRId64 ",\"currency\":\"%s\",\"settled_on\":\"%s\",\"end_to_end\":",
             prefix, service_number(p, r), amount, out->currency, day_text(service_day(settled), day));
    buf_add_json_string(out->body, end_to_end, strlen(end_to_end));
    buf_addc(out->body, '}');
}

static void disburse(struct providers *p, const struct outside_request *r, struct provided *out) {
    bool dormant = text_starts(json_text(r->input, "account", ""), "dormant");
    if (dormant) {
        out->settles_ms = r->now_ms + SOON_MS + p->day_ms;
        follow_plan(&out->plan, "payments.failed", r->now_ms + SOON_MS, "account_blocked", "");
    }
    transfer(p, r, "UTR", out);
}

static void refund(struct providers *p, const struct outside_request *r, struct provided *out) { transfer(p, r, "RFD", out); }

static const char *answer_id(const struct book_entry *e, char out[64]) {
    json_t *answer = json_loadb(e->answer, e->answer_n, 0, NULL);
    (void)text_copy(out, 64, json_text(answer, "id", ""));
    json_decref(answer);
    return out;
}

static const char *try_recall(const struct providers *p, const struct outside_request *r, struct provided *out) {
    const struct book_entry *e = book_loan(p->book, json_text(r->input, "reference", "")).payout;
    const char *wanted = json_text(r->input, "id", "");
    char id[64];
    if (!e || (*wanted && strcmp(wanted, answer_id(e, id)) != 0)) return "unknown";
    if (book_find(p->book, "payments.recalled", e->key) || book_find(p->book, "payments.failed", e->key)) return "recalled";
    if (e->settles_ms <= r->now_ms) return "too_late";
    out->also.origin = e, out->also.operation = "payments.recalled", out->also.code = "recalled";
    return "recalled";
}

static void recall(struct providers *p, const struct outside_request *r, struct provided *out) {
    buf_addf(out->body, "{\"state\":\"%s\"}", try_recall(p, r, out));
}

/* --- the statement ---------------------------------------------------------------------------------------------- */

struct day_sum {
    int64_t opening, closing;
    size_t n, first, shown;
};

static void add_text(struct buf *b, const char *name, const char *value) {
    if (!value || !*value) return;
    buf_addf(b, ",\"%s\":", name);
    buf_add_json_string(b, value, strlen(value));
}

static void show_entry(const struct book_entry *e, const struct booking *k, bool first, struct buf *b) {
    json_t *more = json_loads(e->more, 0, NULL);
    char id[64], day[16], end_to_end[ISO_ID];
    iso_end_to_end(e->key, end_to_end);
    day_text(service_day(k->at_ms), day);
    buf_addf(b, "%s{\"kind\":\"%s\",\"amount\":%" PRId64 ",\"currency\":\"%s\",\"booked_on\":\"%s\",\"value_on\":\"%s\"", first ? "" : ",",
             iso_kind_word(k->kind), e->amount_minor, e->currency, day, day);
    add_text(b, "id", answer_id(e, id));
    add_text(b, "end_to_end", k->kind == ISO_PAYMENT ? "" : end_to_end);
    add_text(b, "reference", e->reference);
    add_text(b, "mandate", json_text(more, "mandate", ""));
    add_text(b, "instalment", json_text(more, "instalment", ""));
    add_text(b, "code", json_text(more, "code", ""));
    buf_addc(b, '}');
    json_decref(more);
}

static void take_booking(const struct book_entry *e, const struct booking *k, int32_t day, struct day_sum *sum, struct buf *b) {
    int64_t signed_minor = iso_kind_is_credit(k->kind) ? e->amount_minor : -e->amount_minor;
    int32_t on = service_day(k->at_ms);
    if (on < day) sum->opening += signed_minor;
    if (on <= day) sum->closing += signed_minor;
    if (on != day) return;
    if (sum->n >= sum->first && sum->shown < PAGE) show_entry(e, k, !sum->shown++, b);
    sum->n++;
}

static void statement(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct day_sum sum = {0};
    struct booking k;
    int32_t day;
    int64_t page = json_int(r->input, "page", 1);
    const char *currency = service_currency(r, out);
    if (!currency) return;
    if (day_parse(json_text(r->input, "day", ""), &day) != OK || page < 1 || page > 99999) {
        service_refuse(out, 422, "bad_day", "day must be a date and page a number from 1");
        return;
    }
    sum.first = (size_t)(page - 1) * PAGE;
    buf_adds(out->body, "{\"entries\":[");
    for (size_t n = 1; n <= book_count(p->book); n++) {
        const struct book_entry *e = book_at(p->book, n);
        if (booking_of(p->book, e, &k) && k.booked && k.at_ms <= r->now_ms && !strcmp(e->currency, currency))
            take_booking(e, &k, day, &sum, out->body);
    }
    buf_addf(out->body, "],\"day\":\"%s\",\"currency\":\"%s\",\"opening\":%" PRId64 ",\"closing\":%" PRId64 ",\"page\":%d,\"last\":%s}",
             json_text(r->input, "day", ""), currency, sum.opening, sum.closing, (int)page,
             sum.first + sum.shown >= sum.n ? "true" : "false");
}

const struct service payments_services[] = {
    {"payments.status", status, false},
    {"payments.disburse", disburse, true},
    {"payments.refund", refund, true},
    {"payments.recall", recall, true},
    {"payments.statement", statement, false},
    {.operation = NULL},
};
