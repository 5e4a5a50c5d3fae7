/* ledger_property_test.c - random lives through the operations themselves. After each one:
 *
 *   the balance of every account of the loan is what the fold of its entries says, for every day;
 *   nothing that was posted or written before has changed; the row that is searched is today's fold;
 *   the same request again gives the same answer and posts nothing;
 *   the bank's account shows the cash that came and went, the suspense account what is held. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "base/rng.h"
#include "book/arrears.h"
#include "connectors/ledger/work.h"
#include "tests/connectors/ledger_desk.h"

enum { LIVES = 60, STEPS = 30 };
static struct desk d;
static struct rng r;
static int asked[4]; /* by end */
static unsigned exact_days;
static int32_t row_day; /* of the columns: today, or the day that a day-end ended */

int setup_ledger_property(void) {
    return desk_init(&d, "{\"authority\":{\"all\":{\"waive\":9000000000,\"settle\":9000000000,\"settle_share\":1,\"write_off\":9000000000,"
                         "\"change_terms\":9000000000}},\"forbearance\":{\"most\":100}}");
}
int teardown_ledger_property(void) { return desk_reset(&d), 0; }

static int64_t below(int64_t n) { return (int64_t)rng_below(&r, (uint64_t)n); }

/* --- random requests --------------------------------------------------------------------------------------------- */

#define BY "\"authority\":\"all\",\"approved_by\":\"a\",\"seconded_by\":\"b\",\"reason\":\"r\""
static char request[700];
static int references;

static const char *some_day(int32_t today, char out[16]) { return day_text(today - (int32_t)below(1 + (today - 20468) / 2), out); }

static const char *random_request(int32_t today) {
    static const char *const changes[] = {"moratorium", "re_age", "re_amortise", "term_extension"};
    char day[16], later[16];
    int n = ++references, some = 1 + (int)below(n);
    (void)day_text(today + 10, later);
#define SAY(name, ...) return snprintf(request, sizeof request, __VA_ARGS__), name
    switch (below(18)) {
    case 12: SAY("place_held", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"held\":\"K%d\"}", n, some);
    case 13: SAY("receive_payment", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"amount\":%lld,\"to_due\":\"%s\"}", n, (long long)(1 + below(90000)), some_day(today, day));
    case 0: SAY("charge", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"kind\":\"%s\",\"amount\":%lld,\"code\":\"c\",\"on\":\"%s\"}", n, below(2) ? "fee" : "penalty",
                (long long)(1 + below(5000)), some_day(today, day));
    case 1: SAY("reverse_payment", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"payment\":\"K%d\",\"why\":\"%s\"}", n, some, below(3) ? "returned" : "error");
    case 2: SAY("refund", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"amount\":%lld}", n, (long long)(1 + below(20000)));
    case 3: SAY("waive", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"component\":\"%s\",\"amount\":%lld," BY "}", n, below(2) ? "interest" : "penalty", (long long)(1 + below(3000)));
    case 4: SAY("change_terms", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"change\":\"%s\",\"months\":%d,\"capitalise\":%s," BY "}", n, changes[below(4)], 1 + (int)below(6),
                below(2) ? "true" : "false");
    case 5: SAY("settle", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"plan\":[{\"due\":\"%s\",\"amount\":%lld}]," BY "}", n, later, (long long)(1 + below(200000)));
    case 6:
        if (below(4)) SAY("day_end", "{\"loan\":\"%%s\"}");
        SAY("write_off", "{\"loan\":\"%%s\",\"reference\":\"K%d\"," BY "}", n);
    case 7: SAY("receive_payment", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"amount\":%lld,\"as\":\"prepayment\",\"keep\":\"%s\",\"on\":\"%s\"}", n, (long long)(1 + below(300000)),
                below(2) ? "term" : "instalment", below(3) ? day_text(today, day) : some_day(today, day));
    case 8:
        if (below(3)) SAY("receive_payment", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"amount\":%lld,\"currency\":\"BHD\"}", n, (long long)(1 + below(300000)));
        SAY("foreclose", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"amount\":%lld,\"on\":\"%s\"}", n, (long long)below(900000), some_day(today, day));
    case 9: SAY("exit_cooling_off", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"amount\":%lld}", n, (long long)below(900000));
    case 10: SAY("dispute", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"open\":%s,\"charge\":\"K%d\",\"reason\":\"r\"}", n, below(2) ? "true" : "false", some);
    case 11: SAY("limit_change", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"asked\":true,\"stable\":true,\"distress\":%s}", n, below(2) ? "true" : "false");
    default: SAY("receive_payment", "{\"loan\":\"%%s\",\"reference\":\"K%d\",\"amount\":%lld,\"on\":\"%s\"}", n, (long long)(1 + below(below(4) ? 120000 : 600000)),
                 below(2) ? some_day(today, day) : day_text(today, day));
    }
#undef SAY
}

