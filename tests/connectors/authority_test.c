/* authority_test.c - limits by role and act, shares of a settlement, two people; what ships. */
#include <CUnit/CUnit.h>

#include "connectors/ledger/authority.h"

static struct authority a;
static struct fault f;

static enum err check(const char *role, enum giving what, int64_t minor, int64_t owed) {
    json_t *in = json_pack("{s:s, s:s, s:s}", "authority", role, "approved_by", "asha", "seconded_by", "ravi");
    enum err e = authority_check(&a, what, in, minor, owed, &f);
    json_decref(in);
    return e;
}

void test_authority__what_ships_rises_by_role(void) {
    static const char *const roles[] = {"officer", "manager", "head", "committee"};
    CU_ASSERT_EQUAL(authority_read(NULL, &a, &f), OK);
    CU_ASSERT_EQUAL(a.n, 4);
    for (int g = 0; g < GIVINGS; g++)
        for (size_t k = 0; k < 4; k++) {
            const struct authority_role *r = &a.roles[k];
            CU_ASSERT_STRING_EQUAL(r->name, roles[k]);
            CU_ASSERT(!k || r->minor[g] >= a.roles[k - 1].minor[g]);
            int64_t owed = r->minor[g] * 10 + 10; /* the share does not matter here */
            if (g != GIVING_SETTLE || r->settle_share >= 100000) CU_ASSERT_EQUAL(check(roles[k], (enum giving)g, r->minor[g], owed), OK);
            CU_ASSERT_EQUAL(check(roles[k], (enum giving)g, r->minor[g] + 1, owed), ERR_REFUSED);
            CU_ASSERT_STRING_EQUAL(f.where, "over_authority");
        }
}

void test_authority__a_settlement_has_a_share_too(void) {
    CU_ASSERT_EQUAL(authority_read(NULL, &a, &f), OK);
    CU_ASSERT_EQUAL(check("manager", GIVING_SETTLE, 300, 1000), OK);
    CU_ASSERT_EQUAL(check("manager", GIVING_SETTLE, 301, 1000), ERR_REFUSED);
    CU_ASSERT_EQUAL(check("officer", GIVING_SETTLE, 1, 1000), ERR_REFUSED);
}

void test_authority__two_different_people(void) {
    static const char *const inputs[] = {"{\"authority\":\"head\"}", "{\"authority\":\"head\",\"approved_by\":\"a\"}",
                                         "{\"authority\":\"head\",\"approved_by\":\"a\",\"seconded_by\":\"a\"}",
                                         "{\"authority\":\"head\",\"seconded_by\":\"b\"}"};
    CU_ASSERT_EQUAL(authority_read(NULL, &a, &f), OK);
    for (size_t k = 0; k < 4; k++) {
        json_t *in = json_loads(inputs[k], 0, NULL);
        CU_ASSERT_EQUAL(authority_check(&a, GIVING_WAIVE, in, 1, 0, &f), ERR_REFUSED);
        CU_ASSERT_STRING_EQUAL(f.where, "two_people");
        json_decref(in);
    }
}

void test_authority__own_roles_replace_those_that_ship(void) {
    json_t *v = json_loads("{\"clerk\":{\"waive\":50}}", 0, NULL);
    CU_ASSERT_EQUAL(authority_read(v, &a, &f), OK);
    CU_ASSERT_EQUAL(check("clerk", GIVING_WAIVE, 50, 0), OK);
    CU_ASSERT_EQUAL(check("clerk", GIVING_WRITE_OFF, 1, 0), ERR_REFUSED);
    CU_ASSERT_EQUAL(check("head", GIVING_WAIVE, 1, 0), ERR_REFUSED);
    CU_ASSERT_STRING_EQUAL(f.where, "authority");
    json_decref(v);
}
