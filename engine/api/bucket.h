/* bucket.h - how much each source may ask for: a token bucket per source, of this process. */
#ifndef API_BUCKET_H
#define API_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct buckets;
/* Each source may ask `per_s` times a second, and `burst` times at once. NULL: no memory. */
struct buckets *buckets_new(unsigned per_s, unsigned burst);
void buckets_free(struct buckets *b);
/* Takes one; false: it has used up its own. Sources past the ceiling of the table share one bucket. */
bool buckets_take(struct buckets *b, const char *source, int64_t now_ms);

#endif
