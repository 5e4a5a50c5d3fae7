/* guard_config.c - see guard_config.h. */
#include "connectors/guard_config.h"

#include <string.h>

#include "base/schema.h"
#include "base/text.h"

static const char definition[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"mode\":{\"enum\":[\"live\",\"sandbox\",\"record_only\"]},"
    "\"url\":{\"type\":\"string\"},\"sandbox_url\":{\"type\":\"string\"},"
    "\"token_file\":{\"type\":\"string\"},\"sandbox_token_file\":{\"type\":\"string\"},"
    "\"limits\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"per_s\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":100000},"
    "\"burst\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":100000},"
    "\"at_once\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":10000},"
    "\"breaker_after\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":10000},"
    "\"slow_ms\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":600000},"
    "\"open_ms\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":3600000}}}}}";

static const struct limits USUAL = {.at_once = 64, .breaker_after = 10, .open_ms = 5000};
static const char *const MODES[] = {"live", "sandbox", "record_only"};

const char *guard_mode_word(enum guard_mode m) { return MODES[m]; }

static enum err check(const char *name, const json_t *config, struct fault *f) {
    json_auto_t *def = NULL;
    struct schema *s = NULL;
    struct fault own = {0};
    enum err e = json_parse(definition, sizeof definition - 1, &JSON_LIMITS_OWN, &def, &own);
    if (e == OK) e = schema_new(def, &s, &own);
    if (e == OK) e = schema_check(s, config, NULL, NULL, &own);
    schema_free(s);
    if (e == OK) return OK;
    char where[sizeof own.where];
    snprintf(where, sizeof where, "/%.30s%.80s", name, own.where);
    return fault_set(f, e, where, "%s", own.text[0] ? own.text : err_word(e));
}

static unsigned limit(const json_t *given, const char *name, unsigned declared, unsigned usual) {
    int64_t v = json_int(given, name, 0);
    return v ? (unsigned)v : declared ? declared : usual;
}

static struct limits limits_of(const struct connector_ops *ops, const json_t *given) {
    const struct limits *d = ops->limits ? ops->limits : &USUAL;
    struct limits l = {
        .per_s = limit(given, "per_s", d->per_s, 0),
        .at_once = limit(given, "at_once", d->at_once, USUAL.at_once),
        .breaker_after = limit(given, "breaker_after", d->breaker_after, USUAL.breaker_after),
        .slow_ms = limit(given, "slow_ms", d->slow_ms, 0),
        .open_ms = limit(given, "open_ms", d->open_ms, USUAL.open_ms),
    };
    l.burst = limit(given, "burst", d->burst, l.per_s);
    return l;
}

static enum guard_mode mode_of(const json_t *config) {
    const char *word = json_text(config, "mode", MODES[GUARD_LIVE]);
    for (unsigned i = 0; i < ARRAY_LEN(MODES); i++)
        if (text_eq(word, MODES[i])) return (enum guard_mode)i;
    return GUARD_LIVE; /* the schema has let no other word through */
}

/* The live token must never reach a sandbox. */
static enum err to_sandbox(const char *name, json_t *config, struct fault *f) {
    static const char *const moved[][2] = {{"sandbox_url", "url"}, {"sandbox_token_file", "token_file"}};
    if (!json_object_get(config, "sandbox_url"))
        return fault_set(f, ERR_INVALID, "sandbox_url", "%s is in mode sandbox and has no sandbox_url", name);
    for (size_t i = 0; i < ARRAY_LEN(moved); i++) {
        json_t *v = json_object_get(config, moved[i][0]);
        (void)json_object_del(config, moved[i][1]);
        if (v && json_object_set(config, moved[i][1], v)) return ERR_NOMEM;
    }
    return OK;
}

enum err guard_config_read(const struct connector_ops *ops, const json_t *config, struct guard_config *out,
                           json_t **inner_new, struct fault *f) {
    *inner_new = NULL;
    enum err e = config ? check(ops->name, config, f) : OK;
    if (e != OK) return e;
    *out = (struct guard_config){mode_of(config), limits_of(ops, json_object_get(config, "limits"))};
    json_t *inner = config ? json_copy((json_t *)config) : json_object();
    if (!inner) return fault_set(f, ERR_NOMEM, "", "no memory");
    if (out->mode == GUARD_SANDBOX) e = to_sandbox(ops->name, inner, f);
    if (e == OK) *inner_new = inner;
    else json_decref(inner);
    return e;
}

unsigned guard_slow_ms(const struct guard_config *c, const struct operation *op) {
    return c->limits.slow_ms ? c->limits.slow_ms : op->timeout_ms - op->timeout_ms / 4;
}
