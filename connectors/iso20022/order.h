/* order.h - an order to the bank: pain.001 (pay), pain.008 (collect under a mandate). Pure.
 *
 * The account is a number of the scheme (CdtrAcct/Id/Othr/Id, at most 34 characters; an IBAN goes into Id/IBAN),
 * the bank a clearing-system member id (IFSC). */
#ifndef ISO20022_ORDER_H
#define ISO20022_ORDER_H

#include "connectors/iso20022/iso.h"

struct iso_order { /* strings borrowed: when read, from the document */
    bool debit;             /* pain.008 */
    const char *message;    /* MsgId: at most 35 */
    const char *end_to_end; /* EndToEndId */
    const char *instruction; /* InstrId: at most 35; of a debit the instalment; NULL or "": the message's id */
    const char *account;    /* of the other side; "" with a debit: the mandate knows it */
    const char *name;       /* of the other side, or "": goes out as NOTPROVIDED */
    const char *bank;       /* IFSC, or "" */
    const char *reference;  /* RmtInf/Ustrd: at most 140 */
    const char *purpose;    /* ISO purpose code in capitals ("LOAN"), else a word of ours ("refund") */
    const char *mandate;    /* debit: MndtId */
    const char *own_name, *own_account; /* ours */
    int64_t amount_minor;
    char currency[4];
    int64_t created_ms;
    int32_t on_day;         /* of execution */
};

MUST_CHECK enum err iso_order_write(const struct iso_order *o, struct buf *out);
/* `debit` says which of the two is expected. ERR_INVALID with the path that is wrong. */
MUST_CHECK enum err iso_order_read(const struct xml *x, bool debit, struct iso_order *out, struct fault *f);

#endif
