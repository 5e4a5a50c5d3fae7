/* report.h - what became of one order: pain.002. Pure. */
#ifndef ISO20022_REPORT_H
#define ISO20022_REPORT_H

#include "connectors/iso20022/iso.h"

enum iso_state {
    ISO_SETTLED,  /* ACSC, ACCC: the money has moved */
    ISO_ACCEPTED, /* RCVD, ACTC, ACCP, ACSP, ACWC, PDNG: it may still move or fail */
    ISO_REJECTED  /* RJCT, CANC: it did not and will not move */
};
struct iso_report { /* strings borrowed: when read, from the document */
    const char *message;     /* MsgId of the report */
    const char *original;    /* OrgnlMsgId, or "" */
    bool debit;              /* the order was a pain.008 */
    const char *end_to_end;  /* OrgnlEndToEndId */
    enum iso_state state;
    const char *reason;      /* our word; "" without */
    const char *id;          /* AcctSvcrRef: the bank's own (UTR), or "" */
    int64_t amount_minor;    /* 0: not said */
    char currency[4];
    int32_t settled_day;     /* 0: not said */
    int64_t created_ms;
};

MUST_CHECK enum err iso_report_write(const struct iso_report *r, struct buf *out);
MUST_CHECK enum err iso_report_read(const struct xml *x, struct iso_report *out, struct fault *f);

#endif
