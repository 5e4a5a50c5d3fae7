/* iso_test.c - amounts, identifiers and every message: written, read back, and refused when they are wrong. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "base/rng.h"
#include "connectors/iso20022/order.h"
#include "connectors/iso20022/recall.h"
#include "connectors/iso20022/report.h"
#include "connectors/iso20022/statement.h"
#include "tests/harness/torture.h"

#define NOW INT64_C(1768471200000) /* 2026-01-15T10:00:00Z */
#define TODAY 20468

static struct xml *document(const char *text) {
    struct xml *x = NULL;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(xml_parse(text, strlen(text), &x, &f), OK);
    return x;
}

void test_iso__amounts_follow_the_exponent_of_their_currency(void) {
    static const struct {
        int64_t minor;
        const char *currency, *text;
    } good[] = {{1960000, "INR", "19600.00"}, {5, "INR", "0.05"},   {1960000, "JPY", "1960000"},
                {1960000, "BHD", "1960.000"}, {1, "BHD", "0.001"},  {0, "EUR", "0.00"},
                {INT64_C(999999999999999999), "INR", "9999999999999999.99"}};
    char text[ISO_AMOUNT];
    int64_t minor;
    for (size_t k = 0; k < ARRAY_LEN(good); k++) {
        CU_ASSERT_EQUAL(iso_amount_text(good[k].minor, good[k].currency, text), OK);
        CU_ASSERT_STRING_EQUAL(text, good[k].text);
        CU_ASSERT_EQUAL(iso_amount_read(good[k].text, good[k].currency, &minor), OK);
        CU_ASSERT_EQUAL(minor, good[k].minor);
    }
    CU_ASSERT_EQUAL(iso_amount_text(-1, "INR", text), ERR_INVALID);
    CU_ASSERT_EQUAL(iso_amount_text(1, "ZZZ", text), ERR_INVALID);
    CU_ASSERT_EQUAL(iso_amount_text(INT64_C(1000000000000000000), "INR", text), ERR_INVALID);
}

void test_iso__an_amount_is_never_rounded(void) {
    static const char *const bad[] = {"1.005", "", ".", "1.", "+", "-1", "1e2", "1,00", " 1", "1..0", "1000000000000000000", "0x1"};
    int64_t minor = 7;
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) CU_ASSERT_EQUAL(iso_amount_read(bad[k], "INR", &minor), ERR_INVALID);
    CU_ASSERT_EQUAL(iso_amount_read("1.5", "JPY", &minor), ERR_INVALID);
    CU_ASSERT_EQUAL(minor, 7);
    CU_ASSERT_EQUAL(iso_amount_read("1.5000", "INR", &minor), OK);
    CU_ASSERT_EQUAL(minor, 150);
    CU_ASSERT_EQUAL(iso_amount_read("+.5", "INR", &minor), OK);
    CU_ASSERT_EQUAL(minor, 50);
    CU_ASSERT_EQUAL(iso_amount_read("12", "BHD", &minor), OK);
    CU_ASSERT_EQUAL(minor, 12000);
}

void test_iso__an_end_to_end_id_is_a_function_of_the_key(void) {
    char id[ISO_ID];
    iso_end_to_end("payments.disburse:L1:1", id);
    CU_ASSERT_STRING_EQUAL(id, "payments.disburse:L1:1");
    iso_end_to_end("12345678901234567890123456789012345", id);
    CU_ASSERT_STRING_EQUAL(id, "12345678901234567890123456789012345");
    /* printf %s KEY | sha256sum | cut -c1-32 */
    iso_end_to_end("payments.disburse:0198f6a2-5a1c-7d3e-9b7a-1f2e3d4c5b6a:1", id);
    CU_ASSERT_STRING_EQUAL(id, "T0436611a6f6df5a8ade14ce7eacdaeea");
    iso_end_to_end("a b", id);
    CU_ASSERT_EQUAL(strlen(id), 33);
    iso_end_to_end("", id);
    CU_ASSERT_EQUAL(strlen(id), 33);
}

static const struct iso_order PAYOUT = {
    .message = "M1", .end_to_end = "payments.disburse:L1:1", .account = "000123", .name = "Meera & Co", .bank = "HDFC0000001",
    .reference = "L1", .purpose = "LOAN", .mandate = "", .own_name = "Lender", .own_account = "OWN1", .amount_minor = 1960000,
    .currency = "INR", .created_ms = NOW, .on_day = TODAY};

