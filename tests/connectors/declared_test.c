/* declared_test.c - described connectors against a provider over HTTP: what goes out, what a reply means, and who is
 * told the secret. The descriptions come from the language, as in a running engine. */
#include "connectors/declared.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "dsl/dsl.h"
#include "tests/connectors/provider.h"

#define SECRET_FILE "build/declared_test.secret"
#define INPUT "{\"pan\":\"ABCDE1234F\",\"born\":\"1990-02-03\",\"amount\":12345050,\"purpose\":\"credit\"}"

static struct dsl_file *file;
static struct declared *bureau;
static struct provider at;

static enum err ask_language(void *who, const char *operation, bool look, const json_t *input, const char *key, int64_t now_ms, json_t **out_new,
                             struct fault *why) {
    const struct connector_question q = {operation, look, input, key, now_ms};
    return dsl_connector_ask(who, &q, out_new, why);
}

static int keep_secret(const char *secret) {
    FILE *f = fopen(SECRET_FILE, "we");
    if (f) fputs(secret, f);
    return f ? fclose(f) : 1;
}

static int describe(const char *path, const char *text, size_t n, struct dsl_file **of, struct declared **out) {
    struct fault f = {0};
    *of = dsl_read(path, text, n, NULL);
    const struct declared_ask with = {*of, ask_language};
    if (!*of || !dsl_connector(*of)) return 1;
    return declared_new(dsl_connector(*of), &with, out, &f) != OK;
}

int setup_declared(void) {
    AUTO(buf_reset) struct buf text = {0};
    const char *path = "tests/dsl/language/third_bureau.lua";
    if (keep_secret("a secret\n")) return 1;
    if (file_read(path, 1 << 20, &text, NULL) != OK || describe(path, buf_text(&text), text.len, &file, &bureau)) return 1;
    at.token_file = SECRET_FILE;
    return provider_start(&at, declared_ops(bureau));
}

int teardown_declared(void) {
    provider_stop(&at);
    declared_free(bureau);
    dsl_free(file);
    return unlink(SECRET_FILE);
}

/* --- what goes out ---------------------------------------------------------------------------------- */

#define GOOD "{\"file\":{\"scores\":[{\"value\":712}],\"accounts\":[1,2],\"total owed\":\"1,234.50\",\"usage\":40,\"first.account\":\"20190131\",\"occupation\":2}}"

void test_declared__a_request_goes_out_as_described(void) {
    struct asking x;
    at.wants[0] = "X-Signature", at.wants[1] = "X-Purpose", at.wants[2] = "Content-Type", at.wants[3] = "Authorization";
    provider_says(&at, 200, GOOD);
    provider_ask(&at, &x, "report", "run-1", INPUT);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(at.method, "POST");
    CU_ASSERT_STRING_EQUAL(at.target, "/v1/files/credit/search?format=full&on=03021990");
    CU_ASSERT_STRING_EQUAL(at.key, "run-1");
    CU_ASSERT_STRING_EQUAL(at.body, "{\"panNo\":\"ABCDE1234F\",\"applicant\":{\"dob\":\"03/02/1990\"},"
                                    "\"loan\":{\"amount\":123450.5,\"types\":[\"PL\",\"credit\"]},\"version\":2,\"strict\":true,\"large\":true}");
    /* printf 'POST\n<target>\n<body>' | openssl dgst -sha256 -hmac 'a secret' */
    CU_ASSERT_STRING_EQUAL(at.heads[0], "15985a06d24e7aafc23c29e3aff5572bfe4456972b8392e07693feb76141121c");
    CU_ASSERT_STRING_EQUAL(at.heads[1], "credit");
    CU_ASSERT_STRING_EQUAL(at.heads[2], "application/json");
    CU_ASSERT_STRING_EQUAL(at.heads[3], "");
    asking_reset(&x);
}

void test_declared__a_form_with_the_key_under_the_providers_name(void) {
    struct asking x;
    at.wants[0] = "X-Request-Id", at.wants[1] = "Content-Type", at.wants[2] = NULL;
    provider_says(&at, 201, "{\"id\":\"F1\"}");
    provider_ask(&at, &x, "freeze", "run-1.freeze", "{\"pan\":\"A&B=C\"}");
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "freeze", ""), "F1");
    CU_ASSERT_STRING_EQUAL(at.method, "PUT");
    CU_ASSERT_STRING_EQUAL(at.target, "/v1/freezes/run-1.freeze");
    CU_ASSERT_STRING_EQUAL(at.body, "pan=A%26B%3DC&ref=run-1.freeze");
    CU_ASSERT_STRING_EQUAL(at.heads[0], "run-1.freeze");
    CU_ASSERT_STRING_EQUAL(at.heads[1], "application/x-www-form-urlencoded");
    CU_ASSERT_STRING_EQUAL(at.key, "");
    asking_reset(&x);
}

