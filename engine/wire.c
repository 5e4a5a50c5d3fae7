/* wire.c - see wire.h. Dependencies are passed as arguments; there are no globals but the log. */
#include "wire.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/rng.h"
#include "base/zone.h"
#include "cli/declared_files.h"
#include "connectors/connectors.h"
#include "connectors/guard.h"
#include "connectors/ledger/day_end.h"
#include "flow/definitions.h"
#include "flow/engine.h"
#include "flow/keep.h"
#include "io/fetch.h"
#include "io/http.h"
#include "io/loop.h"
#include "io/pool.h"
#include "io/redis.h"
#include "store/store_pg.h"
#include "store/view.h"
#include "stream/stream.h"

#define CONNECTIONS_PER_PROVIDER 1024 /* the guards hold each connector to far fewer; several may share a host */
#define CONNECTIONS_PER_PROCESS 2048
#define DEFINITIONS_CHANNEL "tenor:definitions"
#define EVENTS_CHANNEL "tenor:events" /* events wait; without Redis each process looks every second */
#define DRAIN_MS 10000
#define KEEP_MS 20 /* asking whether the ground is in the store, at the start */
#define RELOAD_MS 1000
#define FETCH_MS 30000 /* published elsewhere: heard through Redis at once, without Redis this late */
#define POOL_QUEUE 4096
#define RESIDENT_RUNS 20000

struct process {
    struct config config;
    struct loop *loop;
    struct metrics *metrics;
    struct rng rng;
    struct store *store;
    struct view *view;
    struct fetcher *fetch, *pass_on; /* to providers; to the other processes, where requests may wait long */
    struct pool *pool;
    struct redis *redis; /* NULL: none configured */
    struct guards *guards;
    struct declared_files *declared;
    struct registry *registry;
    struct definitions *definitions;
    struct zone *zone; /* in which a day ends */
    struct engine *engine;
    struct stream *stream;
    struct api *api;
    struct http_server *inner, *outer; /* for the other processes; for the world */
    struct crypt_key master;
    char owner[64], address[64];
    bool stopping, fetched;
    enum err fetch_err;
};

static void report(void *who, const char *path, const struct dsl_file *f) {
    AUTO(buf_reset) struct buf b;
    (void)who;
    buf_init(&b, 1u << 16);
    dsl_faults_text(f, &b);
    log_warn("definition_unsound", "path=%s faults=%s", log_quote(path), log_quote(buf_text(&b)));
}

static int64_t wall_ms(void *who) { return loop_now_ms(who); }

static enum err up_doors(struct process *p, struct fault *f) {
    const struct config *c = &p->config;
    if (!(p->loop = io_loop_new()) || !(p->metrics = metrics_new())) return ERR_NOMEM;
    log_open(stderr, LOG_INFO, wall_ms, p->loop);
    rng_seed_kernel(&p->rng);
    enum err e = store_pg_open(p->loop, c->database, (unsigned)c->connections, (uint16_t)c->region, &p->store, f);
    if (e == OK) e = view_open(p->loop, c->database, &p->view, f);
    if (e == OK) e = fetcher_new(p->loop, CONNECTIONS_PER_PROVIDER, &p->fetch);
    if (e == OK) e = fetcher_new(p->loop, CONNECTIONS_PER_PROCESS, &p->pass_on);
    if (e == OK) e = pool_new(p->loop, 0, POOL_QUEUE, &p->pool);
    if (e == OK && c->redis && *c->redis) e = redis_new(p->loop, c->redis, &p->redis, f);
    return e;
}

static void first_fetch(void *who, enum err err, const struct fault *f) {
    struct process *p = who;
    p->fetched = true;
    p->fetch_err = err;
    if (err != OK) log_error("definitions_unread", "why=%s", log_quote(f ? f->text : err_word(err)));
    io_loop_stop(p->loop);
}

