/* aa_test.c - the account aggregator from consent to revocation, against the sandbox in the same process, and against a provider
 * that says what it is told to. */
#include "base/text.h"
#include "base/zone.h"
#include "connectors/aa_shape.h"
#include "connectors/connectors.h"
#include "connectors/sandbox/aa_accounts.h"
#include "connectors/sandbox/keys.h"
#include "tests/connectors/provider.h"
#include "tests/connectors/twin.h"

static struct provider p;

int setup_aa(void) { return provider_start(&p, &aa_connector); }
int teardown_aa(void) {
    provider_stop(&p);
    return 0;
}

static json_t *done(struct twin *t, const char *operation, const char *key, const char *input) {
    struct asking x;
    twin_ask(t, &x, operation, key, input);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    if (x.end != CALL_DONE) printf("%s: %s %s\n", operation, x.code, x.why);
    json_t *v = json_incref(x.answer);
    asking_reset(&x);
    return v;
}

static void ends(struct twin *t, const char *operation, const char *input, enum call_end end, const char *code) {
    struct asking x;
    twin_ask(t, &x, operation, "e", input);
    CU_ASSERT_EQUAL(x.end, end);
    CU_ASSERT_STRING_EQUAL(x.code, code);
    asking_reset(&x);
}

static void act(struct twin *t, const char *key, const char *handle, const char *action) {
    struct outside_answer a;
    json_auto_t *input = json_pack("{s:s, s:s}", "handle", handle, "action", action);
    outside_ask(t->world, &(struct outside_request){"aa.act", key, false, input, t->still.now_ms}, &a);
    CU_ASSERT_EQUAL(a.status, 200);
}

static char *consent_of(struct twin *t, const char *reference, const char *customer, const char *pan) {
    static char handle[100];
    char input[300];
    snprintf(input, sizeof input, "{\"reference\":\"%s\",\"customer\":\"%s\",\"pan\":\"%s\",\"purpose\":\"103\",\"months\":6}", reference, customer, pan);
    json_auto_t *v = done(t, "consent", reference, input);
    snprintf(handle, sizeof handle, "%s", json_text(v, "handle", ""));
    return handle;
}

static const char *with(const char *form, const char *a, const char *b) {
    static char text[400];
    snprintf(text, sizeof text, form, a, b);
    return text;
}
#define STATUS(h) with("{\"handle\":\"%s\"}%s", h, "")

static const char *state(struct twin *t, const char *handle) {
    static char word[20];
    json_auto_t *v = done(t, "consent_status", "s", STATUS(handle));
    snprintf(word, sizeof word, "%s", json_text(v, "state", ""));
    return word;
}

/* From nothing to an open session. */
static void session_of(struct twin *t, const char *reference, const char *pan, char session[64], char key_id[25], char handle[100]) {
    text_copy(handle, 100, consent_of(t, reference, "meera@sandbox-aa", pan));
    t->still.now_ms += 2000;
    json_auto_t *v = done(t, "consent_status", "s", STATUS(handle));
    CU_ASSERT_STRING_EQUAL(json_text(v, "state", ""), "active");
    json_auto_t *s = done(t, "session", reference, with("{\"consent\":\"%s\"}%s", json_text(v, "consent", ""), ""));
    snprintf(session, 64, "%s", json_text(s, "session", ""));
    snprintf(key_id, 25, "%s", json_text(s, "key_id", ""));
}

void test_aa__from_consent_to_entries(void) {
    struct twin t;
    char session[64], key_id[25], handle[100];
    twin_open(&t, &aa_connector, NULL);
    session_of(&t, "L1", "ZZZPP3303Z", session, key_id, handle);
    json_auto_t *v = done(&t, "fetch", "f", with("{\"session\":\"%s\",\"key_id\":\"%s\"}", session, key_id));
    CU_ASSERT_FALSE(json_bool(v, "partial", true));
    const json_t *list = json_object_get(v, "transactions"), *accounts = json_object_get(v, "accounts");
    size_t told = 0, k;
    json_t *one;
    json_array_foreach(accounts, k, one) {
        CU_ASSERT_STRING_EQUAL(json_text(one, "state", ""), "ready");
        told += (size_t)json_int(one, "entries", 0);
    }
    CU_ASSERT(told == json_array_size(list) && told > 300);
    for (k = 1; k < told; k++) {
        const json_t *a = json_array_get(list, k - 1), *b = json_array_get(list, k);
        CU_ASSERT(strcmp(json_text(a, "date", ""), json_text(b, "date", "")) <= 0);
        CU_ASSERT_EQUAL(json_int(a, "balance", 0) + json_int(b, "amount", 0), json_int(b, "balance", 0));
    }
    twin_close(&t);
}

