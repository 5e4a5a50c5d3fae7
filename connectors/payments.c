/* payments.c - the payout, its recall, mandates and debits, refunds, the statement of a day.
 *
 * `reference` is our own name for the loan. cancel_mandate takes it too, so that a mandate whose answer was lost can be
 * lifted without knowing its id; so does recall. What moves money goes out as ISO 20022 messages (payments_wire.c), whose
 * EndToEndId is made of the call's key. */
#include "connectors/connectors.h"
#include "connectors/http_call.h"
#include "connectors/payments_wire.h"

/* Money: fewer places, and an early stop. Each call that hangs is a payout nobody knows of until it is looked up. */
static const struct limits limits = {.at_once = 32, .breaker_after = 5};

static const struct operation operations[] = {
    {
        .name = "mandate",
        .about = "Asks the applicant's bank for the right to collect the instalments; while it is pending, wait for mandate.active",
        .kind = OP_EFFECT,
        .can_look = true,
        .timeout_ms = 10000,
        .input = JSON({
            "type": "object",
            "properties": {
                "account": {"type": "string", "minLength": 4, "maxLength": 34, "x-personal": true, "description": "account to collect from"},
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
                "account": {"type": "string", "minLength": 4, "maxLength": 34, "x-personal": true, "description": "account to pay to"},
                "ifsc": {"type": "string", "pattern": "^[A-Z]{4}0[A-Z0-9]{6}$", "description": "bank and branch of the account"},
                "name": {"type": "string", "minLength": 1, "maxLength": 140, "x-personal": true, "description": "its holder"},
                "amount": {"type": "integer", "minimum": 1, "maximum": 1000000000000, "x-unit": "money", "x-currency": "INR"},
                "currency": {"type": "string", "minLength": 3, "maxLength": 3, "description": "ISO 4217; INR where it is left out"},
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
                "currency": {"type": "string", "maxLength": 3},
                "settled_on": {"type": "string", "format": "date"},
                "end_to_end": {"type": "string", "maxLength": 35, "description": "what the bank's statement calls it"}
            },
            "required": ["id", "amount", "settled_on"]
        }),
        .sample = JSON({"id": "UTR0001", "amount": 1960000, "settled_on": "2026-01-15", "end_to_end": "payments.disburse:L1:1"}),
    },
    {
        .name = "recall",
        .about = "Asks the bank to stop a payout that has not settled; after that only its receiver can give it back",
        .kind = OP_EFFECT,
        .can_look = true,
        .timeout_ms = 10000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the loan"},
                "id": {"type": "string", "maxLength": 35, "description": "the bank's reference of the payout (UTR), where we know it"}
            },
            "required": ["reference"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "state": {"enum": ["recalled", "too_late", "unknown"], "description": "recalled: it will not be paid; too_late: it has settled; unknown: the bank has no such payout"}
            },
            "required": ["state"]
        }),
        .sample = JSON({"state": "recalled"}),
    },
    {
        .name = "refund",
        .about = "Pays money back to the borrower's account: an overpayment, or a debit that should not have been",
        .kind = OP_MONEY,
        .can_look = true,
        .timeout_ms = 10000,
        .input = JSON({
            "type": "object",
            "properties": {
                "account": {"type": "string", "minLength": 4, "maxLength": 34, "x-personal": true, "description": "account to pay to"},
                "ifsc": {"type": "string", "pattern": "^[A-Z]{4}0[A-Z0-9]{6}$", "description": "bank and branch of the account"},
                "name": {"type": "string", "minLength": 1, "maxLength": 140, "x-personal": true, "description": "its holder"},
                "amount": {"type": "integer", "minimum": 1, "maximum": 1000000000000, "x-unit": "money", "x-currency": "INR"},
                "currency": {"type": "string", "minLength": 3, "maxLength": 3, "description": "ISO 4217; INR where it is left out"},
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the loan"}
            },
            "required": ["account", "amount", "reference"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "id": {"type": "string", "maxLength": 60, "description": "the bank's reference"},
                "amount": {"type": "integer", "minimum": 1, "x-unit": "money", "x-currency": "INR"},
                "currency": {"type": "string", "maxLength": 3},
                "settled_on": {"type": "string", "format": "date"},
                "end_to_end": {"type": "string", "maxLength": 35, "description": "what the bank's statement calls it"}
            },
            "required": ["id", "amount", "settled_on"]
        }),
        .sample = JSON({"id": "RFD0001", "amount": 50000, "settled_on": "2026-03-02"}),
    },
    {
        .name = "collect",
        .about = "Presents one debit under the mandate; whether it is paid comes days later as collection.settled or collection.returned",
        .kind = OP_MONEY,
        .can_look = true,
        .timeout_ms = 10000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the loan"},
                "mandate": {"type": "string", "minLength": 1, "maxLength": 35, "description": "the provider's reference of the mandate (UMRN)"},
                "instalment": {"type": "string", "minLength": 1, "maxLength": 35, "description": "which instalment: presentations are counted for each"},
                "amount": {"type": "integer", "minimum": 1, "maximum": 1000000000000, "x-unit": "money", "x-currency": "INR"},
                "currency": {"type": "string", "minLength": 3, "maxLength": 3, "description": "ISO 4217; INR where it is left out"}
            },
            "required": ["reference", "mandate", "instalment", "amount"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "id": {"type": "string", "maxLength": 60, "description": "the bank's reference of the debit"},
                "state": {"enum": ["presented", "settled"]},
                "amount": {"type": "integer", "minimum": 1, "x-unit": "money", "x-currency": "INR"},
                "currency": {"type": "string", "maxLength": 3}
            },
            "required": ["id", "state", "amount"]
        }),
        .sample = JSON({"id": "DBT0001", "state": "presented", "amount": 96973}),
    },
    {
        .name = "collection",
        .about = "What has become of the debits of one instalment, and when it may be presented again",
        .kind = OP_READ,
        .timeout_ms = 5000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the loan"},
                "instalment": {"type": "string", "minLength": 1, "maxLength": 35}
            },
            "required": ["reference", "instalment"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "state": {"enum": ["none", "presented", "settled", "returned"], "description": "of the last presentation"},
                "presentations": {"type": "integer", "minimum": 0},
                "code": {"type": "string", "maxLength": 47, "description": "why it came back: insufficient_funds, disputed, account_closed, no_mandate"},
                "next_on": {"type": "string", "format": "date", "description": "when it may be presented again; missing: not any more, or not needed"}
            },
            "required": ["state", "presentations"]
        }),
        .sample = JSON({"state": "returned", "presentations": 1, "code": "insufficient_funds", "next_on": "2026-03-06"}),
    },
    {
        .name = "statement",
        .about = "Credits and debits of one day on our account with the bank, to hold against our books; in pages",
        .kind = OP_READ,
        .timeout_ms = 20000,
        .input = JSON({
            "type": "object",
            "properties": {
                "day": {"type": "string", "format": "date"},
                "currency": {"type": "string", "minLength": 3, "maxLength": 3, "description": "ISO 4217; INR where it is left out"},
                "page": {"type": "integer", "minimum": 1, "maximum": 99999, "description": "1 where it is left out"}
            },
            "required": ["day"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "day": {"type": "string", "format": "date"},
                "currency": {"type": "string", "maxLength": 3},
                "opening": {"type": "integer", "x-unit": "money", "x-currency": "INR", "description": "balance before the day; below zero: overdrawn"},
                "closing": {"type": "integer", "x-unit": "money", "x-currency": "INR"},
                "page": {"type": "integer", "minimum": 1},
                "last": {"type": "boolean", "description": "there is no further page"},
                "entries": {
                    "type": "array",
                    "maxItems": 20000,
                    "items": {
                        "type": "object",
                        "properties": {
                            "kind": {"enum": ["disbursal", "refund", "return", "collection", "collection_returned", "payment"]},
                            "id": {"type": "string", "maxLength": 60, "description": "the bank's reference"},
                            "amount": {"type": "integer", "minimum": 1, "x-unit": "money", "x-currency": "INR", "description": "credited for return, collection and payment, debited for the rest"},
                            "currency": {"type": "string", "maxLength": 3},
                            "end_to_end": {"type": "string", "maxLength": 35, "description": "of our order"},
                            "reference": {"type": "string", "maxLength": 140},
                            "mandate": {"type": "string", "maxLength": 35},
                            "instalment": {"type": "string", "maxLength": 35},
                            "code": {"type": "string", "maxLength": 47, "description": "why it came back"},
                            "booked_on": {"type": "string", "format": "date"},
                            "value_on": {"type": "string", "format": "date"}
                        },
                        "required": ["kind", "id", "amount", "currency", "booked_on", "value_on"]
                    }
                }
            },
            "required": ["day", "currency", "opening", "closing", "page", "last", "entries"]
        }),
        .sample = JSON({"day": "2026-01-15", "currency": "INR", "opening": 0, "closing": -1960000, "page": 1, "last": true, "entries": [
            {"kind": "disbursal", "id": "UTR0001", "amount": 1960000, "currency": "INR", "end_to_end": "payments.disburse:L1:1", "reference": "L1", "booked_on": "2026-01-15", "value_on": "2026-01-15"}
        ]}),
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
                "mandate": {"enum": ["none", "pending", "active", "cancelled"]},
                "returned": {"type": "integer", "minimum": 0, "x-unit": "money", "x-currency": "INR", "description": "of it, what came back"},
                "collected": {"type": "integer", "minimum": 0, "x-unit": "money", "x-currency": "INR"},
                "refunded": {"type": "integer", "minimum": 0, "x-unit": "money", "x-currency": "INR"}
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
    .shaping = &payments_shaping,
    .limits = &limits,
    .operations = operations,
    .open = open_payments,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
    .hear = payments_hear,
};
