/* deadline.h - no request hangs: what is not answered in time gets 503, and its late end goes nowhere.
 *
 * A start or an event that is still on its way to the disk may yet happen; the client repeats it with the
 * same key and joins it. */
#ifndef API_DEADLINE_H
#define API_DEADLINE_H

#define DEADLINE_MS 8000 /* beside what the client itself wants to wait */

struct request;
void deadline_start(struct request *r);
void deadline_end(struct request *r); /* called by request_drop */

#endif
