/* loans.c - loans: lists, where one stands on any day as we knew it at any moment, its schedule, statement and entries. */
#include "api/loan_read.h"
#include "base/text.h"
#include "base/zone.h"
#include "book/arrears.h"
#include "io/http.h"
#include "store/view.h"

#define READ_ROLES (ROLE_LENDER | ROLE_OFFICER | ROLE_ENGINEER | ROLE_ADMIN)

static void list(struct request *r) {
    int64_t limit;
    struct loans_filter f = {.customer = http_query(r->http, "customer"), .state = http_query(r->http, "state"),
                             .bucket = http_query(r->http, "bucket")};
    if (request_number(r, "limit", 1, 200, 50, &limit))
        view_loans(r->api->c.view, &f, http_query(r->http, "cursor"), (unsigned)limit, answer_view, r);
}

static json_t *day_json(int32_t day) {
    char text[16];
    return day && day != INT32_MAX ? json_string(day_text(day, text)) : json_null();
}

static json_t *components_new(const int64_t minor[COMPONENTS]) {
    json_t *o = json_object();
    for (int c = 0; o && c < COMPONENTS; c++)
        if (json_object_set_new(o, component_word((enum component)c), json_integer(minor[c]))) return json_decref(o), NULL;
    return o;
}

/* --- where it stands ------------------------------------------------------------------------------ */

static json_t *due_new(const struct loan_state *s) {
    int64_t due[COMPONENTS];
    for (int c = 0; c < COMPONENTS; c++) due[c] = loan_due(s, (enum component)c);
    return components_new(due);
}

static json_t *forbearances_new(const struct loan_state *s) {
    json_t *list_ = json_array();
    for (size_t i = 0; i < s->n_forbearances; i++) {
        const struct forbearance *b = &s->forbearances[i];
        (void)json_array_append_new(list_, json_pack("{s:i, s:s, s:o, s:o}", "entry", (int)b->n, "change", b->change, "since",
                                                     day_json(b->day), "probation_until", day_json(b->until_day)));
    }
    return list_;
}

static json_t *standing_new(const struct loan_seen *x) {
    const struct loan_state *s = x->state;
    int dpd = arrears_dpd(s, s->as_of_day);
    return json_pack("{s:s, s:O, s:O, s:s, s:o, s:o, s:i, s:s, s:s, s:I, s:I, s:I, s:o, s:I, s:o, s:b, s:o, s:i}",
                     "id", json_text(x->row, "id", ""), "customer", json_object_get(x->row, "customer"),
                     "currency", json_object_get(x->row, "currency"), "state", stage_word(s->stage), "on", day_json(s->as_of_day),
                     "opened", day_json(s->opened_day), "days_past_due", dpd, "bucket", arrears_bucket_word(arrears_bucket(dpd)),
                     "class", arrears_class_word(arrears_class(s, s->as_of_day)), "principal_minor", (json_int_t)loan_principal(s),
                     "outstanding_minor", (json_int_t)loan_outstanding(s), "overdue_minor", (json_int_t)loan_overdue(s),
                     "due", due_new(s), "credit_minor", (json_int_t)s->credit_minor, "oldest_due",
                     day_json(arrears_oldest(s, s->as_of_day)), "disputed", (int)s->disputed, "forbearance", forbearances_new(s),
                     "entries", (int)x->n_deeds);
}

static void show_standing(const struct loan_seen *x) { answer_json_take(x->request, 200, standing_new(x)); }
static void read_one(struct request *r) { loan_read(r, show_standing); }

/* --- schedule ------------------------------------------------------------------------------------- */

static json_t *item_new(const struct due_item *i) {
    json_t *o = json_pack("{s:o, s:o, s:o, s:o, s:I, s:b}", "due", day_json(i->due_day), "amount", components_new(i->amount),
                          "paid", components_new(i->paid), "waived", components_new(i->waived), "left_minor",
                          (json_int_t)item_left_all(i), "disputed", (int)i->disputed);
    if (o && json_object_set_new(o, "kind", json_string(i->charge ? "charge" : "instalment")) == 0) return o;
    json_decref(o);
    return NULL;
}

static void show_schedule(const struct loan_seen *x) {
    const struct loan_state *s = x->state;
    json_t *items = json_array();
    for (uint32_t i = 0; items && i < s->n_items; i++)
        if (!s->items[s->order[i]].replaced) (void)json_array_append_new(items, item_new(&s->items[s->order[i]]));
    answer_json_take(x->request, 200, json_pack("{s:o, s:o}", "items", items, "on", day_json(s->as_of_day)));
}
static void read_schedule(struct request *r) { loan_read(r, show_schedule); }

