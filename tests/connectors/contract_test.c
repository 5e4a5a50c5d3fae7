/* contract_test.c - what every connector must keep, and the sandbox behind real HTTP as its partner:
 * declarations are sound; a good answer fits; an UNCERTAIN end is settled by a look; the same key gives
 * the same answer and one effect. */
#include "base/schema.h"
#include "base/text.h"
#include "connectors/connectors.h"
#include "connectors/http_call.h"
#include "connectors/sandbox/server.h"
#include "connectors/sandbox/outside.h"
#include "tests/connectors/provider.h"

static struct provider at; /* loop, client and pool; its server is not used */
static struct sandbox *sandbox;
static struct registry *registry;

static int start_sandbox(void) {
    struct fault f;
    json_t *settings = json_pack("{s:s, s:i}", "listen", "127.0.0.1:0", "seed", 1);
    enum err e = sandbox_start(at.loop, settings, &sandbox, &f);
    json_decref(settings);
    return e != OK;
}

/* Every connector that speaks HTTP speaks to the sandbox. */
static int open_all(void) {
    char url[64];
    struct fault f;
    snprintf(url, sizeof url, "http://127.0.0.1:%d", sandbox_port(sandbox));
    json_t *config = json_object();
    for (const struct connector_ops *const *of = connectors_all; *of; of++)
        if ((*of)->start == http_connector_start)
            json_object_set_new(config, (*of)->name, json_pack("{s:s, s:s}", "url", url, "trust", "sandbox"));
    struct connector_env env = {.loop = at.loop, .fetch = at.fetch, .pool = at.pool};
    registry = registry_new();
    enum err e = connectors_open(registry, &env, config, &f);
    json_decref(config);
    return e != OK;
}

int setup_contract(void) {
    memset(&at, 0, sizeof at);
    at.loop = io_loop_new();
    if (!at.loop || fetcher_new(at.loop, 8, &at.fetch) != OK || pool_new(at.loop, 1, 100, &at.pool) != OK) return 1;
    return start_sandbox() || open_all();
}
int teardown_contract(void) {
    registry_free(registry);
    sandbox_stop(sandbox);
    provider_stop(&at);
    return 0;
}

static void set_faults(const char *faults) {
    struct fault f;
    json_t *v = json_pack("{s:s}", "faults", faults);
    CU_ASSERT_EQUAL_FATAL(outside_set(sandbox_world(sandbox), v, &f), OK);
    json_decref(v);
}

static void ask(struct asking *x, const char *dotted, const char *key, const char *input) {
    const struct operation *op;
    struct connector *c = registry_find(registry, dotted, &op);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    asking_start(x, c, op->name, key, input, NULL);
    provider_wait(&at, x);
}

static void check_fits(const char *dotted, const json_t *answer) {
    struct schema *s = NULL;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(schema_new(registry_decl(registry, dotted)->output, &s, &f), OK);
    CU_ASSERT_EQUAL(schema_check(s, answer, NULL, NULL, &f), OK);
    if (f.text[0]) printf("%s: %s %s\n", dotted, f.where, f.text);
    schema_free(s);
}

void test_contract__every_declaration_is_sound(void) {
    size_t n = 0;
    for (const char *const *name = registry_names(registry); *name; name++, n++) {
        const struct op_decl *d = registry_decl(registry, *name);
        struct schema *in = NULL;
        CU_ASSERT_EQUAL(schema_new(d->input, &in, NULL), OK);
        schema_free(in);
        check_fits(*name, d->sample);
        CU_ASSERT(d->timeout_ms > 0);
        CU_ASSERT_STRING_EQUAL(json_text(d->input, "type", ""), "object");
        CU_ASSERT_STRING_EQUAL(json_text(d->output, "type", ""), "object");
        /* What changes something outside and cannot be looked up could never be settled. */
        if (d->kind == OP_EFFECT || d->kind == OP_MONEY) CU_ASSERT(d->can_look);
        if (d->kind == OP_READ || d->kind == OP_LOCAL) CU_ASSERT_FALSE(d->can_look);
        if (n) CU_ASSERT(strcmp(name[-1], *name) < 0);
    }
    CU_ASSERT(n >= 14);
}

void test_contract__fields_with_a_unit_are_numbers_and_money_is_whole(void) {
    for (const char *const *name = registry_names(registry); *name; name++) {
        const struct op_decl *d = registry_decl(registry, *name);
        const json_t *schemas[] = {d->input, d->output};
        for (size_t k = 0; k < 2; k++) {
            const char *field;
            json_t *v;
            json_object_foreach(json_object_get(schemas[k], "properties"), field, v) {
                const char *unit = json_text(v, "x-unit", NULL);
                if (!unit) continue;
                CU_ASSERT(text_eq(unit, "money") || text_eq(unit, "share"));
                CU_ASSERT_STRING_EQUAL(json_text(v, "type", ""), text_eq(unit, "money") ? "integer" : "number");
                CU_ASSERT(!text_eq(unit, "money") || json_object_get(v, "x-currency"));
            }
        }
    }
}