static struct xml *order_document(const struct iso_order *o) {
    struct buf b;
    buf_init(&b, 65536);
    CU_ASSERT_EQUAL_FATAL(iso_order_write(o, &b), OK);
    struct xml *x = document(buf_text(&b));
    buf_reset(&b);
    return x;
}

static void check_order(const struct iso_order *a, const struct iso_order *b) {
    CU_ASSERT_STRING_EQUAL(a->message, b->message);
    CU_ASSERT_STRING_EQUAL(a->end_to_end, b->end_to_end);
    CU_ASSERT_STRING_EQUAL(a->instruction ? a->instruction : a->message, b->instruction);
    CU_ASSERT_STRING_EQUAL(a->account, b->account);
    CU_ASSERT_STRING_EQUAL(a->name, b->name);
    CU_ASSERT_STRING_EQUAL(a->bank, b->bank);
    CU_ASSERT_STRING_EQUAL(a->reference, b->reference);
    CU_ASSERT_STRING_EQUAL(a->purpose, b->purpose);
    CU_ASSERT_STRING_EQUAL(a->mandate, b->mandate);
    CU_ASSERT_STRING_EQUAL(a->own_account, b->own_account);
    CU_ASSERT_STRING_EQUAL(a->currency, b->currency);
    CU_ASSERT_EQUAL(a->amount_minor, b->amount_minor);
    CU_ASSERT_EQUAL(a->created_ms, b->created_ms);
    CU_ASSERT_EQUAL(a->on_day, b->on_day);
}

void test_iso__orders_come_back_as_they_were(void) {
    static const char *const currencies[] = {"INR", "JPY", "BHD"};
    for (size_t k = 0; k < 2 * ARRAY_LEN(currencies); k++) {
        struct iso_order o = PAYOUT, back;
        struct fault f = {0};
        memcpy(o.currency, currencies[k / 2], 4);
        if (k % 2) o.debit = true, o.mandate = "UMRN1", o.account = "", o.purpose = "", o.bank = "", o.name = "", o.instruction = "3";
        struct xml *x = order_document(&o);
        CU_ASSERT_EQUAL(iso_order_read(x, o.debit, &back, &f), OK);
        check_order(&o, &back);
        CU_ASSERT_EQUAL(iso_order_read(x, !o.debit, &back, &f), ERR_INVALID);
        xml_free(x);
    }
}

void test_iso__a_payout_is_a_pain_001(void) {
    struct xml *x = order_document(&PAYOUT);
    const struct xml_node *m = xml_at(xml_root(x), "CstmrCdtTrfInitn"), *tx = xml_at(m, "PmtInf/CdtTrfTxInf");
    CU_ASSERT_STRING_EQUAL(xml_root(x)->space, "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09");
    CU_ASSERT_STRING_EQUAL(xml_text(m, "GrpHdr/CreDtTm"), "2026-01-15T10:00:00.000Z");
    CU_ASSERT_STRING_EQUAL(xml_text(m, "GrpHdr/CtrlSum"), "19600.00");
    CU_ASSERT_STRING_EQUAL(xml_text(m, "PmtInf/ReqdExctnDt/Dt"), "2026-01-15");
    CU_ASSERT_STRING_EQUAL(xml_text(tx, "PmtId/EndToEndId"), "payments.disburse:L1:1");
    CU_ASSERT_STRING_EQUAL(xml_text(tx, "Amt/InstdAmt"), "19600.00");
    CU_ASSERT_STRING_EQUAL(xml_attribute(xml_at(tx, "Amt/InstdAmt"), "Ccy"), "INR");
    CU_ASSERT_STRING_EQUAL(xml_text(tx, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"), "HDFC0000001");
    CU_ASSERT_STRING_EQUAL(xml_text(tx, "Cdtr/Nm"), "Meera & Co");
    CU_ASSERT_STRING_EQUAL(xml_text(tx, "CdtrAcct/Id/Othr/Id"), "000123");
    CU_ASSERT_STRING_EQUAL(xml_text(tx, "Purp/Cd"), "LOAN");
    CU_ASSERT_STRING_EQUAL(xml_text(tx, "RmtInf/Ustrd"), "L1");
    xml_free(x);
}

void test_iso__an_iban_goes_where_ibans_go(void) {
    struct iso_order o = PAYOUT, back;
    struct fault f = {0};
    o.account = "GB82WEST12345698765432";
    struct xml *x = order_document(&o);
    CU_ASSERT_STRING_EQUAL(xml_text(xml_at(xml_root(x), "CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf"), "CdtrAcct/Id/IBAN"), o.account);
    CU_ASSERT_EQUAL(iso_order_read(x, false, &back, &f), OK);
    CU_ASSERT_STRING_EQUAL(back.account, o.account);
    xml_free(x);
}

void test_iso__what_a_message_cannot_say_is_not_written(void) {
    struct iso_order bad[6];
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) bad[k] = PAYOUT;
    bad[0].amount_minor = 0;
    memcpy(bad[1].currency, "ZZZ", 4);
    bad[2].end_to_end = "123456789012345678901234567890123456";
    bad[3].account = "12345678901234567890123456789012345";
    bad[4].name = "a\x01";
    bad[5].reference = "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
                       "123456789 123456789 123456789 123456789 1";
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        struct buf b;
        buf_init(&b, 65536);
        CU_ASSERT_EQUAL(iso_order_write(&bad[k], &b), ERR_INVALID);
        buf_reset(&b);
    }
}

