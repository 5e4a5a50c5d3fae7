/* load.c - a run read back from its journal: rows, then the person's key and large answers if the rows
 * need them, then the fold. Nothing is decided here; resume.c settles what was under way. */
#include "flow/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "flow/ground.h"
#include "flow/walk.h"

enum { AGAIN_MS = 1000, UNREADABLE_AGAIN_MS = 30000 }; /* the latter: its definition may yet be fetched */

struct wanted { /* who waits for this run */
    struct wanted *next;
    with_run_fn *fn;
    void *who;
};
struct group {
    size_t left;
    loop_fn *done;
    void *who;
};
struct load {
    struct engine *engine;
    struct entry *entry;   /* NULL: the run is not open here */
    struct id id;
    struct wanted *wanted;
    struct group *group;
    timeline_fn *timeline; /* gives the facts instead of a run */
    void *timeline_who;
    json_t *rows;          /* [{"seq","at","facts":[..]}] */
    bool sealed, large;
    size_t weight;
    json_t *artifacts;     /* hash -> value */
    struct run ctx;        /* id and key, for opening */
    enum err err;
};

static void load_free(struct load *l) {
    struct engine *e = l->engine;
    json_decref(l->rows), json_decref(l->artifacts), json_decref(l->ctx.names);
    crypt_wipe(&l->ctx.person, sizeof l->ctx.person);
    free(l);
    e->pending--;
    engine_maybe_drained(e);
}

static void group_left(struct group *g) {
    if (!g || --g->left) return;
    g->done(g->who);
    free(g);
}

static void tell_wanted(struct load *l, enum err err, struct run *r, const struct fault *f) {
    struct wanted *w = l->wanted;
    l->wanted = NULL;
    while (w) {
        struct wanted *next = w->next;
        struct entry *en = err == OK ? known_find(l->engine, l->id) : NULL;
        if (err == OK && l->entry && (!en || en->run != r)) err = ERR_BUSY; /* it went while others used it */
        w->fn(w->who, err, err == OK ? r : NULL, f);
        free(w);
        w = next;
    }
}

/* An open run whose timer brought it here, or whose recovery this was, must not be forgotten: it is read again. */
static void failed_open(struct engine *e, struct entry *en, enum err err, const struct fault *f) {
    en->load = NULL;
    if (err == ERR_NOT_FOUND) { /* its first row never became durable */
        known_free(en, e);
        return;
    }
    readers_end(e, en, err, f);
    known_wake(e, en, loop_now_ms(e->c.loop) + (err == ERR_BUG ? UNREADABLE_AGAIN_MS : AGAIN_MS));
}

static void failed(struct load *l, enum err err, const struct fault *f) {
    if (l->entry) failed_open(l->engine, l->entry, err, f);
    l->entry = NULL;
    if (l->timeline) l->timeline(l->timeline_who, err, NULL, f);
    tell_wanted(l, err, NULL, f);
    group_left(l->group);
    load_free(l);
}

/* --- the fold ----------------------------------------------------------------------------------- */

static json_t *large_part(const struct load *l, json_t *v) {
    const char *hash = json_is_object(v) && json_object_size(v) == 1 ? json_text(v, "$artifact", NULL) : NULL;
    json_t *whole = hash ? json_object_get(l->artifacts, hash) : NULL;
    return whole ? whole : v;
}

static const char *place_of(const json_t *fact) {
    const char *p = json_text(fact, "p", NULL);
    if (p) return p;
    return !strcmp(json_text(fact, "f", ""), "event") ? json_text(fact, "name", "") : "case";
}

static void open_part(const struct load *l, json_t *fact, const char *key, const char *suffix) {
    json_t *v = json_object_get(fact, key);
    char at[300];
    if (!v) return;
    (void)snprintf(at, sizeof at, "%s%s", place_of(fact), suffix);
    json_t *whole = large_part(l, v);
    json_t *opened = whole != v ? json_incref(whole) : seal_open_new(&l->ctx, at, v);
    (void)json_object_set_new(fact, key, opened);
}

static void open_fact(const struct load *l, json_t *fact) {
    if (!l->sealed && !l->large) return;
    open_part(l, fact, "d", "");
    open_part(l, fact, "in", ".in");
    open_part(l, fact, "parts", ".parts");
}

