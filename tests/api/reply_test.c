/* reply_test.c - what the API says before anything is asked of the engine: hostile requests, clear answers. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/api/asked.h"
#include "tests/harness/torture.h"

#define JSON_TYPE "Content-Type: application/json\r\n"

static struct asked a;

int setup_reply(void) { return !asked_begin(&a); }
int teardown_reply(void) {
    asked_end(&a);
    return 0;
}

static bool has_header(const char *line) {
    const char *at = strstr(asked_answer(&a), line), *end = strstr(asked_answer(&a), "\r\n\r\n");
    return at && end && at < end;
}

static bool is_problem(int status) {
    json_auto_t *p = asked_json_new(&a);
    return p && json_int(p, "status", 0) == status && *json_text(p, "title", "") && *json_text(p, "detail", "") &&
           !strcmp(json_text(p, "type", ""), "about:blank") && has_header("Content-Type: application/problem+json\r\n");
}

void test_reply__status_of_each_error(void) {
    static const struct { enum err err; int status; } rows[] = {
        {OK, 200}, {ERR_INVALID, 422}, {ERR_NOT_FOUND, 404}, {ERR_CONFLICT, 409}, {ERR_REFUSED, 409}, {ERR_LIMIT, 413},
        {ERR_IO, 503}, {ERR_BUSY, 503}, {ERR_CLOSED, 503}, {ERR_TIMEOUT, 503}, {ERR_NOMEM, 500}, {ERR_BUG, 500}};
    CU_ASSERT_EQUAL(ARRAY_LEN(rows), ERR_COUNT);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) CU_ASSERT_EQUAL(status_of(rows[i].err), rows[i].status);
}

void test_reply__what_needs_no_key(void) {
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /healthz", ""), 200);
    CU_ASSERT(has_header("X-Content-Type-Options: nosniff\r\n") && !has_header("Cache-Control: no-store\r\n"));
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /openapi.json", ""), 200);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /docs", ""), 200);
    CU_ASSERT(has_header("Content-Security-Policy: default-src 'self'"));
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /docs/swagger-ui.css", ""), 200);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /docs/nothing.js", ""), 404);
    CU_ASSERT(is_problem(404));
}

void test_reply__no_key_no_answer(void) {
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs", ""), 401);
    CU_ASSERT(is_problem(401) && has_header("WWW-Authenticate: Bearer\r\n") && has_header("Cache-Control: no-store\r\n"));
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs", "Authorization: Bearer \r\n"), 401);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs", "Authorization: Basic YTpi\r\n"), 401);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs", "X-API-Key: \r\n"), 401);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs", "X-Tenor-Hop: 1\r\n"), 401);
}

void test_reply__methods(void) {
    CU_ASSERT_EQUAL(asked_handle(&a, "DELETE /v1/runs", ""), 405);
    CU_ASSERT(is_problem(405) && has_header("Allow: GET, HEAD, POST\r\n"));
    CU_ASSERT_EQUAL(asked_handle(&a, "OPTIONS /v1/runs", ""), 204);
    CU_ASSERT(has_header("Allow: GET, HEAD, POST\r\n"));
    CU_ASSERT_EQUAL(asked_handle(&a, "OPTIONS *", ""), 404);
    CU_ASSERT_EQUAL(asked_handle(&a, "HEAD /healthz", ""), 200);
    CU_ASSERT(has_header("Content-Length: 18\r\n") && text_ends(asked_answer(&a), "\r\n\r\n"));
    CU_ASSERT_EQUAL(asked_handle(&a, "HEAD /v1/runs", ""), 401);
}

void test_reply__odd_paths(void) {
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/%72uns", ""), 401); /* the same path, written otherwise */
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1%2Fruns", ""), 404);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs/x%2ftimeline", ""), 404);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs?cursor=a%2Fb", ""), 401);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs/%00", ""), 400);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs/%ff", ""), 400);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs/%zz", ""), 400);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /docs/..%2fschemas.json", ""), 404);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs?x=1&x=2&=&&x", ""), 401);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET http://x/healthz", ""), 200);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET http://x", ""), 200);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET http://x?a=/healthz", ""), 400);
}

