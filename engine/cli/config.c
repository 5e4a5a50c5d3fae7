/* config.c - see config.h. */
#include "cli/config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crypt.h"
#include "base/file.h"
#include "base/schema.h"

static const char definition[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"database\"],\"properties\":{"
    "\"database\":{\"type\":\"string\",\"minLength\":1},\"redis\":{\"type\":\"string\"},\"listen\":{\"type\":\"string\"},"
    "\"root\":{\"type\":\"string\"},\"master_key_file\":{\"type\":\"string\"},\"keys_file\":{\"type\":\"string\"},"
    "\"processes\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":64},\"region\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535},"
    "\"shards\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":4096},\"connections\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":8},"
    "\"lease_ttl_ms\":{\"type\":\"integer\",\"minimum\":500,\"maximum\":60000},\"development\":{\"type\":\"boolean\"},"
    "\"day_end\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"zone\":{\"type\":\"string\"},"
    "\"at\":{\"type\":\"string\",\"pattern\":\"^([01][0-9]|2[0-3]):[0-5][0-9]$\"}}},"
    "\"stream\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"source\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":200},"
    "\"retention_days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":3650},\"redis_key\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":200},"
    "\"redis_entries\":{\"type\":\"integer\",\"minimum\":100,\"maximum\":10000000},\"private_addresses\":{\"type\":\"boolean\"}}},"
    "\"sandbox\":{\"type\":[\"object\",\"null\"]},\"connectors\":{\"type\":\"object\"},"
    "\"webhooks\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"per_s\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100000},\"burst\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000000}}}}}";

static enum err check(const json_t *json, struct fault *f) {
    json_auto_t *def = NULL;
    struct schema *s = NULL;
    enum err e = json_parse(definition, sizeof definition - 1, &JSON_LIMITS_OWN, &def, f);
    if (e == OK) e = schema_new(def, &s, f);
    if (e == OK) e = schema_check(s, json, NULL, NULL, f);
    schema_free(s);
    return e;
}

static int minute_of(const char *at) {
    if (!at) return -1;
    return ((at[0] - '0') * 10 + at[1] - '0') * 60 + (at[3] - '0') * 10 + at[4] - '0';
}

enum err config_from_take(json_t *json, struct config *c, struct fault *f) {
    memset(c, 0, sizeof *c);
    c->json = json;
    enum err e = json ? check(json, f) : ERR_NOMEM;
    if (e != OK) return config_reset(c), e;
    if (!json_object_get(json, "connectors")) e = json_put_take(json, "connectors", json_object());
    c->database = json_text(json, "database", "");
    c->redis = json_text(json, "redis", NULL);
    c->listen = json_text(json, "listen", "127.0.0.1:8080");
    c->root = json_text(json, "root", ".");
    c->master_key_file = json_text(json, "master_key_file", NULL);
    c->keys_file = json_text(json, "keys_file", NULL);
    c->processes = (int)json_int(json, "processes", 1);
    c->region = (int)json_int(json, "region", 1);
    c->shards = (int)json_int(json, "shards", 64);
    c->connections = (int)json_int(json, "connections", 2);
    c->lease_ttl_ms = json_int(json, "lease_ttl_ms", 5000);
    c->development = json_bool(json, "development", false);
    c->zone = json_text(json_object_get(json, "day_end"), "zone", "Asia/Kolkata");
    c->day_end_minute = minute_of(json_text(json_object_get(json, "day_end"), "at", NULL));
    c->stream = json_object_get(json, "stream");
    c->sandbox = json_at(json, "sandbox");
    c->connectors = json_object_get(json, "connectors");
    c->webhooks_per_s = (int)json_int(json_object_get(json, "webhooks"), "per_s", 0);
    c->webhooks_burst = (int)json_int(json_object_get(json, "webhooks"), "burst", 0);
    return e;
}

enum err config_read(const char *path, struct config *c, struct fault *f) {
    AUTO(buf_reset) struct buf b = {0};
    json_t *json = NULL;
    memset(c, 0, sizeof *c);
    enum err e = file_read(path, 1u << 20, &b, f);
    if (e == OK) e = json_parse(buf_text(&b), b.len, &JSON_LIMITS_OWN, &json, f);
    return e == OK ? config_from_take(json, c, f) : e;
}

void config_reset(struct config *c) {
    json_decref(c->json);
    memset(c, 0, sizeof *c);
}

static int hex_digit(char c) {
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

enum err config_master_key(const struct config *c, struct crypt_key *out, struct fault *f) {
    AUTO(buf_reset) struct buf b = {0};
    if (!c->master_key_file)
        return fault_set(f, ERR_NOT_FOUND, "master_key_file", "is missing: name a file that holds 64 hex digits");
    enum err e = file_read(c->master_key_file, 4096, &b, f);
    if (e != OK) return e;
    const char *text = buf_text(&b);
    for (size_t i = 0; i < CRYPT_KEY; i++) {
        int hi = b.len > 2 * i ? hex_digit(text[2 * i]) : -1, lo = b.len > 2 * i + 1 ? hex_digit(text[2 * i + 1]) : -1;
        if (hi < 0 || lo < 0)
            return fault_set(f, ERR_INVALID, c->master_key_file, "must hold 64 lower-case hex digits");
        out->b[i] = (uint8_t)(hi * 16 + lo);
    }
    crypt_wipe(b.data, b.len);
    return OK;
}
