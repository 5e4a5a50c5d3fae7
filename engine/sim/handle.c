/* handle.c - one process's struct store on the shared memory: latency, lost replies, death.
 *
 * Every operation is a job on the loop's clock. An append's job first commits and later replies; jobs of
 * one handle commit in the order they were made (INV-3). */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "sim/memory_inner.h"
#include "store/entry.h"

struct handle;
struct job {
    struct job *next;
    struct handle *h;
    void (*act)(struct job *j, enum err err); /* err: OK, or ERR_IO when the process dies */
    struct loop_timer *timer;
    bool committed;
    enum err err;
    struct fault fault;
    void *done, *each, *next_each, *who; /* the caller's */
    struct entry *entry;     /* the append */
    void *copy;
    char *texts[6];
    struct id id, *ids;
    size_t n;
    unsigned limit;
    uint16_t shard;
    int64_t now_ms, ttl_ms;
    int32_t day, after_day;
};
struct handle {
    struct store store; /* first */
    struct memory *m;
    struct loop *loop;
    struct job *jobs;
    int64_t last_ms, reply_ms; /* when the latest append will have committed, and its reply come */
    bool dead;
};

static void job_free(struct job *j) {
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

static enum err schedule(struct job *j, int64_t after_ms) {
    j->timer = loop_timer(j->h->loop, after_ms, fire, j);
    return j->timer ? OK : ERR_NOMEM;
}

static struct job *job_new(struct store *s, void (*act)(struct job *j, enum err err), void *each, void *done, void *who) {
    struct handle *h = (struct handle *)s;
    struct job *j = h->dead ? NULL : calloc(1, sizeof *j);
    if (!j) return NULL;
    j->h = h, j->act = act, j->each = each, j->done = done, j->who = who;
    struct job **end = &h->jobs;
    while (*end) end = &(*end)->next;
    *end = j;
    return j;
}

static enum err start(struct job *j) { return !j ? ERR_IO : schedule(j, latency(j->h)); }

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
        if (schedule(j, at - now) == OK) return;
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
    return schedule(j, at - now);
}

/* --- reads ---------------------------------------------------------------------------------------- */

