/* work.c - see work.h. */
#include "connectors/ledger/work.h"

#include <string.h>

#include "base/crypt.h"
#include "connectors/ledger/repeat.h"

enum err work_refuse(struct work *w, const char *code, const char *sentence) {
    return fault_set(&w->fault, ERR_REFUSED, code, "%s", sentence);
}

static enum err no_memory(struct work *w) { return fault_set(&w->fault, ERR_NOMEM, "", "no memory for the loan"); }

const char *work_loan(const struct work *w) { return json_text(w->call->input, "loan", ""); }

const char *work_currency(const struct work *w) {
    return w->before && w->before->opening ? w->before->opening->currency : w->ledger->currency;
}

const char *work_id(struct work *w, char prefix) {
    char hex[65];
    crypt_sha256_hex(w->call->key, strlen(w->call->key), hex);
    const char *id = arena_printf(w->arena, "%c%.14s", prefix, hex);
    return id ? id : "";
}

/* --- reading ---------------------------------------------------------------------------------------- */

static enum err read_file(struct work *w) {
    uint32_t n = w->file ? w->file->n : 0;
    struct deed_text *texts = arena_alloc(w->arena, (n + 1) * sizeof *texts);
    w->deeds = arena_alloc(w->arena, (n + WORK_ENTRIES_MAX) * sizeof *w->deeds);
    if (!texts || !w->deeds) return no_memory(w);
    for (uint32_t k = 0; k < n; k++) {
        const struct loan_entry *e = &w->file->entries[k];
        texts[k] = (struct deed_text){e->n, e->kind, e->effective_day, e->known_ms, e->amount_minor, e->body, e->body_len};
        enum err err = deed_read(&texts[k], w->arena, &w->deeds[k], &w->fault);
        if (err == ERR_NOMEM) return err;
        if (err != OK) return w->fault.kind = ERR_BUG;
    }
    w->n = w->n_before = n;
    return OK;
}

static enum err read_day(struct work *w) {
    const char *on = json_text(w->call->input, "on", NULL);
    w->day = w->today;
    if (on && day_parse(on, &w->day) != OK) return work_refuse(w, "on", "\"on\" is no date");
    if (w->day > w->today) return work_refuse(w, "future", "this day is still to come: the books take what has happened");
    return OK;
}

enum err work_open(struct work *w) {
    enum err e = read_file(w);
    if (e == OK) e = read_day(w);
    if (e == OK) e = work_fold(w, w->today, &w->before);
    w->after = w->before;
    return e;
}

enum err work_fold(struct work *w, int32_t day, const struct loan_state **out) {
    return loan_fold(w->deeds, w->n, day, INT64_MAX, w->arena, out, &w->fault);
}

enum err work_need_loan(struct work *w) {
    if (w->before->stage == STAGE_NONE) return work_refuse(w, "unknown_loan", "there is no such loan");
    if (w->before->stage == STAGE_VOID) return work_refuse(w, "unknown_loan", "this loan was voided");
    return w->day >= w->before->opened_day ? OK : work_refuse(w, "before_opening", "this day lies before the loan was opened");
}

const struct deed *work_reference(const struct work *w, const char *reference) {
    for (size_t k = 0; k < w->n; k++)
        if (*w->deeds[k].reference && !strcmp(w->deeds[k].reference, reference)) return &w->deeds[k];
    return NULL;
}

bool work_reversed(const struct work *w, uint32_t n) {
    for (size_t k = 0; k < w->n; k++)
        if ((w->deeds[k].kind == DEED_REVERSED || w->deeds[k].kind == DEED_FREED) && w->deeds[k].of == n) return true;
    return false;
}

/* --- adding ------------------------------------------------------------------------------------------ */

