/* screening.c - sanctions and politically exposed persons: is this name on a list? Asked before money is promised.
 *
 * The provider matches names, forgiving spelling; we keep what it found. A person is told nothing of a list. */
#include "connectors/connectors.h"
#include "connectors/http_call.h"

static const struct operation operations[] = {
    {
        .name = "check",
        .about = "Looks for a name on sanctions lists and among politically exposed persons",
        .kind = OP_READ,
        .timeout_ms = 3000,
        .cache_s = 3600,
        .stale_on = "screening.list_changed",
        .input = JSON({
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 200, "x-personal": true},
                "dob": {"type": "string", "format": "date", "x-personal": true},
                "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "ISO 3166; left out: any"}
            },
            "required": ["name"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "result": {"enum": ["clear", "possible", "hit"], "description": "hit: name and date of birth agree with a sanctioned person's; possible: a person should look"},
                "list_version": {"type": "string", "maxLength": 40},
                "checked_on": {"type": "string", "format": "date"},
                "matches": {
                    "type": "array",
                    "maxItems": 20,
                    "items": {
                        "type": "object",
                        "properties": {
                            "list": {"type": "string", "maxLength": 80},
                            "kind": {"enum": ["sanctions", "pep"]},
                            "likeness": {"type": "number", "minimum": 0, "maximum": 1, "x-unit": "share"}
                        },
                        "required": ["list", "kind", "likeness"]
                    }
                }
            },
            "required": ["result", "list_version", "checked_on", "matches"]
        }),
        .sample = JSON({"result": "clear", "list_version": "2026-01", "checked_on": "2026-01-15", "matches": []}),
    },
    {.name = NULL},
};

static enum err open_screening(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&screening_connector, env, out, f);
}

const struct connector_ops screening_connector = {
    .name = "screening",
    .operations = operations,
    .open = open_screening,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
