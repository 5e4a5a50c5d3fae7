/* recall.h - asking for a transfer back before it settles: camt.056, and the answer: camt.029. Pure.
 *
 * The transfer is named by the bank's id where it is known, else by the reference that it carried. */
#ifndef ISO20022_RECALL_H
#define ISO20022_RECALL_H

#include "connectors/iso20022/iso.h"

struct iso_recall { /* strings borrowed: when read, from the document */
    const char *id;         /* CxlId and Assgnmt/Id: ours, at most 35 */
    const char *own_name;
    const char *transfer;   /* OrgnlTxId: the bank's id of the transfer, or "" */
    const char *reference;  /* OrgnlTxRef/RmtInf/Ustrd, at most 140 */
    int64_t created_ms;
};
enum iso_recalled {
    ISO_RECALLED,        /* CNCL: it will not be paid */
    ISO_RECALL_TOO_LATE, /* RJCR: it has settled; only its receiver can give it back */
    ISO_RECALL_UNKNOWN   /* RJCR with NOOR: the bank has no such transfer */
};
struct iso_resolution {
    const char *id;         /* CxlId of the recall */
    enum iso_recalled result;
    int64_t created_ms;
};

MUST_CHECK enum err iso_recall_write(const struct iso_recall *r, struct buf *out);
MUST_CHECK enum err iso_recall_read(const struct xml *x, struct iso_recall *out, struct fault *f);
MUST_CHECK enum err iso_resolution_write(const struct iso_resolution *r, struct buf *out);
MUST_CHECK enum err iso_resolution_read(const struct xml *x, struct iso_resolution *out, struct fault *f);

#endif
