#include "store/books.h"

#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "io/pg.h"
#include "store_sql.h"

struct reading {
    json_t *out;
    bool balanced, failed;
};

static int64_t number(const char *text) {
    int64_t n = 0;
    return text && text_i64(text, strlen(text), &n) == OK ? n : 0;
}

static void put(struct reading *r, json_t *to, json_t *value) {
    if (!value || json_array_append_new(to, value) != 0) r->failed = true;
}

/* The entry of this currency: rows come sorted, so it is the last or a new one. */
static json_t *currency_entry(struct reading *r, const char *currency) {
    json_t *list = json_object_get(r->out, "currencies"), *last = json_array_get(list, json_array_size(list) - 1);
    if (last && text_eq(json_text(last, "currency", ""), currency)) return last;
    put(r, list, json_pack("{s:s, s:i, s:i, s:[]}", "currency", currency, "debits", 0, "credits", 0, "accounts"));
    return json_array_get(list, json_array_size(list) - 1);
}

static void account_row(void *who, int n_cols, const char *const *v) {
    struct reading *r = who;
    if (n_cols != 4) return;
    json_int_t debits = number(v[2]), credits = number(v[3]);
    json_t *c = currency_entry(r, v[0]);
    put(r, json_object_get(c, "accounts"), json_pack("{s:s, s:I, s:I, s:I}", "account", v[1], "debits", debits,
                                                     "credits", credits, "balance", debits - credits));
    if (json_object_set_new(c, "debits", json_integer(json_int(c, "debits", 0) + debits)) ||
        json_object_set_new(c, "credits", json_integer(json_int(c, "credits", 0) + credits)))
        r->failed = true;
}

static void orphans_row(void *who, int n_cols, const char *const *v) {
    struct reading *r = who;
    if (n_cols != 1 || number(v[0]) != 0) r->balanced = false;
    if (json_object_set_new(r->out, "orphans", json_integer(n_cols == 1 ? number(v[0]) : -1))) r->failed = true;
}

static void loans_row(void *who, int n_cols, const char *const *v) {
    struct reading *r = who;
    if (n_cols != 1 || json_object_set_new(r->out, "loans", json_integer(number(v[0])))) r->failed = true;
}

static void gaps_row(void *who, int n_cols, const char *const *v) {
    struct reading *r = who;
    if (n_cols != 1 || number(v[0]) != 0) r->balanced = false;
    if (json_object_set_new(r->out, "loan_gaps", json_integer(n_cols == 1 ? number(v[0]) : -1))) r->failed = true;
}

static bool id_from_hex(const char *hex, struct id *out) {
    static const char digits[] = "0123456789abcdef";
    if (strlen(hex) != 2 * sizeof out->b) return false;
    for (size_t i = 0; i < sizeof out->b; i++) {
        const char *hi = strchr(digits, hex[2 * i]), *lo = strchr(digits, hex[2 * i + 1]);
        if (!hi || !lo) return false;
        out->b[i] = (uint8_t)((hi - digits) << 4 | (lo - digits));
    }
    return true;
}

static void run_row(void *who, int n_cols, const char *const *v) {
    struct reading *r = who;
    struct id id;
    char text[ID_TEXT];
    if (n_cols != 4 || !id_from_hex(v[0], &id)) return;
    put(r, json_object_get(r->out, "runs"), json_pack("{s:s, s:s, s:s, s:I}", "run", id_text(id, text), "currency",
                                                      v[1], "account", v[2], "net", (json_int_t)number(v[3])));
}

enum err books_read(const char *dsn, bool runs, json_t **out_new, struct fault *f) {
    struct reading r = {json_pack("{s:b, s:i, s:[]}", "balanced", 1, "orphans", 0, "currencies"), true, false};
    size_t i;
    json_t *c;
    if (!r.out) return fault_set(f, ERR_NOMEM, "", "no memory");
    if (runs && json_object_set_new(r.out, "runs", json_array())) r.failed = true;
    enum err e = pg_query(dsn, SQL_VIEW_TRIAL_BALANCE.text, 0, NULL, account_row, &r, f);
    if (e == OK) e = pg_query(dsn, SQL_BOOKS_ORPHANS.text, 0, NULL, orphans_row, &r, f);
    if (e == OK) e = pg_query(dsn, SQL_BOOKS_LOANS.text, 0, NULL, loans_row, &r, f);
    if (e == OK) e = pg_query(dsn, SQL_BOOKS_LOAN_GAPS.text, 0, NULL, gaps_row, &r, f);
    if (e == OK && runs) e = pg_query(dsn, SQL_BOOKS_RUNS.text, 0, NULL, run_row, &r, f);
    json_array_foreach(json_object_get(r.out, "currencies"), i, c) if (json_int(c, "debits", 0) != json_int(c, "credits", -1)) r.balanced = false;
    if (e == OK && (r.failed || json_object_set_new(r.out, "balanced", json_boolean(r.balanced))))
        e = fault_set(f, ERR_NOMEM, "", "no memory");
    if (e != OK) json_decref(r.out);
    else *out_new = r.out;
    return e;
}

struct components {
    books_component_fn *each;
    void *who;
};

static void component_row(void *who, int n_cols, const char *const *v) {
    const struct components *c = who;
    if (n_cols == 4) c->each(c->who, v[0], v[2], v[1], number(v[3]));
}

enum err books_components(const char *dsn, books_component_fn *each, void *who, struct fault *f) {
    struct components c = {each, who};
    return pg_query(dsn, SQL_BOOKS_COMPONENTS.text, 0, NULL, component_row, &c, f);
}
