/* esign_test.c - an envelope is bound to its document, from the answer to the webhook. */
#include "connectors/connectors.h"
#include "connectors/esign_shape.h"
#include "tests/connectors/provider.h"
#include "tests/connectors/twin.h"

static struct provider at;

int setup_esign(void) { return provider_start(&at, &esign_connector); }
int teardown_esign(void) { return provider_stop(&at), 0; }

#define DOC "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
static const char SEND[] = "{\"reference\":\"L1\",\"document\":\"" DOC "\",\"signer\":\"Meera Iyer\"}";
static const char ASK[] = "{\"reference\":\"L1\",\"document\":\"" DOC "\"}";

static void ends(const char *operation, const char *input, const char *answer, enum call_end end, const char *code) {
    struct asking x;
    provider_says(&at, 200, answer);
    provider_ask(&at, &x, operation, "k", input);
    CU_ASSERT_EQUAL(x.end, end);
    CU_ASSERT_STRING_EQUAL(x.code, code);
    asking_reset(&x);
}

void test_esign__an_answer_about_another_document_is_not_taken(void) {
    ends("envelope", SEND, "{\"id\":\"E\",\"state\":\"sent\",\"document\":\"" DOC "\"}", CALL_DONE, "");
    ends("envelope", SEND, "{\"id\":\"E\",\"state\":\"sent\",\"document\":\"" OTHER "\"}", CALL_UNCERTAIN, "document_differs");
    ends("envelope", SEND, "{\"id\":\"E\",\"state\":\"sent\"}", CALL_UNCERTAIN, "document_differs");
    ends("status", ASK, "{\"id\":\"E\",\"state\":\"signed\",\"document\":\"" DOC "\",\"signed_on\":\"2026-01-15\"}", CALL_DONE, "");
    ends("status", ASK, "{\"id\":\"E\",\"state\":\"signed\",\"document\":\"" OTHER "\"}", CALL_REFUSED, "document_differs");
    ends("status", ASK, "{\"id\":\"E\",\"state\":\"eaten\",\"document\":\"" DOC "\"}", CALL_FAILED, "bad_answer");
    CU_ASSERT_STRING_EQUAL(at.path, "/esign/status");
}

static const char *state_after(struct twin *t, int64_t ms, char out[80]) {
    struct asking x;
    t->still.now_ms += ms;
    twin_ask(t, &x, "status", "s", ASK);
    snprintf(out, 80, "%s", x.end == CALL_DONE ? json_text(x.answer, "state", "") : x.code);
    asking_reset(&x);
    return out;
}

static void signer(const char *name, const char *then) {
    struct twin t;
    struct asking x;
    char input[300], state[80];
    snprintf(input, sizeof input, "{\"reference\":\"L1\",\"document\":\"" DOC "\",\"signer\":\"%s\"}", name);
    twin_open(&t, &esign_connector, "{}");
    twin_ask(&t, &x, "envelope", "e", input);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    asking_reset(&x);
    CU_ASSERT_STRING_EQUAL(state_after(&t, 0, state), "sent");
    CU_ASSERT_STRING_EQUAL(state_after(&t, 3000, state), then);
    twin_close(&t);
}

void test_esign__the_sandbox_signs_declines_ignores_and_tampers(void) {
    signer("Meera Iyer", "signed");
    signer("declines", "declined");
    signer("ignores", "sent");
    signer("tampers", "document_differs");
}

void test_esign__an_envelope_is_voided_by_its_reference_alone_and_twice_is_fine(void) {
    struct twin t;
    struct asking x;
    char state[80];
    twin_open(&t, &esign_connector, "{}");
    twin_ask(&t, &x, "void", "v0", "{\"reference\":\"L1\"}");
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_FALSE(json_bool(x.answer, "voided", true));
    asking_reset(&x);
    twin_ask(&t, &x, "envelope", "e", SEND);
    asking_reset(&x);
    twin_ask(&t, &x, "void", "v1", "{\"reference\":\"L1\"}");
    CU_ASSERT(json_bool(x.answer, "voided", false));
    asking_reset(&x);
    twin_ask(&t, &x, "void", "v2", "{\"reference\":\"L1\"}");
    CU_ASSERT_FALSE(json_bool(x.answer, "voided", true));
    asking_reset(&x);
    CU_ASSERT_STRING_EQUAL(state_after(&t, 3000, state), "voided");
    twin_close(&t);
}

/* --- webhooks ----------------------------------------------------------------------------------------------------------- */

struct got {
    int n;
    char name[40], key[40], id[80], case_type[40], data[400];
};

static void hear_one(void *who, const struct heard *h) {
    struct got *g = who;
    char *text = json_dumps(h->data, JSON_COMPACT);
    g->n++;
    snprintf(g->name, sizeof g->name, "%s", h->name);
    snprintf(g->key, sizeof g->key, "%s", h->key);
    snprintf(g->id, sizeof g->id, "%s", h->event_id);
    snprintf(g->case_type, sizeof g->case_type, "%s", h->case_type);
    snprintf(g->data, sizeof g->data, "%s", text);
    free(text);
}

static enum err hear(const char *text, struct got *g) {
    struct esign_keys keys = {.case_type = "loan_application"};
    struct fault f = {0};
    memset(g, 0, sizeof *g);
    enum err e = esign_read(&keys, text, strlen(text), hear_one, g, &f);
    if (e != OK) CU_ASSERT(f.text[0] != 0 && g->n == 0);
    return e;
}

void test_esign__a_webhook_names_case_event_and_document(void) {
    struct got g;
    CU_ASSERT_EQUAL(hear("{\"type\":\"esign.signed\",\"timestamp\":\"t\",\"data\":{\"on\":\"2026-01-15\",\"reference\":\"L1\",\"id\":\"ENV1\","
                         "\"document\":\"" DOC "\",\"name\":\"Meera\"}}", &g), OK);
    CU_ASSERT_EQUAL(g.n, 1);
    CU_ASSERT_STRING_EQUAL(g.name, "esign.signed");
    CU_ASSERT_STRING_EQUAL(g.key, "L1");
    CU_ASSERT_STRING_EQUAL(g.id, "esign.signed:ENV1");
    CU_ASSERT_STRING_EQUAL(g.case_type, "loan_application");
    CU_ASSERT_PTR_NOT_NULL(strstr(g.data, DOC));
    CU_ASSERT_PTR_NULL(strstr(g.data, "Meera")); /* only what we know of goes on */
    CU_ASSERT_EQUAL(hear("{\"type\":\"esign.declined\",\"data\":{\"reference\":\"L1\",\"id\":\"ENV1\",\"code\":\"declined\"}}", &g), OK);
    CU_ASSERT_STRING_EQUAL(g.name, "esign.declined");
    CU_ASSERT_EQUAL(hear("{\"type\":\"esign.signed\",\"data\":{\"reference\":\"L1\",\"id\":\"ENV1\"}}", &g), ERR_INVALID);
    CU_ASSERT_EQUAL(hear("{\"type\":\"esign.eaten\",\"data\":{\"reference\":\"L1\",\"id\":\"ENV1\"}}", &g), ERR_INVALID);
    CU_ASSERT_EQUAL(hear("{\"type\":\"esign.declined\",\"data\":{\"id\":\"ENV1\"}}", &g), ERR_INVALID);
    CU_ASSERT_EQUAL(hear("[]", &g), ERR_INVALID);
    CU_ASSERT_EQUAL(hear("", &g), ERR_INVALID);
}
