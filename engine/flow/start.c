/* start.c - a new run: its case, its customer, its shard, its first row. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/ground.h"
#include "flow/walk.h"

static void hex(const uint8_t *b, size_t n, char *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) out[2 * i] = digits[b[i] >> 4], out[2 * i + 1] = digits[b[i] & 15];
    out[2 * n] = 0;
}

/* The strongest identifiers of the person, canonical, under the master key: the same person gets the
 * same id. A case type that names none is its own customer by key; without a key, nobody's. */
static bool customer_of(const struct engine *e, const struct case_type *ct, const json_t *case_, char out[65]) {
    json_auto_t *who = json_array();
    out[0] = 0;
    for (int i = 0; ct && ct->customer[i]; i++) {
        json_t *v = json_at(case_, ct->customer[i]);
        if (json_array_append(who, v ? v : json_null())) return false;
    }
    if (!json_array_size(who) && ct && ct->key) {
        json_t *v = json_at(case_, ct->key);
        if (!v || json_array_append(who, v)) return false;
    }
    if (!json_array_size(who)) return false;
    AUTO(buf_reset) struct buf text;
    buf_init(&text, 1 << 20);
    uint8_t hash[CRYPT_HASH];
    if (json_canonical(who, &text) != OK) return false;
    crypt_keyed_hash(&e->c.master, text.data, text.len, hash);
    hex(hash, sizeof hash, out);
    return true;
}

uint16_t customer_shard(const struct engine *e, const char *customer) {
    char first[9] = {0};
    memcpy(first, customer, 8);
    return (uint16_t)(strtoul(first, NULL, 16) % e->n_shards);
}

uint16_t engine_shard_of(const struct engine *e, const char *case_type, const json_t *case_) {
    char customer[65];
    const struct case_type *ct = definitions_case(e->c.definitions, case_type);
    if (customer_of(e, ct, case_, customer)) return customer_shard(e, customer);
    for (unsigned i = 0; i < e->n_shards; i++) { /* nobody's: any shard of ours will do */
        unsigned at = (unsigned)(rng_u64(e->c.rng) % e->n_shards);
        if (e->shards[at].mine && e->shards[at].recovered) return (uint16_t)at;
    }
    return 0;
}

uint16_t engine_customer_shard(const struct engine *e, const char *customer) { return customer_shard(e, customer); }

struct starting {
    struct waiter waiter; /* first; given to the turn */
    struct engine *engine;
    engine_started_fn *done;
    void *who;
    const struct plan *plan;
    const struct ground *ground;
    const struct case_type *case_type;
    json_t *case_;
    char by[80], route[160], key[256], hash[80], customer[65];
    bool has_customer, dedup, carries_key;
    struct id run;
    uint16_t shard;
};

static void finish(struct starting *s, enum err err, bool joined, const struct fault *f) {
    struct engine *e = s->engine;
    s->done(s->who, err, s->run, joined, f);
    json_decref(s->case_);
    free(s);
    e->pending--;
    engine_maybe_drained(e);
}

static void looked_up(void *who, enum err err, const struct dedup_found *d) {
    struct starting *s = who;
    struct fault f = {0};
    if (err == OK && (!d->found || !d->body_hash || strcmp(d->body_hash, s->hash)))
        err = fault_set(&f, ERR_CONFLICT, "Idempotency-Key", "this key was used before with another body");
    if (err == OK) s->run = d->run;
    finish(s, err, err == OK, &f);
}

/* The waiter's memory belongs to the turn's machinery: what lives on is `starting`. */
static void durable(struct waiter *w, enum err err, struct run *r, const struct fault *f) {
    struct starting *s = w->who;
    struct engine *e = s->engine;
    if (s->carries_key && err == OK) person_stored(e, s->customer);
    else if (s->carries_key && f && text_eq(f->where, "TN003")) person_forget(e, s->customer);
    if (err == ERR_CONFLICT && s->dedup) {
        if (e->c.store->ops->dedup(e->c.store, s->by, s->route, s->key, looked_up, s) != OK) finish(s, ERR_IO, false, f);
        return;
    }
    if (r && r->case_key && plan_listens(r->plan)) look_soon(e); /* its first append may have found kept events */
    finish(s, err, false, f);
}

static const char *key_of_case(const struct starting *s, char out[128]) {
    const json_t *v = s->case_type && s->case_type->key ? json_at(s->case_, s->case_type->key) : NULL;
    if (json_is_string(v)) (void)text_copy(out, 128, json_string_value(v));
    else if (json_is_integer(v)) (void)snprintf(out, 128, "%lld", (long long)json_integer_value(v));
    else return NULL;
    return out;
}

static struct run *make_run(struct starting *s) {
    struct engine *e = s->engine;
    struct run *r = run_new(s->run, s->plan);
    struct entry *en = r ? known_new(e, s->run) : NULL;
    if (!en) {
        run_free(r);
        return NULL;
    }
    r->ground = s->ground, r->case_type = s->case_type;
    r->entry = en, en->run = r;
    e->resident++;
    return r;
}

