/* day_job.h - one shard's run of a day-end: day_end.c begins and ends it, day_page.c takes it from page to page. */
#ifndef FLOW_DAY_JOB_H
#define FLOW_DAY_JOB_H

#include "base/arena.h"
#include "flow/cabinet.h"
#include "flow/day_end.h"

enum { DAY_PAGE = 100, DAY_JOBS_AT_ONCE = 4 };

struct day_counts {
    int64_t done, changed, entries, failed;
};
/* What it waits for: nobody may free it while a callback is to come. */
enum day_wait { DAY_IDLE, DAY_STORE, DAY_FILES, DAY_TIMER };

struct day_job {
    struct day_job *next;
    struct engine *engine;
    struct id run;
    char text[ID_TEXT], date[16];
    uint32_t seq;              /* of its last durable row; 0: not begun */
    uint64_t epoch;
    uint16_t shard;
    int32_t day;
    bool counted;              /* `all` is known: a run of an earlier owner reads it first */
    bool running, lost;
    enum day_wait wait;
    struct loop_timer *timer;
    int64_t since_ms;
    struct day_counts all, page;
    unsigned passed;           /* loans in use, in this pass */
    unsigned careful;          /* so many loans to go one by one: a page with them was refused */
    int32_t after_day;         /* where this pass is */
    char *after;
    char *ids[DAY_PAGE];
    int32_t last_day;
    unsigned n, asked;
    struct borrowing files;
    struct folder *kept;
    struct arena *arena;       /* what the function says of one page */
    struct posting_row *postings;
    size_t n_postings, cap_postings;
    struct outbox outbox;
    struct buf body;
    bool no_memory;
};

/* day_end.c: the next thing to do, whatever that is; ends the job when it is no longer ours. */
void day_job_go(struct day_job *j);
void day_job_pause(struct day_job *j, int64_t ms); /* then go */
void day_job_over(struct day_job *j);
/* The store has answered its append. */
void day_job_told(struct day_job *j, enum err err);
/* Hands its next row to the store; `told` gets the job. False: not taken, try later. */
MUST_CHECK bool day_job_append(struct day_job *j, struct append *a, store_done_fn *told);
/* {"f":word,...counts} as the whole body. */
void day_job_fact(struct day_job *j, const char *word, const struct day_counts *c);
/* day_page.c */
void day_page(struct day_job *j);
void day_page_forget(struct day_job *j); /* gives back what it holds */

#endif