/* --- what must hold ------------------------------------------------------------------------------------------------- */

static const struct loan_state *fold(struct arena *a, int32_t day) {
    struct deed_text texts[DESK_ENTRIES];
    struct deed *deeds = NULL;
    const struct loan_state *s = NULL;
    struct fault f = {0};
    for (uint32_t k = 0; k < d.file.n; k++) {
        const struct loan_entry *e = &d.entries[k];
        texts[k] = (struct deed_text){e->n, e->kind, e->effective_day, e->known_ms, e->amount_minor, e->body, e->body_len};
    }
    CU_ASSERT_EQUAL_FATAL(deeds_read(texts, d.file.n, a, &deeds, &f), OK);
    CU_ASSERT_EQUAL_FATAL(loan_fold(deeds, d.file.n, day == INT32_MAX ? loan_reach(deeds, d.file.n, INT64_MAX) : day, INT64_MAX, a, &s, &f), OK);
    return s;
}

static bool accounts_equal(const struct loan_state *s, int32_t day) {
    static const char *const names[] = {"loan:L1:penalty", "loan:L1:fee", "loan:L1:interest", "loan:L1:principal", "loan:L1:credit"};
    bool same = true;
    for (int a = 0; a < ACCOUNTS_OF_LOAN; a++) same = same && desk_balance_on(&d, names[a], day) == loan_in_books(s, (enum account)a);
    return same;
}

static int64_t held(void) {
    int64_t sum = 0;
    for (uint32_t k = 0; k < d.file.n; k++) {
        const struct loan_entry *e = &d.entries[k];
        bool in = !strcmp(e->kind, "held");
        if (in || !strcmp(e->kind, "freed")) sum += (in ? 1 : -1) * e->amount_minor;
    }
    return sum;
}

/* Of all entries that moved cash, without those that were booked in error. */
static int64_t cash(void) {
    int64_t sum = 0;
    for (uint32_t k = 0; k < d.file.n; k++) {
        const struct loan_entry *e = &d.entries[k];
        if (!strcmp(e->kind, "paid") || !strcmp(e->kind, "recovered")) sum += e->amount_minor;
        if (!strcmp(e->kind, "refunded")) sum -= e->amount_minor;
    }
    for (uint32_t k = 0; k < d.file.n; k++) { /* a reversal's target: what came went again */
        json_t *body = !strcmp(d.entries[k].kind, "reversed") ? json_loads(d.entries[k].body, 0, NULL) : NULL;
        const struct loan_entry *e = body ? &d.entries[json_int(body, "of", 1) - 1] : NULL;
        if (e && (!strcmp(e->kind, "paid") || !strcmp(e->kind, "recovered"))) sum -= e->amount_minor;
        if (e && !strcmp(e->kind, "refunded")) sum += e->amount_minor;
        json_decref(body);
    }
    return sum;
}

