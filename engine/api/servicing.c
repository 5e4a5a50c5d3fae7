/* servicing.c - acts on a loan: payments, returns, refunds, exits, quotes, disputes, limits, hardship, changes of terms.
 *
 * Each starts a short run at the loan's customer, so it is durable, idempotent by its key, and asks people where it must.
 * A payment is never turned away: for a loan that nobody knows it is held in suspense. */
#include "api/servicing.h"

#include "api/request.h"
#include "base/text.h"
#include "flow/engine.h"
#include "io/http.h"
#include "store/view.h"

#define ACT_ROLES (ROLE_LENDER | ROLE_OFFICER | ROLE_ADMIN)
#define PAYMENT "loan_payment"
#define REFERENCE_MAX 80

const struct servicing servicing_all[] = {
    {"/v1/loans/{loan}/payments", PAYMENT, "LoanPayment"},
    {"/v1/loans/{loan}/returns", "loan_return", "LoanReturn"},
    {"/v1/loans/{loan}/refunds", "loan_refund", "LoanRefund"},
    {"/v1/loans/{loan}/exits", "loan_exit", "LoanExit"},
    {"/v1/loans/{loan}/quotes", "loan_quote", "LoanQuote"},
    {"/v1/loans/{loan}/disputes", "loan_dispute", "LoanDispute"},
    {"/v1/loans/{loan}/limits", "loan_limit", "LoanLimit"},
    {"/v1/loans/{loan}/hardship", "loan_hardship", "LoanHardship"},
    {"/v1/loans/{loan}/changes", "loan_change", "LoanChange"},
    {0}};

static const struct servicing *servicing_of(const struct request *r) {
    const struct servicing *s = servicing_all;
    while (s->workflow && !text_eq(s->path, r->route->path)) s++;
    return s;
}

static bool is_at_rest(const json_t *state) {
    const char *s = json_text(state, "state", "");
    return text_eq(s, "ended") || text_eq(s, "stuck") || json_array_size(json_object_get(state, "tasks"));
}

/* Answers of the ledger name no person; what tasks were answered with may. */
static json_t *answers_new(const json_t *state) {
    json_t *out = json_object(), *one;
    const char *name;
    json_object_foreach(json_object_get(state, "answers"), name, one) {
        const json_t *data = json_object_get(one, "data");
        if (json_object_get(data, "by")) continue;
        (void)json_object_set_new(out, name, json_pack("{s:s, s:O*}", "end", json_text(one, "end", ""), "data", data));
    }
    return out;
}

static void answer_act(struct request *r, int status, const json_t *state) {
    const char *outcome = json_text(state, "outcome", NULL);
    answer_json_take(r, status, json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", json_text(state, "id", ""), "workflow",
                                          json_text(state, "workflow", ""), "state", json_text(state, "state", ""), "outcome",
                                          outcome && *outcome ? json_string(outcome) : json_null(), "answers", answers_new(state)));
}

/* What the path, the key and we ourselves say. The body is then the whole case, so that the same idempotency key with
 * the same body for another loan is another request. */
static enum err complete(struct request *r, const char *workflow) {
    char closing[REFERENCE_MAX + 16];
    enum err e = json_put_take(r->body, "loan", json_string(r->params[0]));
    if (e == OK && text_eq(workflow, "loan_change")) e = json_put_take(r->body, "requested_by", json_string(r->by));
    if (e != OK || !text_eq(workflow, "loan_dispute")) return e;
    snprintf(closing, sizeof closing, "%.*s.end", REFERENCE_MAX - 4, json_text(r->body, "reference", ""));
    return json_put_take(r->body, "closing", json_string(closing));
}

static void have_loan(void *who, enum err err, const json_t *row, const struct fault *f) {
    struct request *r = who;
    const char *workflow = servicing_of(r)->workflow;
    bool payment = text_eq(workflow, PAYMENT);
    if (err == ERR_NOT_FOUND && !payment) return answer_problem(r, 404, NULL, "there is no loan %s", r->params[0]);
    if (err != OK && err != ERR_NOT_FOUND) return answer_error(r, err, f);
    if ((err = complete(r, workflow)) != OK) return answer_error(r, err, NULL);
    struct start s = {.workflow = workflow, .case_ = r->body, .customer = row ? json_text(row, "customer", NULL) : NULL};
    request_start(r, &s, workflow, is_at_rest, answer_act);
}

static void act(struct request *r) { view_loan(r->api->c.view, r->params[0], have_loan, r); }

static const struct answer_doc done[] = {
    {200, "LoanAct", "Done, or with a person"}, {202, "LoanAct", "Taken"}, {400, "Problem", "Not well formed"},
    {404, "Problem", "No such loan"}, {409, "Problem", "The key was used with another body"},
    {422, "Problem", "A field does not fit"}, {503, "Problem", "Try again soon"}, {0}};
#define ACT(path, id, about, schema) {"POST", path, id, "loans", about, ACT_ROLES, schema, true, NULL, done, NULL, act}

const struct route routes_servicing[] = {
    ACT("/v1/loans/{loan}/payments", "payLoan", "A payment came in. One for a loan that nobody knows is held in suspense.", "LoanPayment"),
    ACT("/v1/loans/{loan}/returns", "returnPayment", "A payment came back, was charged back, or was booked in error.", "LoanReturn"),
    ACT("/v1/loans/{loan}/refunds", "refundLoan", "Gives credit or suspended money back to the borrower.", "LoanRefund"),
    ACT("/v1/loans/{loan}/exits", "exitLoan", "Pays the loan back within the cooling-off days, or before its end.", "LoanExit"),
    ACT("/v1/loans/{loan}/quotes", "quoteLoan", "What it costs today to leave, to pay ahead, or to settle.", "LoanQuote"),
    ACT("/v1/loans/{loan}/disputes", "disputeLoan", "The borrower disputes a charge, an instalment or the whole loan.", "LoanDispute"),
    ACT("/v1/loans/{loan}/limits", "reviewLimit", "Looks at the credit limit again, by the rules, with reasons.", "LoanLimit"),
    ACT("/v1/loans/{loan}/hardship", "tellHardship", "The borrower is in need: a person talks to them.", "LoanHardship"),
    ACT("/v1/loans/{loan}/changes", "changeLoan", "Asks for other terms, a waiver, a settlement or a write-off: two people approve.", "LoanChange"),
    {0}};
