/* commands_test.c - every command, asked for help and used wrongly: one form, one meaning of exit codes. */
#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

struct told {
    int rc;
    char out[8192], err[8192];
};

static void read_back(FILE *f, char *to, size_t cap) {
    rewind(f);
    to[fread(to, 1, cap - 1, f)] = 0;
    fclose(f);
}

static struct told say(const char *command, const char *word) {
    static struct told t;
    char *argv[] = {"tenor", (char *)command, (char *)word, NULL};
    FILE *out = tmpfile(), *err = tmpfile();
    fflush(stdout), fflush(stderr);
    int kept_out = dup(STDOUT_FILENO), kept_err = dup(STDERR_FILENO);
    dup2(fileno(out), STDOUT_FILENO), dup2(fileno(err), STDERR_FILENO);
    t.rc = cli_main(word ? 3 : 2, argv);
    fflush(stdout), fflush(stderr);
    dup2(kept_out, STDOUT_FILENO), dup2(kept_err, STDERR_FILENO);
    close(kept_out), close(kept_err);
    read_back(out, t.out, sizeof t.out), read_back(err, t.err, sizeof t.err);
    return t;
}

static bool check(bool good, const char *command, const char *what, const char *said) {
    if (!good) printf("\n    tenor %s: %s:\n%s\n", command, what, said);
    return good;
}

static void help_is_in_form(const struct command *c) {
    char usage[1200];
    struct told t = say(c->name, "--help");
    snprintf(usage, sizeof usage, "usage: %s\n\n%s\n", c->usage, c->about);
    CU_ASSERT(check(t.rc == 0 && !strcmp(t.out, usage) && !*t.err, c->name, "help is not usage, a blank line and what it does", t.out));
    CU_ASSERT(check(text_starts(c->usage, "tenor ") && text_starts(c->usage + 6, c->name), c->name, "usage begins with its name", c->usage));
    size_t n = strlen(c->about);
    bool capital = c->about[0] >= 'A' && c->about[0] <= 'Z';
    CU_ASSERT(check(capital && c->about[n - 1] == '.', c->name, "what it does is a sentence", c->about));
}

static void wrong_use_is_in_form(const struct command *c) {
    char begin[80], usage[1000];
    struct told t = say(c->name, "--nosuch");
    snprintf(begin, sizeof begin, "tenor %s: there is no flag --nosuch", c->name);
    snprintf(usage, sizeof usage, "\nusage: %s\n", c->usage);
    CU_ASSERT(check(t.rc == EXIT_USAGE, c->name, "wrong use ends with 2", t.err));
    CU_ASSERT(check(!*t.out && text_starts(t.err, begin) && text_ends(t.err, usage), c->name, "it should say what is wrong, then the usage", t.err));
}

void test_commands__help_and_wrong_use_have_one_form(void) {
    int n = 0;
    for (const struct command *const *c = cli_commands; *c; c++, n++) {
        help_is_in_form(*c);
        wrong_use_is_in_form(*c);
    }
    CU_ASSERT(n > 10);
}

void test_commands__numbers_say_what_they_take(void) {
    char *argv[] = {"tenor", "sim", "--seeds", "x", NULL};
    struct told t = say("sim", "--seed");
    CU_ASSERT(t.rc == EXIT_USAGE && strstr(t.err, "did you mean --seeds?"));
    fflush(stderr);
    FILE *err = tmpfile();
    int kept = dup(STDERR_FILENO);
    dup2(fileno(err), STDERR_FILENO);
    t.rc = cli_main(4, argv);
    fflush(stderr);
    dup2(kept, STDERR_FILENO), close(kept);
    read_back(err, t.err, sizeof t.err);
    CU_ASSERT(t.rc == EXIT_USAGE && text_starts(t.err, "tenor sim: --seeds takes a whole number from 1 to "));
    CU_ASSERT_PTR_NOT_NULL(strstr(t.err, "not 'x'"));
}

void test_commands__an_unknown_command_is_wrong_use(void) {
    struct told t = say("chekc", NULL);
    CU_ASSERT(t.rc == EXIT_USAGE && text_starts(t.err, "tenor: there is no command ‹chekc›; did you mean ‹check›?"));
}
