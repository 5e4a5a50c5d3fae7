/* declared_files.h - the connectors that are described in <root>/strategies/connectors/NAME.lua: read by the language,
 * made into connectors (connectors/declared.h), opened beside those of the program. They are read once, at the start:
 * a changed file counts from the next start on. */
#ifndef CLI_DECLARED_FILES_H
#define CLI_DECLARED_FILES_H

#include "connectors/connector.h"
#include "flow/definitions.h"

struct declared_files;

/* Unsound files go to `report` (may be NULL) and are left out; *unsound counts them. No such folder: none. A fault
 * names the file. */
MUST_CHECK enum err declared_files_read(const char *root, definitions_report_fn *report, void *who, int *unsound,
                                        struct declared_files **out, struct fault *f);
/* Ended by NULL; in the order of their names. */
const struct connector_ops *const *declared_files_ops(const struct declared_files *d);
/* Every connector there is: the program's, then the described ones. As connectors_open. */
MUST_CHECK enum err declared_files_open(const struct declared_files *d, struct registry *r, const struct connector_env *env,
                                        const json_t *config, struct fault *f);
void declared_files_free(struct declared_files *d); /* after the registry */

#endif
