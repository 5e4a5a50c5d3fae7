/* scoring_row.h - one applicant's data to a score: which model, features, answer. Pure but for the
 * model handles, which serve one thread at a time. */
#ifndef CONNECTORS_SCORING_ROW_H
#define CONNECTORS_SCORING_ROW_H

#include "connectors/connector.h"

struct model;
struct models { /* NULL: not configured */
    struct model *bureau, *cashflow;
};
/* {"bureau": folder, "cashflow": folder}; a folder that is named must hold a sound artefact. */
MUST_CHECK enum err models_open(struct models *m, const json_t *config, struct fault *f);
void models_reset(struct models *m);

struct scored {
    const json_t *bureau, *accounts; /* in: operations' answers; NULL or null when missing */
    int32_t day;                     /* in: of the application */
    enum call_end end;               /* out */
    json_t *answer;                  /* DONE */
    const char *why, *code;          /* REFUSED, FAILED; static texts */
};
void scored_reset(struct scored *s); /* the answer */
/* Scores all, one call of each model for the whole batch. n is at most 64. */
void models_score(struct models *m, struct scored **list, size_t n);
/* The letter and the points of a probability, as the operation declares them. */
char scored_band(double pd);
int scored_points(double pd);

#endif
