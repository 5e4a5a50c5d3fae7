/* notices.c - letters that the law asks for: adverse action, welcome with the schedule, the cooling-off days.
 *
 * The provider prints or mails and keeps the proof of it. What a notice says is in its reasons and amounts; templates and
 * channels of persuasion are another connector's. */
#include "connectors/connectors.h"
#include "connectors/http_call.h"

static const struct operation operations[] = {
    {
        .name = "send",
        .about = "Sends a notice that the law asks for, and keeps the proof of it",
        .kind = OP_EFFECT,
        .can_look = true,
        .timeout_ms = 8000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the application or loan"},
                "kind": {"enum": ["adverse_action", "welcome", "cooling_off"]},
                "name": {"type": "string", "minLength": 1, "maxLength": 200, "x-personal": true},
                "reasons": {"type": "array", "maxItems": 10, "items": {"type": "string", "maxLength": 100}, "description": "codes; adverse action: the main ones"},
                "document": {"type": "string", "maxLength": 64, "description": "hash of what is enclosed, such as the key facts"},
                "channel": {"enum": ["letter", "email", "app"], "description": "left out: letter"},
                "language": {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$", "description": "BCP 47; left out: the house's"}
            },
            "required": ["reference", "kind", "name"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "id": {"type": "string", "maxLength": 60, "description": "proof of sending"},
                "channel": {"enum": ["letter", "email", "app"]},
                "sent_on": {"type": "string", "format": "date"}
            },
            "required": ["id", "channel", "sent_on"]
        }),
        .sample = JSON({"id": "NOT0001", "channel": "letter", "sent_on": "2026-01-15"}),
    },
    {.name = NULL},
};

static enum err open_notices(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&notices_connector, env, out, f);
}

const struct connector_ops notices_connector = {
    .name = "notices",
    .operations = operations,
    .open = open_notices,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
