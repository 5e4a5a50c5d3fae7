/* reference_test.c - real data, where TENOR_DATA_DIR has them: the shipped models do what their cards
 * say. Without the data each test says that it was skipped, and does nothing. */
#include <CUnit/CUnit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "models/artefact.h"
#include "models/csv.h"
#include "models/frame.h"
#include "models/ranking.h"
#include "models/train.h"
#include "tests/models/artefacts.h"

#define HELD_MAX 30000

extern const struct command command_score, command_train;

static bool data_file(const char *name, char out[512]) {
    const char *dir = getenv("TENOR_DATA_DIR");
    if (!dir || !*dir) {
        printf(" (skipped: TENOR_DATA_DIR is not set) ");
        return false;
    }
    snprintf(out, 512, "%s/%s", dir, name);
    if (!access(out, R_OK)) return true;
    printf(" (skipped: %s is not in TENOR_DATA_DIR) ", name);
    return false;
}

/* Runs a command as a user would, its output in a file. */
static int run_to(const struct command *c, int argc, char **argv, const char *path) {
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    CU_ASSERT_PTR_NOT_NULL_FATAL(freopen(path, "w", stdout));
    int code = c->run(argc, argv);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    setvbuf(stdout, NULL, _IOLBF, 0);
    return code;
}

struct held {
    double pd[HELD_MAX];
    float y[HELD_MAX];
    char ids[HELD_MAX][12];
    size_t n, scored;
    int id_at, bad_at;
    bool reasons_wrong, order_wrong;
};
static struct held held;

static enum err read_label(void *who, const struct csv_row *row, struct fault *f) {
    (void)who, (void)f;
    if (row->index == 0) {
        held.id_at = csv_column(row, "row_id");
        held.bad_at = csv_column(row, "SeriousDlqin2yrs");
        return OK;
    }
    CU_ASSERT_FATAL(held.n < HELD_MAX);
    snprintf(held.ids[held.n], sizeof held.ids[0], "%s", row->fields[held.id_at]);
    held.y[held.n++] = row->fields[held.bad_at][0] == '1';
    return OK;
}

static enum err read_score(void *who, const struct csv_row *row, struct fault *f) {
    (void)who, (void)f;
    static const char *const columns[] = {"row_id", "pd", "reason_1", "reason_2", "reason_3", "reason_4"};
    if (row->index == 0) {
        CU_ASSERT_EQUAL(row->n, 6);
        for (int i = 0; i < 6; i++) CU_ASSERT_STRING_EQUAL(row->fields[i], columns[i]);
        return OK;
    }
    held.order_wrong |= strcmp(row->fields[0], held.ids[held.scored]) != 0;
    held.reasons_wrong |= !csv_number(row->fields[1], &held.pd[held.scored]);
    held.reasons_wrong |= held.pd[held.scored] > 0.2 && !*row->fields[2]; /* the risky are told why */
    held.scored++;
    return OK;
}

/* `tenor train --holdout-out` writes the rows that the shipped bureau model never saw, `tenor score`
 * scores them, and the AUC of the result is the card's. */
void test_reference__score_of_the_held_back_rows(void) {
    char data[512], rows[] = "/tmp/tenor_held_XXXXXX", scores[] = "/tmp/tenor_scores_XXXXXX";
    if (!data_file("gmsc/gmsc-train.csv.gz", data)) return;
    struct fault f = {0};
    close(mkstemp(rows));
    close(mkstemp(scores));
    char *extract[] = {"train", "models/specs/bureau.json", "--data", data, "--holdout-out", rows};
    CU_ASSERT_EQUAL(command_train.run(6, extract), 0);
    char *score[] = {"score", BUREAU, "--csv", rows};
    CU_ASSERT_EQUAL_FATAL(run_to(&command_score, 4, score, scores), 0);
    memset(&held, 0, sizeof held);
    CU_ASSERT_EQUAL_FATAL(csv_read(rows, read_label, NULL, &f), OK);
    CU_ASSERT_EQUAL_FATAL(csv_read(scores, read_score, NULL, &f), OK);
    CU_ASSERT_EQUAL(held.scored, held.n);
    CU_ASSERT_FALSE(held.order_wrong);
    CU_ASSERT_FALSE(held.reasons_wrong);
    struct ranking r;
    CU_ASSERT_EQUAL_FATAL(ranking_init(&r, held.pd, held.y, held.n), OK);
    double auc = ranking_auc(&r, NULL), pd = 0, bad = 0;
    for (size_t i = 0; i < held.n; i++) pd += held.pd[i], bad += held.y[i];
    printf(" (%zu rows, AUC %.4f, mean pd %.4f, bad rate %.4f) ", held.n, auc, pd / (double)held.n,
           bad / (double)held.n);
    CU_ASSERT_TRUE(held.n > 20000);
    CU_ASSERT_TRUE(auc > 0.85 && auc < 0.88);
    CU_ASSERT_DOUBLE_EQUAL(pd / (double)held.n, bad / (double)held.n, 0.004);
    ranking_reset(&r);
    unlink(rows);
    unlink(scores);
}

/* The shipped artefact is what its spec and the data give: trained again, byte for byte. */
static void trains_again(const char *spec, const char *data, const char *dir) {
    struct spec s;
    struct fault f = {0};
    json_t *manifest = NULL;
    char out[] = "/tmp/tenor_again_XXXXXX";
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(out));
    CU_ASSERT_EQUAL_FATAL(spec_open(spec, &s, &f), OK);
    struct train_options o = {.data = data, .out_dir = out, .threads = 1};
    enum err e = train(&s, &o, &manifest, &f);
    if (e) printf("\n  [%s] %s\n", f.where, f.text);
    CU_ASSERT_EQUAL_FATAL(e, OK);
    AUTO(buf_reset) struct buf was = {0};
    AUTO(buf_reset) struct buf is = {0};
    scratch_read(dir, "model.ubj", &was);
    scratch_read(out, "model.ubj", &is);
    CU_ASSERT_TRUE(was.len == is.len && !memcmp(was.data, is.data, is.len));
    json_decref(manifest);
    spec_reset(&s);
    scratch_free(out);
}

void test_reference__the_cashflow_model_can_be_made_again(void) {
    char data[512];
    if (!data_file("berka", data)) return;
    trains_again("models/specs/cashflow.json", data, CASHFLOW);
}
