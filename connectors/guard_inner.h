/* guard_inner.h - what the files of the guard share. */
#ifndef CONNECTORS_GUARD_INNER_H
#define CONNECTORS_GUARD_INNER_H

#include "connectors/breaker.h"
#include "connectors/bucket.h"
#include "connectors/cache.h"
#include "connectors/cache_seal.h"
#include "connectors/guard.h"
#include "connectors/guard_config.h"
#include "connectors/guard_shared.h"
#include "connectors/guard_tally.h"

struct map;
struct guard;
struct door;

enum stage {
    STAGE_CACHE, /* Redis is asked for a kept answer */
    STAGE_QUEUE, /* waits for its turn */
    STAGE_LEASE, /* Redis is asked whether it may be the probe */
    STAGE_SENT
};
/* A call between its start and its end. */
struct guarded {
    struct call call;          /* first: what the connector sees; its done comes back here */
    struct call *outer;        /* the caller's; outer->inner is this */
    struct door *door;
    enum stage stage;
    struct guarded *next, **link;         /* in the door's queue, or among its sent, oldest first */
    struct guarded *all_next, **all_link; /* of the guard */
    struct loop_timer *patience;
    struct shared_ask *ask;
    int64_t sent_us;
    unsigned era;              /* of the breaker when it was sent */
    bool probe, slow;          /* slow: counted against the breaker already */
    bool given_up;             /* the caller has cancelled it: its end says nothing about the other side */
    bool keyed, stale;         /* key is valid; an event came meanwhile: the answer is not kept */
    struct cache_key key;
};
struct line { /* intrusive, first in first out */
    struct guarded *first, **end;
    unsigned n;
};
void line_init(struct line *l);
void line_add(struct line *l, struct guarded *x);
void line_add_front(struct line *l, struct guarded *x);
void line_remove(struct line *l, struct guarded *x);

/* One question to the provider: an operation, or the look at one. */
struct door {
    struct guard *guard;
    const struct operation *op;
    struct op_schema *schema;  /* shared by the two doors of an operation */
    bool look, urgent;
    char name[96];             /* "payments.disburse", "payments.disburse?look" */
    struct breaker breaker;
    struct line waiting, sent;
    unsigned fresh, fresh_era; /* of `sent`: those of the breaker's present era */
    bool probe_out;            /* among `sent`; a probe that hangs has been judged, but not ended: no other beside it */
    int64_t slow_us;
    struct loop_timer *slow_timer; /* when one of `sent` becomes slow, or should have ended */
    int64_t slow_at_us;            /* that instant */
    struct tally tally;
};
struct op_schema { /* parsed once */
    json_t *input, *sample;
    char answered_by[65];
};
struct guard {
    struct connector base;     /* first */
    struct connector_ops ops;  /* the inner one's, with our functions */
    struct connector *inner;
    struct guards *all;
    struct guard_config config;
    struct door *doors;        /* two per operation: calls, looks */
    size_t n_operations, turn; /* turn: the door whose queue is served first next time */
    struct op_schema *schemas;
    struct guarded *calls;     /* all under way */
    unsigned in_flight, waiting;
    unsigned tokens;           /* taken from the bucket and not yet used */
    struct bucket local, promises, log_lines;
    int64_t alone_us;          /* since then `local` counts, Redis being away; 0: it does not */
    unsigned taken_alone;
    struct shared_ask *taking;
    struct loop_timer *refill;
    bool pumping, closed;
    unsigned busy;             /* callbacks on the stack: who closes us leaves the freeing to them */
    uint64_t log_left_out;
    struct guard_figures figures;
};

struct unsent { /* a customer whose kept answers in Redis must go, as soon as it is back */
    struct unsent *next;
    bool again;                /* forgotten once more while it is being told */
    char customer[];
};
struct guards {
    struct guards_config c;
    struct shared *shared;
    struct cache *cache;       /* NULL: nothing is cached */
    struct cache_seal seal;
    struct map *unsent;        /* by customer; in a row from `unsent_first` on */
    struct unsent *unsent_first, **unsent_end;
    struct shared_ask *telling;  /* the first of them is being told */
    uint64_t era;              /* goes up when there were too many to remember: then all that is kept is void */
    struct guard **list;
    size_t n;
    struct metric *m_redis_up, *m_redis_away;
};

/* guards.c */
int64_t guards_mono_us(const struct guards *g);
int64_t guards_mono_ms(const struct guards *g);
/* 1 .. upto, drawn: so that those who are turned away together do not return together. */
int64_t guards_spread_ms(const struct guards *g, int64_t upto);

/* guard.c */
void guard_enter(struct guard *g);
void guard_leave(struct guard *g); /* may free it */
/* Ends a call that was not sent. */
void guard_deny(struct guarded *x, enum denial why, int64_t retry_after_ms);
/* Ends any call: unlinks it, tells the caller, frees it. */
void guard_end(struct guarded *x, const struct call_result *r);
/* Asks the connector to end a call that was sent, once; it may be over when this returns. */
void guard_give_up(struct guarded *x);
/* The call goes on after the cache: to its turn. */
void guard_admit(struct guarded *x);

/* guard_turn.c: places, tokens, probes */
void turn_wait_for(struct guarded *x);
void turn_pump(struct guard *g);
void turn_leave(struct guarded *x); /* out of any queue; of a probe that was never sent the right is given back */
void turn_sent(struct guarded *x);
/* It has come back: tells the breaker. Why that has changed, or NULL: then call door_changed once the call is ended. */
const char *turn_verdict(struct guarded *x, const struct call_result *r);
void turn_alone(struct guard *g); /* Redis is away: the bucket of this process counts from now on */
void turn_stop(struct guard *g);
/* A breaker has changed: log, figures, the other processes, those who wait. `tell` false: we were told. */
void door_changed(struct door *d, bool tell, const char *why);

/* guard_cache.c */
bool cache_serves(const struct guarded *x);
/* True: the call has ended, or Redis is asked and it goes on later. */
bool cache_look_up(struct guarded *x);
void cache_keep(struct guarded *x, const struct call_result *r);
void guard_forget(struct connector *c, const char *customer, const char *event);
void unsent_tell(struct guards *g); /* Redis is back */
void unsent_drop(struct guards *g);

/* guard_log.c */
void guard_log_failed(struct guarded *x, const struct call_result *r, int64_t took_us);
/* An effect in mode record_only: written down, answered with its sample. */
void guard_record(struct guard *g, struct door *d, struct call *call);

#endif
