/* handle.c - one process's struct store on the shared memory: latency, lost replies, death.
 *
 * Every operation is a job on the loop's clock. An append's job first commits and later replies; jobs of
 * one handle commit in the order they were made (INV-3). */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "sim/handle_inner.h"

void job_free(struct job *j) {
    struct job **at = &j->h->jobs;
    while (*at && *at != j) at = &(*at)->next;
    if (*at) *at = j->next;
    for (size_t i = 0; i < ARRAY_LEN(j->texts); i++) free(j->texts[i]);
    free(j->ids), free(j->copy), free(j->entry), free(j);
}

static void fire(void *who) {
    struct job *j = who;
    j->timer = NULL;
    j->act(j, OK);
}

static int64_t latency(struct handle *h) { return (int64_t)rng_below(&h->m->rng, (uint64_t)h->m->faults.latency_ms + 1); }

enum err job_start_in(struct job *j, int64_t after_ms) {
    j->timer = loop_timer(j->h->loop, after_ms, fire, j);
    return j->timer ? OK : ERR_NOMEM;
}

struct job *job_new(struct store *s, void (*act)(struct job *j, enum err err), void *each, void *done, void *who) {
    struct handle *h = (struct handle *)s;
    struct job *j = h->dead ? NULL : calloc(1, sizeof *j);
    if (!j) return NULL;
    j->h = h, j->act = act, j->each = each, j->done = done, j->who = who;
    struct job **end = &h->jobs;
    while (*end) end = &(*end)->next;
    *end = j;
    return j;
}

enum err job_start(struct job *j) { return !j ? ERR_IO : job_start_in(j, latency(j->h)); }

/* --- append --------------------------------------------------------------------------------------- */

static void commit_job(struct job *j) {
    if (j->committed) return;
    j->committed = true;
    j->err = memory_commit(j->h->m, &j->entry->a, &j->fault);
}

static void append_act(struct job *j, enum err err) {
    struct handle *h = j->h;
    if (err == OK && !j->committed) {
        commit_job(j);
        /* A lost reply costs a reconnect, then the same rows are sent again (SEMANTICS 3). */
        bool lost = h->m->faults.lost_percent && rng_below(&h->m->rng, 100) < h->m->faults.lost_percent;
        int64_t now = loop_now_ms(h->loop);
        int64_t at = now + (lost ? 200 + (int64_t)rng_below(&h->m->rng, 3000) : latency(h));
        if (at < h->reply_ms && h->reply_ms - now < 100000) at = h->reply_ms; /* one connection: replies keep their order */
        h->reply_ms = at;
        if (job_start_in(j, at - now) == OK) return;
    }
    store_done_fn *done = (store_done_fn *)j->done;
    void *who = j->who;
    enum err end = err != OK ? err : j->err;
    struct fault f = j->fault;
    job_free(j);
    done(who, end, &f);
}

static enum err append(struct store *s, const struct append *a, store_done_fn *done, void *who) {
    struct handle *h = (struct handle *)s;
    if (id_region(a->run) != s->region || id_shard(a->run) >= s->shards || a->seq == 0 || a->seq > INT32_MAX ||
        (a->seq == 1 && !a->row))
        return ERR_INVALID;
    struct job *j = job_new(s, append_act, NULL, (void *)done, who);
    if (!j) return ERR_IO;
    if (!(j->entry = entry_new(a, NULL, NULL))) abort();
    int64_t now = loop_now_ms(h->loop), at = now + latency(h);
    if (at < h->last_ms && h->last_ms - now < 100000) at = h->last_ms;
    h->last_ms = at;
    return job_start_in(j, at - now);
}

/* --- reads ---------------------------------------------------------------------------------------- */

void job_end(struct job *j, enum err err) {
    store_done_fn *done = (store_done_fn *)j->done;
    void *who = j->who;
    struct fault f = j->fault;
    if (err != OK && f.kind != err) (void)fault_set(&f, err, "", "the store is gone");
    job_free(j);
    done(who, err, &f);
}

static void tell_rows(struct job *j, struct id id) {
    const struct mem_run *r = map_get(j->h->m->runs, id.b, sizeof id.b);
    for (const struct mem_row *row = r ? r->first : NULL; row; row = row->next) {
        struct journal_row out = {id, row->seq, row->at_ms, row->body, row->n};
        ((store_journal_fn *)j->each)(j->who, &out);
    }
}

