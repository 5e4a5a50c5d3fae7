/* limit_test.c - each condition of a rise, the ways down, and clean cycles out of a life. */
#include "book/limit.h"
#include "tests/book/file.h"

static const int32_t TODAY = 20600;
static const struct limit_facts GOOD = {.limit_minor = 1000000, .outstanding_minor = 500000, .clean_cycles = 6, .asked = true, .stable = true};

static struct limit_answer ask(struct limit_facts x) { return limit_decide(&LIMIT_RULES, &x, TODAY); }
static void stays(struct limit_facts x, enum limit_reason why) {
    struct limit_answer a = ask(x);
    CU_ASSERT_EQUAL(a.limit_minor, x.limit_minor);
    CU_ASSERT_EQUAL(a.reasons, 1u << why);
}

void test_limit__rises_by_a_quarter_at_most(void) {
    struct limit_facts x = GOOD;
    struct limit_answer a = ask(x);
    CU_ASSERT_EQUAL(a.limit_minor, 1250000);
    CU_ASSERT_EQUAL(a.reasons, 1u << LIMIT_EARNED);
    x.wanted_minor = 1100000;
    CU_ASSERT_EQUAL(ask(x).limit_minor, 1100000);
    x.wanted_minor = 2000000;
    a = ask(x);
    CU_ASSERT_EQUAL(a.limit_minor, 1250000);
    CU_ASSERT(a.reasons & 1u << LIMIT_STEP_CAP);
    struct limit_rules low = LIMIT_RULES;
    low.most_minor = 1200000;
    a = limit_decide(&low, &GOOD, TODAY);
    CU_ASSERT_EQUAL(a.limit_minor, 1200000);
    CU_ASSERT(a.reasons & 1u << LIMIT_CEILING);
}

void test_limit__stays_for_each_reason(void) {
    struct limit_facts x = GOOD;
    x.asked = false;
    stays(x, LIMIT_NO_CONSENT);
    x.agreed = true;
    CU_ASSERT_EQUAL(ask(x).limit_minor, 1250000);
    x = GOOD, x.clean_cycles = 5;
    stays(x, LIMIT_CYCLES);
    x = GOOD, x.outstanding_minor = 600000;
    stays(x, LIMIT_USED);
    x.outstanding_minor = 599999;
    CU_ASSERT_EQUAL(ask(x).limit_minor, 1250000);
    x = GOOD, x.stable = false;
    stays(x, LIMIT_TREND);
    x = GOOD, x.last_up_day = TODAY - 80;
    stays(x, LIMIT_TOO_SOON);
    x.last_up_day = TODAY - 93;
    CU_ASSERT_EQUAL(ask(x).limit_minor, 1250000);
    x = (struct limit_facts){.limit_minor = 100};
    CU_ASSERT(ask(x).reasons == (1u << LIMIT_NO_CONSENT | 1u << LIMIT_CYCLES | 1u << LIMIT_TREND));
}

void test_limit__falls_on_distress_and_never_below_what_is_owed_without_notice(void) {
    struct limit_facts x = GOOD;
    x.distress = true;
    CU_ASSERT_EQUAL(ask(x).limit_minor, 500000);
    x.wanted_minor = 200000;
    struct limit_answer a = ask(x);
    CU_ASSERT_EQUAL(a.limit_minor, 500000);
    CU_ASSERT_EQUAL(a.reasons, 1u << LIMIT_DISTRESS | 1u << LIMIT_OUTSTANDING);
    x.notice_day = TODAY - 29;
    CU_ASSERT_EQUAL(ask(x).limit_minor, 500000);
    x.notice_day = TODAY - 30;
    CU_ASSERT_EQUAL(ask(x).limit_minor, 200000);
    x.outstanding_minor = 1500000, x.wanted_minor = 0, x.notice_day = 0; /* over the limit already: it does not rise */
    CU_ASSERT_EQUAL(ask(x).limit_minor, 1000000);
}

void test_limit__reasons_have_words(void) {
    for (int k = 0; k < LIMIT_REASONS; k++) {
        CU_ASSERT_PTR_NOT_NULL(limit_reason_word((enum limit_reason)k));
        CU_ASSERT_PTR_NOT_NULL(limit_reason_sentence((enum limit_reason)k));
    }
}

void test_limit__clean_cycles_count_back_to_the_last_late_day(void) {
    struct file x;
    file_init(&x);
    file_add(&x, "opened", on("2026-01-10"), 300000, FILE_THREE(""));
    CU_ASSERT_EQUAL(limit_clean_cycles(file_fold(&x, on("2026-01-20"))), 0);
    file_add(&x, "paid", on("2026-02-12"), 101000, "{}"); /* two days late */
    CU_ASSERT_EQUAL(limit_clean_cycles(file_fold(&x, on("2026-02-20"))), 0);
    file_add(&x, "paid", on("2026-03-10"), 101000, "{}");
    CU_ASSERT_EQUAL(limit_clean_cycles(file_fold(&x, on("2026-03-20"))), 1);
    file_add(&x, "paid", on("2026-04-01"), 101000, "{}");
    CU_ASSERT_EQUAL(limit_clean_cycles(file_fold(&x, on("2026-04-09"))), 1); /* paid, but not due yet */
    CU_ASSERT_EQUAL(limit_clean_cycles(file_fold(&x, on("2026-04-10"))), 2);
    file_add(&x, "reversed", on("2026-04-20"), 0, "{\"of\":3,\"why\":\"returned\"}");
    CU_ASSERT_EQUAL(limit_clean_cycles(file_fold(&x, on("2026-04-20"))), 0);
    file_reset(&x);
}
