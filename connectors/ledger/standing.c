/* standing.c - see standing.h. */
#include "connectors/ledger/standing.h"

#include <string.h>

#include "book/limit.h"

static enum err add_target(struct work *w, json_t *body) {
    const char *charge = json_text(w->call->input, "charge", NULL), *due = json_text(w->call->input, "due", NULL);
    const struct deed *d = charge ? work_reference(w, charge) : NULL;
    if (charge && (!d || (d->kind != DEED_FEE && d->kind != DEED_PENALTY))) return work_refuse(w, "charge", "there is no charge with this reference");
    enum err e = d ? json_put_take(body, "to_charge", json_integer((json_int_t)d->n)) : OK;
    return e == OK && due ? json_put_take(body, "to_due", json_string(due)) : e;
}

enum err op_dispute(struct work *w) {
    bool open = json_bool(w->call->input, "open", true);
    enum err e = work_need_loan(w);
    if (e != OK) return e;
    json_t *body = json_pack("{s:b, s:s}", "open", open, "reason", json_text(w->call->input, "reason", ""));
    e = body ? add_target(w, body) : ERR_NOMEM;
    if (e != OK) json_decref(body);
    else e = work_add_take(w, DEED_DISPUTED, w->day, 0, body);
    return e == OK ? work_answer_state(w, json_pack("{s:b}", "open", open)) : e;
}

/* --- the limit ------------------------------------------------------------------------------------------- */

static enum err read_facts(struct work *w, struct limit_facts *x) {
    const json_t *in = w->call->input;
    const struct loan_state *s = w->before;
    const char *notice = json_text(in, "notice_on", NULL);
    *x = (struct limit_facts){.limit_minor = s->limit_minor < 0 ? s->opened->minor : s->limit_minor, .outstanding_minor = loan_outstanding(s),
                              .clean_cycles = limit_clean_cycles(s), .last_up_day = s->limit_up_day, .asked = json_bool(in, "asked", false),
                              .agreed = json_bool(in, "agreed", false), .stable = json_bool(in, "stable", false),
                              .distress = json_bool(in, "distress", false), .wanted_minor = json_int(in, "wanted", 0)};
    if (notice && day_parse(notice, &x->notice_day) != OK) return work_refuse(w, "notice_on", "notice_on is no date");
    return OK;
}

static json_t *reasons_new(unsigned reasons) {
    json_t *list = json_array();
    for (int k = 0; list && k < LIMIT_REASONS; k++) {
        if (!(reasons & 1u << k)) continue;
        json_t *one = json_pack("{s:s, s:s}", "code", limit_reason_word((enum limit_reason)k), "text", limit_reason_sentence((enum limit_reason)k));
        if (json_array_append_new(list, one) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static const char *by_word(const struct limit_facts *x) {
    return x->distress ? "distress" : x->asked ? "request" : "consent";
}

enum err op_limit_change(struct work *w) {
    struct limit_facts x;
    enum err e = work_need_loan(w);
    if (e == OK) e = read_facts(w, &x);
    if (e != OK) return e;
    struct limit_answer a = limit_decide(&w->ledger->settings.limit, &x, w->today);
    bool changed = a.limit_minor != x.limit_minor;
    json_t *body = json_pack("{s:s, s:I, s:o}", "by", changed ? by_word(&x) : "review", "was", (json_int_t)x.limit_minor, "reasons",
                             reasons_new(a.reasons));
    if ((e = work_add_take(w, DEED_LIMIT, w->today, a.limit_minor, body)) != OK) return e;
    return work_answer_state(w, json_pack("{s:I, s:I, s:b, s:i, s:o}", "limit", (json_int_t)a.limit_minor, "was", (json_int_t)x.limit_minor, "changed",
                                          changed, "clean_cycles", x.clean_cycles, "reasons", reasons_new(a.reasons)));
}
