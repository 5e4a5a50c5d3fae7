/* ledger.c - our own books as a connector of local operations (SEMANTICS 1).
 *
 * Each operation is a pure function of its input and of what the run has posted: it hands back an
 * answer and postings, and the engine commits both with the journal entry. No SQL here. A lender with
 * a core banking system writes a connector with the same operations and plugs in theirs. */
#include <string.h>

#include "base/crypt.h"
#include "base/zone.h"
#include "connectors/connectors.h"
#include "connectors/ledger/entries.h"
#include "connectors/ledger/offer.h"

#define LOAN JSON({"type": "string", "pattern": "^[A-Za-z0-9_-]{1,60}$", "description": "our name for the loan"})
#define MONEY(about) JSON({"type": "integer", "minimum": 0, "maximum": 1000000000000, "x-unit": "money", "x-currency": "INR", "description": about})
#define SHARE(about) JSON({"type": "number", "minimum": 0, "maximum": 100, "x-unit": "share", "description": about})
#define DATE(about) JSON({"type": "string", "format": "date", "description": about})
#define ID(about) JSON({"type": "string", "maxLength": 60, "description": about})

static const struct operation operations[] = {
    {
        .name = "offer",
        .about = "Prices a loan: rate by risk, instalment, annual percentage rate, schedule",
        .kind = OP_LOCAL,
        .timeout_ms = 1000,
        .input = "{\"type\": \"object\", \"properties\": {"
                 "\"amount\": " MONEY("the loan") ","
                 "\"pd\": {\"type\": \"number\", \"minimum\": 0, \"maximum\": 1, \"x-unit\": \"share\", \"description\": \"probability of default\"},"
                 "\"months\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 480, \"description\": \"left out: the house's usual\"}},"
                 "\"required\": [\"amount\", \"pd\"], \"additionalProperties\": false}",
        .output = "{\"type\": \"object\", \"properties\": {"
                  "\"id\": " ID("the offer's number") ","
                  "\"amount\": " MONEY("the loan") ","
                  "\"months\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 480},"
                  "\"rate\": " SHARE("nominal, a year") ","
                  "\"apr\": " SHARE("annual percentage rate, fees included") ","
                  "\"instalment\": " MONEY("each month; the last one may differ by paise") ","
                  "\"fee\": " MONEY("kept back at payout") ","
                  "\"paid_out\": " MONEY("what the applicant receives") ","
                  "\"total\": " MONEY("sum of all instalments") ","
                  "\"cost\": " MONEY("total less what was received") ","
                  "\"first_due\": " DATE("of the first instalment") ","
                  "\"valid_until\": " DATE("the last day to accept") ","
                  "\"schedule\": {\"type\": \"array\", \"maxItems\": 480, \"items\": {\"type\": \"object\", \"properties\": {"
                  "\"number\": {\"type\": \"integer\"},"
                  "\"due\": " DATE("when") ","
                  "\"payment\": " MONEY("principal and interest") ","
                  "\"principal\": " MONEY("paid back") ","
                  "\"interest\": " MONEY("for the month") ","
                  "\"balance\": " MONEY("still owed") "},"
                  "\"required\": [\"number\", \"due\", \"payment\", \"principal\", \"interest\", \"balance\"]}}},"
                  "\"required\": [\"id\", \"amount\", \"months\", \"rate\", \"apr\", \"instalment\", \"fee\", \"paid_out\", \"total\", \"cost\", \"first_due\", \"valid_until\", \"schedule\"]}",
        .sample = JSON({"id": "OF1", "amount": 100000, "months": 2, "rate": 0.12, "apr": 0.1201, "instalment": 50751, "fee": 0, "paid_out": 100000, "total": 101502, "cost": 1502, "first_due": "2026-02-15", "valid_until": "2026-01-22", "schedule": [
            {"number": 1, "due": "2026-02-15", "payment": 50751, "principal": 49751, "interest": 1000, "balance": 50249},
            {"number": 2, "due": "2026-03-15", "payment": 50751, "principal": 50249, "interest": 502, "balance": 0}]}),
    },
    {
        .name = "hold",
        .about = "Sets the amount aside for this loan",
        .kind = OP_LOCAL,
        .timeout_ms = 1000,
        .input = "{\"type\": \"object\", \"properties\": {\"loan\": " LOAN ", \"amount\": "
                 "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000000000000, \"x-unit\": \"money\", \"x-currency\": \"INR\"}},"
                 "\"required\": [\"loan\", \"amount\"], \"additionalProperties\": false}",
        .output = "{\"type\": \"object\", \"properties\": {\"id\": " ID("the hold") ", \"loan\": " LOAN ", \"amount\": " MONEY("held") "},"
                  "\"required\": [\"id\", \"loan\", \"amount\"]}",
        .sample = JSON({"id": "H1", "loan": "L1", "amount": 2000000}),
    },
    {
        .name = "release",
        .about = "Lets a hold go; letting go of none is fine",
        .kind = OP_LOCAL,
        .undoes = true,
        .timeout_ms = 1000,
        .input = "{\"type\": \"object\", \"properties\": {\"loan\": " LOAN "}, \"required\": [\"loan\"]}",
        .output = "{\"type\": \"object\", \"properties\": {\"released\": " MONEY("0: there was none") "}, \"required\": [\"released\"]}",
        .sample = JSON({"released": 2000000}),
    },
    {
        .name = "book_loan",
        .about = "Books the paid-out loan: principal and fee, and lets the hold go",
        .kind = OP_LOCAL,
        .timeout_ms = 1000,
        .input = "{\"type\": \"object\", \"properties\": {\"loan\": " LOAN ","
                 "\"amount\": " MONEY("the loan, as held") ","
                 "\"fee\": " MONEY("kept back at payout; left out: none") ","
                 "\"transfer\": " ID("the bank's reference of the payout") "},"
                 "\"required\": [\"loan\", \"amount\", \"transfer\"], \"additionalProperties\": false}",
        .output = "{\"type\": \"object\", \"properties\": {\"loan\": " LOAN ", \"principal\": " MONEY("owed now") ","
                  "\"fee\": " MONEY("of it earned at once") ", \"booked_on\": " DATE("value date") "},"
                  "\"required\": [\"loan\", \"principal\", \"fee\", \"booked_on\"]}",
        .sample = JSON({"loan": "L1", "principal": 2000000, "fee": 40000, "booked_on": "2026-01-15"}),
    },
    {
        .name = "void",
        .about = "Turns a booking round with reversing entries; voiding none is fine",
        .kind = OP_LOCAL,
        .undoes = true,
        .timeout_ms = 1000,
        .input = "{\"type\": \"object\", \"properties\": {\"loan\": " LOAN "}, \"required\": [\"loan\"]}",
        .output = "{\"type\": \"object\", \"properties\": {\"voided\": " MONEY("0: nothing was booked") "}, \"required\": [\"voided\"]}",
        .sample = JSON({"voided": 2000000}),
    },
    {.name = NULL},
};