static void end_with(struct job *j, enum err err) {
    store_done_fn *done = (store_done_fn *)j->done;
    void *who = j->who;
    struct fault f = j->fault;
    if (err != OK) (void)fault_set(&f, err, "", "the store is gone");
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
static enum err read_end(struct job *j, enum err err) {
    unsigned unread = j->h->m->faults.unread_percent;
    return err == OK && unread && rng_below(&j->h->m->rng, 100) < unread ? ERR_IO : err;
}

static void load_act(struct job *j, enum err err) {
    err = read_end(j, err);
    for (size_t i = 0; err == OK && i < j->n; i++) tell_rows(j, j->ids[i]);
    end_with(j, err);
}

static enum err load_many(struct store *s, const struct id *runs, size_t n, store_journal_fn *each, store_done_fn *done, void *who) {
    struct job *j = job_new(s, load_act, (void *)each, (void *)done, who);
    if (!j) return ERR_IO;
    j->ids = malloc(n * sizeof *runs), j->n = n;
    memcpy(j->ids, runs, n * sizeof *runs);
    return start(j);
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
    end_with(j, err);
}

static enum err open_runs(struct store *s, uint16_t shard, struct id after, unsigned limit, store_open_fn *each,
                          store_done_fn *done, void *who) {
    struct job *j = job_new(s, open_act, (void *)each, (void *)done, who);
    if (j) j->shard = shard, j->id = after, j->limit = limit;
    return start(j);
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
    end_with(j, err);
}

static enum err claim(struct store *s, const char *owner, const char *address, unsigned want, int64_t now_ms, int64_t ttl_ms,
                      store_lease_fn *each, store_done_fn *done, void *who) {
    struct job *j = job_new(s, claim_act, (void *)each, (void *)done, who);
    if (!j) return ERR_IO;
    j->texts[0] = strdup(owner), j->texts[1] = strdup(address), j->limit = want, j->now_ms = now_ms, j->ttl_ms = ttl_ms;
    return start(j);
}

static void release_act(struct job *j, enum err err) {
    struct memory *m = j->h->m;
    if (err == OK) (void)present(m, j->texts[0], 0, 0);
    for (unsigned i = 0; err == OK && i < m->shards; i++)
        if (is_ours(&m->leases[i], j->texts[0])) m->leases[i].owner[0] = 0, m->leases[i].until_ms = 0;
    end_with(j, err);
}

static enum err release(struct store *s, const char *owner, store_done_fn *done, void *who) {
    struct job *j = job_new(s, release_act, NULL, (void *)done, who);
    if (j) j->texts[0] = strdup(owner);
    return start(j);
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
    return start(j);
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
    return start(j);
}

static void keep_act(struct job *j, enum err err) {
    struct memory *m = j->h->m;
    struct mem_event **end = &m->events;
    bool known = false;
    for (; *end; end = &(*end)->next) known |= j->texts[3] && (*end)->id && !strcmp((*end)->id, j->texts[3]);
    if (err == OK && !known) {
        struct mem_event *e = calloc(1, sizeof *e);
        *e = (struct mem_event){NULL, j->texts[0], j->texts[1], j->texts[2], j->texts[3], j->texts[4], j->now_ms, false};
        memset(j->texts, 0, sizeof j->texts);
        *end = e;
    }
    end_with(j, err);
}

static enum err keep_event(struct store *s, uint16_t shard, const struct kept_event *e, store_done_fn *done, void *who) {
    struct job *j = job_new(s, keep_act, NULL, (void *)done, who);
    if (!j) return ERR_IO;
    j->shard = shard, j->now_ms = e->at_ms;
    j->texts[0] = strdup(e->case_type), j->texts[1] = strdup(e->key), j->texts[2] = strdup(e->name);
    j->texts[3] = e->event_id ? strdup(e->event_id) : NULL, j->texts[4] = strdup(e->body ? e->body : "{}");
    return start(j);
}

static void kept_act(struct job *j, enum err err) {
    for (const struct mem_event *e = j->h->m->events; err == OK && e; e = e->next) {
        if (e->taken || strcmp(e->type, j->texts[0]) || strcmp(e->key, j->texts[1])) continue;
        struct kept_event out = {e->type, e->key, e->name, e->id, e->body, e->at_ms};
        ((store_event_fn *)j->each)(j->who, &out);
    }
    end_with(j, err);
}

static enum err kept_events(struct store *s, const char *case_type, const char *key, store_event_fn *each, store_done_fn *done, void *who) {
    struct job *j = job_new(s, kept_act, (void *)each, (void *)done, who);
    if (j) j->texts[0] = strdup(case_type), j->texts[1] = strdup(key);
    return start(j);
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
    return start(j);
}

static enum err person_key(struct store *s, const char *customer, store_bytes_fn *done, void *who) {
    struct job *j = job_new(s, bytes_act, NULL, (void *)done, who);
    if (j) j->texts[0] = strdup(customer), j->limit = 1;
    return start(j);
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
    return start(j);
}

static void definitions_act(struct job *j, enum err err) {
    for (const struct mem_definition *d = j->h->m->definitions; err == OK && d; d = d->next) {
        struct definition out = {d->kind, d->name, d->hash, d->text, d->by, d->version, d->at_ms};
        ((store_definition_fn *)j->each)(j->who, &out);
    }
    end_with(j, err);
}

static enum err definitions(struct store *s, store_definition_fn *each, store_done_fn *done, void *who) {
    return start(job_new(s, definitions_act, (void *)each, (void *)done, who));
}

/* --- loans ---------------------------------------------------------------------------------------- */

static void loans_act(struct job *j, enum err err) {
    char *const *ids = j->copy;
    err = read_end(j, err);
    for (int pass = 0; err == OK && pass < 2; pass++)
        for (size_t i = 0; i < j->n; i++) {
            const struct mem_loan *l = memory_loan(j->h->m, ids[i]);
            if (l && !pass && memory_loan_n(l)) memory_tell_loan(l, (store_loan_fn *)j->each, j->who);
            else if (l) memory_tell_loan_entries(l, (store_loan_entry_fn *)j->next_each, j->who);
        }
    end_with(j, err);
}

/* The ids and what they point to in one block. */
static void *ids_new(const char *const *ids, size_t n) {
    size_t bytes = n * sizeof(char *);
    for (size_t i = 0; i < n; i++) bytes += strlen(ids[i]) + 1;
    char **out = malloc(bytes + 1), *at = (char *)(out + n);
    for (size_t i = 0; i < n; i++) {
        size_t bytes_of = strlen(ids[i]) + 1;
        out[i] = memcpy(at, ids[i], bytes_of);
        at += bytes_of;
    }
    return out;
}

static enum err load_loans(struct store *s, const char *const *ids, size_t n, store_loan_fn *row, store_loan_entry_fn *each,
                           store_done_fn *done, void *who) {
    struct job *j = job_new(s, loans_act, (void *)row, (void *)done, who);
    if (j) j->next_each = (void *)each, j->copy = ids_new(ids, n), j->n = n;
    return start(j);
}

static void due_act(struct job *j, enum err err) {
    size_t n = 0;
    struct loan_place after = {j->after_day, j->texts[0]};
    const struct mem_loan **due = memory_loans_due_new(j->h->m, j->shard, j->day, &after, &n);
    for (size_t i = 0; err == OK && i < n && i < j->limit; i++) memory_tell_loan(due[i], (store_loan_fn *)j->each, j->who);
    free(due);
    end_with(j, err);
}

static enum err loans_due(struct store *s, uint16_t shard, int32_t day, const struct loan_place *after, unsigned limit,
                          store_loan_fn *each, store_done_fn *done, void *who) {
    struct job *j = job_new(s, due_act, (void *)each, (void *)done, who);
    if (j) j->shard = shard, j->day = day, j->limit = limit, j->after_day = after->next_day, j->texts[0] = strdup(after->id);
    return start(j);
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
    .release = release, .dedup = dedup, .money_key = money_key, .keep_event = keep_event, .kept_events = kept_events, .artifact = artifact,
    .person_key = person_key, .load_loans = load_loans, .loans_due = loans_due, .publish = publish, .definitions = definitions, .close = close_,
};

enum err memory_open(struct memory *m, struct loop *l, struct store **out) {
    struct handle *h = calloc(1, sizeof *h);
    if (!h) return ERR_NOMEM;
    h->store = (struct store){&ops, m->region, m->shards};
    h->m = m, h->loop = l;
    *out = &h->store;
    return OK;
}
