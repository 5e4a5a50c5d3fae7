/* route.h - matching a path to its row. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <stdbool.h>

struct request;
struct route;

/* NULL when no row fits; *known says whether the path exists with another method. */
const struct route *route_find(const char *method, const char *path, char params[][96], bool *known);
/* The rest of a request once its key has been checked (or none is needed). */
void route_go(struct request *r);

#endif