void test_contract__reads_answer_what_they_declare(void) {
    static const struct {
        const char *operation, *input;
    } reads[] = {
        {"kyc.verify", "{\"pan\":\"ZZZPP3303Z\",\"name\":\"Meera Iyer\"}"},
        {"kyc.verify", "{\"pan\":\"ZZZPC5504Z\",\"name\":\"Vikram Rao\"}"},
        {"bureau.report", "{\"pan\":\"ZZZPP3303Z\"}"},
        {"bureau.report", "{\"pan\":\"ZZZPA2201Z\"}"},
        {"bureau.report", "{\"pan\":\"ABCPD1234F\"}"},
        {"bureau.soft", "{\"pan\":\"ABCPD1234F\",\"consent\":\"c\",\"purpose\":\"new_credit\"}"},
        {"bureau_a.report", "{\"pan\":\"ABCPD1234F\"}"},
        {"bureau_b.report", "{\"pan\":\"ABCPD1234F\"}"},
        {"bureau_b.report", "{\"pan\":\"ZZZPA2201Z\"}"},
        {"bureau_b.soft", "{\"pan\":\"ZZZPP3303Z\",\"consent\":\"c\",\"purpose\":\"new_credit\"}"},
        {"bureau.merge", "{\"first\":{\"thin\":false,\"score\":700},\"second\":{\"thin\":true}}"},
        {"kyc.ckyc_search", "{\"id_type\":\"pan\",\"id_number\":\"ZZZPP3303Z\"}"},
        {"kyc.passport", "{\"line1\":\"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\",\"line2\":\"L898902C36UTO7408122F1204159ZE184226B<<<<<10\"}"},
        {"bank.transactions", "{\"consent\":\"consent-asha\"}"},
        {"bank.transactions", "{\"consent\":\"c-1\",\"pan\":\"ABCPD1234F\"}"},
        {"payments.status", "{\"reference\":\"nothing\"}"},
        {"payments.collection", "{\"reference\":\"nothing\",\"instalment\":\"1\"}"},
        {"payments.statement", "{\"day\":\"2026-01-15\"}"},
        {"account.verify", "{\"account\":\"000123\",\"name\":\"Meera Iyer\"}"},
    };
    for (size_t k = 0; k < ARRAY_LEN(reads); k++) {
        struct asking x;
        ask(&x, reads[k].operation, "read", reads[k].input);
        CU_ASSERT_EQUAL(x.end, CALL_DONE);
        check_fits(reads[k].operation, x.answer);
        asking_reset(&x);
    }
}

void test_contract__unknown_people_and_withdrawn_consents_are_refused(void) {
    struct asking x;
    ask(&x, "kyc.verify", "r", "{\"pan\":\"UNKPD1234F\",\"name\":\"A B\"}");
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(x.code, "pan_unknown");
    asking_reset(&x);
    ask(&x, "bank.transactions", "r", "{\"consent\":\"revoked-7\"}");
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(x.code, "consent_revoked");
    asking_reset(&x);
}

static const struct {
    const char *operation, *input;
} EFFECTS[] = {
    {"payments.mandate", "{\"account\":\"A0001\",\"reference\":\"%s\",\"amount\":100000}"},
    {"payments.disburse", "{\"account\":\"A0001\",\"reference\":\"%s\",\"amount\":1960000}"},
    {"payments.cancel_mandate", "{\"reference\":\"%s\"}"},
    {"payments.refund", "{\"account\":\"A0001\",\"reference\":\"%s\",\"amount\":70}"},
    {"payments.recall", "{\"reference\":\"%s\"}"},
    {"esign.envelope", "{\"signer\":\"ignores\",\"reference\":\"%s\",\"document\":"
                       "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}"},
    {"esign.void", "{\"reference\":\"%s\"}"},
    {"bureau.hard", "{\"pan\":\"ZZZPP3303Z\",\"consent\":\"c\",\"purpose\":\"new_credit\",\"reference\":\"%s\"}"},
    {"bureau_b.hard", "{\"pan\":\"ZZZPP3303Z\",\"consent\":\"c\",\"purpose\":\"new_credit\",\"reference\":\"%s\"}"},
    {"aa.consent", "{\"reference\":\"%s\",\"customer\":\"meera@sandbox-aa\",\"pan\":\"ZZZPP3303Z\",\"purpose\":\"103\"}"},
    {"aa.revoke", "{\"reference\":\"%s\"}"},
};

