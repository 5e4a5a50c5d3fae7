/* account.c - is this account open, and is it theirs? Asked before money is paid to it.
 *
 * Providers charge for each question, so the key on the wire is made of the question and the day: asked again on the
 * same day, by whichever run, it is the same question. */
#include "base/text.h"
#include "connectors/connectors.h"
#include "connectors/http_call.h"
#include "connectors/shape.h"

#define DAY_MS INT64_C(86400000)

static const struct operation operations[] = {
    {
        .name = "verify",
        .about = "Whether an account is open and whose it is: by a beneficiary name check, or by paying one rupee into it",
        .kind = OP_READ,
        .timeout_ms = 8000,
        .cache_s = 86400,
        .stale_on = "account.changed consent.revoked",
        .input = JSON({
            "type": "object",
            "properties": {
                "account": {"type": "string", "minLength": 4, "maxLength": 34, "x-personal": true},
                "ifsc": {"type": "string", "pattern": "^[A-Z]{4}0[A-Z0-9]{6}$", "description": "bank and branch of the account"},
                "name": {"type": "string", "minLength": 1, "maxLength": 200, "x-personal": true, "description": "who should hold it"}
            },
            "required": ["account", "name"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "state": {"enum": ["open", "closed", "unknown"], "description": "unknown: the bank has no such account"},
                "name_match": {"type": "number", "minimum": 0, "maximum": 1, "x-unit": "share", "x-better": "higher", "description": "how much of the name agrees with a holder's; missing: the bank tells no names"},
                "joint": {"type": "boolean", "description": "held by more than one"},
                "name": {"type": "string", "maxLength": 200, "x-personal": true, "description": "the holder's, where the bank tells it"}
            },
            "required": ["state", "joint"]
        }),
        .sample = JSON({"state": "open", "name_match": 1, "joint": false, "name": "MEERA IYER"}),
    },
    {.name = NULL},
};

static void key_of(const struct shaped *s, struct buf *out) {
    char hash[65];
    if (json_hash(s->input, hash) != OK) buf_adds(out, s->key); /* no memory: a question of its own, which costs more */
    else buf_addf(out, "account:%.32s:%lld", hash, (long long)(s->now_ms / DAY_MS));
}

static const struct shape shapes[] = {{.operation = "verify", .key = key_of}, {.operation = NULL}};
static const struct shaping shaping = {.shapes = shapes};

static enum err open_account(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&account_connector, env, out, f);
}

const struct connector_ops account_connector = {
    .name = "account",
    .shaping = &shaping,
    .operations = operations,
    .open = open_account,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
