/* aa.c - account aggregator: consent -> signed artefact -> session -> entries of each account -> revocation.
 *
 * bank.transactions stays the short way for a consent that somebody else has obtained; these operations are the whole way,
 * and fetch gives the same entries, with the accounts that answered and those that did not. */
#include "connectors/aa_shape.h"
#include "connectors/connectors.h"
#include "connectors/http_call.h"

static const struct limits limits = {.at_once = 32, .breaker_after = 5};

static const struct operation operations[] = {
    {
        .name = "consent",
        .about = "Asks a customer, through her aggregator, for the consent to read accounts; she answers in her own app",
        .kind = OP_EFFECT,
        .can_look = true,
        .timeout_ms = 8000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the application"},
                "customer": {"type": "string", "minLength": 3, "maxLength": 120, "x-personal": true, "description": "address at the aggregator: name@aggregator"},
                "pan": {"type": "string", "maxLength": 10, "x-personal": true, "description": "whose accounts; some aggregators find them faster by it"},
                "purpose": {"enum": ["101", "102", "103", "104", "105"], "description": "101 wealth, 102 spending patterns, 103 aggregated statement, 104 monitoring, 105 once, for one decision"},
                "fi_types": {"type": "array", "minItems": 1, "maxItems": 10, "items": {"enum": ["DEPOSIT", "TERM_DEPOSIT", "RECURRING_DEPOSIT", "GSTR1_3B"]}, "description": "left out: DEPOSIT and TERM_DEPOSIT"},
                "months": {"type": "integer", "minimum": 1, "maximum": 36, "description": "of history, back from the request; left out: 12"},
                "valid_days": {"type": "integer", "minimum": 1, "maximum": 730, "description": "how long the consent lasts; left out: 30"}
            },
            "required": ["reference", "customer", "purpose"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "handle": {"type": "string", "minLength": 1, "maxLength": 100, "description": "of the request; the consent has an id of its own"},
                "state": {"enum": ["pending"]},
                "approve_at": {"type": "string", "maxLength": 300, "description": "where the customer may be sent to answer"}
            },
            "required": ["handle", "state"]
        }),
        .sample = JSON({"handle": "consent-request-1", "state": "pending", "approve_at": "https://aggregator.example/consent-request-1"}),
    },
    {
        .name = "consent_status",
        .about = "What the customer answered; an active consent comes with its artefact, whose signature and content are checked",
        .kind = OP_READ,
        .timeout_ms = 5000,
        .input = JSON({
            "type": "object",
            "properties": {
                "handle": {"type": "string", "minLength": 1, "maxLength": 100},
                "purpose": {"enum": ["101", "102", "103", "104", "105"], "description": "an artefact for another one is refused"},
                "wait": {"type": "boolean", "description": "true: pending ends FAILED (consent_pending), so that the step's retry asks again"}
            },
            "required": ["handle"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "state": {"enum": ["pending", "active", "rejected", "paused", "revoked", "expired"]},
                "consent": {"type": "string", "maxLength": 100, "description": "its id; this and what follows only when active"},
                "artefact": {"type": "string", "maxLength": 65536, "x-personal": true, "description": "the signed token"},
                "artefact_hash": {"type": "string", "maxLength": 64, "description": "SHA-256 of it"},
                "fi_types": {"type": "array", "items": {"type": "string"}},
                "purpose": {"type": "string", "maxLength": 10},
                "data_from": {"type": "string", "format": "date"},
                "data_to": {"type": "string", "format": "date"},
                "expires_on": {"type": "string", "format": "date"}
            },
            "required": ["state"]
        }),
        .sample = JSON({"state": "active", "consent": "consent-1", "artefact": "e30.e30.e30", "artefact_hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "fi_types": ["DEPOSIT"], "purpose": "103", "data_from": "2025-01-15", "data_to": "2026-01-15", "expires_on": "2026-02-14"}),
    },
    {
        .name = "session",
        .about = "Has the banks send what a consent covers, sealed with a key pair that serves this session only",
        .kind = OP_READ,
        .timeout_ms = 8000,
        .input = JSON({
            "type": "object",
            "properties": {"consent": {"type": "string", "minLength": 1, "maxLength": 100, "description": "id of an active consent"}},
            "required": ["consent"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "session": {"type": "string", "minLength": 1, "maxLength": 100},
                "key_id": {"type": "string", "maxLength": 24, "description": "names the key pair; no secret"}
            },
            "required": ["session", "key_id"]
        }),
        .sample = JSON({"session": "session-1", "key_id": "000102030405060708090a0b"}),
    },
    {
        .name = "fetch",
        .about = "The entries of a session's accounts, opened and laid side by side; says which accounts did not answer",
        .kind = OP_READ,
        .timeout_ms = 15000,
        .input = JSON({
            "type": "object",
            "properties": {
                "session": {"type": "string", "minLength": 1, "maxLength": 100},
                "key_id": {"type": "string", "minLength": 1, "maxLength": 24},
                "complete": {"type": "boolean", "description": "true: an account still pending ends FAILED (not_ready), so that the step's retry asks again; else only when none has come"}
            },
            "required": ["session", "key_id"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "transactions": {
                    "type": "array",
                    "maxItems": 50000,
                    "x-personal": true,
                    "description": "of all accounts, oldest first",
                    "items": {
                        "type": "object",
                        "properties": {
                            "date": {"type": "string", "format": "date"},
                            "amount": {"type": "integer", "x-unit": "money", "x-currency": "INR", "description": "positive in, negative out"},
                            "balance": {"type": "integer", "x-unit": "money", "x-currency": "INR", "description": "of all accounts together, after the entry"},
                            "kind": {"type": "string", "maxLength": 40},
                            "party": {"type": "string", "maxLength": 200, "description": "the other side, or empty"},
                            "account": {"type": "string", "maxLength": 60, "description": "reference of the account"}
                        },
                        "required": ["date", "amount", "balance", "kind", "party"]
                    }
                },
                "partial": {"type": "boolean", "description": "an account is missing: judge with care"},
                "accounts": {
                    "type": "array",
                    "maxItems": 40,
                    "items": {
                        "type": "object",
                        "properties": {
                            "reference": {"type": "string", "maxLength": 60},
                            "bank": {"type": "string", "maxLength": 60},
                            "masked": {"type": "string", "maxLength": 40, "x-personal": true},
                            "state": {"enum": ["ready", "pending", "denied", "timeout", "unreadable"]},
                            "entries": {"type": "integer", "minimum": 0}
                        },
                        "required": ["reference", "bank", "masked", "state", "entries"]
                    }
                }
            },
            "required": ["transactions", "partial", "accounts"]
        }),
        .sample = JSON({
            "transactions": [
                {"date": "2026-01-01", "amount": 4200000, "balance": 4650000, "kind": "salary", "party": "EMPLOYER", "account": "a1"},
                {"date": "2026-01-03", "amount": -1200000, "balance": 3450000, "kind": "rent", "party": "LANDLORD", "account": "a1"},
                {"date": "2026-01-07", "amount": -45000, "balance": 3405000, "kind": "upi", "party": "GROCER", "account": "a1"}
            ],
            "partial": false,
            "accounts": [{"reference": "a1", "bank": "SANDBOX BANK", "masked": "XXXX0001", "state": "ready", "entries": 3}]
        }),
    },
    {
        .name = "revoke",
        .about = "Gives a consent up, or the request for one; giving up what is not there is fine",
        .kind = OP_EFFECT,
        .can_look = true,
        .undoes = true,
        .timeout_ms = 8000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the application: all its consents"},
                "handle": {"type": "string", "maxLength": 100, "description": "of the one request, where we know it"}
            },
            "required": ["reference"]
        }),
        .output = JSON({
            "type": "object",
            "properties": {"revoked": {"type": "boolean", "description": "false: there was none to give up"}},
            "required": ["revoked"]
        }),
        .sample = JSON({"revoked": true}),
    },
    {.name = NULL},
};

static enum err open_aa(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&aa_connector, env, out, f);
}

const struct connector_ops aa_connector = {
    .name = "aa",
    .shaping = &aa_shaping,
    .limits = &limits,
    .operations = operations,
    .open = open_aa,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
