/* ranking_test.c - AUC, KS, approvals and PSI against counting by hand. */
#include "models/ranking.h"

#include <CUnit/CUnit.h>
#include <math.h>

#include "base/rng.h"
#include "models/bootstrap.h"

#define N 300

static double score[N], weight[N];
static float y[N];

static void draw(uint64_t seed) {
    struct rng r;
    rng_seed(&r, seed);
    for (int i = 0; i < N; i++) {
        score[i] = (double)rng_below(&r, 40); /* many ties */
        y[i] = rng_below(&r, 60) < (uint64_t)score[i];
        weight[i] = (double)rng_below(&r, 4);
    }
}

static double auc_by_pairs(const double *w) {
    double wins = 0, pairs = 0;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            if (y[i] < 0.5F || y[k] > 0.5F) continue;
            double both = w ? w[i] * w[k] : 1;
            pairs += both;
            wins += both * (score[i] > score[k] ? 1 : score[i] == score[k] ? 0.5 : 0);
        }
    return wins / pairs;
}

static double ks_by_cuts(void) {
    double most = 0, n[2] = {0};
    for (int i = 0; i < N; i++) n[y[i] > 0.5F]++;
    for (double cut = -1; cut < 41; cut++) {
        double below[2] = {0};
        for (int i = 0; i < N; i++) below[y[i] > 0.5F] += score[i] <= cut;
        most = fmax(most, fabs(below[0] / n[0] - below[1] / n[1]));
    }
    return most;
}

void test_ranking__equals_counting(void) {
    for (uint64_t seed = 1; seed < 20; seed++) {
        struct ranking r;
        draw(seed);
        CU_ASSERT_EQUAL_FATAL(ranking_init(&r, score, y, N), OK);
        CU_ASSERT_DOUBLE_EQUAL(ranking_auc(&r, NULL), auc_by_pairs(NULL), 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(ranking_auc(&r, weight), auc_by_pairs(weight), 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(ranking_ks(&r, NULL), ks_by_cuts(), 1e-12);
        ranking_reset(&r);
    }
}

void test_ranking__approvals_at_a_bad_rate(void) {
    static const double s[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    static const float bad[] = {0, 0, 0, 1, 0, 0, 0, 1, 1, 1};
    struct ranking r;
    CU_ASSERT_EQUAL_FATAL(ranking_init(&r, s, bad, 10), OK);
    CU_ASSERT_DOUBLE_EQUAL(ranking_bad_rate(&r, NULL, 0.4), 0.25, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(ranking_bad_rate(&r, NULL, 1), 0.4, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(ranking_approvals(&r, NULL, 0.25), 0.8, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(ranking_approvals(&r, NULL, 0), 0.3, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(ranking_approvals(&r, NULL, 1), 1, 1e-12);
    ranking_reset(&r);
}

void test_ranking__one_class_has_no_auc(void) {
    static const double s[] = {1, 2};
    static const float good[] = {0, 0};
    struct ranking r;
    CU_ASSERT_EQUAL_FATAL(ranking_init(&r, s, good, 2), OK);
    CU_ASSERT_TRUE(isnan(ranking_auc(&r, NULL)));
    CU_ASSERT_TRUE(isnan(ranking_ks(&r, NULL)));
    ranking_reset(&r);
}

void test_ranking__stability_is_small_for_the_same_and_large_for_a_shift(void) {
    static double a[5000], b[5000], c[5000];
    struct rng r;
    rng_seed(&r, 3);
    for (int i = 0; i < 5000; i++) {
        a[i] = rng_unit(&r);
        b[i] = rng_unit(&r);
        c[i] = rng_unit(&r) * 0.5 + 0.4;
    }
    CU_ASSERT_DOUBLE_EQUAL(stability_index(a, 5000, a, 5000), 0, 1e-12);
    CU_ASSERT_TRUE(stability_index(a, 5000, b, 5000) < 0.02);
    CU_ASSERT_TRUE(stability_index(a, 5000, c, 5000) > 0.5);
    CU_ASSERT_TRUE(isnan(stability_index(a, 0, b, 5000)));
}

static void mean_of(void *who, const double *w, double *out) {
    const double *v = who;
    double sum = 0, n = 0;
    for (int i = 0; i < N; i++) sum += w[i] * v[i], n += w[i];
    *out = sum / n;
}

/* The interval of a mean is known from the textbook: +- 1.96 s / sqrt(n). */
void test_ranking__bootstrap_of_a_mean_is_the_textbooks(void) {
    struct interval i;
    double mean = 0, var = 0;
    draw(5);
    for (int k = 0; k < N; k++) mean += score[k] / N;
    for (int k = 0; k < N; k++) var += (score[k] - mean) * (score[k] - mean) / (N - 1);
    CU_ASSERT_EQUAL_FATAL(bootstrap(mean_of, score, N, 4000, 1, 1, &i), OK);
    double half = 1.96 * sqrt(var / N);
    CU_ASSERT_DOUBLE_EQUAL(i.value, mean, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(i.low, mean - half, half / 8);
    CU_ASSERT_DOUBLE_EQUAL(i.high, mean + half, half / 8);
}
