/* kyc.c - who is this: the tax number (PAN) and the name against the register. */
#include "connectors/connectors.h"
#include "connectors/http_call.h"

static const struct operation operations[] = {
    {
        .name = "verify",
        .about = "Checks a PAN and compares the name with the register",
        .kind = OP_READ,
        .timeout_ms = 2000,
        .input = JSON({
            "type": "object",
            "properties": {
                "pan": {"type": "string", "pattern": "^[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]$", "x-personal": true},
                "name": {"type": "string", "minLength": 1, "maxLength": 200, "x-personal": true}
            },
            "required": ["pan", "name"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "status": {"enum": ["match", "partial", "mismatch"], "description": "match from 90 %, partial from 60 % of the name"},
                "name_match": {"type": "number", "minimum": 0, "maximum": 1, "x-unit": "share", "x-better": "higher", "description": "how much of the name agrees with the register"},
                "pan_valid": {"type": "boolean", "description": "the PAN is issued and not withdrawn"},
                "dob": {"type": "string", "format": "date", "x-personal": true, "description": "date of birth, where the register tells it"}
            },
            "required": ["status", "name_match", "pan_valid"]
        }),
        .sample = JSON({"status": "match", "name_match": 1, "pan_valid": true, "dob": "1992-04-17"}),
    },
    {.name = NULL},
};

static enum err open_kyc(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&kyc_connector, env, out, f);
}

const struct connector_ops kyc_connector = {
    .name = "kyc",
    .operations = operations,
    .open = open_kyc,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
