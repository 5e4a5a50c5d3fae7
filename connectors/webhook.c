/* webhook.c - secrets out of files, headers to signature.h. */
#include "connectors/webhook.h"

#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "base/zone.h"
#include "io/http.h"

#define WINDOW_MAX_S 86400

static bool read_bound(const char *word, int64_t unbounded, int64_t *out) {
    *out = unbounded;
    return !word || !strcmp(word, "-") || instant_parse(word, out) == OK;
}

/* "whsec_... [from [till]]" */
static enum err read_secret(const char *path, struct webhook_trust *t, struct fault *f) {
    char line[300] = "", *rest = NULL;
    FILE *in = fopen(path, "re");
    bool got = in && fgets(line, sizeof line, in);
    if (in) fclose(in);
    if (!got) return fault_set(f, ERR_INVALID, "webhook_secret_files", "cannot read a webhook secret from %.200s", path);
    const char *secret = strtok_r(line, " \t\r\n", &rest), *from = strtok_r(NULL, " \t\r\n", &rest),
               *till = strtok_r(NULL, " \t\r\n", &rest);
    enum err e = signature_secret_read(secret ? secret : "", &t->secrets[t->n], f);
    if (e == OK && (!read_bound(from, INT64_MIN, &t->valid[t->n].from_ms) || !read_bound(till, INT64_MAX, &t->valid[t->n].till_ms)))
        e = fault_set(f, ERR_INVALID, "webhook_secret_files", "after the secret in %.200s stand instants or '-': from, till", path);
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
        enum err e = read_secret(path, out, f);
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
    struct signature_secret valid[WEBHOOK_SECRETS_MAX];
    size_t n_valid = 0;
    for (size_t i = 0; i < t->n; i++)
        if (now_ms >= t->valid[i].from_ms && now_ms < t->valid[i].till_ms) valid[n_valid++] = t->secrets[i];
    enum err e = signature_verify(valid, n_valid, &s, body, n, now_ms / 1000, t->window_s, f);
    crypt_wipe(valid, sizeof valid);
    return e == ERR_INVALID ? fault_set(f, ERR_REFUSED, "webhook-signature", "a signature header is missing or malformed") : e;
}
