/* run.h - the state of one run: a pure fold of its facts, and the few live things beside it.
 *
 * Only fact_apply changes the folded part, on the live path and in replay alike. What is marked
 * "live" is never journaled and is made anew by resume.c after a replay. */
#ifndef FLOW_RUN_H
#define FLOW_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/crypt.h"
#include "base/id.h"
#include "base/json.h"
#include "connectors/connector.h"
#include "dsl/plan.h"
#include "flow/cases.h"

enum { RUN_EVENTS_MAX = 1000, RUN_ARMED_MAX = 32, RUN_POSTINGS_MAX = 256 };

/* Where a paragraph stands in its current visit. */
enum phase {
    PHASE_IDLE,   /* not entered, or its last visit has ended */
    PHASE_CALL,   /* a step or send with an intent that is not settled */
    PHASE_PAUSE,  /* a send that waits for its `at` */
    PHASE_WAIT,
    PHASE_TASK,
    PHASE_INSIDE, /* a parallel or saga whose children are at work */
    PHASE_UNDO,   /* a saga that takes back what stands */
    PHASE_STUCK   /* waits for a person */
};

/* How the last visit of a paragraph ended. */
enum para_end {
    END_NONE,
    END_DONE,
    END_REFUSED,
    END_FAILED,
    END_LATE,
    END_SKIPPED,
    END_DROPPED, /* an `on`, a cancel or a failing sibling took it away */
    END_UNDONE,  /* a saga whose steps are all taken back */
    END_NOT_SENT,
    END_COUNT
};
const char *para_end_word(enum para_end e);
enum para_end para_end_of(enum call_end e);

enum ask_state {
    ASK_IDLE,
    ASK_OUT,    /* intent journaled; the call is under way, or was when we crashed */
    ASK_RETRY,  /* proven FAILED; the next try starts at due_ms */
    ASK_UNSURE, /* it may have happened; the next look starts at due_ms */
    ASK_HERE,   /* a local operation that is begun and not computed: its loan's file is not here yet */
    ASK_OVER    /* this one has ended without DONE (others of a list may go on) */
};
struct flight;
struct waiting;
struct ask { /* one operation of a step in this visit, or the undo of a step */
    enum ask_state state;
    unsigned attempt, looks;
    int64_t due_ms;
    struct flight *flight; /* live: the call in flight */
    struct waiting *queued; /* live: its place in the queue for its loan's file (cabinet.h) */
    bool hinted;            /* live: look again at once when the look under way has not settled it (hint.c) */
};

enum task_state { TASK_NONE, TASK_OPEN, TASK_CLAIMED };
struct para_state {
    enum phase phase;
    enum para_end end;
    unsigned visits;
    int64_t entered_ms, due_ms; /* of this visit; due: `within`, 0 none */
    int64_t at_ms;              /* wait: till; send: at; stuck: the end of its clock; 0 none */
    int64_t fresh_till_ms;      /* good_for; 0 for ever */
    int64_t hedge_ms;           /* when the next operation of a list is asked too; 0 never */
    struct ask *asks;           /* step: one per operation of `call`; send: one */
    int n_asks;
    json_t *input;              /* of the calls of this visit; NULL after replay for reads */
    char *key;                  /* money: the last business key with its family */
    char *base;                 /* money: the business key itself, from the step's entry on */
    enum para_end key_end;      /* how the attempt under `key` ended; NONE: open */
    unsigned stands;            /* order in which effects came to stand; 0: nothing to take back */
    bool may_stand;             /* an effect with an undo is not settled */
    struct ask undo;
    json_t *undo_input;
    enum task_state task;
    char *assignee;
    const char *queue;          /* where the task lies now (in the plan) */
    unsigned escalated;
    bool stuck_undo;            /* PHASE_STUCK because its undo cannot go on */
    bool stuck_unsure;          /* ... because nobody knows whether it happened */
    bool stuck_escalated;
    bool failing;               /* parallel: a branch failed; the others are taken away */
    char *why;                  /* why it is stuck */
    bool cancel_asked;          /* live */
    bool opening;               /* live: a parallel whose branches are being entered */
    enum para_end failed_as;    /* why a failing parallel or undoing saga fails */
};

struct run_event {
    uint32_t n;
    char *name, *id, *subject;
    int64_t sequence;
    json_t *data;
    bool consumed;
    bool unseen; /* came while an interrupt was under way: no top-level `on` has been asked yet */
};

enum interrupt { INTERRUPT_NONE, INTERRUPT_ON, INTERRUPT_CANCEL, INTERRUPT_ABANDON };
enum outcome_kind { RUN_OPEN, RUN_ENDED };

struct entry;
struct ground;
struct commit;
struct run {
    struct id id;
    char text[ID_TEXT];
    const struct plan *plan;
    const struct ground *ground;       /* ground.h: case types, functions and retries, fixed at the start */
    const struct case_type *case_type; /* NULL: undeclared, no zone, nothing personal */
    uint32_t seq;              /* last made */
    char *case_key;
    char customer[65];
    bool has_person;           /* the person key is known: personal fields are sealed */
    struct crypt_key person;
    json_t *names;             /* what expressions read: case and the answers by paragraph */
    struct para_state *paras;  /* plan->n_paras */
    struct run_event *events;
    uint32_t n_events, cap_events;
    json_t *event_ids;         /* set of ids heard */
    int64_t armed_ms[RUN_ARMED_MAX];  /* per top-level listener with `at`; 0: none or fired */
    bool fired[RUN_ARMED_MAX];
    enum interrupt interrupt;
    int interrupt_on;          /* listener */
    char *faulted;             /* why the condition of a top-level listener could not be read, till a person is told */
    json_t *postings;          /* array: what this run has booked, oldest first */
    unsigned stood;            /* counter behind para_state.stands */
    bool pivoted;              /* a pivot is DONE: no way back in this run */
    bool ended;
    char *outcome;
    const char *decision;      /* of the latest decide: approve, refer, decline or NULL */
    int64_t started_ms, updated_ms, ended_ms;
    /* live */
    struct entry *entry;
    struct target go;          /* the walker's next move */
    unsigned unsettled;        /* appends not yet durable */
    struct commit *commits;    /* those appends, oldest first */
    struct commit **commits_end;
    const char *row_state;     /* as last written to the run row */
    int64_t row_wake_ms;
    bool row_known;
    bool broken;               /* dropped: the shard is gone or the row was rejected */
    struct run *idle_prev, *idle_next;
    bool idle;
    size_t weight;             /* bytes of its rows and large answers: what it roughly costs to keep */
};

struct run *run_new(struct id id, const struct plan *plan);
void run_free(struct run *r);
const char *run_state_word(const struct run *r); /* running, waiting, undoing, stuck, ended */
const char *run_at(const struct run *r);         /* the paragraph a person would point at; "" none */
/* The earliest instant at which this run has something to do by itself; 0: none. Calls in flight
 * count with their own time-outs (flight.c), which is why this looks at live state too. */
int64_t run_wake_ms(const struct run *r);
/* The same without what does not outlive the process. */
int64_t run_durable_wake_ms(const struct run *r);
bool run_active(const struct run *r, int para);
/* `para` stands somewhere inside `outer`. */
bool run_inside(const struct plan *plan, int para, int outer);
/* The nearest saga round a paragraph; -1 none. */
int run_saga_of(const struct run *r, int para);
/* A saga whose pivot is DONE in its current visit. */
bool run_saga_pivoted(const struct run *r, int saga);
struct scope run_scope(const struct run *r, int64_t now_ms);

#endif
