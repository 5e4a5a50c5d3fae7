/* connector.h - declared HTTP connectors (strategies/connectors/NAME.lua): a provider described, not programmed.
 *
 *   connector "phone" { about = "...", auth = header "X-Api-Key", limits = { per_s = 50 } }
 *   operation "tenure" {
 *     about = "...", kind = "read", within = seconds(1.5), cache = hours(24),
 *     input  = { phone = text { pattern = "^[+][0-9]{8,15}$", personal = true } },
 *     output = { months = number { whole = true, least = 0 }, line = one_of { "mobile", "landline", maybe = true } },
 *     sample = { months = 38, line = "mobile" },
 *     get    = "/v2/numbers/{input.phone}", query = { fields = text "ownership" },
 *     answer = { months = "ownership.months", line = map { at = "line.type", { "M", "mobile" }, { "F", "landline" } } },
 *     ends   = { refused { status = 404, code = "unknown_number" } },
 *   }
 *
 * What comes out is JSON that connectors/declared.h reads, so that neither room knows the other; requests are made
 * here, because their parts are our typed expressions over `input` and `key`. Address and secret stand in the
 * configuration, never in the file. */
#ifndef DSL_CONNECTOR_H
#define DSL_CONNECTOR_H

#include "base/err.h"
#include "base/json.h"

struct dsl_file;

/* {"name","about","hash" (of the file's text),"auth":{"kind":"none|bearer|basic|header|query|hmac","name":..},"limits":{..},"operations":[{"name","about",
 * "kind","contract","timeout_ms","cache_s","stale_on","undoes","input":schema,"output":schema,"sample":..,"ask":way,
 * "look":way}]}; a way is {"method","form":"json|form","key_header","answer":{field: {"path":[..] | "const":..; "as":type;
 * "map":[[theirs,ours]..],"otherwise":..; "form":date form; "counts":"major|percent"; "is":"missing|present|count";
 * "maybe":true}}, "ends":[{"end":"refused|failed|uncertain","status","path","is","code"}]}. NULL unless a sound connector. */
const json_t *dsl_connector(const struct dsl_file *f);

struct connector_question {
    const char *operation;
    bool look;
    const json_t *input; /* fits the operation's schema; NULL at some looks: as empty */
    const char *key;
    int64_t now_ms;
};
/* {"path":"/v2/numbers/%2B91..", "query":[["fields","ownership"],..], "headers":[["X-Purpose","credit"],..], "body":{..}}.
 * ERR_INVALID with a sentence: this input cannot be said. */
MUST_CHECK enum err dsl_connector_ask(const struct dsl_file *f, const struct connector_question *q, json_t **out_new, struct fault *why);

#endif