/* The first account's entries are those of bank.transactions. */
void test_aa__it_tells_what_the_bank_tells(void) {
    struct twin t;
    char session[64], key_id[25], handle[100];
    struct fault f;
    struct connector *bank = NULL, *aa;
    twin_open(&t, &aa_connector, NULL);
    session_of(&t, "L1", "ABCPD1234F", session, key_id, handle);
    json_auto_t *v = done(&t, "fetch", "f", with("{\"session\":\"%s\",\"key_id\":\"%s\"}", session, key_id));
    json_auto_t *s = done(&t, "consent_status", "s", STATUS(handle));
    CU_ASSERT_EQUAL_FATAL(counterpart_open(&bank_connector, t.world, &t.still.loop, &bank, &f), OK);
    aa = t.connector, t.connector = bank;
    json_auto_t *b = done(&t, "transactions", "b", with("{\"consent\":\"%s\"}%s", json_text(s, "consent", ""), ""));
    t.connector = aa;
    const json_t *all = json_object_get(v, "transactions"), *own = json_object_get(b, "transactions");
    const char *first = json_text(json_array_get(json_object_get(v, "accounts"), 0), "reference", "");
    size_t k, at = 0;
    json_t *e;
    json_array_foreach(all, k, e) {
        if (strcmp(json_text(e, "account", ""), first) != 0) continue;
        const json_t *same = json_array_get(own, at++);
        CU_ASSERT_EQUAL(json_int(e, "amount", 0), json_int(same, "amount", 1));
        CU_ASSERT_STRING_EQUAL(json_text(e, "date", ""), json_text(same, "date", "-"));
    }
    CU_ASSERT_EQUAL(at, json_array_size(own));
    bank->ops->close(bank);
    twin_close(&t);
}

void test_aa__the_customer_answers_in_her_own_time(void) {
    struct twin t;
    char handle[100];
    twin_open(&t, &aa_connector, NULL);
    text_copy(handle, sizeof handle, consent_of(&t, "L1", "slow@sandbox-aa", "ZZZPP3303Z"));
    CU_ASSERT_STRING_EQUAL(state(&t, handle), "pending");
    ends(&t, "consent_status", with("{\"handle\":\"%s\",\"wait\":true}%s", handle, ""), CALL_FAILED, "consent_pending");
    t.still.now_ms += INT64_C(2) * 86400000;
    CU_ASSERT_STRING_EQUAL(state(&t, handle), "active");
    act(&t, "a1", handle, "pause");
    CU_ASSERT_STRING_EQUAL(state(&t, handle), "paused");
    act(&t, "a2", handle, "resume");
    CU_ASSERT_STRING_EQUAL(state(&t, handle), "active");
    t.still.now_ms += INT64_C(31) * 86400000;
    CU_ASSERT_STRING_EQUAL(state(&t, handle), "expired");
    text_copy(handle, sizeof handle, consent_of(&t, "L2", "rejects@sandbox-aa", "ZZZPP3303Z"));
    t.still.now_ms += 2000;
    CU_ASSERT_STRING_EQUAL(state(&t, handle), "rejected");
    text_copy(handle, sizeof handle, consent_of(&t, "L3", "ignores@sandbox-aa", "ZZZPP3303Z"));
    t.still.now_ms += INT64_C(9) * 86400000;
    CU_ASSERT_STRING_EQUAL(state(&t, handle), "pending");
    act(&t, "a3", handle, "reject");
    CU_ASSERT_STRING_EQUAL(state(&t, handle), "rejected");
    ends(&t, "consent_status", "{\"handle\":\"consentrq-nonsense\"}", CALL_REFUSED, "no_such_consent");
    twin_close(&t);
}