static bool columns_are_todays(const struct loan_state *s) {
    const struct loan_columns *c = &d.file.columns;
    return !strcmp(c->state, stage_word(s->stage)) && c->outstanding_minor == loan_outstanding(s) && c->overdue_minor == loan_overdue(s) &&
           c->next_day == arrears_next_day(s) && !strcmp(c->bucket, arrears_bucket_word(arrears_bucket(arrears_dpd(s, s->as_of_day)))) &&
           c->oldest_due_day == arrears_oldest(s, s->as_of_day);
}

static void check(struct arena *a, int64_t opened) {
    const struct loan_state *s = fold(a, INT32_MAX);
    CU_ASSERT(accounts_equal(s, INT32_MAX));
    CU_ASSERT(columns_are_todays(s->as_of_day < row_day ? fold(a, row_day) : s));
    CU_ASSERT_EQUAL(desk_balance(&d, "lender:suspense"), -held());
    CU_ASSERT_EQUAL(desk_balance(&d, "lender:settlement"), cash() + held() - opened);
    CU_ASSERT_EQUAL(desk_balance(&d, "lender:returns"), 0);
    arena_clear(a);
}

/* Lines dated by their days show every day's fold. */
static void check_days(struct arena *a, int32_t today) {
    for (int32_t day = 20468; day <= today; day += 3, exact_days++) {
        CU_ASSERT(accounts_equal(fold(a, day), day));
        arena_clear(a);
    }
}

static void again(const char *operation, size_t entries) {
    json_t *first = json_incref(d.answer);
    d.now_ms += 1000;
    CU_ASSERT_EQUAL(desk_ask(&d, operation, request), CALL_DONE);
    CU_ASSERT(d.file.n == entries && d.n_postings == d.n_before && !d.wrote);
    if (!json_equal(first, d.answer)) {
        char *x = json_dumps(first, 0), *y = json_dumps(d.answer, 0);
        printf("%s\n%s\n%s\n", request, x, y);
        free(x), free(y);
        CU_FAIL("another answer");
    }
    json_decref(first);
}

static void step(int32_t today) {
    const char *operation = random_request(today);
    desk_day_number(&d, today);
    enum call_end end = desk_ask(&d, operation, request);
    asked[end]++;
    CU_ASSERT(end == CALL_DONE || end == CALL_REFUSED);
    if (end == CALL_FAILED) printf("%s %s: %s %s\n", operation, request, d.code, d.why);
    if (end == CALL_DONE && d.wrote) row_day = today - !strcmp(operation, "day_end");
    if (end == CALL_DONE && d.wrote && strcmp(operation, "day_end") != 0) again(operation, d.file.n);
}

static void live(uint64_t seed) {
    struct arena *a = arena_new(64 << 20);
    int32_t today = 20468; /* 2026-01-15 */
    rng_seed(&r, seed);
    references = 0, row_day = 0;
    desk_forget(&d);
    desk_day_number(&d, today);
    int64_t amount = 100000 + below(500000);
    char terms[120];
    snprintf(terms, sizeof terms, ",\"rate\":0.%02d,\"months\":%d,\"product\":\"%s\"", 8 + (int)below(20), 2 + (int)below(10), below(4) ? "emi" : "bullet");
    desk_open(&d, amount, terms);
    for (int k = 0; k < STEPS; k++) {
        today += (int32_t)below(below(4) ? 12 : 60);
        step(today);
        check(a, amount);
    }
    check_days(a, today);
    arena_free(a);
}

void test_ledger_property__accounts_equal_the_fold_whatever_is_asked(void) {
    for (uint64_t seed = 1; seed <= LIVES; seed++) live(seed);
    CU_ASSERT(asked[CALL_DONE] > LIVES * STEPS / 3 && asked[CALL_REFUSED] > LIVES && asked[CALL_FAILED] == 0);
    CU_ASSERT(exact_days > 1000);
}