/* The connection may break. */
enum err job_read_end(struct job *j, enum err err) {
    unsigned unread = j->h->m->faults.unread_percent;
    return err == OK && unread && rng_below(&j->h->m->rng, 100) < unread ? ERR_IO : err;
}

static void load_act(struct job *j, enum err err) {
    err = job_read_end(j, err);
    for (size_t i = 0; err == OK && i < j->n; i++) tell_rows(j, j->ids[i]);
    job_end(j, err);
}

static enum err load_many(struct store *s, const struct id *runs, size_t n, store_journal_fn *each, store_done_fn *done, void *who) {
    struct job *j = job_new(s, load_act, (void *)each, (void *)done, who);
    if (!j) return ERR_IO;
    j->ids = malloc(n * sizeof *runs), j->n = n;
    memcpy(j->ids, runs, n * sizeof *runs);
    return job_start(j);
}

static enum err load(struct store *s, struct id run, store_journal_fn *each, store_done_fn *done, void *who) {
    return load_many(s, &run, 1, each, done, who);
}

struct found {
    const struct mem_run **list;
    size_t n;
    uint16_t shard;
    struct id after;
};
static void find_open(void *who, const void *key, size_t n, void *value) {
    struct found *x = who;
    const struct mem_run *r = value;
    (void)key, (void)n;
    if (id_shard(r->id) == x->shard && strcmp(r->state, "ended") && id_compare(r->id, x->after) > 0) x->list[x->n++] = r;
}
static int by_id(const void *a, const void *b) {
    return id_compare((*(const struct mem_run *const *)a)->id, (*(const struct mem_run *const *)b)->id);
}

static void open_act(struct job *j, enum err err) {
    struct memory *m = j->h->m;
    struct found x = {.list = calloc(map_size(m->runs) + 1, sizeof *x.list), .shard = j->shard, .after = j->id};
    map_each(m->runs, find_open, &x);
    qsort(x.list, x.n, sizeof *x.list, by_id);
    for (size_t i = 0; err == OK && i < x.n && i < j->limit; i++) {
        const struct mem_run *r = x.list[i];
        struct open_run o = {r->id, r->workflow, r->case_type, r->case_key, r->customer, r->state, r->wake_ms, r->last_seq};
        ((store_open_fn *)j->each)(j->who, &o);
    }
    free(x.list);
    job_end(j, err);
}

static enum err open_runs(struct store *s, uint16_t shard, struct id after, unsigned limit, store_open_fn *each,
                          store_done_fn *done, void *who) {
    struct job *j = job_new(s, open_act, (void *)each, (void *)done, who);
    if (j) j->shard = shard, j->id = after, j->limit = limit;
    return job_start(j);
}

/* --- leases --------------------------------------------------------------------------------------- */

static bool is_ours(const struct mem_lease *l, const char *owner) { return !strcmp(l->owner, owner); }

/* Says that `owner` is here until then; how many are. */
static unsigned present(struct memory *m, const char *owner, int64_t now_ms, int64_t until_ms) {
    struct mem_process *mine = NULL, *free_seat = NULL;
    unsigned live = 0;
    for (unsigned i = 0; i < MEM_PROCESSES; i++) {
        struct mem_process *p = &m->present[i];
        if (!strcmp(p->owner, owner)) mine = p;
        else if (p->until_ms > now_ms) live++;
        else free_seat = p;
    }
    if (!mine) mine = free_seat;
    if (!mine) return live;
    (void)text_copy(mine->owner, sizeof mine->owner, owner);
    mine->until_ms = until_ms;
    return live + (until_ms > now_ms);
}

static void take_leases(struct job *j) {
    struct memory *m = j->h->m;
    unsigned live = present(m, j->texts[0], j->now_ms, j->now_ms + j->ttl_ms);
    if (!j->limit) j->limit = (m->shards + live - 1) / (live ? live : 1);
    unsigned have = 0;
    for (unsigned i = 0; i < m->shards; i++) {
        struct mem_lease *l = &m->leases[i];
        if (!is_ours(l, j->texts[0])) continue; /* one that ran out and nobody took is ours still, as in lease_claim */
        if (have >= j->limit) {
            l->owner[0] = 0, l->until_ms = 0;
            continue;
        }
        l->until_ms = j->now_ms + j->ttl_ms, have++;
    }
    for (unsigned i = 0; i < m->shards && have < j->limit; i++) {
        struct mem_lease *l = &m->leases[i];
        if (l->owner[0] && l->until_ms > j->now_ms) continue;
        (void)text_copy(l->owner, sizeof l->owner, j->texts[0]), (void)text_copy(l->address, sizeof l->address, j->texts[1]);
        l->until_ms = j->now_ms + j->ttl_ms, l->epoch++, have++;
    }
}

