/* secrets.c - see secrets.h. */
#include "cli/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/signature.h"
#include "store/api_key.h"

enum { KEY_BYTES = 32, KEY_TEXT = 2 * KEY_BYTES + 8 };

enum err secrets_write(const char *path, const char *text, size_t n, struct fault *f) {
    char fresh[PATH_MAX];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    unlink(fresh); /* what an earlier start left, whatever its mode, or a link somebody laid */
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
    if (fd >= 0 && close(fd) != 0) good = false;
    if (good && rename(fresh, path) == 0) return OK;
    return fault_set(f, ERR_IO, path, "cannot be written: %m");
}

static void random_hex(char *out, size_t bytes) {
    unsigned char raw[KEY_BYTES];
    crypt_random(raw, bytes);
    for (size_t i = 0; i < bytes; i++) snprintf(out + 2 * i, 3, "%02x", raw[i]);
    crypt_wipe(raw, sizeof raw);
}

enum err secrets_master_key(const char *path, struct fault *f) {
    char text[2 * CRYPT_KEY + 2];
    if (access(path, F_OK) == 0) return OK;
    random_hex(text, CRYPT_KEY);
    text[2 * CRYPT_KEY] = '\n';
    enum err e = secrets_write(path, text, 2 * CRYPT_KEY + 1, f);
    crypt_wipe(text, sizeof text);
    return e;
}

enum err secrets_webhook(const char *path, struct fault *f) {
    AUTO(buf_reset) struct buf b = {0};
    if (access(path, F_OK) == 0) return OK;
    buf_init(&b, 256);
    enum err e = signature_secret_make(&b);
    buf_addc(&b, '\n');
    return e == OK ? secrets_write(path, buf_text(&b), b.len, f) : e;
}

static enum err make_keys(const char *path, json_t **out, struct fault *f) {
    static const char *const roles[] = {"admin", "officer", "engineer", "lender"};
    AUTO(buf_reset) struct buf b = {0};
    json_t *keys = json_object();
    enum err e = keys ? OK : ERR_NOMEM;
    for (size_t i = 0; e == OK && i < ARRAY_LEN(roles); i++) {
        char key[KEY_TEXT];
        size_t n = (size_t)snprintf(key, sizeof key, "tenor_");
        random_hex(key + n, KEY_BYTES);
        e = json_put_take(keys, roles[i], json_string(key));
        crypt_wipe(key, sizeof key);
    }
    buf_init(&b, 4096);
    if (e == OK) e = json_write(keys, &b);
    buf_addc(&b, '\n');
    if (e == OK) e = secrets_write(path, buf_text(&b), b.len, f);
    if (e == OK)
        *out = keys;
    else
        json_decref(keys);
    return e;
}

enum err secrets_api_keys(const char *path, const char *dsn, int64_t now_ms, json_t **out, struct fault *f) {
    json_error_t why;
    const char *role;
    json_t *key;
    enum err e = OK;
    *out = NULL;
    if (access(path, F_OK) != 0) {
        e = make_keys(path, out, f);
    } else if (!(*out = json_load_file(path, JSON_REJECT_DUPLICATES, &why))) {
        return fault_set(f, ERR_INVALID, path, "line %d: %s", why.line, why.text);
    }
    if (e == OK) json_object_foreach(*out, role, key) {
        char hash[65];
        if (e != OK || !json_is_string(key)) continue;
        crypt_sha256_hex(json_string_value(key), json_string_length(key), hash);
        e = api_key_put(dsn, hash, role, role, now_ms, f);
    }
    if (e == OK) return OK;
    json_decref(*out);
    *out = NULL;
    return e;
}
