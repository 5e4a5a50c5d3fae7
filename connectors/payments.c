/* payments.c - mandates to collect, and the payout.
 *
 * `reference` is our own name for the loan. cancel_mandate takes it too, so that a mandate whose
 * answer was lost can be lifted without knowing its id. */
#include "connectors/connectors.h"
#include "connectors/http_call.h"

/* Money: fewer places, and an early stop. Each call that hangs is a payout nobody knows of until it is looked up. */
static const struct limits limits = {.at_once = 32, .breaker_after = 5};

static const struct operation operations[] = {
    {
        .name = "mandate",
        .about = "Asks the applicant's bank for the right to collect the instalments",
        .kind = OP_EFFECT,
        .can_look = true,
        .timeout_ms = 10000,
        .input = JSON({
            "type": "object",
            "properties": {
                "account": {"type": "string", "minLength": 4, "maxLength": 60, "x-personal": true, "description": "account to collect from"},
                "amount": {"type": "integer", "minimum": 1, "x-unit": "money", "x-currency": "INR", "description": "most that one debit may take"},
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the loan"}
            },
            "required": ["account", "reference"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "id": {"type": "string", "maxLength": 60, "description": "the provider's reference (UMRN)"},
                "state": {"enum": ["active", "pending"]}
            },
            "required": ["id", "state"]
        }),
        .sample = JSON({"id": "UMRN0001", "state": "active"}),
    },
    {
        .name = "cancel_mandate",
        .about = "Lifts a mandate; lifting one that is not there is fine",
        .kind = OP_EFFECT,
        .can_look = true,
        .undoes = true,
        .timeout_ms = 10000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the loan"},
                "id": {"type": "string", "maxLength": 60, "description": "the provider's reference, where we know it"}
            },
            "required": ["reference"]
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "cancelled": {"type": "boolean", "description": "false: there was none to lift"}
            },
            "required": ["cancelled"]
        }),
        .sample = JSON({"cancelled": true}),
    },
    {
        .name = "disburse",
        .about = "Pays the loan out to the applicant's account",
        .kind = OP_MONEY,
        .can_look = true,
        .timeout_ms = 10000,
        .input = JSON({
            "type": "object",
            "properties": {
                "account": {"type": "string", "minLength": 4, "maxLength": 60, "x-personal": true, "description": "account to pay to"},
                "amount": {"type": "integer", "minimum": 1, "maximum": 1000000000000, "x-unit": "money", "x-currency": "INR"},
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the loan"},
                "hold": {"type": "string", "maxLength": 60, "description": "the hold on our own books that covers it"}
            },
            "required": ["account", "amount", "reference"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "id": {"type": "string", "maxLength": 60, "description": "the bank's reference (UTR)"},
                "amount": {"type": "integer", "minimum": 1, "x-unit": "money", "x-currency": "INR"},
                "settled_on": {"type": "string", "format": "date"}
            },
            "required": ["id", "amount", "settled_on"]
        }),
        .sample = JSON({"id": "UTR0001", "amount": 1960000, "settled_on": "2026-01-15"}),
    },
    {
        .name = "status",
        .about = "What the provider knows of a loan: its mandate and what was paid out",
        .kind = OP_READ,
        .timeout_ms = 5000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the loan"}
            },
            "required": ["reference"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "paid": {"type": "integer", "minimum": 0, "x-unit": "money", "x-currency": "INR", "description": "0: nothing was paid out"},
                "payouts": {"type": "integer", "minimum": 0},
                "mandate": {"enum": ["none", "active", "cancelled"]}
            },
            "required": ["paid", "payouts", "mandate"]
        }),
        .sample = JSON({"paid": 1960000, "payouts": 1, "mandate": "active"}),
    },
    {.name = NULL},
};

static enum err open_payments(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&payments_connector, env, out, f);
}

const struct connector_ops payments_connector = {
    .name = "payments",
    .limits = &limits,
    .operations = operations,
    .open = open_payments,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
