/* access.h - who is asking: API keys and roles. */
#ifndef API_ACCESS_H
#define API_ACCESS_H

struct request;
struct api;

/* Reads `Authorization: Bearer KEY` (or X-API-Key), looks its hash up, then goes on with route_go or
 * answers 401. A known key is cached for a minute: one that is revoked or changes its role works on for
 * that long in processes that have seen it. */
void access_check(struct request *r);
void access_free(struct api *a);

#endif