/* Runs are pinned to what the store holds, so nothing is recovered before it has been read. */
static enum err fetch_definitions(struct process *p) {
    enum err e = keep_fetch(p->store, p->definitions, first_fetch, p);
    if (e != OK) return e;
    if (!p->fetched) io_loop_run(p->loop);
    return p->fetch_err;
}

/* Whoever counts on a provider must not find out at the first call that it is not there: only in development may a
 * description be unsound. */
static enum err read_declared(struct process *p, struct fault *f) {
    int unsound = 0;
    enum err e = declared_files_read(p->config.root, report, NULL, &unsound, &p->declared, f);
    if (e != OK || !unsound || p->config.development) return e;
    return fault_set(f, ERR_INVALID, "strategies/connectors", "%d of the described connectors are not sound; tenor check tells why", unsound);
}

static enum err up_connectors(struct process *p, struct fault *f) {
    struct guards_config gc = {.loop = p->loop, .redis = p->redis, .metrics = p->metrics, .rng = &p->rng, .master = &p->master,
                               .processes = (unsigned)p->config.processes, .owner = p->owner};
    enum err e = guards_new(&gc, &p->guards, f);
    if (e == OK && !(p->registry = registry_new())) e = ERR_NOMEM;
    struct connector_env env = {.loop = p->loop, .fetch = p->fetch, .pool = p->pool, .metrics = p->metrics, .guards = p->guards};
    if (e == OK) e = read_declared(p, f);
    return e == OK ? declared_files_open(p->declared, p->registry, &env, p->config.connectors, f) : e;
}

/* No run starts before the ground it would stand on is in the store. */
static void keep_again(void *who) {
    struct process *p = who;
    if (keep_drafts(p->store, p->definitions, loop_now_ms(p->loop)) != OK) log_warn("ground_not_kept", "why=%s", "memory");
    if (definitions_ground_kept(p->definitions) || !loop_timer(p->loop, KEEP_MS, keep_again, p)) io_loop_stop(p->loop);
}

static enum err keep_first(struct process *p) {
    enum err e = keep_drafts(p->store, p->definitions, loop_now_ms(p->loop));
    if (e != OK || definitions_ground_kept(p->definitions)) return e;
    if (!loop_timer(p->loop, KEEP_MS, keep_again, p)) return ERR_NOMEM;
    io_loop_run(p->loop);
    return definitions_ground_kept(p->definitions) ? OK : ERR_NOMEM;
}

static enum err up_definitions(struct process *p, struct fault *f) {
    int unsound = 0;
    enum err e = definitions_new(p->config.root, p->registry, &p->definitions, f);
    if (e == OK) e = definitions_load(p->definitions, report, NULL, &unsound);
    if (e == OK) e = fetch_definitions(p);
    if (!p->config.development && e == OK) definitions_published_only(p->definitions);
    return e == OK ? keep_first(p) : e;
}

static enum err up_zone(struct process *p, struct fault *f) {
    if (zone_open(p->config.zone, &p->zone) == OK) return OK;
    return fault_set(f, ERR_INVALID, "day_end.zone", "there is no time zone '%s' on this machine", p->config.zone);
}

static void events_came(void *who) {
    static const char *const words[] = {"PUBLISH", EVENTS_CHANNEL, "new"};
    struct process *p = who;
    if (p->redis && p->config.processes > 1) redis_command(p->redis, 3, words, NULL, 1000, NULL, NULL);
}

static void heard_of_events(void *who, const char *channel, const char *text, size_t n) {
    struct process *p = who;
    (void)channel, (void)text, (void)n;
    if (!p->stopping) engine_look(p->engine);
}

static enum err end_loans_day(void *who, const struct loan_file *loan, int32_t day, int64_t now_ms, struct arena *a, struct day_end_out *out,
                              struct fault *f) {
    struct day_end x;
    enum err e = ledger_day_end(loan, day, now_ms, a, &x, f);
    (void)who;
    *out = (struct day_end_out){.write = x.write, .postings = x.postings, .n_postings = x.n_postings};
    return e;
}