/* The written message with one piece of text replaced. */
static void changed_order(const char *from, const char *to, const char *where) {
    struct buf b, c;
    struct iso_order o;
    struct fault f = {0};
    buf_init(&b, 65536);
    buf_init(&c, 65536);
    CU_ASSERT_EQUAL_FATAL(iso_order_write(&PAYOUT, &b), OK);
    const char *at = strstr(buf_text(&b), from);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    buf_add(&c, b.data, (size_t)(at - b.data));
    buf_adds(&c, to);
    buf_adds(&c, at + strlen(from));
    struct xml *x = document(buf_text(&c));
    CU_ASSERT_EQUAL(iso_order_read(x, false, &o, &f), ERR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.where, where));
    if (!strstr(f.where, where)) printf("%s: %s\n", f.where, f.text);
    xml_free(x);
    buf_reset(&b);
    buf_reset(&c);
}

void test_iso__a_wrong_order_is_refused_with_its_path(void) {
    changed_order("pain.001.001.09", "pain.001.001.03", "Document");
    changed_order("<NbOfTxs>1", "<NbOfTxs>2", "NbOfTxs");
    changed_order("<CtrlSum>19600.00", "<CtrlSum>19600.01", "CtrlSum");
    changed_order("Ccy=\"INR\">19600.00", "Ccy=\"INR\">19600.005", "InstdAmt");
    changed_order("Ccy=\"INR\">19600.00", "Ccy=\"XYZ\">19600.00", "InstdAmt");
    changed_order("<Othr><Id>000123</Id></Othr>", "", "CdtrAcct");
    changed_order("<Dt>2026-01-15", "<Dt>2026-02-30", "ReqdExctnDt");
    changed_order("<CreDtTm>2026", "<CreDtTm>x", "CreDtTm");
    changed_order("</CdtTrfTxInf>", "</CdtTrfTxInf><CdtTrfTxInf/>", "NbOfTxs");
    changed_order("<RmtInf><Ustrd>L1</Ustrd></RmtInf>", "", "RmtInf/Ustrd");
}

static struct iso_report report_back(const struct iso_report *r, struct xml **x) {
    struct iso_report back;
    struct buf b;
    struct fault f = {0};
    buf_init(&b, 65536);
    CU_ASSERT_EQUAL_FATAL(iso_report_write(r, &b), OK);
    *x = document(buf_text(&b));
    CU_ASSERT_EQUAL_FATAL(iso_report_read(*x, &back, &f), OK);
    buf_reset(&b);
    return back;
}