static void claim_act(struct job *j, enum err err) {
    struct memory *m = j->h->m;
    if (err == OK) take_leases(j);
    for (unsigned i = 0; err == OK && i < m->shards; i++) {
        const struct mem_lease *l = &m->leases[i];
        struct lease out = {(uint16_t)i, l->epoch, l->owner, l->address, l->until_ms};
        ((store_lease_fn *)j->each)(j->who, &out);
    }
    job_end(j, err);
}

static enum err claim(struct store *s, const char *owner, const char *address, unsigned want, int64_t now_ms, int64_t ttl_ms,
                      store_lease_fn *each, store_done_fn *done, void *who) {
    struct job *j = job_new(s, claim_act, (void *)each, (void *)done, who);
    if (!j) return ERR_IO;
    j->texts[0] = strdup(owner), j->texts[1] = strdup(address), j->limit = want, j->now_ms = now_ms, j->ttl_ms = ttl_ms;
    return job_start(j);
}

static void release_act(struct job *j, enum err err) {
    struct memory *m = j->h->m;
    if (err == OK) (void)present(m, j->texts[0], 0, 0);
    for (unsigned i = 0; err == OK && i < m->shards; i++)
        if (is_ours(&m->leases[i], j->texts[0])) m->leases[i].owner[0] = 0, m->leases[i].until_ms = 0;
    job_end(j, err);
}

static enum err release(struct store *s, const char *owner, store_done_fn *done, void *who) {
    struct job *j = job_new(s, release_act, NULL, (void *)done, who);
    if (j) j->texts[0] = strdup(owner);
    return job_start(j);
}

/* --- keys, events, bytes, definitions ---------------------------------------------------------------- */

static void dedup_act(struct job *j, enum err err) {
    const struct mem_dedup *d = memory_dedup(j->h->m, j->texts[0], j->texts[1], j->texts[2]);
    struct dedup_found found = {.found = d != NULL, .body_hash = d ? d->hash : NULL};
    if (d) found.run = d->run;
    store_dedup_fn *done = (store_dedup_fn *)j->done;
    void *who = j->who;
    job_free(j);
    done(who, err, &found);
}

static enum err dedup(struct store *s, const char *api_key, const char *route, const char *key, store_dedup_fn *done, void *who) {
    struct job *j = job_new(s, dedup_act, NULL, (void *)done, who);
    if (j) j->texts[0] = strdup(api_key), j->texts[1] = strdup(route), j->texts[2] = strdup(key);
    return job_start(j);
}

static void money_act(struct job *j, enum err err) {
    const struct mem_money *k = memory_money(j->h->m, j->shard, j->texts[0]);
    struct money_found found = {k != NULL, k ? k->family : 0, k ? k->state : NULL, k ? k->run : (struct id){{0}}};
    ((store_money_fn *)j->done)(j->who, err, &found);
    job_free(j);
}

static enum err money_key(struct store *s, uint16_t shard, const char *key, store_money_fn *done, void *who) {
    struct job *j = job_new(s, money_act, NULL, (void *)done, who);
    if (j) j->texts[0] = strdup(key), j->shard = shard;
    return job_start(j);
}

static void bytes_act(struct job *j, enum err err) {
    struct map *from = j->limit ? j->h->m->persons : j->h->m->artifacts;
    const struct mem_blob *b = map_get(from, j->texts[0], strlen(j->texts[0]));
    store_bytes_fn *done = (store_bytes_fn *)j->done;
    void *who = j->who;
    job_free(j);
    if (err != OK) done(who, err, NULL, 0);
    else done(who, b ? OK : ERR_NOT_FOUND, b ? b->bytes : NULL, b ? b->n : 0);
}

static enum err artifact(struct store *s, const char *hash, store_bytes_fn *done, void *who) {
    struct job *j = job_new(s, bytes_act, NULL, (void *)done, who);
    if (j) j->texts[0] = strdup(hash);
    return job_start(j);
}

