/* rules_test.c - defaults, what is read, and what is refused. */
#include <CUnit/CUnit.h>

#include "book/rules.h"

static struct loan_rules rules;
static struct fault f;

static enum err read(const char *text) {
    json_t *v = json_loads(text, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    enum err e = rules_read(v, &rules, &f);
    json_decref(v);
    return e;
}

void test_rules__defaults_hold_where_nothing_is_said(void) {
    CU_ASSERT_EQUAL(rules_read(NULL, &rules, &f), OK);
    CU_ASSERT_EQUAL(rules.orders[PAYMENT_NORMAL].n, 10);
    CU_ASSERT_EQUAL(rules.orders[PAYMENT_NORMAL].cells[0].component, INTEREST);
    CU_ASSERT(rules.orders[PAYMENT_PREPAYMENT].last_first);
    CU_ASSERT(rules.orders[PAYMENT_RECOVERY].by_component);
    CU_ASSERT_EQUAL(rules.orders[PAYMENT_RECOVERY].cells[0].component, PRINCIPAL);
    CU_ASSERT_EQUAL(read("{\"grace_days\":3}"), OK);
    CU_ASSERT_EQUAL(rules.grace_days, 3);
    CU_ASSERT_EQUAL(rules.orders[PAYMENT_NORMAL].n, 10);
}

void test_rules__an_order_is_read(void) {
    CU_ASSERT_EQUAL(read("{\"normal\":{\"by\":\"component\",\"advance\":\"last\",\"order\":[\"due.fee\",\"in_advance.penalty\"]},\"tolerance\":7,"
                         "\"due_from_days\":5,\"charges_age\":true}"), OK);
    const struct order *o = &rules.orders[PAYMENT_NORMAL];
    CU_ASSERT(o->by_component && o->last_first && o->n == 2);
    CU_ASSERT(o->cells[0].timing == DUE && o->cells[0].component == FEE);
    CU_ASSERT(o->cells[1].timing == IN_ADVANCE && o->cells[1].component == PENALTY);
    CU_ASSERT(rules.tolerance_minor == 7 && rules.due_from_days == 5 && rules.charges_age);
}

void test_rules__faults_are_named(void) {
    static const struct {
        const char *text, *where;
    } bad[] = {
        {"{\"normal\":{\"order\":[]}}", "normal"}, {"{\"normal\":{\"order\":[\"due\"]}}", "normal"},
        {"{\"recovery\":{\"order\":[\"due.fees\"]}}", "recovery"}, {"{\"normal\":{\"order\":[\"due.fee\",\"due.fee\"]}}", "normal"},
        {"{\"settlement\":{\"by\":\"row\"}}", "settlement"}, {"{\"normal\":{\"advance\":\"first\"}}", "normal"},
        {"{\"grace_days\":-1}", "grace_days"}, {"{\"due_from_days\":400}", "due_from_days"}, {"{\"tolerance\":-5}", "tolerance"},
    };
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        CU_ASSERT_EQUAL(read(bad[k].text), ERR_INVALID);
        CU_ASSERT_STRING_EQUAL(f.where, bad[k].where);
    }
}

void test_rules__words_are_read_back(void) {
    enum component c;
    enum payment_kind p;
    for (int k = 0; k < COMPONENTS; k++) CU_ASSERT(component_read(component_word((enum component)k), &c) && (int)c == k);
    for (int k = 0; k < PAYMENT_KINDS; k++) CU_ASSERT(payment_read(payment_word((enum payment_kind)k), &p) && (int)p == k);
    CU_ASSERT_FALSE(component_read("principals", &c));
    CU_ASSERT_FALSE(payment_read(NULL, &p));
}
