/* trial.h - an example run with the real walker in a world that answers as the example says.
 *
 * A step that the example leaves unanswered takes its operation's declared sample; a task that it leaves
 * unanswered is where the run stops; a wait gets its event. Time is virtual. */
#ifndef SIM_TRIAL_H
#define SIM_TRIAL_H

#include "dsl/dsl.h"
#include "flow/definitions.h"

/* Connectors of the same names and operations as the shipped ones, that answer from the example. */
struct script {
    const struct example *example; /* NULL: samples */
    struct loop *loop;
    const struct connector_ops *const *more; /* described ones, ended by NULL; NULL: none */
};
MUST_CHECK enum err script_connect(struct script *s, struct registry *r);

struct trial_result {
    json_t *facts;         /* the story; NULL for a policy */
    json_t *decision;      /* a policy's */
    json_t *path, *undone; /* arrays of names */
    char outcome[80], at[100], problem[400];
    bool ended;
};
/* The registry must come from script_connect(s, ...). */
MUST_CHECK enum err trial_run(struct script *s, const struct example *x, struct registry *r, struct definitions *d,
                              struct trial_result *out);
void trial_result_reset(struct trial_result *r);
/* What differs from the example: an array of sentences, empty when it passed. */
json_t *trial_differences_new(const struct example *x, const struct trial_result *r);

/* coverage.c: which ways of a flow or rules of a policy the examples have taken. */
json_t *coverage_ways_new(const struct plan *plan); /* {"verdict row 1": false, ...} */
void coverage_mark(json_t *ways, const struct plan *plan, const json_t *facts);

#endif
