/* route_test.c - the table says what it serves, once; paths fit as written and not a byte more. */
#include "api/route.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "api/request.h"
#include "api/wait.h"
#include "base/text.h"

static char params[REQUEST_PARAMS][96];

static const char *found(const char *method, const char *path) {
    bool known;
    const struct route *r = route_find(method, path, params, &known);
    return r ? r->id : known ? "405" : "404";
}

static void each_row(void (*look)(const struct route *r)) {
    for (const struct route *const *t = all_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) look(r);
}

static void row_is_whole(const struct route *r) {
    int n = 0;
    for (const char *p = r->path; *p; p++) n += *p == '{';
    CU_ASSERT(n <= REQUEST_PARAMS && r->path[0] == '/' && r->handle && *r->about && *r->tag);
    CU_ASSERT(!strcmp(r->method, "GET") || !strcmp(r->method, "POST") || !strcmp(r->method, "DELETE"));
    CU_ASSERT(!r->body || !strcmp(r->method, "POST"));
    CU_ASSERT((r->roles & ~(unsigned)ROLE_ANY) == 0);
    /* what is open to all is no business of anybody; webhooks bear a signature instead of a key */
    CU_ASSERT(r->roles || !text_starts(r->path, "/v1/") || text_eq(r->id, "receiveWebhook"));
    CU_ASSERT(r->answers[0].status >= 200 && r->answers[0].status < 300);
}
void test_route__rows_are_whole(void) { each_row(row_is_whole); }

/* "/v1/runs/{run}" asked as "/v1/runs/x": no earlier row takes it away. */
static void row_is_reached(const struct route *r) {
    char path[200], *to = path;
    for (const char *p = r->path; *p; p++) {
        if (*p == '{') p = strchr(p, '}'), *to++ = 'x';
        else *to++ = *p;
    }
    *to = '\0';
    CU_ASSERT_STRING_EQUAL(found(r->method, path), r->id);
}
void test_route__no_row_hides_another(void) { each_row(row_is_reached); }

void test_route__paths_fit_exactly(void) {
    CU_ASSERT_STRING_EQUAL(found("GET", "/"), "readPage");
    CU_ASSERT_STRING_EQUAL(found("GET", ""), "404");
    CU_ASSERT_STRING_EQUAL(found("GET", "*"), "404");
    CU_ASSERT_STRING_EQUAL(found("GET", "//"), "404");
    CU_ASSERT_STRING_EQUAL(found("GET", "/v1/runs/"), "404");
    CU_ASSERT_STRING_EQUAL(found("GET", "/v1/runs//timeline"), "404");
    CU_ASSERT_STRING_EQUAL(found("GET", "/v1/runs/a/b"), "404");
    CU_ASSERT_STRING_EQUAL(found("GET", "/V1/runs"), "404");
    CU_ASSERT_STRING_EQUAL(found("GET", "/v1/runsx"), "404");
    CU_ASSERT_STRING_EQUAL(found("GET", "/v1/runs/{run}"), "readRun"); /* braces are letters like others */
    CU_ASSERT_STRING_EQUAL(found("GET", "/v1/definitions/workflow/loan/1/graph"), "drawDefinition");
    CU_ASSERT(!strcmp(params[0], "workflow") && !strcmp(params[1], "loan") && !strcmp(params[2], "1"));
    CU_ASSERT_STRING_EQUAL(found("DELETE", "/v1/runs"), "405");
    CU_ASSERT_STRING_EQUAL(found("get", "/v1/runs"), "405");
    CU_ASSERT_STRING_EQUAL(found("HEAD", "/v1/runs"), "listRuns");
    CU_ASSERT_STRING_EQUAL(found("HEAD", "/v1/score"), "405");
}

void test_route__a_long_word_is_no_parameter(void) {
    char path[300] = "/v1/runs/";
    size_t n = strlen(path);
    memset(path + n, 'r', 95);
    CU_ASSERT_STRING_EQUAL(found("GET", path), "readRun");
    CU_ASSERT_EQUAL(strlen(params[0]), 95);
    path[n + 95] = 'r';
    CU_ASSERT_STRING_EQUAL(found("GET", path), "404");
}

void test_route__methods_of_a_path(void) {
    char out[64];
    route_allowed("/v1/runs", out);
    CU_ASSERT_STRING_EQUAL(out, "GET, HEAD, POST");
    route_allowed("/v1/score", out);
    CU_ASSERT_STRING_EQUAL(out, "POST");
    route_allowed("/nowhere", out);
    CU_ASSERT_STRING_EQUAL(out, "");
}

void test_route__idempotency_keys_have_limits(void) {
    char key[202] = {0};
    CU_ASSERT_FALSE(route_key_fits(""));
    memset(key, 'k', 200);
    CU_ASSERT_TRUE(route_key_fits(key));
    key[200] = 'k';
    CU_ASSERT_FALSE(route_key_fits(key));
    CU_ASSERT_TRUE(route_key_fits("\xc3\xa9t\xc3\xa9"));
    CU_ASSERT_FALSE(route_key_fits("caf\xe9")); /* the database would refuse it later, and those sent with it */
}

void test_route__prefer_is_read_as_the_rfc_writes_it(void) {
    static const struct { const char *prefer; int64_t ms; } cases[] = {
        {"wait=2", 2000}, {"wait=0", 0}, {"wait=30", 30000}, {"wait=31", 30000}, {"wait=99999999999999999999", 30000},
        {"respond-async, wait=5", 5000}, {"Wait = 7", 7000}, {"wait=\"4\"", 4000}, {"wait=3; why=because", 3000},
        {"wait=1, wait=9", 1000}, {"", -1}, {",,,", -1}, {"wait", -1}, {"wait=", -1}, {"wait=-1", -1}, {"wait=x", -1},
        {"nowait=5", -1}, {"waiting=5", -1}, {"foo=wait=5", -1}, {"return=minimal", -1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (wait_preferred_ms(cases[i].prefer) != cases[i].ms) printf("\n    Prefer: %s\n", cases[i].prefer);
        CU_ASSERT_EQUAL(wait_preferred_ms(cases[i].prefer), cases[i].ms);
    }
}