static void begin(struct starting *s, const struct crypt_key *key, bool fresh) {
    struct engine *e = s->engine;
    char text[128], name[140];
    const char *case_key = key_of_case(s, text);
    struct run *r = make_run(s);
    struct waiter *w = r ? waiter_new(NULL, s) : NULL;
    if (!w) {
        if (r) drop_run(e, r, ERR_NOMEM, NULL);
        finish(s, ERR_NOMEM, false, NULL);
        return;
    }
    w->done = durable;
    if (key) r->person = *key, r->has_person = true;
    struct dedup_row dedup = {s->by, s->route, s->key, s->hash};
    AUTO(buf_reset) struct buf wrapped;
    buf_init(&wrapped, 4096);
    struct person_key_row person = {s->customer, NULL, 0};
    if (key && fresh && person_wrap(e, s->customer, key, &wrapped) == OK) person.wrapped = wrapped.data, person.n = wrapped.len;
    s->carries_key = person.n > 0;
    (void)snprintf(name, sizeof name, "%s@%d", s->plan->name, s->plan->version);
    turn_begin(e, r);
    struct turn *t = &e->turn;
    if (s->dedup) t->dedup = &dedup;
    if (person.n) t->person = &person;
    turn_wait(t, w);
    struct fact f = fact_of(FACT_STARTED, -1, 0);
    f.name = name, f.id = s->plan->hash, f.ground = s->ground->hash, f.to = s->plan->case_type, f.key = case_key;
    f.code = s->has_customer ? s->customer : NULL, f.by = s->by[0] ? s->by : NULL, f.data = s->case_;
    turn_fact(t, &f);
    walk_start(t);
    count(e->m_started);
    turn_end(e);
}

static void have_key(void *who, enum err err, const struct crypt_key *key, bool fresh) {
    struct starting *s = who;
    struct fault f;
    if (err != OK) finish(s, fault_set(&f, err, "", "the person's key cannot be read now"), false, &f);
    else if (!engine_owns(s->engine, s->shard, &f)) finish(s, ERR_CLOSED, false, &f);
    else begin(s, key, fresh);
}

static void go(void *who) {
    struct starting *s = who;
    struct fault f;
    if (!engine_owns(s->engine, s->shard, &f)) finish(s, ERR_CLOSED, false, &f);
    else if (s->has_customer && s->case_type && s->case_type->personal)
        person_key(s->engine, s->customer, true, have_key, s);
    else begin(s, NULL, false);
}

/* A key that the schema marks readOnly is ours to fill: the run's id. */
static enum err fill_key(struct starting *s, const json_t *case_) {
    const char *key = s->case_type ? s->case_type->key : NULL;
    const json_t *field = key ? json_object_get(json_object_get(s->case_type->case_schema, "properties"), key) : NULL;
    char text[ID_TEXT];
    if (!json_bool(field, "readOnly", false)) return (s->case_ = json_incref((json_t *)case_)) ? OK : ERR_NOMEM;
    s->case_ = json_copy((json_t *)case_);
    return s->case_ ? json_put_take(s->case_, key, json_string(id_text(s->run, text))) : ERR_NOMEM;
}

static bool is_customer(const char *text) {
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static enum err place(struct engine *e, const struct start *st, struct starting *s, struct fault *f) {
    s->plan = definitions_flow(e->c.definitions, st->workflow, st->version);
    if (!s->plan)
        return fault_set(f, ERR_NOT_FOUND, "workflow", "there is no workflow '%s' of this version here", st->workflow);
    s->ground = definitions_ground_of(e->c.definitions, s->plan);
    s->case_type = ground_case(s->ground, s->plan->case_type);
    if (st->customer && !is_customer(st->customer))
        return fault_set(f, ERR_INVALID, "customer", "a customer is named by 64 hexadecimal digits");
    if (st->customer) s->has_customer = text_copy(s->customer, sizeof s->customer, st->customer);
    else s->has_customer = customer_of(e, s->case_type, st->case_, s->customer);
    s->shard = s->has_customer ? customer_shard(e, s->customer) : engine_shard_of(e, s->plan->case_type, st->case_);
    s->run = id_make(e->c.store->region, s->shard, loop_now_ms(e->c.loop), e->c.rng);
    enum err err = fill_key(s, st->case_);
    return err == OK && s->case_type ? schema_check(s->case_type->schema, s->case_, NULL, NULL, f) : err;
}

static void refused_later(void *who);
struct refused {
    struct engine *engine;
    engine_started_fn *done;
    void *who;
    struct fault fault;
};

static void refused_later(void *who) {
    struct refused *r = who;
    r->engine->pending--;
    r->done(r->who, r->fault.kind, (struct id){0}, false, &r->fault);
    engine_maybe_drained(r->engine);
    free(r);
}

static enum err refuse(struct engine *e, engine_started_fn *done, void *who, const struct fault *f) {
    struct refused *r = calloc(1, sizeof *r);
    if (!r) return ERR_NOMEM;
    *r = (struct refused){e, done, who, *f};
    if (loop_post(e->c.loop, refused_later, r) == OK) {
        e->pending++;
        return OK;
    }
    free(r);
    return ERR_NOMEM;
}

static bool copy_texts(const struct start *st, struct starting *s) {
    s->dedup = st->dedup_key != NULL;
    return text_copy(s->by, sizeof s->by, st->by ? st->by : "") &&
           text_copy(s->route, sizeof s->route, st->dedup_route ? st->dedup_route : "") &&
           text_copy(s->key, sizeof s->key, st->dedup_key ? st->dedup_key : "") &&
           text_copy(s->hash, sizeof s->hash, st->dedup_hash ? st->dedup_hash : "");
}

enum err engine_start(struct engine *e, const struct start *st, engine_started_fn *done, void *who) {
    struct fault f = {0};
    struct starting *s = calloc(1, sizeof *s);
    if (!s) return ERR_NOMEM;
    *s = (struct starting){.engine = e, .done = done, .who = who};
    enum err err = place(e, st, s, &f);
    if (err == OK && !copy_texts(st, s)) err = fault_set(&f, ERR_INVALID, "Idempotency-Key", "a key has at most 255 characters");
    if (err != OK) {
        json_decref(s->case_);
        free(s);
        return refuse(e, done, who, &f);
    }
    e->pending++;
    if (loop_post(e->c.loop, go, s) == OK) return OK;
    e->pending--;
    json_decref(s->case_);
    free(s);
    return ERR_NOMEM;
}
