/* recall.c - one recall, one resolution. */
#include "connectors/iso20022/recall.h"

#include <string.h>

#include "base/zone.h"

static void assignment(struct xml_writer *w, const char *id, const char *from, const char *to, int64_t created_ms) {
    xml_open(w, "Assgnmt");
    iso_id_leaf(w, "Id", id);
    xml_path(w, "Assgnr/Pty/Nm", *from ? from : "NOTPROVIDED");
    xml_path(w, "Assgne/Pty/Nm", *to ? to : "NOTPROVIDED");
    iso_instant_leaf(w, "CreDtTm", created_ms);
    xml_close(w);
}

static enum err read_assignment(const struct xml_node *m, int64_t *created_ms, struct fault *f) {
    const char *created = xml_text(m, "Assgnmt/CreDtTm");
    if (!created || instant_parse(created, created_ms) != OK)
        return fault_set(f, ERR_INVALID, "Assgnmt/CreDtTm", "Assgnmt/CreDtTm is not an instant");
    return OK;
}

enum err iso_recall_write(const struct iso_recall *r, struct buf *out) {
    struct xml_writer w;
    iso_begin(&w, out, ISO_CAMT_056);
    assignment(&w, r->id, r->own_name, "", r->created_ms);
    xml_open(&w, "Undrlyg");
    xml_open(&w, "TxInf");
    iso_id_leaf(&w, "CxlId", r->id);
    iso_id_leaf(&w, "OrgnlTxId", r->transfer);
    iso_reason(&w, "CxlRsnInf", "recalled");
    if (strlen(r->reference) > 140) w.bad = true;
    xml_open(&w, "OrgnlTxRef");
    xml_path(&w, "RmtInf/Ustrd", r->reference);
    return xml_end(&w);
}

enum err iso_recall_read(const struct xml *x, struct iso_recall *out, struct fault *f) {
    const struct xml_node *m, *tx;
    *out = (struct iso_recall){.own_name = ""};
    enum err e = iso_open(x, ISO_CAMT_056, &m, f);
    if (e != OK) return e;
    tx = xml_at(m, "Undrlyg/TxInf");
    if (!tx || xml_again(tx)) return fault_set(f, ERR_INVALID, "Undrlyg/TxInf", "one transaction must be named");
    const char *id = xml_text(tx, "OrgnlTxId");
    out->transfer = id ? id : "";
    e = read_assignment(m, &out->created_ms, f);
    if (e == OK) e = iso_need(tx, "CxlId", ISO_ID - 1, &out->id, f);
    return e == OK ? iso_need(tx, "OrgnlTxRef/RmtInf/Ustrd", 140, &out->reference, f) : e;
}

enum err iso_resolution_write(const struct iso_resolution *r, struct buf *out) {
    struct xml_writer w;
    const char *sure = r->result == ISO_RECALLED ? "CNCL" : "RJCR";
    iso_begin(&w, out, ISO_CAMT_029);
    assignment(&w, r->id, "", "", r->created_ms);
    xml_path(&w, "Sts/Conf", sure);
    xml_open(&w, "CxlDtls");
    xml_open(&w, "TxInfAndSts");
    iso_id_leaf(&w, "CxlStsId", r->id);
    xml_leaf(&w, "TxCxlSts", r->result == ISO_RECALLED ? "ACCR" : "RJCR");
    if (r->result != ISO_RECALLED) iso_reason(&w, "CxlStsRsnInf", r->result == ISO_RECALL_UNKNOWN ? "transfer_unknown" : "too_late");
    return xml_end(&w);
}

enum err iso_resolution_read(const struct xml *x, struct iso_resolution *out, struct fault *f) {
    const struct xml_node *m;
    const char *sure = NULL;
    *out = (struct iso_resolution){0};
    enum err e = iso_open(x, ISO_CAMT_029, &m, f);
    if (e != OK) return e;
    const struct xml_node *tx = xml_at(m, "CxlDtls/TxInfAndSts");
    const char *reason = iso_reason_of(xml_at(tx, "CxlStsRsnInf"));
    e = read_assignment(m, &out->created_ms, f);
    if (e == OK) e = iso_need(m, "Sts/Conf", 4, &sure, f);
    if (e == OK) e = iso_need(tx, "CxlStsId", ISO_ID - 1, &out->id, f);
    if (e != OK) return e;
    if (!strcmp(sure, "CNCL")) out->result = ISO_RECALLED;
    else if (!strcmp(sure, "RJCR")) out->result = !strcmp(reason, "transfer_unknown") ? ISO_RECALL_UNKNOWN : ISO_RECALL_TOO_LATE;
    else return fault_set(f, ERR_INVALID, "Sts/Conf", "Sts/Conf is neither CNCL nor RJCR: the bank has not decided");
    return OK;
}
