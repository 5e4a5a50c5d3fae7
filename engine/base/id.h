/* id.h - run ids: region, shard, time, random (SEMANTICS 18). 16 bytes, sortable, no coordinator.
 *
 * Layout, big-endian: region 2 bytes, shard 2, unix time in ms 6, random 6. The text form is
 * "r_" and 26 characters of Crockford base32 in lower case: "r_00040r3g...". */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define ID_TEXT 32 /* room for the text form and NUL */

struct id {
    uint8_t b[16];
};
struct rng;

struct id id_make(uint16_t region, uint16_t shard, int64_t now_ms, struct rng *rng);
uint16_t id_region(struct id id);
uint16_t id_shard(struct id id);
int64_t id_time_ms(struct id id);
const char *id_text(struct id id, char out[ID_TEXT]);
MUST_CHECK enum err id_parse(const char *text, struct id *out);
bool id_same(struct id a, struct id b);
int id_compare(struct id a, struct id b);
uint64_t id_hash(struct id id);

#endif
