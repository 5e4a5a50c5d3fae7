/* definitions.h - every strategy file the engine may run: published ones from the store, drafts from
 * the disk; and the catalog that the language is checked against.
 *
 * A bad file never replaces a good one: a file with faults is reported and the last sound one stays.
 * Runs are pinned by plan hash, so a plan stays loaded while a run refers to it. */
#ifndef FLOW_DEFINITIONS_H
#define FLOW_DEFINITIONS_H

#include "connectors/connector.h"
#include "dsl/dsl.h"

struct definitions;
struct case_type; /* flow/cases.h */

/* `root` holds workflows/ and strategies/. Reads every file; faults go to `report` (path, text). */
typedef void definitions_report_fn(void *who, const char *path, const struct dsl_file *f);
MUST_CHECK enum err definitions_new(const char *root, const struct registry *r, struct definitions **out,
                                    struct fault *f);
void definitions_free(struct definitions *d);
MUST_CHECK enum err definitions_load(struct definitions *d, definitions_report_fn *report, void *who,
                                     int *n_unsound);
/* Adds published text (from the store); it wins over a file of the same version. */
MUST_CHECK enum err definitions_add(struct definitions *d, const char *kind, const char *name,
                                    int version, const char *text, size_t n, struct fault *f);
/* Adds the text of a draft that runs may be pinned to; what is on disk stays before it. */
MUST_CHECK enum err definitions_add_draft(struct definitions *d, const char *name, const char *text, size_t n,
                                          struct fault *f);
/* Production never runs drafts (SEMANTICS 13): from now on only published versions are given out. */
void definitions_published_only(struct definitions *d);
const struct catalog *definitions_catalog(const struct definitions *d);
/* What definitions stand on (ground.h): by hash, NULL: that of now; of a plan. NULL: not known here (yet). */
struct ground;
const struct ground *definitions_ground(const struct definitions *d, const char *hash);
const struct ground *definitions_ground_of(const struct definitions *d, const struct plan *p);
/* The plan with this hash as it reads on that ground. NULL: not known here (yet), or not sound there. */
const struct plan *definitions_pinned(struct definitions *d, const char *hash, const struct ground *g);
/* The policy in force now, as it reads on the ground of a run. */
const struct policy *definitions_policy_on(struct definitions *d, const struct ground *g, const char *name, int version);
/* A ground, or a text that is not sound on the ground of now, from the store: runs may be pinned to them. */
MUST_CHECK enum err definitions_add_ground(struct definitions *d, const char *hash, const char *text, struct fault *f);
MUST_CHECK enum err definitions_spare(struct definitions *d, const char *kind, const char *name, int version, const char *hash,
                                      const char *text, bool published);
bool definitions_ground_kept(const struct definitions *d); /* that of now is in the store */
/* version 0: newest published, else (in development) newest file. NULL: none. */
const struct plan *definitions_flow(const struct definitions *d, const char *name, int version);
const struct plan *definitions_by_hash(const struct definitions *d, const char *hash);
const struct policy *definitions_policy(const struct definitions *d, const char *name, int version);
const struct policy *definitions_policy_by_hash(const struct definitions *d, const char *hash);
/* The case type of this name; NULL: none is declared. */
const struct case_type *definitions_case(const struct definitions *d, const char *name);
/* For tests and simulated worlds: a plan, case type or policy that is not in a file. Borrowed. */
MUST_CHECK enum err definitions_add_plan(struct definitions *d, const struct plan *p);
MUST_CHECK enum err definitions_add_case(struct definitions *d, const char *name, const json_t *definition,
                                         struct fault *f);
MUST_CHECK enum err definitions_add_form(struct definitions *d, const char *name, const json_t *schema);
MUST_CHECK enum err definitions_add_retries(struct definitions *d, const char *text, size_t n, struct fault *f);
MUST_CHECK enum err definitions_add_functions(struct definitions *d, const char *text, size_t n, struct fault *f);
/* strategies/reasons.json: code -> {"text","customer_text","actionable"}; NULL: there is none. */
const json_t *definitions_reasons(const struct definitions *d);
/* Whether a text of this hash is taken in already. */
bool definitions_has(const struct definitions *d, const char *hash, bool published);
bool definitions_any(const struct definitions *d); /* any flow or policy at all */
/* [{"kind","name","version","hash","path","published","about","draft":{"hash","path"}}]: each version once; `draft` where a
 * file says something else than what is published. */
json_t *definitions_list_new(const struct definitions *d);
const struct dsl_file *definitions_file(const struct definitions *d, const char *kind, const char *name,
                                        int version);

#endif
