/* feature_test.c - reading values by their declaration, and only honest reasons. */
#include "models/feature.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <string.h>

static struct features fs;

static const char text[] =
    "[{\"name\":\"late\",\"range\":[0,20],\"special\":[96,98],\"direction\":\"up\",\"reasons\":{"
    "\"high\":{\"code\":\"H\",\"text\":\"late\"},\"missing\":{\"code\":\"M\",\"text\":\"unknown\"}}},"
    "{\"name\":\"income\",\"range\":[0,1000],\"direction\":\"down\",\"reasons\":{\"low\":{\"code\":\"L\",\"text\":\"low\"}}},"
    "{\"name\":\"ratio\",\"range\":[0,10],\"direction\":\"up\",\"needs\":{\"feature\":\"income\",\"above\":1},"
    "\"reasons\":{\"high\":{\"code\":\"R\",\"text\":\"ratio\"}}},"
    "{\"name\":\"lines\",\"range\":[0,60],\"direction\":\"free\",\"typical\":8,\"reasons\":{"
    "\"high\":{\"code\":\"F1\",\"text\":\"many\"},\"low\":{\"code\":\"F2\",\"text\":\"few\"}}}]";

int setup_feature(void) {
    struct fault f;
    json_auto_t *v = json_loads(text, 0, NULL);
    return features_read(v, &fs, &f) != OK;
}

int teardown_feature(void) {
    features_reset(&fs);
    return 0;
}

static const char *reason(int k, float value) {
    const struct feature_reason *r = feature_reason(&fs.list[k], value);
    return r ? r->code : "";
}

void test_feature__cleans_by_its_declaration(void) {
    float v;
    CU_ASSERT_EQUAL(feature_clean(&fs.list[0], 3, &v), FEATURE_FINE);
    CU_ASSERT_EQUAL(v, 3);
    CU_ASSERT_EQUAL(feature_clean(&fs.list[0], 98, &v), FEATURE_CODED);
    CU_ASSERT_TRUE(feature_is_unknown(&fs.list[0], v) && v > 20);
    CU_ASSERT_EQUAL(feature_clean(&fs.list[0], 97, &v), FEATURE_CLIPPED);
    CU_ASSERT_EQUAL(v, 20);
    CU_ASSERT_EQUAL(feature_clean(&fs.list[1], NAN, &v), FEATURE_FINE);
    CU_ASSERT_TRUE(feature_is_unknown(&fs.list[1], v) && v < 0);
    CU_ASSERT_EQUAL(feature_clean(&fs.list[3], NAN, &v), FEATURE_FINE);
    CU_ASSERT_TRUE(isnan(v));
    CU_ASSERT_EQUAL(feature_clean(&fs.list[1], -INFINITY, &v), FEATURE_CLIPPED);
    CU_ASSERT_EQUAL(v, 0);
}

void test_feature__what_needs_a_companion_is_unknown_without_it(void) {
    static const float incomes[] = {-1 /* unknown */, 0, 1, 1.5F, 1000};
    for (size_t i = 0; i < ARRAY_LEN(incomes); i++) {
        float row[4] = {0, incomes[i], 0.5F, 3};
        features_settle(&fs, row);
        CU_ASSERT_EQUAL(feature_is_unknown(&fs.list[2], row[2]), incomes[i] <= 1);
        CU_ASSERT_EQUAL(row[3], 3);
    }
}

void test_feature__reasons_are_honest(void) {
    CU_ASSERT_STRING_EQUAL(reason(0, 1), "H");
    CU_ASSERT_STRING_EQUAL(reason(0, 0), ""); /* nobody is told of late payments that were not */
    CU_ASSERT_STRING_EQUAL(reason(0, feature_unknown(&fs.list[0])), "M");
    CU_ASSERT_STRING_EQUAL(reason(1, 999), "L");
    CU_ASSERT_STRING_EQUAL(reason(1, 1000), "");
    CU_ASSERT_STRING_EQUAL(reason(1, feature_unknown(&fs.list[1])), ""); /* no text was given for it */
    CU_ASSERT_STRING_EQUAL(reason(3, 9), "F1");
    CU_ASSERT_STRING_EQUAL(reason(3, 8), "F2");
    CU_ASSERT_STRING_EQUAL(reason(3, NAN), "");
}