/* The text of a problem is cut to its place: never within a character, else it is no JSON at all. */
void test_reply__a_long_foreign_path_is_still_a_problem(void) {
    for (int before = 0; before < 4; before++) {
        struct buf line;
        buf_init(&line, 1 << 16);
        buf_adds(&line, "GET /");
        for (int i = 0; i < before; i++) buf_addc(&line, 'a');
        for (int i = 0; i < 400; i++) buf_adds(&line, "%e2%82%ac");
        CU_ASSERT_EQUAL(asked_handle(&a, buf_text(&line), ""), 404);
        CU_ASSERT(is_problem(404));
        buf_reset(&line);
    }
}

void test_reply__another_role(void) {
    CU_ASSERT_EQUAL(asked_with_body(&a, "/v1/definitions", ROLE_LENDER, JSON_TYPE, "{}"), 403);
    CU_ASSERT(is_problem(403));
    CU_ASSERT_EQUAL(asked_with_body(&a, "/v1/tasks/x/decide", ROLE_LENDER, JSON_TYPE, "not even JSON"), 403);
    CU_ASSERT_EQUAL(asked_with_body(&a, "/v1/definitions", ROLE_NONE, JSON_TYPE, "{}"), 403);
}

static int body_status(const char *body) { return asked_with_body(&a, "/v1/runs/x/signal", ROLE_ADMIN, JSON_TYPE, body); }

void test_reply__bodies_that_do_not_fit(void) {
    CU_ASSERT_EQUAL(body_status("{"), 400);
    CU_ASSERT(is_problem(400));
    CU_ASSERT_EQUAL(body_status("{\"name\":\"a\",\"name\":\"b\"}"), 400);
    CU_ASSERT_EQUAL(body_status("{\"name\":\"a\\u0000\"}"), 400);
    CU_ASSERT_EQUAL(body_status("{\"name\":\"\xff\"}"), 400);
    CU_ASSERT_EQUAL(body_status("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"), 413);
    CU_ASSERT_EQUAL(body_status("[]"), 422);
    CU_ASSERT_EQUAL(body_status(""), 422);
    CU_ASSERT_EQUAL(body_status("{\"name\":\"a\",\"id\":\"1\",\"data\":[]}"), 422);
    json_auto_t *p = asked_json_new(&a);
    CU_ASSERT_STRING_EQUAL(json_text(p, "field", ""), "/data");
    CU_ASSERT_EQUAL(body_status("{\"name\":\"a\",\"id\":\"1\",\"surprise\":1}"), 422);
    CU_ASSERT_EQUAL(body_status("{\"name\":7,\"data\":[],\"surprise\":1}"), 422); /* every fault in one answer */
    json_auto_t *many = asked_json_new(&a);
    const json_t *errors = json_object_get(many, "errors");
    CU_ASSERT_EQUAL(json_array_size(errors), 4);
    CU_ASSERT_STRING_EQUAL(json_text(many, "field", ""), json_text(json_array_get(errors, 0), "pointer", "?"));
    for (size_t i = 0; i < json_array_size(errors); i++) CU_ASSERT(*json_text(json_array_get(errors, i), "detail", "") != 0);
    CU_ASSERT_EQUAL(body_status("{\"name\":\"a\",\"id\":\"1\"}"), 404); /* "x" is not the id of a run */
}

/* The name of a field is the sender's: long, foreign, in the fault and in the answer. */
void test_reply__a_long_foreign_field_is_still_a_problem(void) {
    for (int before = 0; before < 4; before++) {
        struct buf body;
        buf_init(&body, 1 << 16);
        buf_adds(&body, "{\"name\":\"a\",\"id\":\"1\",\"");
        for (int i = 0; i < before; i++) buf_addc(&body, 'a');
        for (int i = 0; i < 400; i++) buf_adds(&body, "\xe2\x82\xac");
        buf_adds(&body, "\":1}");
        CU_ASSERT_EQUAL(body_status(buf_text(&body)), 422);
        CU_ASSERT(is_problem(422));
        buf_reset(&body);
    }
}

void test_reply__media_types(void) {
    static const struct { const char *type; int status; } rows[] = {
        {"application/json", 422}, {"Application/JSON; charset=utf-8", 422}, {"application/merge-patch+json", 422},
        {"text/json", 415}, {"application/jsonp", 415}, {"application/x-www-form-urlencoded; json", 415},
        {"application/notjson", 415}, {"application/", 415}, {"json", 415}, {"", 415}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char header[120];
        snprintf(header, sizeof header, "Content-Type: %s\r\n", rows[i].type);
        CU_ASSERT_EQUAL(asked_with_body(&a, "/v1/runs/x/signal", ROLE_ADMIN, header, "{}"), rows[i].status);
    }
    CU_ASSERT_EQUAL(asked_with_body(&a, "/v1/runs/x/signal", ROLE_ADMIN, "", "{}"), 415);
}