void test_iso__reports_come_back_as_they_were(void) {
    static const enum iso_state states[] = {ISO_SETTLED, ISO_ACCEPTED, ISO_REJECTED};
    for (size_t k = 0; k < ARRAY_LEN(states); k++) {
        struct xml *x;
        struct iso_report r = {.message = "R1", .original = "M1", .debit = k == 1, .end_to_end = "E1", .state = states[k],
                               .reason = k == 2 ? "account_closed" : "", .id = k ? "" : "UTR1", .amount_minor = k ? 0 : 1960000,
                               .currency = "INR", .settled_day = k ? 0 : TODAY, .created_ms = NOW};
        struct iso_report back = report_back(&r, &x);
        CU_ASSERT_EQUAL(back.state, r.state);
        CU_ASSERT_EQUAL(back.debit, r.debit);
        CU_ASSERT_STRING_EQUAL(back.end_to_end, "E1");
        CU_ASSERT_STRING_EQUAL(back.original, "M1");
        CU_ASSERT_STRING_EQUAL(back.reason, r.reason);
        CU_ASSERT_STRING_EQUAL(back.id, r.id);
        CU_ASSERT_EQUAL(back.amount_minor, r.amount_minor);
        CU_ASSERT_EQUAL(back.settled_day, r.settled_day);
        xml_free(x);
    }
}

void test_iso__reasons_without_a_code_go_as_words(void) {
    struct xml *x;
    struct iso_report r = {.message = "R", .original = "", .end_to_end = "E", .state = ISO_REJECTED, .reason = "refused_by_seed",
                           .id = "", .created_ms = NOW};
    struct iso_report back = report_back(&r, &x);
    CU_ASSERT_STRING_EQUAL(back.reason, "refused_by_seed");
    CU_ASSERT_STRING_EQUAL(back.original, "");
    xml_free(x);
    CU_ASSERT_STRING_EQUAL(iso_reason_word("AM04"), "insufficient_funds");
    CU_ASSERT_STRING_EQUAL(iso_reason_word("XX99"), "XX99");
    CU_ASSERT_STRING_EQUAL(iso_reason_code("account_closed"), "AC04");
    CU_ASSERT_PTR_NULL(iso_reason_code("refused_by_seed"));
}

