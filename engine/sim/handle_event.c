/* handle_event.c - kept_event and event_owed in memory: the same rules as store/event.sql, one process's way to them. Every change
 * is atomic here, so an event needs no horizon: it is kept as soon as it is routed and nobody is open. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/handle_inner.h"

/* Chance of their own: whether a process looks for events must not change what else a seed brings. */
static enum err start(struct job *j) { return j ? job_start_in(j, (int64_t)rng_below(&j->h->m->event_rng, (uint64_t)j->h->m->faults.latency_ms + 1)) : ERR_IO; }

static char *copy(const char *s) { return strdup(s ? s : ""); }

static struct mem_event *event_of(struct memory *m, const char *type, const char *key, const char *id) {
    for (struct mem_event *e = m->events; e; e = e->next)
        if (!strcmp(e->id, id) && !strcmp(e->key, key) && !strcmp(e->type, type)) return e;
    return NULL;
}

static struct mem_event *event_new(struct memory *m, const char *type, const char *key, const char *id) {
    struct mem_event **end = &m->events, *e = calloc(1, sizeof *e);
    if (!e) abort();
    while (*end) end = &(*end)->next;
    e->type = copy(type), e->key = copy(key), e->id = copy(id), e->no = ++m->events_made;
    return *end = e;
}

static bool waits(const struct mem_event *e) { return e->state == MEM_NEW || e->state == MEM_KEPT; }

static struct mem_owed **owed_at(struct memory *m, const struct mem_event *e, struct id run) {
    struct mem_owed **at = &m->owed;
    while (*at && ((*at)->event != e || !id_same((*at)->run, run))) at = &(*at)->next;
    return at;
}

static void owe(struct memory *m, struct mem_event *e, struct id run) {
    struct mem_owed **at = owed_at(m, e, run);
    if (*at) return;
    *at = calloc(1, sizeof **at);
    if (!*at) abort();
    **at = (struct mem_owed){NULL, e, run};
}

static void pay(struct memory *m, const struct mem_event *e, struct id run) {
    struct mem_owed **at = owed_at(m, e, run), *owed = *at;
    if (owed) *at = owed->next, free(owed);
}

static bool is_owed(const struct memory *m, const struct mem_event *e) {
    for (const struct mem_owed *o = m->owed; o; o = o->next)
        if (o->event == e) return true;
    return false;
}

static bool owes(const struct memory *m, struct id run) {
    for (const struct mem_owed *o = m->owed; o; o = o->next)
        if (id_same(o->run, run)) return true;
    return false;
}

void memory_events_free(struct memory *m) {
    for (struct mem_webhook *w = m->webhooks, *next; w; w = next) {
        next = w->next;
        free(w->connector), free(w->id), free(w->reason), free(w->body), free(w);
    }
    for (struct mem_owed *o = m->owed, *next; o; o = next) next = o->next, free(o);
    for (struct mem_event *e = m->events, *next; e; e = next) {
        next = e->next;
        free(e->type), free(e->key), free(e->name), free(e->id), free(e->body), free(e->by), free(e->reason), free(e->subject), free(e);
    }
}

/* --- in an append -------------------------------------------------------------------------------- */

void memory_event_owe(struct memory *m, const struct append *a) {
    if (a->row->deaf || !a->row->case_key || !*a->row->case_key || text_eq(a->row->state, "ended")) return;
    for (struct mem_event *e = m->events; e; e = e->next)
        if (waits(e) && !strcmp(e->key, a->row->case_key) && text_eq(e->type, a->row->case_type)) owe(m, e, a->run);
}

void memory_event_take(struct memory *m, const struct append *a, const struct mem_run *r) {
    if (!r->case_key || !*r->case_key) return;
    struct mem_event *e = event_of(m, r->case_type, r->case_key, a->heard->event_id);
    if (!e) {
        e = event_new(m, r->case_type, r->case_key, a->heard->event_id);
        e->name = copy(a->heard->name), e->by = copy(a->heard->by), e->body = copy(""), e->at_ms = a->heard->at_ms;
        e->subject = copy(a->heard->subject), e->sequence = a->heard->sequence;
    }
    e->state = MEM_TAKEN;
    pay(m, e, a->run);
}

/* --- one process's operations -------------------------------------------------------------------- */

