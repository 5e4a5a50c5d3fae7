/* faulty_test.c - files with one slip each, and exactly what is said of them. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/dsl/strategy.h"

void test_faulty__every_mutation_says_exactly_what_is_expected(void);
void test_faulty__files_written_by_hand(void);
void test_faulty__json_says_the_same(void);

#define DIR "tests/dsl/faulty/"

static bool writing(void) { return getenv("TENOR_WRITE_EXPECTED") != NULL; }

static void write_file(const char *path, const char *text) {
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL(f);
    if (!f) return;
    fputs(text, f);
    fclose(f);
}

/* What stands on disk must be this text; says so in full where it is not. */
static bool stands(const char *path, const char *text) {
    if (writing()) write_file(path, text);
    char *kept = strategy_slurp(path, NULL);
    bool same = kept && !strcmp(kept, text);
    if (!same) printf("\n%s should be:\n%s\nbut is:\n%s\n", path, text, kept ? kept : "(not there)\n");
    free(kept);
    return same;
}

static bool messages_are(const struct catalog_json *k, const char *name, const char *text) {
    char path[160], lua[160];
    struct buf out;
    snprintf(lua, sizeof lua, "%s.lua", name);
    snprintf(path, sizeof path, DIR "%s.expected", name);
    buf_init(&out, (size_t)1 << 20);
    struct dsl_file *f = strategy_text(k, lua, text);
    if (f) dsl_faults_text(f, &out);
    bool same = f && *buf_text(&out) && stands(path, buf_text(&out));
    if (f && !*buf_text(&out)) printf("\n%s: nothing is said of it\n", name);
    dsl_free(f);
    buf_reset(&out);
    return same;
}

struct mutation {
    char name[80], base[80];
    struct buf find, put;
};

/* Base with the first `find` replaced. False: the base does not hold it. */
static bool mutate(const struct mutation *m, struct buf *out) {
    char path[160];
    snprintf(path, sizeof path, "tests/dsl/language/%s.lua", m->base);
    char *base = strategy_slurp(path, NULL), *at = base ? strstr(base, buf_text(&m->find)) : NULL;
    if (at) {
        buf_add(out, base, (size_t)(at - base));
        buf_adds(out, buf_text(&m->put));
        buf_adds(out, at + m->find.len);
    } else printf("\n%s: %s does not hold the text to change\n", m->name, path);
    free(base);
    return at != NULL;
}

static bool try_mutation(const struct catalog_json *k, const struct mutation *m) {
    struct buf text;
    char lua[160];
    buf_init(&text, (size_t)1 << 20);
    snprintf(lua, sizeof lua, DIR "%s.lua", m->name);
    bool good = mutate(m, &text) && stands(lua, buf_text(&text)) && messages_are(k, m->name, buf_text(&text));
    buf_reset(&text);
    return good;
}

static void line_of(struct buf *b, const char *line, size_t n) {
    if (b->len) buf_addc(b, '\n');
    buf_add(b, line, n);
}

void test_faulty__every_mutation_says_exactly_what_is_expected(void) {
    struct catalog_json *k = strategy_catalog();
    char *table = strategy_slurp(DIR "mutations.txt", NULL);
    struct mutation m = {0};
    int n = 0;
    buf_init(&m.find, 10000);
    buf_init(&m.put, 10000);
    for (char *line = table, *next; k && line; line = next) {
        char *end = strchr(line, '\n');
        next = end ? end + 1 : NULL;
        size_t len = end ? (size_t)(end - line) : strlen(line);
        bool begins = !strncmp(line, "== ", 3);
        if ((begins || !next) && m.find.len) {
            CU_ASSERT(try_mutation(k, &m));
            n++;
            buf_clear(&m.find);
            buf_clear(&m.put);
        }
        if (begins) sscanf(line, "== %79s %79s", m.name, m.base);
        else if (*line == '-') line_of(&m.find, line + 1, len - 1);
        else if (*line == '+') line_of(&m.put, line + 1, len - 1);
    }
    CU_ASSERT(n >= 100);
    buf_reset(&m.find);
    buf_reset(&m.put);
    free(table);
    catalog_json_free(k);
}

void test_faulty__files_written_by_hand(void) {
    static const char *const names[] = {"hand_examples", "hand_retries", "hand_not_yet", "hand_many_at_once", "hand_policy", "hand_functions", "hand_connector"};
    struct catalog_json *k = strategy_catalog();
    for (size_t i = 0; k && i < ARRAY_LEN(names); i++) {
        char path[160];
        snprintf(path, sizeof path, DIR "%s.lua", names[i]);
        char *text = strategy_slurp(path, NULL);
        CU_ASSERT(text && messages_are(k, names[i], text));
        free(text);
    }
    catalog_json_free(k);
}

void test_faulty__json_says_the_same(void) {
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *f = strategy_read(k, DIR "hand_many_at_once.lua");
    const struct dsl_fault *all;
    int n = f ? dsl_faults(f, &all) : 0;
    json_t *j = f ? dsl_faults_json_new(f) : NULL;
    CU_ASSERT(n > 3 && json_array_size(j) == (size_t)n);
    for (int i = 0; i < n; i++) {
        const json_t *one = json_array_get(j, (size_t)i);
        CU_ASSERT(json_int(one, "line", 0) == all[i].line && json_int(one, "column", 0) == all[i].col &&
                  !strcmp(json_text(one, "text", ""), all[i].text));
        CU_ASSERT(i == 0 || all[i - 1].line <= all[i].line);
    }
    json_decref(j);
    dsl_free(f);
    catalog_json_free(k);
}
