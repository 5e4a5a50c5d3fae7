/* score.c - `tenor score DIR --csv FILE`: pd and reasons for every row of a table, as CSV. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "models/csv.h"
#include "models/feature.h"
#include "models/serve.h"

#define BATCH 256

struct scoring {
    struct model *m;
    const char *file, *id_column;
    int id_at, at[FEATURES_MAX], n_features; /* at: column in the file, -1 absent */
    float rows[BATCH * FEATURES_MAX];
    struct buf ids; /* of the batch, each ended by NUL */
    size_t n;
};

static enum err read_header(struct scoring *s, const struct csv_row *row, struct fault *f) {
    int known = 0;
    for (int k = 0; k < s->n_features; k++) s->at[k] = -1;
    for (int i = 0; i < row->n; i++) {
        int k = model_feature_of_column(s->m, row->fields[i]);
        if (k < 0 || s->at[k] >= 0) continue;
        s->at[k] = i;
        known++;
    }
    s->id_at = csv_column(row, s->id_column);
    if (!known) return fault_set(f, ERR_INVALID, s->file, "has none of the model's columns");
    const char *const *names;
    model_features(s->m, &names);
    for (int k = 0; k < s->n_features; k++)
        if (s->at[k] < 0) fprintf(stderr, "tenor score: no column for %s: read as missing\n", names[k]);
    return OK;
}

static void add_line(struct buf *out, const char *id, const struct model_score *score) {
    csv_add_field(out, id);
    buf_addf(out, ",%.6f", score->pd);
    for (int k = 0; k < MODEL_REASONS; k++) {
        buf_addc(out, ',');
        if (k < score->n_reasons) csv_add_field(out, score->reasons[k].text);
    }
    buf_addc(out, '\n');
}

static enum err put_batch(struct scoring *s, struct fault *f) {
    struct model_score out[BATCH];
    AUTO(buf_reset) struct buf text;
    buf_init(&text, 64u << 20);
    enum err e = model_score(s->m, s->rows, s->n, true, out, f);
    if (e) return e;
    const char *id = buf_text(&s->ids);
    for (size_t i = 0; i < s->n; i++, id += strlen(id) + 1) add_line(&text, id, &out[i]);
    if (!buf_ok(&text)) return fault_set(f, ERR_NOMEM, s->file, "no memory for a batch");
    fwrite(buf_text(&text), 1, text.len, stdout);
    s->n = 0;
    buf_clear(&s->ids);
    return OK;
}

static enum err read_row(struct scoring *s, const struct csv_row *row, struct fault *f) {
    double raw[FEATURES_MAX];
    for (int k = 0; k < s->n_features; k++) {
        raw[k] = NAN;
        if (s->at[k] >= 0 && !csv_number(row->fields[s->at[k]], &raw[k]))
            return fault_set(f, ERR_INVALID, s->file, "line %zu: \"%.40s\" is not a number", row->line,
                             row->fields[s->at[k]]);
    }
    enum err e = model_clean(s->m, raw, s->rows + s->n * (size_t)s->n_features, NULL);
    if (e) return fault_set(f, e, s->file, "no memory");
    if (s->id_at >= 0) buf_adds(&s->ids, row->fields[s->id_at]);
    else buf_addf(&s->ids, "%zu", row->index);
    buf_addc(&s->ids, '\0');
    if (!buf_ok(&s->ids)) return fault_set(f, ERR_LIMIT, s->file, "the row ids are too long");
    return ++s->n < BATCH ? OK : put_batch(s, f);
}

static enum err read_line(void *who, const struct csv_row *row, struct fault *f) {
    struct scoring *s = who;
    return row->index == 0 ? read_header(s, row, f) : read_row(s, row, f);
}

static enum err score_file(struct scoring *s, const char *dir, struct fault *f) {
    enum err e = model_open(dir, &s->m, f);
    if (e) return e;
    s->n_features = model_features(s->m, NULL);
    fputs("row_id,pd,reason_1,reason_2,reason_3,reason_4\n", stdout);
    e = csv_read(s->file, read_line, s, f);
    if (!e && s->n) e = put_batch(s, f);
    if (!e && (fflush(stdout) || ferror(stdout))) e = fault_set(f, ERR_IO, "", "cannot write the result");
    return e;
}

extern const struct command command_score;

static int run(int argc, char **argv) {
    const char *dir = NULL, *file = NULL, *id = "row_id";
    struct arg_words words = {&dir, 0, 1};
    const struct arg table[] = {{"--csv", ARG_TEXT, &file, 0, 0}, {"--id", ARG_TEXT, &id, 0, 0}, {0}};
    int rc = args_read(&command_score, argc, argv, table, &words);
    if (rc) return rc;
    if (!dir || !file) return args_wrong(&command_score, "name the model's folder and the table: --csv FILE");
    if (crypt_start()) return EXIT_CANNOT;
    struct scoring *s = calloc(1, sizeof *s);
    if (!s) return EXIT_CANNOT;
    struct fault f = {0};
    s->file = file;
    s->id_column = id;
    buf_init(&s->ids, 16u << 20);
    enum err e = score_file(s, dir, &f);
    if (e) fprintf(stderr, "tenor score: %s%s%s\n", f.where, *f.where ? ": " : "", f.text);
    model_free(s->m);
    buf_reset(&s->ids);
    free(s);
    return !e ? 0 : e == ERR_INVALID || e == ERR_LIMIT ? EXIT_NO : EXIT_CANNOT;
}

const struct command command_score = {
    .name = "score",
    .usage = "tenor score DIR --csv FILE [--id COLUMN]",
    .about = "Scores every row of a CSV table with a trained model.",
    .run = run,
};
