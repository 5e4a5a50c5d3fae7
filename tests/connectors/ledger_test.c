/* ledger_test.c - the local operations: balanced postings, undo twice, refusals, the offer's sums. */
#include "connectors/connectors.h"
#include "tests/connectors/asking.h"

static struct connector *ledger;
static struct posting posted[64];
static char names[64][2][100];
static struct book_view book = {posted, 0};

int setup_ledger(void) {
    struct connector_env env = {.config = NULL};
    struct fault f;
    return ledger_connector.open(&env, &ledger, &f) != OK;
}
int teardown_ledger(void) {
    ledger->ops->close(ledger);
    return 0;
}

/* As the engine does: postings join the run's book when the answer commits. */
static void commit(const struct asking *x) {
    for (size_t k = 0; k < x->n_postings; k++) {
        snprintf(names[book.n][0], 100, "%s", x->postings[k].debit);
        snprintf(names[book.n][1], 100, "%s", x->postings[k].credit);
        posted[book.n] = x->postings[k];
        posted[book.n].debit = names[book.n][0];
        posted[book.n].credit = names[book.n][1];
        book.n++;
    }
}

static enum call_end run(struct asking *x, const char *operation, const char *input) {
    asking_start(x, ledger, operation, operation, input, &book);
    CU_ASSERT_EQUAL(x->ended, 1);
    for (size_t k = 0; k < x->n_postings; k++) {
        CU_ASSERT(x->postings[k].amount_minor > 0);
        CU_ASSERT_STRING_NOT_EQUAL(x->postings[k].debit, x->postings[k].credit);
        CU_ASSERT_STRING_EQUAL(x->postings[k].currency, "INR");
        CU_ASSERT_EQUAL(x->postings[k].effective_day, 20468); /* 2026-01-15 in India */
    }
    commit(x);
    return x->end;
}

static int64_t balance(const char *account) {
    int64_t sum = 0;
    for (size_t k = 0; k < book.n; k++)
        sum += (!strcmp(posted[k].debit, account) - !strcmp(posted[k].credit, account)) * posted[k].amount_minor;
    return sum;
}

static void done(const char *operation, const char *input, const char *field, int64_t value) {
    struct asking x;
    CU_ASSERT_EQUAL_FATAL(run(&x, operation, input), CALL_DONE);
    CU_ASSERT_EQUAL(json_int(x.answer, field, -1), value);
    asking_reset(&x);
}

