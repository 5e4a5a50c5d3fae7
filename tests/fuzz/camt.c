/* camt.c - fuzzes the XML reader, every payment message, and the webhooks of payments and esign: no crash, no hang, and what was taken for an order
 * or an entry can be written again and then reads the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/esign_shape.h"
#include "connectors/iso20022/order.h"
#include "connectors/iso20022/recall.h"
#include "connectors/iso20022/report.h"
#include "connectors/iso20022/statement.h"
#include "connectors/payments_wire.h"

static void must(bool yes) {
    if (!yes) abort();
}

static void order_again(const struct iso_order *o) {
    struct buf b;
    struct xml *x = NULL;
    struct iso_order back;
    struct fault f;
    buf_init(&b, 1u << 20);
    enum err e = iso_order_write(o, &b); /* own names and accounts are not checked when read: they may be too long */
    if (e == OK) {
        must(xml_parse(b.data, b.len, &x, &f) == OK);
        must(iso_order_read(x, o->debit, &back, &f) == OK);
        must(back.amount_minor == o->amount_minor && !strcmp(back.end_to_end, o->end_to_end) && !strcmp(back.account, o->account));
    }
    xml_free(x);
    buf_reset(&b);
}

static enum err entry_again(void *who, const struct iso_entry *e, struct fault *f) {
    const struct iso_entry *first = who;
    (void)f;
    must(e->kind == first->kind && e->amount_minor == first->amount_minor && !strcmp(e->id, first->id));
    return OK;
}

static enum err entry_taken(void *who, const struct iso_entry *e, struct fault *f) {
    struct iso_statement head = {.id = "S", .account = "A", .created_ms = 1}, back;
    struct iso_statement_writer s;
    struct iso_entry copy = *e;
    struct xml *x = NULL;
    struct buf b;
    (void)who;
    buf_init(&b, 1u << 20);
    iso_notice_begin(&s, &head, &b);
    iso_statement_entry(&s, e);
    if (iso_statement_end(&s) == OK) {
        must(xml_parse(b.data, b.len, &x, f) == OK);
        must(iso_notice_read(x, &back, entry_again, &copy, f) == OK);
    }
    xml_free(x);
    buf_reset(&b);
    return OK;
}

static void heard(void *who, const struct heard *h) {
    (void)who;
    must(*h->key && *h->event_id && *h->case_type && json_is_object(h->data) && *json_text(h->data, "id", ""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct xml *x = NULL;
    struct fault f;
    struct iso_order o;
    struct iso_report r;
    struct iso_recall c;
    struct iso_resolution s;
    struct iso_statement h;
    static const struct payments_keys payments = {.case_type = "loan_application", .servicing_case = "loan"};
    static const struct esign_keys esign = {.case_type = "loan_application"};
    (void)!payments_read(&payments, data, size, heard, NULL, &f);
    (void)!esign_read(&esign, data, size, heard, NULL, &f);
    if (xml_parse(data, size, &x, &f) != OK) return 0;
    if (iso_order_read(x, false, &o, &f) == OK || iso_order_read(x, true, &o, &f) == OK) order_again(&o);
    (void)!iso_report_read(x, &r, &f);
    (void)!iso_recall_read(x, &c, &f);
    (void)!iso_resolution_read(x, &s, &f);
    (void)!iso_statement_read(x, &h, entry_taken, NULL, &f);
    (void)!iso_notice_read(x, &h, entry_taken, NULL, &f);
    xml_free(x);
    return 0;
}
