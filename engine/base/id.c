#include "base/id.h"

#include <string.h>

#include "base/rng.h"

enum { DIGITS = 26 }; /* 130 bits; the first digit holds only three of them */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* Crockford: no i l o u */

static void put(uint8_t *p, int bytes, uint64_t v) {
    for (int i = bytes - 1; i >= 0; i--, v >>= 8) p[i] = (uint8_t)v;
}

static uint64_t get(const uint8_t *p, int bytes) {
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++) v = v << 8 | p[i];
    return v;
}

struct id id_make(uint16_t region, uint16_t shard, int64_t now_ms, struct rng *rng) {
    struct id id;
    put(id.b, 2, region);
    put(id.b + 2, 2, shard);
    put(id.b + 4, 6, now_ms < 0 ? 0 : (uint64_t)now_ms);
    rng_bytes(rng, id.b + 10, 6);
    return id;
}

uint16_t id_region(struct id id) {
    return (uint16_t)get(id.b, 2);
}

uint16_t id_shard(struct id id) {
    return (uint16_t)get(id.b + 2, 2);
}

int64_t id_time_ms(struct id id) {
    return (int64_t)get(id.b + 4, 6);
}

const char *id_text(struct id id, char out[ID_TEXT]) {
    uint64_t high = get(id.b, 8), low = get(id.b + 8, 8);
    out[0] = 'r';
    out[1] = '_';
    for (int i = DIGITS - 1; i >= 0; i--) {
        out[2 + i] = alphabet[low & 31];
        low = low >> 5 | high << 59;
        high >>= 5;
    }
    out[2 + DIGITS] = '\0';
    return out;
}

/* Only the exact form that id_text prints: one id, one text. */
enum err id_parse(const char *text, struct id *out) {
    if (!text || strnlen(text, DIGITS + 3) != DIGITS + 2 || text[0] != 'r' || text[1] != '_')
        return ERR_INVALID;
    uint64_t high = 0, low = 0;
    for (int i = 0; i < DIGITS; i++) {
        const char *digit = strchr(alphabet, text[2 + i]);
        if (!digit || (i == 0 && digit - alphabet > 7)) return ERR_INVALID;
        high = high << 5 | low >> 59;
        low = low << 5 | (uint64_t)(digit - alphabet);
    }
    put(out->b, 8, high);
    put(out->b + 8, 8, low);
    return OK;
}

bool id_same(struct id a, struct id b) {
    return id_compare(a, b) == 0;
}

int id_compare(struct id a, struct id b) {
    return memcmp(a.b, b.b, sizeof a.b);
}

/* Half of the bytes are random already; the rest only needs mixing in. */
uint64_t id_hash(struct id id) {
    uint64_t h = get(id.b, 8) * UINT64_C(0x9E3779B97F4A7C15) ^ get(id.b + 8, 8);
    h ^= h >> 32;
    h *= UINT64_C(0xD6E8FEB86659FD93);
    return h ^ h >> 32;
}
