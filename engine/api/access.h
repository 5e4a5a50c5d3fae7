/* access.h - who is asking: API keys and roles. */
#ifndef API_ACCESS_H
#define API_ACCESS_H

struct request;
struct api;

/* Reads `Authorization: Bearer KEY` (or X-API-Key), looks its hash up, then goes on with route_go or
 * answers 401. A known key is cached for a minute: one that is revoked or changes its role works on for
 * that long in processes that have seen it. A key that is not known is remembered as such for five seconds, and
 * keys never seen before are looked up at a bounded rate (429 past it): guessing keys costs the database little. */
void access_check(struct request *r);
void access_free(struct api *a);

#endif
