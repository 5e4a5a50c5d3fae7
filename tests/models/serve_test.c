/* serve_test.c - the shipped models: contributions add up, directions hold, reasons are honest. */
#include "models/serve.h"

#include <CUnit/CUnit.h>
#include <dirent.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "models/artefact.h"
#include "tests/models/artefacts.h"

#define WIDE FEATURES_MAX
#define ROWS 400

struct model *shipped(const char *dir) {
    struct model *m = NULL;
    struct fault f = {0};
    enum err e = model_open(dir, &m, &f);
    if (e) printf("\n  %s: [%s] %s\n", dir, f.where, f.text);
    CU_ASSERT_EQUAL_FATAL(e, OK);
    return m;
}

static const char *const parts[] = {"manifest.json", "model.ubj", "golden.csv", "card.md"};

void scratch_read(const char *path, const char *file, struct buf *out) {
    char name[256];
    struct fault f;
    snprintf(name, sizeof name, "%s/%s", path, file);
    CU_ASSERT_EQUAL_FATAL(artefact_file(name, ARTEFACT_FILE_MAX, out, &f), OK);
}

void scratch_write(const char *path, const char *file, const void *bytes, size_t n) {
    char name[256];
    snprintf(name, sizeof name, "%s/%s", path, file);
    FILE *out = fopen(name, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    fwrite(bytes, 1, n, out);
    fclose(out);
}

void scratch_new(const char *dir, char path[64]) {
    snprintf(path, 64, "/tmp/tenor_model_XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(path));
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        AUTO(buf_reset) struct buf bytes = {0};
        scratch_read(dir, parts[i], &bytes);
        scratch_write(path, parts[i], bytes.data, bytes.len);
    }
}

void scratch_free(const char *path) {
    char name[256];
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        snprintf(name, sizeof name, "%s/%s", path, parts[i]);
        unlink(name);
    }
    rmdir(path);
}

/* Ranges and directions as the artefact declares them. */
static void features_of(const char *dir, struct artefact *a) {
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(artefact_read(dir, a, &f), OK);
}

static double draw_raw(const struct feature *ft, struct rng *r) {
    double u = rng_unit(r), width = ft->high - ft->low;
    if (u < 0.08) return NAN;
    if (u < 0.12) return ft->high + 5; /* out of range */
    return ft->low + width * (u < 0.6 ? rng_unit(r) * rng_unit(r) * rng_unit(r) : rng_unit(r));
}

static void draw_rows(const struct model *m, const struct features *fs, struct rng *r, float *rows,
                      size_t n) {
    double raw[WIDE];
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < fs->n; k++) raw[k] = draw_raw(&fs->list[k], r);
        CU_ASSERT_EQUAL_FATAL(model_clean(m, raw, rows + i * (size_t)fs->n, NULL), OK);
    }
}

static void check_contributions(const char *dir) {
    static float rows[ROWS * WIDE];
    static struct model_score out[ROWS];
    struct artefact a;
    struct fault f = {0};
    struct rng r;
    struct model *m = shipped(dir);
    features_of(dir, &a);
    rng_seed(&r, 1);
    draw_rows(m, &a.features, &r, rows, ROWS);
    CU_ASSERT_EQUAL_FATAL(model_score(m, rows, ROWS, true, out, &f), OK);
    for (int i = 0; i < ROWS; i++) {
        double sum = out[i].base;
        for (int k = 0; k < a.features.n; k++) sum += out[i].effects[k];
        CU_ASSERT_DOUBLE_EQUAL(sum, out[i].margin, 1e-4);
        for (int k = 0; k < out[i].n_reasons; k++) {
            CU_ASSERT_TRUE(out[i].reasons[k].effect > 0);
            CU_ASSERT_TRUE(!k || out[i].reasons[k].effect <= out[i].reasons[k - 1].effect);
            CU_ASSERT_TRUE(strlen(out[i].reasons[k].text) > 10);
        }
    }
    artefact_reset(&a);
    model_free(m);
}

void test_serve__contributions_add_up_to_the_margin(void) {
    check_contributions(BUREAU);
    check_contributions(CASHFLOW);
}

