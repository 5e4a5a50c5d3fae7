/* artefacts.h - what the tests of this room share: shipped models, scratch copies of them. */
#ifndef TESTS_MODELS_ARTEFACTS_H
#define TESTS_MODELS_ARTEFACTS_H

#include "base/buf.h"
#include "models/serve.h"

#define BUREAU "models/bureau/1"
#define CASHFLOW "models/cashflow/1"

struct model *shipped(const char *dir);         /* opened; fails the test with its fault otherwise */
void scratch_new(const char *dir, char path[64]); /* a copy of an artefact in a new folder */
void scratch_free(const char *path);
void scratch_read(const char *path, const char *file, struct buf *out);
void scratch_write(const char *path, const char *file, const void *bytes, size_t n);

#endif