struct ledger {
    struct connector base;
    struct offer_rules rules;
    struct zone *zone;
    char currency[4];
};
struct local { /* one operation being computed */
    const struct ledger *ledger;
    const struct call *call;
    struct entries entries;
    struct fault fault;
    json_t *answer;
    int32_t day;
    char id[20];
};

static void close_ledger(struct connector *c) {
    struct ledger *l = (struct ledger *)c;
    if (l->zone) zone_close(l->zone);
    free(l);
}

static enum err open_ledger(const struct connector_env *env, struct connector **out, struct fault *f) {
    struct ledger *l = calloc(1, sizeof *l);
    if (!l) return fault_set(f, ERR_NOMEM, "", "no memory");
    l->base.ops = &ledger_connector;
    snprintf(l->currency, sizeof l->currency, "%s", json_text(env->config, "currency", "INR"));
    const char *zone = json_text(env->config, "zone", "Asia/Kolkata");
    enum err e = offer_rules_read(env->config, &l->rules, f);
    if (e == OK && (e = zone_open(zone, &l->zone)) != OK)
        (void)fault_set(f, e, "zone", "there is no time zone '%s' on this machine", zone);
    if (e != OK) {
        close_ledger(&l->base);
        return e;
    }
    *out = &l->base;
    return OK;
}

static const char *loan_of(const struct local *x) { return json_text(x->call->input, "loan", ""); }

static enum err run_offer(struct local *x) {
    return offer_make(&x->ledger->rules, x->call->input, x->id, x->day, &x->answer, &x->fault);
}
static enum err run_hold(struct local *x) {
    int64_t amount = json_int(x->call->input, "amount", 0);
    enum err e = entries_hold(&x->entries, x->call->book, amount, &x->fault);
    if (e == OK)
        x->answer = json_pack("{s:s, s:s, s:I}", "id", x->id, "loan", loan_of(x), "amount", (json_int_t)amount);
    return e;
}
static enum err run_release(struct local *x) {
    int64_t released;
    entries_release(&x->entries, x->call->book, &released);
    x->answer = json_pack("{s:I}", "released", (json_int_t)released);
    return OK;
}
static enum err run_book(struct local *x) {
    struct booking b = {json_int(x->call->input, "amount", 0), json_int(x->call->input, "fee", 0)};
    char day[16];
    enum err e = entries_book(&x->entries, x->call->book, &b, &x->fault);
    if (e == OK)
        x->answer = json_pack("{s:s, s:I, s:I, s:s}", "loan", loan_of(x), "principal", (json_int_t)b.amount_minor,
                              "fee", (json_int_t)b.fee_minor, "booked_on", day_text(x->day, day));
    return e;
}
static enum err run_void(struct local *x) {
    int64_t voided;
    entries_void(&x->entries, x->call->book, &voided);
    x->answer = json_pack("{s:I}", "voided", (json_int_t)voided);
    return OK;
}

/* In the order of the table above. */
static enum err (*const RUN[])(struct local *) = {run_offer, run_hold, run_release, run_book, run_void};

/* The same call made again gives the same id: it comes from the key. */
static void id_of(const struct call *call, char out[20]) {
    char hex[65];
    crypt_sha256_hex(call->key, strlen(call->key), hex);
    snprintf(out, 20, "%c%.14s", call->op == &operations[0] ? 'F' : 'H', hex);
}

static void start_ledger(struct connector *c, struct call *call) {
    struct local x = {.ledger = (struct ledger *)c, .call = call};
    x.day = zone_day(x.ledger->zone, call->now_ms);
    entries_init(&x.entries, loan_of(&x), x.ledger->currency, x.day);
    id_of(call, x.id);
    enum err e = RUN[call->op - operations](&x);
    if (e == OK && !x.answer) e = fault_set(&x.fault, ERR_NOMEM, "", "no memory for the answer");
    struct call_result r = {.end = CALL_DONE, .answer = x.answer, .postings = x.entries.made, .n_postings = x.entries.n};
    if (e != OK)
        r = (struct call_result){.end = e == ERR_NOMEM ? CALL_FAILED : CALL_REFUSED,
                                 .why = x.fault.text, .code = x.fault.where};
    call->done(call, &r);
    json_decref(x.answer);
}

const struct connector_ops ledger_connector = {
    .name = "ledger",
    .in_process = true,
    .operations = operations,
    .open = open_ledger,
    .start = start_ledger,
    .close = close_ledger,
};
