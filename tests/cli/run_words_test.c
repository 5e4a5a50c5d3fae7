/* run_words_test.c - flags before environment before file before defaults. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/run_words.h"

static const struct run_places places = {"host=private", "unix:/private", "/k", "/keys", "/book", "/hook"};

static enum err flags(struct run_flags *o, struct fault *f, int n, const char *const *words) {
    char *argv[12] = {(char *)"run"};
    for (int i = 0; i < n; i++) argv[i + 1] = (char *)words[i];
    return run_flags_read(n + 1, argv, o, f);
}
#define FLAGS(o, f, ...)                                                                           \
    flags(o, f, (int)ARRAY_LEN(((const char *const[]){__VA_ARGS__})), (const char *const[]){__VA_ARGS__})

void test_run_words__wrong_flags_are_named(void) {
    struct run_flags o;
    struct fault f = {0};
    CU_ASSERT_EQUAL(FLAGS(&o, &f, "--prot", "1"), ERR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(f.text, "--port"));
    CU_ASSERT_EQUAL(FLAGS(&o, &f, "--port"), ERR_INVALID);
    CU_ASSERT_EQUAL(FLAGS(&o, &f, "--port", "99999"), ERR_INVALID);
    CU_ASSERT_EQUAL(FLAGS(&o, &f, "--processes", "0"), ERR_INVALID);
    CU_ASSERT_EQUAL(FLAGS(&o, &f, "--no-sandbox", "--port", "81", "--dir", "d"), OK);
    CU_ASSERT(o.no_sandbox && o.port == 81 && !strcmp(o.dir, "d"));
}

void test_run_words__the_merged_configuration(void) {
    struct run_flags o;
    struct fault f = {0};
    json_t *c = NULL;
    CU_ASSERT_EQUAL(FLAGS(&o, &f, "--port", "81", "--sandbox-port", "82", "--processes", "3"), OK);
    o.file = json_pack("{s:s, s:i, s:{s:{s:s}, s:{s:{s:i}}, s:{s:s}}}", "listen", "0.0.0.0:9", "shards", 8, "connectors", "kyc", "url",
                       "http://theirs", "bureau", "limits", "per_s", 5, "payments", "mode", "record_only");
    CU_ASSERT_EQUAL_FATAL(run_config_new(&o, &places, &c, &f), OK);
    CU_ASSERT_STRING_EQUAL(json_text(c, "listen", ""), "127.0.0.1:81"); /* the flag */
    CU_ASSERT_EQUAL(json_int(c, "shards", 0), 8);                        /* the file */
    CU_ASSERT_EQUAL(json_int(c, "processes", 0), 3);
    CU_ASSERT_STRING_EQUAL(json_text(c, "database", ""), "host=private");
    CU_ASSERT_STRING_EQUAL(json_text(json_at(c, "connectors.kyc"), "url", ""), "http://theirs");
    CU_ASSERT_STRING_EQUAL(json_text(json_at(c, "connectors.bank"), "sandbox_url", ""), "http://127.0.0.1:82");
    CU_ASSERT_STRING_EQUAL(json_text(json_at(c, "connectors.bank"), "mode", ""), "sandbox");
    CU_ASSERT_PTR_NULL(json_at(c, "connectors.kyc.mode"));
    CU_ASSERT_STRING_EQUAL(json_text(json_at(c, "connectors.bureau"), "sandbox_url", ""), "http://127.0.0.1:82"); /* only limits were given */
    CU_ASSERT_EQUAL(json_int(json_at(c, "connectors.bureau.limits"), "per_s", 0), 5);
    CU_ASSERT_STRING_EQUAL(json_text(json_at(c, "connectors.payments"), "mode", ""), "record_only");
    CU_ASSERT_STRING_EQUAL(json_text(json_at(c, "connectors.payments"), "url", ""), "http://127.0.0.1:82");
    CU_ASSERT_STRING_EQUAL(json_text(json_at(c, "sandbox"), "webhooks", ""), "http://127.0.0.1:81/v1/webhooks");
    CU_ASSERT_STRING_EQUAL(json_text(json_at(c, "sandbox"), "webhook_secret_file", ""), "/hook");
    CU_ASSERT_EQUAL(json_array_size(json_at(c, "connectors.payments.webhook_secret_files")), 1);
    CU_ASSERT_PTR_NULL(json_at(c, "connectors.bank.webhook_secret_files")); /* it hears nothing */
    CU_ASSERT_PTR_NULL(json_at(c, "connectors.kyc.webhook_secret_files"));  /* another's trusts nobody of ours */
    struct config read;
    CU_ASSERT_EQUAL(config_from_take(c, &read, &f), OK); /* and the others can read it */
    config_reset(&read);
    json_decref(o.file);
}

static size_t welcome(bool development, char *out, size_t cap) {
    json_auto_t *keys = json_pack("{s:s}", "admin", "tenor_secret");
    struct config c = {.listen = "127.0.0.1:1", .keys_file = "/keys", .development = development};
    FILE *there = tmpfile();
    int before = dup(1);
    CU_ASSERT_FATAL(there && before >= 0);
    fflush(stdout);
    CU_ASSERT_EQUAL(dup2(fileno(there), 1), 1);
    run_welcome(&c, keys);
    CU_ASSERT_EQUAL(dup2(before, 1), 1);
    close(before);
    rewind(there);
    size_t n = fread(out, 1, cap - 1, there);
    out[n] = '\0';
    fclose(there);
    return n;
}

void test_run_words__keys_are_shown_in_development_only(void) {
    char text[4096];
    CU_ASSERT(welcome(true, text, sizeof text) && strstr(text, "tenor_secret"));
    CU_ASSERT(welcome(false, text, sizeof text) && !strstr(text, "tenor_secret") && strstr(text, "/keys"));
}

void test_run_words__without_a_sandbox(void) {
    struct run_flags o;
    struct fault f = {0};
    json_t *c = NULL;
    CU_ASSERT_EQUAL(FLAGS(&o, &f, "--no-sandbox"), OK);
    CU_ASSERT_EQUAL(run_flags_file(&o, &f), OK);
    CU_ASSERT_EQUAL_FATAL(run_config_new(&o, &places, &c, &f), OK);
    CU_ASSERT_PTR_NULL(json_object_get(c, "sandbox"));
    CU_ASSERT_PTR_NULL(json_at(c, "connectors.kyc"));
    CU_ASSERT_STRING_EQUAL(json_text(c, "listen", ""), "127.0.0.1:8080");
    json_decref(c);
    json_decref(o.file);
    o.root = "/nowhere/at/all";
    o.file = json_object();
    CU_ASSERT_EQUAL(run_config_new(&o, &places, &c, &f), ERR_NOT_FOUND);
    json_decref(o.file);
}