static struct run *run_of(struct load *l, struct fault *f) {
    const json_t *first = json_array_get(json_object_get(json_array_get(l->rows, 0), "facts"), 0);
    const char *hash = json_text(first, "id", "");
    if (!strcmp(json_text(first, "f", ""), "day_end")) {
        (void)fault_set(f, ERR_NOT_FOUND, l->ctx.text, "this is the run of a day-end: it has a timeline, and no state");
        return NULL;
    }
    const struct ground *ground = definitions_ground(l->engine->c.definitions, json_text(first, "ground", NULL));
    const struct plan *plan = ground ? definitions_pinned(l->engine->c.definitions, hash, ground) : NULL;
    if (!plan) {
        (void)fault_set(f, ERR_BUG, l->ctx.text, "the definition this run is pinned to is not known here");
        return NULL;
    }
    struct run *r = run_new(l->id, plan);
    if (!r) return NULL;
    r->ground = ground;
    r->case_type = ground_case(ground, plan->case_type);
    r->person = l->ctx.person, r->has_person = l->ctx.has_person;
    return r;
}

static enum err fold_row(struct load *l, struct run *r, const json_t *row, struct fault *f) {
    int64_t at = json_int(row, "at", 0);
    json_t *j;
    size_t i;
    json_array_foreach(json_object_get(row, "facts"), i, j) {
        struct fact fact;
        open_fact(l, j);
        enum err e = fact_read(j, r->plan, &fact, f);
        if (e == OK) e = fact_apply(r, &fact, at);
        if (e != OK) return e;
    }
    r->seq = (uint32_t)json_int(row, "seq", 0);
    return OK;
}

static enum err fold_all(struct load *l, struct run *r, struct fault *f) {
    json_t *row;
    size_t i;
    json_array_foreach(l->rows, i, row) {
        if (json_int(row, "seq", 0) != (int64_t)i + 1)
            return fault_set(f, ERR_BUG, l->ctx.text, "the journal has a gap at row %zu", i + 1);
        enum err e = fold_row(l, r, row, f);
        if (e != OK) return e;
    }
    return OK;
}

static void adopt(struct load *l, struct run *r) {
    struct engine *e = l->engine;
    if (r->ended) {
        if (l->entry) {
            l->entry->load = NULL;
            known_free(l->entry, e);
        }
        l->entry = NULL;
        return;
    }
    if (!l->entry && e->shards[id_shard(l->id)].mine && !known_find(e, l->id)) l->entry = known_new(e, l->id);
    if (!l->entry) return;
    l->entry->load = NULL;
    l->entry->run = r, r->entry = l->entry;
    e->resident++;
    resume_run(e, r);
}

static void folded(struct load *l) {
    struct fault f = {0};
    struct engine *e = l->engine;
    struct run *r = run_of(l, &f);
    enum err err = r ? fold_all(l, r, &f) : f.kind ? f.kind : ERR_NOMEM;
    if (err != OK) {
        if (err != ERR_NOT_FOUND) log_error("run_unreadable", "run=%s why=%s", l->ctx.text, log_quote(f.text));
        run_free(r);
        failed(l, err, &f);
        return;
    }
    r->weight = l->weight;
    bool temporary = r->ended;
    struct id id = l->id;
    adopt(l, r);
    if (l->entry) { /* resuming may have taken it away again */
        struct entry *en = known_find(e, id);
        if (!en || en->run != r) err = ERR_BUSY, (void)fault_set(&f, err, "", "the run is being read again"), l->entry = NULL;
    } else {
        temporary = true;
    }
    tell_wanted(l, err, r, &f);
    if (temporary) run_free(r);
    else {
        struct entry *en = known_find(e, id);
        if (en && en->run && !en->run->unsettled) engine_settled(e, en->run);
    }
    group_left(l->group);
    load_free(l);
}

