/* child_test.c - starting, finding and stopping processes; a recycled pid is never ours. */
#include <CUnit/CUnit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/child.h"

static char dir[64], pid_file[80];

int setup_child(void) {
    snprintf(dir, sizeof dir, "/tmp/tenor-child-XXXXXX");
    if (!mkdtemp(dir)) return 1;
    snprintf(pid_file, sizeof pid_file, "%s/pid", dir);
    return 0;
}
int teardown_child(void) { return rmdir(dir); }

static const char *const sleeper[] = {"sleep", "60", NULL};
static struct child make(const char *const *argv) {
    return (struct child){.name = "test", .argv = argv, .pid_file = pid_file, .stop_ms = 2000};
}

void test_child__starts_is_found_and_stops(void) {
    struct fault f = {0};
    struct child c = make(sleeper);
    CU_ASSERT_EQUAL_FATAL(child_start(&c, &f), OK);
    pid_t pid = c.pid;
    CU_ASSERT_EQUAL(child_find(pid_file), pid);
    CU_ASSERT_EQUAL(getsid(pid), pid); /* Ctrl-C does not reach it */
    child_stop(&c);
    CU_ASSERT_EQUAL(c.pid, 0);
    CU_ASSERT_EQUAL(child_find(pid_file), 0);
    CU_ASSERT_EQUAL(kill(pid, 0), -1);
}

void test_child__a_recycled_pid_is_not_ours(void) {
    struct fault f = {0};
    struct child other = make(sleeper);
    CU_ASSERT_EQUAL_FATAL(child_start(&other, &f), OK);
    FILE *out = fopen(pid_file, "w"); /* the pid lives, but began at another time */
    fprintf(out, "%d 12345\n", (int)other.pid);
    fclose(out);
    CU_ASSERT_EQUAL(child_find(pid_file), 0);
    static const char *const words[] = {"", "x", "1 1", "-1 5", "999999999 1"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        out = fopen(pid_file, "w");
        fputs(words[i], out);
        fclose(out);
        CU_ASSERT_EQUAL(child_find(pid_file), 0);
    }
    child_stop(&other);
}

void test_child__one_that_will_not_go_is_killed(void) {
    static const char *const stubborn[] = {"sh", "-c", "trap '' TERM; while :; do sleep 0.05; done", NULL};
    struct fault f = {0};
    struct child c = make(stubborn);
    c.stop_ms = 200;
    CU_ASSERT_EQUAL_FATAL(child_start(&c, &f), OK);
    child_sleep_ms(100);
    pid_t pid = c.pid;
    child_stop(&c);
    CU_ASSERT_EQUAL(kill(pid, 0), -1);
}

void test_child__what_does_not_start_says_so(void) {
    static const char *const missing[] = {"/nowhere/program", NULL}, *const failing[] = {"false", NULL};
    struct fault f = {0};
    struct child c = make(missing);
    CU_ASSERT_EQUAL(child_start(&c, &f), ERR_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, "No such file"));
    c = make(failing);
    CU_ASSERT_EQUAL(child_run(&c, &f), ERR_IO);
    c = (struct child){.name = "t", .argv = (const char *const[]){"true", NULL}};
    CU_ASSERT_EQUAL(child_run(&c, &f), OK);
    unlink(pid_file);
}
