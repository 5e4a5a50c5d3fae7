/* event.h - one event of the stream, and how it looks outside: CloudEvents 1.0, structured JSON.
 *
 * {"specversion":"1.0","id":ID,"source":SOURCE,"type":"tenor.application.decided","subject":"application/r_..",
 *  "time":INSTANT,"datacontenttype":"application/json","partitionkey":"application/r_..","position":"TX-N","data":{..}}
 *
 * The same event is the same bytes in the Redis stream, in a webhook and in the API, however often it is sent. */
#ifndef STREAM_EVENT_H
#define STREAM_EVENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "stream/position.h"

#define EVENT_MEDIA_TYPE "application/cloudevents+json; charset=utf-8"
enum { EVENT_JSON_MAX = 1 << 20 };

struct event {
    struct position at;
    const char *id, *aggregate_type, *aggregate_id, *type, *payload;
    int64_t at_ms;
};

/* One block with copies of all texts; free() it. NULL: no memory. */
struct event *event_copy_new(const struct event *e);
/* Appends it as above. `source` is the installation's own name as a URI reference. */
void event_write(const struct event *e, const char *source, struct buf *out);
/* Does the list (words by space, "*" at the end of one stands for anything) take this type? An empty list takes all. */
bool event_wanted(const char *types, const char *type);
/* Is it such a list? The fault names the first word that is none. */
MUST_CHECK enum err event_types_check(const char *types, struct fault *f);

#endif
