/* change_test.c - each change of terms by hand, and what all rows must keep for random loans. */
#include "base/rng.h"
#include "book/change.h"
#include "tests/book/file.h"

static struct file x;
static struct change c;
static struct fault f;

/* 12,000.00 at 12 % in twelve months from 31 January: the days of short months are clipped and come back. */
static char body[4000];
static void open_year(const char *product, const char *rules) {
    struct loan_terms t = {.principal_minor = 1200000, .rate = 120000, .months = 12, .start_day = on("2026-01-31")};
    struct schedule_row rows[12];
    struct due_row due[12];
    CU_ASSERT_EQUAL_FATAL(loan_schedule(&t, rows, &f), OK);
    for (int k = 0; k < 12; k++) due[k] = (struct due_row){rows[k].due_day, rows[k].principal_minor, rows[k].interest_minor};
    json_t *v = json_pack("{s:s, s:s, s:i, s:o}", "product", product, "currency", "INR", "rate", 120000, "rows", deed_rows_new(due, 12));
    char *text = json_dumps(v, 0);
    snprintf(body, sizeof body, "%.*s%s}", (int)strlen(text) - 1, text, rules);
    free(text);
    json_decref(v);
    file_init(&x);
    file_add(&x, "opened", on("2026-01-31"), 1200000, body);
}

static void change_on(const char *day, struct change_request q) {
    memset(&f, 0, sizeof f);
    CU_ASSERT_EQUAL(change_make(file_fold(&x, on(day)), &q, &c, &f), OK);
    if (f.text[0]) printf("%s\n", f.text);
}
static int64_t principal_sum(void) {
    int64_t sum = 0;
    for (size_t k = 0; k < c.n; k++) sum += c.rows[k].principal_minor;
    return sum;
}
static int64_t payment(size_t k) { return c.rows[k].principal_minor + c.rows[k].interest_minor; }

void test_change__re_amortise_after_nothing_gives_the_same_rows(void) {
    open_year("emi", "");
    change_on("2026-02-28", (struct change_request){.kind = CHANGE_RE_AMORTISE});
    CU_ASSERT_EQUAL(c.n, 11);
    CU_ASSERT_EQUAL(c.rows[0].day, on("2026-03-31"));
    const struct loan_state *s = file_fold(&x, on("2026-02-28"));
    for (size_t k = 0; k < c.n; k++) CU_ASSERT(llabs(c.rows[k].principal_minor - s->items[k + 1].amount[PRINCIPAL]) <= 12);
    CU_ASSERT_EQUAL(principal_sum(), loan_principal(s) - loan_due(s, PRINCIPAL));
    file_reset(&x);
}

void test_change__moratorium_moves_days_and_spreads_the_interest_of_the_pause(void) {
    open_year("emi", "");
    file_add(&x, "paid", on("2026-02-28"), 106619, "{}");
    change_on("2026-03-05", (struct change_request){.kind = CHANGE_MORATORIUM, .months = 3});
    CU_ASSERT_EQUAL(c.n, 11);
    CU_ASSERT_EQUAL(c.rows[0].day, on("2026-06-30"));
    CU_ASSERT_EQUAL(c.rows[10].day, on("2027-04-30"));
    int64_t with = c.later_interest_minor;
    CU_ASSERT_EQUAL(c.given_up_minor, 0);
    change_on("2026-03-05", (struct change_request){.kind = CHANGE_MORATORIUM, .months = 3, .interest_free = true});
    CU_ASSERT(c.given_up_minor > 0 && llabs(with - c.later_interest_minor - c.given_up_minor) <= 0);
    CU_ASSERT_FALSE(c.all);
    file_reset(&x);
}

