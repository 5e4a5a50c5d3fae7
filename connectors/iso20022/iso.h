/* iso.h - what all payment messages share: identifiers, amounts, times, reasons. Pure. */
#ifndef ISO20022_ISO_H
#define ISO20022_ISO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "connectors/xml.h"

#define ISO_ID 36 /* Max35Text and its NUL */
#define ISO_AMOUNT 32

/* The EndToEndId of an idempotency key: the key where it has at most 35 characters of the Latin set
 * (letters, digits, / - ? : ( ) . , ' +), else "T" and 32 hex digits of its SHA-256. */
void iso_end_to_end(const char *key, char out[ISO_ID]);

/* "19600.00"; ERR_INVALID: not a currency, negative, or over 18 digits. */
MUST_CHECK enum err iso_amount_text(int64_t minor, const char *currency, char out[ISO_AMOUNT]);
/* Exact: more decimals than the currency has are ERR_INVALID unless they are zeros. */
MUST_CHECK enum err iso_amount_read(const char *text, const char *currency, int64_t *minor);

/* A word of ours for an ISO reason ("AC04" is "account_closed") and back; what is not in the table stands for
 * itself. `iso_reason_code` NULL: there is no code, it goes out as proprietary. */
const char *iso_reason_word(const char *code);
const char *iso_reason_code(const char *word);

/* --- for the messages of this room ------------------------------------------------------------------------ */

enum iso_message { ISO_PAIN_001, ISO_PAIN_002, ISO_PAIN_008, ISO_CAMT_029, ISO_CAMT_053, ISO_CAMT_054, ISO_CAMT_056 };
const char *iso_name(enum iso_message m); /* "pain.001.001.09" */
/* Begins the document and its message element. */
void iso_begin(struct xml_writer *w, struct buf *out, enum iso_message m);
/* The message element of a document. ERR_INVALID when it is another message or version. */
MUST_CHECK enum err iso_open(const struct xml *x, enum iso_message m, const struct xml_node **out, struct fault *f);
/* Its text. ERR_INVALID with the path when it is missing, empty or longer than `most` characters. */
MUST_CHECK enum err iso_need(const struct xml_node *n, const char *path, size_t most, const char **out, struct fault *f);
/* The amount at `path` with its Ccy; `currency` has room for 4. */
MUST_CHECK enum err iso_need_amount(const struct xml_node *n, const char *path, int64_t *minor, char *currency, struct fault *f);
MUST_CHECK enum err iso_need_day(const struct xml_node *n, const char *path, int32_t *day, struct fault *f);
/* Writes it; marks `w` bad when it cannot be said. */
void iso_amount_leaf(struct xml_writer *w, const char *name, int64_t minor, const char *currency);
void iso_day_leaf(struct xml_writer *w, const char *name, int32_t day);
void iso_instant_leaf(struct xml_writer *w, const char *name, int64_t ms);
void iso_id_leaf(struct xml_writer *w, const char *name, const char *id);        /* marks `w` bad over 35 */
void iso_reason(struct xml_writer *w, const char *element, const char *word);    /* <Rsn><Cd>AC04</Cd></Rsn> */
/* Our word for the reason inside `n` ("Rsn/Cd" or "Rsn/Prtry"); "" without one. */
const char *iso_reason_of(const struct xml_node *n);

#endif