static const char *input_of(size_t k, const char *loan) {
    static char text[200];
    snprintf(text, sizeof text, EFFECTS[k].input, loan);
    return text;
}

void test_contract__the_same_key_is_one_effect_and_the_same_answer(void) {
    for (size_t k = 0; k < ARRAY_LEN(EFFECTS); k++) {
        struct asking x, y, z;
        char key[40];
        size_t before = book_count(outside_book(sandbox_world(sandbox)));
        snprintf(key, sizeof key, "same/%zu:%%2F %zu", k, k); /* odd bytes must survive path and header */
        ask(&x, EFFECTS[k].operation, key, input_of(k, "SAME"));
        ask(&y, EFFECTS[k].operation, key, input_of(k, "SAME"));
        ask(&z, EFFECTS[k].operation, key, NULL);
        CU_ASSERT_EQUAL(x.end, CALL_DONE);
        CU_ASSERT_EQUAL(z.end, CALL_DONE);
        CU_ASSERT(json_equal(x.answer, y.answer));
        CU_ASSERT(json_equal(x.answer, z.answer));
        check_fits(EFFECTS[k].operation, x.answer);
        CU_ASSERT_EQUAL(book_count(outside_book(sandbox_world(sandbox))), before + 1);
        asking_reset(&x);
        ask(&x, EFFECTS[k].operation, key, input_of(k, "OTHER"));
        CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
        asking_reset(&x);
        asking_reset(&y);
        asking_reset(&z);
    }
}

void test_contract__a_look_for_what_never_came_says_it_did_not_happen(void) {
    for (size_t k = 0; k < ARRAY_LEN(EFFECTS); k++) {
        struct asking x;
        ask(&x, EFFECTS[k].operation, "never", NULL);
        CU_ASSERT_EQUAL(x.end, CALL_FAILED);
        asking_reset(&x);
    }
}

static enum call_end first_end(size_t k, const char *key, const char *faults) {
    struct asking x;
    set_faults(faults);
    ask(&x, EFFECTS[k].operation, key, input_of(k, key));
    enum call_end end = x.end;
    asking_reset(&x);
    set_faults("");
    return end;
}

/* As the engine does: look; what did not happen is tried again with the same key. */
static void settle(size_t k, const char *key, bool happened) {
    struct asking x;
    ask(&x, EFFECTS[k].operation, key, NULL);
    CU_ASSERT_EQUAL(x.end, happened ? CALL_DONE : CALL_FAILED);
    asking_reset(&x);
    ask(&x, EFFECTS[k].operation, key, input_of(k, key));
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    asking_reset(&x);
}

void test_contract__an_uncertain_end_is_settled_by_a_look(void) {
    static const struct {
        const char *faults;
        bool happens;
    } cases[] = {{"after=1", true}, {"garbage=1", true}, {"fail=1", false}};
    for (size_t c = 0; c < ARRAY_LEN(cases); c++)
        for (size_t k = 0; k < ARRAY_LEN(EFFECTS); k++) {
            char key[40];
            snprintf(key, sizeof key, "uncertain-%zu-%zu", c, k);
            size_t before = book_count(outside_book(sandbox_world(sandbox)));
            CU_ASSERT_EQUAL(first_end(k, key, cases[c].faults), CALL_UNCERTAIN);
            CU_ASSERT_EQUAL(book_count(outside_book(sandbox_world(sandbox))), before + cases[c].happens);
            settle(k, key, cases[c].happens);
            CU_ASSERT_EQUAL(book_count(outside_book(sandbox_world(sandbox))), before + 1);
        }
}

void test_contract__a_broken_connection_is_uncertain_for_money_and_failed_for_a_read(void) {
    struct asking x;
    for (int k = 0; k < 6; k++) {
        char key[40];
        snprintf(key, sizeof key, "broken-%d", k);
        size_t before = book_count(outside_book(sandbox_world(sandbox)));
        CU_ASSERT_EQUAL(first_end(1, key, "break=1"), CALL_UNCERTAIN);
        settle(1, key, book_count(outside_book(sandbox_world(sandbox))) > before);
        CU_ASSERT_EQUAL(book_loan(outside_book(sandbox_world(sandbox)), key).payouts, 1);
    }
    set_faults("break=1");
    ask(&x, "bureau.report", "broken", "{\"pan\":\"ABCPD1234F\"}");
    CU_ASSERT_EQUAL(x.end, CALL_FAILED);
    asking_reset(&x);
    set_faults("");
}