static void facts_of(struct load *l) {
    json_t *all = json_array(), *row, *j;
    size_t i, k;
    json_array_foreach(l->rows, i, row) {
        json_array_foreach(json_object_get(row, "facts"), k, j) {
            open_fact(l, j);
            (void)json_object_set_new(j, "seq", json_integer(json_int(row, "seq", 0)));
            (void)json_object_set_new(j, "when", json_integer(json_int(row, "at", 0)));
            if (all) (void)json_array_append(all, j);
        }
    }
    l->timeline(l->timeline_who, all ? OK : ERR_NOMEM, all, NULL);
    json_decref(all);
    load_free(l);
}

/* --- what the rows need ----------------------------------------------------------------------- */

static void next_artifact(struct load *l);

static void complete(struct load *l) {
    if (l->engine->closing) {
        struct fault f;
        (void)fault_set(&f, ERR_CLOSED, "", "the engine is stopping");
        failed(l, ERR_CLOSED, &f);
    } else if (l->timeline) facts_of(l);
    else folded(l);
}

static void artifact_came(void *who, enum err err, const void *bytes, size_t n) {
    struct load *l = who;
    const char *hash = json_string_value(json_object_get(l->ctx.names, "hash"));
    json_t *v = err == OK ? seal_artifact_open_new(&l->ctx, hash, bytes, n) : NULL;
    l->weight += n;
    if (!v) v = json_null(); /* erased, or gone with its partition: known to be missing */
    (void)json_object_set_new(l->artifacts, hash, v);
    next_artifact(l);
}

static const char *missing_hash(const struct load *l) {
    static const char *const parts[] = {"d", "in"};
    json_t *row, *fact;
    size_t i, k;
    json_array_foreach(l->rows, i, row) json_array_foreach(json_object_get(row, "facts"), k, fact) {
        for (size_t p = 0; p < ARRAY_LEN(parts); p++) {
            const json_t *v = json_object_get(fact, parts[p]);
            const char *hash = json_is_object(v) ? json_text(v, "$artifact", NULL) : NULL;
            if (hash && json_object_size(v) == 1 && !json_object_get(l->artifacts, hash)) return hash;
        }
    }
    return NULL;
}

static void next_artifact(struct load *l) {
    struct store *s = l->engine->c.store;
    const char *hash = l->large ? missing_hash(l) : NULL;
    if (!hash) {
        complete(l);
        return;
    }
    if (!l->ctx.names) l->ctx.names = json_object(); /* holds the hash that is being asked for */
    (void)json_object_set_new(l->ctx.names, "hash", json_string(hash));
    if (s->ops->artifact(s, hash, artifact_came, l) != OK) artifact_came(l, ERR_IO, NULL, 0);
}

static void key_came(void *who, enum err err, const struct crypt_key *key, bool fresh) {
    struct load *l = who;
    (void)fresh;
    if (err != OK) {
        struct fault f;
        (void)fault_set(&f, err, l->ctx.text, "the person's key cannot be read now");
        failed(l, err, &f);
        return;
    }
    if (key) l->ctx.person = *key, l->ctx.has_person = true;
    next_artifact(l);
}

static void rows_done(void *who, enum err err, const struct fault *f) {
    struct load *l = who;
    struct fault own = {0};
    if (l->err != OK) err = l->err;
    if (err == OK && !json_array_size(l->rows)) err = fault_set(&own, ERR_NOT_FOUND, l->ctx.text, "there is no such run");
    if (err != OK) {
        failed(l, err, own.text[0] ? &own : f);
        return;
    }
    const json_t *first = json_array_get(json_object_get(json_array_get(l->rows, 0), "facts"), 0);
    const char *customer = json_text(first, "code", NULL);
    if (customer && (l->sealed || l->large)) person_key(l->engine, customer, false, key_came, l);
    else next_artifact(l);
}

static void row_came(void *who, const struct journal_row *row) {
    struct load *l = who;
    json_t *facts = NULL;
    if (l->err != OK) return;
    l->err = json_parse(row->body, row->body_len, &JSON_LIMITS_OWN, &facts, NULL);
    if (l->err != OK) return;
    l->weight += row->body_len;
    l->sealed |= memmem(row->body, row->body_len, "\"$sealed\"", 9) != NULL;
    l->large |= memmem(row->body, row->body_len, "\"$artifact\"", 11) != NULL;
    json_t *j = json_pack("{s:I, s:I, s:o}", "seq", (json_int_t)row->seq, "at", (json_int_t)row->at_ms, "facts", facts);
    if (!j || json_array_append_new(l->rows, j)) l->err = ERR_NOMEM;
}