static const char *after(const char *auth, const char *header) {
    static struct provider p;
    struct dsl_file *f = NULL;
    struct declared *d = NULL;
    struct asking x;
    char text[700];
    snprintf(text, sizeof text,
             "connector \"plain\" { about = \"x\", auth = %s }\n"
             "operation \"get\" { about = \"x\", kind = \"read\", within = seconds(5), input = { q = \"text\" }, output = { a = number { maybe = true } },"
             " sample = { a = 1 }, get = \"/x\", query = { q = \"input.q\" }, headers = { { \"X-Q\", \"input.q\" } }, answer = { a = \"a\" } }\n", auth);
    CU_ASSERT_EQUAL_FATAL(describe("plain.lua", text, strlen(text), &f, &d), 0);
    memset(&p, 0, sizeof p);
    p.token_file = SECRET_FILE;
    CU_ASSERT_EQUAL_FATAL(provider_start(&p, declared_ops(d)), 0);
    p.wants[0] = header;
    provider_says(&p, 200, "{}");
    provider_ask(&p, &x, "get", "k", "{\"q\":\"a b\"}");
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    asking_reset(&x);
    provider_ask(&p, &x, "get", "k", "{\"q\":\"a\\r\\nX-Evil: 1\"}"); /* a header's end */
    CU_ASSERT(x.end != CALL_DONE && p.asked == 1);
    asking_reset(&x);
    provider_stop(&p);
    declared_free(d);
    dsl_free(f);
    return header ? p.heads[0] : p.target;
}

void test_declared__the_secret_goes_where_the_description_says(void) {
    CU_ASSERT_EQUAL_FATAL(keep_secret("user:p&w\n"), 0);
    CU_ASSERT_STRING_EQUAL(after("\"bearer\"", "Authorization"), "Bearer user:p&w");
    CU_ASSERT_STRING_EQUAL(after("\"basic\"", "Authorization"), "Basic dXNlcjpwJnc=");
    CU_ASSERT_STRING_EQUAL(after("header \"X-Api-Key\"", "X-Api-Key"), "user:p&w");
    CU_ASSERT_STRING_EQUAL(after("query \"apikey\"", NULL), "/x?q=a%20b&apikey=user%3Ap%26w");
    CU_ASSERT_STRING_EQUAL(after("\"none\"", "Authorization"), "");
    CU_ASSERT_EQUAL_FATAL(keep_secret("a secret\n"), 0);
}

static enum err opens(const char *config_text, struct fault *f) {
    struct connector *c = NULL;
    json_auto_t *config = json_loads(config_text, 0, NULL);
    struct connector_env env = {.loop = at.loop, .fetch = at.fetch, .config = config};
    enum err e = http_connector_open(declared_ops(bureau), &env, &c, f);
    if (e == OK) c->ops->close(c);
    return e;
}

