/* book_file_test.c - the sandbox's book on disk: synced lines come back, a torn one does not. */
#include <CUnit/CUnit.h>
#include <string.h>
#include <unistd.h>

#include "connectors/sandbox/file.h"

static char path[64];

int setup_book_file(void) {
    snprintf(path, sizeof path, "/tmp/tenor-book-%d.jsonl", (int)getpid());
    return 0;
}
int teardown_book_file(void) { return unlink(path); }

static void add(struct book *b, const char *key) {
    char answer[] = "{\"id\":\"U1\"}";
    struct book_entry e = {.operation = "payments.disburse", .key = key, .reference = "L1", .answer = answer,
                           .answer_n = strlen(answer), .amount_minor = 5, .at_ms = 1, .input_hash = 7};
    CU_ASSERT_EQUAL(book_add(b, &e), OK);
}

static size_t reopened_count(struct fault *f) {
    struct book *b = book_new();
    struct book_file x;
    size_t n = SIZE_MAX;
    if (book_file_open(&x, path, b, f) == OK) {
        n = book_count(b);
        book_file_close(&x);
    }
    book_free(b);
    return n;
}

static void append(const char *text) {
    FILE *f = fopen(path, "ae");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs(text, f);
    fclose(f);
}

void test_book_file__synced_lines_come_back_and_unsynced_do_not(void) {
    struct book *b = book_new();
    struct book_file x;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(book_file_open(&x, path, b, &f), OK);
    CU_ASSERT_FALSE(book_file_dirty(&x));
    add(b, "k1");
    add(b, "k2");
    CU_ASSERT(book_file_dirty(&x));
    CU_ASSERT_EQUAL(book_file_sync(&x), OK);
    CU_ASSERT_FALSE(book_file_dirty(&x));
    add(b, "k3"); /* never synced, never acknowledged */
    book_file_close(&x);
    book_free(b);
    CU_ASSERT_EQUAL(reopened_count(&f), 2);
}

void test_book_file__a_torn_line_is_cut_and_writing_goes_on(void) {
    struct fault f = {0};
    append("{\"n\":3,\"operation\":\"payments.disb");
    CU_ASSERT_EQUAL(reopened_count(&f), 2);
    struct book *b = book_new();
    struct book_file x;
    CU_ASSERT_EQUAL_FATAL(book_file_open(&x, path, b, &f), OK);
    add(b, "k3");
    CU_ASSERT_EQUAL(book_file_sync(&x), OK);
    book_file_close(&x);
    book_free(b);
    CU_ASSERT_EQUAL(reopened_count(&f), 3);
}

void test_book_file__one_process_at_a_time(void) {
    struct book *b = book_new();
    struct book_file x;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(book_file_open(&x, path, b, &f), OK);
    CU_ASSERT_EQUAL(reopened_count(&f), SIZE_MAX);
    CU_ASSERT_EQUAL(f.kind, ERR_CONFLICT);
    book_file_close(&x);
    book_free(b);
}

void test_book_file__damage_in_the_middle_is_not_passed_over(void) {
    struct fault f = {0};
    append("not a line\n{}\n");
    CU_ASSERT_EQUAL(reopened_count(&f), SIZE_MAX);
    CU_ASSERT_EQUAL(f.kind, ERR_INVALID);
}
