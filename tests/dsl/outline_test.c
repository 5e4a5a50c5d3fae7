/* outline_test.c - the first reading: places, order, and that nothing gets past both readings. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsl/outline.h"
#include "dsl/sandbox.h"
#include "tests/dsl/strategy.h"

void test_outline__every_item_knows_its_bytes(void);
void test_outline__columns_count_characters(void);
void test_outline__goes_on_after_a_fault(void);
void test_outline__hostile_texts_end(void);
void test_outline__slips_that_lua_would_let_through(void);
void test_outline__second_reading_refuses_programs(void);

struct reading {
    struct arena *arena;
    struct faults faults;
    struct node *root;
};

static struct reading *reading_new(const char *text, size_t n) {
    struct reading *r = calloc(1, sizeof *r);
    r->arena = r->faults.arena = arena_new((size_t)256 << 20);
    r->root = outline_read(r->arena, text, n, &r->faults);
    return r;
}

static void reading_free(struct reading *r) {
    arena_free(r->arena);
    free(r);
}

void test_outline__every_item_knows_its_bytes(void) {
    static const char text[] = "step \"a\" {\n  call = \"x.y\", -- why\n  within = days(7),\n}\n";
    struct reading *r = reading_new(text, strlen(text));
    CU_ASSERT(r->faults.n == 0 && r->root->n_items == 1);
    const struct node *body = node_body(r->root->items[0].value);
    const struct item *within = node_item(body, "within");
    CU_ASSERT_FATAL(within != NULL);
    CU_ASSERT(!strncmp(text + within->value->span.from, "days(7)", within->value->span.to - within->value->span.from));
    CU_ASSERT(within->key_span.line == 3 && within->key_span.col == 3);
    CU_ASSERT_STRING_EQUAL(body->items[0].key, "call");
    CU_ASSERT(!strncmp(text + body->items[0].value->text_at, "x.y", 3));
    reading_free(r);
}

void test_outline__columns_count_characters(void) {
    static const char text[] = "step \"é‹›\" { 5% }";
    struct reading *r = reading_new(text, strlen(text));
    CU_ASSERT(r->faults.n == 1 && r->faults.list[0].line == 1 && r->faults.list[0].col == 14);
    reading_free(r);
}

void test_outline__goes_on_after_a_fault(void) {
    static const char text[] = "step \"a\" { call = = }\nstep \"b\" { call = \"x.y\" }\nstep \"c\" { 7 days }\n";
    struct reading *r = reading_new(text, strlen(text));
    faults_settle(&r->faults);
    CU_ASSERT(r->faults.n == 2 && r->faults.list[0].line == 1 && r->faults.list[1].line == 3);
    CU_ASSERT(r->root->n_items == 3 && r->root->items[0].value->bad && !r->root->items[1].value->bad);
    reading_free(r);
}

/* Deep nesting, a million braces, unclosed everything: told, in bounded time and stack. */
void test_outline__hostile_texts_end(void) {
    static const char *const parts[] = {
        "{", "a{", "a\"x\"{", "+\n",      "[[", "\"",  "a{\n", "(",   "a(",    "--[[",        ",",
        "=", "a=", "}",       "\xC2\xA0", "“",  "a\n", "5%",   "a.b", "\nif{", "\nend \"x\"", "\nlocal \"x\" {"};
    size_t n = 200000;
    char *text = malloc(n + 16);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        size_t len = strlen(parts[i]), at = 0;
        for (; at + len < n; at += len) memcpy(text + at, parts[i], len);
        struct reading *r = reading_new(text, at);
        CU_ASSERT(r->faults.n > 0 && r->faults.n <= FAULTS_MOST);
        reading_free(r);
    }
    free(text);
}

/* Each loads in Lua without a word; here each is refused. */
void test_outline__slips_that_lua_would_let_through(void) {
    static const char *const slips[] = {"step \"a\" { x = rupees(2,50,000) }",
                                        "step \"a\" { from = 2026-12-01 }",
                                        "step \"a\" { share = 20% 7 }",
                                        "step \"a\" { x = 1, x = 2 }",
                                        "step \"a\" { x = days }",
                                        "step \"a\" { x = nil }",
                                        "step \"a\" { x = -y }",
                                        "step \"a\" { x = #y }",
                                        "step \"a\" { x = 1e5 }",
                                        "step \"a\" { x = 0x10 }",
                                        "step \"a\" { x = \"a\" .. \"b\" }",
                                        "step \"a\" { x = 5 > 4 }",
                                        "step \"a\" { x = not true }",
                                        "step \"a\" { x = y or 4 }",
                                        "step \"a\" { [\"x\"] = 1 }",
                                        "step \"a\" { [1] = 1 }",
                                        "step \"a\" { 1; 2 }",
                                        "x = 5",
                                        "step \"a\" { x = y.z }",
                                        "step \"a\" { x = y:z() }",
                                        "step \"a\" { x = (5) }",
                                        "step.x \"a\" {}",
                                        "do end",
                                        "local x = 1",
                                        "step \"a\" { x = function() end }",
                                        "step \"a\" { x = days(1, 2) }",
                                        "step \"a\" { x = days() }",
                                        "return step \"a\" {}",
                                        "::x::",
                                        "step \"a\" { x = ... }",
                                        "step \"a\" { x = \"\\x41\" }",
                                        "step \"a\" { x = 3 // 2 }",
                                        "step \"a\" { x = 1 , , y = 2 }",
                                        "step \"a\" { x = [=[y]=] }"};
    for (size_t i = 0; i < ARRAY_LEN(slips); i++) {
        struct reading *r = reading_new(slips[i], strlen(slips[i]));
        if (!r->faults.n_faults) printf("\nlet through: %s\n", slips[i]);
        CU_ASSERT(r->faults.n_faults > 0);
        reading_free(r);
    }
}

void test_outline__second_reading_refuses_programs(void) {
    static const char *const programs[] = {"while true do end",
                                           "local t = {} while true do t[#t + 1] = {t} end",
                                           "x = 1",
                                           "local s = (\"x\"):rep(1000000000)",
                                           "step(1)(2)(3)()",
                                           "local a = b.c",
                                           "local a = b + 1",
                                           "goto x",
                                           "a(b, c)",
                                           "setmetatable({}, {})",
                                           "\x1bLua"};
    for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
        struct arena *a = arena_new((size_t)64 << 20);
        struct sandbox_result out;
        enum err e = sandbox_read(a, programs[i], strlen(programs[i]), &out);
        if (e != ERR_INVALID) printf("\nran: %s\n", programs[i]);
        CU_ASSERT(e == ERR_INVALID && *out.text);
        arena_free(a);
    }
}
