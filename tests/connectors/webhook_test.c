/* webhook_test.c - who is trusted, and when: secrets with a time of their own, rotation, the window. */
#include "connectors/webhook.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/text.h"
#include "base/zone.h"
#include "connectors/payments_wire.h"
#include "io/http_head.h"

static char dir[64];

int setup_webhook(void) {
    snprintf(dir, sizeof dir, "/tmp/tenor-webhook-XXXXXX");
    return crypt_start() == OK && mkdtemp(dir) ? 0 : 1;
}
int teardown_webhook(void) { return rmdir(dir); }

static void file_of(const char *name, char out[128]) { snprintf(out, 128, "%s/%s", dir, name); }

static void put(const char *name, const char *text) {
    char path[128];
    file_of(name, path);
    FILE *f = fopen(path, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs(text, f);
    fclose(f);
}
static void drop(const char *name) {
    char path[128];
    file_of(name, path);
    unlink(path);
}

#define OLD "whsec_b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xk"
#define NEW "whsec_bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3"

static enum err trust(const char *old, const char *new, struct webhook_trust *out) {
    char one[128], two[128];
    struct fault f = {0};
    put("old", old), put("new", new);
    file_of("new", one), file_of("old", two);
    json_auto_t *config = json_pack("{s:[s, s]}", "webhook_secret_files", one, two);
    enum err e = webhook_trust_read(config, out, &f);
    drop("old"), drop("new");
    return e;
}

/* How a webhook, signed with this secret at `signed_s`, is judged at `now_ms`. */
static enum err judged(const struct webhook_trust *t, const char *secret, int64_t signed_s, int64_t now_ms) {
    static const char body[] = "{}";
    struct signature_secret s;
    struct fault f = {0};
    char head[800];
    AUTO(buf_reset) struct buf sign;
    buf_init(&sign, 400);
    CU_ASSERT_EQUAL(signature_secret_read(secret, &s, &f), OK);
    CU_ASSERT_EQUAL(signature_sign(&s, 1, "msg_1", signed_s, body, 2, &sign), OK);
    int n = snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: x\r\nwebhook-id: msg_1\r\nwebhook-timestamp: %lld\r\nwebhook-signature: %s\r\n\r\n",
                     (long long)signed_s, buf_text(&sign));
    struct http_head h = {0};
    CU_ASSERT_EQUAL_FATAL(http_head_read(head, (size_t)n, &h), 0);
    return webhook_check(t, &h.headers, body, 2, now_ms, &f);
}

void test_webhook__secrets_change_at_their_time(void) {
    struct webhook_trust t;
    int64_t night = 0;
    CU_ASSERT_EQUAL(instant_parse("2026-07-01T00:00:00Z", &night), OK);
    CU_ASSERT_EQUAL_FATAL(trust(OLD " - 2026-07-01T00:10:00Z\n", NEW " 2026-07-01T00:00:00Z\n", &t), OK);
    int64_t before = night - 60000, during = night + 60000, after = night + 660000;
    CU_ASSERT_EQUAL(judged(&t, OLD, before / 1000, before), OK);
    CU_ASSERT_EQUAL(judged(&t, NEW, before / 1000, before), ERR_REFUSED); /* not yet */
    CU_ASSERT_EQUAL(judged(&t, OLD, during / 1000, during), OK);
    CU_ASSERT_EQUAL(judged(&t, NEW, during / 1000, during), OK);
    CU_ASSERT_EQUAL(judged(&t, OLD, after / 1000, after), ERR_REFUSED); /* no more */
    CU_ASSERT_EQUAL(judged(&t, NEW, after / 1000, after), OK);
    CU_ASSERT_EQUAL(judged(&t, NEW, after / 1000 - 301, after), ERR_TIMEOUT);
    CU_ASSERT_EQUAL(judged(&t, NEW, after / 1000 + 301, after), ERR_TIMEOUT);
    CU_ASSERT_EQUAL(judged(&t, NEW, after / 1000 - 299, after), OK);
    webhook_trust_wipe(&t);
}

void test_webhook__a_wrong_file_is_told(void) {
    struct webhook_trust t;
    CU_ASSERT_EQUAL(trust(OLD, NEW " tomorrow", &t), ERR_INVALID);
    CU_ASSERT_EQUAL(trust(OLD, "whsec_c2hvcnQ=", &t), ERR_INVALID);
    CU_ASSERT_EQUAL(trust(OLD, "", &t), ERR_INVALID);
    CU_ASSERT_EQUAL(trust(OLD "\n", NEW "\r\n", &t), OK);
    CU_ASSERT_EQUAL(t.n, 2);
    webhook_trust_wipe(&t);
    CU_ASSERT_EQUAL(webhook_trust_read(NULL, &t, NULL), OK);
    CU_ASSERT_EQUAL(judged(&t, OLD, 1000, 1000000), ERR_REFUSED); /* nobody is trusted */
}

struct seen {
    unsigned n;
    char subject[80];
    int64_t sequence;
};
static void on_event(void *who, const struct heard *h) {
    struct seen *s = who;
    s->n++;
    (void)text_copy(s->subject, sizeof s->subject, h->subject ? h->subject : "");
    s->sequence = h->sequence;
}

/* The instant of what is told orders the words on one mandate. */
void test_webhook__events_of_a_mandate_are_ordered_by_their_instant(void) {
    static const char body[] = "{\"type\":\"mandate.active\",\"timestamp\":\"2026-01-15T10:00:00Z\",\"data\":{\"reference\":\"L1\",\"id\":\"UMRN7\"}}";
    static const char undated[] = "{\"type\":\"mandate.active\",\"data\":{\"reference\":\"L1\",\"id\":\"UMRN7\"}}";
    struct payments_keys keys = {.case_type = "loan_application", .servicing_case = "loan"};
    struct seen s = {0};
    struct fault f = {0};
    CU_ASSERT_EQUAL(payments_read(&keys, body, sizeof body - 1, on_event, &s, &f), OK);
    CU_ASSERT_EQUAL(s.n, 1);
    CU_ASSERT_STRING_EQUAL(s.subject, "mandate:UMRN7");
    CU_ASSERT_EQUAL(s.sequence, INT64_C(1768471200000));
    CU_ASSERT_EQUAL(payments_read(&keys, undated, sizeof undated - 1, on_event, &s, &f), OK);
    CU_ASSERT_STRING_EQUAL(s.subject, ""); /* not ordered */
}
