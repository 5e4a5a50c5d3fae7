/* regret_test.c - what was done on days past due that turned out otherwise. */
#include "book/regret.h"
#include "tests/book/file.h"

static struct file x;
static struct regret out[8];
static size_t n;

static void list(const struct done_action *actions, size_t n_actions) {
    struct deed *deeds;
    struct fault f;
    CU_ASSERT_EQUAL_FATAL(deeds_read(x.texts, x.n, x.arena, &deeds, &f), OK);
    CU_ASSERT_EQUAL_FATAL(regret_list(deeds, x.n, actions, n_actions, x.arena, out, &n, &f), OK);
}

void test_regret__a_payment_learnt_late_makes_reminders_wrong(void) {
    file_init(&x);
    file_add(&x, "opened", on("2026-01-10"), 300000, FILE_THREE(""));
    x.known_ms = 100;
    const struct done_action done[] = {{on("2026-02-12"), 50, "message", 2, "M1"}, {on("2026-02-15"), 60, "fee", 5, "F1"},
                                       {on("2026-02-20"), 70, "bureau_row", 10, "R1"}, {on("2026-01-20"), 40, "message", 0, "M0"},
                                       {on("2026-03-12"), 170, "message", 2, "M2"}, {on("2026-03-12"), 170, "prayer", 9, "P"}};
    list(done, 4);
    CU_ASSERT_EQUAL(n, 0);
    file_add(&x, "paid", on("2026-02-10"), 101000, "{}"); /* learnt of at 100 */
    list(done, 6);
    CU_ASSERT_EQUAL_FATAL(n, 4);
    CU_ASSERT(out[0].action == 0 && out[0].true_dpd == 0 && out[0].too_hard && out[0].material && out[0].because == 2);
    CU_ASSERT_STRING_EQUAL(out[0].proposal, "send_correction");
    CU_ASSERT_STRING_EQUAL(out[1].proposal, "waive_fee");
    CU_ASSERT_STRING_EQUAL(out[2].proposal, "correct_bureau_row");
    CU_ASSERT(out[3].action == 5 && out[3].true_dpd == 2 && !out[3].material && out[3].because == 0); /* wrong even then */
    CU_ASSERT_STRING_EQUAL(out[3].proposal, "note");
    file_reset(&x);
}

void test_regret__a_returned_payment_makes_us_too_soft(void) {
    file_init(&x);
    file_add(&x, "opened", on("2026-01-10"), 300000, FILE_THREE(""));
    file_add(&x, "paid", on("2026-02-10"), 101000, "{}");
    x.known_ms = 100;
    file_add(&x, "reversed", on("2026-03-01"), 0, "{\"of\":2,\"why\":\"returned\"}");
    const struct done_action done[] = {{on("2026-02-20"), 50, "bureau_row", 0, ""}, {on("2026-02-20"), 50, "message", 0, ""}};
    list(done, 2);
    CU_ASSERT_EQUAL_FATAL(n, 2);
    CU_ASSERT(!out[0].too_hard && out[0].true_dpd == 10 && out[0].because == 3); /* counts from the payment's day */
    CU_ASSERT_STRING_EQUAL(out[0].proposal, "correct_bureau_row");
    CU_ASSERT_STRING_EQUAL(out[1].proposal, "note");
    list(done, 0);
    CU_ASSERT_EQUAL(n, 0);
    file_reset(&x);
}
