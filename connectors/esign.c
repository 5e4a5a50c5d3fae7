/* esign.c - signatures: an envelope round the hash of a document, signed later by its person.
 *
 * What is signed is the hash of the key fact statement (SHA-256 of its canonical bytes): whoever disburses compares the
 * hash in the signature with that of the offer. `reference` is our own name for the application; void takes it too, so
 * that an envelope whose answer was lost can be taken back. */
#include "connectors/connectors.h"
#include "connectors/esign_shape.h"
#include "connectors/http_call.h"

static const struct operation operations[] = {
    {
        .name = "envelope",
        .about = "Asks somebody to sign a document; wait for esign.signed and compare event.document",
        .kind = OP_EFFECT,
        .can_look = true,
        .timeout_ms = 8000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the application"},
                "document": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of what is signed, in hex"},
                "title": {"type": "string", "maxLength": 140, "description": "what the signer sees"},
                "signer": {"type": "string", "minLength": 1, "maxLength": 200, "x-personal": true},
                "phone": {"type": "string", "pattern": "^[+][0-9]{8,15}$", "x-personal": true, "description": "where the signing link goes"},
                "expires_on": {"type": "string", "format": "date"}
            },
            "required": ["reference", "document", "signer"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "id": {"type": "string", "maxLength": 60, "description": "the provider's name for the envelope"},
                "state": {"enum": ["sent", "signed"]},
                "document": {"type": "string", "maxLength": 64, "description": "the hash again, as the provider holds it"}
            },
            "required": ["id", "state", "document"]
        }),
        .sample = JSON({"id": "ENV0001", "state": "sent", "document": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}),
    },
    {
        .name = "status",
        .about = "What has become of the latest envelope; refused when it holds another document than ours",
        .kind = OP_READ,
        .timeout_ms = 5000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the application"},
                "document": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "the hash that was sent"}
            },
            "required": ["reference", "document"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "id": {"type": "string", "maxLength": 60},
                "state": {"enum": ["sent", "signed", "declined", "voided"]},
                "document": {"type": "string", "maxLength": 64},
                "signed_on": {"type": "string", "format": "date"}
            },
            "required": ["id", "state", "document"]
        }),
        .sample = JSON({"id": "ENV0001", "state": "signed", "document": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "signed_on": "2026-01-15"}),
    },
    {
        .name = "void",
        .about = "Takes an unsigned envelope back; where there is none, or it is signed, nothing happens",
        .kind = OP_EFFECT,
        .can_look = true,
        .undoes = true,
        .timeout_ms = 8000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the application"},
                "id": {"type": "string", "maxLength": 60, "description": "the provider's name for the envelope, where we know it"}
            },
            "required": ["reference"]
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "voided": {"type": "boolean"},
                "state": {"enum": ["none", "sent", "signed", "declined", "voided"], "description": "of the envelope now"}
            },
            "required": ["voided", "state"]
        }),
        .sample = JSON({"voided": true, "state": "voided"}),
    },
    {.name = NULL},
};

static enum err open_esign(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&esign_connector, env, out, f);
}

const struct connector_ops esign_connector = {
    .name = "esign",
    .shaping = &esign_shaping,
    .operations = operations,
    .open = open_esign,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
    .hear = esign_hear,
};