static enum err person_key(struct store *s, const char *customer, store_bytes_fn *done, void *who) {
    struct job *j = job_new(s, bytes_act, NULL, (void *)done, who);
    if (j) j->texts[0] = strdup(customer), j->limit = 1;
    return job_start(j);
}

static enum err put_definition(struct job *j) {
    struct memory *m = j->h->m;
    struct mem_definition **end = &m->definitions;
    for (; *end; end = &(*end)->next) {
        const struct mem_definition *d = *end;
        if (strcmp(d->kind, j->texts[0]) || strcmp(d->name, j->texts[1]) || d->version != (int)j->limit) continue;
        if (!strcmp(d->hash, j->texts[2])) return OK;
        char when[32];
        return fault_set(&j->fault, ERR_CONFLICT, d->name, "%s@%d was published by %s at %s with another text", d->name, d->version,
                         d->by, instant_text(d->at_ms, when));
    }
    struct mem_definition *d = calloc(1, sizeof *d);
    *d = (struct mem_definition){NULL, j->texts[0], j->texts[1], j->texts[2], j->texts[3], j->texts[4], (int)j->limit, j->now_ms};
    memset(j->texts, 0, sizeof j->texts);
    *end = d;
    return OK;
}

static void publish_act(struct job *j, enum err err) {
    if (err == OK) err = put_definition(j);
    store_done_fn *done = (store_done_fn *)j->done;
    void *who = j->who;
    struct fault f = j->fault;
    job_free(j);
    done(who, err, &f);
}

static enum err publish(struct store *s, const struct definition *d, store_done_fn *done, void *who) {
    struct job *j = job_new(s, publish_act, NULL, (void *)done, who);
    if (!j) return ERR_IO;
    j->texts[0] = strdup(d->kind), j->texts[1] = strdup(d->name), j->texts[2] = strdup(d->hash), j->texts[3] = strdup(d->text);
    j->texts[4] = strdup(d->by ? d->by : ""), j->limit = (unsigned)d->version, j->now_ms = d->at_ms;
    return job_start(j);
}

static void definitions_act(struct job *j, enum err err) {
    for (const struct mem_definition *d = j->h->m->definitions; err == OK && d; d = d->next) {
        struct definition out = {d->kind, d->name, d->hash, d->text, d->by, d->version, d->at_ms};
        ((store_definition_fn *)j->each)(j->who, &out);
    }
    job_end(j, err);
}

static enum err definitions(struct store *s, store_definition_fn *each, store_done_fn *done, void *who) {
    return job_start(job_new(s, definitions_act, (void *)each, (void *)done, who));
}

/* --- life and death --------------------------------------------------------------------------------- */

void memory_crash(struct store *s) {
    struct handle *h = (struct handle *)s;
    bool reached = true; /* what had left the process before it died is a beginning of what it had made */
    h->dead = true;
    for (struct job *j = h->jobs; j; j = j->next)
        if (j->act == append_act) {
            reached &= rng_below(&h->m->rng, 4) != 0;
            if (reached) commit_job(j);
        }
    while (h->jobs) {
        struct job *j = h->jobs;
        loop_cancel(h->loop, j->timer);
        j->timer = NULL;
        j->act(j, ERR_IO);
    }
}

static void close_(struct store *s) {
    if (!((struct handle *)s)->dead) memory_crash(s);
    free(s);
}

static const struct store_ops ops = {
    .append = append, .load = load, .open_runs = open_runs, .load_many = load_many, .claim = claim,
    .release = release, .dedup = dedup, .money_key = money_key, .find_event = handle_find_event,
    .keep_event = handle_keep_event, .owed_events = handle_owed_events, .settle_event = handle_settle_event,
    .sweep_events = handle_sweep_events, .dead_event = handle_dead_event, .keep_webhook = handle_keep_webhook,
    .find_webhook = handle_find_webhook, .settle_webhook = handle_settle_webhook, .artifact = artifact,
    .person_key = person_key, .load_loans = handle_load_loans, .loans_due = handle_loans_due, .day_end_ask = handle_day_end_ask,
    .day_ends_open = handle_day_ends_open, .publish = publish, .definitions = definitions, .close = close_,
};

enum err memory_open(struct memory *m, struct loop *l, struct store **out) {
    struct handle *h = calloc(1, sizeof *h);
    if (!h) return ERR_NOMEM;
    h->store = (struct store){&ops, m->region, m->shards};
    h->m = m, h->loop = l;
    *out = &h->store;
    return OK;
}
