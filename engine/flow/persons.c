/* persons.c - one data key per person, wrapped by the master key, read once and kept. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "flow/inner.h"

enum { PERSONS_MAX = 50000 };

struct asking {
    struct asking *next;
    struct engine *engine;
    person_fn *fn;
    void *who;
    bool create;
};
struct entry_of_person {
    struct person person; /* first */
    struct asking *waiting;
    struct engine *engine;
    char customer[65];
    uint8_t wrapped[160];
    size_t wrapped_n;
    bool stored; /* in the store: no start needs to carry it */
};

static void bound_of(const char *customer, char out[100]) { (void)snprintf(out, 100, "person:%s", customer); }

/* Wrapped once and then the same bytes, so that several first cases of one person agree (store: TN003). */
enum err person_wrap(const struct engine *e, const char *customer, const struct crypt_key *key, struct buf *out) {
    char bound[100];
    struct entry_of_person *p = map_get(e->persons, customer, strlen(customer));
    if (p && p->wrapped_n) return buf_add(out, p->wrapped, p->wrapped_n), buf_err(out);
    bound_of(customer, bound);
    enum err err = crypt_seal(&e->c.master, bound, key->b, sizeof key->b, out);
    if (err == OK && p && out->len <= sizeof p->wrapped) memcpy(p->wrapped, out->data, p->wrapped_n = out->len);
    return err;
}

struct shard_of {
    struct engine *engine;
    uint16_t shard;
};

static void forget_of_shard(void *who, const void *key, size_t n, void *value) {
    struct shard_of *x = who;
    struct entry_of_person *p = value;
    if (p->waiting || !p->person.known || customer_shard(x->engine, p->customer) != x->shard) return;
    (void)map_remove(x->engine->persons, key, n);
    person_free(p);
}

void persons_forget(struct engine *e, uint16_t shard) {
    struct shard_of x = {e, shard};
    map_each(e->persons, forget_of_shard, &x);
}

void person_stored(struct engine *e, const char *customer) {
    struct entry_of_person *p = map_get(e->persons, customer, strlen(customer));
    if (p && p->person.known) p->stored = true;
}

void person_forget(struct engine *e, const char *customer) {
    struct entry_of_person *p = map_get(e->persons, customer, strlen(customer));
    if (!p || p->waiting) return;
    (void)map_remove(e->persons, customer, strlen(customer));
    person_free(p);
}

void person_free(void *p) {
    struct entry_of_person *p2 = p;
    if (!p2) return;
    while (p2->waiting) {
        struct asking *a = p2->waiting;
        p2->waiting = a->next;
        free(a);
    }
    crypt_wipe(&p2->person, sizeof p2->person);
    free(p2);
}

static bool unwrap(struct entry_of_person *p, const void *bytes, size_t n) {
    char bound[100];
    AUTO(buf_reset) struct buf key;
    buf_init(&key, 256);
    bound_of(p->customer, bound);
    if (crypt_open(&p->engine->c.master, bound, bytes, n, &key) != OK || key.len != CRYPT_KEY) return false;
    memcpy(p->person.key.b, key.data, CRYPT_KEY);
    crypt_wipe(key.data, key.len);
    return p->stored = p->person.known = true;
}

static void tell(struct entry_of_person *p, enum err err) {
    struct asking *list = p->waiting;
    bool fresh = false;
    p->waiting = NULL;
    for (struct asking *next; list; list = next) {
        next = list->next;
        if (err == ERR_NOT_FOUND && list->create && !p->person.known) {
            crypt_random(p->person.key.b, CRYPT_KEY);
            p->person.known = fresh = true;
        }
        /* Until the first append is durable each start carries the wrapped key: it is the same one. */
        bool have = p->person.known;
        list->fn(list->who, have || err == ERR_NOT_FOUND ? OK : err, have ? &p->person.key : NULL, fresh);
        free(list);
    }
}

static void answered(void *who, enum err err, const void *bytes, size_t n) {
    struct entry_of_person *p = who;
    if (err == OK && !unwrap(p, bytes, n)) {
        log_error("person_key_unreadable", "why=%s", "master_key");
        err = ERR_INVALID;
    }
    struct engine *e = p->engine;
    tell(p, err);
    if (!p->person.known) {
        (void)map_remove(e->persons, p->customer, strlen(p->customer));
        person_free(p);
    }
    e->pending--;
    engine_maybe_drained(e);
}

static struct entry_of_person *person_new(struct engine *e, const char *customer) {
    struct entry_of_person *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->engine = e;
    (void)snprintf(p->customer, sizeof p->customer, "%s", customer);
    if (map_put(e->persons, customer, strlen(customer), p, NULL) == OK) return p;
    free(p);
    return NULL;
}

static void forget_known(void *who, const void *key, size_t n, void *value) {
    struct engine *e = who;
    struct entry_of_person *p = value;
    if (p->waiting || !p->stored) return; /* one that only we have may be on its way to the store */
    (void)map_remove(e->persons, key, n);
    person_free(p);
}

void person_key(struct engine *e, const char *customer, bool create, person_fn *fn, void *who) {
    struct entry_of_person *p = map_get(e->persons, customer, strlen(customer));
    if (p && p->person.known) {
        fn(who, OK, &p->person.key, create && !p->stored);
        return;
    }
    if (!p && map_size(e->persons) >= PERSONS_MAX) map_each(e->persons, forget_known, e);
    bool ask = !p;
    struct asking *a = calloc(1, sizeof *a);
    if (!p) p = a ? person_new(e, customer) : NULL;
    if (!p || !a) {
        free(a);
        fn(who, ERR_NOMEM, NULL, false);
        return;
    }
    *a = (struct asking){p->waiting, e, fn, who, create};
    p->waiting = a;
    if (!ask) return;
    e->pending++;
    if (e->c.store->ops->person_key(e->c.store, customer, answered, p) != OK) answered(p, ERR_IO, NULL, 0);
}
