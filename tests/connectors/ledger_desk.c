/* ledger_desk.c - see ledger_desk.h. */
#include "tests/connectors/ledger_desk.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/schema.h"
#include "connectors/connectors.h"
#include "connectors/ledger/day_end.h"

static struct schema *schemas[64][2];

static struct schema *schema_of(const struct operation *first, const struct operation *op, bool output) {
    struct schema **at = &schemas[op - first][output];
    if (!*at) {
        json_t *v = json_loads(output ? op->output : op->input, 0, NULL);
        struct fault f;
        CU_ASSERT_EQUAL_FATAL(schema_new(v, at, &f), OK);
        json_decref(v);
    }
    return *at;
}

static void free_schemas(void) {
    for (size_t k = 0; k < ARRAY_LEN(schemas); k++)
        for (int i = 0; i < 2; i++) schema_free(schemas[k][i]), schemas[k][i] = NULL;
}

int desk_init(struct desk *d, const char *config) {
    struct fault f = {0};
    json_t *v = config ? json_loads(config, 0, NULL) : NULL;
    struct connector_env env = {.config = v};
    memset(d, 0, sizeof *d);
    d->loan = "L1";
    d->file = (struct loan_file){.id = d->loan, .customer = "c0", .columns = {"", "", "", "", 0, 0, 0, 0}, .entries = d->entries};
    enum err e = ledger_connector.open(&env, &d->ledger, &f);
    if (e != OK) printf("%s: %s\n", f.where, f.text);
    json_decref(v);
    return e != OK;
}

void desk_forget(struct desk *d) {
    for (uint32_t k = 0; k < d->file.n; k++) free((char *)d->entries[k].body), free((char *)d->entries[k].kind);
    for (size_t k = 0; k < d->n_postings; k++) {
        const struct posting *p = &d->postings[k];
        free((char *)p->debit), free((char *)p->credit), free((char *)p->currency), free((char *)p->kind);
    }
    d->file.n = 0, d->n_postings = 0;
    d->file.columns = (struct loan_columns){"", "", "", "", 0, 0, 0, 0};
    json_decref(d->answer);
    d->answer = NULL;
}

void desk_reset(struct desk *d) {
    desk_forget(d);
    if (d->ledger) d->ledger->ops->close(d->ledger);
    free_schemas();
}

void desk_day_number(struct desk *d, int32_t day) { d->now_ms = (int64_t)day * 86400000 + 6 * 3600000 + 1800000; }

void desk_day(struct desk *d, const char *iso) {
    int32_t day;
    CU_ASSERT_EQUAL_FATAL(day_parse(iso, &day), OK);
    desk_day_number(d, day);
}

/* --- committing ---------------------------------------------------------------------------------------------- */

static void keep_postings(struct desk *d, const struct posting *p, size_t n) {
    d->n_before = d->n_postings;
    for (size_t k = 0; k < n; k++) {
        CU_ASSERT_FATAL(d->n_postings < DESK_POSTINGS);
        CU_ASSERT(p[k].amount_minor > 0 && strcmp(p[k].debit, p[k].credit) != 0);
        d->postings[d->n_postings++] = (struct posting){strdup(p[k].debit), strdup(p[k].credit), p[k].amount_minor, strdup(p[k].currency),
                                                        p[k].effective_day, strdup(p[k].kind)};
    }
}

static void keep_columns(struct desk *d, const struct loan_columns *c) {
    snprintf(d->product, sizeof d->product, "%s", c->product);
    snprintf(d->currency, sizeof d->currency, "%s", c->currency);
    snprintf(d->state, sizeof d->state, "%s", c->state);
    snprintf(d->bucket, sizeof d->bucket, "%s", c->bucket);
    d->file.columns = *c;
    d->file.columns.product = d->product, d->file.columns.currency = d->currency;
    d->file.columns.state = d->state, d->file.columns.bucket = d->bucket;
}

static void keep_entries(struct desk *d, const struct loan_write *w) {
    for (size_t k = 0; k < w->n_entries; k++) {
        CU_ASSERT_FATAL(d->file.n < DESK_ENTRIES);
        struct loan_entry *e = &d->entries[d->file.n++];
        *e = w->entries[k];
        e->n = d->file.n;
        e->kind = strdup(e->kind), e->body = strndup(e->body, e->body_len);
    }
    keep_columns(d, &w->columns);
}

