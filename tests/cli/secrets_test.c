/* secrets_test.c - files that hold secrets are their owner's alone, and made once. */
#include "cli/secrets.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/signature.h"

static char dir[] = "/tmp/tenor-secrets-XXXXXX", path[80], fresh[90];

int setup_secrets(void) {
    if (!mkdtemp(dir)) return 1;
    snprintf(path, sizeof path, "%s/key", dir);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    return 0;
}
int teardown_secrets(void) {
    unlink(path);
    return rmdir(dir);
}

static mode_t mode_of(const char *file) {
    struct stat st;
    return lstat(file, &st) == 0 ? st.st_mode & 07777 : 0;
}

static size_t content(const char *file, char *out, size_t cap) {
    FILE *in = fopen(file, "re");
    size_t n = in ? fread(out, 1, cap - 1, in) : 0;
    if (in) fclose(in);
    out[n] = '\0';
    return n;
}

void test_secrets__are_their_owners_alone(void) {
    struct fault f = {0};
    mode_t before = umask(0);
    CU_ASSERT_EQUAL(secrets_write(path, "one", 3, &f), OK);
    CU_ASSERT_EQUAL(mode_of(path), 0600);
    umask(before);
}

/* What lies in the way, open to all or leading elsewhere, is not written into. */
void test_secrets__do_not_go_where_a_link_leads(void) {
    struct fault f = {0};
    char trap[90], text[20];
    snprintf(trap, sizeof trap, "%s/trap", dir);
    FILE *out = fopen(trap, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    fclose(out);
    CU_ASSERT_EQUAL(symlink(trap, fresh), 0);
    CU_ASSERT_EQUAL(secrets_write(path, "two", 3, &f), OK);
    CU_ASSERT(content(trap, text, sizeof text) == 0 && content(path, text, sizeof text) == 3);
    CU_ASSERT_EQUAL(unlink(trap), 0);
    out = fopen(fresh, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    fclose(out);
    CU_ASSERT_EQUAL(chmod(fresh, 0666), 0);
    CU_ASSERT_EQUAL(secrets_write(path, "three", 5, &f), OK);
    CU_ASSERT_EQUAL(mode_of(path), 0600);
}

void test_secrets__a_master_key_is_made_once(void) {
    struct fault f = {0};
    char first[100], again[100];
    unlink(path);
    CU_ASSERT_EQUAL(secrets_master_key(path, &f), OK);
    CU_ASSERT_EQUAL(content(path, first, sizeof first), 65);
    CU_ASSERT(strspn(first, "0123456789abcdef") == 64 && mode_of(path) == 0600);
    CU_ASSERT_EQUAL(secrets_master_key(path, &f), OK);
    content(path, again, sizeof again);
    CU_ASSERT_STRING_EQUAL(first, again);
    CU_ASSERT_EQUAL(secrets_write("/nowhere/key", "x", 1, &f), ERR_IO);
}

void test_secrets__a_webhook_secret_is_made_once(void) {
    struct fault f = {0};
    struct signature_secret secret;
    char first[200], again[200];
    unlink(path);
    CU_ASSERT_EQUAL(secrets_webhook(path, &f), OK);
    content(path, first, sizeof first);
    CU_ASSERT_EQUAL(mode_of(path), 0600);
    CU_ASSERT_EQUAL(secrets_webhook(path, &f), OK);
    content(path, again, sizeof again);
    CU_ASSERT_STRING_EQUAL(first, again);
    first[strcspn(first, "\n")] = '\0';
    CU_ASSERT_EQUAL(signature_secret_read(first, &secret, &f), OK);
}
