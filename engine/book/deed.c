/* deed.c - reading entries. Everything is checked again: what a fold meets is within its limits. */
#include "book/deed.h"

#include <string.h>

#include "base/fixed.h"
#include "base/zone.h"

#define DAY_MOST 2932896 /* the last day of 9999 */
static const char *const KINDS[] = {
    "opened", "paid", "recovered", "reversed", "refunded", "fee", "penalty", "waived", "terms", "settlement", "written_off",
    "cooled_off", "foreclosed", "disputed", "limit", "held", "freed", "day_end", "voided"};

const char *deed_word(enum deed_kind k) { return KINDS[k]; }

struct reading {
    const struct deed_text *text;
    const json_t *body;
    struct arena *arena;
    struct deed *out;
    struct fault *fault;
};

static enum err wrong(const struct reading *r, const char *what) {
    return fault_set(r->fault, ERR_INVALID, what, "entry %u of the loan (%s) has no sound %s", r->text->n, r->text->kind, what);
}

static enum err read_day(const struct reading *r, const json_t *v, const char *what, int32_t *out) {
    const char *text = json_string_value(v);
    return text && day_parse(text, out) == OK ? OK : wrong(r, what);
}

static enum err optional_day(const struct reading *r, const char *key, int32_t *out) {
    const json_t *v = json_object_get(r->body, key);
    return v ? read_day(r, v, key, out) : OK;
}

static enum err read_minor(const struct reading *r, const json_t *v, const char *what, int64_t *out) {
    *out = json_integer_value(v);
    return json_is_integer(v) && *out >= 0 && *out <= 16 * LOAN_AMOUNT_MAX ? OK : wrong(r, what);
}

static enum err optional_minor(const struct reading *r, const char *key, int64_t *out) {
    const json_t *v = json_object_get(r->body, key);
    return v ? read_minor(r, v, key, out) : OK;
}

static enum err read_text(const struct reading *r, const char *key, const char **out) {
    *out = arena_strdup(r->arena, json_text(r->body, key, ""));
    return *out ? OK : fault_set(r->fault, ERR_NOMEM, "", "no memory");
}

static enum err read_rows(const struct reading *r, size_t columns) {
    const json_t *list = json_object_get(r->body, "rows");
    size_t n = json_array_size(list);
    if (!n || n > LOAN_ROWS_MAX) return wrong(r, "rows");
    struct due_row *rows = arena_alloc(r->arena, n * sizeof *rows);
    if (!rows) return fault_set(r->fault, ERR_NOMEM, "", "no memory");
    for (size_t k = 0; k < n; k++) {
        const json_t *row = json_array_get(list, k);
        enum err e = json_array_size(row) == columns ? read_day(r, json_array_get(row, 0), "rows", &rows[k].day) : wrong(r, "rows");
        if (e == OK) e = read_minor(r, json_array_get(row, 1), "rows", &rows[k].principal_minor);
        if (e == OK && columns > 2) e = read_minor(r, json_array_get(row, 2), "rows", &rows[k].interest_minor);
        if (e == OK && (rows[k].day < r->text->day || (k && rows[k].day <= rows[k - 1].day))) e = wrong(r, "rows");
        if (e != OK) return e;
    }
    r->out->rows = rows;
    r->out->n_rows = n;
    return OK;
}

static int64_t row_sum(const struct deed *d) {
    int64_t sum = 0;
    for (size_t k = 0; k < d->n_rows; k++) sum += d->rows[k].principal_minor;
    return sum;
}

static enum err read_opened(const struct reading *r) {
    struct loan_opening *o = arena_alloc(r->arena, sizeof *o);
    if (!o) return fault_set(r->fault, ERR_NOMEM, "", "no memory");
    r->out->opening = o;
    const char *currency = json_text(r->body, "currency", "");
    if (fixed_currency_digits(currency) < 0) return wrong(r, "currency");
    memcpy(o->currency, currency, sizeof o->currency);
    o->rate = json_int(r->body, "rate", 0);
    o->foreclosure_fee = json_int(r->body, "foreclosure_fee", 0);
    if (!product_read(json_text(r->body, "product", ""), &o->product)) return wrong(r, "product");
    if (!day_count_read(json_text(r->body, "day_count", "30/360"), &o->day_count)) return wrong(r, "day_count");
    if (o->rate < 0 || o->rate > LOAN_RATE_MAX) return wrong(r, "rate");
    if (o->foreclosure_fee < 0 || o->foreclosure_fee > FIXED_ONE) return wrong(r, "foreclosure_fee");
    enum err e = optional_minor(r, "fee", &o->fee_minor);
    if (e == OK) e = optional_day(r, "cooling_off_until", &o->cooling_off_until);
    if (e == OK) e = read_rows(r, 3);
    if (e == OK && (row_sum(r->out) != r->out->minor || o->fee_minor >= r->out->minor)) e = wrong(r, "rows");
    return e == OK ? rules_read(json_object_get(r->body, "rules"), &o->rules, r->fault) : e;
}

static enum err read_aim(const struct reading *r) {
    r->out->of = (uint32_t)json_int(r->body, "to_charge", 0);
    return optional_day(r, "to_due", &r->out->due_day);
}

static enum err read_paid(const struct reading *r) {
    if (!payment_read(json_text(r->body, "for", r->out->kind == DEED_RECOVERED ? "recovery" : "normal"), &r->out->payment))
        return wrong(r, "for");
    return read_aim(r);
}

static enum err read_reversed(const struct reading *r) {
    int64_t of = json_int(r->body, "of", 0);
    if (of < 1 || of >= r->text->n) return wrong(r, "of");
    r->out->of = (uint32_t)of;
    return read_text(r, "why", &r->out->word);
}