/* --- statement: what each entry meant -------------------------------------------------------------- */

static json_t *line_new(const struct loan_state *s, const struct deed *d) {
    int64_t paid[COMPONENTS] = {0};
    bool any = false;
    char known[32];
    for (size_t i = 0; i < s->n_allocations; i++)
        if (s->allocations[i].n == d->n) paid[s->allocations[i].component] += s->allocations[i].minor, any = true;
    json_t *o = json_pack("{s:i, s:s, s:o, s:s, s:I}", "n", (int)d->n, "kind", deed_word(d->kind), "day", day_json(d->day), "known",
                          instant_text(d->known_ms, known), "amount_minor", (json_int_t)d->minor);
    if (o && *d->reference) (void)json_object_set_new(o, "reference", json_string(d->reference));
    if (o && *d->word) (void)json_object_set_new(o, "detail", json_string(d->word));
    if (o && d->of) (void)json_object_set_new(o, "of", json_integer(d->of));
    if (o && any) (void)json_object_set_new(o, "paid", components_new(paid));
    return o;
}

static void show_statement(const struct loan_seen *x) {
    json_t *items = json_array();
    for (size_t i = 0; items && i < x->n_deeds; i++)
        if (x->deeds[i].kind != DEED_DAY_END) (void)json_array_append_new(items, line_new(x->state, &x->deeds[i]));
    answer_json_take(x->request, 200, json_pack("{s:o, s:o, s:I}", "items", items, "on", day_json(x->state->as_of_day),
                                                "outstanding_minor", (json_int_t)loan_outstanding(x->state)));
}
static void read_statement(struct request *r) { loan_read(r, show_statement); }

static void entries(struct request *r) {
    int64_t limit;
    if (request_number(r, "limit", 1, 200, 50, &limit))
        view_loan_entries(r->api->c.view, r->params[0], http_query(r->http, "cursor"), (unsigned)limit, answer_view, r);
}

#define TEXT "{\"type\":\"string\"}"
#define PAGE {"cursor", "`next` of the page before", TEXT}, {"limit", "Items a page", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"default\":50}"}
static const struct param_doc list_query[] = {
    {"customer", "Keyed hash of the customer", TEXT},
    {"state", "", "{\"type\":\"string\"}"},
    {"bucket", "Days past due: 0, 1-30, 31-60, 61-90, 91-180, 180+", TEXT},
    PAGE, {0}};
static const struct param_doc page_query[] = {PAGE, {0}};
static const struct param_doc when_query[] = {
    {"on", "As it stands at the end of this date; today", "{\"type\":\"string\",\"format\":\"date\"}"},
    {"known", "As it was known at this instant; now", TEXT}, {0}};
static const struct answer_doc page[] = {{200, "LoanPage", "A page"}, {400, "Problem", "A parameter does not fit"},
                                         {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc entry_page[] = {{200, "LoanEntryPage", "A page"}, {400, "Problem", "A parameter does not fit"},
                                               {503, "Problem", "Try again soon"}, {0}};
#define ONE(name) {{200, name, "As asked"}, {400, "Problem", "A parameter does not fit"}, {404, "Problem", "No such loan"}, \
                   {422, "Problem", "Too many entries"}, {503, "Problem", "Try again soon"}, {0}}
static const struct answer_doc one[] = ONE("Loan"), schedule[] = ONE("LoanSchedule"), statement[] = ONE("LoanStatement");

const struct route routes_loans[] = {
    {"GET", "/v1/loans", "listLoans", "loans", "Loans by their attributes, in order of id; may lag a second.", READ_ROLES, NULL, false,
     list_query, page, NULL, list},
    {"GET", "/v1/loans/{loan}", "readLoan", "loans", "Where it stands on a day, as we knew it at a moment.", READ_ROLES, NULL, false,
     when_query, one, NULL, read_one},
    {"GET", "/v1/loans/{loan}/schedule", "readSchedule", "loans", "Instalments and charges: owed, paid, waived.", READ_ROLES, NULL, false,
     when_query, schedule, NULL, read_schedule},
    {"GET", "/v1/loans/{loan}/statement", "readStatement", "loans", "Every entry, and what each payment paid.", READ_ROLES, NULL, false,
     when_query, statement, NULL, read_statement},
    {"GET", "/v1/loans/{loan}/entries", "listLoanEntries", "loans", "The entries as they are stored, newest first.",
     ROLE_OFFICER | ROLE_ENGINEER | ROLE_ADMIN, NULL, false, page_query, entry_page, NULL, entries},
    {0}};
