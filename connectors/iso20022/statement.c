/* statement.c - entries in, entries out. */
#include "connectors/iso20022/statement.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"

/* The family and sub-family of ISO's bank transaction codes (domain PMNT). */
static const struct kind {
    const char *word, *family, *sub, *purpose;
    bool credit;
} KINDS[ISO_KINDS] = {
    [ISO_DISBURSAL] = {"disbursal", "ICDT", "DMCT", "LOAN", false},
    [ISO_REFUND] = {"refund", "ICDT", "DMCT", "", false},
    [ISO_RETURN] = {"return", "ICDT", "RRTN", "", true},
    [ISO_COLLECTION] = {"collection", "IDDT", "PMDD", "", true},
    [ISO_COLLECTION_RETURNED] = {"collection_returned", "IDDT", "UPDD", "", false},
    [ISO_PAYMENT] = {"payment", "RCDT", "DMCT", "", true},
};

const char *iso_kind_word(enum iso_kind k) { return KINDS[k].word; }
bool iso_kind_is_credit(enum iso_kind k) { return KINDS[k].credit; }

/* --- writing ---------------------------------------------------------------------------------------------- */

static void account_leaf(struct xml_writer *w, const struct iso_statement *head) {
    xml_open(w, "Acct");
    xml_path(w, "Id/Othr/Id", head->account);
    xml_leaf(w, "Ccy", head->currency);
    xml_close(w);
}

static void balance(struct xml_writer *w, const char *code, int64_t minor, const struct iso_statement *head) {
    xml_open(w, "Bal");
    xml_path(w, "Tp/CdOrPrtry/Cd", code);
    iso_amount_leaf(w, "Amt", minor < 0 ? -minor : minor, head->currency);
    xml_leaf(w, "CdtDbtInd", minor < 0 ? "DBIT" : "CRDT");
    xml_open(w, "Dt");
    iso_day_leaf(w, "Dt", head->day);
    xml_close(w);
    xml_close(w);
}

static void group_header(struct xml_writer *w, const struct iso_statement *head, bool paged) {
    char page[16];
    xml_open(w, "GrpHdr");
    iso_id_leaf(w, "MsgId", head->id);
    iso_instant_leaf(w, "CreDtTm", head->created_ms);
    if (paged) {
        (void)snprintf(page, sizeof page, "%u", head->page);
        xml_open(w, "MsgPgntn");
        xml_leaf(w, "PgNb", page);
        xml_leaf(w, "LastPgInd", head->last ? "true" : "false");
        xml_close(w);
    }
    xml_close(w);
}

void iso_statement_begin(struct iso_statement_writer *s, const struct iso_statement *head, struct buf *out) {
    struct xml_writer *w = &s->w;
    iso_begin(w, out, ISO_CAMT_053);
    group_header(w, head, true);
    xml_open(w, "Stmt");
    iso_id_leaf(w, "Id", head->id);
    iso_instant_leaf(w, "CreDtTm", head->created_ms);
    account_leaf(w, head);
    balance(w, "OPBD", head->opening_minor, head);
    balance(w, "CLBD", head->closing_minor, head);
}

void iso_notice_begin(struct iso_statement_writer *s, const struct iso_statement *head, struct buf *out) {
    struct xml_writer *w = &s->w;
    iso_begin(w, out, ISO_CAMT_054);
    group_header(w, head, false);
    xml_open(w, "Ntfctn");
    iso_id_leaf(w, "Id", head->id);
    iso_instant_leaf(w, "CreDtTm", head->created_ms);
    account_leaf(w, head);
}

static void dates(struct xml_writer *w, const struct iso_entry *e) {
    xml_open(w, "BookgDt");
    iso_day_leaf(w, "Dt", e->booked_day);
    xml_close(w);
    xml_open(w, "ValDt");
    iso_day_leaf(w, "Dt", e->value_day);
    xml_close(w);
}

static void transaction_code(struct xml_writer *w, const struct kind *k) {
    xml_open(w, "BkTxCd");
    xml_open(w, "Domn");
    xml_leaf(w, "Cd", "PMNT");
    xml_open(w, "Fmly");
    xml_leaf(w, "Cd", k->family);
    xml_leaf(w, "SubFmlyCd", k->sub);
    xml_close(w);
    xml_close(w);
    xml_close(w);
}

