/* bureau.c - the credit bureau: what other lenders know, asked softly or hard, and two reports merged.
 *
 * The attributes carry the names of the shipped bureau model (models/bureau): they are the public
 * "Give Me Some Credit" columns. monthly_income is in the whole units that model was trained on.
 *
 * `bureau` is the house's bureau; `bureau_a` is the same one under the name that stands beside bureau_b, with a
 * configuration of its own. `soft` and `hard` want a consent and a permissible purpose; `report` wants them too with
 * {"consent": "required"} in the configuration. */
#include "connectors/bureau_shape.h"
#include "connectors/bureau_table.h"
#include "connectors/http_call.h"

#define ONE_REPORT(about) JSON({"type": ["object", "null"], "description": about})
#define SAID JSON({"type": "array", "maxItems": 40, "description": "which report said what, where at least one said something", "items": { \
    "type": "object", "required": ["field", "took"], "properties": { \
        "field": {"type": "string"}, "first": {"type": "number"}, "second": {"type": "number"}, "took": {"enum": ["first", "second"]}}}})

static const struct operation operations[] = {
    BUREAU_PULLS("bureau_a"),
    {
        .name = "merge",
        .contract = "bureau_report",
        .about = "Two reports on one person in one, of each field what is more careful; asks nobody",
        .kind = OP_READ,
        .timeout_ms = 1000,
        .input = INPUT("\"first\": " ONE_REPORT("an answer of a bureau; may be missing") ", \"second\": " ONE_REPORT("another one's"), "[]"),
        .output = OUTPUT(REPORT_FIELDS ", \"disagree\": " JSON({"type": "boolean", "description": "one file is thin and the other is not, scores more than 60 apart, or another number of 90-day lates: somebody should look"}) ", \"said\": " SAID, "[\"thin\", \"disagree\", \"said\"]"),
        .sample = "{" REPORT_SAMPLE ", \"source\": \"merged\", \"disagree\": false, \"said\": [{\"field\": \"score\", \"first\": 741, \"second\": 752, \"took\": \"first\"}]}",
    },
    {.name = NULL},
};
static const struct operation operations_a[] = {
    BUREAU_PULLS("bureau_a"),
    {.name = NULL},
};

static enum err open_bureau(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&bureau_connector, env, out, f);
}

static enum err open_bureau_a(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&bureau_a_connector, env, out, f);
}

const struct connector_ops bureau_connector = {
    .name = "bureau",
    .shaping = &bureau_shaping,
    .operations = operations,
    .open = open_bureau,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};

const struct connector_ops bureau_a_connector = {
    .name = "bureau_a",
    .shaping = &bureau_shaping,
    .operations = operations_a,
    .open = open_bureau_a,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
