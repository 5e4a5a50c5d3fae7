/* connector_try.h - one question to a described connector on paper: the request that would go out, and what a reply would
 * mean. Nothing is sent, and no secret is read. */
#ifndef CLI_CONNECTOR_TRY_H
#define CLI_CONNECTOR_TRY_H

#include <stdbool.h>
#include <stdint.h>

struct connector_wish {
    const char *operation; /* "phone.tenure" */
    const char *input;     /* JSON; NULL: none is needed (a look) */
    const char *reply;     /* a file with the body of a reply; NULL: only the request */
    const char *key, *root;
    int64_t status;        /* of the reply */
    bool look;
};
/* An exit code, with why on stderr. */
int connector_try(const struct connector_wish *w);

#endif