void test_contract__late_settlement_stays_uncertain_until_it_settles(void) {
    struct asking x;
    CU_ASSERT_EQUAL(first_end(1, "late-1", "late=1"), CALL_UNCERTAIN);
    ask(&x, "payments.disburse", "late-1", NULL);
    CU_ASSERT_EQUAL(x.end, CALL_UNCERTAIN);
    CU_ASSERT_STRING_EQUAL(x.code, "pending");
    asking_reset(&x);
}

void test_contract__busy_is_failed_with_the_providers_wish(void) {
    struct asking x;
    set_faults("busy=1");
    ask(&x, "payments.disburse", "busy", input_of(1, "BUSY"));
    CU_ASSERT_EQUAL(x.end, CALL_FAILED);
    CU_ASSERT_EQUAL(x.retry_after_ms, 1000);
    asking_reset(&x);
    ask(&x, "bureau.report", "busy", "{\"pan\":\"ABCPD1234F\"}");
    CU_ASSERT_EQUAL(x.end, CALL_FAILED);
    asking_reset(&x);
    set_faults("");
}

void test_contract__a_delivery_twice_is_one_effect(void) {
    CU_ASSERT_EQUAL(first_end(1, "twice", "duplicate=1"), CALL_DONE);
    CU_ASSERT_EQUAL(book_loan(outside_book(sandbox_world(sandbox)), "twice").payouts, 1);
}

void test_contract__a_cancelled_call_still_ends_once(void) {
    struct asking x;
    const struct operation *op;
    struct connector *c = registry_find(registry, "payments.disburse", &op);
    set_faults("timeout=1");
    asking_start(&x, c, op->name, "cancelled", input_of(1, "CANCEL"), NULL);
    CU_ASSERT_EQUAL(x.ended, 0);
    c->ops->cancel(c, &x.call);
    provider_wait(&at, &x);
    CU_ASSERT_EQUAL(x.end, CALL_UNCERTAIN);
    asking_reset(&x);
    set_faults("");
}

void test_contract__nobody_there_is_failed_and_a_look_stays_uncertain(void) {
    json_t *config = json_pack("{s:s}", "url", "http://127.0.0.1:9"); /* discard: nobody listens */
    struct connector_env env = {.loop = at.loop, .fetch = at.fetch, .pool = at.pool, .config = config};
    struct connector *c = NULL;
    struct asking x;
    struct fault f;
    CU_ASSERT_EQUAL_FATAL(payments_connector.open(&env, &c, &f), OK);
    asking_start(&x, c, "disburse", "nobody", input_of(1, "NOBODY"), NULL);
    provider_wait(&at, &x);
    CU_ASSERT_EQUAL(x.end, CALL_FAILED);
    asking_reset(&x);
    asking_start(&x, c, "disburse", "nobody", NULL, NULL);
    provider_wait(&at, &x);
    CU_ASSERT_EQUAL(x.end, CALL_UNCERTAIN);
    asking_reset(&x);
    c->ops->close(c);
    json_decref(config);
}

void test_contract__without_a_url_a_call_fails_at_once(void) {
    struct connector_env env = {.loop = at.loop, .fetch = at.fetch};
    struct connector *c = NULL;
    struct asking x;
    struct fault f;
    CU_ASSERT_EQUAL_FATAL(bureau_connector.open(&env, &c, &f), OK);
    asking_start(&x, c, "report", "k", "{\"pan\":\"ABCPD1234F\"}", NULL);
    CU_ASSERT_EQUAL(x.ended, 1);
    CU_ASSERT_EQUAL(x.end, CALL_FAILED);
    asking_reset(&x);
    c->ops->close(c);
}

void test_contract__close_drops_calls_in_flight(void) {
    char url[64];
    struct connector *c = NULL;
    struct asking x;
    struct fault f;
    snprintf(url, sizeof url, "http://127.0.0.1:%d", sandbox_port(sandbox));
    json_t *config = json_pack("{s:s}", "url", url);
    struct connector_env env = {.loop = at.loop, .fetch = at.fetch, .pool = at.pool, .config = config};
    set_faults("timeout=1");
    CU_ASSERT_EQUAL_FATAL(bureau_connector.open(&env, &c, &f), OK);
    asking_start(&x, c, "report", "k", "{\"pan\":\"ABCPD1234F\"}", NULL);
    c->ops->close(c);
    CU_ASSERT_EQUAL(x.ended, 0);
    set_faults("");
    asking_reset(&x);
    json_decref(config);
    ask(&x, "bench.null", "k", "{}"); /* the loop turns: the dropped fetch ends without harm */
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    asking_reset(&x);
}
