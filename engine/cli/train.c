/* train.c - `tenor train SPEC --data FILE --out DIR`: from data to a scoring artefact. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypt.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "models/csv.h"
#include "models/frame.h"
#include "models/train.h"

struct args {
    const char *spec, *data, *out, *holdout_out;
    int64_t threads;
};
extern const struct command command_train;

static int read_args(int argc, char **argv, struct args *a) {
    *a = (struct args){.threads = 1};
    struct arg_words words = {&a->spec, 0, 1};
    const struct arg table[] = {{"--data", ARG_TEXT, &a->data, 0, 0},
                                {"--out", ARG_TEXT, &a->out, 0, 0},
                                {"--holdout-out", ARG_TEXT, &a->holdout_out, 0, 0},
                                {"--threads", ARG_NUMBER, &a->threads, 1, 64},
                                {0}};
    int rc = args_read(&command_train, argc, argv, table, &words);
    if (rc) return rc;
    if (a->spec && a->data && (a->out || a->holdout_out)) return 0;
    return args_wrong(&command_train, "name the spec, the data and where the model goes: SPEC --data FILE --out DIR");
}

static int cannot(const struct fault *f) {
    fprintf(stderr, "tenor train: %s%s%s\n", f->where, *f->where ? ": " : "", f->text);
    return f->kind == ERR_INVALID || f->kind == ERR_LIMIT ? EXIT_NO : EXIT_CANNOT;
}

/* One line that redraws itself on a terminal; elsewhere a line per stage. */
static void show(void *who, const char *doing, int done, int of) {
    const char **last = who;
    bool terminal = isatty(STDERR_FILENO), new_stage = *last != doing;
    *last = doing;
    if (!terminal) {
        if (new_stage || done == of) fprintf(stderr, "%s %d/%d\n", doing, done, of);
        return;
    }
    char bar[31];
    for (int i = 0; i < 30; i++) bar[i] = of && i < 30 * done / of ? '#' : '.';
    bar[30] = '\0';
    fprintf(stderr, "\r%-24s [%s] %d/%d%s", doing, bar, done, of, done == of ? "\n" : "");
}

struct copying {
    const struct spec *spec;
    FILE *out;
    int id_at;
};

static void put_row(FILE *out, const struct csv_row *row) {
    AUTO(buf_reset) struct buf line;
    buf_init(&line, 2 * CSV_ROW_MAX);
    for (int i = 0; i < row->n; i++) {
        if (i) buf_addc(&line, ',');
        csv_add_field(&line, row->fields[i]);
    }
    buf_addc(&line, '\n');
    fwrite(buf_text(&line), 1, line.len, out);
}

static enum err copy_held(void *who, const struct csv_row *row, struct fault *f) {
    struct copying *c = who;
    if (row->index == 0) {
        c->id_at = csv_column(row, c->spec->id_column);
        if (c->id_at < 0) return fault_set(f, ERR_INVALID, "", "has no column \"%s\"", c->spec->id_column);
        put_row(c->out, row);
    } else if (frame_held_back(c->spec->holdout_salt, row->fields[c->id_at], c->spec->holdout_percent)) {
        put_row(c->out, row);
    }
    return OK;
}

/* Writes the rows that training never sees, as they are, so that a test can use them. */
static enum err write_holdout(const struct spec *s, const struct args *a, struct fault *f) {
    if (s->source != SPEC_CSV) return fault_set(f, ERR_INVALID, a->spec, "--holdout-out needs one CSV table");
    struct copying c = {.spec = s, .out = fopen(a->holdout_out, "w")};
    if (!c.out) return fault_set(f, ERR_IO, a->holdout_out, "cannot write the file");
    enum err e = csv_read(a->data, copy_held, &c, f);
    bool bad = ferror(c.out) != 0;
    if (fclose(c.out) || bad) e = fault_set(f, ERR_IO, a->holdout_out, "cannot write the file");
    return e;
}

static void print_interval(const char *name, const json_t *v) {
    printf("  %-9s %.4f (%.4f to %.4f)\n", name, json_number_value(json_array_get(v, 0)),
           json_number_value(json_array_get(v, 1)), json_number_value(json_array_get(v, 2)));
}

static void print_quality(const char *title, const json_t *q) {
    static const char *const keys[] = {"auc", "ks", "brier", "log_loss"};
    if (!q) return;
    printf("%s: %lld rows, %lld bad\n", title, (long long)json_int(q, "rows", 0),
           (long long)json_int(q, "bad", 0));
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) print_interval(keys[i], json_object_get(q, keys[i]));
}

static void print_outcome(const json_t *manifest, const char *dir) {
    const json_t *metrics = json_object_get(manifest, "metrics");
    print_quality("cross-validation", json_object_get(metrics, "cross_validation"));
    print_quality("held-back rows", json_object_get(metrics, "held_back"));
    const json_t *gain = json_object_get(metrics, "gain");
    if (gain) {
        print_quality(json_text(gain, "baseline", ""), json_object_get(gain, "quality"));
        print_interval("AUC gain", json_object_get(gain, "auc_difference"));
    }
    printf("%lld trees; the whole report is %s/card.md\n", (long long)json_int(manifest, "trees", 0), dir);
}

static enum err run_train(const struct spec *s, const struct args *a, struct fault *f) {
    enum err e = a->holdout_out ? write_holdout(s, a, f) : OK;
    if (e || !a->out) return e;
    const char *stage = NULL;
    struct train_options o = {.data = a->data, .out_dir = a->out, .threads = (int)a->threads,
                              .progress = {.fn = show, .who = &stage}};
    json_t *manifest = NULL;
    e = train(s, &o, &manifest, f);
    if (!e) print_outcome(manifest, a->out);
    json_decref(manifest);
    return e;
}

static int run(int argc, char **argv) {
    struct args a;
    struct fault f = {0};
    struct spec spec;
    int code = read_args(argc, argv, &a);
    if (code) return code;
    if (crypt_start()) return EXIT_CANNOT;
    if (spec_open(a.spec, &spec, &f)) return cannot(&f);
    enum err e = run_train(&spec, &a, &f);
    spec_reset(&spec);
    return e ? cannot(&f) : 0;
}

const struct command command_train = {
    .name = "train",
    .usage = "tenor train SPEC --data FILE --out DIR [--holdout-out FILE] [--threads N]",
    .about = "Trains a scoring model and writes its artefact and card.",
    .run = run,
};
