#include "base/log.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static char *text;
static size_t size;
static FILE *out;

static int64_t noon(void *who) {
    (void)who;
    return 1796126400123; /* 2026-12-01T12:00:00.123Z */
}

int setup_log(void) {
    out = open_memstream(&text, &size);
    log_open(out, LOG_INFO, noon, NULL);
    return !out;
}

int teardown_log(void) {
    log_open(NULL, LOG_INFO, NULL, NULL);
    fclose(out);
    free(text);
    return 0;
}

static const char *fresh(void) {
    static size_t read;
    const char *from = text + read;
    read = size;
    return from;
}

void test_log__one_line_per_fact(void) {
    log_line(LOG_INFO, "engine/x.c", "run_started", "run=%s n=%d", "r_1", 3);
    CU_ASSERT_STRING_EQUAL(fresh(), "ts=2026-12-01T12:00:00.123Z level=info file=engine/x.c event=run_started run=r_1 n=3\n");
    log_line(LOG_DEBUG, "engine/x.c", "detail", "n=%d", 1);
    CU_ASSERT_STRING_EQUAL(fresh(), "");
    log_line(LOG_ERROR, "engine/x.c", "broken", "%s", "");
    CU_ASSERT_STRING_EQUAL(fresh(), "ts=2026-12-01T12:00:00.123Z level=error file=engine/x.c event=broken\n");
}

void test_log__a_value_cannot_forge_a_line(void) {
    log_line(LOG_WARN, "f.c", "odd", "name=%s", "a\nts=0 level=info event=paid\r\tx");
    const char *line = fresh();
    CU_ASSERT_PTR_EQUAL(strchr(line, '\n'), line + strlen(line) - 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "name=a ts=0 level=info event=paid  x\n"));
}

void test_log__long_lines_are_cut_at_a_character(void) {
    char big[9001] = "";
    for (int i = 0; i < 9000; i++) big[i] = "\xE2\x82\xB9"[i % 3];
    log_line(LOG_INFO, "f.c", "long", "v=%s", big);
    const char *line = fresh();
    size_t n = strlen(line);
    CU_ASSERT(n > 4000 && n <= 4096 && line[n - 1] == '\n');
    CU_ASSERT_TRUE(text_is_utf8(line, n));
}

void test_log__quoting(void) {
    CU_ASSERT_STRING_EQUAL(log_quote("two words"), "\"two words\"");
    CU_ASSERT_STRING_EQUAL(log_quote("say \"hi\" \\"), "\"say \\\"hi\\\" \\\\\"");
    CU_ASSERT_STRING_EQUAL(log_quote("a\nb\xff"), "\"a?b?\"");
    CU_ASSERT_STRING_EQUAL(log_quote(NULL), "\"\"");
    char big[2000];
    for (size_t fill = 480; fill < 530; fill++) {
        memset(big, '"', fill);
        big[fill] = '\0';
        const char *q = log_quote(big);
        CU_ASSERT(strlen(q) < 512 && text_ends(q, "\xE2\x80\xA6\""));
    }
    const char *first = log_quote("1");
    for (int i = 0; i < 7; i++) log_quote("later");
    CU_ASSERT_STRING_EQUAL(first, "\"1\"");
}
