/* day_end.c - see day_end.h. */
#include "connectors/ledger/day_end.h"

#include <string.h>

#include "connectors/ledger/work.h"

static enum loan_class class_of(const struct loan_state *s) { return arrears_class(s, s->as_of_day); }
static int bucket_of(const struct loan_state *s) { return arrears_bucket(arrears_dpd(s, s->as_of_day)); }

static int64_t earned(const struct loan_state *before, const struct loan_state *after) {
    return flows_balance(&before->flows, ACCOUNT_INTEREST_INCOME, INT32_MAX) - flows_balance(&after->flows, ACCOUNT_INTEREST_INCOME, INT32_MAX);
}

static bool same_flows(const struct flows *a, const struct flows *b) {
    bool same = a->n == b->n;
    for (size_t k = 0; same && k < a->n; k++) {
        const struct flow *x = &a->all[k], *y = &b->all[k];
        same = x->debit == y->debit && x->credit == y->credit && x->day == y->day && x->minor == y->minor;
    }
    return same;
}

/* `before` is the loan where the books reach to, `w->after` on the day. */
static enum err write_change(struct work *w, const struct loan_state *before, struct day_end *out) {
    const struct loan_state *s = w->after;
    out->changed = bucket_of(before) != bucket_of(s) || class_of(before) != class_of(s);
    out->bucket_before = arrears_bucket_word(bucket_of(before));
    out->class_before = arrears_class_word(class_of(before));
    out->earned_minor = earned(before, s);
    out->write.columns = work_columns(s);
    if (!out->changed && same_flows(&before->flows, &s->flows)) return OK;
    json_t *body = json_pack("{s:s, s:s, s:i}", "bucket", arrears_bucket_word(bucket_of(s)), "class", arrears_class_word(class_of(s)), "dpd",
                             arrears_dpd(s, s->as_of_day));
    enum err e = work_add_take(w, DEED_DAY_END, w->day, out->earned_minor > 0 ? out->earned_minor : 0, body);
    if (e == OK) e = work_close(w);
    out->write = w->write;
    out->postings = w->postings, out->n_postings = w->n_postings;
    return e;
}

static enum err day_of_work(struct work *w, struct day_end *out) {
    const struct loan_state *before;
    int32_t reach = loan_reach(w->deeds, w->n, INT64_MAX);
    if (w->before->stage == STAGE_NONE) return fault_set(&w->fault, ERR_NOT_FOUND, "loan", "there is no such loan");
    enum err e = work_fold(w, reach, &before);
    if (e == OK && w->today < reach) w->today = w->day = reach; /* that day has been done already */
    if (e == OK) e = work_fold(w, w->today, &w->after);
    if (e == OK) e = write_change(w, before, out);
    out->state = w->after;
    return e;
}

enum err ledger_day_end(const struct loan_file *file, int32_t day, int64_t now_ms, struct arena *a, struct day_end *out, struct fault *f) {
    static const struct ledger nobody = {.currency = ""};
    const struct operation op = {.name = "day_end"};
    const struct call call = {.key = "", .op = &op, .now_ms = now_ms};
    struct work *w = arena_alloc(a, sizeof *w);
    *out = (struct day_end){.bucket_before = "", .class_before = ""};
    if (!w) return fault_set(f, ERR_NOMEM, "", "no memory for the loan");
    *w = (struct work){.ledger = &nobody, .call = &call, .file = file, .arena = a, .today = day};
    enum err e = work_open(w);
    if (e == OK) e = day_of_work(w, out);
    w->call = NULL; /* it ends here; entries and postings live on in the arena */
    if (e != OK && f) *f = w->fault;
    return e;
}

enum err op_day_end(struct work *w) {
    const char *asked = json_text(w->call->input, "day", NULL);
    struct day_end x = {.bucket_before = ""};
    int32_t day = w->today - 1;
    enum err e = work_need_loan(w);
    if (e == OK && asked && day_parse(asked, &day) != OK) e = work_refuse(w, "day", "day is no date");
    if (e == OK && day >= w->today) e = work_refuse(w, "day", "this day has not ended yet");
    if (e != OK) return e;
    w->today = w->day = day;
    e = day_of_work(w, &x);
    if (e != OK) return e;
    if (!w->n_entries) w->write = x.write; /* only the columns move on */
    const struct loan_state *s = x.state;
    char next[16] = "";
    if (x.write.columns.next_day != INT32_MAX) (void)day_text(x.write.columns.next_day, next);
    json_t *answer = json_pack("{s:b, s:I, s:s, s:s, s:s}", "changed", x.changed, "earned", (json_int_t)(x.earned_minor > 0 ? x.earned_minor : 0),
                               "bucket_before", x.bucket_before, "class", arrears_class_word(class_of(s)), "next_day", next);
    return work_answer_state(w, answer);
}
