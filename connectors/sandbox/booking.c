/* booking.c - one row for each kind of entry that the bank's statement or a notice knows. */
#include "connectors/sandbox/booking.h"

#include <string.h>

#include "base/attr.h"

static const struct {
    const char *operation;
    enum iso_kind kind;
    bool booked;
} KINDS[] = {
    {"payments.disburse", ISO_DISBURSAL, true},          {"payments.refund", ISO_REFUND, true},
    {"payments.failed", ISO_DISBURSAL, false},           {"payments.recalled", ISO_DISBURSAL, false},
    {"payments.returned", ISO_RETURN, true},             {"payments.received", ISO_PAYMENT, true},
    {"payments.collect_settled", ISO_COLLECTION, true},  {"payments.collect_returned", ISO_COLLECTION_RETURNED, true},
};

bool booking_of(const struct book *b, const struct book_entry *e, struct booking *out) {
    size_t k = 0;
    while (k < ARRAY_LEN(KINDS) && strcmp(KINDS[k].operation, e->operation) != 0) k++;
    if (k == ARRAY_LEN(KINDS)) return false;
    *out = (struct booking){KINDS[k].kind, KINDS[k].booked, e->settles_ms > e->at_ms ? e->settles_ms : e->at_ms};
    if (out->kind == ISO_DISBURSAL && out->booked)
        out->booked = !book_find(b, "payments.recalled", e->key) && !book_find(b, "payments.failed", e->key);
    if (out->kind == ISO_COLLECTION_RETURNED) out->booked = book_find(b, "payments.collect_settled", e->key) != NULL;
    return true;
}
