/* train_test.c - training on made-up borrowers: the same bytes twice, nothing held back is learnt, and
 * specs that cannot be right are refused. */
#include "models/train.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "models/artefact.h"
#include "tests/models/artefacts.h"

static char folder[64], spec_path[96], data_path[96];

static const char spec_text[] =
    "{\"name\":\"toy\",\"version\":\"1\",\"about\":\"a toy\",\"row_id\":\"id\",\"target\":{\"column\":\"bad\"},"
    "\"holdout\":{\"percent\":20,\"salt\":\"toy\"},\"features\":["
    "{\"name\":\"debt\",\"range\":[0,1],\"direction\":\"up\",\"reasons\":{\"high\":{\"code\":\"T1\",\"text\":\"debt is high\"}}},"
    "{\"name\":\"years\",\"range\":[0,40],\"special\":[99],\"direction\":\"down\",\"reasons\":{\"low\":{\"code\":\"T2\",\"text\":\"few years\"}}}],"
    "\"protected\":[{\"name\":\"group\",\"reference\":\"a\",\"groups\":[{\"label\":\"a\",\"below\":1},{\"label\":\"b\",\"from\":1}]}],"
    "\"training\":{\"folds\":3,\"repeats\":2,\"rounds\":40,\"patience\":8,\"depth\":3,\"calibration\":\"isotonic\",\"bootstrap\":60}}";

/* Held-back rows carry the opposite label: a model that had seen them would show it. */
static void write_data(bool turned) {
    struct rng r;
    FILE *out = fopen(data_path, "w");
    rng_seed(&r, 5);
    fputs("id,bad,debt,years,group\n", out);
    for (int i = 0; i < 3000; i++) {
        char id[16];
        double debt = rng_unit(&r), years = floor(40 * rng_unit(&r));
        bool bad = rng_unit(&r) < 1 / (1 + exp(-(5 * debt - years / 8 - 1)));
        snprintf(id, sizeof id, "%d", i);
        if (turned && frame_held_back("toy", id, 20)) bad = !bad;
        fprintf(out, "%s,%d,%.4f,%g,%d\n", id, bad, debt, rng_below(&r, 50) ? years : 99, i % 2);
    }
    fclose(out);
}

static void write_spec(const char *text) {
    FILE *out = fopen(spec_path, "w");
    fputs(text, out);
    fclose(out);
}

int setup_train(void) {
    snprintf(folder, sizeof folder, "/tmp/tenor_train_XXXXXX");
    if (!mkdtemp(folder)) return 1;
    snprintf(spec_path, sizeof spec_path, "%s/spec.json", folder);
    snprintf(data_path, sizeof data_path, "%s/data.csv", folder);
    return 0;
}
int teardown_train(void) {
    unlink(spec_path);
    unlink(data_path);
    return rmdir(folder);
}

static json_t *trained_new(const char *dir) {
    struct spec s;
    struct fault f = {0};
    json_t *manifest = NULL;
    struct train_options o = {.data = data_path, .out_dir = dir, .threads = 1};
    CU_ASSERT_EQUAL_FATAL(spec_open(spec_path, &s, &f), OK);
    enum err e = train(&s, &o, &manifest, &f);
    if (e) printf("\n  [%s] %s\n", f.where, f.text);
    CU_ASSERT_EQUAL_FATAL(e, OK);
    spec_reset(&s);
    return manifest;
}

static double figure(const json_t *manifest, const char *part, const char *key) {
    const json_t *m = json_object_get(json_object_get(manifest, "metrics"), part);
    return json_number_value(json_array_get(json_object_get(m, key), 0));
}

static bool same_file(const char *a, const char *b, const char *file) {
    AUTO(buf_reset) struct buf x = {0};
    AUTO(buf_reset) struct buf y = {0};
    scratch_read(a, file, &x);
    scratch_read(b, file, &y);
    return x.len == y.len && !memcmp(x.data, y.data, x.len);
}

void test_train__twice_gives_the_same_bytes(void) {
    char a[96], b[96];
    snprintf(a, sizeof a, "%s/a", folder);
    snprintf(b, sizeof b, "%s/b", folder);
    write_spec(spec_text);
    write_data(false);
    json_auto_t *first = trained_new(a);
    json_auto_t *second = trained_new(b);
    CU_ASSERT_TRUE(json_equal(first, second));
    CU_ASSERT_TRUE(same_file(a, b, "manifest.json"));
    CU_ASSERT_TRUE(same_file(a, b, "model.ubj"));
    CU_ASSERT_TRUE(same_file(a, b, "card.md"));
    struct model *m = shipped(a);
    CU_ASSERT_STRING_EQUAL(model_name(m), "toy");
    model_free(m);
    CU_ASSERT_TRUE(figure(first, "cross_validation", "auc") > 0.85);
    CU_ASSERT_DOUBLE_EQUAL(figure(first, "held_back", "auc"), figure(first, "cross_validation", "auc"), 0.05);
    scratch_free(a);
    scratch_free(b);
}

