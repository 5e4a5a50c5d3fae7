/* iso.c - identifiers, amounts, reasons. */
#include "connectors/iso20022/iso.h"

#include <inttypes.h>
#include <string.h>

#include "base/crypt.h"
#include "base/fixed.h"
#include "base/text.h"
#include "base/zone.h"

#define SPACE_OF "urn:iso:std:iso:20022:tech:xsd:"
#define AMOUNT_MAX INT64_C(999999999999999999) /* 18 digits in all */

static const char LATIN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+";

static const struct {
    const char *name, *element;
} MESSAGES[] = {
    [ISO_PAIN_001] = {"pain.001.001.09", "CstmrCdtTrfInitn"}, [ISO_PAIN_002] = {"pain.002.001.10", "CstmrPmtStsRpt"},
    [ISO_PAIN_008] = {"pain.008.001.08", "CstmrDrctDbtInitn"}, [ISO_CAMT_029] = {"camt.029.001.09", "RsltnOfInvstgtn"},
    [ISO_CAMT_053] = {"camt.053.001.08", "BkToCstmrStmt"},     [ISO_CAMT_054] = {"camt.054.001.08", "BkToCstmrDbtCdtNtfctn"},
    [ISO_CAMT_056] = {"camt.056.001.08", "FIToFIPmtCxlReq"},
};

/* From ISO's external code sets: status, return and cancellation reasons. */
static const char *const REASONS[][2] = {
    {"AC01", "account_unknown"}, {"AC04", "account_closed"},   {"AC06", "account_blocked"}, {"AM04", "insufficient_funds"},
    {"AM12", "bad_amount"},      {"DU04", "key_reused"},       {"MD01", "no_mandate"},      {"MD06", "disputed"},
    {"CUST", "recalled"},        {"NOOR", "transfer_unknown"},
};

void iso_end_to_end(const char *key, char out[ISO_ID]) {
    size_t n = strlen(key);
    if (n && n < ISO_ID && strspn(key, LATIN) == n) {
        memcpy(out, key, n + 1);
        return;
    }
    char hex[65];
    crypt_sha256_hex(key, n, hex);
    (void)snprintf(out, ISO_ID, "T%.32s", hex);
}

enum err iso_amount_text(int64_t minor, const char *currency, char out[ISO_AMOUNT]) {
    int digits = fixed_currency_digits(currency);
    if (digits < 0 || minor < 0 || minor > AMOUNT_MAX) return ERR_INVALID;
    int64_t unit = 1;
    for (int k = 0; k < digits; k++) unit *= 10;
    int n = snprintf(out, ISO_AMOUNT, "%" PRId64, minor / unit);
    if (digits) out[n++] = '.';
    for (int64_t rest = minor % unit; unit > 1; rest %= unit) out[n++] = (char)('0' + rest / (unit /= 10));
    out[n] = 0;
    return OK;
}

enum err iso_amount_read(const char *text, const char *currency, int64_t *minor) {
    int digits = fixed_currency_digits(currency), seen = 0;
    const char *p = text + (*text == '+');
    bool point = false;
    int64_t v = 0;
    if (digits < 0 || !*p) return ERR_INVALID;
    for (; *p; p++) {
        if (*p == '.' && !point) {
            point = true;
            continue;
        }
        if (*p < '0' || *p > '9') return ERR_INVALID;
        if (point && ++seen > digits) {
            if (*p != '0') return ERR_INVALID;
            continue;
        }
        v = v * 10 + (*p - '0');
        if (v > AMOUNT_MAX) return ERR_INVALID;
    }
    if (p[-1] == '.' || p[-1] == '+') return ERR_INVALID;
    for (; seen < digits; seen++)
        if ((v *= 10) > AMOUNT_MAX) return ERR_INVALID;
    *minor = v;
    return OK;
}

const char *iso_reason_word(const char *code) {
    for (size_t k = 0; k < ARRAY_LEN(REASONS); k++)
        if (!strcmp(REASONS[k][0], code)) return REASONS[k][1];
    return code;
}