static void details(struct xml_writer *w, const struct iso_entry *e) {
    const struct kind *k = &KINDS[e->kind];
    xml_open(w, "NtryDtls");
    xml_open(w, "TxDtls");
    xml_open(w, "Refs");
    iso_id_leaf(w, "AcctSvcrRef", e->id);
    iso_id_leaf(w, "InstrId", e->instruction);
    iso_id_leaf(w, "EndToEndId", *e->end_to_end ? e->end_to_end : "NOTPROVIDED");
    iso_id_leaf(w, "MndtId", e->mandate);
    xml_close(w);
    iso_amount_leaf(w, "Amt", e->amount_minor, e->currency);
    xml_leaf(w, "CdtDbtInd", k->credit ? "CRDT" : "DBIT");
    xml_path(w, "Purp/Cd", k->purpose);
    if (strlen(e->reference) > 140) w->bad = true;
    xml_path(w, "RmtInf/Ustrd", e->reference);
    iso_reason(w, "RtrInf", e->reason);
    xml_close(w);
    xml_close(w);
}

void iso_statement_entry(struct iso_statement_writer *s, const struct iso_entry *e) {
    struct xml_writer *w = &s->w;
    if (e->amount_minor <= 0) w->bad = true;
    xml_open(w, "Ntry");
    iso_amount_leaf(w, "Amt", e->amount_minor, e->currency);
    xml_leaf(w, "CdtDbtInd", KINDS[e->kind].credit ? "CRDT" : "DBIT");
    xml_path(w, "Sts/Cd", e->booked ? "BOOK" : "INFO");
    dates(w, e);
    iso_id_leaf(w, "AcctSvcrRef", e->id);
    transaction_code(w, &KINDS[e->kind]);
    details(w, e);
    xml_close(w);
}

enum err iso_statement_end(struct iso_statement_writer *s) { return xml_end(&s->w); }

/* --- reading ---------------------------------------------------------------------------------------------- */

static const char *text_or_empty(const struct xml_node *n, const char *path) {
    const char *text = xml_text(n, path);
    return text && strcmp(text, "NOTPROVIDED") != 0 ? text : "";
}

static enum err kind_of(const struct xml_node *n, const struct xml_node *tx, enum iso_kind *out, struct fault *f) {
    const char *family = text_or_empty(n, "BkTxCd/Domn/Fmly/Cd"), *sub = text_or_empty(n, "BkTxCd/Domn/Fmly/SubFmlyCd");
    if (!strcmp(family, "ICDT"))
        *out = !strcmp(sub, "RRTN")                              ? ISO_RETURN
               : !strcmp(text_or_empty(tx, "Purp/Cd"), "LOAN") ? ISO_DISBURSAL
                                                               : ISO_REFUND;
    else if (!strcmp(family, "IDDT"))
        *out = !strcmp(sub, "UPDD") || !strcmp(sub, "RRTN") ? ISO_COLLECTION_RETURNED : ISO_COLLECTION;
    else if (!strcmp(family, "RCDT")) *out = ISO_PAYMENT;
    else return fault_set(f, ERR_INVALID, "BkTxCd", "an entry of a kind we do not know (family %.4s)", family);
    return OK;
}

static enum err check_direction(const struct xml_node *n, enum iso_kind kind, struct fault *f) {
    const char *way = text_or_empty(n, "CdtDbtInd"), *reversal = xml_text(n, "RvslInd");
    if (reversal && (text_eq(reversal, "true") || text_eq(reversal, "1")))
        return fault_set(f, ERR_INVALID, "RvslInd", "a reversed entry must be looked at by a person");
    if (strcmp(way, KINDS[kind].credit ? "CRDT" : "DBIT") != 0)
        return fault_set(f, ERR_INVALID, "CdtDbtInd", "CdtDbtInd does not fit an entry of this kind");
    return OK;
}

static enum err read_booking(const struct xml_node *n, struct iso_entry *e, struct fault *f) {
    const char *status = NULL;
    enum err err = iso_need(n, "Sts/Cd", 4, &status, f);
    if (err == OK) err = iso_need_amount(n, "Amt", &e->amount_minor, e->currency, f);
    if (err == OK && e->amount_minor <= 0) err = fault_set(f, ERR_INVALID, "Amt", "the amount must be above zero");
    if (err == OK) err = iso_need_day(n, "BookgDt/Dt", &e->booked_day, f);
    if (err == OK) err = iso_need_day(n, "ValDt/Dt", &e->value_day, f);
    e->booked = err == OK && !strcmp(status, "BOOK");
    return err;
}

