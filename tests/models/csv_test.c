/* csv_test.c - the reader of strangers' CSV: what it takes, what it refuses, and where. */
#include "models/csv.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* Rows as "a|b|c;" one after the other. */
static enum err collect(void *who, const struct csv_row *row, struct fault *f) {
    (void)f;
    struct buf *out = who;
    for (int i = 0; i < row->n; i++) buf_addf(out, i ? "|%s" : "%s", row->fields[i]);
    buf_addc(out, ';');
    return OK;
}

/* Feeds `step` bytes at a time. */
static enum err parse(const char *text, size_t n, size_t step, struct buf *out, struct fault *f) {
    buf_clear(out);
    struct csv *c = csv_new("t.csv", collect, out);
    enum err e = OK;
    for (size_t i = 0; !e && i < n; i += step) e = csv_feed(c, text + i, n - i < step ? n - i : step, f);
    if (!e) e = csv_end(c, f);
    csv_free(c);
    return e;
}

static void expect(const char *text, const char *want) {
    AUTO(buf_reset) struct buf out;
    struct fault f = {0};
    buf_init(&out, 1u << 20);
    for (size_t step = 1; step < 8; step++) {
        CU_ASSERT_EQUAL(parse(text, strlen(text), step, &out, &f), OK);
        CU_ASSERT_STRING_EQUAL(buf_text(&out), want);
    }
}

static void refuse(const char *text, size_t n, const char *where, const char *why) {
    AUTO(buf_reset) struct buf out;
    struct fault f = {0};
    buf_init(&out, 1u << 20);
    CU_ASSERT_NOT_EQUAL(parse(text, n, 3, &out, &f), OK);
    CU_ASSERT_STRING_EQUAL(f.where, where);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, why));
}

void test_csv__reads_rfc4180(void) {
    expect("a,b\n1,2\n", "a|b;1|2;");
    expect("a,b\r\n1,2\r\n", "a|b;1|2;");
    expect("a,b\n1,2", "a|b;1|2;");
    expect("\xef\xbb\xbf" "a,b\n1,2", "a|b;1|2;");
    expect("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "a|b;x, y|say \"hi\";");
    expect("a,b\n\"two\nlines\",2\n", "a|b;two\nlines|2;");
    expect("a,b\n,\n", "a|b;|;");
    expect("a\n\n\n1\n", "a;1;");
    expect("a\n\"\"\n", "a;;");
    expect("", "");
}

void test_csv__refuses_with_the_line(void) {
    refuse("a,b\n1,2,3\n", 10, "t.csv:2", "3 fields, the header has 2");
    refuse("a,b\n1\n", 6, "t.csv:2", "1 fields");
    refuse("a,b\n\"1,2\n", 9, "t.csv:3", "inside quotes");
    refuse("a,b\n\"1\"x,2\n", 11, "t.csv:2", "after a closing quote");
    refuse("a,b\n1\"2,3\n", 10, "t.csv:2", "a quote inside");
    refuse("a,b\n1\0,2\n", 9, "t.csv:2", "NUL");
    refuse("a,b\n1\r,2\n", 9, "t.csv:2", "carriage return");
}

void test_csv__has_limits(void) {
    size_t n = 3u << 20;
    char *text = malloc(n);
    memset(text, 'x', n);
    refuse(text, n, "t.csv:1", "longer than 1 MiB");
    memset(text, ',', n);
    refuse(text, n, "t.csv:1", "4096 columns");
    free(text);
}

void test_csv__reads_packed_and_plain_files(void) {
    char path[] = "/tmp/tenor_csv_XXXXXX";
    struct fault f = {0};
    AUTO(buf_reset) struct buf out;
    buf_init(&out, 4096);
    close(mkstemp(path));
    gzFile g = gzopen(path, "wb");
    gzputs(g, "a,b\n1,2\n");
    gzclose(g);
    CU_ASSERT_EQUAL(csv_read(path, collect, &out, &f), OK);
    CU_ASSERT_STRING_EQUAL(buf_text(&out), "a|b;1|2;");
    buf_clear(&out);
    CU_ASSERT_EQUAL(truncate(path, 15), 0); /* cut inside the packed part */
    CU_ASSERT_EQUAL(csv_read(path, collect, &out, &f), ERR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, "unpack"));
    unlink(path);
    CU_ASSERT_EQUAL(csv_read(path, collect, &out, &f), ERR_NOT_FOUND);
}

void test_csv__numbers_and_missing(void) {
    double v;
    CU_ASSERT_TRUE(csv_number("12.5", &v) && v == 12.5);
    CU_ASSERT_TRUE(csv_number("-1e3", &v) && v == -1000);
    CU_ASSERT_TRUE(csv_number("", &v) && isnan(v));
    CU_ASSERT_TRUE(csv_number("NA", &v) && isnan(v));
    static const char *const not_numbers[] = {"x", "1x", "0x10", "inf", "1e999", " 1", "1,2", "--1", "."};
    for (size_t i = 0; i < ARRAY_LEN(not_numbers); i++) CU_ASSERT_FALSE(csv_number(not_numbers[i], &v));
}

void test_csv__written_fields_read_back(void) {
    AUTO(buf_reset) struct buf line;
    buf_init(&line, 4096);
    buf_adds(&line, "h\n");
    csv_add_field(&line, "say \"hi\", twice\nplease");
    expect(buf_text(&line), "h;say \"hi\", twice\nplease;");
}