static enum err add_text(struct work *w, enum deed_kind kind, int32_t day, int64_t minor, const char *body) {
    INVARIANT(w->n_entries < WORK_ENTRIES_MAX);
    uint32_t n = (uint32_t)w->n + 1;
    struct deed_text text = {n, deed_word(kind), day, w->call->now_ms, minor, body, strlen(body)};
    enum err e = deed_read(&text, w->arena, &w->deeds[w->n], &w->fault);
    if (e != OK) return e; /* what an operation writes must be readable: else the input was out of range */
    w->entries[w->n_entries++] = (struct loan_entry){n, deed_word(kind), day, w->call->now_ms, minor, body, text.body_len};
    w->n++;
    return OK;
}

enum err work_add_take(struct work *w, enum deed_kind kind, int32_t day, int64_t minor, json_t *body) {
    struct buf text;
    buf_init(&text, 1 << 20);
    bool good = body && repeat_mark(w, body) == OK && json_write(body, &text) == OK;
    json_decref(body);
    const char *kept = good ? arena_strndup(w->arena, buf_text(&text), text.len) : NULL;
    buf_reset(&text);
    return kept ? add_text(w, kind, day, minor, kept) : no_memory(w);
}

enum err work_post(struct work *w, const char *debit, const char *credit, int64_t minor, const char *currency, int32_t day, const char *kind) {
    if (!minor) return OK; /* a posting has an amount */
    if (!*debit || !*credit || !arena_room(w->arena, (void **)&w->postings, w->n_postings, &w->cap_postings, sizeof *w->postings))
        return no_memory(w);
    w->postings[w->n_postings++] = (struct posting){debit, credit, minor, currency, day, kind};
    return OK;
}

/* --- closing ------------------------------------------------------------------------------------------ */

static const char *account_name(struct work *w, enum account a) {
    const char *name = a < ACCOUNTS_OF_LOAN ? arena_printf(w->arena, "loan:%s:%s", w->file && w->file->id ? w->file->id : work_loan(w), account_word(a))
                                            : arena_printf(w->arena, "lender:%s", account_word(a));
    return name ? name : "";
}

static const struct {
    enum account debit, credit;
    const char *kind;
} KINDS[] = {
    {ACCOUNT_PRINCIPAL, ACCOUNT_SETTLEMENT, "disbursal"}, {ACCOUNT_PRINCIPAL, ACCOUNT_FEE_INCOME, "fee"},
    {ACCOUNT_PRINCIPAL, ACCOUNT_INTEREST_INCOME, "capitalised"}, {ACCOUNT_INTEREST, ACCOUNT_INTEREST_INCOME, "interest"},
    {ACCOUNT_FEE, ACCOUNT_FEE_INCOME, "charge"}, {ACCOUNT_PENALTY, ACCOUNT_PENALTY_INCOME, "charge"},
    {ACCOUNT_SETTLEMENT, ACCOUNT_CREDIT, "payment"}, {ACCOUNT_CREDIT, ACCOUNT_SETTLEMENT, "refund"},
    {ACCOUNT_CREDIT, ACCOUNT_PRINCIPAL, "allocation"}, {ACCOUNT_CREDIT, ACCOUNT_INTEREST, "allocation"},
    {ACCOUNT_CREDIT, ACCOUNT_FEE, "allocation"}, {ACCOUNT_CREDIT, ACCOUNT_PENALTY, "allocation"},
    {ACCOUNT_CREDIT, ACCOUNT_RECOVERIES, "recovery"}, {ACCOUNT_SETTLEMENT, ACCOUNT_RETURNS, "return"},
    {ACCOUNT_RETURNS, ACCOUNT_SETTLEMENT, "return"},
};

/* A line against its natural direction takes something back. */
static const char *kind_of(const struct flow *f) {
    for (size_t k = 0; k < ARRAY_LEN(KINDS); k++)
        if (KINDS[k].debit == f->debit && KINDS[k].credit == f->credit) return KINDS[k].kind;
    return f->debit == ACCOUNT_WAIVERS ? "waiver" : f->debit == ACCOUNT_WRITE_OFFS ? "write_off" : "correction";
}

