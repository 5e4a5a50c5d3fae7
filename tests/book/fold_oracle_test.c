/* fold_oracle_test.c - random lives against the slow oracle, day by day, and what must hold whatever happens:
 * accounts equal the fold on every day, no cent is lost, a reversal returns to the start, nothing happens on days that
 * arrears_next_day passes over. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "book/arrears.h"
#include "tests/book/history.h"
#include "tests/book/oracle.h"

enum { DAYS = HISTORY_DAYS + 150, LIVES = 150 };
static struct arena *arena;
static struct oracle_day expected[DAYS];
static struct history life;

int setup_fold_oracle(void) { return !(arena = arena_new(64 << 20)); }
int teardown_fold_oracle(void) { return arena_free(arena), 0; }

static const struct loan_state *fold_of(const struct deed *deeds, size_t n, int32_t day, int64_t known) {
    const struct loan_state *s = NULL;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(loan_fold(deeds, n, day, known, arena, &s, &f), OK);
    return s;
}
static const struct loan_state *fold_life(int32_t day, int64_t known) { return fold_of(life.deeds, life.n, day, known); }

static int64_t owed(const struct loan_state *s, enum component c) {
    int64_t sum = 0;
    for (uint32_t k = 0; k < s->n_items; k++) sum += item_left(&s->items[k], c);
    return sum;
}

static char stage_letter(const struct loan_state *s) { return "nacsofwv"[s->stage]; }

/* Every day's days past due and class out of one fold. */
static bool same_lateness(const struct loan_state *s) {
    for (int k = 0; k < DAYS; k++) {
        int32_t day = HISTORY_OPENS + k;
        if (day > s->as_of_day) break;
        if (arrears_dpd(s, day) != expected[k].dpd) return false;
        if ((arrears_class(s, day) == CLASS_NPA) != expected[k].npa) return false;
    }
    return true;
}

static bool same_day(const struct loan_state *s, const struct oracle_day *o) {
    bool same = s->credit_minor == o->credit && stage_letter(s) == o->stage;
    for (int c = 0; c < COMPONENTS; c++)
        same = same && owed(s, (enum component)c) == o->owed[c] && loan_in_books(s, (enum account)c) == o->books[c];
    return same;
}

static void compare(uint64_t seed, int64_t known) {
    bool good = true;
    oracle_run(life.deeds, life.n, HISTORY_OPENS, DAYS, known, expected);
    for (int k = 0; k < DAYS && good; k += 1 + k % 5) {
        const struct loan_state *s = fold_life(HISTORY_OPENS + k, known);
        good = same_day(s, &expected[k]) && (k % 3 || same_lateness(s));
        if (!good) printf("life %llu differs on day %d, known %lld\n", (unsigned long long)seed, k, (long long)known);
        arena_clear(arena);
    }
    const struct loan_state *s = fold_life(HISTORY_OPENS + DAYS - 1, known);
    if (good && !same_lateness(s)) good = false, printf("life %llu: lateness differs\n", (unsigned long long)seed);
    CU_ASSERT(good);
    arena_clear(arena);
}

static void make_life(uint64_t seed, bool gentle) {
    struct rng r;
    rng_seed(&r, seed);
    history_make(&life, &r, gentle);
}

void test_fold_oracle__agrees_on_every_day_whatever_is_learnt_late(void) {
    for (uint64_t seed = 1; seed <= LIVES; seed++) {
        make_life(seed, seed % 3 == 0);
        compare(seed, INT64_MAX);
        compare(seed, 1 + (int64_t)(seed % life.n)); /* as it was believed at some moment before */
    }
}

/* The postings up to a day show what the fold of that day shows, in all accounts of the loan. */
void test_fold_oracle__accounts_equal_the_fold_on_every_day(void) {
    for (uint64_t seed = 1000; seed < 1000 + LIVES; seed++) {
        make_life(seed, false);
        const struct loan_state *whole = fold_life(HISTORY_OPENS + DAYS, INT64_MAX);
        bool voided = whole->stage == STAGE_VOID, good = true;
        for (int k = 0; k <= DAYS && good; k += 7) {
            int32_t day = HISTORY_OPENS + k;
            const struct loan_state *then = fold_life(day, INT64_MAX);
            if (then->stage == STAGE_VOID) continue; /* all is zero: below */
            for (int a = 0; a < ACCOUNTS_OF_LOAN; a++)
                good = good && flows_balance(&whole->flows, (enum account)a, day) == loan_in_books(then, (enum account)a);
        }
        for (int a = 0; a < ACCOUNTS && voided; a++) good = good && flows_balance(&whole->flows, (enum account)a, INT32_MAX) == 0;
        if (!good) printf("life %llu: accounts differ\n", (unsigned long long)seed);
        CU_ASSERT(good);
        arena_clear(arena);
    }
}

