/* berka.c - joins Berka's tables; a lender's own adaptor would look like this one. */
#include "models/berka.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/crypt.h"
#include "base/zone.h"
#include "models/accounts.h"
#include "models/artefact.h"
#include "models/cashflow.h"
#include "models/csv.h"

#define LOANS_MAX 2000

struct loan {
    long id, account, client;
    int32_t day;
    double amount, duration, payments, bad, sex;
    struct entries entries;
};
struct berka {
    const char *dir;
    struct frame *fr;
    struct arena *arena;
    struct loan loans[LOANS_MAX]; /* sorted by account once read */
    int n_loans;
    int at[12]; /* columns of the table being read */
    struct buf hashes;
};

struct table {
    const char *file;
    const char *columns[12];
    enum err (*row)(struct berka *b, const struct csv_row *r, struct fault *f);
};
struct reading {
    struct berka *b;
    const struct table *table;
};

static const char *field(const struct berka *b, const struct csv_row *r, int k) {
    return r->fields[b->at[k]];
}

static double number(const struct berka *b, const struct csv_row *r, int k) {
    double v;
    return csv_number(field(b, r, k), &v) ? v : NAN;
}

static long whole(const struct berka *b, const struct csv_row *r, int k) {
    double v = number(b, r, k);
    return fabs(v) < 1e15 ? (long)v : -1;
}

static enum err wrong(const struct berka *b, const struct csv_row *r, struct fault *f) {
    return fault_set(f, ERR_INVALID, b->dir, "line %zu of a table cannot be understood", r->line);
}

static enum err read_loan(struct berka *b, const struct csv_row *r, struct fault *f) {
    if (number(b, r, 6) != 1) return OK; /* without raw transactions */
    if (b->n_loans >= LOANS_MAX) return fault_set(f, ERR_LIMIT, b->dir, "too many loans");
    struct loan *l = &b->loans[b->n_loans++];
    *l = (struct loan){.id = whole(b, r, 0), .account = whole(b, r, 1), .client = -1,
                       .amount = number(b, r, 2), .duration = number(b, r, 3),
                       .payments = number(b, r, 4), .bad = number(b, r, 5), .sex = NAN};
    return day_parse(field(b, r, 7), &l->day) == OK ? OK : wrong(b, r, f);
}

static int by_account(const void *a, const void *b) {
    const struct loan *p = a, *q = b;
    return (p->account > q->account) - (p->account < q->account);
}

static struct loan *loan_of(struct berka *b, long account) {
    struct loan key = {.account = account};
    return bsearch(&key, b->loans, (size_t)b->n_loans, sizeof key, by_account);
}

static const char *kind_of(const char *operation, const char *symbol) {
    if (!strcmp(symbol, "interest credited")) return "interest";
    if (!strcmp(symbol, "sanction interest if negative balance")) return "sanction_interest";
    if (!strcmp(symbol, "payment for statement")) return "fee";
    return strstr(operation, "in cash") ? "cash" : "";
}

/* Amounts are unsigned in the table; its type column says the direction. */
static enum err read_entry(struct berka *b, const struct csv_row *r, struct fault *f) {
    struct loan *l = loan_of(b, whole(b, r, 0));
    int32_t day;
    if (!l) return OK;
    if (day_parse(field(b, r, 1), &day) != OK) return wrong(b, r, f);
    if (day >= l->day) return OK;
    double amount = number(b, r, 4) * 100, balance = number(b, r, 5) * 100;
    if (!(fabs(amount) < 1e15) || !(fabs(balance) < 1e15)) return wrong(b, r, f);
    long party = whole(b, r, 8);
    const char *name = party > 0 ? arena_printf(b->arena, "%s:%ld", field(b, r, 7), party) : "";
    bool in = !strcmp(field(b, r, 2), "credit");
    struct cashflow_entry entry = {
        .day = day, .amount_minor = llround(in ? amount : -amount), .balance_minor = llround(balance),
        .kind = kind_of(field(b, r, 3), field(b, r, 6)), .party = name};
    if (!name || entries_add(&l->entries, entry)) return fault_set(f, ERR_NOMEM, b->dir, "no memory");
    return OK;
}

static enum err read_owner(struct berka *b, const struct csv_row *r, struct fault *f) {
    (void)f;
    struct loan *l = loan_of(b, whole(b, r, 1));
    if (l && !strcmp(field(b, r, 2), "OWNER")) l->client = whole(b, r, 0);
    return OK;
}