/* --- ways in ------------------------------------------------------------------------------------ */

static struct load *load_new(struct engine *e, struct entry *en, struct id id) {
    struct load *l = calloc(1, sizeof *l);
    if (!l) return NULL;
    l->engine = e, l->entry = en, l->id = id, l->ctx.id = id;
    (void)id_text(id, l->ctx.text);
    l->rows = json_array(), l->artifacts = json_object();
    e->pending++;
    if (!l->rows || !l->artifacts) {
        load_free(l);
        return NULL;
    }
    if (en) en->load = l;
    return l;
}

static void load_go(struct load *l) {
    struct store *s = l->engine->c.store;
    if (s->ops->load(s, l->id, row_came, rows_done, l) != OK) rows_done(l, ERR_IO, NULL);
}

void with_run(struct engine *e, struct id id, with_run_fn *fn, void *who) {
    struct entry *en = known_find(e, id);
    if (en && en->run) {
        fn(who, OK, en->run, NULL);
        return;
    }
    bool new_load = !en || !en->load;
    struct load *l = new_load ? load_new(e, en, id) : en->load;
    struct wanted *w = l ? calloc(1, sizeof *w) : NULL;
    if (!w) {
        if (l && new_load) {
            if (en) en->load = NULL;
            load_free(l);
        }
        fn(who, ERR_NOMEM, NULL, NULL);
        return;
    }
    *w = (struct wanted){NULL, fn, who};
    struct wanted **end = &l->wanted;
    while (*end) end = &(*end)->next;
    *end = w;
    if (new_load) load_go(l);
}

void load_timeline(struct engine *e, struct id id, timeline_fn *fn, void *who) {
    struct load *l = load_new(e, NULL, id);
    if (!l) {
        fn(who, ERR_NOMEM, NULL, NULL);
        return;
    }
    l->timeline = fn, l->timeline_who = who;
    load_go(l);
}

void load_abandon(struct engine *e, struct entry *en, enum err err, const struct fault *f) {
    struct load *l = en->load;
    (void)e;
    en->load = NULL;
    l->entry = NULL; /* the read goes on by itself and finds nobody waiting */
    tell_wanted(l, err, NULL, f);
}

struct many {
    struct engine *engine;
    size_t n, at;
    struct load *loads[];
};

static void many_row(void *who, const struct journal_row *row) { /* rows come grouped by run */
    struct many *m = who;
    for (size_t tried = 0; tried < m->n; tried++, m->at = (m->at + 1) % m->n) {
        if (!id_same(m->loads[m->at]->id, row->run)) continue;
        row_came(m->loads[m->at], row);
        return;
    }
}

static void many_done(void *who, enum err err, const struct fault *f) {
    struct many *m = who;
    struct engine *e = m->engine;
    for (size_t i = 0; i < m->n; i++) rows_done(m->loads[i], err, f);
    free(m);
    e->pending--;
    engine_maybe_drained(e);
}

static void many_add(struct many *m, struct group *g, struct id id) {
    struct entry *en = known_find(m->engine, id);
    struct load *l = en && !en->run && !en->load ? load_new(m->engine, en, id) : NULL;
    if (!l) return;
    l->group = g, g->left++;
    m->loads[m->n++] = l;
}

void load_group(struct engine *e, const struct id *ids, size_t n, loop_fn *done, void *who) {
    struct many *m = calloc(1, sizeof *m + n * sizeof(struct load *));
    struct group *g = calloc(1, sizeof *g);
    if (m && g) {
        m->engine = e, g->done = done, g->who = who;
        for (size_t i = 0; i < n; i++) many_add(m, g, ids[i]);
    }
    if (!m || !g || !m->n) {
        free(m), free(g);
        done(who);
        return;
    }
    e->pending++;
    if (e->c.store->ops->load_many(e->c.store, ids, n, many_row, many_done, m) != OK) many_done(m, ERR_IO, NULL);
}