void test_declared__opens_with_its_secret_only(void) {
    struct fault f = {0};
    CU_ASSERT_EQUAL(opens("{\"url\":\"http://127.0.0.1:9\"}", &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.text, "connector third_bureau needs its secret: a readable token_file");
    CU_ASSERT_EQUAL(opens("{\"url\":\"http://127.0.0.1:9\",\"token_file\":\"build/there is none\"}", &f), ERR_INVALID);
    CU_ASSERT_EQUAL(opens("{\"url\":\"http://127.0.0.1:9\",\"token_file\":\"" SECRET_FILE "\"}", &f), OK);
    CU_ASSERT_EQUAL(opens("{\"url\":\"http://127.0.0.1:9\",\"trust\":\"sandbox\"}", &f), OK);
    CU_ASSERT_EQUAL(opens("{}", &f), OK); /* for its declarations alone */
    CU_ASSERT_EQUAL_FATAL(keep_secret(""), 0);
    CU_ASSERT_EQUAL(opens("{\"url\":\"http://127.0.0.1:9\",\"token_file\":\"" SECRET_FILE "\"}", &f), ERR_INVALID);
    CU_ASSERT_EQUAL_FATAL(keep_secret("a secret\n"), 0);
}

/* --- what a reply means ------------------------------------------------------------------------------ */

static bool answers(const char *reply, const char *want) {
    struct asking x;
    json_auto_t *wanted = json_loads(want, 0, NULL);
    provider_says(&at, 200, reply);
    provider_ask(&at, &x, "report", "k", INPUT);
    char *text = json_dumps(x.answer, JSON_COMPACT);
    bool same = x.end == CALL_DONE && json_equal(x.answer, wanted);
    if (!same) printf("\n%s %s: %s\n", call_end_word(x.end), x.why, text ? text : "");
    free(text);
    asking_reset(&x);
    return same;
}

void test_declared__a_reply_in_the_providers_words_becomes_ours(void) {
    CU_ASSERT(answers(GOOD, "{\"score\":712,\"thin\":false,\"accounts\":2,\"owed\":123450,\"used\":0.4,\"oldest\":\"2019-01-31\",\"kind\":\"own_business\",\"source\":\"third\"}"));
    /* No score and no accounts; a percent with decimals; an unknown word; null is nothing. */
    CU_ASSERT(answers("{\"file\":{\"scores\":[],\"total owed\":0,\"usage\":\"12.5\",\"first.account\":null,\"occupation\":\"X\"}}",
                      "{\"thin\":true,\"accounts\":0,\"owed\":0,\"used\":0.125,\"kind\":\"unknown\",\"source\":\"third\"}"));
    CU_ASSERT(answers("{\"file\":{\"total owed\":12.5,\"usage\":0,\"first.account\":20190131}}",
                      "{\"thin\":true,\"accounts\":0,\"owed\":1250,\"used\":0,\"oldest\":\"2019-01-31\",\"kind\":\"unknown\",\"source\":\"third\"}"));
}

static bool ends(const char *operation, const char *input, int status, const char *reply, enum call_end end, const char *code) {
    struct asking x;
    provider_says(&at, status, reply);
    provider_ask(&at, &x, operation, "k", input);
    bool right = x.end == end && !strcmp(x.code, code) && !strstr(x.why, "4711");
    if (!right) printf("\n%s %d %s: %s %s %s\n", operation, status, reply, call_end_word(x.end), x.code, x.why);
    asking_reset(&x);
    return right;
}

void test_declared__what_cannot_be_read_is_no_answer(void) {
    CU_ASSERT(ends("report", INPUT, 200, "{\"file\":{\"usage\":0}}", CALL_FAILED, "bad_answer")); /* owed is not there */
    CU_ASSERT(ends("report", INPUT, 200, "{\"file\":{\"total owed\":47.115,\"usage\":0}}", CALL_FAILED, "bad_answer")); /* no whole paise */
    CU_ASSERT(ends("report", INPUT, 200, "{\"file\":{\"total owed\":\"4711 rupees\",\"usage\":0}}", CALL_FAILED, "bad_answer"));
    CU_ASSERT(ends("report", INPUT, 200, "{\"file\":{\"total owed\":1,\"usage\":4711}}", CALL_FAILED, "bad_answer")); /* 4711 percent */
    CU_ASSERT(ends("report", INPUT, 200, "{\"file\":{\"total owed\":1,\"usage\":1,\"first.account\":\"31.01.4711\"}}", CALL_FAILED, "bad_answer"));
    CU_ASSERT(ends("report", INPUT, 200, "{\"file\":{\"total owed\":1,\"usage\":1,\"first.account\":\"20190231\"}}", CALL_FAILED, "bad_answer"));
    CU_ASSERT(ends("report", INPUT, 200, "<html>4711", CALL_FAILED, "bad_answer"));
    CU_ASSERT(ends("freeze", "{\"pan\":\"P\"}", 200, "{\"no\":4711}", CALL_UNCERTAIN, "bad_answer")); /* it may have happened */
    CU_ASSERT(ends("freeze", NULL, 200, "{\"no\":4711}", CALL_UNCERTAIN, "bad_answer"));
}

void test_declared__ends_are_as_described(void) {
    CU_ASSERT(ends("report", INPUT, 404, "{}", CALL_REFUSED, "no_file"));
    CU_ASSERT(ends("report", INPUT, 200, "{\"status\":\"CONSENT_MISSING\"}", CALL_REFUSED, "consent"));
    CU_ASSERT(ends("report", INPUT, 503, "{\"status\":\"TRY_LATER\"}", CALL_FAILED, ""));
    CU_ASSERT(ends("report", INPUT, 203, GOOD, CALL_FAILED, "pending")); /* a read is never uncertain */
    CU_ASSERT(ends("report", INPUT, 500, "", CALL_FAILED, ""));
    CU_ASSERT(ends("freeze", NULL, 404, "", CALL_FAILED, "")); /* the provider knows no such freeze: it may be tried again */
    CU_ASSERT(ends("freeze", NULL, 200, "{\"id\":\"F1\"}", CALL_DONE, ""));
    CU_ASSERT(ends("freeze", NULL, 202, "", CALL_UNCERTAIN, "pending"));
}

/* 401 says that our key is wrong, not that the customer's case is: nobody may be declined by it. */
void test_declared__a_refusal_is_declared_or_none(void) {
    CU_ASSERT(ends("report", INPUT, 401, "{\"error\":\"4711\"}", CALL_FAILED, ""));
    CU_ASSERT(ends("report", INPUT, 422, "{\"error\":\"4711\"}", CALL_FAILED, ""));
    CU_ASSERT(ends("report", INPUT, 429, "", CALL_FAILED, ""));
    CU_ASSERT(ends("freeze", "{\"pan\":\"P\"}", 403, "{\"error\":\"4711\"}", CALL_UNCERTAIN, ""));
    CU_ASSERT(ends("thaw", NULL, 404, "{\"error\":\"4711\"}", CALL_UNCERTAIN, "")); /* its look declares no 404 */
}

void test_declared__an_empty_reply_can_be_an_answer(void) {
    struct asking x;
    provider_says(&at, 204, "");
    provider_ask(&at, &x, "thaw", "k", "{\"freeze\":\"F1\"}");
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT(json_bool(x.answer, "done", false));
    CU_ASSERT_STRING_EQUAL(at.method, "DELETE");
    asking_reset(&x);
}

void test_declared__an_input_that_cannot_be_said_is_refused_unsent(void) {
    struct asking x;
    unsigned before = at.asked;
    provider_ask(&at, &x, "thaw", "k", "{\"freeze\":\"..\"}");
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(x.code, "bad_request");
    CU_ASSERT_EQUAL(at.asked, before);
    asking_reset(&x);
}

/* --- what is declared -------------------------------------------------------------------------------- */

void test_declared__its_operations_are_like_any_others(void) {
    const struct connector_ops *ops = declared_ops(bureau);
    const struct operation *report = &ops->operations[0], *freeze = &ops->operations[1], *thaw = &ops->operations[2];
    CU_ASSERT_STRING_EQUAL(ops->name, "third_bureau");
    CU_ASSERT(ops->limits->per_s == 20 && ops->limits->burst == 40 && ops->limits->at_once == 8 && ops->limits->breaker_after == 5 &&
              ops->limits->slow_ms == 2000 && ops->limits->open_ms == 10000);
    CU_ASSERT(report->kind == OP_READ && report->timeout_ms == 3000 && report->cache_s == 7 * 86400 && !report->can_look);
    CU_ASSERT(!strcmp(report->contract, "credit_file") && !strcmp(report->stale_on, "consent.revoked dispute.upheld"));
    CU_ASSERT(freeze->kind == OP_EFFECT && freeze->can_look && !freeze->undoes && thaw->undoes && !ops->operations[3].name);
}

void test_declared__a_description_that_is_not_whole_is_refused(void) {
    static const char *const bad[] = {"{}", "[]", "{\"name\":\"x\"}", "{\"name\":\"x\",\"operations\":[]}", "{\"name\":\"x\",\"operations\":[{}]}",
                                      "{\"name\":\"x\",\"operations\":[{\"name\":\"a\",\"input\":{}}]}"};
    const struct declared_ask with = {file, ask_language};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        json_auto_t *v = json_loads(bad[i], 0, NULL);
        struct declared *d = NULL;
        struct fault f = {0};
        CU_ASSERT_EQUAL(declared_new(v, &with, &d, &f), ERR_INVALID);
        CU_ASSERT(f.text[0] != 0);
    }
}
