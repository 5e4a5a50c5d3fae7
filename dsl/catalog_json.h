/* catalog_json.h - a catalog read from one JSON document: for tests and for checking files on a machine
 * that runs no engine.
 *
 * {"currency":"INR", "operations": {"bureau.report": {"kind":"read|effect|money|local", "contract":..,
 * "look":true, "undoes":true, "input":schema, "output":schema, "sample":.., "timeout_ms":..}},
 * "cases": {name: {"case":schema, "events":{name:schema}}}, "forms": {name: schema},
 * "templates": {name: {"purpose":.., "channels":[..]}}} */
#ifndef DSL_CATALOG_JSON_H
#define DSL_CATALOG_JSON_H

#include "dsl/dsl.h"

struct catalog_json;

MUST_CHECK enum err catalog_json_new(const json_t *definition, struct catalog_json **out, struct fault *f);
void catalog_json_free(struct catalog_json *k);
const struct catalog *catalog_json_catalog(const struct catalog_json *k);
/* Makes the policy, flow or retries of a sound file known; the file is owned by the catalog then. */
MUST_CHECK enum err catalog_json_add_take(struct catalog_json *k, struct dsl_file *f);

#endif