static enum err read_entry(const struct xml_node *n, struct iso_entry *e, struct fault *f) {
    const struct xml_node *tx = xml_at(n, "NtryDtls/TxDtls");
    *e = (struct iso_entry){0};
    if (!tx || xml_again(tx) || xml_again(xml_at(n, "NtryDtls")))
        return fault_set(f, ERR_INVALID, "NtryDtls", "an entry must be one transaction, not a batch");
    enum err err = read_booking(n, e, f);
    if (err == OK) err = kind_of(n, tx, &e->kind, f);
    if (err == OK) err = check_direction(n, e->kind, f);
    const char *id = text_or_empty(tx, "Refs/AcctSvcrRef");
    e->id = *id ? id : text_or_empty(n, "AcctSvcrRef");
    e->end_to_end = text_or_empty(tx, "Refs/EndToEndId");
    e->instruction = text_or_empty(tx, "Refs/InstrId");
    e->mandate = text_or_empty(tx, "Refs/MndtId");
    e->reference = text_or_empty(tx, "RmtInf/Ustrd");
    e->reason = iso_reason_of(xml_at(tx, "RtrInf"));
    if (err == OK && !*e->id) err = fault_set(f, ERR_INVALID, "AcctSvcrRef", "an entry without the bank's reference");
    return err;
}

static enum err read_entries(const struct xml_node *list, iso_entry_fn *each, void *who, struct fault *f) {
    enum err err = OK;
    for (const struct xml_node *n = xml_at(list, "Ntry"); n && err == OK; n = xml_again(n)) {
        struct iso_entry e;
        err = read_entry(n, &e, f);
        if (err == OK) err = each(who, &e, f);
    }
    return err;
}

static enum err read_head(const struct xml_node *part, struct iso_statement *head, struct fault *f) {
    const char *created = xml_text(part, "CreDtTm"), *iban = text_or_empty(part, "Acct/Id/IBAN");
    enum err e = iso_need(part, "Id", ISO_ID - 1, &head->id, f);
    head->account = *iban ? iban : text_or_empty(part, "Acct/Id/Othr/Id");
    (void)text_copy(head->currency, sizeof head->currency, text_or_empty(part, "Acct/Ccy"));
    if (e == OK && (!created || instant_parse(created, &head->created_ms) != OK))
        e = fault_set(f, ERR_INVALID, "CreDtTm", "CreDtTm is not an instant");
    return e;
}

static enum err read_balance(const struct xml_node *part, const char *code, int64_t *minor, struct iso_statement *head,
                             struct fault *f) {
    char currency[4];
    const struct xml_node *b = xml_at(part, "Bal");
    while (b && strcmp(text_or_empty(b, "Tp/CdOrPrtry/Cd"), code) != 0) b = xml_again(b);
    if (!b) return fault_set(f, ERR_INVALID, "Bal", "the balance %s is missing", code);
    enum err e = iso_need_amount(b, "Amt", minor, currency, f);
    if (e == OK && !strcmp(text_or_empty(b, "CdtDbtInd"), "DBIT")) *minor = -*minor;
    return e == OK ? iso_need_day(b, "Dt/Dt", &head->day, f) : e;
}

static enum err read_page(const struct xml_node *m, struct iso_statement *head, struct fault *f) {
    const char *page = xml_text(m, "GrpHdr/MsgPgntn/PgNb"), *last = xml_text(m, "GrpHdr/MsgPgntn/LastPgInd");
    int64_t n = 1;
    if (page && (text_i64(page, strlen(page), &n) != OK || n < 1 || n > 99999))
        return fault_set(f, ERR_INVALID, "GrpHdr/MsgPgntn", "PgNb is not a page number");
    head->page = (unsigned)n;
    head->last = !page || text_eq(last, "true") || text_eq(last, "1");
    return OK;
}

static enum err one_part(const struct xml_node *m, const char *name, const struct xml_node **out, struct fault *f) {
    *out = xml_at(m, name);
    return *out && !xml_again(*out) ? OK : fault_set(f, ERR_INVALID, name, "there must be exactly one %s", name);
}

enum err iso_statement_read(const struct xml *x, struct iso_statement *head, iso_entry_fn *each, void *who, struct fault *f) {
    const struct xml_node *m, *part = NULL;
    *head = (struct iso_statement){0};
    enum err e = iso_open(x, ISO_CAMT_053, &m, f);
    if (e == OK) e = one_part(m, "Stmt", &part, f);
    if (e == OK) e = read_head(part, head, f);
    if (e == OK) e = read_page(m, head, f);
    if (e == OK) e = read_balance(part, "OPBD", &head->opening_minor, head, f);
    if (e == OK) e = read_balance(part, "CLBD", &head->closing_minor, head, f);
    return e == OK ? read_entries(part, each, who, f) : e;
}

enum err iso_notice_read(const struct xml *x, struct iso_statement *head, iso_entry_fn *each, void *who, struct fault *f) {
    const struct xml_node *m, *part = NULL;
    *head = (struct iso_statement){0};
    enum err e = iso_open(x, ISO_CAMT_054, &m, f);
    if (e == OK) e = one_part(m, "Ntfctn", &part, f);
    if (e == OK) e = read_head(part, head, f);
    return e == OK ? read_entries(part, each, who, f) : e;
}