/* birth_number is YYMMDD; women have 50 added to the month. */
static enum err read_client(struct berka *b, const struct csv_row *r, struct fault *f) {
    (void)f;
    long client = whole(b, r, 0), month = whole(b, r, 1) / 100 % 100;
    for (int i = 0; i < b->n_loans; i++)
        if (b->loans[i].client == client) b->loans[i].sex = month > 50;
    return OK;
}

static const struct table tables[] = {
    {"loan-train.csv.gz", {"loan_id", "account_id", "amount", "duration", "payments", "bad",
                           "has_raw_transactions", "loan_date", NULL}, read_loan},
    {"trans-train.csv.gz", {"account_id", "date", "type", "operation", "amount", "balance", "k_symbol",
                            "bank", "account", NULL}, read_entry},
    {"disp.csv.gz", {"client_id", "account_id", "type", NULL}, read_owner},
    {"client.csv.gz", {"client_id", "birth_number", NULL}, read_client},
};

static enum err read_line(void *who, const struct csv_row *row, struct fault *f) {
    struct reading *r = who;
    if (row->index > 0) return r->table->row(r->b, row, f);
    for (int k = 0; r->table->columns[k]; k++) {
        r->b->at[k] = csv_column(row, r->table->columns[k]);
        if (r->b->at[k] < 0)
            return fault_set(f, ERR_INVALID, r->table->file, "has no column \"%s\"",
                             r->table->columns[k]);
    }
    return OK;
}

static enum err read_table(struct berka *b, const struct table *t, struct fault *f) {
    char path[4096], hash[65];
    if (snprintf(path, sizeof path, "%s/%s", b->dir, t->file) >= (int)sizeof path)
        return fault_set(f, ERR_INVALID, t->file, "the folder's name is too long");
    AUTO(buf_reset) struct buf bytes = {0};
    enum err e = artefact_file(path, 1u << 30, &bytes, f);
    if (e) return e;
    crypt_sha256_hex(buf_text(&bytes), bytes.len, hash);
    buf_addf(&b->hashes, "%s %s\n", hash, t->file);
    struct reading r = {.b = b, .table = t};
    e = csv_read(path, read_line, &r, f);
    if (!e && t == &tables[0]) qsort(b->loans, (size_t)b->n_loans, sizeof *b->loans, by_account);
    return e;
}

static double cell_of(const struct loan *l, const json_t *features, const char *name) {
    const struct {
        const char *name;
        double value;
    } own[] = {{"bad", l->bad},           {"amount", l->amount}, {"duration", l->duration},
               {"payments", l->payments}, {"sex", l->sex}};
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (!strcmp(own[i].name, name)) return own[i].value;
    const json_t *v = json_object_get(features, name);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static enum err add_loan(struct berka *b, const struct loan *l, struct fault *f) {
    double cells[FRAME_COLUMNS_MAX];
    char id[32];
    json_t *features = NULL;
    enum err e = cashflow_features(l->entries.list, l->entries.n, l->day - 1, &features, f);
    if (e) return e;
    for (int i = 0; i < b->fr->n_columns; i++) cells[i] = cell_of(l, features, b->fr->names[i]);
    json_decref(features);
    snprintf(id, sizeof id, "%ld", l->id);
    e = frame_add(b->fr, id, cells);
    return e ? fault_set(f, e, b->dir, "no memory") : OK;
}

static enum err load(struct berka *b, struct fault *f) {
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        enum err e = read_table(b, &tables[i], f);
        if (e) return e;
    }
    for (int i = 0; i < b->n_loans; i++) {
        enum err e = add_loan(b, &b->loans[i], f);
        if (e) return e;
    }
    crypt_sha256_hex(buf_text(&b->hashes), b->hashes.len, b->fr->hash);
    return OK;
}

enum err berka_load(const char *dir, struct frame *fr, struct fault *f) {
    struct berka *b = calloc(1, sizeof *b);
    if (!b) return fault_set(f, ERR_NOMEM, dir, "no memory");
    b->dir = dir;
    b->fr = fr;
    b->arena = arena_new(64u << 20);
    buf_init(&b->hashes, 4096);
    enum err e = b->arena ? load(b, f) : fault_set(f, ERR_NOMEM, dir, "no memory");
    for (int i = 0; i < b->n_loans; i++) entries_reset(&b->loans[i].entries);
    buf_reset(&b->hashes);
    arena_free(b->arena);
    free(b);
    return e;
}