void test_aa__a_consent_that_is_given_up_opens_nothing(void) {
    struct twin t;
    char session[64], key_id[25], handle[100];
    twin_open(&t, &aa_connector, NULL);
    session_of(&t, "L1", "ZZZPP3303Z", session, key_id, handle);
    json_auto_t *v = done(&t, "revoke", "r1", "{\"reference\":\"L1\"}"); /* the answer of consent may be lost: our reference is enough */
    CU_ASSERT(json_bool(v, "revoked", false));
    CU_ASSERT_STRING_EQUAL(state(&t, handle), "revoked");
    ends(&t, "fetch", with("{\"session\":\"%s\",\"key_id\":\"%s\"}", session, key_id), CALL_REFUSED, "consent_not_active");
    json_auto_t *again = done(&t, "revoke", "r2", "{\"reference\":\"L1\"}");
    CU_ASSERT_FALSE(json_bool(again, "revoked", true));
    json_auto_t *none = done(&t, "revoke", "r3", "{\"reference\":\"L9\"}");
    CU_ASSERT_FALSE(json_bool(none, "revoked", true));
    text_copy(handle, sizeof handle, consent_of(&t, "L1b", "meera@sandbox-aa", "ZZZPP3303Z"));
    json_auto_t *one = done(&t, "revoke", "r4", with("{\"reference\":\"L1b\",\"handle\":\"%s\"}%s", handle, ""));
    CU_ASSERT(json_bool(one, "revoked", false));
    t.still.now_ms += 2000;
    CU_ASSERT_STRING_EQUAL(state(&t, handle), "revoked");
    twin_close(&t);
}

/* The states of a fetch's accounts as letters, in order. */
static const char *letters(const json_t *v) {
    static char text[AA_ACCOUNTS_MAX + 1];
    size_t k;
    json_t *one;
    memset(text, 0, sizeof text);
    json_array_foreach(json_object_get(v, "accounts"), k, one) text[k] = *json_text(one, "state", "?");
    return text;
}

/* Somebody with that many accounts. */
static void owner_of(unsigned accounts, char pan[11]) {
    struct aa_account list[AA_ACCOUNTS_MAX];
    struct person who;
    unsigned n = 0;
    do person_nth(1, n++, &who);
    while (aa_accounts_of(&who, list) != accounts);
    memcpy(pan, who.pan, 11);
}

void test_aa__an_account_that_does_not_answer_makes_it_partial(void) {
    static const struct {
        const char *faults, letter;
    } cases[] = {{"aa.account:refuse=0.5", 'd'}, {"aa.account:late=0.5", 'p'}, {"aa.account:timeout=0.5", 't'}};
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        struct twin t;
        char pan[11], settings[100], reference[20];
        unsigned whole = 0, part = 0, none = 0;
        owner_of(3, pan);
        snprintf(settings, sizeof settings, "{\"faults\":\"%s\"}", cases[c].faults);
        twin_open(&t, &aa_connector, settings);
        for (int n = 0; n < 60; n++) {
            char session[64], key_id[25], handle[100];
            struct asking x;
            snprintf(reference, sizeof reference, "L%d", n);
            session_of(&t, reference, pan, session, key_id, handle);
            twin_ask(&t, &x, "fetch", "f", with("{\"session\":\"%s\",\"key_id\":\"%s\"}", session, key_id));
            if (x.end != CALL_DONE) {
                none++;
                CU_ASSERT_EQUAL(x.end, cases[c].letter == 'p' ? CALL_FAILED : CALL_REFUSED);
                CU_ASSERT_STRING_EQUAL(x.code, cases[c].letter == 'p' ? "not_ready" : "no_account");
            } else {
                bool missing = strchr(letters(x.answer), cases[c].letter) != NULL;
                CU_ASSERT_EQUAL(json_bool(x.answer, "partial", !missing), missing);
                whole += !missing, part += missing;
            }
            asking_reset(&x);
        }
        CU_ASSERT(whole > 1 && part > 20 && none > 1); /* 1/8, 6/8, 1/8 of sixty */
        twin_close(&t);
    }
}

