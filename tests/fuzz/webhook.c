/* webhook.c - fuzz: whatever posts itself as a webhook, head and body. What we did not sign is never trusted; what we sign
 * is; and what the connectors read out of any body can be told as events. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/text.h"
#include "connectors/esign_shape.h"
#include "connectors/payments_wire.h"
#include "connectors/webhook.h"
#include "io/http.h"
#include "io/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define NOW_MS INT64_C(1790000000000)
static struct webhook_trust trust = {.n = 1, .window_s = 300, .secrets = {{.b = "not known to the fuzzer, 32 byte", .n = 32}},
                                     .valid = {{INT64_MIN, INT64_MAX}}};

static void is_sound(void *who, const struct heard *h) {
    (void)who;
    INVARIANT(*h->case_type && *h->key && *h->name && *h->event_id && json_is_object(h->data));
    INVARIANT(strlen(h->key) < 128 && strlen(h->event_id) < 200 && (!h->subject || strlen(h->subject) < 200));
    INVARIANT(text_is_utf8(h->key, strlen(h->key)) && text_is_utf8(h->event_id, strlen(h->event_id)));
}

/* The same id and time, signed by us. */
static void signed_is_trusted(const struct http_headers *h, const char *body, size_t n) {
    struct fault f;
    struct buf s;
    const char *id = http_header_of(h, "webhook-id"), *at = http_header_of(h, "webhook-timestamp");
    int64_t at_s;
    if (!id || !at || text_i64(at, strlen(at), &at_s) != OK || at_s < NOW_MS / 1000 - 300 || at_s > NOW_MS / 1000 + 300) return;
    buf_init(&s, 4096);
    if (signature_sign(trust.secrets, 1, id, at_s, body, n, &s) == OK) {
        struct signature_headers ours = {id, at, buf_text(&s)};
        enum err e = signature_verify(trust.secrets, 1, &ours, body, n, NOW_MS / 1000, 300, &f);
        INVARIANT(e == OK || (e == ERR_REFUSED && at[0] == '0') || at[0] == '+'); /* the time is signed as it is written */
    }
    buf_reset(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct payments_keys payments = {.case_type = "loan_application", .servicing_case = "loan"};
    struct esign_keys esign = {.case_type = "loan_application"};
    struct http_head head = {0};
    struct fault f;
    if (crypt_start() != OK || n > 200000) return 0;
    char *text = malloc(n + 1);
    INVARIANT(text);
    memcpy(text, data, n);
    text[n] = 0;
    size_t size = http_head_size(text, n);
    if (size && http_head_read(text, size, &head) == 0) {
        const char *body = text + size;
        enum err e = webhook_check(&trust, &head.headers, body, n - size, NOW_MS, &f);
        INVARIANT(e == ERR_REFUSED || e == ERR_TIMEOUT);
        signed_is_trusted(&head.headers, body, n - size);
        (void)!payments_read(&payments, body, n - size, is_sound, NULL, &f);
        (void)!esign_read(&esign, body, n - size, is_sound, NULL, &f);
    }
    free(text);
    return 0;
}