void test_change__re_age_rolls_past_due_into_the_rows(void) {
    open_year("emi", "");
    change_on("2026-04-15", (struct change_request){.kind = CHANGE_RE_AGE});
    CU_ASSERT(c.all);
    CU_ASSERT_EQUAL(c.n, 10);
    CU_ASSERT_EQUAL(c.rows[0].day, on("2026-04-30"));
    CU_ASSERT_EQUAL(principal_sum(), 1200000);
    CU_ASSERT_EQUAL(c.capitalised_minor, 0);
    int64_t spread = c.later_interest_minor;
    const struct loan_state *s = file_fold(&x, on("2026-04-15"));
    change_on("2026-04-15", (struct change_request){.kind = CHANGE_RE_AGE, .capitalise = true, .months = 12});
    CU_ASSERT_EQUAL(c.n, 12);
    CU_ASSERT_EQUAL(c.capitalised_minor, loan_due(s, INTEREST));
    CU_ASSERT_EQUAL(principal_sum(), 1200000 + c.capitalised_minor);
    CU_ASSERT(spread > loan_due(s, INTEREST));
    file_reset(&x);
}

void test_change__re_age_works_after_the_last_due_day(void) {
    open_year("emi", "");
    change_on("2027-03-01", (struct change_request){.kind = CHANGE_RE_AGE, .months = 6});
    CU_ASSERT_EQUAL(c.n, 6);
    CU_ASSERT_EQUAL(c.rows[0].day, on("2027-03-31"));
    CU_ASSERT_EQUAL(principal_sum(), 1200000);
    CU_ASSERT_EQUAL(change_make(file_fold(&x, on("2027-03-01")), &(struct change_request){.kind = CHANGE_RE_AMORTISE}, &c, &f), ERR_REFUSED);
    file_reset(&x);
}

void test_change__extension_lowers_the_payment_and_a_rate_cut_gives_up_interest(void) {
    open_year("emi", "");
    const struct loan_state *s = file_fold(&x, on("2026-02-01"));
    int64_t before = s->items[0].amount[PRINCIPAL] + s->items[0].amount[INTEREST];
    change_on("2026-02-01", (struct change_request){.kind = CHANGE_TERM_EXTENSION, .months = 6});
    CU_ASSERT_EQUAL(c.n, 18);
    CU_ASSERT_EQUAL(c.rows[17].day, on("2027-07-31"));
    CU_ASSERT(payment(0) < before && llabs(payment(0) - payment(16)) <= 0);
    change_on("2026-02-01", (struct change_request){.kind = CHANGE_RATE_CUT, .rate = 60000});
    CU_ASSERT_EQUAL(c.n, 12);
    CU_ASSERT_EQUAL(c.rate, 60000);
    CU_ASSERT(c.given_up_minor > 30000 && c.given_up_minor < 45000);
    file_reset(&x);
}

void test_change__shorter_term_keeps_the_payment(void) {
    open_year("emi", "");
    file_add(&x, "paid", on("2026-02-01"), 600000, "{\"for\":\"prepayment\"}");
    change_on("2026-02-01", (struct change_request){.kind = CHANGE_SHORTER_TERM, .payment_minor = 106619});
    CU_ASSERT_EQUAL(c.n, 6);
    CU_ASSERT(payment(0) <= 106619);
    CU_ASSERT_EQUAL(principal_sum(), 600000);
    file_reset(&x);
}

void test_change__a_season_moves_or_gets_new_days(void) {
    file_init(&x);
    file_add(&x, "opened", on("2026-01-01"), 300000,
             "{\"product\":\"seasonal\",\"currency\":\"INR\",\"rate\":100000,\"day_count\":\"ACT/365\",\"rows\":[[\"2026-04-30\",100000,9781],[\"2026-11-30\",200000,11726]]}");
    change_on("2026-02-01", (struct change_request){.kind = CHANGE_MORATORIUM, .months = 6});
    CU_ASSERT_EQUAL(c.n, 2);
    CU_ASSERT_EQUAL(c.rows[0].day, on("2026-10-30"));
    CU_ASSERT_EQUAL(c.rows[0].principal_minor, 100000);
    const struct season_due days[] = {{on("2026-12-31"), 1}, {on("2027-04-30"), 1}, {on("2027-12-31"), 1}};
    change_on("2026-02-01", (struct change_request){.kind = CHANGE_MORATORIUM, .months = 8, .seasons = days, .n_seasons = 3});
    CU_ASSERT_EQUAL(c.n, 3);
    CU_ASSERT_EQUAL(c.rows[2].principal_minor, 100000);
    CU_ASSERT_EQUAL(principal_sum(), 300000);
    file_reset(&x);
}