const char *iso_reason_code(const char *word) {
    for (size_t k = 0; k < ARRAY_LEN(REASONS); k++)
        if (!strcmp(REASONS[k][1], word)) return REASONS[k][0];
    return NULL;
}

const char *iso_name(enum iso_message m) { return MESSAGES[m].name; }

void iso_begin(struct xml_writer *w, struct buf *out, enum iso_message m) {
    char space[80];
    (void)snprintf(space, sizeof space, SPACE_OF "%s", MESSAGES[m].name);
    xml_begin(w, out, "Document", space);
    xml_open(w, MESSAGES[m].element);
}

enum err iso_open(const struct xml *x, enum iso_message m, const struct xml_node **out, struct fault *f) {
    const struct xml_node *root = xml_root(x);
    size_t n = strlen(SPACE_OF);
    *out = xml_at(root, MESSAGES[m].element);
    if (strcmp(root->name, "Document") != 0 || strncmp(root->space, SPACE_OF, n) != 0 ||
        strcmp(root->space + n, MESSAGES[m].name) != 0 || !*out)
        return fault_set(f, ERR_INVALID, "Document", "this is not a %s", MESSAGES[m].name);
    return OK;
}

enum err iso_need(const struct xml_node *n, const char *path, size_t most, const char **out, struct fault *f) {
    const char *text = xml_text(n, path);
    if (!text || !*text) return fault_set(f, ERR_INVALID, path, "%s is missing or empty", path);
    size_t chars = 0;
    for (const char *p = text; *p; p++) chars += ((unsigned char)*p & 0xC0) != 0x80;
    if (chars > most) return fault_set(f, ERR_INVALID, path, "%s has %zu characters; %zu is the most", path, chars, most);
    *out = text;
    return OK;
}

enum err iso_need_amount(const struct xml_node *n, const char *path, int64_t *minor, char *currency, struct fault *f) {
    const struct xml_node *at = xml_at(n, path);
    const char *ccy = xml_attribute(at, "Ccy");
    if (!at || !ccy || strlen(ccy) != 3 || iso_amount_read(at->text, ccy, minor) != OK)
        return fault_set(f, ERR_INVALID, path, "%s is not an amount of a known currency (Ccy) in whole minor units", path);
    (void)text_copy(currency, 4, ccy);
    return OK;
}

enum err iso_need_day(const struct xml_node *n, const char *path, int32_t *day, struct fault *f) {
    const char *text = xml_text(n, path);
    if (!text || day_parse(text, day) != OK) return fault_set(f, ERR_INVALID, path, "%s is not a date such as 2026-01-15", path);
    return OK;
}

void iso_amount_leaf(struct xml_writer *w, const char *name, int64_t minor, const char *currency) {
    char text[ISO_AMOUNT];
    if (iso_amount_text(minor, currency, text) != OK) w->bad = true;
    else xml_leaf_with(w, name, "Ccy", currency, text);
}

void iso_day_leaf(struct xml_writer *w, const char *name, int32_t day) {
    char text[16];
    xml_leaf(w, name, day_text(day, text));
}

void iso_instant_leaf(struct xml_writer *w, const char *name, int64_t ms) {
    char text[32];
    xml_leaf(w, name, instant_text(ms, text));
}

void iso_id_leaf(struct xml_writer *w, const char *name, const char *id) {
    if (id && strlen(id) >= ISO_ID) w->bad = true;
    else xml_leaf(w, name, id);
}

void iso_reason(struct xml_writer *w, const char *element, const char *word) {
    const char *code = iso_reason_code(word);
    if (!*word) return;
    xml_open(w, element);
    xml_open(w, "Rsn");
    if (code) xml_leaf(w, "Cd", code);
    else iso_id_leaf(w, "Prtry", word);
    xml_close(w);
    xml_close(w);
}

const char *iso_reason_of(const struct xml_node *n) {
    const char *code = xml_text(n, "Rsn/Cd"), *own = xml_text(n, "Rsn/Prtry");
    return code ? iso_reason_word(code) : own ? own : "";
}
