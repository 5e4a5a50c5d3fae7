/* credit_file.h - the files that both bureaus hold, before each says it in its own words. */
#ifndef SANDBOX_CREDIT_FILE_H
#define SANDBOX_CREDIT_FILE_H

#include "connectors/sandbox/people.h"
#include "connectors/sandbox/providers.h"

/* What bureau A has on this PAN: from a file where one was loaded, else by kind of person. */
void credit_of(const struct providers *p, const char *pan, struct credit *out);
/* What bureau B has: mostly the same; some people it does not know, some scores and inquiries differ. */
void credit_of_b(const struct providers *p, const char *pan, struct credit *out);
/* Hard inquiries of the last 180 days that the book holds about a PAN under this operation. */
unsigned credit_inquiries(const struct providers *p, const char *operation, const char *pan, int64_t now_ms);
/* An earlier hard inquiry for the same application, whose answer is to be given again: true and `out` is filled, also
 * with a refusal when that application was about somebody else. */
bool credit_asked_before(const struct providers *p, const char *operation, const char *application, const char *pan,
                         struct provided *out);

#endif
