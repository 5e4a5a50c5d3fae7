/* calibrate_test.c - probabilities never fall as margins rise, and mean what they say. */
#include "models/calibrate.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"

#define N 20000

static float margins[N], labels[N];

/* Bad with probability logistic(slope * m + shift). */
static void draw(uint64_t seed, double slope, double shift) {
    struct rng r;
    rng_seed(&r, seed);
    for (int i = 0; i < N; i++) {
        margins[i] = (float)(8 * rng_unit(&r) - 6);
        labels[i] = rng_unit(&r) < 1 / (1 + exp(-(slope * margins[i] + shift)));
    }
}

static void never_falls(const struct calibration *c) {
    double last = 0;
    for (double m = -12; m < 12; m += 0.01) {
        double pd = calibration_pd(c, m);
        CU_ASSERT_FATAL(pd >= last && pd > 0 && pd < 1);
        last = pd;
    }
}

void test_calibrate__both_kinds_are_monotone_and_right(void) {
    for (int kind = CALIBRATION_PLATT; kind <= CALIBRATION_ISOTONIC; kind++) {
        struct calibration c;
        draw(7 + (uint64_t)kind, 1.5, -0.5);
        CU_ASSERT_EQUAL_FATAL(calibration_fit((enum calibration_kind)kind, margins, labels, N, &c), OK);
        never_falls(&c);
        for (double m = -3; m <= 1.5; m += 0.5) {
            double truth = 1 / (1 + exp(-(1.5 * m - 0.5)));
            CU_ASSERT_DOUBLE_EQUAL(calibration_pd(&c, m), truth, 0.04);
        }
    }
}

void test_calibrate__a_score_that_points_the_wrong_way_becomes_flat(void) {
    for (int kind = CALIBRATION_PLATT; kind <= CALIBRATION_ISOTONIC; kind++) {
        struct calibration c;
        draw(9, -1, 0);
        CU_ASSERT_EQUAL_FATAL(calibration_fit((enum calibration_kind)kind, margins, labels, N, &c), OK);
        never_falls(&c);
        CU_ASSERT_DOUBLE_EQUAL(calibration_pd(&c, -5), calibration_pd(&c, 1.9), 0.03);
    }
}

void test_calibrate__few_rows_and_ties(void) {
    for (int i = 0; i < 30; i++) margins[i] = 1, labels[i] = i < 3;
    for (int kind = CALIBRATION_PLATT; kind <= CALIBRATION_ISOTONIC; kind++) {
        struct calibration c;
        CU_ASSERT_EQUAL_FATAL(calibration_fit((enum calibration_kind)kind, margins, labels, 30, &c), OK);
        never_falls(&c);
        CU_ASSERT_DOUBLE_EQUAL(calibration_pd(&c, 1), 0.1, 0.05);
    }
}

void test_calibrate__survives_json(void) {
    for (int kind = CALIBRATION_PLATT; kind <= CALIBRATION_ISOTONIC; kind++) {
        struct calibration c, back;
        struct fault f = {0};
        draw(11, 1, -1);
        CU_ASSERT_EQUAL_FATAL(calibration_fit((enum calibration_kind)kind, margins, labels, N, &c), OK);
        json_auto_t *v = calibration_json_new(&c);
        CU_ASSERT_EQUAL_FATAL(calibration_read(v, &back, &f), OK);
        for (double m = -7; m < 7; m += 0.37)
            CU_ASSERT_DOUBLE_EQUAL(calibration_pd(&c, m), calibration_pd(&back, m), 1e-12);
    }
}

void test_calibrate__refuses_curves_that_fall(void) {
    static const char *const faulty[] = {
        "{\"kind\":\"isotonic\",\"margin\":[0,1],\"pd\":[0.5,0.4]}",
        "{\"kind\":\"isotonic\",\"margin\":[1,0],\"pd\":[0.1,0.4]}",
        "{\"kind\":\"isotonic\",\"margin\":[0],\"pd\":[0.1,0.4]}",
        "{\"kind\":\"isotonic\",\"margin\":[0,1],\"pd\":[0.1,1.4]}",
        "{\"kind\":\"isotonic\",\"margin\":[],\"pd\":[]}",
        "{\"kind\":\"platt\",\"slope\":-1,\"intercept\":0}",
        "{\"kind\":\"platt\",\"slope\":1}",
        "{\"kind\":\"magic\"}",
        "{}",
    };
    for (size_t i = 0; i < ARRAY_LEN(faulty); i++) {
        struct calibration c;
        struct fault f = {0};
        json_auto_t *v = json_loads(faulty[i], 0, NULL);
        CU_ASSERT_EQUAL(calibration_read(v, &c, &f), ERR_INVALID);
        CU_ASSERT_STRING_EQUAL(f.where, "calibration");
    }
}