static enum err post_flows(struct work *w, const struct flows *before, const char *currency) {
    struct flows d;
    flows_init(&d, w->arena);
    if (!flows_difference(before, &w->after->flows, &d)) return no_memory(w);
    if (d.n > WORK_POSTINGS_EXACT) {
        struct flows short_form;
        flows_init(&short_form, w->arena);
        for (size_t k = 0; k < d.n; k++) flows_add(&short_form, d.all[k].debit, d.all[k].credit, w->day, d.all[k].minor);
        struct flows none;
        flows_init(&none, w->arena);
        flows_init(&d, w->arena);
        flows_settle(&short_form);
        if (!flows_difference(&none, &short_form, &d)) return no_memory(w);
    }
    for (size_t k = 0; k < d.n; k++) {
        const struct flow *f = &d.all[k];
        enum err e = work_post(w, account_name(w, f->debit), account_name(w, f->credit), f->minor, currency, f->day,
                               w->posting_kind ? w->posting_kind : kind_of(f));
        if (e != OK) return e;
    }
    return OK;
}

struct loan_columns work_columns(const struct loan_state *s) {
    int32_t day = s->as_of_day;
    return (struct loan_columns){.product = s->opening ? product_word(s->opening->product) : "", .currency = s->opening ? s->opening->currency : "",
                                 .state = stage_word(s->stage), .bucket = arrears_bucket_word(arrears_bucket(arrears_dpd(s, day))),
                                 .outstanding_minor = loan_outstanding(s), .overdue_minor = loan_overdue(s),
                                 .oldest_due_day = arrears_oldest(s, day), .next_day = arrears_next_day(s)};
}

/* The books reach to the last day on which an entry counts; what they show is the fold of that day. */
static enum err books_before(struct work *w, const struct loan_state **out) {
    return loan_fold(w->deeds, w->n_before, loan_reach(w->deeds, w->n_before, INT64_MAX), INT64_MAX, w->arena, out, &w->fault);
}

enum err work_close(struct work *w) {
    const struct loan_state *before;
    if (!w->n_entries || w->closed) return OK;
    w->closed = true;
    if (w->repeat) return work_fold(w, w->today, &w->after);
    enum err e = OK;
    if (loan_reach(w->deeds, w->n, INT64_MAX) < w->today) e = add_text(w, DEED_DAY_END, w->today, 0, "{}");
    int32_t reach = loan_reach(w->deeds, w->n, INT64_MAX); /* today; later only if a clock went back */
    if (e == OK) e = books_before(w, &before);
    if (e == OK) e = work_fold(w, reach, &w->after);
    if (e == OK) e = post_flows(w, &before->flows, w->after->opening ? w->after->opening->currency : w->ledger->currency);
    w->write = (struct loan_write){w->entries, w->n_entries, work_columns(w->after)};
    return e;
}

/* --- answering ---------------------------------------------------------------------------------------- */

enum err work_answer(struct work *w, json_t *answer) {
    w->answer = answer;
    return answer ? OK : no_memory(w);
}

enum err work_answer_state(struct work *w, json_t *answer) {
    enum err e = answer ? work_close(w) : no_memory(w);
    const struct loan_state *s = w->after;
    json_t *state = e != OK ? NULL : json_pack("{s:s, s:i, s:s, s:s, s:i, s:I, s:I, s:I}", "loan", work_loan(w), "entry",
        w->n_entries ? (int)w->n_before + 1 : 0, "state", stage_word(s->stage), "bucket",
        arrears_bucket_word(arrears_bucket(arrears_dpd(s, s->as_of_day))), "days_past_due", arrears_dpd(s, s->as_of_day), "outstanding",
        (json_int_t)loan_outstanding(s), "overdue", (json_int_t)loan_overdue(s), "credit", (json_int_t)(s->credit_minor > 0 ? s->credit_minor : 0));
    if (e == OK && (!state || json_object_update(answer, state) != 0)) e = no_memory(w);
    json_decref(state);
    if (e == OK) return work_answer(w, answer);
    json_decref(answer);
    return e;
}
