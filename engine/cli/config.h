/* config.h - the one configuration of a running Tenor: a JSON file, flags of `tenor run` write it.
 *
 * {"database": "libpq string", "redis": "unix:/path", "listen": "127.0.0.1:8080", "processes": 1,
 *  "region": 1, "shards": 64, "connections": 2, "root": "...", "development": true,
 *  "master_key_file": "...", "keys_file": "...", "lease_ttl_ms": 5000,
 *  "day_end": {"zone": "Asia/Kolkata", "at": "00:10"}, (without "at": only when somebody asks)
 *  "stream": {"source": "/tenor/region/1", "retention_days": 30, "redis_key": "tenor:stream:1", "redis_entries": 100000,
 *             "private_addresses": false},  (development: true; then also http://)
 *  "sandbox": {"listen": "127.0.0.1:8090", "book": "..."}, "connectors": {"kyc": {"url": "..."}, ...},
 *  "webhooks": {"per_s": 50, "burst": 200}} */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

struct config {
    json_t *json;              /* owns every string below */
    const char *database, *redis, *listen, *root, *master_key_file, *keys_file;
    int processes, region, shards, connections;
    int64_t lease_ttl_ms;
    bool development;
    const char *zone;          /* in which a day ends */
    int day_end_minute;        /* of the day; -1: only when somebody asks */
    const json_t *stream;      /* NULL: as it is by itself */
    const json_t *sandbox;     /* NULL: none is started */
    int webhooks_per_s, webhooks_burst; /* from one source for one connector; 0: the API's own */
    const json_t *connectors;  /* an object, maybe empty */
};

/* Unknown or ill-typed fields are faults that name the field. */
MUST_CHECK enum err config_read(const char *path, struct config *out, struct fault *f);
/* From a value that is already parsed; takes it. */
MUST_CHECK enum err config_from_take(json_t *json, struct config *out, struct fault *f);
void config_reset(struct config *c);
/* The 32 bytes of the master key; ERR_NOT_FOUND, ERR_INVALID with what to do. */
struct crypt_key;
MUST_CHECK enum err config_master_key(const struct config *c, struct crypt_key *out, struct fault *f);

#endif