void test_iso__an_unknown_status_is_not_taken_for_any(void) {
    static const char text[] = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>R"
                               "</MsgId><CreDtTm>2026-01-15T10:00:00Z</CreDtTm></GrpHdr><OrgnlPmtInfAndSts><TxInfAndSts>"
                               "<OrgnlEndToEndId>E</OrgnlEndToEndId><TxSts>ACXX</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>"
                               "</CstmrPmtStsRpt></Document>";
    struct iso_report r;
    struct fault f = {0};
    struct xml *x = document(text);
    CU_ASSERT_EQUAL(iso_report_read(x, &r, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "TxSts");
    xml_free(x);
}

void test_iso__a_recall_and_its_three_answers(void) {
    struct buf b;
    struct fault f = {0};
    struct iso_recall r = {.id = "C1", .own_name = "Lender", .transfer = "UTR1", .reference = "L1", .created_ms = NOW}, back;
    buf_init(&b, 65536);
    CU_ASSERT_EQUAL_FATAL(iso_recall_write(&r, &b), OK);
    struct xml *x = document(buf_text(&b));
    CU_ASSERT_EQUAL(iso_recall_read(x, &back, &f), OK);
    CU_ASSERT_STRING_EQUAL(back.id, "C1");
    CU_ASSERT_STRING_EQUAL(back.transfer, "UTR1");
    CU_ASSERT_STRING_EQUAL(back.reference, "L1");
    xml_free(x);
    for (enum iso_recalled k = ISO_RECALLED; k <= ISO_RECALL_UNKNOWN; k++) {
        struct iso_resolution s = {.id = "C1", .result = k, .created_ms = NOW}, t;
        buf_clear(&b);
        CU_ASSERT_EQUAL_FATAL(iso_resolution_write(&s, &b), OK);
        x = document(buf_text(&b));
        CU_ASSERT_EQUAL(iso_resolution_read(x, &t, &f), OK);
        CU_ASSERT_EQUAL(t.result, k);
        CU_ASSERT_STRING_EQUAL(t.id, "C1");
        CU_ASSERT_EQUAL(iso_recall_read(x, &back, &f), ERR_INVALID);
        xml_free(x);
    }
    buf_reset(&b);
}

/* --- statements --------------------------------------------------------------------------------------------- */

#define ENTRIES 40
struct taken {
    struct iso_entry expected[ENTRIES];
    char ids[ENTRIES][20];
    size_t n, wrong;
};

static struct iso_statement head_of(const char *currency) {
    struct iso_statement h = {.id = "S1", .account = "OWN1", .created_ms = NOW, .day = TODAY, .opening_minor = -5,
                              .closing_minor = 1234567, .page = 2, .last = true};
    memcpy(h.currency, currency, 4);
    return h;
}

static void draw_entries(struct taken *t, struct rng *r, const char *currency) {
    *t = (struct taken){0};
    for (size_t k = 0; k < ENTRIES; k++) {
        (void)snprintf(t->ids[k], sizeof t->ids[k], "UTR%zu", k);
        t->expected[k] = (struct iso_entry){.kind = (enum iso_kind)(k % ISO_KINDS), .booked = k % 5 != 0, .id = t->ids[k],
                                            .amount_minor = 1 + (int64_t)(rng_u64(r) % 1000000000), .end_to_end = k % 3 ? "E1" : "",
                                            .reference = "L<1>", .instruction = k % 2 ? "7" : "", .mandate = k % 2 ? "UMRN1" : "", .booked_day = TODAY,
                                            .reason = k % 7 ? "" : "insufficient_funds", .value_day = TODAY + 1};
        memcpy(t->expected[k].currency, currency, 4);
    }
}

static enum err take(void *who, const struct iso_entry *e, struct fault *f) {
    struct taken *t = who;
    const struct iso_entry *x = &t->expected[t->n++];
    (void)f;
    t->wrong += e->kind != x->kind || e->booked != x->booked || e->amount_minor != x->amount_minor || strcmp(e->currency, x->currency) ||
                strcmp(e->id, x->id) || strcmp(e->end_to_end, x->end_to_end) || strcmp(e->reference, x->reference) ||
                strcmp(e->mandate, x->mandate) || strcmp(e->instruction, x->instruction) || strcmp(e->reason, x->reason) || e->booked_day != x->booked_day || e->value_day != x->value_day;
    return OK;
}

static void write_entries(const struct taken *t, struct iso_statement_writer *s, struct buf *b) {
    for (size_t k = 0; k < ENTRIES; k++) iso_statement_entry(s, &t->expected[k]);
    CU_ASSERT_EQUAL(iso_statement_end(s), OK);
    CU_ASSERT(buf_ok(b));
}

void test_iso__statements_and_notices_come_back_as_they_were(void) {
    static const char *const currencies[] = {"INR", "JPY", "BHD"};
    struct rng r;
    rng_seed(&r, 7);
    for (size_t k = 0; k < 2 * ARRAY_LEN(currencies); k++) {
        struct taken t;
        struct iso_statement_writer s;
        struct iso_statement h = head_of(currencies[k / 2]), back;
        struct buf b;
        struct fault f = {0};
        buf_init(&b, 1 << 20);
        draw_entries(&t, &r, currencies[k / 2]);
        if (k % 2) iso_notice_begin(&s, &h, &b);
        else iso_statement_begin(&s, &h, &b);
        write_entries(&t, &s, &b);
        struct xml *x = document(buf_text(&b));
        CU_ASSERT_EQUAL((k % 2 ? iso_notice_read : iso_statement_read)(x, &back, take, &t, &f), OK);
        CU_ASSERT_EQUAL(t.n, ENTRIES);
        CU_ASSERT_EQUAL(t.wrong, 0);
        CU_ASSERT_STRING_EQUAL(back.id, "S1");
        CU_ASSERT_STRING_EQUAL(back.account, "OWN1");
        CU_ASSERT_STRING_EQUAL(back.currency, currencies[k / 2]);
        if (k % 2 == 0) CU_ASSERT(back.day == TODAY && back.opening_minor == -5 && back.closing_minor == 1234567 && back.page == 2 && back.last);
        xml_free(x);
        buf_reset(&b);
    }
}

static enum err refuse_second(void *who, const struct iso_entry *e, struct fault *f) {
    (void)e;
    return ++*(int *)who == 2 ? fault_set(f, ERR_LIMIT, "", "enough") : OK;
}

void test_iso__a_reader_may_stop(void) {
    struct taken t;
    struct rng r;
    struct iso_statement h = head_of("INR"), back;
    struct iso_statement_writer s;
    struct buf b;
    struct fault f = {0};
    int n = 0;
    rng_seed(&r, 1);
    buf_init(&b, 1 << 20);
    draw_entries(&t, &r, "INR");
    iso_notice_begin(&s, &h, &b);
    write_entries(&t, &s, &b);
    struct xml *x = document(buf_text(&b));
    CU_ASSERT_EQUAL(iso_notice_read(x, &back, refuse_second, &n, &f), ERR_LIMIT);
    CU_ASSERT_EQUAL(n, 2);
    xml_free(x);
    buf_reset(&b);
}

/* One notice as a bank may write it, with line ends, other elements and an IBAN. */
#define NOTICE(way, rest, family, sub, amount)                                                                              \
    "<?xml version='1.0' encoding='UTF-8'?>\n<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'>\n"           \
    " <BkToCstmrDbtCdtNtfctn>\n  <GrpHdr><MsgId>X</MsgId><CreDtTm>2026-01-15T15:30:00+05:30</CreDtTm></GrpHdr>\n"           \
    "  <Ntfctn><Id>N1</Id><CreDtTm>2026-01-15T15:30:00+05:30</CreDtTm><Acct><Id><IBAN>GB82WEST12345698765432</IBAN></Id>"   \
    "</Acct>\n<Ntry><NtryRef>1</NtryRef><Amt Ccy='INR'>" amount "</Amt><CdtDbtInd>" way "</CdtDbtInd>" rest                 \
    "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-15</Dt></BookgDt><ValDt><Dt>2026-01-15</Dt></ValDt>"                      \
    "<AcctSvcrRef>B1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>" family "</Cd><SubFmlyCd>" sub                      \
    "</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs>"                         \
    "<RltdPties><Dbtr><Pty><Nm>Somebody</Nm></Pty></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry></Ntfctn>"                  \
    "</BkToCstmrDbtCdtNtfctn></Document>"

static enum err count_entry(void *who, const struct iso_entry *e, struct fault *f) {
    (void)f;
    *(struct iso_entry *)who = *e;
    return OK;
}

static enum err read_notice(const char *text, struct iso_entry *e, struct fault *f) {
    struct xml *x = document(text);
    struct iso_statement h;
    enum err err = iso_notice_read(x, &h, count_entry, e, f);
    if (err == OK) CU_ASSERT_EQUAL(h.created_ms, NOW);
    if (err == OK) CU_ASSERT_STRING_EQUAL(h.account, "GB82WEST12345698765432");
    if (err == OK) CU_ASSERT_STRING_EQUAL(e->id, "B1");
    xml_free(x);
    return err;
}

void test_iso__a_banks_own_notice_is_read_and_one_that_runs_the_other_way_is_not(void) {
    struct iso_entry e = {0};
    struct fault f = {0};
    CU_ASSERT_EQUAL(read_notice(NOTICE("CRDT", "", "ICDT", "RRTN", "19600.00"), &e, &f), OK);
    CU_ASSERT(e.kind == ISO_RETURN && e.amount_minor == 1960000);
    CU_ASSERT_EQUAL(read_notice(NOTICE("CRDT", "", "RCDT", "DMCT", "1"), &e, &f), OK);
    CU_ASSERT(e.kind == ISO_PAYMENT && e.amount_minor == 100);
    CU_ASSERT_EQUAL(read_notice(NOTICE("DBIT", "", "RCDT", "DMCT", "1"), &e, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "CdtDbtInd");
    CU_ASSERT_EQUAL(read_notice(NOTICE("CRDT", "<RvslInd>true</RvslInd>", "RCDT", "DMCT", "1"), &e, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "RvslInd");
    CU_ASSERT_EQUAL(read_notice(NOTICE("CRDT", "", "CCRD", "POSD", "1"), &e, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "BkTxCd");
    CU_ASSERT_EQUAL(read_notice(NOTICE("CRDT", "", "RCDT", "DMCT", "0.00"), &e, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(read_notice(NOTICE("CRDT", "", "RCDT", "DMCT", "1.001"), &e, &f), ERR_INVALID);
}

static void tortured(void *who) {
    struct buf b;
    struct xml *x = NULL;
    struct iso_order o;
    struct fault f;
    (void)who;
    buf_init(&b, 65536);
    enum err e = iso_order_write(&PAYOUT, &b);
    if (e == OK) e = xml_parse(b.data, b.len, &x, &f);
    if (e == OK) e = iso_order_read(x, false, &o, &f);
    CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit()));
    xml_free(x);
    buf_reset(&b);
}

void test_iso__no_memory_ends_cleanly(void) { CU_ASSERT(torture_run(tortured, NULL) > 3); }
