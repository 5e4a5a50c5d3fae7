/* evidence_faults_test.c - every operation that gathers evidence, under every fault of the sandbox: the end that answer.h says, and
 * behind each uncertain end one effect at most. */
#include "connectors/connectors.h"
#include "tests/connectors/twin.h"

static const struct {
    const struct connector_ops *ops;
    const char *operation, *input;
} ASKED[] = {
    {&kyc_connector, "verify", "{\"pan\":\"ZZZPP3303Z\",\"name\":\"Meera Iyer\"}"},
    {&kyc_connector, "ckyc_search", "{\"id_type\":\"pan\",\"id_number\":\"ZZZPP3303Z\"}"},
    {&kyc_connector, "ckyc_download", "{\"reference\":\"ckyc-1\",\"dob\":\"1988-07-02\",\"consent\":\"c\"}"},
    {&bureau_connector, "report", "{\"pan\":\"ZZZPP3303Z\"}"},
    {&bureau_connector, "soft", "{\"pan\":\"ZZZPP3303Z\",\"consent\":\"c\",\"purpose\":\"new_credit\"}"},
    {&bureau_connector, "hard", "{\"pan\":\"ZZZPP3303Z\",\"consent\":\"c\",\"purpose\":\"new_credit\",\"reference\":\"L1\"}"},
    {&bureau_a_connector, "report", "{\"pan\":\"ZZZPP3303Z\"}"},
    {&bureau_b_connector, "report", "{\"pan\":\"ZZZPP3303Z\"}"},
    {&bureau_b_connector, "soft", "{\"pan\":\"ZZZPP3303Z\",\"consent\":\"c\",\"purpose\":\"new_credit\"}"},
    {&bureau_b_connector, "hard", "{\"pan\":\"ZZZPP3303Z\",\"consent\":\"c\",\"purpose\":\"new_credit\",\"reference\":\"L1\"}"},
    {&bank_connector, "transactions", "{\"consent\":\"consent-meera\"}"},
    {&aa_connector, "consent", "{\"reference\":\"L1\",\"customer\":\"meera@sandbox-aa\",\"pan\":\"ZZZPP3303Z\",\"purpose\":\"103\"}"},
    {&aa_connector, "consent_status", "{\"handle\":\"consentrq-1\"}"},
    {&aa_connector, "session", "{\"consent\":\"consent-1\"}"},
    {&aa_connector, "fetch", "{\"session\":\"s\",\"key_id\":\"000102030405060708090a0b\"}"},
    {&aa_connector, "revoke", "{\"reference\":\"L1\"}"},
    {&screening_connector, "check", "{\"name\":\"Meera Iyer\",\"dob\":\"1988-07-02\"}"},
};
static const char *const FAULTS[] = {"refuse", "busy", "fail", "timeout", "break", "after", "garbage", "late", "lost", "duplicate"};

static enum call_end expected(const char *fault, bool effect, enum call_end calm) {
    if (!strcmp(fault, "refuse")) return CALL_REFUSED;
    if (!strcmp(fault, "duplicate")) return calm;
    if (!strcmp(fault, "busy")) return CALL_FAILED;
    if (!strcmp(fault, "late") && !effect) return calm; /* only an effect settles later */
    return effect ? CALL_UNCERTAIN : CALL_FAILED;
}

static enum call_end ask(struct twin *t, const char *operation, const char *key, const char *input) {
    struct asking x;
    twin_ask(t, &x, operation, key, input);
    enum call_end end = x.end;
    asking_reset(&x);
    return end;
}

static void under(size_t k, const char *fault) {
    struct twin t;
    char settings[100];
    twin_open(&t, ASKED[k].ops, NULL);
    bool effect = asking_operation(t.connector, ASKED[k].operation)->kind == OP_EFFECT;
    enum call_end calm = ask(&t, ASKED[k].operation, "calm", ASKED[k].input), end;
    snprintf(settings, sizeof settings, "{\"faults\":\"%s.%s:%s=1\"}", ASKED[k].ops->name, ASKED[k].operation, fault);
    twin_set(&t, settings);
    size_t before = book_count(outside_book(t.world));
    end = ask(&t, ASKED[k].operation, "stormy", ASKED[k].input);
    CU_ASSERT_EQUAL(end, expected(fault, effect, calm));
    if (end != expected(fault, effect, calm)) printf("%s %s: %s\n", ASKED[k].operation, fault, call_end_word(end));
    twin_set(&t, "{\"faults\":\"\"}");
    t.still.now_ms += 60000;
    if (end == CALL_UNCERTAIN) {
        enum call_end seen = ask(&t, ASKED[k].operation, "stormy", NULL);
        CU_ASSERT(seen == CALL_DONE || seen == CALL_FAILED);
        CU_ASSERT_EQUAL(book_count(outside_book(t.world)) - before, seen == CALL_DONE);
    }
    if (end != CALL_REFUSED) CU_ASSERT_EQUAL(ask(&t, ASKED[k].operation, "stormy", ASKED[k].input), calm);
    CU_ASSERT(book_count(outside_book(t.world)) - before <= (size_t)effect);
    twin_close(&t);
}

void test_evidence_faults__every_operation_under_every_fault(void) {
    for (size_t k = 0; k < ARRAY_LEN(ASKED); k++)
        for (size_t f = 0; f < ARRAY_LEN(FAULTS); f++) under(k, FAULTS[f]);
}

/* None that is listed in the connectors is left out above, but those that ask nobody. */
void test_evidence_faults__no_operation_is_left_out(void) {
    static const char *const alone[] = {"passport", "aadhaar_offline", "merge"};
    const struct connector_ops *const all[] = {&kyc_connector, &bureau_connector, &bureau_b_connector, &bank_connector, &aa_connector, &screening_connector};
    for (size_t c = 0; c < ARRAY_LEN(all); c++)
        for (const struct operation *op = all[c]->operations; op->name; op++) {
            bool found = false;
            for (size_t k = 0; k < ARRAY_LEN(ASKED); k++) found = found || (ASKED[k].ops == all[c] && !strcmp(ASKED[k].operation, op->name));
            for (size_t k = 0; k < ARRAY_LEN(alone); k++) found = found || !strcmp(alone[k], op->name);
            CU_ASSERT(found);
            if (!found) printf("%s.%s is not asked\n", all[c]->name, op->name);
        }
}

void test_evidence_faults__what_asks_nobody_cannot_fail(void) {
    struct twin t;
    twin_open(&t, &kyc_connector, "{\"faults\":\"fail=1\"}");
    CU_ASSERT_EQUAL(ask(&t, "passport", "k", "{\"line1\":\"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\",\"line2\":\"L898902C36UTO7408122F1204159ZE184226B<<<<<10\"}"), CALL_DONE);
    CU_ASSERT_EQUAL(ask(&t, "aadhaar_offline", "k", "{\"xml\":\"<a/>\"}"), CALL_REFUSED);
    twin_close(&t);
}
