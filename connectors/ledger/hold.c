/* hold.c - see hold.h. */
#include "connectors/ledger/hold.h"

#include <string.h>

static const char COMMITMENTS[] = "lender:commitments";

static int64_t posted(const struct work *w, const char *account) {
    const struct book_view *book = w->call->book;
    int64_t sum = 0;
    for (size_t k = 0; book && k < book->n; k++) {
        if (!strcmp(book->posted[k].debit, account)) sum += book->posted[k].amount_minor;
        if (!strcmp(book->posted[k].credit, account)) sum -= book->posted[k].amount_minor;
    }
    return sum;
}

static const char *account(const struct work *w, const char *word) {
    const char *name = arena_printf(w->arena, "loan:%s:%s", work_loan(w), word);
    return name ? name : "";
}

int64_t hold_balance(const struct work *w) { return posted(w, account(w, "undrawn")); }

enum err hold_release(struct work *w, int64_t *released) {
    *released = hold_balance(w);
    if (*released <= 0) return *released = 0, OK;
    return work_post(w, COMMITMENTS, account(w, "undrawn"), *released, w->ledger->currency, w->today, "release");
}

enum err op_hold(struct work *w) {
    int64_t amount = json_int(w->call->input, "amount", 0);
    if (hold_balance(w) != 0) return work_refuse(w, "already_held", "this loan already has a hold");
    if (posted(w, account(w, "principal")) != 0) return work_refuse(w, "already_booked", "this loan is already booked");
    enum err e = work_post(w, account(w, "undrawn"), COMMITMENTS, amount, w->ledger->currency, w->today, "hold");
    if (e != OK) return e;
    return work_answer(w, json_pack("{s:s, s:s, s:I}", "id", work_id(w, 'H'), "loan", work_loan(w), "amount", (json_int_t)amount));
}

enum err op_release(struct work *w) {
    int64_t released;
    enum err e = hold_release(w, &released);
    return e == OK ? work_answer(w, json_pack("{s:I}", "released", (json_int_t)released)) : e;
}