static enum err read_charge(const struct reading *r) {
    r->out->component = r->out->kind == DEED_FEE ? FEE : PENALTY;
    r->out->due_day = r->out->day;
    enum err e = optional_day(r, "due", &r->out->due_day);
    if (e == OK && r->out->due_day < r->out->day) e = wrong(r, "due");
    return e == OK ? read_text(r, "code", &r->out->word) : e;
}

static enum err read_waived(const struct reading *r) {
    if (!component_read(json_text(r->body, "component", ""), &r->out->component)) return wrong(r, "component");
    r->out->of = (uint32_t)json_int(r->body, "of", 0);
    return optional_day(r, "due", &r->out->due_day);
}

static enum err read_terms(const struct reading *r) {
    const char *replaces = json_text(r->body, "replaces", "future");
    if (strcmp(replaces, "future") && strcmp(replaces, "all")) return wrong(r, "replaces");
    r->out->all = !strcmp(replaces, "all");
    r->out->forbearance = json_bool(r->body, "forbearance", false);
    r->out->rate = json_int(r->body, "rate", -1);
    if (r->out->rate < -1 || r->out->rate > LOAN_RATE_MAX) return wrong(r, "rate");
    enum err e = optional_minor(r, "capitalised", &r->out->capitalised_minor);
    if (e == OK) e = optional_day(r, "probation_until", &r->out->until_day);
    if (e == OK) e = read_text(r, "change", &r->out->word);
    return e == OK ? read_rows(r, 3) : e;
}

static enum err read_exit(const struct reading *r) {
    r->out->rate = -1;
    return read_rows(r, 3);
}

static enum err read_settlement(const struct reading *r) {
    int64_t grace = json_int(r->body, "grace_days", 0);
    if (grace < 0 || grace > 366) return wrong(r, "grace_days");
    r->out->grace_days = (int)grace;
    enum err e = read_rows(r, 2);
    return e == OK && row_sum(r->out) != r->out->minor ? wrong(r, "rows") : e;
}

static enum err read_disputed(const struct reading *r) {
    r->out->open = json_bool(r->body, "open", true);
    return read_aim(r);
}

static enum err read_limit(const struct reading *r) { return read_text(r, "by", &r->out->word); }

static enum err read_freed(const struct reading *r) {
    r->out->of = (uint32_t)json_int(r->body, "of", 0);
    return OK;
}

static enum err read_day_end(const struct reading *r) { return read_text(r, "bucket", &r->out->word); }

static enum err (*const READERS[DEED_KINDS])(const struct reading *r) = {
    [DEED_OPENED] = read_opened, [DEED_PAID] = read_paid, [DEED_RECOVERED] = read_paid, [DEED_REVERSED] = read_reversed,
    [DEED_FEE] = read_charge, [DEED_PENALTY] = read_charge, [DEED_WAIVED] = read_waived, [DEED_TERMS] = read_terms,
    [DEED_SETTLEMENT] = read_settlement, [DEED_COOLED_OFF] = read_exit, [DEED_FORECLOSED] = read_exit,
    [DEED_DISPUTED] = read_disputed, [DEED_LIMIT] = read_limit, [DEED_FREED] = read_freed, [DEED_DAY_END] = read_day_end,
};

static bool kind_of(const char *word, enum deed_kind *out) {
    for (size_t k = 0; k < DEED_KINDS; k++)
        if (!strcmp(word, KINDS[k])) {
            *out = (enum deed_kind)k;
            return true;
        }
    return false;
}

static enum err read_body(struct reading *r) {
    enum err e = read_text(r, "reference", &r->out->reference);
    return e == OK && READERS[r->out->kind] ? READERS[r->out->kind](r) : e;
}

enum err deed_read(const struct deed_text *text, struct arena *a, struct deed *out, struct fault *f) {
    *out = (struct deed){.n = text->n, .day = text->day, .known_ms = text->known_ms, .minor = text->minor, .reference = "",
                         .word = "", .rate = -1};
    struct reading r = {.text = text, .arena = a, .out = out, .fault = f};
    json_t *body = NULL;
    if (!kind_of(text->kind, &out->kind))
        return fault_set(f, ERR_INVALID, "kind", "entry %u of the loan has the unknown kind '%.40s'", text->n, text->kind);
    if (text->minor < 0 || text->minor > 16 * LOAN_AMOUNT_MAX) return wrong(&r, "amount");
    if (text->day < 0 || text->day > DAY_MOST) return wrong(&r, "day");
    enum err e = text->body_len ? json_parse(text->body, text->body_len, &JSON_LIMITS_OWN, &body, f) : OK;
    r.body = body;
    if (e == OK) e = read_body(&r);
    json_decref(body);
    return e;
}

enum err deeds_read(const struct deed_text *texts, size_t n, struct arena *a, struct deed **out, struct fault *f) {
    enum err e = OK;
    *out = arena_alloc(a, (n ? n : 1) * sizeof **out);
    if (!*out) return fault_set(f, ERR_NOMEM, "", "no memory");
    for (size_t k = 0; e == OK && k < n; k++) e = deed_read(&texts[k], a, &(*out)[k], f);
    return e;
}

json_t *deed_rows_new(const struct due_row *rows, size_t n) {
    json_t *list = json_array();
    for (size_t k = 0; list && k < n; k++) {
        char day[16];
        json_t *row = json_pack("[s, I, I]", day_text(rows[k].day, day), (json_int_t)rows[k].principal_minor,
                                (json_int_t)rows[k].interest_minor);
        if (json_array_append_new(list, row) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}
