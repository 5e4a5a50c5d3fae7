/* telling.h - who tells the engines of events: early, twice, late again; by case or to one run. */
#ifndef SIM_TELLING_H
#define SIM_TELLING_H

#include "sim/stage.h"

struct telling {
    struct telling *next;
    struct sim_case *c;
    const char *event;
    char id[64];
    bool by_case, hints; /* as a webhook of the counterpart, so that whatever is open there is looked at */
    unsigned repeats;    /* still to come, once it was acknowledged */
    int64_t told_ms;     /* when it was acknowledged first; 0 never */
};

/* What this case, which starts at `at_ms`, will be told. */
void telling_plan(struct stage *s, struct sim_case *c, int64_t at_ms);

#endif
