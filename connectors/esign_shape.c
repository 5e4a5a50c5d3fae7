/* esign_shape.c - the document's hash, held against what was sent; webhooks of the provider. */
#include "connectors/esign_shape.h"

#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/http_call.h"

static bool same_document(const struct shaped *s, const json_t *said) {
    const char *sent = json_text(s->input, "document", NULL);
    return !sent || text_eq(sent, json_text(said, "document", NULL));
}

/* An envelope round another document exists at the provider now: only a person may say what is to become of it. */
static json_t *hear_envelope(const struct shaped *s, const json_t *said, struct answer *a) {
    if (same_document(s, said)) return json_incref((json_t *)said);
    answer_set(a, CALL_UNCERTAIN, "document_differs", "the provider's envelope holds another document than was sent");
    return NULL;
}

static json_t *hear_status(const struct shaped *s, const json_t *said, struct answer *a) {
    if (same_document(s, said)) return json_incref((json_t *)said);
    answer_set(a, CALL_REFUSED, "document_differs", "what was signed is another document than was sent");
    return NULL;
}

static void close_keys(void *p) {
    struct esign_keys *k = p;
    webhook_trust_wipe(&k->trust);
    free(k);
}

static enum err open_keys(const json_t *config, void **out, struct fault *f) {
    struct esign_keys *k = calloc(1, sizeof *k);
    if (!k) return fault_set(f, ERR_NOMEM, "", "no memory");
    bool fits = text_copy(k->case_type, sizeof k->case_type, json_text(config, "case", "loan_application"));
    enum err e = fits ? webhook_trust_read(config, &k->trust, f) : fault_set(f, ERR_INVALID, "case", "the case type is too long");
    if (e == OK) *out = k;
    else close_keys(k);
    return e;
}

static const struct shape shapes[] = {
    {.operation = "envelope", .hear = hear_envelope},
    {.operation = "status", .hear = hear_status},
    {.operation = NULL},
};
const struct shaping esign_shaping = {.open = open_keys, .close = close_keys, .shapes = shapes};

/* --- webhooks: {"type": "esign.signed", "timestamp", "data": {"reference", "id", "document", "code", "on"}} ----------------------- */

static const char *name_of(const char *type) {
    static const char *const names[] = {"esign.signed", "esign.declined", "esign.voided"};
    for (size_t k = 0; k < ARRAY_LEN(names); k++)
        if (!strcmp(names[k], type)) return names[k];
    return NULL;
}

static json_t *data_new(const json_t *said) {
    static const char *const fields[] = {"id", "reference", "document", "code", "on"};
    json_t *v = json_object();
    for (size_t k = 0; v && k < ARRAY_LEN(fields); k++) {
        const char *text = json_text(said, fields[k], "");
        if (*text && json_put_take(v, fields[k], json_string(text)) != OK) {
            json_decref(v);
            v = NULL;
        }
    }
    return v;
}

static enum err tell(const struct esign_keys *k, const json_t *v, heard_fn *each, void *who, struct fault *f) {
    const json_t *said = json_object_get(v, "data");
    const char *name = name_of(json_text(v, "type", "")), *id = json_text(said, "id", ""), *reference = json_text(said, "reference", "");
    char event[80], subject[80];
    int64_t at_ms = 0;
    if (!name || !*id || strlen(id) > 60 || !*reference || strlen(reference) > 99)
        return fault_set(f, ERR_INVALID, "type", "an event of an envelope has a type we know, an id and a reference");
    if (!strcmp(name, "esign.signed") && !*json_text(said, "document", ""))
        return fault_set(f, ERR_INVALID, "data.document", "a signature must say which document it is of");
    json_t *data = data_new(said);
    if (!data) return fault_set(f, ERR_NOMEM, "", "no memory");
    (void)snprintf(event, sizeof event, "%s:%s", name, id);
    (void)snprintf(subject, sizeof subject, "esign:%s", id);
    if (instant_parse(json_text(v, "timestamp", ""), &at_ms) != OK) at_ms = 0;
    each(who, &(struct heard){k->case_type, reference, name, event, data, at_ms ? subject : NULL, at_ms});
    json_decref(data);
    return OK;
}

enum err esign_read(const struct esign_keys *k, const void *body, size_t n, heard_fn *each, void *who, struct fault *f) {
    json_t *v = NULL;
    enum err e = json_parse(body, n, &JSON_LIMITS_BODY, &v, f);
    if (e == OK) e = tell(k, v, each, who, f);
    json_decref(v);
    return e;
}

enum err esign_hear(struct connector *c, const struct http_headers *h, const void *body, size_t n, int64_t now_ms,
                    heard_fn *each, void *who, struct fault *f) {
    const struct esign_keys *k = http_connector_keys(c);
    enum err e = h ? webhook_check(&k->trust, h, body, n, now_ms, f) : OK;
    return e == OK ? esign_read(k, body, n, each, who, f) : e;
}
