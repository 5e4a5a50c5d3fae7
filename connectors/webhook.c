/* webhook.c - secrets out of files, headers to signature.h. */
#include "connectors/webhook.h"

#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "io/http.h"

#define WINDOW_MAX_S 86400

static enum err read_secret(const char *path, struct signature_secret *out, struct fault *f) {
    char line[200] = "";
    FILE *in = fopen(path, "re");
    bool got = in && fgets(line, sizeof line, in);
    if (in) fclose(in);
    if (!got) return fault_set(f, ERR_INVALID, "webhook_secret_files", "cannot read a webhook secret from %.200s", path);
    line[strcspn(line, "\r\n")] = 0;
    enum err e = signature_secret_read(line, out, f);
    crypt_wipe(line, sizeof line);
    return e;
}

enum err webhook_trust_read(const json_t *config, struct webhook_trust *out, struct fault *f) {
    const json_t *files = json_object_get(config, "webhook_secret_files");
    *out = (struct webhook_trust){.window_s = json_int(config, "webhook_window_s", SIGNATURE_WINDOW_S)};
    if (json_array_size(files) > WEBHOOK_SECRETS_MAX || (files && !json_is_array(files)))
        return fault_set(f, ERR_INVALID, "webhook_secret_files", "it is a list of at most %d files", WEBHOOK_SECRETS_MAX);
    if (out->window_s < 1 || out->window_s > WINDOW_MAX_S)
        return fault_set(f, ERR_INVALID, "webhook_window_s", "it is between 1 and %d seconds", WINDOW_MAX_S);
    for (; out->n < json_array_size(files); out->n++) {
        const char *path = json_string_value(json_array_get(files, out->n));
        if (!path) return fault_set(f, ERR_INVALID, "webhook_secret_files", "it is a list of names of files");
        enum err e = read_secret(path, &out->secrets[out->n], f);
        if (e != OK) return e;
    }
    return OK;
}

void webhook_trust_wipe(struct webhook_trust *t) { crypt_wipe(t, sizeof *t); }

enum err webhook_check(const struct webhook_trust *t, const struct http_headers *h, const void *body, size_t n,
                       int64_t now_ms, struct fault *f) {
    struct signature_headers s = {http_header_of(h, "webhook-id"), http_header_of(h, "webhook-timestamp"),
                                  http_header_of(h, "webhook-signature")};
    if (!t->n) return fault_set(f, ERR_REFUSED, "webhook-signature", "no secret is configured for webhooks of this connector");
    enum err e = signature_verify(t->secrets, t->n, &s, body, n, now_ms / 1000, t->window_s, f);
    return e == ERR_INVALID ? fault_set(f, ERR_REFUSED, "webhook-signature", "a signature header is missing or malformed") : e;
}