void test_aa__a_late_bank_is_waited_for_when_it_should_be(void) {
    struct twin t;
    char session[64], key_id[25], handle[100], input[300], pan[11];
    struct asking x;
    owner_of(2, pan);
    twin_open(&t, &aa_connector, "{\"faults\":\"aa.account:late=1\"}");
    session_of(&t, "L1", pan, session, key_id, handle);
    snprintf(input, sizeof input, "{\"session\":\"%s\",\"key_id\":\"%s\",\"complete\":true}", session, key_id);
    twin_ask(&t, &x, "fetch", "f", input);
    CU_ASSERT_EQUAL(x.end, CALL_FAILED);
    CU_ASSERT_EQUAL(x.retry_after_ms, 10000);
    asking_reset(&x);
    t.still.now_ms += 30000;
    json_auto_t *v = done(&t, "fetch", "f2", input);
    CU_ASSERT_STRING_EQUAL(letters(v), "rr");
    twin_close(&t);
}

void test_aa__a_key_pair_serves_its_session_only(void) {
    struct twin t;
    char one[64], two[64], key_one[25], key_two[25], handle[100];
    twin_open(&t, &aa_connector, NULL);
    session_of(&t, "L1", "ZZZPP3303Z", one, key_one, handle);
    session_of(&t, "L2", "ZZZPP3303Z", two, key_two, handle);
    CU_ASSERT_STRING_NOT_EQUAL(key_one, key_two);
    CU_ASSERT_STRING_NOT_EQUAL(one, two);
    ends(&t, "fetch", with("{\"session\":\"%s\",\"key_id\":\"%s\"}", one, key_two), CALL_REFUSED, "no_account"); /* all unreadable */
    ends(&t, "fetch", with("{\"session\":\"%s\",\"key_id\":\"%s\"}", one, "000"), CALL_REFUSED, "key_id_form");
    ends(&t, "fetch", with("{\"session\":\"%s\",\"key_id\":\"%s\"}", "nonsense", key_one), CALL_REFUSED, "no_such_session");
    ends(&t, "session", "{\"consent\":\"consent-nonsense\"}", CALL_REFUSED, "consent_not_active");
    twin_close(&t);
}

void test_aa__a_session_asked_for_again_is_the_same(void) {
    struct twin t;
    char session[64], key_id[25], handle[100];
    twin_open(&t, &aa_connector, NULL);
    session_of(&t, "L1", "ZZZPP3303Z", session, key_id, handle);
    json_auto_t *v = done(&t, "consent_status", "s", STATUS(handle));
    json_auto_t *again = done(&t, "session", "L1", with("{\"consent\":\"%s\"}%s", json_text(v, "consent", ""), ""));
    CU_ASSERT_STRING_EQUAL(json_text(again, "session", ""), session);
    CU_ASSERT_STRING_EQUAL(json_text(again, "key_id", ""), key_id);
    twin_close(&t);
}

void test_aa__ill_formed_questions_are_not_asked(void) {
    struct twin t;
    twin_open(&t, &aa_connector, NULL);
    ends(&t, "consent", "{\"reference\":\"L\",\"customer\":\"a@b\",\"pan\":\"ABC\",\"purpose\":\"103\"}", CALL_REFUSED, "pan_form");
    ends(&t, "consent", "{\"reference\":\"L\",\"customer\":\"nobody\",\"purpose\":\"103\"}", CALL_REFUSED, "customer_form");
    CU_ASSERT_EQUAL(book_count(outside_book(t.world)), 0);
    twin_close(&t);
}

/* --- an aggregator that lies ---------------------------------------------------------------------------------------- */

static struct connector *trusting;

static void open_trusting(void) {
    char url[64];
    struct fault f;
    snprintf(url, sizeof url, "http://127.0.0.1:%d", http_port(p.http));
    json_auto_t *config = json_pack("{s:s, s:s, s:s}", "url", url, "trust", "sandbox", "consumer", "lender-1");
    struct connector_env env = {.loop = p.loop, .fetch = p.fetch, .pool = p.pool, .config = config};
    CU_ASSERT_EQUAL_FATAL(aa_connector.open(&env, &trusting, &f), OK);
}

static const char ARTEFACT[] = "{\"consentId\":\"c-1\",\"consentHandle\":\"h-1\",\"consentExpiry\":\"2026-02-14T00:00:00.000Z\","
                               "\"DataConsumer\":{\"id\":\"lender-1\"},\"Purpose\":{\"code\":\"103\"},"
                               "\"FIDataRange\":{\"from\":\"2025-01-15\",\"to\":\"2026-01-15\"},\"fiTypes\":[\"DEPOSIT\"]}";

