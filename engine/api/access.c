/* access.c - API keys: only the SHA-256 of a key is stored or cached. A key is 256 random bits, so a
 * slow password hash would protect nothing. */
#include "api/access.h"

#include <string.h>

#include "api/request.h"
#include "api/route.h"
#include "base/crypt.h"
#include "base/map.h"
#include "base/text.h"
#include "io/http.h"
#include "store/view.h"

#define CACHE_MS 60000
#define CACHE_MAX 10000
#define UNKNOWN_MS 5000   /* a key that is not known is not asked about again so soon */
#define UNKNOWN_MAX 2000
#define LOOKUPS_A_SECOND 50 /* of keys never seen, so that guessing costs the database little */
#define LOOKUPS_BURST 200

struct identity {
    enum role role; /* ROLE_NONE: it is known that there is no such key */
    char by[64];
    int64_t until_ms;
};

static enum role role_of(const char *word) {
    static const struct { const char *word; enum role role; } words[] = {
        {"lender", ROLE_LENDER}, {"officer", ROLE_OFFICER}, {"engineer", ROLE_ENGINEER}, {"admin", ROLE_ADMIN}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (text_eq(words[i].word, word)) return words[i].role;
    return ROLE_NONE;
}

static const char *key_of(const struct http_request *h) {
    const char *auth = http_header(h, "Authorization");
    if (auth && !strncasecmp(auth, "Bearer ", 7)) return auth + 7;
    return http_header(h, "X-API-Key");
}

static void go_as(struct request *r, enum role role, const char *by) {
    r->role = role;
    text_copy(r->by, sizeof r->by, by);
    route_go(r);
}

/* A key that came once and never again would hold its place for ever. */
static void forget(void *who, const void *hash, size_t n, void *value) {
    struct api *a = who;
    struct identity *id = value;
    if (id->until_ms <= loop_now_ms(a->c.loop)) free(map_remove(a->keys, hash, n));
}

/* Unknown keys never take the place of known ones. */
static void remember(struct api *a, const char *hash, enum role role, const char *by) {
    size_t most = role ? CACHE_MAX : UNKNOWN_MAX;
    if (map_size(a->keys) >= most) map_each(a->keys, forget, a);
    if (map_size(a->keys) >= most) return;
    struct identity *id = calloc(1, sizeof *id);
    void *old = NULL;
    if (!id) return;
    *id = (struct identity){.role = role, .until_ms = loop_now_ms(a->c.loop) + (role ? CACHE_MS : UNKNOWN_MS)};
    text_copy(id->by, sizeof id->by, by);
    if (map_put(a->keys, hash, 64, id, &old) != OK) free(id);
    free(old);
}

static void answer_unknown(struct request *r) {
    http_answer_header(r->http, "WWW-Authenticate", "Bearer");
    answer_problem(r, 401, NULL, "this API key is not known");
}

/* A bucket that fills with time; a key that has been known before does not pay. */
static bool may_look_up(struct api *a) {
    int64_t now = loop_now_ms(a->c.loop), gained = (now - a->lookups_ms) * LOOKUPS_A_SECOND / 1000;
    if (gained > 0) {
        a->lookups = a->lookups > gained ? a->lookups - gained : 0;
        a->lookups_ms = now;
    }
    if (a->lookups >= LOOKUPS_BURST) return false;
    a->lookups++;
    return true;
}

static void looked_up(void *who, enum err err, const json_t *answer, const struct fault *f) {
    struct request *r = who;
    enum role role = role_of(json_text(answer, "role", ""));
    if (err == ERR_NOT_FOUND || (err == OK && !role)) {
        remember(r->api, r->key_hash, ROLE_NONE, "");
        answer_unknown(r);
    } else if (err != OK) {
        answer_error(r, err, f);
    } else {
        remember(r->api, r->key_hash, role, json_text(answer, "name", "key"));
        go_as(r, role, json_text(answer, "name", "key"));
    }
}

void access_check(struct request *r) {
    const char *key = key_of(r->http);
    if (!key || !*key) {
        http_answer_header(r->http, "WWW-Authenticate", "Bearer");
        answer_problem(r, 401, NULL, "send the key as  Authorization: Bearer KEY");
        return;
    }
    if (!view_up(r->api->c.view)) {
        answer_problem(r, 503, NULL, "the database is not reached at the moment; try again in a second");
        return;
    }
    crypt_sha256_hex(key, strlen(key), r->key_hash);
    struct identity *id = map_get(r->api->keys, r->key_hash, 64);
    bool fresh = id && id->until_ms > loop_now_ms(r->api->c.loop), seen = id && id->role;
    if (fresh && seen) return go_as(r, id->role, id->by);
    if (fresh) return answer_unknown(r);
    if (id) free(map_remove(r->api->keys, r->key_hash, 64));
    if (!seen && !may_look_up(r->api)) return answer_problem(r, 429, NULL, "too many unknown API keys at the moment; try again in a second");
    view_api_key(r->api->c.view, r->key_hash, looked_up, r);
}

void access_free(struct api *a) { map_free(a->keys, free); }
