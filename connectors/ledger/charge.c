/* charge.c - see charge.h. */
#include "connectors/ledger/charge.h"

#include <string.h>

enum err op_charge(struct work *w) {
    const json_t *in = w->call->input;
    enum err e = work_need_loan(w);
    if (e != OK) return e;
    if (w->before->stage != STAGE_ACTIVE) return work_refuse(w, "not_active", "only an active loan is charged");
    const char *due = json_text(in, "due", NULL);
    int32_t day = w->day;
    if (due && (day_parse(due, &day) != OK || day < w->day)) return work_refuse(w, "due", "a charge falls due on its own day or later");
    json_t *body = json_pack("{s:s}", "code", json_text(in, "code", ""));
    if (due && body && json_put_take(body, "due", json_string(due)) != OK) return ERR_NOMEM;
    e = work_add_take(w, !strcmp(json_text(in, "kind", ""), "fee") ? DEED_FEE : DEED_PENALTY, w->day, json_int(in, "amount", 0), body);
    return e == OK ? work_answer_state(w, json_pack("{s:I}", "charged", (json_int_t)json_int(in, "amount", 0))) : e;
}

/* --- waiving ------------------------------------------------------------------------------------------- */

struct aim { /* one charge or instalment; none: the oldest first */
    uint32_t charge;
    int32_t due_day;
};

static enum err read_aim(struct work *w, struct aim *a) {
    const char *charge = json_text(w->call->input, "charge", NULL), *due = json_text(w->call->input, "due", NULL);
    const struct deed *d = charge ? work_reference(w, charge) : NULL;
    *a = (struct aim){0};
    if (charge && (!d || (d->kind != DEED_FEE && d->kind != DEED_PENALTY))) return work_refuse(w, "charge", "there is no charge with this reference");
    if (due && day_parse(due, &a->due_day) != OK) return work_refuse(w, "due", "due is no date");
    a->charge = d ? d->n : 0;
    return OK;
}

static int64_t waivable(const struct loan_state *s, enum component c, const struct aim *a) {
    int64_t sum = 0;
    for (uint32_t k = 0; k < s->n_items; k++) {
        const struct due_item *i = &s->items[k];
        bool meant = a->charge ? i->charge && i->n == a->charge : !a->due_day || (!i->charge && i->due_day == a->due_day);
        if (meant) sum += item_left(i, c);
    }
    return sum;
}

static json_t *waived_body(const struct work *w, const struct aim *a) {
    const json_t *in = w->call->input;
    char day[16];
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "component", json_text(in, "component", ""), "reason", json_text(in, "reason", ""),
                             "authority", json_text(in, "authority", ""), "approved_by", json_text(in, "approved_by", ""),
                             "seconded_by", json_text(in, "seconded_by", ""));
    bool good = body && (!a->charge || json_put_take(body, "of", json_integer((json_int_t)a->charge)) == OK) &&
                (!a->due_day || json_put_take(body, "due", json_string(day_text(a->due_day, day))) == OK);
    if (good) return body;
    json_decref(body);
    return NULL;
}

enum err op_waive(struct work *w) {
    int64_t minor = json_int(w->call->input, "amount", 0);
    enum component c;
    struct aim a;
    enum err e = work_need_loan(w);
    if (e == OK && !component_read(json_text(w->call->input, "component", ""), &c)) e = work_refuse(w, "component", "there is no such component");
    if (e == OK) e = read_aim(w, &a);
    if (e == OK && minor > waivable(w->before, c, &a)) e = work_refuse(w, "more_than_owed", "less than this is owed");
    if (e == OK) e = authority_check(&w->ledger->settings.authority, GIVING_WAIVE, w->call->input, minor, 0, &w->fault);
    if (e == OK) e = work_add_take(w, DEED_WAIVED, w->day, minor, waived_body(w, &a));
    return e == OK ? work_answer_state(w, json_pack("{s:I}", "waived", (json_int_t)minor)) : e;
}
