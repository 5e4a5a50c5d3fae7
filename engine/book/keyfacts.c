/* keyfacts.c - see keyfacts.h. */
#include "book/keyfacts.h"

#include "base/fixed.h"
#include "base/zone.h"

enum err key_facts_reckon(struct key_facts *k, struct fault *f) {
    enum err e = loan_schedule(&k->terms, k->rows, f);
    k->n_rows = loan_rows(&k->terms);
    if (e == OK) e = apr_of_schedule(&k->terms, k->rows, k->n_rows, &k->apr, f);
    if (e == OK) e = apr_effective(k->apr, &k->effective, f);
    if (e != OK) return e;
    k->interest_minor = k->total_minor = 0;
    for (int i = 0; i < k->n_rows; i++) {
        k->interest_minor += k->rows[i].interest_minor;
        k->total_minor += k->rows[i].payment_minor;
    }
    k->instalment_minor = k->rows[0].payment_minor;
    k->paid_out_minor = k->terms.principal_minor - k->terms.fee_minor;
    k->cost_minor = k->total_minor - k->paid_out_minor;
    return OK;
}

static json_t *share_json(int64_t millionths) { return json_real((double)millionths / FIXED_ONE); }

static json_t *row_json(const struct schedule_row *r) {
    char due[16];
    return json_pack("{s:i, s:s, s:I, s:I, s:I, s:I}", "number", r->number, "due", day_text(r->due_day, due), "payment",
                     (json_int_t)r->payment_minor, "principal", (json_int_t)r->principal_minor, "interest",
                     (json_int_t)r->interest_minor, "balance", (json_int_t)r->balance_minor);
}

json_t *schedule_json_new(const struct schedule_row *rows, int n) {
    json_t *list = json_array();
    for (int k = 0; list && k < n; k++)
        if (json_array_append_new(list, row_json(&rows[k])) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *charges_json(const struct key_facts *k) {
    json_t *list = json_array();
    for (size_t i = 0; list && i < k->n_charges; i++) {
        const struct contingent_charge *c = &k->charges[i];
        json_t *row = json_pack("{s:s, s:I, s:o}", "code", c->code, "amount", (json_int_t)c->minor, "share", share_json(c->share));
        if (json_array_append_new(list, row) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *days_json(const struct key_facts *k) {
    char first[16], last[16], offered[16], valid[16];
    return json_pack("{s:s, s:s, s:s, s:s, s:i}", "first_due", day_text(k->rows[0].due_day, first), "last_due",
                     day_text(k->rows[k->n_rows - 1].due_day, last), "offered_on", day_text(k->offered_day, offered), "valid_until",
                     day_text(k->valid_until, valid), "cooling_off_days", k->cooling_off_days);
}

static json_t *amounts_json(const struct key_facts *k) {
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:i, s:I, s:I, s:I, s:I}", "id", k->id, "product", product_word(k->terms.product),
                     "currency", k->currency, "amount", (json_int_t)k->terms.principal_minor, "fee", (json_int_t)k->terms.fee_minor,
                     "paid_out", (json_int_t)k->paid_out_minor, "months", k->terms.product == PRODUCT_SEASONAL ? k->n_rows : k->terms.months,
                     "instalment", (json_int_t)k->instalment_minor, "interest", (json_int_t)k->interest_minor, "total",
                     (json_int_t)k->total_minor, "cost", (json_int_t)k->cost_minor);
}

json_t *key_facts_json_new(const struct key_facts *k) {
    json_t *out = amounts_json(k), *days = days_json(k);
    bool good = out && days && json_object_update(out, days) == 0;
    json_decref(days);
    good = good && json_put_take(out, "rate", share_json(k->terms.rate)) == OK && json_put_take(out, "apr", share_json(k->apr)) == OK &&
           json_put_take(out, "effective_rate", share_json(k->effective)) == OK && json_put_take(out, "charges", charges_json(k)) == OK &&
           json_put_take(out, "schedule", schedule_json_new(k->rows, k->n_rows)) == OK;
    if (good) return out;
    json_decref(out);
    return NULL;
}