struct open_of_key {
    const char *type, *key;
    struct memory *m;
    struct mem_event *owe; /* NULL: only count */
    struct id first;
    unsigned n;
};
static void see_open(void *who, const void *key, size_t n, void *value) {
    struct open_of_key *x = who;
    const struct mem_run *r = value;
    (void)key, (void)n;
    if (r->deaf || !strcmp(r->state, "ended") || !text_eq(r->case_key, x->key) || !text_eq(r->case_type, x->type)) return;
    if (!x->n++) x->first = r->id;
    if (x->owe) owe(x->m, x->owe, r->id);
}

static bool unread(struct job *j) {
    unsigned percent = j->h->m->faults.unread_percent;
    return percent && rng_below(&j->h->m->event_rng, 100) < percent;
}

/* texts: type, key, id, subject; ttl_ms: sequence */
static bool is_stale(const struct memory *m, const struct job *j) {
    for (const struct mem_event *e = *j->texts[3] ? m->events : NULL; e; e = e->next)
        if (e->sequence > j->ttl_ms && e->state != MEM_DROPPED && text_eq(e->subject, j->texts[3]) && !strcmp(e->key, j->texts[1]) &&
            !strcmp(e->type, j->texts[0]))
            return true;
    return false;
}

static void find_act(struct job *j, enum err err) {
    struct memory *m = j->h->m;
    struct open_of_key x = {.type = j->texts[0], .key = j->texts[1]};
    struct event_found found = {0};
    if (err == OK && unread(j)) err = ERR_IO;
    if (err == OK) {
        map_each(m->runs, see_open, &x);
        found.known = event_of(m, j->texts[0], j->texts[1], j->texts[2]) != NULL;
        found.stale = is_stale(m, j);
        found.open = x.n < 2 ? x.n : 2, found.run = x.first;
        found.owed = x.n && owes(m, x.first);
    }
    store_found_fn *done = (store_found_fn *)j->done;
    void *who = j->who;
    job_free(j);
    done(who, err, &found);
}

enum err handle_find_event(struct store *s, const struct kept_event *e, store_found_fn *done, void *who) {
    struct job *j = job_new(s, find_act, NULL, (void *)done, who);
    if (!j) return ERR_IO;
    j->texts[0] = copy(e->case_type), j->texts[1] = copy(e->key), j->texts[2] = copy(e->event_id), j->texts[3] = copy(e->subject);
    j->ttl_ms = e->sequence;
    return start(j);
}

static enum err put_event(struct job *j) {
    struct memory *m = j->h->m;
    unsigned waiting = 0;
    if (event_of(m, j->texts[0], j->texts[1], j->texts[3])) return OK;
    for (const struct mem_event *e = m->events; e; e = e->next)
        waiting += waits(e) && !strcmp(e->key, j->texts[1]) && !strcmp(e->type, j->texts[0]);
    if (waiting >= EVENTS_WAITING_MAX) return fault_set(&j->fault, ERR_LIMIT, "key", "too many events wait for this key already");
    struct mem_event *e = event_new(m, j->texts[0], j->texts[1], j->texts[3]);
    e->name = j->texts[2], e->body = j->texts[4], e->by = j->texts[5], e->at_ms = j->now_ms;
    e->subject = j->texts[6], e->sequence = j->ttl_ms;
    if (*j->texts[7]) e->state = MEM_DROPPED;
    j->texts[2] = j->texts[4] = j->texts[5] = j->texts[6] = NULL;
    return OK;
}

/* It is there, and then the answer comes, or does not: the process may die between. */
static void keep_act(struct job *j, enum err err) {
    if (err == OK && !j->committed) {
        j->committed = true;
        j->err = put_event(j);
        if (start(j) == OK) return;
    }
    job_end(j, err != OK ? err : j->err);
}

enum err handle_keep_event(struct store *s, const struct kept_event *e, store_done_fn *done, void *who) {
    struct job *j = job_new(s, keep_act, NULL, (void *)done, who);
    if (!j) return ERR_IO;
    const char *texts[] = {e->case_type, e->key, e->name, e->event_id, e->body, e->by, e->subject, e->dropped};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) j->texts[i] = copy(texts[i]);
    j->now_ms = e->at_ms, j->ttl_ms = e->sequence;
    return start(j);
}

