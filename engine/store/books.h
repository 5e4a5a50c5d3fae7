/* books.h - the whole book, read in one go: for the command and for tests of honesty. Blocking. */
#ifndef STORE_BOOKS_H
#define STORE_BOOKS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"

/* {"balanced":true,"orphans":0,"currencies":[{"currency","debits","credits","accounts":[{"account","debits",
 * "credits","balance"}]}]} and, if asked, "runs":[{"run","currency","account","net"}]. Minor units. Balanced:
 * debits equal credits in every currency and every posting has its step in the journal. */
MUST_CHECK enum err books_read(const char *dsn, bool runs, json_t **out_new, struct fault *f);

#endif
