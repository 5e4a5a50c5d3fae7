/* service_collect.c - mandates, and debits under them.
 *
 * How a mandate on an account that begins with one of these words behaves: nomandate is refused, latemandate becomes
 * active two days later, deadmandate is rejected two days later; of nofunds no debit is paid, of nofunds1 ... nofunds9
 * the first so many presentations of an instalment are not; dispute pays, and takes it back five days later. */
#include "connectors/sandbox/service.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/sandbox/follow.h"

#define NEVER 1000

/* What later debits need to know of the account, which the book does not keep. */
static void account_facts(const char *account, int64_t most, struct provided *out) {
    int unpaid = 0;
    if (text_starts(account, "nofunds")) unpaid = account[7] >= '1' && account[7] <= '9' ? account[7] - '0' : NEVER;
    buf_addf(&out->facts, "\"most\":%" PRId64 ",\"unpaid\":%d,\"disputes\":%s", most, unpaid,
             text_starts(account, "dispute") ? "true" : "false");
}

static void mandate(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *account = json_text(r->input, "account", "");
    bool late = text_starts(account, "latemandate") || p->twist == FAULT_PEND;
    bool dead = text_starts(account, "deadmandate") || p->twist == FAULT_RETURN;
    if (text_starts(account, "nomandate")) {
        service_refuse(out, 422, "mandate_rejected", "the bank gives no mandate on this account");
        return;
    }
    account_facts(account, json_int(r->input, "amount", 0), out);
    if (late) follow_plan(&out->plan, "payments.mandate_active", r->now_ms + 2 * p->day_ms, "", "");
    if (dead) follow_plan(&out->plan, "payments.mandate_ended", r->now_ms + 2 * p->day_ms, "mandate_rejected", "");
    buf_addf(out->body, "{\"id\":\"UMRN%012" PRIu64 "\",\"state\":\"%s\"}", service_number(p, r), late || dead ? "pending" : "active");
}

static void cancel_mandate(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct book_loan l = book_loan(p->book, json_text(r->input, "reference", ""));
    buf_addf(out->body, "{\"cancelled\":%s}", l.mandate_active || l.mandate_pending ? "true" : "false");
}

/* --- debits ------------------------------------------------------------------------------------------------------ */

struct debit {
    const char *reference, *instalment;
    int64_t amount_minor;
    struct book_loan loan;
    struct book_instalment so_far;
    json_t *mandate_facts, *mandate_answer;
};

static const char *refusal_of_mandate(const struct outside_request *r, const struct debit *d) {
    const char *id = json_text(r->input, "mandate", "");
    int64_t most = json_int(d->mandate_facts, "most", 0);
    if (!d->loan.mandate_active) return "no_mandate";
    if (*id && strcmp(id, json_text(d->mandate_answer, "id", "")) != 0) return "no_mandate";
    return most && d->amount_minor > most ? "over_mandate" : NULL;
}

static const char *refusal_of_rule(const struct providers *p, const struct outside_request *r, const struct debit *d) {
    const struct presentation *rule = &p->presentation;
    unsigned minute = service_minute(r->now_ms);
    if (d->so_far.waits) return "already_presented";
    if (d->so_far.settled) return "already_collected";
    if (minute < rule->from_minute || minute >= rule->till_minute) return "outside_hours";
    if (d->so_far.presentations >= rule->most) return "too_many_presentations";
    if (d->so_far.presentations && r->now_ms - d->so_far.last_ms < (int64_t)rule->days_apart * p->day_ms) return "too_soon";
    return NULL;
}

static void plan_debit(const struct providers *p, const struct outside_request *r, const struct debit *d, struct provided *out) {
    bool unpaid = (int64_t)d->so_far.presentations < json_int(d->mandate_facts, "unpaid", 0) || p->twist == FAULT_RETURN;
    int64_t at = r->now_ms + (p->twist == FAULT_PEND ? 2 : 1) * p->day_ms;
    follow_plan(&out->plan, unpaid ? "payments.collect_returned" : "payments.collect_settled", at,
                unpaid ? "insufficient_funds" : "", "");
    if (!unpaid && json_bool(d->mandate_facts, "disputes", false))
        follow_plan(&out->plan, "payments.collect_returned", at + 5 * p->day_ms, "disputed", "");
}

static void present(struct providers *p, const struct outside_request *r, const struct debit *d, struct provided *out) {
    const char *no = d->amount_minor <= 0 ? "bad_amount" : refusal_of_mandate(r, d);
    if (!no) no = refusal_of_rule(p, r, d);
    if (no) {
        service_refuse(out, 422, no, "the debit is not taken");
        return;
    }
    buf_adds(&out->facts, "\"instalment\":");
    buf_add_json_string(&out->facts, d->instalment, strlen(d->instalment));
    buf_addf(&out->facts, ",\"mandate\":\"%s\"", json_text(d->mandate_answer, "id", ""));
    plan_debit(p, r, d, out);
    buf_addf(out->body, "{\"id\":\"DBT%012" PRIu64 "\",\"state\":\"presented\",\"amount\":%" PRId64 ",\"currency\":\"%s\"}",
             service_number(p, r), d->amount_minor, out->currency);
}

static void collect(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct debit d = {.reference = json_text(r->input, "reference", ""), .instalment = json_text(r->input, "instalment", ""),
                      .amount_minor = json_int(r->input, "amount", 0)};
    if (!(out->currency = service_currency(r, out))) return;
    if (!*d.instalment || strlen(d.instalment) > 35) {
        service_refuse(out, 422, "bad_instalment", "an instalment has a name of at most 35 characters");
        return;
    }
    d.loan = book_loan(p->book, d.reference);
    d.so_far = book_instalment(p->book, d.reference, d.instalment);
    if (d.loan.mandate) {
        d.mandate_facts = json_loads(d.loan.mandate->more, 0, NULL);
        d.mandate_answer = json_loadb(d.loan.mandate->answer, d.loan.mandate->answer_n, 0, NULL);
    }
    present(p, r, &d, out);
    json_decref(d.mandate_facts);
    json_decref(d.mandate_answer);
}

static void collection(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct book_instalment i = book_instalment(p->book, json_text(r->input, "reference", ""), json_text(r->input, "instalment", ""));
    const char *state = !i.presentations ? "none" : i.waits ? "presented" : i.settled ? "settled" : "returned";
    bool again = !i.waits && !i.settled && i.presentations < p->presentation.most;
    char day[16];
    buf_addf(out->body, "{\"state\":\"%s\",\"presentations\":%u", state, i.presentations);
    if (*i.code) buf_addf(out->body, ",\"code\":\"%s\"", i.code);
    if (again) {
        int64_t next = i.presentations ? i.last_ms + (int64_t)p->presentation.days_apart * p->day_ms : r->now_ms;
        buf_addf(out->body, ",\"next_on\":\"%s\"", day_text(service_day(next > r->now_ms ? next : r->now_ms), day));
    }
    buf_addc(out->body, '}');
}

const struct service collect_services[] = {
    {"payments.mandate", mandate, true},
    {"payments.cancel_mandate", cancel_mandate, true},
    {"payments.collect", collect, true},
    {"payments.collection", collection, false},
    {.operation = NULL},
};
