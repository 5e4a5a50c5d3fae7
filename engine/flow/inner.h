/* inner.h - what the files of this room share: the engine's tables and the turn.
 *
 * A turn is one run's reaction to one thing that happened: an answer, an event, a timer, a person.
 * Everything it decides becomes facts, the facts become one journal row, and only when that row is
 * durable are the effects of the turn started (INV-2). Turns do not nest. */
#ifndef FLOW_INNER_H
#define FLOW_INNER_H

#include "base/heap.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/rng.h"
#include "flow/definitions.h"
#include "flow/engine.h"
#include "flow/fact.h"
#include "flow/flight.h"
#include "flow/outbox.h"
#include "flow/run.h"

enum { WATCH_SLOTS = 4096 }; /* a power of two: thousands of requests may each wait for their run */
enum { TURN_MONEY_MAX = 8, TURN_TASKS_MAX = 64, TURN_MOVES_MAX = 2000, ARTIFACT_OVER_BYTES = 16 * 1024 };

struct effect { /* to be started when the row is durable */
    int para, op;
    bool undo, look;
    bool money; /* no call yet: how its business key stands */
    unsigned visit, attempt, looks;
};
/* Whoever asked for this turn; told when the row is durable. */
struct waiter {
    struct waiter *next;
    void (*done)(struct waiter *w, enum err err, struct run *r, const struct fault *f);
    engine_done_fn *tell;
    void *who;
};
struct waiter *waiter_new(engine_done_fn *tell, void *who);
void waiters_end(struct waiter *w, enum err err, struct run *r, const struct fault *f);

struct artifact { /* a large answer on its way out */
    struct artifact *next;
    char hash[65];
    struct buf bytes;
};
struct commit { /* an append that is not yet durable */
    struct commit *next;
    struct engine *engine;
    struct run *run;       /* NULL: dropped meanwhile */
    struct id id;
    struct waiter *waiters;
    struct folder *kept;   /* cabinet.h: files of loans that this append writes to */
    unsigned n_effects;
    struct effect effects[];
};

struct turn {
    struct engine *e;
    struct run *run;
    int64_t now_ms;
    struct buf body;
    unsigned n_facts, moves;
    struct effect *effects;
    unsigned n_effects, cap_effects;
    struct task_row tasks[TURN_TASKS_MAX];
    char task_ids[TURN_TASKS_MAX][160];
    unsigned n_tasks;
    struct outbox outbox;
    int money[TURN_MONEY_MAX]; /* steps whose business key moved */
    unsigned n_money;
    size_t posted_from; /* run->postings from here on are this turn's */
    struct artifact *artifacts;
    struct folder *held; /* cabinet.h: files of loans that this turn has */
    struct waiter *waiters;
    const struct dedup_row *dedup;
    const struct person_key_row *person;
    const struct heard_row *heard;
    bool hears;         /* nobody knows whether a call of it happened: a webhook may tell, even if the file names no event */
    int entering;       /* the paragraph that walk_enter is at, and its new visit */
    unsigned entering_visit;
    bool turned;        /* an interrupt was taken: events that came meanwhile are due */
    struct {
        int para, op;
    } cancels[32];      /* calls to give up, once the turn is over */
    unsigned n_cancels;
    enum err failed;    /* memory or a broken invariant: nothing of the turn is kept */
};

/* One open run known to this process, in memory or asleep. */
struct load;
struct reader;
struct entry {
    struct heap_node wake; /* first; in engine.wakes */
    struct id id;
    struct run *run;       /* NULL: asleep, only this entry is in memory */
    struct load *load;     /* being read back */
    struct reader *readers; /* wait until nothing is unsettled */
    int rejected;          /* rows refused and turns that cannot be taken, one after the other; past 2 it is left alone */
};

struct shard {
    bool mine, recovered;
    uint64_t epoch;
    int64_t until_ms;
    char owner[96], address[96];
};

struct watch {
    struct watch *next, *prev;
    struct engine *engine;
    struct id run;
    engine_watch_fn *fn;
    void *who;
};

struct engine {
    struct engine_config c;
    char owner[96], address[96];
    struct turn turn;
    struct map *entries;      /* id -> entry */
    struct heap wakes;
    struct loop_timer *alarm;
    int64_t alarm_ms;
    struct shard *shards;
    unsigned n_shards;
    /* lease.c */
    struct loop_timer *lease_timer;
    bool claiming, claimed_once, recovering;
    bool settled; /* every shard had its owner once: lease.c */
    int64_t started_ms;
    uint8_t *to_recover;      /* by shard */
    /* drain */
    bool draining;
    loop_fn *drained;
    void *drained_who;
    unsigned commits;         /* appends under way */
    struct commit *held;      /* durable, but the lease had run out: their effects wait for its renewal */
    unsigned pending;         /* store reads under way that hold the engine */
    /* look.c */
    struct loop_timer *look_timer;
    int64_t look_at_ms, owed_after, swept_ms;
    bool looking, look_again, look_missed;
    struct map *hearing;      /* runs that are being told what they are owed */
    /* park.c */
    struct run *idle_first, *idle_last;
    size_t resident, idle_weight;
    /* persons.c */
    struct map *persons;      /* customer -> person */
    struct cabinet *cabinet;  /* cabinet.h: files of loans */
    struct day_ends *day_ends; /* day_end.h */
    struct watch *watches[WATCH_SLOTS]; /* by the random end of the run's id */
    unsigned flights;
    bool closing, freed;
    struct metric *m_started, *m_ended, *m_rows, *m_stuck, *m_calls[4], *m_call_s;
};