static void route(struct memory *m) {
    for (struct mem_event *e = m->events; e; e = e->next) {
        if (e->state != MEM_NEW) continue;
        struct open_of_key x = {.type = e->type, .key = e->key, .m = m, .owe = e};
        map_each(m->runs, see_open, &x);
        e->state = MEM_KEPT;
    }
}

static bool has_shard(const struct job *j, uint16_t shard) {
    for (size_t i = 0; i < j->n; i++)
        if (((const int32_t *)j->copy)[i] == shard) return true;
    return false;
}

static void owed_act(struct job *j, enum err err) {
    struct memory *m = j->h->m;
    unsigned told = 0;
    if (err == OK && unread(j)) err = ERR_IO;
    if (err == OK) route(m);
    for (struct mem_event *e = m->events; err == OK && e; e = e->next)
        for (const struct mem_owed *o = e->no > j->now_ms ? m->owed : NULL; o && told < j->limit; o = o->next) {
            if (o->event != e || !has_shard(j, id_shard(o->run))) continue;
            struct owed_event out = {o->run, {e->type, e->key, e->name, e->id, e->body, e->by, e->at_ms, e->subject, e->sequence, NULL}, e->no};
            ((store_owed_fn *)j->each)(j->who, &out);
            told++;
        }
    job_end(j, err);
}

enum err handle_owed_events(struct store *s, const int32_t *shards, size_t n, int64_t after, unsigned limit, store_owed_fn *each,
                         store_done_fn *done, void *who) {
    struct job *j = job_new(s, owed_act, (void *)each, (void *)done, who);
    if (!j) return ERR_IO;
    j->copy = malloc(n * sizeof *shards + 1);
    if (!j->copy) abort();
    memcpy(j->copy, shards, n * sizeof *shards);
    j->n = n, j->now_ms = after, j->limit = limit;
    return start(j);
}

static void settle_act(struct job *j, enum err err) {
    struct memory *m = j->h->m;
    struct mem_event *e = err == OK ? event_of(m, j->texts[0], j->texts[1], j->texts[2]) : NULL;
    if (e) pay(m, e, j->id);
    if (e && waits(e) && j->limit == EVENT_HEARD) e->state = MEM_TAKEN;
    else if (e && waits(e) && !is_owed(m, e)) {
        e->state = j->limit == EVENT_FULL ? MEM_DEAD : MEM_NEW;
        free(e->reason), e->reason = copy(j->texts[3]);
    }
    job_end(j, err);
}

enum err handle_settle_event(struct store *s, struct id run, const struct kept_event *e, enum event_end how, const char *why,
                          int64_t now_ms, store_done_fn *done, void *who) {
    struct job *j = job_new(s, settle_act, NULL, (void *)done, who);
    (void)now_ms;
    if (!j) return ERR_IO;
    j->texts[0] = copy(e->case_type), j->texts[1] = copy(e->key), j->texts[2] = copy(e->event_id), j->texts[3] = copy(why);
    j->id = run, j->limit = how;
    return start(j);
}

static void sweep_act(struct job *j, enum err err) {
    struct memory *m = j->h->m;
    for (struct mem_event *e = m->events; err == OK && e; e = e->next) {
        if (!waits(e) || e->at_ms >= j->now_ms) continue;
        e->state = MEM_DEAD;
        free(e->reason), e->reason = copy(j->texts[0]);
    }
    for (struct mem_event **at = &m->events, *e; err == OK && (e = *at);) {
        if ((e->state != MEM_TAKEN && e->state != MEM_DROPPED) || e->at_ms >= j->now_ms || is_owed(m, e)) {
            at = &e->next;
            continue;
        }
        *at = e->next;
        free(e->type), free(e->key), free(e->name), free(e->id), free(e->body), free(e->by), free(e->reason), free(e->subject), free(e);
    }
    job_end(j, err);
}

enum err handle_sweep_events(struct store *s, int64_t before_ms, int64_t now_ms, const char *why, store_done_fn *done, void *who) {
    struct job *j = job_new(s, sweep_act, NULL, (void *)done, who);
    (void)now_ms;
    if (j) j->now_ms = before_ms, j->texts[0] = copy(why);
    return start(j);
}