static void refused(const char *day, struct change_request q, const char *where) {
    CU_ASSERT_EQUAL(change_make(file_fold(&x, on(day)), &q, &c, &f), ERR_REFUSED);
    CU_ASSERT_EQUAL(f.kind, ERR_REFUSED);
    CU_ASSERT_STRING_EQUAL(f.where, where);
}

void test_change__what_makes_no_sense_is_refused(void) {
    open_year("emi", "");
    refused("2026-02-01", (struct change_request){.kind = CHANGE_MORATORIUM}, "months");
    refused("2026-02-01", (struct change_request){.kind = CHANGE_RATE_CUT, .rate = 120000}, "rate");
    refused("2026-02-01", (struct change_request){.kind = CHANGE_SHORTER_TERM}, "payment");
    refused("2026-02-01", (struct change_request){.kind = CHANGE_RE_AGE, .months = 500}, "months");
    file_add(&x, "written_off", on("2026-03-01"), 0, "{}");
    refused("2026-03-01", (struct change_request){.kind = CHANGE_RE_AGE}, "stage");
    file_reset(&x);
    file_init(&x);
    refused("2026-03-01", (struct change_request){.kind = CHANGE_RE_AGE}, "stage");
    file_reset(&x);
}

static void check_change(struct rng *r, int32_t day) {
    static const enum change_kind kinds[] = {CHANGE_MORATORIUM, CHANGE_RE_AGE, CHANGE_RE_AMORTISE, CHANGE_TERM_EXTENSION, CHANGE_RATE_CUT};
    const struct loan_state *s = file_fold(&x, day);
    struct change_request q = {.kind = kinds[rng_below(r, 5)], .months = 1 + (int)rng_below(r, 12), .rate = (int64_t)rng_below(r, 120000),
                               .capitalise = rng_below(r, 2), .interest_free = rng_below(r, 2)};
    if (change_make(s, &q, &c, &f) != OK) return;
    int64_t later = loan_principal(s) - (c.all ? 0 : loan_due(s, PRINCIPAL)), interest = 0;
    CU_ASSERT_EQUAL(principal_sum(), later + c.capitalised_minor);
    for (size_t k = 0; k < c.n; k++) {
        CU_ASSERT(c.rows[k].day > (k ? c.rows[k - 1].day : day));
        CU_ASSERT(c.rows[k].principal_minor >= 0 && c.rows[k].interest_minor >= 0);
        interest += c.rows[k].interest_minor;
    }
    CU_ASSERT_EQUAL(interest, c.later_interest_minor);
    if (c.all && !q.capitalise) CU_ASSERT(interest >= loan_due(s, INTEREST));
}

void test_change__rows_add_up_for_many_loans_and_days(void) {
    struct rng r;
    rng_seed(&r, 5);
    for (int k = 0; k < 200; k++) {
        open_year(k % 4 == 3 ? "seasonal" : k % 4 == 2 ? "bullet" : "emi", "");
        for (int n = (int)rng_below(&r, 4); n > 0; n--) file_add(&x, "paid", on("2026-02-01") + (int32_t)rng_below(&r, 200), 1 + (int64_t)rng_below(&r, 300000), "{}");
        check_change(&r, on("2026-02-01") + (int32_t)rng_below(&r, 330));
        file_reset(&x);
    }
}

void test_change__words_are_read_back(void) {
    for (int k = 0; k < CHANGE_KINDS; k++) {
        enum change_kind got;
        CU_ASSERT(change_read(change_word((enum change_kind)k), &got) && (int)got == k);
    }
    enum change_kind none;
    CU_ASSERT_FALSE(change_read("holiday", &none));
}
