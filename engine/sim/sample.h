/* sample.h - a value that fits a JSON Schema, for what an example leaves out. */
#ifndef SIM_SAMPLE_H
#define SIM_SAMPLE_H

#include "base/json.h"

/* `amount` (may be NULL) stands in for a required field of that name. NULL: no memory. */
json_t *sample_new(const json_t *schema, const json_t *amount);

#endif