static void dead_act(struct job *j, enum err err) {
    struct mem_event *e = j->h->m->events;
    while (e && (e->no != j->ttl_ms || e->state != MEM_DEAD)) e = e->next;
    if (err == OK && !e) err = fault_set(&j->fault, ERR_NOT_FOUND, "", "there is no such dead letter, or it is settled");
    if (err == OK) e->state = j->limit ? MEM_NEW : MEM_DROPPED, e->at_ms = j->limit ? j->now_ms : e->at_ms;
    job_end(j, err);
}

enum err handle_dead_event(struct store *s, int64_t no, bool replay, const char *by, const char *why, int64_t now_ms,
                        store_done_fn *done, void *who) {
    struct job *j = job_new(s, dead_act, NULL, (void *)done, who);
    (void)by, (void)why;
    if (j) j->ttl_ms = no, j->limit = replay, j->now_ms = now_ms;
    return start(j);
}

/* --- webhooks that nobody understood --------------------------------------------------------------- */

static void webhook_keep_act(struct job *j, enum err err) {
    struct mem_webhook **end = &j->h->m->webhooks;
    int64_t no = 1;
    while (*end && (strcmp((*end)->connector, j->texts[0]) || strcmp((*end)->id, j->texts[1]))) no = (*end)->no + 1, end = &(*end)->next;
    if (err == OK && !*end) {
        *end = calloc(1, sizeof **end);
        if (!*end) abort();
        **end = (struct mem_webhook){.connector = j->texts[0], .id = j->texts[1], .reason = j->texts[2], .body = j->copy, .n = j->n,
                                     .no = no, .at_ms = j->now_ms};
        j->texts[0] = j->texts[1] = j->texts[2] = NULL, j->copy = NULL;
    }
    job_end(j, err);
}

enum err handle_keep_webhook(struct store *s, const struct kept_webhook *w, store_done_fn *done, void *who) {
    struct job *j = job_new(s, webhook_keep_act, NULL, (void *)done, who);
    if (!j) return ERR_IO;
    j->texts[0] = copy(w->connector), j->texts[1] = copy(w->webhook_id), j->texts[2] = copy(w->reason);
    j->copy = malloc(w->n + 1), j->n = w->n, j->now_ms = w->at_ms;
    if (!j->copy) abort();
    memcpy(j->copy, w->body, w->n);
    return start(j);
}

static struct mem_webhook *webhook_of(struct memory *m, int64_t no) {
    struct mem_webhook *w = m->webhooks;
    while (w && (w->no != no || w->settled)) w = w->next;
    return w;
}

static void webhook_find_act(struct job *j, enum err err) {
    const struct mem_webhook *w = webhook_of(j->h->m, j->ttl_ms);
    struct kept_webhook out = w ? (struct kept_webhook){w->connector, w->id, w->reason, w->body, w->n, w->at_ms} : (struct kept_webhook){0};
    store_webhook_fn *done = (store_webhook_fn *)j->done;
    void *who = j->who;
    job_free(j);
    done(who, err != OK ? err : w ? OK : ERR_NOT_FOUND, w ? &out : NULL);
}

enum err handle_find_webhook(struct store *s, int64_t no, store_webhook_fn *done, void *who) {
    struct job *j = job_new(s, webhook_find_act, NULL, (void *)done, who);
    if (j) j->ttl_ms = no;
    return start(j);
}

static void webhook_settle_act(struct job *j, enum err err) {
    struct mem_webhook *w = webhook_of(j->h->m, j->ttl_ms);
    if (err == OK && !w) err = fault_set(&j->fault, ERR_NOT_FOUND, "", "there is no such webhook, or it is settled");
    if (err == OK) w->settled = true;
    job_end(j, err);
}

enum err handle_settle_webhook(struct store *s, int64_t no, bool heard, const char *by, const char *why, int64_t now_ms,
                               store_done_fn *done, void *who) {
    struct job *j = job_new(s, webhook_settle_act, NULL, (void *)done, who);
    (void)heard, (void)by, (void)why, (void)now_ms;
    if (j) j->ttl_ms = no;
    return start(j);
}

/* --- what checks look at ------------------------------------------------------------------------- */

void memory_each_event(const struct memory *m, memory_event_fn *fn, void *who) {
    static const char *const words[] = {"new", "kept", "taken", "dead", "dropped"};
    for (const struct mem_event *e = m->events; e; e = e->next) fn(who, e->type, e->key, e->id, words[e->state], is_owed(m, e));
}
