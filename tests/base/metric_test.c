#include "base/metric.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness/torture.h"

static struct metrics *sample(void) {
    struct metrics *m = metrics_new();
    const char *get[] = {"GET", "200"}, *odd[] = {"a\"b\\c\nd", "500"};
    metric_add(metric_get(m, METRIC_COUNTER, "tenor_requests_total", "Requests answered.", "method,status", get), 3);
    metric_add(metric_get(m, METRIC_COUNTER, "tenor_requests_total", "Requests answered.", "method,status", odd), 1);
    metric_set(metric_get(m, METRIC_GAUGE, "tenor_runs_open", "Runs in memory.", NULL, NULL), 0.5);
    struct metric *s = metric_get(m, METRIC_SECONDS, "tenor_commit_seconds", "Time to commit a batch.", NULL, NULL);
    metric_seen_us(s, 500), metric_seen_us(s, 1000), metric_seen_us(s, 1001), metric_seen_us(s, 70000000);
    return m;
}

void test_metric__text_form(void) {
    struct metrics *m = sample();
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1 << 20);
    metrics_write(m, &b);
    static const char head[] = "# HELP tenor_requests_total Requests answered.\n"
                               "# TYPE tenor_requests_total counter\n"
                               "tenor_requests_total{method=\"GET\",status=\"200\"} 3\n"
                               "tenor_requests_total{method=\"a\\\"b\\\\c\\nd\",status=\"500\"} 1\n"
                               "# HELP tenor_runs_open Runs in memory.\n"
                               "# TYPE tenor_runs_open gauge\n"
                               "tenor_runs_open 0.5\n";
    CU_ASSERT_NSTRING_EQUAL(buf_text(&b), head, sizeof head - 1);
    static const char *const lines[] = {
        "tenor_commit_seconds_bucket{le=\"0.001\"} 2\n", "tenor_commit_seconds_bucket{le=\"0.002\"} 3\n",
        "tenor_commit_seconds_bucket{le=\"60\"} 3\n", "tenor_commit_seconds_bucket{le=\"+Inf\"} 4\n",
        "tenor_commit_seconds_sum 70.002501\n", "tenor_commit_seconds_count 4\n"};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&b), lines[i]));
    metrics_free(m);
}

void test_metric__promtool_accepts_it(void) {
    if (system("command -v promtool >/dev/null 2>&1") != 0) {
        printf("\n    skipped: promtool is not installed\n");
        return;
    }
    struct metrics *m = sample();
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1 << 20);
    metrics_write(m, &b);
    FILE *tool = popen("promtool check metrics", "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(tool);
    CU_ASSERT_EQUAL(fwrite(b.data, 1, b.len, tool), b.len);
    CU_ASSERT_EQUAL(pclose(tool), 0);
    metrics_free(m);
}

void test_metric__a_series_is_found_again(void) {
    struct metrics *m = metrics_new();
    const char *a[] = {"a"}, *b[] = {"b"};
    struct metric *one = metric_get(m, METRIC_COUNTER, "x_total", "X.", "k", a);
    CU_ASSERT_PTR_EQUAL(metric_get(m, METRIC_COUNTER, "x_total", "X.", "k", a), one);
    CU_ASSERT_PTR_NOT_EQUAL(metric_get(m, METRIC_COUNTER, "x_total", "X.", "k", b), one);
    metrics_free(m);
}

void test_metric__series_are_capped(void) {
    struct metrics *m = metrics_new();
    struct metric *last = NULL;
    for (int i = 0; i < 2000; i++) {
        char value[16];
        snprintf(value, sizeof value, "v%d", i);
        const char *values[] = {value};
        last = metric_get(m, METRIC_COUNTER, "many_total", "Many.", "k", values);
        metric_add(last, 1);
    }
    const char *other[] = {"other"};
    CU_ASSERT_PTR_EQUAL(metric_get(m, METRIC_COUNTER, "many_total", "Many.", "k", other), last);
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1 << 20);
    metrics_write(m, &b);
    size_t lines = 0;
    for (const char *s = buf_text(&b); (s = strchr(s, '\n')); s++) lines++;
    CU_ASSERT_EQUAL(lines, 2 + METRIC_SERIES_MAX);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&b), "many_total{k=\"other\"} 1501\n"));
    metrics_free(m);
}

static void count_and_write(void *who) {
    (void)who;
    struct metrics *m = metrics_new(); /* may be NULL: everything below still works */
    for (int i = 0; i < 20; i++) {
        char value[40];
        snprintf(value, sizeof value, "a label value with number %d", i);
        const char *values[] = {value};
        metric_add(metric_get(m, METRIC_COUNTER, "many_total", "Many.", "k", values), 1);
    }
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1 << 20);
    metrics_write(m, &b);
    metrics_free(m);
}

void test_metric__survives_no_memory(void) {
    CU_ASSERT(torture_run(count_and_write, NULL) > 60);
}
