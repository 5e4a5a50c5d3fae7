/* artefact_test.c - a damaged artefact is refused with what is wrong, and never reaches the library. */
#include "models/artefact.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "tests/models/artefacts.h"

static const char *const files[] = {"manifest.json", "model.ubj", "golden.csv", "card.md"};

static void refused(const char *dir, const char *names) {
    struct model *m = NULL;
    struct fault f = {0};
    CU_ASSERT_NOT_EQUAL(model_open(dir, &m, &f), OK);
    CU_ASSERT_PTR_NULL(m);
    CU_ASSERT_NOT_EQUAL(f.text[0], '\0');
    if (names && !strstr(f.where, names) && !strstr(f.text, names)) {
        printf("\n  the fault does not name %s: [%s] %s\n", names, f.where, f.text);
        CU_FAIL("the fault names the file");
    }
    model_free(m);
}

void test_artefact__every_missing_file_is_named(void) {
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char dir[64], path[128];
        scratch_new(CASHFLOW, dir);
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        unlink(path);
        refused(dir, files[i]);
        scratch_free(dir);
    }
    refused("/nowhere/at/all", "manifest.json");
}

void test_artefact__every_truncation_is_named(void) {
    static const double shares[] = {0, 0.001, 0.1, 0.5, 0.9, 0.999};
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        for (size_t k = 0; k < ARRAY_LEN(shares); k++) {
            char dir[64];
            AUTO(buf_reset) struct buf bytes = {0};
            scratch_new(CASHFLOW, dir);
            scratch_read(dir, files[i], &bytes);
            scratch_write(dir, files[i], bytes.data, (size_t)(shares[k] * (double)(bytes.len - 2)));
            refused(dir, files[i]);
            scratch_free(dir);
        }
}

/* Whitespace in the manifest is the one thing that may change. */
static bool meaningless(const char *file, char was, char is) {
    return !strcmp(file, "manifest.json") && strchr(" \n", was) && strchr(" \n\t\r", is) && is;
}

void test_artefact__every_flipped_byte_is_refused(void) {
    struct rng r;
    rng_seed(&r, 42);
    char dir[64];
    scratch_new(CASHFLOW, dir);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        AUTO(buf_reset) struct buf bytes = {0};
        scratch_read(dir, files[i], &bytes);
        for (int k = 0; k < 60; k++) {
            size_t at = rng_below(&r, bytes.len);
            char was = bytes.data[at];
            bytes.data[at] = (char)(was ^ (1 << rng_below(&r, 8)));
            scratch_write(dir, files[i], bytes.data, bytes.len);
            if (!meaningless(files[i], was, bytes.data[at])) refused(dir, files[i]);
            bytes.data[at] = was;
        }
        scratch_write(dir, files[i], bytes.data, bytes.len);
    }
    struct fault f = {0};
    struct model *m = NULL; /* put back, it opens again */
    CU_ASSERT_EQUAL(model_open(dir, &m, &f), OK);
    model_free(m);
    scratch_free(dir);
}

void test_artefact__a_manifest_of_another_model_is_refused(void) {
    char dir[64];
    AUTO(buf_reset) struct buf bytes = {0};
    scratch_new(CASHFLOW, dir);
    scratch_read(BUREAU, "manifest.json", &bytes);
    scratch_write(dir, "manifest.json", bytes.data, bytes.len);
    refused(dir, "model.ubj");
    scratch_free(dir);
}

/* Rewrites the manifest after `change`, with hashes that fit, so that the later checks are reached. */
static void rewritten(void (*change)(json_t *manifest, struct buf *model, struct buf *golden),
                      const char *names) {
    char dir[64];
    AUTO(buf_reset) struct buf text = {0};
    AUTO(buf_reset) struct buf model = {0};
    AUTO(buf_reset) struct buf golden = {0};
    AUTO(buf_reset) struct buf card = {0};
    struct fault f = {0};
    scratch_new(CASHFLOW, dir);
    scratch_read(dir, "manifest.json", &text);
    scratch_read(dir, "model.ubj", &model);
    scratch_read(dir, "golden.csv", &golden);
    scratch_read(dir, "card.md", &card);
    json_auto_t *manifest = json_loads(buf_text(&text), 0, NULL);
    change(manifest, &model, &golden);
    struct artefact_files parts = {.model = &model, .golden = &golden, .card = &card};
    CU_ASSERT_EQUAL(artefact_write(dir, manifest, &parts, &f), OK);
    refused(dir, names);
    scratch_free(dir);
}

static void one_feature_less(json_t *manifest, struct buf *model, struct buf *golden) {
    (void)model, (void)golden;
    json_array_remove(json_object_get(manifest, "features"), 3);
}
static void other_format(json_t *manifest, struct buf *model, struct buf *golden) {
    (void)model, (void)golden;
    json_object_set_new(manifest, "format", json_integer(99));
}
static void no_calibration(json_t *manifest, struct buf *model, struct buf *golden) {
    (void)model, (void)golden;
    json_object_del(manifest, "calibration");
}
static void other_calibration(json_t *manifest, struct buf *model, struct buf *golden) {
    (void)model, (void)golden;
    json_object_set_new(json_object_get(manifest, "calibration"), "intercept", json_real(3));
}
static void empty_golden(json_t *manifest, struct buf *model, struct buf *golden) {
    (void)manifest, (void)model;
    char *end = memchr(golden->data, '\n', golden->len);
    golden->len = (size_t)(end + 1 - golden->data);
}
static void swapped_golden(json_t *manifest, struct buf *model, struct buf *golden) {
    (void)manifest, (void)model;
    golden->data[0] = 'X';
}
static void no_name(json_t *manifest, struct buf *model, struct buf *golden) {
    (void)model, (void)golden;
    json_object_del(manifest, "name");
}

void test_artefact__hashes_that_fit_are_not_enough(void) {
    rewritten(one_feature_less, "features");
    rewritten(other_format, "format 1");
    rewritten(no_calibration, "calibration");
    rewritten(other_calibration, "golden.csv");
    rewritten(empty_golden, "golden.csv");
    rewritten(swapped_golden, "golden.csv");
    rewritten(no_name, "name");
}

void test_artefact__not_json_and_too_deep_json(void) {
    char dir[64];
    scratch_new(CASHFLOW, dir);
    scratch_write(dir, "manifest.json", "not json", 8);
    refused(dir, "manifest.json");
    char deep[2000];
    memset(deep, '[', sizeof deep);
    scratch_write(dir, "manifest.json", deep, sizeof deep);
    refused(dir, "manifest.json");
    scratch_write(dir, "manifest.json", "[]", 2);
    refused(dir, "manifest.json");
    scratch_write(dir, "manifest.json", "{}", 2);
    refused(dir, "manifest.json");
    scratch_free(dir);
}
