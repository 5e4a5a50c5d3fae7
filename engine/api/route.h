/* route.h - matching a path to its row. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <stdbool.h>

struct request;
struct route;

/* NULL when no row fits; *known says whether the path exists with another method. HEAD finds the row of
 * GET; `path` is decoded. */
const struct route *route_find(const char *method, const char *path, char params[][96], bool *known);
/* "GET, HEAD, POST": what the path takes; "" when there is no such path. */
void route_allowed(const char *path, char out[64]);
/* The rest of a request once its key has been checked (or none is needed). */
void route_go(struct request *r);

/* What an Idempotency-Key may be. */
bool route_key_fits(const char *key);

#endif