/* What came in is allocated, given back or credit: to the cent. */
void test_fold_oracle__no_cent_is_lost_in_the_waterfall(void) {
    for (uint64_t seed = 2000; seed < 2000 + LIVES; seed++) {
        make_life(seed, seed % 2);
        int32_t end = HISTORY_OPENS + DAYS;
        const struct loan_state *s = fold_life(end, INT64_MAX);
        int64_t allocated = 0, paid = 0;
        oracle_run(life.deeds, life.n, HISTORY_OPENS, DAYS, INT64_MAX, expected);
        if (s->stage == STAGE_VOID) continue;
        for (size_t k = 0; k < s->n_allocations; k++) allocated += s->allocations[k].minor;
        for (uint32_t k = 0; k < s->n_items; k++)
            for (int c = 0; c < COMPONENTS; c++) {
                const struct due_item *i = &s->items[k];
                paid += i->paid[c];
                CU_ASSERT(i->paid[c] >= 0 && i->waived[c] >= 0 && item_left(i, (enum component)c) >= 0);
            }
        CU_ASSERT_EQUAL(allocated, paid);
        CU_ASSERT_EQUAL(allocated + s->credit_minor, expected[DAYS - 1].cash);
        arena_clear(arena);
    }
}

static bool same_state(const struct loan_state *a, const struct loan_state *b) {
    bool same = a->n_items == b->n_items && a->credit_minor == b->credit_minor && a->stage == b->stage;
    for (uint32_t k = 0; same && k < a->n_items; k++) same = !memcmp(&a->items[k], &b->items[k], sizeof a->items[k]);
    for (int32_t day = HISTORY_OPENS; same && day <= a->as_of_day; day++)
        same = arrears_dpd(a, day) == arrears_dpd(b, day) && arrears_class(a, day) == arrears_class(b, day);
    for (int k = 0; same && k < ACCOUNTS; k++)
        same = flows_balance(&a->flows, (enum account)k, INT32_MAX) == flows_balance(&b->flows, (enum account)k, INT32_MAX);
    return same;
}

void test_fold_oracle__a_reversal_returns_to_the_start(void) {
    static const enum deed_kind kinds[] = {DEED_PAID, DEED_FEE, DEED_WAIVED, DEED_REFUNDED, DEED_WRITTEN_OFF, DEED_SETTLEMENT, DEED_TERMS};
    for (uint64_t seed = 3000; seed < 3000 + LIVES; seed++) {
        make_life(seed, false);
        int32_t end = HISTORY_OPENS + DAYS;
        struct deed more[HISTORY_MAX + 2];
        size_t n = life.n;
        memcpy(more, life.deeds, sizeof life.deeds);
        more[n] = (struct deed){.n = (uint32_t)n + 1, .kind = kinds[seed % ARRAY_LEN(kinds)], .day = HISTORY_OPENS + (int32_t)(seed % 200),
                                .known_ms = 1000, .minor = 77, .word = "", .reference = "", .component = FEE, .rate = -1,
                                .rows = life.rows[0], .n_rows = 1, .due_day = HISTORY_OPENS + 200};
        if (more[n].kind == DEED_WAIVED) more[n].due_day = 0;
        more[n + 1] = (struct deed){.n = (uint32_t)n + 2, .kind = DEED_REVERSED, .day = HISTORY_OPENS + 300, .known_ms = 1001, .of = more[n].n,
                                    .word = seed % 2 ? "returned" : "error", .reference = ""};
        const struct loan_state *before = fold_life(end, INT64_MAX), *after = fold_of(more, n + 2, end, INT64_MAX);
        CU_ASSERT(same_state(before, after));
        CU_ASSERT_FALSE(flows_balance(&after->flows, ACCOUNT_RETURNS, INT32_MAX));
        arena_clear(arena);
    }
}

/* The file as it was on a day: entries that count later are not there yet. */
static size_t cut_at(struct deed *out, int32_t day) {
    size_t n = 0;
    for (size_t k = 0; k < life.n; k++)
        if (life.deeds[k].day <= day) out[n++] = life.deeds[k];
    return n;
}

void test_fold_oracle__nothing_happens_before_the_next_day(void) {
    unsigned quiet = 0, busy = 0;
    for (uint64_t seed = 4000; seed < 4000 + LIVES; seed++) {
        struct deed cut[HISTORY_MAX];
        make_life(seed, false);
        int32_t day = HISTORY_OPENS + (int32_t)(seed * 37 % HISTORY_DAYS);
        size_t n = cut_at(cut, day);
        const struct loan_state *s = fold_of(cut, n, day, INT64_MAX);
        int32_t next = arrears_next_day(s);
        CU_ASSERT(next > day);
        for (int32_t d = day + 1; d < next && d < day + 200; d++, quiet++) {
            const struct loan_state *t = fold_of(cut, n, d, INT64_MAX);
            bool same = t->stage == s->stage && t->flows.n == s->flows.n && t->settlement.end == s->settlement.end;
            if (s->stage == STAGE_ACTIVE)
                same = same && arrears_bucket(arrears_dpd(t, d)) == arrears_bucket(arrears_dpd(s, day)) &&
                       arrears_class(t, d) == arrears_class(s, day);
            CU_ASSERT(same);
        }
        busy += next < INT32_MAX;
        arena_clear(arena);
    }
    CU_ASSERT(quiet > 500 && busy > 50);
}
