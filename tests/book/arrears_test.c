/* arrears_test.c - days past due, buckets and classes at their edges; grace, tolerance, the date vectors of the RBI. */
#include "tests/book/file.h"

static struct file x;

static void open_with(const char *body) {
    file_init(&x);
    file_add(&x, "opened", on("2021-03-01"), 300000, body);
}
#define ONE_DUE(rules) \
    "{\"product\":\"bullet\",\"currency\":\"INR\",\"rate\":0,\"rows\":[[\"2021-03-31\",300000,0]]" rules "}"

static void day_is(const char *day, int dpd, const char *bucket, const char *class) {
    const struct loan_state *s = file_fold(&x, on("2022-03-31"));
    CU_ASSERT_EQUAL(arrears_dpd(s, on(day)), dpd);
    CU_ASSERT_STRING_EQUAL(arrears_bucket_word(arrears_bucket(arrears_dpd(s, on(day)))), bucket);
    CU_ASSERT_STRING_EQUAL(arrears_class_word(arrears_class(s, on(day))), class);
}

/* The circular's own example: due 31 March 2021, SMA-1 on 30 April, SMA-2 on 30 May, NPA on 29 June. */
void test_arrears__classes_change_on_the_days_of_the_circular(void) {
    open_with(ONE_DUE(""));
    day_is("2021-03-31", 0, "0", "standard");
    day_is("2021-04-01", 1, "1-30", "sma_0");
    day_is("2021-04-29", 29, "1-30", "sma_0");
    day_is("2021-04-30", 30, "1-30", "sma_1");
    day_is("2021-05-01", 31, "31-60", "sma_1");
    day_is("2021-05-29", 59, "31-60", "sma_1");
    day_is("2021-05-30", 60, "31-60", "sma_2");
    day_is("2021-05-31", 61, "61-90", "sma_2");
    day_is("2021-06-28", 89, "61-90", "sma_2");
    day_is("2021-06-29", 90, "61-90", "npa");
    day_is("2021-06-30", 91, "91-180", "npa");
    day_is("2021-09-27", 180, "91-180", "npa");
    day_is("2021-09-28", 181, "180+", "npa");
    file_reset(&x);
}

void test_arrears__grace_forgives_only_what_is_paid_within(void) {
    open_with(ONE_DUE(",\"rules\":{\"grace_days\":3}"));
    day_is("2021-04-03", 0, "0", "standard");
    day_is("2021-04-04", 4, "1-30", "sma_0");
    file_add(&x, "paid", on("2021-04-03"), 300000, "{}");
    day_is("2021-04-04", 0, "0", "standard");
    file_reset(&x);
}

void test_arrears__tolerance_lets_small_change_go(void) {
    open_with(ONE_DUE(",\"rules\":{\"tolerance\":100}"));
    file_add(&x, "paid", on("2021-03-31"), 299899, "{}");
    day_is("2021-04-10", 10, "1-30", "sma_0");
    file_add(&x, "paid", on("2021-04-11"), 1, "{}");
    day_is("2021-04-11", 0, "0", "standard");
    file_reset(&x);
}

void test_arrears__charges_age_only_if_told(void) {
    open_with(ONE_DUE(""));
    file_add(&x, "fee", on("2021-03-10"), 500, "{}");
    day_is("2021-03-20", 0, "0", "standard");
    file_reset(&x);
    open_with(ONE_DUE(",\"rules\":{\"charges_age\":true}"));
    file_add(&x, "fee", on("2021-03-10"), 500, "{}");
    day_is("2021-03-20", 10, "1-30", "sma_0");
    file_reset(&x);
}

void test_arrears__npa_stays_until_all_is_paid_and_no_probation_runs(void) {
    open_with("{\"product\":\"emi\",\"currency\":\"INR\",\"rows\":[[\"2021-03-31\",100000,0],[\"2021-04-30\",200000,0]]}");
    file_add(&x, "paid", on("2021-07-05"), 100000, "{}"); /* 66 days are left */
    day_is("2021-07-05", 66, "61-90", "npa");
    file_add(&x, "terms", on("2021-07-10"), 0,
             "{\"change\":\"re_age\",\"replaces\":\"all\",\"rows\":[[\"2021-12-31\",200000,0]],\"forbearance\":true,\"probation_until\":\"2021-10-10\"}");
    day_is("2021-07-10", 0, "0", "npa");
    day_is("2021-10-10", 0, "0", "npa");
    day_is("2021-10-11", 0, "0", "standard");
    file_reset(&x);
}

void test_arrears__next_day_is_due_day_then_each_change(void) {
    open_with(ONE_DUE(""));
    static const char *const days[] = {"2021-03-01", "2021-04-01", "2021-04-30", "2021-05-01", "2021-05-30", "2021-05-31", "2021-06-29", "2021-06-30", "2021-09-28"};
    for (size_t k = 0; k + 1 < ARRAY_LEN(days); k++)
        CU_ASSERT_EQUAL(arrears_next_day(file_fold(&x, on(days[k]))), on(days[k + 1])); /* no interest: the due day itself brings nothing */
    CU_ASSERT_EQUAL(arrears_next_day(file_fold(&x, on("2021-09-28"))), INT32_MAX);
    file_add(&x, "paid", on("2021-10-01"), 300000, "{}");
    CU_ASSERT_EQUAL(arrears_next_day(file_fold(&x, on("2021-10-01"))), INT32_MAX);
    file_reset(&x);
}

void test_arrears__oldest_due_day(void) {
    open_with(FILE_THREE("")); /* due in 2026 */
    file_reset(&x);
    open_with(ONE_DUE(""));
    const struct loan_state *s = file_fold(&x, on("2021-05-01"));
    CU_ASSERT_EQUAL(arrears_oldest(s, on("2021-03-30")), 0);
    CU_ASSERT_EQUAL(arrears_oldest(s, on("2021-05-01")), on("2021-03-31"));
    CU_ASSERT_EQUAL(arrears_oldest(s, on("2021-05-02")), 0); /* after the fold: not known */
    file_reset(&x);
}
