/* plan.h - what a checked flow is to the engine: a graph of named paragraphs, as data.
 *
 * A plan is immutable and lives in its dsl_file. Indexes are into the arrays of the plan; -1 means
 * none. Every pointer is valid while the plan is. */
#ifndef DSL_PLAN_H
#define DSL_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "dsl/catalog.h"
#include "dsl/expr.h"

enum para_kind { PARA_STEP, PARA_PARALLEL, PARA_SAGA, PARA_DECIDE, PARA_ROUTE, PARA_TASK, PARA_SEND,
                 PARA_WAIT, PARA_NEGOTIATE, PARA_EACH };

enum length_unit { LENGTH_NONE, LENGTH_ELAPSED_MS, LENGTH_DAYS, LENGTH_WORKING_MS, LENGTH_WORKING_DAYS };
struct length {
    enum length_unit unit;
    int64_t n; /* ms or days */
};

enum target_kind { TARGET_NONE, TARGET_GO, TARGET_FINISH };
struct target {
    enum target_kind kind;
    int index; /* paragraph, or outcome */
};

/* Exponential back-off with jitter: wait = min(first * factor^(n-1), longest) * (1 - jitter .. 1). */
struct retry {
    const char *name;
    unsigned tries;        /* in all; 0 = until `within` or for ever */
    int64_t first_ms, longest_ms;
    int64_t factor;        /* millionths */
    int64_t jitter;        /* millionths, 0 .. 1 */
};

/* The one list of names: what strategies/retries.lua says, else what is built in under the same names
 * (retries.c): "quick", "gentle" (a step that names none), "stubborn" (undoing, and all behind a pivot) and
 * "look" (asking what became of a call). NULL: no such name. */
const struct retry *retry_named(const struct catalog *c, const char *name);
const char *const *retry_known_names(const struct catalog *c);

struct binding {
    const char *name;
    const struct expr *value;
};
struct row { /* of a route: `when` NULL is otherwise */
    const struct expr *when;
    struct target to;
    int line;
};
struct answer_way {
    const char *answer;
    struct target to;
};
struct escalation {
    struct length after;
    const char *to; /* queue */
};
struct listener { /* `on`, at top level or inside a wait or task */
    const char *name;
    const char *event;        /* NULL when `at` */
    const struct expr *at;    /* date or instant */
    const struct expr *when;  /* may read event.x */
    bool again;
    struct target to;
    int line;
};

struct step_para {
    const struct op_decl *const *calls; /* one, or several of one contract (hedge, failover) */
    int n_calls;
    const struct binding *with;
    int n_with;
    const struct retry *retry;     /* never NULL: the default is in the words table */
    const json_t *fallback;        /* stands in for any end but DONE; NULL: none */
    const struct op_decl *undo;    /* NULL: none */
    const struct binding *undo_with; /* how the undo's input is made: from `input.x` and `answer.x` */
    int n_undo_with;
    const struct expr *once_per;   /* business key of a money step; NULL: run, paragraph, visit */
    bool pivot;
    struct length hedge, good_for;
};
struct decide_para {
    const char *policy;
    int version; /* 0: the one published when reached */
};
struct task_para {
    const char *queue, *form;
    const char *const *show; /* dotted names, NULL-terminated */
    const struct answer_way *answers;
    int n_answers;
    const struct escalation *escalate;
    int n_escalate;
    const struct listener *ons;
    int n_ons;
};
struct wait_para {
    const char *event;       /* NULL: only a date, or the `ons` */
    const struct expr *when;
    const struct expr *till; /* date: its last minute; instant */
    const struct listener *ons;
    int n_ons;
};
struct send_para {
    const char *template_;
    const char *const *by;
    bool all;
    const struct binding *with;
    int n_with;
    const struct expr *at, *unless;
};

struct each_para { /* child runs, pinned, joined, cancelled with the parent; `most` bounds them */
    const struct expr *over; /* a list */
    const char *run;         /* flow */
    int version;             /* 0: the one published when reached */
    const struct binding *with; /* may read it.x */
    int n_with;
};

struct para {
    enum para_kind kind;
    const char *name;
    int line, col;
    int index, parent, first_child, next_sibling; /* parent: the parallel or saga it stands in */
    const struct expr *when; /* step, send: skipped (and missing) when false */
    struct length within;    /* all tries, or the wait */
    int most;                /* visits allowed; 0 = unbounded */
    /* TARGET_NONE means what DSL.md says for the field: fall through (next), else `failed`, else stuck. */
    struct target next, late, failed, refused, spent, not_sent;
    bool finishes;           /* next is a finish */
    union {
        struct step_para step;
        struct decide_para decide;
        struct {
            const struct row *rows;
            int n_rows;
        } route;
        struct task_para task;
        struct wait_para wait;
        struct send_para send;
        struct each_para each;
    };
};

struct plan {
    const char *kind;      /* "workflow" */
    const char *name;
    int version;
    const char *case_type, *about;
    const char *const *outcomes;
    int n_outcomes;
    struct {
        const char *queue, *to;
        struct length within;
    } stuck;
    const struct para *paras;
    int n_paras;
    int first;             /* index of the first paragraph */
    const struct listener *ons;
    int n_ons;
    const json_t *canonical; /* what is hashed */
    char hash[65];
};

/* The paragraph after `p` in file order inside its parent, honouring `next`; TARGET_NONE at the end
 * of a parallel branch or saga. */
struct target plan_after(const struct plan *plan, const struct para *p);
const struct para *plan_find(const struct plan *plan, const char *name);
/* Evaluates `with` to the operation's input: a new object. Missing values are left out. */
MUST_CHECK enum err plan_input(const struct binding *with, int n, const struct scope *s,
                               json_t **out_new, struct fault *f);

#endif
