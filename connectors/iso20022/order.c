/* order.c - one credit transfer or one direct debit. */
#include "connectors/iso20022/order.h"

#include <string.h>

#include "base/text.h"
#include "base/zone.h"

#define ACCOUNT_MAX 34

static bool is_iban(const char *account) {
    return strlen(account) >= 15 && account[0] >= 'A' && account[0] <= 'Z' && account[1] >= 'A' && account[1] <= 'Z' &&
           account[2] >= '0' && account[2] <= '9' && account[3] >= '0' && account[3] <= '9' &&
           strspn(account, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(account);
}

static void account_leaf(struct xml_writer *w, const char *element, const char *account) {
    if (strlen(account) > ACCOUNT_MAX) w->bad = true;
    xml_open(w, element);
    if (is_iban(account)) xml_path(w, "Id/IBAN", account);
    else xml_path(w, "Id/Othr/Id", *account ? account : "NOTPROVIDED");
    xml_close(w);
}

static void bank_leaf(struct xml_writer *w, const char *element, const char *bank) {
    xml_open(w, element);
    if (*bank) xml_path(w, "FinInstnId/ClrSysMmbId/MmbId", bank);
    else xml_path(w, "FinInstnId/Othr/Id", "NOTPROVIDED");
    xml_close(w);
}

static void party_leaf(struct xml_writer *w, const char *element, const char *name) {
    xml_open(w, element);
    xml_leaf(w, "Nm", *name ? name : "NOTPROVIDED");
    xml_close(w);
}

static void header(struct xml_writer *w, const struct iso_order *o, const char *amount) {
    xml_open(w, "GrpHdr");
    iso_id_leaf(w, "MsgId", o->message);
    iso_instant_leaf(w, "CreDtTm", o->created_ms);
    xml_leaf(w, "NbOfTxs", "1");
    xml_leaf(w, "CtrlSum", amount);
    party_leaf(w, "InitgPty", o->own_name);
    xml_close(w);
}

static void payment_identification(struct xml_writer *w, const struct iso_order *o) {
    xml_open(w, "PmtId");
    iso_id_leaf(w, "InstrId", o->instruction && *o->instruction ? o->instruction : o->message);
    iso_id_leaf(w, "EndToEndId", o->end_to_end);
    xml_close(w);
}

static void purpose_and_reference(struct xml_writer *w, const struct iso_order *o) {
    if (*o->purpose) {
        bool code = strlen(o->purpose) == 4 && strspn(o->purpose, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 4;
        xml_open(w, "Purp");
        if (code) xml_leaf(w, "Cd", o->purpose);
        else iso_id_leaf(w, "Prtry", o->purpose);
        xml_close(w);
    }
    if (strlen(o->reference) > 140) w->bad = true;
    xml_path(w, "RmtInf/Ustrd", o->reference);
}

static void pay(struct xml_writer *w, const struct iso_order *o) {
    xml_open(w, "ReqdExctnDt");
    iso_day_leaf(w, "Dt", o->on_day);
    xml_close(w);
    party_leaf(w, "Dbtr", o->own_name);
    account_leaf(w, "DbtrAcct", o->own_account);
    bank_leaf(w, "DbtrAgt", "");
    xml_open(w, "CdtTrfTxInf");
    payment_identification(w, o);
    xml_open(w, "Amt");
    iso_amount_leaf(w, "InstdAmt", o->amount_minor, o->currency);
    xml_close(w);
    bank_leaf(w, "CdtrAgt", o->bank);
    party_leaf(w, "Cdtr", o->name);
    account_leaf(w, "CdtrAcct", o->account);
    purpose_and_reference(w, o);
    xml_close(w);
}

static void collect(struct xml_writer *w, const struct iso_order *o) {
    iso_day_leaf(w, "ReqdColltnDt", o->on_day);
    party_leaf(w, "Cdtr", o->own_name);
    account_leaf(w, "CdtrAcct", o->own_account);
    bank_leaf(w, "CdtrAgt", "");
    xml_open(w, "DrctDbtTxInf");
    payment_identification(w, o);
    iso_amount_leaf(w, "InstdAmt", o->amount_minor, o->currency);
    xml_open(w, "DrctDbtTx");
    xml_open(w, "MndtRltdInf");
    iso_id_leaf(w, "MndtId", o->mandate);
    xml_close(w);
    xml_close(w);
    bank_leaf(w, "DbtrAgt", o->bank);
    party_leaf(w, "Dbtr", o->name);
    account_leaf(w, "DbtrAcct", o->account);
    purpose_and_reference(w, o);
    xml_close(w);
}

enum err iso_order_write(const struct iso_order *o, struct buf *out) {
    struct xml_writer w;
    char amount[ISO_AMOUNT] = "";
    if (iso_amount_text(o->amount_minor, o->currency, amount) != OK || o->amount_minor <= 0) return ERR_INVALID;
    iso_begin(&w, out, o->debit ? ISO_PAIN_008 : ISO_PAIN_001);
    header(&w, o, amount);
    xml_open(&w, "PmtInf");
    iso_id_leaf(&w, "PmtInfId", o->message);
    xml_leaf(&w, "PmtMtd", o->debit ? "DD" : "TRF");
    xml_leaf(&w, "NbOfTxs", "1");
    xml_leaf(&w, "CtrlSum", amount);
    if (o->debit) collect(&w, o);
    else pay(&w, o);
    return xml_end(&w);
}

/* --- reading: the bank's side ----------------------------------------------------------------------------- */

static const char *provided(const struct xml_node *n, const char *path) {
    const char *text = xml_text(n, path);
    return text && strcmp(text, "NOTPROVIDED") != 0 ? text : "";
}

static const char *account_of(const struct xml_node *n, const char *element) {
    const struct xml_node *a = xml_at(n, element);
    const char *iban = provided(a, "Id/IBAN");
    return *iban ? iban : provided(a, "Id/Othr/Id");
}

/* One payment with one transaction, and its sums agree. */
static enum err check_counts(const struct xml_node *m, const struct xml_node *info, const struct xml_node *tx,
                             const struct iso_order *o, struct fault *f) {
    const char *count = xml_text(m, "GrpHdr/NbOfTxs"), *sum = xml_text(m, "GrpHdr/CtrlSum");
    int64_t minor;
    if (xml_again(info) || xml_again(tx) || !count || strcmp(count, "1") != 0)
        return fault_set(f, ERR_INVALID, "GrpHdr/NbOfTxs", "one transaction in a message, no more and no less");
    if (sum && (iso_amount_read(sum, o->currency, &minor) != OK || minor != o->amount_minor))
        return fault_set(f, ERR_INVALID, "GrpHdr/CtrlSum", "the control sum is not that of the transaction");
    return OK;
}

static enum err read_sides(const struct xml_node *tx, struct iso_order *o, struct fault *f) {
    o->account = account_of(tx, o->debit ? "DbtrAcct" : "CdtrAcct");
    o->name = provided(tx, o->debit ? "Dbtr/Nm" : "Cdtr/Nm");
    o->bank = provided(tx, o->debit ? "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId" : "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId");
    o->purpose = xml_text(tx, "Purp/Cd") ? xml_text(tx, "Purp/Cd") : provided(tx, "Purp/Prtry");
    if (o->debit) return iso_need(tx, "DrctDbtTx/MndtRltdInf/MndtId", ISO_ID - 1, &o->mandate, f);
    if (!*o->account || strlen(o->account) > ACCOUNT_MAX)
        return fault_set(f, ERR_INVALID, "CdtrAcct", "the account to pay to is missing or longer than %d", ACCOUNT_MAX);
    return OK;
}

static enum err read_transaction(const struct xml_node *tx, struct iso_order *o, struct fault *f) {
    enum err e = iso_need(tx, "PmtId/EndToEndId", ISO_ID - 1, &o->end_to_end, f);
    if (e == OK) e = iso_need(tx, "PmtId/InstrId", ISO_ID - 1, &o->instruction, f);
    if (e == OK) e = iso_need_amount(tx, o->debit ? "InstdAmt" : "Amt/InstdAmt", &o->amount_minor, o->currency, f);
    if (e == OK && o->amount_minor <= 0) e = fault_set(f, ERR_INVALID, "InstdAmt", "the amount must be above zero");
    if (e == OK) e = iso_need(tx, "RmtInf/Ustrd", 140, &o->reference, f);
    return e == OK ? read_sides(tx, o, f) : e;
}

enum err iso_order_read(const struct xml *x, bool debit, struct iso_order *out, struct fault *f) {
    const struct xml_node *m, *info, *tx;
    *out = (struct iso_order){.debit = debit, .mandate = ""};
    enum err e = iso_open(x, debit ? ISO_PAIN_008 : ISO_PAIN_001, &m, f);
    if (e != OK) return e;
    info = xml_at(m, "PmtInf");
    tx = xml_at(info, debit ? "DrctDbtTxInf" : "CdtTrfTxInf");
    if (!tx) return fault_set(f, ERR_INVALID, "PmtInf", "there is no transaction in it");
    e = iso_need(m, "GrpHdr/MsgId", ISO_ID - 1, &out->message, f);
    if (e == OK) e = read_transaction(tx, out, f);
    if (e == OK) e = check_counts(m, info, tx, out, f);
    if (e == OK) e = iso_need_day(info, debit ? "ReqdColltnDt" : "ReqdExctnDt/Dt", &out->on_day, f);
    const char *created = xml_text(m, "GrpHdr/CreDtTm");
    if (e == OK && (!created || instant_parse(created, &out->created_ms) != OK))
        e = fault_set(f, ERR_INVALID, "GrpHdr/CreDtTm", "GrpHdr/CreDtTm is not an instant");
    out->own_name = provided(info, debit ? "Cdtr/Nm" : "Dbtr/Nm");
    out->own_account = account_of(info, debit ? "CdtrAcct" : "DbtrAcct");
    return e;
}