void test_train__held_back_rows_are_never_learnt(void) {
    char a[96], b[96];
    snprintf(a, sizeof a, "%s/a", folder);
    snprintf(b, sizeof b, "%s/b", folder);
    write_spec(spec_text);
    write_data(false);
    json_auto_t *honest = trained_new(a);
    write_data(true);
    json_auto_t *turned = trained_new(b);
    CU_ASSERT_TRUE(same_file(a, b, "model.ubj"));
    CU_ASSERT_TRUE(same_file(a, b, "golden.csv"));
    CU_ASSERT_DOUBLE_EQUAL(figure(honest, "held_back", "auc") + figure(turned, "held_back", "auc"), 1, 1e-9);
    scratch_free(a);
    scratch_free(b);
}

void test_train__golden_rows_are_no_rows_of_the_data(void) {
    char a[96];
    snprintf(a, sizeof a, "%s/a", folder);
    write_spec(spec_text);
    write_data(false);
    json_auto_t *manifest = trained_new(a);
    CU_ASSERT_TRUE(json_is_object(manifest));
    AUTO(buf_reset) struct buf one = {0};
    scratch_read(a, "golden.csv", &one);
    write_data(true); /* other labels and another model, but the same rows of features */
    json_auto_t *again = trained_new(a);
    CU_ASSERT_FALSE(json_equal(manifest, again));
    AUTO(buf_reset) struct buf two = {0};
    scratch_read(a, "golden.csv", &two);
    CU_ASSERT_STRING_EQUAL(buf_text(&one), buf_text(&two));
    scratch_free(a);
}

static void spec_refused(const char *from, const char *to, const char *where, const char *why) {
    char text[4096];
    const char *at = strstr(spec_text, from);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - spec_text), spec_text, to, at + strlen(from));
    write_spec(text);
    struct spec s;
    struct fault f = {0};
    enum err e = spec_open(spec_path, &s, &f);
    if (!e || !strstr(f.where, where) || !strstr(f.text, why))
        printf("\n  %s -> %s: [%s] %s\n", from, to, f.where, f.text);
    CU_ASSERT_EQUAL(e, ERR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.where, where));
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, why));
}

void test_train__faulty_specs_are_refused_with_their_place(void) {
    spec_refused("\"name\":\"debt\"", "\"name\":\"group\"", "features", "protected");
    spec_refused("\"name\":\"debt\"", "\"name\":\"years\"", "features/1/name", "twice");
    spec_refused("\"range\":[0,1]", "\"range\":[1,0]", "features/0/range", "low below high");
    spec_refused("\"direction\":\"up\"", "\"direction\":\"upp\"", "features/0/direction", "must be");
    spec_refused("\"direction\":\"up\"", "\"direction\":\"down\"", "features/0/reasons/low", "missing");
    spec_refused("\"special\":[99]", "\"special\":[\"x\"]", "features/1/special", "number");
    spec_refused("\"special\":", "\"specail\":", "features", "did you mean \"special\"");
    spec_refused("\"folds\":3", "\"folds\":1", "training", "folds");
    spec_refused("\"depth\":3", "\"deph\":3", "training", "did you mean \"depth\"");
    spec_refused("\"calibration\":\"isotonic\"", "\"calibration\":\"magic\"", "training/calibration", "platt");
    spec_refused("\"reference\":\"a\"", "\"reference\":\"c\"", "protected/reference", "none of the groups");
    spec_refused("\"percent\":20", "\"percent\":99", "holdout/percent", "50");
    spec_refused("\"column\":\"bad\"", "\"colum\":\"bad\"", "target/column", "missing");
    spec_refused("\"code\":\"T1\",", "", "features/0/reasons", "both");
}

static void data_refused(const char *text, const char *why) {
    struct spec s;
    struct fault f = {0};
    json_t *manifest = NULL;
    FILE *out = fopen(data_path, "w");
    fputs(text, out);
    fclose(out);
    write_spec(spec_text);
    CU_ASSERT_EQUAL_FATAL(spec_open(spec_path, &s, &f), OK);
    struct train_options o = {.data = data_path, .threads = 1};
    CU_ASSERT_EQUAL(train(&s, &o, &manifest, &f), ERR_INVALID);
    if (!strstr(f.text, why)) printf("\n  [%s] %s\n", f.where, f.text);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, why));
    spec_reset(&s);
}

void test_train__faulty_data_are_refused(void) {
    data_refused("id,bad,debt,years\n1,0,0,0\n", "no column \"group\"");
    data_refused("bad,debt,years,group\n0,0,0,0\n", "no column \"id\"");
    data_refused("id,bad,debt,years,group\n1,0,much,0,0\n", "line 2, column \"debt\"");
    data_refused("id,bad,debt,years,group\n1,2,0,0,0\n2,3,0,0,0\n", "0 or 1");
    data_refused("id,bad,debt,years,group\n1,0,0,0,0\n2,1,0,0,0\n", "too few rows");
    data_refused("", "too few rows");
}
