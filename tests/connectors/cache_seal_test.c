/* cache_seal_test.c - the same question has the same name, any other another; sealed bytes open only in their place. */
#include "connectors/cache_seal.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/harness/torture.h"

static struct cache_seal seal;

int setup_cache_seal(void) {
    struct crypt_key master;
    if (crypt_start() != OK) return 1;
    memset(master.b, 7, sizeof master.b);
    cache_seal_init(&seal, &master);
    return 0;
}

static bool same(struct question a, struct question b) {
    struct cache_key x, y;
    CU_ASSERT_EQUAL(cache_key_of(&seal, &a, &x), OK);
    CU_ASSERT_EQUAL(cache_key_of(&seal, &b, &y), OK);
    return !memcmp(x.b, y.b, sizeof x.b);
}

void test_cache_seal__a_name_says_what_was_asked(void) {
    json_auto_t *in = json_loads("{\"a\":1,\"b\":{\"c\":2.0,\"d\":[1,2]}}", 0, NULL);
    json_auto_t *again = json_loads("{\"b\":{\"d\":[1,2],\"c\":2},\"a\":1}", 0, NULL);
    json_auto_t *other = json_loads("{\"a\":1,\"b\":{\"c\":2,\"d\":[2,1]}}", 0, NULL);
    struct question q = {"bureau.report", "hash", "c1", 3, 0, in}, p = q;
    p.input = again;
    CU_ASSERT_TRUE(same(q, p));
    p.input = other;
    CU_ASSERT_FALSE(same(q, p));
    p = q, p.operation = "bureau.score";
    CU_ASSERT_FALSE(same(q, p));
    p = q, p.answered_by = "hash2"; /* another address, another model: another's answer */
    CU_ASSERT_FALSE(same(q, p));
    p = q, p.customer = "c2";
    CU_ASSERT_FALSE(same(q, p));
    p = q, p.epoch = 4; /* another owner of the shard: events may have passed us by */
    CU_ASSERT_FALSE(same(q, p));
    p = q, p.era = 1;
    CU_ASSERT_FALSE(same(q, p));
}

void test_cache_seal__large_questions_have_no_name(void) {
    json_auto_t *in = json_array();
    for (int i = 0; i < 300; i++)
        json_array_append_new(in, json_pack("{s:s, s:i, s:i, s:s, s:s}", "date", "2026-01-01", "amount", i, "balance", i, "kind", "upi", "party", "GROCER AND SONS"));
    struct cache_key k;
    struct question q = {"x.y", "h", "c", 0, 0, in};
    CU_ASSERT_EQUAL(cache_key_of(&seal, &q, &k), ERR_LIMIT);
}

static void wrap(const char *field, const char *text, struct buf *out) {
    struct cached c = {text, strlen(text), 1768471200000, 1768471260000};
    buf_init(out, 1 << 20);
    CU_ASSERT_EQUAL_FATAL(cache_wrap(&seal, field, &c, out), OK);
}

void test_cache_seal__comes_back_whole_and_only_in_its_place(void) {
    AUTO(buf_reset) struct buf b, text;
    struct cached c;
    wrap("bureau.report 1234", "{\"score\":741}", &b);
    CU_ASSERT_PTR_NULL(memmem(b.data, b.len, "741", 3));
    buf_init(&text, 1 << 20);
    CU_ASSERT_EQUAL_FATAL(cache_unwrap(&seal, "bureau.report 1234", b.data, b.len, &text, &c), OK);
    CU_ASSERT(c.n == 13 && !memcmp(c.text, "{\"score\":741}", 13));
    CU_ASSERT(c.stored_ms == 1768471200000 && c.ends_ms == 1768471260000);
    buf_clear(&text);
    CU_ASSERT_EQUAL(cache_unwrap(&seal, "bureau.report 1235", b.data, b.len, &text, &c), ERR_INVALID);
    CU_ASSERT_EQUAL(cache_unwrap(&seal, "bureau.report 1234", b.data, b.len - 1, &text, &c), ERR_INVALID);
    CU_ASSERT_EQUAL(cache_unwrap(&seal, "bureau.report 1234", "x", 1, &text, &c), ERR_INVALID);
    for (size_t i = 0; i < b.len; i++) { /* nobody prolongs it, nobody changes it */
        b.data[i] ^= 1;
        CU_ASSERT_EQUAL(cache_unwrap(&seal, "bureau.report 1234", b.data, b.len, &text, &c), ERR_INVALID);
        b.data[i] ^= 1;
    }
}

void test_cache_seal__fields_begin_with_their_operation(void) {
    struct cache_key k = {{0xab, 0xcd}};
    char out[CACHE_FIELD];
    cache_field("bureau.report", &k, out);
    CU_ASSERT(!strncmp(out, "bureau.report abcd0000", 22) && strlen(out) == 14 + 64);
}

static void all(void *who) {
    const json_t *in = who;
    struct cache_key k;
    struct cached c = {"{}", 2, 1, 2};
    struct question q = {"x.y", "h", "c", 0, 0, in};
    AUTO(buf_reset) struct buf b, text;
    buf_init(&b, 1 << 20), buf_init(&text, 1 << 20);
    enum err e = cache_key_of(&seal, &q, &k);
    if (e == OK) e = cache_wrap(&seal, "f", &c, &b);
    if (e == OK) e = cache_unwrap(&seal, "f", b.data, b.len, &text, &c);
    CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit()));
}
void test_cache_seal__without_memory(void) {
    json_auto_t *in = json_loads("{\"b\":[1,{\"c\":\"x\"}],\"a\":2}", 0, NULL);
    CU_ASSERT(torture_run(all, in) >= 4);
}