static char *said_active(const char *from, const char *to, const struct crypt_key *seed) {
    struct buf token AUTO(buf_reset);
    char text[sizeof ARTEFACT + 100], *out = NULL;
    const char *at = strstr(ARTEFACT, from);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - ARTEFACT), ARTEFACT, to, at + strlen(from));
    json_auto_t *payload = json_loads(text, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(payload);
    buf_init(&token, JWS_MAX);
    CU_ASSERT_EQUAL(jws_sign(seed, SANDBOX_AGGREGATOR, payload, &token), OK);
    if (asprintf(&out, "{\"status\":\"ACTIVE\",\"consentId\":\"c-1\",\"artefact\":\"%s\"}", buf_text(&token)) < 0) return NULL;
    return out;
}

static void status_ends(const char *says, enum call_end end, const char *code) {
    struct asking x;
    provider_says(&p, 200, says);
    asking_start(&x, trusting, "consent_status", "k", "{\"handle\":\"h-1\",\"purpose\":\"103\"}", NULL);
    provider_wait(&p, &x);
    CU_ASSERT_EQUAL(x.end, end);
    CU_ASSERT_STRING_EQUAL(x.code, code);
    asking_reset(&x);
}

void test_aa__an_artefact_must_be_signed_and_about_what_we_asked(void) {
    static const struct {
        const char *from, *to, *code;
    } cases[] = {
        {"c-1", "c-2", "artefact_of_another_consent"},
        {"h-1", "h-2", "artefact_of_another_consent"},
        {"lender-1", "lender-2", "artefact_for_another_lender"},
        {"\"103\"", "\"101\"", "artefact_for_another_purpose"},
        {"2026-02-14", "2026-01-14", "artefact_expired"},
        {"2026-02-14", "someday", "artefact_form"},
        {"2025-01-15", "", "artefact_form"},
        {"[\"DEPOSIT\"]", "\"DEPOSIT\"", "artefact_form"},
    };
    struct crypt_key seed, other = {{5}};
    sandbox_aggregator_key(&seed);
    open_trusting();
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        char *says = said_active(cases[k].from, cases[k].to, &seed);
        status_ends(says, CALL_REFUSED, cases[k].code);
        free(says);
    }
    char *good = said_active("c-1", "c-1", &seed), *forged = said_active("c-1", "c-1", &other);
    status_ends(good, CALL_DONE, "");
    status_ends(forged, CALL_REFUSED, "jws_signature");
    status_ends("{\"status\":\"ACTIVE\",\"consentId\":\"c-1\"}", CALL_REFUSED, "jws_form");
    status_ends("{\"status\":\"PERHAPS\"}", CALL_FAILED, "bad_answer");
    free(good);
    free(forged);
    trusting->ops->close(trusting);
}

static void fetch_ends(const char *says, enum call_end end, const char *code) {
    struct asking x;
    provider_says(&p, 200, says);
    asking_start(&x, trusting, "fetch", "k", "{\"session\":\"s\",\"key_id\":\"000102030405060708090a0b\"}", NULL);
    provider_wait(&p, &x);
    CU_ASSERT_EQUAL(x.end, end);
    CU_ASSERT_STRING_EQUAL(x.code, code);
    asking_reset(&x);
}

/* One account whose sealed content says this. */
static char *sealed_account(const char *plain) {
    struct aa_keys keys = {.has_secret = true};
    struct crypt_key ours, bank = {{8}};
    uint8_t our_public[CRYPT_BOX_KEY], bank_public[CRYPT_BOX_KEY], nonce[CRYPT_BOX_NONCE] = {1};
    struct buf sealed AUTO(buf_reset), out AUTO(buf_reset);
    buf_init(&sealed, 65536), buf_init(&out, 65536);
    aa_session_key(&keys, "000102030405060708090a0b", &ours);
    crypt_box_public(&ours, our_public), crypt_box_public(&bank, bank_public);
    CU_ASSERT_EQUAL(crypt_box_seal(&bank, our_public, nonce, plain, strlen(plain), &sealed), OK);
    buf_adds(&out, "{\"accounts\":[{\"linkRef\":\"a\",\"fip\":\"b\",\"maskedAccNumber\":\"X\",\"status\":\"DELIVERED\",\"keyMaterial\":{\"publicKey\":\"");
    buf_add_base64(&out, bank_public, sizeof bank_public);
    buf_adds(&out, "\",\"nonce\":\"");
    buf_add_base64(&out, nonce, sizeof nonce);
    buf_adds(&out, "\"},\"data\":\"");
    buf_add_base64(&out, sealed.data, sealed.len);
    buf_adds(&out, "\"}]}");
    return buf_take(&out, NULL);
}