static enum err up_engine(struct process *p, struct fault *f) {
    enum err e = http_listen(p->loop, "127.0.0.1:0", false, &HTTP_LIMITS_API, api_handle, NULL, &p->inner, f);
    if (e != OK) return e;
    snprintf(p->address, sizeof p->address, "127.0.0.1:%d", http_port(p->inner));
    struct engine_config ec = {.loop = p->loop, .store = p->store, .registry = p->registry, .definitions = p->definitions,
                               .rng = &p->rng, .metrics = p->metrics, .owner = p->owner, .address = p->address,
                               .processes = (unsigned)p->config.processes, .lease_ttl_ms = p->config.lease_ttl_ms,
                               .resident_max = RESIDENT_RUNS, .day_end = end_loans_day, .zone = p->zone,
                               .day_end_minute = p->config.day_end_minute, .events_came = events_came, .events_who = p};
    ec.master = p->master;
    e = engine_new(&ec, &p->engine, f);
    crypt_wipe(&ec.master, sizeof ec.master);
    return e;
}

/* The relay follows a shard: there is one owner, and when it dies another comes. */
static bool leads_stream(void *who) {
    const struct process *p = who;
    const char *address;
    return !p->stopping && p->engine && engine_owner(p->engine, 0, &address) == OWNER_SELF;
}

static enum err up_stream(struct process *p, struct fault *f) {
    const json_t *c = p->config.stream;
    char source[60], key[60];
    snprintf(source, sizeof source, "/tenor/region/%d", p->config.region);
    snprintf(key, sizeof key, "tenor:stream:%d", p->config.region);
    struct stream_config sc = {.loop = p->loop, .database = p->config.database, .redis = p->redis, .metrics = p->metrics, .master = p->master,
                               .source = json_text(c, "source", source), .redis_key = json_text(c, "redis_key", key),
                               .redis_entries = (int)json_int(c, "redis_entries", 100000),
                               .keep_ms = json_int(c, "retention_days", 30) * INT64_C(86400000),
                               .private_addresses = json_bool(c, "private_addresses", p->config.development),
                               .leads = leads_stream, .who = p};
    return stream_new(&sc, &p->stream, f);
}

static void tell_others(void *who) {
    static const char *const words[] = {"PUBLISH", DEFINITIONS_CHANNEL, "new"};
    struct process *p = who;
    if (p->redis) redis_command(p->redis, 3, words, NULL, 1000, NULL, NULL);
}

static enum err up_api(struct process *p, struct fault *f) {
    struct api_config ac = {.published = tell_others, .who = p, .loop = p->loop, .engine = p->engine, .store = p->store, .view = p->view, .stream = p->stream,
                            .definitions = p->definitions, .registry = p->registry, .guards = p->guards, .fetch = p->pass_on,
                            .metrics = p->metrics, 
                            .webhooks_per_s = (unsigned)p->config.webhooks_per_s, .webhooks_burst = (unsigned)p->config.webhooks_burst,
                            .development = p->config.development};
    enum err e = api_new(&ac, &p->api, f);
    if (e == OK) http_set_handler(p->inner, api_handle, p->api);
    if (e == OK)
        e = http_listen(p->loop, p->config.listen, p->config.processes > 1, &HTTP_LIMITS_API, api_handle, p->api, &p->outer, f);
    return e;
}

enum err wire_up(const struct config *c, int index, struct process **out, struct fault *f) {
    struct process *p = calloc(1, sizeof *p);
    if (!p) return ERR_NOMEM;
    p->config = *c;
    enum err e = up_doors(p, f);
    /* Two starts must never bear one name: both would believe in the same leases, and nothing would fence them.
     * Process ids come again, in containers at every start. */
    snprintf(p->owner, sizeof p->owner, "engine-%d-%d-%016llx", index, (int)getpid(), (unsigned long long)rng_u64(&p->rng));
    if (e == OK) e = config_master_key(&p->config, &p->master, f);
    if (e == OK) e = up_connectors(p, f);
    if (e == OK) e = up_definitions(p, f);
    if (e == OK) e = up_zone(p, f);
    if (e == OK) e = up_engine(p, f);
    if (e == OK) e = up_stream(p, f);
    if (e == OK) e = up_api(p, f);
    if (e != OK) return wire_down(p), e;
    *out = p;
    return OK;
}

