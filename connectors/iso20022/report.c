/* report.c - pain.002 with one transaction. */
#include "connectors/iso20022/report.h"

#include <string.h>

#include "base/zone.h"

/* ISO's external code set for the status of a payment transaction; the first of a state is the one we write. */
static const struct {
    const char *code;
    enum iso_state state;
} STATES[] = {
    {"ACSC", ISO_SETTLED},  {"ACCC", ISO_SETTLED},  {"ACSP", ISO_ACCEPTED}, {"RCVD", ISO_ACCEPTED},
    {"ACTC", ISO_ACCEPTED}, {"ACCP", ISO_ACCEPTED}, {"ACWC", ISO_ACCEPTED}, {"PDNG", ISO_ACCEPTED},
    {"RJCT", ISO_REJECTED}, {"CANC", ISO_REJECTED},
};

static const char *state_code(enum iso_state s) {
    size_t k = 0;
    while (STATES[k].state != s) k++;
    return STATES[k].code;
}

static enum err state_of(const char *code, enum iso_state *out, struct fault *f) {
    for (size_t k = 0; k < sizeof STATES / sizeof *STATES; k++)
        if (!strcmp(STATES[k].code, code)) return *out = STATES[k].state, OK;
    return fault_set(f, ERR_INVALID, "TxSts", "TxSts is not a status we know");
}

static void original(struct xml_writer *w, const struct iso_report *r) {
    if (!r->amount_minor && !r->settled_day) return;
    xml_open(w, "OrgnlTxRef");
    if (r->settled_day) iso_day_leaf(w, "IntrBkSttlmDt", r->settled_day);
    if (r->amount_minor) {
        xml_open(w, "Amt");
        iso_amount_leaf(w, "InstdAmt", r->amount_minor, r->currency);
        xml_close(w);
    }
    xml_close(w);
}

enum err iso_report_write(const struct iso_report *r, struct buf *out) {
    struct xml_writer w;
    iso_begin(&w, out, ISO_PAIN_002);
    xml_open(&w, "GrpHdr");
    iso_id_leaf(&w, "MsgId", r->message);
    iso_instant_leaf(&w, "CreDtTm", r->created_ms);
    xml_close(&w);
    xml_open(&w, "OrgnlGrpInfAndSts");
    iso_id_leaf(&w, "OrgnlMsgId", *r->original ? r->original : "NOTPROVIDED");
    xml_leaf(&w, "OrgnlMsgNmId", iso_name(r->debit ? ISO_PAIN_008 : ISO_PAIN_001));
    xml_close(&w);
    xml_open(&w, "OrgnlPmtInfAndSts");
    iso_id_leaf(&w, "OrgnlPmtInfId", *r->original ? r->original : "NOTPROVIDED");
    xml_open(&w, "TxInfAndSts");
    iso_id_leaf(&w, "OrgnlEndToEndId", r->end_to_end);
    xml_leaf(&w, "TxSts", state_code(r->state));
    iso_reason(&w, "StsRsnInf", r->reason);
    iso_id_leaf(&w, "AcctSvcrRef", r->id);
    original(&w, r);
    return xml_end(&w);
}

static const char *text_or_empty(const struct xml_node *n, const char *path) {
    const char *text = xml_text(n, path);
    return text && strcmp(text, "NOTPROVIDED") != 0 ? text : "";
}

static enum err read_transaction(const struct xml_node *tx, struct iso_report *r, struct fault *f) {
    const char *code = NULL;
    enum err e = iso_need(tx, "OrgnlEndToEndId", ISO_ID - 1, &r->end_to_end, f);
    if (e == OK) e = iso_need(tx, "TxSts", 4, &code, f);
    if (e == OK) e = state_of(code, &r->state, f);
    r->reason = iso_reason_of(xml_at(tx, "StsRsnInf"));
    r->id = text_or_empty(tx, "AcctSvcrRef");
    const struct xml_node *ref = xml_at(tx, "OrgnlTxRef");
    if (e == OK && xml_at(ref, "Amt/InstdAmt")) e = iso_need_amount(ref, "Amt/InstdAmt", &r->amount_minor, r->currency, f);
    if (e == OK && xml_at(ref, "IntrBkSttlmDt")) e = iso_need_day(ref, "IntrBkSttlmDt", &r->settled_day, f);
    return e;
}

enum err iso_report_read(const struct xml *x, struct iso_report *out, struct fault *f) {
    const struct xml_node *m, *tx;
    *out = (struct iso_report){0};
    enum err e = iso_open(x, ISO_PAIN_002, &m, f);
    if (e != OK) return e;
    tx = xml_at(m, "OrgnlPmtInfAndSts/TxInfAndSts");
    if (!tx || xml_again(tx) || xml_again(xml_at(m, "OrgnlPmtInfAndSts")))
        return fault_set(f, ERR_INVALID, "OrgnlPmtInfAndSts", "the report must be about one transaction");
    const char *name = text_or_empty(m, "OrgnlGrpInfAndSts/OrgnlMsgNmId"), *created = xml_text(m, "GrpHdr/CreDtTm");
    out->debit = !strncmp(name, "pain.008", 8);
    out->original = text_or_empty(m, "OrgnlGrpInfAndSts/OrgnlMsgId");
    e = iso_need(m, "GrpHdr/MsgId", ISO_ID - 1, &out->message, f);
    if (e == OK && (!created || instant_parse(created, &out->created_ms) != OK))
        e = fault_set(f, ERR_INVALID, "GrpHdr/CreDtTm", "GrpHdr/CreDtTm is not an instant");
    return e == OK ? read_transaction(tx, out, f) : e;
}