static void done(struct call *call, const struct call_result *r) {
    struct desk *d = call->who;
    json_decref(d->answer);
    d->end = r->end;
    d->answer = json_incref(r->answer);
    d->wrote = r->loan != NULL;
    snprintf(d->why, sizeof d->why, "%s", r->why ? r->why : "");
    snprintf(d->code, sizeof d->code, "%s", r->code ? r->code : "");
    d->n_before = d->n_postings;
    if (r->end != CALL_DONE) {
        CU_ASSERT(!r->n_postings && !r->loan);
        return;
    }
    keep_postings(d, r->postings, r->n_postings);
    if (r->loan) keep_entries(d, r->loan);
}

/* --- asking --------------------------------------------------------------------------------------------------- */

static const struct operation *find(const struct desk *d, const char *name) {
    for (const struct operation *op = d->ledger->ops->operations; op->name; op++)
        if (!strcmp(op->name, name)) return op;
    CU_FAIL_FATAL("no such operation");
    return NULL;
}

static void fits(const struct desk *d, const struct operation *op, const json_t *v, bool output) {
    struct fault f = {0};
    enum err e = schema_check(schema_of(d->ledger->ops->operations, op, output), v, NULL, NULL, &f);
    if (e != OK) printf("%s %s: %s %s\n", op->name, output ? "answer" : "input", f.where, f.text);
    CU_ASSERT_EQUAL(e, OK);
}

enum call_end desk_ask(struct desk *d, const char *operation, const char *input) {
    const struct operation *op = find(d, operation);
    char text[2000];
    snprintf(text, sizeof text, input, d->loan);
    json_t *in = json_loads(text, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(in);
    fits(d, op, in, false);
    struct book_view book = {.posted = d->postings, .n = d->n_postings, .loan = op->book ? &d->file : NULL};
    struct call call = {.paragraph = "test", .visit = 1, .attempt = 1, .customer = "c0", .key = text, .op = op, .input = in,
                        .now_ms = d->now_ms++, .book = &book, .done = done, .who = d};
    d->ledger->ops->start(d->ledger, &call);
    if (d->end == CALL_DONE) fits(d, op, d->answer, true);
    json_decref(in);
    return d->end;
}

void desk_open(struct desk *d, int64_t amount, const char *terms) {
    char input[600];
    snprintf(input, sizeof input, "{\"loan\":\"%%s\",\"amount\":%lld}", (long long)amount);
    CU_ASSERT_EQUAL_FATAL(desk_ask(d, "hold", input), CALL_DONE);
    snprintf(input, sizeof input, "{\"loan\":\"%%s\",\"amount\":%lld,\"transfer\":\"T1\"%s}", (long long)amount, terms);
    if (desk_ask(d, "book_loan", input) != CALL_DONE) printf("%s: %s\n", d->code, d->why);
    CU_ASSERT_EQUAL_FATAL(d->end, CALL_DONE);
}

bool desk_day_end(struct desk *d, int32_t day) {
    struct arena *a = arena_new(16 << 20);
    struct day_end x;
    struct fault f = {0};
    enum err e = ledger_day_end(&d->file, day, d->now_ms, a, &x, &f);
    if (e == OK) {
        keep_postings(d, x.postings, x.n_postings);
        keep_entries(d, &x.write);
        d->wrote = x.write.n_entries > 0;
    } else printf("day_end: %s %s\n", f.where, f.text);
    arena_free(a);
    return e == OK;
}

/* --- reading --------------------------------------------------------------------------------------------------- */

int64_t desk_number(const struct desk *d, const char *field) { return json_int(d->answer, field, -1); }
const char *desk_text(const struct desk *d, const char *field) { return json_text(d->answer, field, ""); }

int64_t desk_balance_on(const struct desk *d, const char *account, int32_t day) {
    int64_t sum = 0;
    for (size_t k = 0; k < d->n_postings; k++) {
        const struct posting *p = &d->postings[k];
        if (p->effective_day <= day) sum += (!strcmp(p->debit, account) - !strcmp(p->credit, account)) * p->amount_minor;
    }
    return sum;
}

int64_t desk_balance(const struct desk *d, const char *account) { return desk_balance_on(d, account, INT32_MAX); }