static void refetched(void *who, enum err err, const struct fault *f) {
    (void)who;
    if (err != OK) log_warn("definitions_unread", "why=%s", log_quote(f ? f->text : err_word(err)));
}

static void fetch_again(struct process *p) {
    if (p->stopping || keep_fetch(p->store, p->definitions, refetched, p) == OK) return;
    log_warn("definitions_unread", "why=%s", "memory");
}

static void heard_of_definition(void *who, const char *channel, const char *text, size_t n) {
    (void)channel, (void)text, (void)n;
    fetch_again(who);
}

static void fetch_now_and_then(void *who) {
    struct process *p = who;
    if (p->stopping) return;
    fetch_again(p);
    if (!loop_timer(p->loop, FETCH_MS, fetch_now_and_then, p)) log_warn("definitions_unread", "why=%s", "memory");
}

static void stopped(void *who) { io_loop_stop(((struct process *)who)->loop); }

static void drained(void *who) {
    struct process *p = who;
    engine_drain(p->engine, stopped, p);
}

static void stop(void *who) {
    struct process *p = who;
    if (p->stopping) return;
    p->stopping = true;
    log_info("stopping", "owner=%s", p->owner);
    api_drain(p->api);
    http_drain(p->outer, DRAIN_MS, drained, p);
}

/* In development a changed file runs as a draft from the next start on. */
static void reload(void *who) {
    struct process *p = who;
    int unsound = 0;
    if (p->stopping) return;
    if (definitions_load(p->definitions, report, NULL, &unsound) != OK ||
        keep_drafts(p->store, p->definitions, loop_now_ms(p->loop)) != OK)
        log_warn("reload_failed", "owner=%s", p->owner);
    if (!loop_timer(p->loop, RELOAD_MS, reload, p)) log_warn("reload_ended", "owner=%s", p->owner);
}

void wire_serve(struct process *p) {
    if (io_loop_signal(p->loop, SIGTERM, stop, p) != OK || io_loop_signal(p->loop, SIGINT, stop, p) != OK) return;
    if (p->config.development) reload(p);
    if (p->redis && redis_subscribe(p->redis, DEFINITIONS_CHANNEL, heard_of_definition, p) != OK) return;
    if (p->redis && redis_subscribe(p->redis, EVENTS_CHANNEL, heard_of_events, p) != OK) return;
    fetch_now_and_then(p);
    log_info("serving", "owner=%s listen=%s inner=%s", p->owner, p->config.listen, p->address);
    io_loop_run(p->loop);
}

void wire_down(struct process *p) {
    api_drain(p->api);
    if (p->outer) http_close(p->outer);
    if (p->inner) http_close(p->inner);
    engine_free(p->engine);
    definitions_free(p->definitions);
    registry_free(p->registry);
    declared_files_free(p->declared);
    if (p->redis) redis_free(p->redis);
    guards_free(p->guards);
    if (p->pool) pool_free(p->pool);
    if (p->fetch) fetcher_free(p->fetch);
    if (p->pass_on) fetcher_free(p->pass_on);
    stream_free(p->stream);
    if (p->view) view_close(p->view);
    if (p->store) p->store->ops->close(p->store);
    api_free(p->api); /* all that were under way have been told, and ended their requests */
    metrics_free(p->metrics);
    zone_close(p->zone);
    if (p->loop) io_loop_free(p->loop);
    crypt_wipe(&p->master, sizeof p->master);
    free(p);
}