static void refused(const char *operation, const char *input, const char *code) {
    struct asking x;
    CU_ASSERT_EQUAL(run(&x, operation, input), CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(x.code, code);
    CU_ASSERT_EQUAL(x.n_postings, 0);
    asking_reset(&x);
}

void test_ledger__hold_book_void_leave_zero_balances(void) {
    book.n = 0;
    done("hold", "{\"loan\":\"L1\",\"amount\":2000000}", "amount", 2000000);
    CU_ASSERT_EQUAL(balance("loan:L1:undrawn"), 2000000);
    done("book_loan", "{\"loan\":\"L1\",\"amount\":2000000,\"fee\":40000,\"transfer\":\"T\"}", "principal", 2000000);
    CU_ASSERT_EQUAL(balance("loan:L1:undrawn"), 0);
    CU_ASSERT_EQUAL(balance("loan:L1:principal"), 2000000);
    CU_ASSERT_EQUAL(balance("lender:settlement"), -1960000);
    CU_ASSERT_EQUAL(balance("lender:fee_income"), -40000);
    done("void", "{\"loan\":\"L1\"}", "voided", 2000000);
    CU_ASSERT_EQUAL(balance("loan:L1:principal"), 0);
    CU_ASSERT_EQUAL(balance("lender:settlement"), 0);
    CU_ASSERT_EQUAL(balance("lender:fee_income"), 0);
    done("void", "{\"loan\":\"L1\"}", "voided", 0);
}

void test_ledger__release_twice_releases_once(void) {
    book.n = 0;
    done("release", "{\"loan\":\"L1\"}", "released", 0);
    done("hold", "{\"loan\":\"L1\",\"amount\":500}", "amount", 500);
    done("release", "{\"loan\":\"L1\"}", "released", 500);
    done("release", "{\"loan\":\"L1\"}", "released", 0);
    CU_ASSERT_EQUAL(balance("lender:commitments"), 0);
    done("hold", "{\"loan\":\"L1\",\"amount\":700}", "amount", 700);
}

void test_ledger__the_books_refuse_what_does_not_fit(void) {
    book.n = 0;
    refused("book_loan", "{\"loan\":\"L1\",\"amount\":500,\"transfer\":\"T\"}", "no_hold");
    done("hold", "{\"loan\":\"L1\",\"amount\":500}", "amount", 500);
    refused("hold", "{\"loan\":\"L1\",\"amount\":500}", "already_held");
    refused("book_loan", "{\"loan\":\"L1\",\"amount\":501,\"transfer\":\"T\"}", "other_amount");
    refused("book_loan", "{\"loan\":\"L1\",\"amount\":500,\"fee\":500,\"transfer\":\"T\"}", "fee_too_big");
    refused("book_loan", "{\"loan\":\"L2\",\"amount\":500,\"transfer\":\"T\"}", "no_hold");
    done("book_loan", "{\"loan\":\"L1\",\"amount\":500,\"transfer\":\"T\"}", "principal", 500);
    refused("book_loan", "{\"loan\":\"L1\",\"amount\":500,\"transfer\":\"T\"}", "already_booked");
    refused("hold", "{\"loan\":\"L1\",\"amount\":500}", "already_booked");
}

void test_ledger__offer_adds_up_and_is_the_same_again(void) {
    struct asking x, y;
    int64_t principal = 0, payments = 0;
    const char *input = "{\"amount\":2000000,\"pd\":0.03,\"months\":24}";
    CU_ASSERT_EQUAL_FATAL(run(&x, "offer", input), CALL_DONE);
    CU_ASSERT_EQUAL_FATAL(run(&y, "offer", input), CALL_DONE);
    CU_ASSERT(json_equal(x.answer, y.answer));
    const json_t *rows = json_object_get(x.answer, "schedule");
    CU_ASSERT_EQUAL(json_array_size(rows), 24);
    for (size_t k = 0; k < json_array_size(rows); k++) {
        principal += json_int(json_array_get(rows, k), "principal", 0);
        payments += json_int(json_array_get(rows, k), "payment", 0);
    }
    CU_ASSERT_EQUAL(principal, 2000000);
    CU_ASSERT_EQUAL(payments, json_int(x.answer, "total", 0));
    CU_ASSERT_EQUAL(json_int(x.answer, "fee", 0), 40000);
    CU_ASSERT_EQUAL(json_int(x.answer, "paid_out", 0), 1960000);
    CU_ASSERT_EQUAL(json_int(x.answer, "cost", 0), payments - 1960000);
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(x.answer, "rate")), 0.16, 1e-9);
    CU_ASSERT(json_number_value(json_object_get(x.answer, "apr")) > 0.16);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "first_due", ""), "2026-02-15");
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "valid_until", ""), "2026-01-22");
    CU_ASSERT_EQUAL(x.n_postings, 0);
    asking_reset(&x);
    asking_reset(&y);
}

void test_ledger__configured_bands_price_and_refuse(void) {
    struct connector_env env = {.config = json_loads("{\"bands\":[{\"pd\":0.02,\"rate\":0.15}],\"fee\":0.02,\"fee_max\":40000}", 0, NULL)};
    struct connector *own = NULL;
    struct asking x;
    struct fault f;
    CU_ASSERT_EQUAL_FATAL(ledger_connector.open(&env, &own, &f), OK);
    asking_start(&x, own, "offer", "k", "{\"amount\":2000000,\"pd\":0.02}", NULL);
    CU_ASSERT_EQUAL(json_int(x.answer, "instalment", 0), 96973);
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(x.answer, "apr")), 0.1707, 0.00005);
    asking_reset(&x);
    asking_start(&x, own, "offer", "k", "{\"amount\":2000000,\"pd\":0.021}", NULL);
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    asking_reset(&x);
    own->ops->close(own);
    json_decref((json_t *)env.config);
}

void test_ledger__bad_rules_are_refused_at_start(void) {
    static const char *const bad[] = {"{\"bands\":[]}", "{\"bands\":[{\"pd\":0.1}]}", "{\"fee\":\"2%\"}", "{\"months\":0}",
                                      "{\"bands\":[{\"pd\":0.2,\"rate\":0.1},{\"pd\":0.1,\"rate\":0.2}]}", "{\"zone\":\"Nowhere/Land\"}"};
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        struct connector_env env = {.config = json_loads(bad[k], 0, NULL)};
        struct connector *own = NULL;
        struct fault f;
        CU_ASSERT_NOT_EQUAL(ledger_connector.open(&env, &own, &f), OK);
        json_decref((json_t *)env.config);
    }
}
