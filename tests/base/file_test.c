#include "base/file.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness/torture.h"

static char path[64];

int setup_file(void) {
    snprintf(path, sizeof path, "/tmp/tenor-file-test-%d", (int)getpid());
    return 0;
}
int teardown_file(void) { return unlink(path) == 0 ? 0 : 1; }

static void put(size_t n) {
    FILE *f = fopen(path, "we");
    for (size_t i = 0; f && i < n; i++) fputc('a' + (int)(i % 26), f);
    if (f) fclose(f);
}

void test_file__is_read_whole_up_to_its_ceiling(void) {
    AUTO(buf_reset) struct buf b = {0};
    put(40000);
    CU_ASSERT_EQUAL(file_read(path, 40000, &b, NULL), OK);
    CU_ASSERT_EQUAL(b.len, 40000);
    CU_ASSERT_EQUAL(buf_text(&b)[39999], 'a' + 39999 % 26);
}

void test_file__over_its_ceiling_is_refused(void) {
    AUTO(buf_reset) struct buf b = {0};
    struct fault f = {0};
    put(101);
    CU_ASSERT_EQUAL(file_read(path, 100, &b, &f), ERR_LIMIT);
    CU_ASSERT_STRING_EQUAL(f.where, path);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, "100 bytes"));
}

void test_file__that_is_not_there_says_so(void) {
    AUTO(buf_reset) struct buf b = {0};
    struct fault f = {0};
    CU_ASSERT_EQUAL(file_read("/nonexistent/tenor", 100, &b, &f), ERR_NOT_FOUND);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, "No such file"));
    CU_ASSERT_EQUAL(file_read("/tmp", 100, &b, &f), ERR_IO);
}

static void read_it(void *who) {
    AUTO(buf_reset) struct buf b = {0};
    enum err e = file_read(who, 100000, &b, NULL);
    CU_ASSERT(e == OK || torture_hit()); /* the C library may lack memory to open it: that is ERR_IO */
    CU_ASSERT(e != OK || b.len == 40000);
}
void test_file__survives_no_memory(void) {
    put(40000);
    CU_ASSERT(torture_run(read_it, path) >= 1);
}
