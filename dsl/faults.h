/* faults.h - the list of what is wrong with a file, collected by every stage, sorted at the end.
 *
 * A fault silences those it causes: the second fault at one place is dropped, and a stage marks the
 * nodes it faulted (`bad`) so that later stages leave them alone. */
#ifndef DSL_FAULTS_H
#define DSL_FAULTS_H

#include "dsl/dsl.h"
#include "dsl/tree.h"

#define FAULTS_MOST 200 /* more of them help nobody */

struct faults {
    struct arena *arena;
    struct dsl_fault list[FAULTS_MOST];
    int n, n_faults; /* all, and those that are not warnings */
    bool silent;     /* trial readings record nothing */
    bool no_memory;
};

void faults_add(struct faults *f, const struct span *at, const char *code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void faults_warn(struct faults *f, const struct span *at, const char *code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* Reports at a node and marks it bad; nothing if it is bad already. */
void faults_node(struct faults *f, struct node *n, const char *code, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* Sorts by place; beside faults, what is merely unused is probably unused because of them. */
void faults_settle(struct faults *f);
void faults_text(const struct faults *f, const char *path, struct buf *out);
json_t *faults_json_new(const struct faults *f, const char *path);
/* "; known are a, b, c" where they are few enough to help. */
const char *faults_known(struct faults *f, const char *const *words);
/* "; did you mean ‹within›?", or what is known, or "", in the arena. */
const char *faults_nearest(struct faults *f, const char *word, const char *const *words);

#endif
