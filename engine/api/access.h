/* access.h - who is asking: API keys and roles. */
#ifndef API_ACCESS_H
#define API_ACCESS_H

struct request;
struct api;

/* Reads `Authorization: Bearer KEY` (or X-API-Key), looks its hash up (cached for a minute), then goes on
 * with route_go or answers 401. */
void access_check(struct request *r);
void access_free(struct api *a);

#endif