/* Moves one feature from a random value to a worse one, at times to "not known", and compares. */
static void check_direction(struct model *m, const struct features *fs, int k, struct rng *r) {
    float rows[2 * WIDE];
    struct model_score out[2];
    struct fault f = {0};
    double raw[WIDE];
    const struct feature *ft = &fs->list[k];
    for (int i = 0; i < fs->n; i++) raw[i] = draw_raw(&fs->list[i], r);
    double a = ft->low + (ft->high - ft->low) * rng_unit(r) * rng_unit(r);
    double b = ft->low + (ft->high - ft->low) * rng_unit(r) * rng_unit(r);
    raw[k] = ft->direction > 0 ? fmin(a, b) : fmax(a, b);
    CU_ASSERT_EQUAL(model_clean(m, raw, rows, NULL), OK);
    raw[k] = rng_below(r, 4) == 0 ? NAN : ft->direction > 0 ? fmax(a, b) : fmin(a, b);
    CU_ASSERT_EQUAL(model_clean(m, raw, rows + fs->n, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(model_score(m, rows, 2, false, out, &f), OK);
    if (out[1].pd < out[0].pd || out[1].margin < out[0].margin) {
        printf("\n  %s: a worse value lowers pd from %.9f to %.9f\n", ft->name, out[0].pd, out[1].pd);
        CU_FAIL("monotone");
    }
}

static void check_directions(const char *dir) {
    struct artefact a;
    struct rng r;
    struct model *m = shipped(dir);
    features_of(dir, &a);
    rng_seed(&r, 2);
    int held = 0;
    for (int k = 0; k < a.features.n; k++) {
        if (!a.features.list[k].direction) continue;
        held++;
        for (int i = 0; i < 1500; i++) check_direction(m, &a.features, k, &r);
    }
    CU_ASSERT_TRUE(held >= 5);
    artefact_reset(&a);
    model_free(m);
}

void test_serve__a_worse_or_missing_value_never_lowers_pd(void) {
    check_directions(BUREAU);
    check_directions(CASHFLOW);
}

void test_serve__batches_and_reasons_do_not_change_the_score(void) {
    static float rows[ROWS * WIDE];
    static struct model_score all[ROWS];
    struct artefact a;
    struct fault f = {0};
    struct rng r;
    struct model *m = shipped(BUREAU);
    features_of(BUREAU, &a);
    rng_seed(&r, 3);
    draw_rows(m, &a.features, &r, rows, ROWS);
    CU_ASSERT_EQUAL_FATAL(model_score(m, rows, ROWS, false, all, &f), OK);
    for (int i = 0; i < ROWS; i++) {
        struct model_score one;
        CU_ASSERT_EQUAL(model_score(m, rows + i * a.features.n, 1, i % 2, &one, &f), OK);
        CU_ASSERT_EQUAL(one.pd, all[i].pd);
        CU_ASSERT_EQUAL(one.margin, all[i].margin);
    }
    CU_ASSERT_EQUAL(model_score(m, rows, 0, true, all, &f), OK);
    CU_ASSERT_EQUAL(model_score(m, rows, MODEL_BATCH_MAX + 1, true, all, &f), ERR_LIMIT);
    artefact_reset(&a);
    model_free(m);
}

static double pd_of(struct model *m, const char *json, struct model_score *out, json_t *notes) {
    float row[WIDE];
    struct fault f = {0};
    json_auto_t *v = json_loads(json, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(model_row(m, v, row, notes, &f), OK);
    CU_ASSERT_EQUAL_FATAL(model_score(m, row, 1, true, out, &f), OK);
    return out->pd;
}

void test_serve__a_person_reads_the_reasons(void) {
    struct model *m = shipped(BUREAU);
    struct model_score s;
    double prime = pd_of(m, "{\"revolving_utilisation\":0.03,\"late_30_59\":0,\"late_60_89\":0,\"late_90\":0,"
                            "\"monthly_income\":9000,\"debt_ratio\":0.2,\"open_credit_lines\":9,"
                            "\"real_estate_loans\":1}", &s, NULL);
    CU_ASSERT_TRUE(prime < 0.02);
    for (int k = 0; k < s.n_reasons; k++) CU_ASSERT_STRING_NOT_EQUAL(s.reasons[k].feature, "late_90");
    double late = pd_of(m, "{\"revolving_utilisation\":1.0,\"late_30_59\":2,\"late_60_89\":1,\"late_90\":3,"
                           "\"monthly_income\":2000,\"debt_ratio\":0.6,\"open_credit_lines\":4,"
                           "\"real_estate_loans\":0}", &s, NULL);
    CU_ASSERT_TRUE(late > 0.4);
    CU_ASSERT_EQUAL(s.n_reasons, MODEL_REASONS);
    CU_ASSERT_STRING_EQUAL(s.reasons[0].code, "B04");
    CU_ASSERT_DOUBLE_EQUAL(s.reasons[0].value, 3, 0);
    double silent = pd_of(m, "{\"revolving_utilisation\":0.3,\"late_30_59\":0,\"late_60_89\":0,\"late_90\":0,"
                             "\"open_credit_lines\":9,\"real_estate_loans\":1}", &s, NULL);
    CU_ASSERT_TRUE(silent > prime);
    bool told = false;
    for (int k = 0; k < s.n_reasons; k++) told |= !strcmp(s.reasons[k].code, "B15") && isnan(s.reasons[k].value);
    CU_ASSERT_TRUE(told);
    model_free(m);
}

void test_serve__codes_and_ranges_are_noted(void) {
    struct model *m = shipped(BUREAU);
    struct model_score s, t;
    json_auto_t *notes = json_array();
    double coded = pd_of(m, "{\"late_90\":98,\"revolving_utilisation\":4000}", &s, notes);
    CU_ASSERT_EQUAL(json_array_size(notes), 2);
    CU_ASSERT_STRING_EQUAL(json_text(json_array_get(notes, 0), "feature", ""), "revolving_utilisation");
    double missing = pd_of(m, "{\"late_90\":null,\"revolving_utilisation\":10}", &t, NULL);
    CU_ASSERT_EQUAL(coded, missing);
    /* Without income the debt ratio is an amount of money and means nothing. */
    CU_ASSERT_EQUAL(pd_of(m, "{\"debt_ratio\":3}", &s, NULL), pd_of(m, "{}", &t, NULL));
    CU_ASSERT_EQUAL(pd_of(m, "{\"debt_ratio\":3,\"monthly_income\":1}", &s, NULL),
                    pd_of(m, "{\"monthly_income\":1}", &t, NULL));
    float row[WIDE];
    struct fault f = {0};
    json_auto_t *wrong = json_pack("{s:s}", "late_90", "many");
    CU_ASSERT_EQUAL(model_row(m, wrong, row, NULL, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "late_90");
    model_free(m);
}

void test_serve__knows_its_columns(void) {
    struct model *m = shipped(BUREAU);
    const char *const *names;
    CU_ASSERT_EQUAL(model_features(m, &names), 8);
    CU_ASSERT_STRING_EQUAL(names[0], "revolving_utilisation");
    CU_ASSERT_EQUAL(model_feature_of_column(m, "DebtRatio"), model_feature_of_column(m, "debt_ratio"));
    CU_ASSERT_EQUAL(model_feature_of_column(m, "age"), -1);
    CU_ASSERT_STRING_EQUAL(model_name(m), "bureau");
    CU_ASSERT_STRING_EQUAL(model_version(m), "1");
    CU_ASSERT_EQUAL(strlen(model_hash(m)), 64);
    model_free(m);
}

static int threads_now(void) {
    int n = 0;
    DIR *d = opendir("/proc/self/task");
    while (d && readdir(d)) n++;
    if (d) closedir(d);
    return n;
}

void test_serve__opening_and_scoring_leave_no_threads_behind(void) {
    int before = threads_now();
    struct model_score s;
    struct model *m = shipped(BUREAU);
    (void)pd_of(m, "{}", &s, NULL);
    CU_ASSERT_EQUAL(threads_now(), before);
    model_free(m);
}

struct racer {
    struct model *m;
    const float *rows;
    const struct model_score *want;
    int wrong;
};

static void *race(void *who) {
    struct racer *c = who;
    int wide = model_features(c->m, NULL);
    struct fault f;
    for (int turn = 0; turn < 3; turn++)
        for (int i = 0; i < ROWS; i++) {
            struct model_score s;
            if (model_score(c->m, c->rows + i * wide, 1, true, &s, &f) || s.pd != c->want[i].pd) c->wrong++;
        }
    return NULL;
}

void test_serve__clones_score_alike_in_parallel(void) {
    static float rows[ROWS * WIDE];
    static struct model_score want[ROWS];
    struct artefact a;
    struct rng r;
    struct fault f = {0};
    struct racer c[3];
    pthread_t threads[3];
    struct model *m = shipped(BUREAU);
    features_of(BUREAU, &a);
    rng_seed(&r, 4);
    draw_rows(m, &a.features, &r, rows, ROWS);
    CU_ASSERT_EQUAL_FATAL(model_score(m, rows, ROWS, false, want, &f), OK);
    for (int i = 0; i < 3; i++) {
        c[i] = (struct racer){.rows = rows, .want = want};
        CU_ASSERT_EQUAL_FATAL(model_clone(m, &c[i].m, &f), OK);
        CU_ASSERT_STRING_EQUAL(model_hash(c[i].m), model_hash(m));
    }
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, race, &c[i]);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        CU_ASSERT_EQUAL(c[i].wrong, 0);
        model_free(c[i].m);
    }
    artefact_reset(&a);
    model_free(m);
}
