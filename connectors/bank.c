/* bank.c - account transactions under the applicant's consent (account aggregator style). */
#include "connectors/connectors.h"
#include "connectors/http_call.h"

static const struct operation operations[] = {
    {
        .name = "transactions",
        .contract = "bank_transactions",
        .about = "A year of account entries under a consent",
        .kind = OP_READ,
        .timeout_ms = 5000,
        .input = JSON({
            "type": "object",
            "properties": {
                "consent": {"type": "string", "minLength": 1, "maxLength": 100, "description": "handle of the consent that the applicant signed"},
                "pan": {"type": "string", "pattern": "^[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]$", "x-personal": true, "description": "whose accounts; some aggregators want it beside the consent"}
            },
            "required": ["consent"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "transactions": {
                    "type": "array",
                    "maxItems": 50000,
                    "x-personal": true,
                    "description": "oldest first",
                    "items": {
                        "type": "object",
                        "properties": {
                            "date": {"type": "string", "format": "date"},
                            "amount": {"type": "integer", "x-unit": "money", "x-currency": "INR", "description": "positive in, negative out"},
                            "balance": {"type": "integer", "x-unit": "money", "x-currency": "INR", "description": "after the entry"},
                            "kind": {"type": "string", "maxLength": 40},
                            "party": {"type": "string", "maxLength": 200, "description": "the other side, or empty"}
                        },
                        "required": ["date", "amount", "balance", "kind", "party"]
                    }
                },
                "partial": {"type": "boolean", "description": "an account did not answer: judge with care"}
            },
            "required": ["transactions"]
        }),
        .sample = JSON({
            "transactions": [
                {"date": "2026-01-01", "amount": 4200000, "balance": 4650000, "kind": "salary", "party": "EMPLOYER"},
                {"date": "2026-01-03", "amount": -1200000, "balance": 3450000, "kind": "rent", "party": "LANDLORD"},
                {"date": "2026-01-07", "amount": -45000, "balance": 3405000, "kind": "upi", "party": "GROCER"}
            ],
            "partial": false
        }),
    },
    {.name = NULL},
};

static enum err open_bank(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&bank_connector, env, out, f);
}

const struct connector_ops bank_connector = {
    .name = "bank",
    .operations = operations,
    .open = open_bank,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
