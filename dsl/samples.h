/* samples.h - reserved fictional people for examples, and what looks like a real one. */
#ifndef DSL_SAMPLES_H
#define DSL_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

/* sample "pan": a value that no person has. NULL: there is no such sample. */
const char *sample_value(const char *name);
const char *const *sample_names(void);
/* What kind of personal number a text looks like ("a tax number (PAN)") and the sample that stands for
 * it; NULL: none. */
const char *personal_looks(const char *text, size_t n, const char **sample);

#endif
