#include "base/id.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/rng.h"

void test_id__parts_and_text_read_back(void) {
    struct rng r;
    rng_seed(&r, 11);
    for (int i = 0; i < 5000; i++) {
        uint16_t region = (uint16_t)rng_u64(&r), shard = (uint16_t)rng_u64(&r);
        int64_t now = (int64_t)(rng_u64(&r) >> 16);
        struct id id = id_make(region, shard, now, &r), back;
        char text[ID_TEXT];
        CU_ASSERT_EQUAL(strlen(id_text(id, text)), 28);
        CU_ASSERT_EQUAL(id_parse(text, &back), OK);
        CU_ASSERT_TRUE(id_same(id, back));
        CU_ASSERT_EQUAL(id_region(back), region);
        CU_ASSERT_EQUAL(id_shard(back), shard);
        CU_ASSERT_EQUAL(id_time_ms(back), now);
        CU_ASSERT_EQUAL(id_hash(back), id_hash(id));
    }
}

void test_id__order_is_shard_then_time_in_bytes_and_text(void) {
    struct rng r;
    rng_seed(&r, 12);
    struct id last = id_make(0, 0, 0, &r);
    for (int i = 1; i < 3000; i++) {
        struct id id = id_make((uint16_t)(i / 2000), (uint16_t)(i / 500), 1700000000000 + i * 7, &r);
        char a[ID_TEXT], b[ID_TEXT];
        CU_ASSERT(id_compare(last, id) < 0);
        CU_ASSERT(strcmp(id_text(last, a), id_text(id, b)) < 0);
        last = id;
    }
}

void test_id__known_text(void) {
    struct id zero = {{0}}, full, id = {{0x00, 0x01, 0x00, 0x2a, 0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x00,
                                         0xde, 0xad, 0xbe, 0xef, 0x00, 0x11}};
    memset(full.b, 255, sizeof full.b);
    char text[ID_TEXT];
    CU_ASSERT_STRING_EQUAL(id_text(zero, text), "r_00000000000000000000000000");
    CU_ASSERT_STRING_EQUAL(id_text(full, text), "r_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    CU_ASSERT_STRING_EQUAL(id_text(id, text), "r_000402m0cbszjpg06ynpzey00h");
}

void test_id__refuses_all_but_its_own_form(void) {
    static const char *const bad[] = {
        "", "r_", "r_0000000000000000000000000", "r_000000000000000000000000000",
        "x_00000000000000000000000000", "r-00000000000000000000000000", "R_00000000000000000000000000",
        "r_80000000000000000000000000", "r_0000000000000000000000000i", "r_0000000000000000000000000l",
        "r_0000000000000000000000000o", "r_0000000000000000000000000u", "r_0000000000000000000000000A",
        "r_0000000000000000000000000 ", "r_00000000000000000000000000\n"};
    struct id id;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) CU_ASSERT_EQUAL(id_parse(bad[i], &id), ERR_INVALID);
    CU_ASSERT_EQUAL(id_parse(NULL, &id), ERR_INVALID);
}

void test_id__hash_spreads(void) {
    struct rng r;
    rng_seed(&r, 13);
    unsigned count[64] = {0};
    for (int i = 0; i < 64000; i++) count[id_hash(id_make(1, 5, 1700000000000, &r)) % 64]++;
    for (int i = 0; i < 64; i++) CU_ASSERT(count[i] > 800 && count[i] < 1200);
}
