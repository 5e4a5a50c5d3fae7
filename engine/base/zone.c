/* TZif files, version 2 and later (RFC 8536). The operating system keeps them current. */
#include "base/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone_rule.h"

enum { DAY_S = 86400, FILE_MAX = 1 << 20, HEADER = 44, OFFSET_MAX_S = 26 * 3600 };

struct zone {
    size_t count;      /* of changes */
    int64_t *at_s;     /* when each begins */
    int32_t *offset_s; /* what holds from then */
    int32_t first_offset_s;
    struct zone_rule rule; /* what holds after the last */
};
struct reader {
    const uint8_t *p, *end;
};

static uint64_t big_endian(const uint8_t *p, int n) {
    uint64_t v = 0;
    for (int i = 0; i < n; i++) v = v << 8 | p[i];
    return v;
}

static const uint8_t *take(struct reader *r, uint64_t n) {
    if ((uint64_t)(r->end - r->p) < n) return NULL;
    const uint8_t *p = r->p;
    r->p += n;
    return p;
}

struct header {
    int version;
    uint64_t isutc, isstd, leaps, changes, types, chars;
};

static enum err read_header(struct reader *r, struct header *h) {
    const uint8_t *p = take(r, HEADER);
    if (!p || memcmp(p, "TZif", 4) != 0) return ERR_INVALID;
    *h = (struct header){p[4],
                         big_endian(p + 20, 4),
                         big_endian(p + 24, 4),
                         big_endian(p + 28, 4),
                         big_endian(p + 32, 4),
                         big_endian(p + 36, 4),
                         big_endian(p + 40, 4)};
    return OK;
}

static uint64_t body_size(const struct header *h, uint64_t time_size) {
    return h->changes * (time_size + 1) + h->types * 6 + h->chars + h->leaps * (time_size + 4) +
           h->isstd + h->isutc;
}

static enum err read_changes(struct zone *z, const struct header *h, const uint8_t *p) {
    const uint8_t *which = p + h->changes * 8, *types = which + h->changes;
    z->at_s = calloc(h->changes + 1, sizeof *z->at_s);
    z->offset_s = calloc(h->changes + 1, sizeof *z->offset_s);
    if (!z->at_s || !z->offset_s) return ERR_NOMEM;
    z->first_offset_s = (int32_t)big_endian(types, 4);
    z->count = h->changes;
    for (size_t i = 0; i < z->count; i++) {
        z->at_s[i] = (int64_t)big_endian(p + i * 8, 8);
        if (which[i] >= h->types || (i && z->at_s[i] <= z->at_s[i - 1])) return ERR_INVALID;
        z->offset_s[i] = (int32_t)big_endian(types + which[i] * 6, 4);
        if (z->offset_s[i] > OFFSET_MAX_S || z->offset_s[i] < -OFFSET_MAX_S) return ERR_INVALID;
    }
    return OK;
}

static enum err read_footer(struct zone *z, struct reader *r) {
    char text[128];
    size_t n = (size_t)(r->end - r->p);
    if (n < 2 || r->p[0] != '\n' || r->p[n - 1] != '\n' || n - 2 >= sizeof text) return ERR_INVALID;
    memcpy(text, r->p + 1, n - 2);
    text[n - 2] = '\0';
    return *text ? zone_rule_parse(text, &z->rule) : OK; /* empty: the last change holds on */
}

static enum err read_zone(struct zone *z, struct reader r) {
    struct header h;
    if (read_header(&r, &h) || h.version < '2' || !take(&r, body_size(&h, 4))) return ERR_INVALID;
    if (read_header(&r, &h) || h.types == 0 || h.leaps) return ERR_INVALID;
    const uint8_t *body = take(&r, body_size(&h, 8));
    if (!body) return ERR_INVALID;
    enum err e = read_changes(z, &h, body);
    return e ? e : read_footer(z, &r);
}

/* Names come from files that strangers write: no way out of the folder. */
static bool name_ok(const char *name) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";
    size_t n = name ? strnlen(name, 65) : 0;
    return n && n < 65 && name[0] != '/' && strspn(name, allowed) == n;
}

static enum err read_file(const char *name, uint8_t *bytes, size_t *n) {
    const char *folder = getenv("TZDIR");
    char path[512];
    int len = snprintf(path, sizeof path, "%s/%s",
                       folder && *folder ? folder : "/usr/share/zoneinfo", name);
    if (len < 0 || (size_t)len >= sizeof path) return ERR_NOT_FOUND;
    FILE *f = fopen(path, "re");
    if (!f) return errno == ENOMEM ? ERR_NOMEM : ERR_NOT_FOUND;
    *n = fread(bytes, 1, FILE_MAX, f);
    bool bad = ferror(f);
    fclose(f);
    return bad ? ERR_NOT_FOUND : OK; /* a folder, such as "Asia" */
}

enum err zone_open(const char *name, struct zone **out) {
    *out = NULL;
    if (!name_ok(name)) return ERR_NOT_FOUND;
    uint8_t *bytes = malloc(FILE_MAX);
    struct zone *z = calloc(1, sizeof *z);
    size_t n = 0;
    enum err e = bytes && z ? read_file(name, bytes, &n) : ERR_NOMEM;
    if (!e) e = read_zone(z, (struct reader){bytes, bytes + n});
    free(bytes);
    if (e) zone_close(z);
    else *out = z;
    return e == ERR_INVALID ? ERR_NOT_FOUND : e; /* a file that is no zone */
}

void zone_close(struct zone *z) {
    if (!z) return;
    free(z->at_s);
    free(z->offset_s);
    free(z);
}

/* The offset in force at at_s and when it ends (INT64_MAX: never). */
static int32_t stretch(const struct zone *z, int64_t at_s, int64_t *till_s) {
    if (!z->count || at_s < z->at_s[0]) {
        if (!z->count && z->rule.present) return zone_rule_offset_s(&z->rule, at_s, till_s);
        *till_s = z->count ? z->at_s[0] : INT64_MAX;
        return z->first_offset_s;
    }
    size_t low = 0, high = z->count; /* at_s[low] <= at_s < at_s[high] */
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (z->at_s[mid] <= at_s) low = mid;
        else high = mid;
    }
    if (high == z->count && z->rule.present) return zone_rule_offset_s(&z->rule, at_s, till_s);
    *till_s = high < z->count ? z->at_s[high] : INT64_MAX;
    return z->offset_s[low];
}

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

int32_t zone_offset_s(const struct zone *z, int64_t at_ms) {
    int64_t till;
    return stretch(z, floor_div(at_ms, 1000), &till);
}

int32_t zone_day(const struct zone *z, int64_t at_ms) {
    return (int32_t)floor_div(floor_div(at_ms, 1000) + zone_offset_s(z, at_ms), DAY_S);
}

int64_t zone_local_ms(const struct zone *z, int32_t day, int32_t second) {
    int64_t local = (int64_t)day * DAY_S + second;
    int64_t at = local - OFFSET_MAX_S; /* earlier than any zone can have it */
    for (;;) {
        int64_t till, offset = stretch(z, at, &till);
        int64_t candidate = local - offset > at ? local - offset : at;
        if (candidate < till) return candidate * 1000;
        at = till;
    }
}

int64_t zone_day_start_ms(const struct zone *z, int32_t day) {
    return zone_local_ms(z, day, 0);
}