void test_reply__idempotency_keys(void) {
    char header[400] = "Content-Type: application/json\r\nIdempotency-Key: ";
    size_t n = strlen(header);
    static const char good[] = "{\"pan\":\"ABCPE1234F\",\"name\":\"A\",\"age\":30,\"amount\":100000,\"account\":\"1234567\",\"consent\":\"c\"}";
    memset(header + n, 'k', 201);
    memcpy(header + n + 201, "\r\n", 3);
    CU_ASSERT_EQUAL(asked_with_body(&a, "/v1/applications", ROLE_LENDER, header, good), 400);
    json_auto_t *p = asked_json_new(&a);
    CU_ASSERT_STRING_EQUAL(json_text(p, "field", ""), "Idempotency-Key");
    CU_ASSERT_EQUAL(asked_with_body(&a, "/v1/applications", ROLE_LENDER, JSON_TYPE "Idempotency-Key:\r\n", good), 400);
    CU_ASSERT_EQUAL(asked_with_body(&a, "/v1/applications", ROLE_LENDER, JSON_TYPE "Idempotency-Key: \xe9\r\n", good), 400);
}

void test_reply__while_stopping(void) {
    api_drain(a.api);
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /v1/runs", "Authorization: Bearer x\r\n"), 503);
    CU_ASSERT(is_problem(503) && has_header("Retry-After: 1\r\n"));
    CU_ASSERT_EQUAL(asked_handle(&a, "GET /healthz", ""), 200);
    a.api->draining = false;
}

/* A client that has gone is answered into the void. */
void test_reply__nobody_there(void) {
    struct http_request *r = asked_read(&a, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    http_request_orphan(r);
    CU_ASSERT_TRUE(http_is_gone(r));
    a.conn.request = NULL;
    api_handle(a.api, r);
    CU_ASSERT_EQUAL(a.conn.out.len, 0);
}

static void ask_wrongly(void *who) {
    (void)who;
    struct http_request *r = http_request_new(&a.conn);
    static const char head[] = "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n";
    buf_reset(&a.conn.out);
    buf_init(&a.conn.out, 1 << 16);
    a.conn.state = HTTP_ASKED;
    a.server.n_asked = 1;
    int refused = r ? http_request_read(r, head, strlen(head)) : 503;
    CU_ASSERT(!refused || (refused == 503 && torture_hit()));
    if (refused) http_request_free(r);
    else api_handle(a.api, r);
    buf_reset(&a.conn.out);
}
/* What PostgreSQL says about a row stays here. */
void test_reply__words_of_the_database_are_not_told(void) {
    static const struct { enum err err; const char *where, *text, *told; int status; } rows[] = {
        {ERR_INVALID, "22021", "Key (pan)=(ABCPE1234F) exists", NULL, 422}, {ERR_IO, "57P01", "terminating", NULL, 503},
        {ERR_BUG, "", "pointer 0x1", NULL, 500}, {ERR_REFUSED, "", "the money has left", "the money has left", 409},
        {ERR_INVALID, "/amount", "must be at least 1", "/amount must be at least 1", 422}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fault f = {0};
        struct request *r = calloc(1, sizeof *r);
        r->api = a.api;
        r->http = asked_read(&a, "GET /v1/runs HTTP/1.1\r\nHost: x\r\n\r\n", "");
        (void)fault_set(&f, rows[i].err, rows[i].where, "%s", rows[i].text);
        answer_error(r, rows[i].err, &f);
        json_auto_t *p = asked_json_new(&a);
        CU_ASSERT_EQUAL(asked_status(&a), rows[i].status);
        bool right = rows[i].told ? text_eq(json_text(p, "detail", ""), rows[i].told) : !strstr(asked_answer(&a), rows[i].text);
        CU_ASSERT_TRUE(right);
    }
}

void test_reply__without_memory(void) {
    CU_ASSERT(torture_run(ask_wrongly, NULL) > 3);
    buf_init(&a.conn.out, 64u << 20);
}
