/* bureau.c - the credit bureau: a soft pull of what other lenders know.
 *
 * The attributes carry the names of the shipped bureau model (models/bureau): they are the public
 * "Give Me Some Credit" columns. monthly_income is in the whole units that model was trained on. */
#include "connectors/connectors.h"
#include "connectors/http_call.h"

static const struct operation operations[] = {
    {
        .name = "report",
        .contract = "bureau_report",
        .about = "Soft pull: score and attributes, or thin when there is no history",
        .kind = OP_READ,
        .timeout_ms = 2000,
        .input = JSON({
            "type": "object",
            "properties": {
                "pan": {"type": "string", "pattern": "^[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]$", "x-personal": true}
            },
            "required": ["pan"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "thin": {"type": "boolean", "description": "no history to judge by: nothing else is filled"},
                "score": {"type": "integer", "minimum": 300, "maximum": 900, "x-better": "higher", "description": "the bureau's own score"},
                "revolving_utilisation": {"type": ["number", "null"], "minimum": 0, "x-better": "lower", "description": "balance over limit of cards and credit lines"},
                "late_30_59": {"type": ["integer", "null"], "minimum": 0, "maximum": 98, "x-better": "lower", "description": "times 30-59 days late in two years; 96 and 98 are codes"},
                "late_60_89": {"type": ["integer", "null"], "minimum": 0, "maximum": 98, "x-better": "lower", "description": "times 60-89 days late in two years"},
                "late_90": {"type": ["integer", "null"], "minimum": 0, "maximum": 98, "x-better": "lower", "description": "times 90 days late or worse"},
                "debt_ratio": {"type": ["number", "null"], "minimum": 0, "description": "monthly debt and living costs over income"},
                "monthly_income": {"type": ["number", "null"], "minimum": 0, "x-better": "higher", "description": "as the bureau has it, in the units of the model"},
                "open_credit_lines": {"type": ["integer", "null"], "minimum": 0, "description": "open loans and credit lines"},
                "real_estate_loans": {"type": ["integer", "null"], "minimum": 0, "description": "mortgages and home credit lines"},
                "dependents": {"type": ["integer", "null"], "minimum": 0, "description": "people who live on this income"}
            },
            "required": ["thin"]
        }),
        .sample = JSON({"thin": false, "score": 741, "revolving_utilisation": 0.21, "late_30_59": 0, "late_60_89": 0, "late_90": 0, "debt_ratio": 0.31, "monthly_income": 5400, "open_credit_lines": 6, "real_estate_loans": 1, "dependents": 1}),
    },
    {.name = NULL},
};

static enum err open_bureau(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&bureau_connector, env, out, f);
}

const struct connector_ops bureau_connector = {
    .name = "bureau",
    .operations = operations,
    .open = open_bureau,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