/* turn.c */
void turn_begin(struct engine *e, struct run *r);
void turn_fact(struct turn *t, const struct fact *f);
void turn_effect(struct turn *t, int para, int op, bool undo, bool look);
/* Gives up the call of this ask (op -1: its undo's) when the turn is over. */
void turn_cancel(struct turn *t, int para, int op);
void turn_wait(struct turn *t, struct waiter *w);
/* Writes the row, if anything happened, and arms the run's timer. */
void turn_end(struct engine *e);
void turn_task(struct turn *t, int para, bool stuck, const char *state, const char *answer);
void drop_run(struct engine *e, struct run *r, enum err why, const struct fault *f);

/* engine.c */
struct watch **watches_of(struct engine *e, struct id run); /* of this run, and others of its slot */
struct entry *known_find(const struct engine *e, struct id id);
struct entry *known_new(struct engine *e, struct id id);
void known_free(struct entry *en, struct engine *e);
void known_wake(struct engine *e, struct entry *en, int64_t at_ms); /* 0: never */
bool engine_owns(const struct engine *e, uint16_t shard, struct fault *f);
void engine_settled(struct engine *e, struct run *r); /* nothing of it is on its way to the store */
void engine_maybe_drained(struct engine *e);

void readers_end(struct engine *e, struct entry *en, enum err err, const struct fault *f);
/* money.c: asks the store how the business key of this step stands */
void money_seek(struct engine *e, struct run *r, int para);
/* A step that waits for that; nothing has been intended yet. */
bool money_sought(const struct run *r, int para);
/* What a turn changed about business keys, as rows that point into `room`. */
size_t money_rows(const struct turn *t, struct money_row out[TURN_MONEY_MAX], char room[TURN_MONEY_MAX][256]);
/* hear.c: does this flow name an event anywhere? */
bool plan_listens(const struct plan *p);
/* look.c: what runs of our shards are still to hear. Looks within some ms, or within look_ms. */
void look_soon(struct engine *e);
void look_later(struct engine *e);
void look_stop(struct engine *e);

/* load.c: the run in memory, now or later. An ended run is given and freed after the call. */
typedef void with_run_fn(void *who, enum err err, struct run *r, const struct fault *f);
void with_run(struct engine *e, struct id id, with_run_fn *fn, void *who);
void load_abandon(struct engine *e, struct entry *en, enum err err, const struct fault *f);
/* Reads many back at once (recovery), then `done`. */
void load_group(struct engine *e, const struct id *ids, size_t n, loop_fn *done, void *who);

/* resume.c */
void resume_run(struct engine *e, struct run *r);
/* commit.c: the leases are renewed, so effects that were held back may start. */
void effects_go_on(struct engine *e);
/* lease.c */
enum err lease_start(struct engine *e);
void lease_stop(struct engine *e);
void lease_lost(struct engine *e, uint16_t shard);
/* park.c */
void park_idle(struct engine *e, struct run *r);
void park_busy(struct engine *e, struct run *r);
void park_now(struct engine *e, struct run *r);
/* persons.c, seal.c */
struct person {
    struct crypt_key key;
    bool known;
};
typedef void person_fn(void *who, enum err err, const struct crypt_key *key, bool fresh);
void person_key(struct engine *e, const char *customer, bool create, person_fn *fn, void *who);
uint16_t customer_shard(const struct engine *e, const char *customer);
/* The next owner may make the key of a person whose first append of ours was lost: read it again. */
void persons_forget(struct engine *e, uint16_t shard);
/* The append that carried this person's key is durable; was refused because the store has another key. */
void person_stored(struct engine *e, const char *customer);
void person_forget(struct engine *e, const char *customer);
MUST_CHECK enum err person_wrap(const struct engine *e, const char *customer,
                                const struct crypt_key *key, struct buf *out);
void person_free(void *p);
/* New value with personal fields sealed; NULL when there is nothing to seal (or no key). */
json_t *seal_fields_new(const struct run *r, const char *at, const json_t *schema, const json_t *v);
json_t *seal_whole_new(const struct run *r, const char *at, const json_t *v);
/* A copy with every sealed part opened as far as the key allows. */
json_t *seal_open_new(const struct run *r, const char *at, const json_t *v);
MUST_CHECK enum err seal_artifact(const struct run *r, const json_t *v, struct artifact *out);
json_t *seal_artifact_open_new(const struct run *r, const char *hash, const void *bytes, size_t n);
/* An event kept for a run to come is nobody's yet: sealed under the master key. */
MUST_CHECK enum err seal_kept(const struct engine *e, const char *id, const json_t *v, struct buf *out);
json_t *seal_kept_open_new(const struct engine *e, const char *id, const char *body);
/* engine.c */
void wake_run(struct engine *e, struct entry *en);
/* read.c */
json_t *run_json_new(const struct run *r);
void read_tell(struct engine *e, struct run *r);

static inline void count(struct metric *m) {
    if (m) metric_add(m, 1);
}

#endif