static void sealed_ends(const char *plain, enum call_end end, const char *code) {
    char *says = sealed_account(plain);
    fetch_ends(says, end, code);
    free(says);
}

#define ENTRY "{\"date\":\"2026-01-01\",\"amount\":5,\"balance\":5,\"kind\":\"k\",\"party\":\"\"}"
void test_aa__what_is_sealed_must_be_entries(void) {
    open_trusting();
    sealed_ends("{\"transactions\":[" ENTRY "]}", CALL_DONE, "");
    sealed_ends("{\"transactions\":[]}", CALL_DONE, "");
    sealed_ends("{\"transactions\":[" ENTRY ",{\"date\":\"2026-13-01\",\"amount\":5,\"balance\":5,\"kind\":\"k\",\"party\":\"\"}]}", CALL_REFUSED, "no_account");
    sealed_ends("{\"transactions\":[{\"date\":\"2026-01-01\",\"amount\":\"5\",\"balance\":5,\"kind\":\"k\",\"party\":\"\"}]}", CALL_REFUSED, "no_account");
    sealed_ends("{\"transactions\":[{\"date\":\"2026-01-01\",\"amount\":9223372036854775807,\"balance\":-5,\"kind\":\"k\",\"party\":\"\"}]}", CALL_REFUSED, "no_account");
    sealed_ends("{\"transactions\":{}}", CALL_REFUSED, "no_account");
    sealed_ends("not json", CALL_REFUSED, "no_account");
    fetch_ends("{\"accounts\":[]}", CALL_REFUSED, "no_account");
    fetch_ends("{\"accounts\":{}}", CALL_FAILED, "bad_answer");
    fetch_ends("{\"accounts\":[{\"status\":\"WHATEVER\"}]}", CALL_FAILED, "bad_answer");
    fetch_ends("{\"accounts\":[{\"status\":\"READY\",\"data\":\"AAAA\"}]}", CALL_REFUSED, "no_account");
    fetch_ends("{\"accounts\":[{\"status\":\"PENDING\"},{\"status\":\"DENIED\"}]}", CALL_FAILED, "not_ready");
    trusting->ops->close(trusting);
}

void test_aa__without_keys_nothing_is_believed(void) {
    struct connector_env env = {.loop = p.loop, .fetch = p.fetch, .config = NULL};
    static const char *const bad[] = {"{\"secret_file\":\"no/such\"}", "{\"secret_file\":\"tests/connectors/signed/key.pem\"}",
                                      "{\"issuer_key_file\":\"tests/connectors/signed/README.md\"}"};
    struct fault f;
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        json_auto_t *config = json_loads(bad[k], 0, NULL);
        struct connector *c = NULL;
        env.config = config;
        CU_ASSERT_NOT_EQUAL(aa_connector.open(&env, &c, &f), OK);
    }
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", http_port(p.http));
    json_auto_t *config = json_pack("{s:s, s:s}", "url", url, "issuer_key_file", "tests/connectors/signed/key.pem");
    env.config = config;
    CU_ASSERT_EQUAL_FATAL(aa_connector.open(&env, &trusting, &f), OK);
    struct asking x;
    asking_start(&x, trusting, "session", "k", "{\"consent\":\"c\"}", NULL);
    CU_ASSERT_STRING_EQUAL(x.code, "no_secret");
    asking_reset(&x);
    asking_start(&x, trusting, "fetch", "k", "{\"session\":\"s\",\"key_id\":\"000102030405060708090a0b\"}", NULL);
    CU_ASSERT_STRING_EQUAL(x.code, "no_secret");
    asking_reset(&x);
    struct crypt_key seed;
    sandbox_aggregator_key(&seed);
    char *says = said_active("c-1", "c-1", &seed);
    status_ends(says, CALL_REFUSED, "jws_key"); /* a lender that trusts an RSA key believes no other */
    free(says);
    trusting->ops->close(trusting);
}
