/* statement.h - what happened on our account: camt.053 (a day), camt.054 (a notice). Pure. */
#ifndef ISO20022_STATEMENT_H
#define ISO20022_STATEMENT_H

#include "connectors/iso20022/iso.h"

enum iso_kind { /* of an entry, from its bank transaction code and purpose */
    ISO_DISBURSAL,           /* debit: PMNT/ICDT with purpose LOAN */
    ISO_REFUND,              /* debit: PMNT/ICDT, any other */
    ISO_RETURN,              /* credit: PMNT/ICDT/RRTN: a transfer of ours came back */
    ISO_COLLECTION,          /* credit: PMNT/IDDT */
    ISO_COLLECTION_RETURNED, /* debit: PMNT/IDDT/UPDD; also of a debit that was never credited (`unpaid`) */
    ISO_PAYMENT,             /* credit: PMNT/RCDT: somebody paid us */
    ISO_KINDS
};
const char *iso_kind_word(enum iso_kind k); /* "collection_returned" */
bool iso_kind_is_credit(enum iso_kind k);

struct iso_entry { /* strings borrowed */
    enum iso_kind kind;
    bool booked;             /* Sts BOOK; a camt.054 may also tell of what is not: INFO */
    int64_t amount_minor;    /* > 0 */
    char currency[4];
    const char *id;          /* AcctSvcrRef: the bank's own */
    const char *end_to_end;  /* of our order, or "" */
    const char *instruction; /* InstrId of our order, or "": of a debit the instalment */
    const char *reference;   /* RmtInf/Ustrd, or "" */
    const char *mandate;     /* MndtId, or "" */
    const char *reason;      /* of a return: our word, or "" */
    int32_t booked_day, value_day;
};
struct iso_statement {
    const char *id, *account;   /* of the statement or notice; ours */
    char currency[4];
    int64_t created_ms;
    int32_t day;                /* camt.053 */
    int64_t opening_minor, closing_minor; /* camt.053; may be negative */
    unsigned page;              /* camt.053: 1 .. */
    bool last;
};
typedef MUST_CHECK enum err iso_entry_fn(void *who, const struct iso_entry *e, struct fault *f);

/* Opens, then any number of entries, then the end. */
struct iso_statement_writer {
    struct xml_writer w;
};
void iso_statement_begin(struct iso_statement_writer *s, const struct iso_statement *head, struct buf *out); /* camt.053 */
void iso_notice_begin(struct iso_statement_writer *s, const struct iso_statement *head, struct buf *out);    /* camt.054 */
void iso_statement_entry(struct iso_statement_writer *s, const struct iso_entry *e);
MUST_CHECK enum err iso_statement_end(struct iso_statement_writer *s);

/* One statement, or one notice, in a document. `each` is called for every entry in its order, and may end the
 * reading with an error of its own. A reversal (RvslInd) or an entry whose direction does not fit its kind is
 * ERR_INVALID: money that runs the other way must never be read as if it did not. */
MUST_CHECK enum err iso_statement_read(const struct xml *x, struct iso_statement *head, iso_entry_fn *each, void *who, struct fault *f);
MUST_CHECK enum err iso_notice_read(const struct xml *x, struct iso_statement *head, iso_entry_fn *each, void *who, struct fault *f);

#endif
