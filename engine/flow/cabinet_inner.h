/* cabinet_inner.h - a folder from within: cabinet.c (who may use it), folder.c (what is in it), folder_read.c. */
#ifndef FLOW_CABINET_INNER_H
#define FLOW_CABINET_INNER_H

#include "flow/cabinet.h"

enum { FOLDER_WAITING_MAX = 256, FOLDER_ENTRIES_MAX = 50000, READ_AT_ONCE = 128 };

struct waiting { /* an ask that wants the folder */
    struct waiting *next;
    struct id run;
    int para, op;
    bool undo;
    unsigned visit;
};
struct own_columns {
    struct loan_columns c; /* its texts are these */
    char product[64], currency[8], state[32], bucket[32];
};
struct folder {
    struct loan_file file;     /* with what its holder has written */
    struct own_columns columns, settled; /* of `file`; as in the store */
    struct loan_entry *entries;
    uint32_t cap, settled_n;   /* entries from settled_n on are on their way */
    char customer[65];
    size_t bytes;
    bool read, broken;         /* the file is here; it contradicts itself */
    bool wanted, reading;      /* to be read; being read */
    bool held, written;        /* by a turn or its commit; it writes to the loan */
    bool posted, pinned;       /* a grant is posted; is being carried out */
    bool idle;
    bool passing;              /* in memory only for whoever borrows it */
    struct borrowing *borrowing; /* waits until it is read */
    uint16_t shard;
    uint64_t epoch;            /* of the shard when the reading began */
    struct folder *held_next, *wanted_next, *idle_prev, *idle_next;
    struct waiting *first, **last;
    unsigned n_waiting;
    struct cabinet *cabinet;
    char id[1];                /* and what follows it */
};
struct cabinet {
    struct engine *engine;
    struct map *folders;
    struct folder *granting;   /* whose first in the queue has its turn now */
    struct folder *wanted, **wanted_last;
    bool reading_posted, stopped;
    struct loop_timer *again;
    struct folder *idle_first, *idle_last;
    size_t idle_bytes;
};

/* folder.c */
struct folder *folder_new(struct cabinet *c, const char *id);
void folder_free(struct folder *f);
void folder_empty(struct folder *f);  /* forgets the file */
/* One entry as it is stored, behind the last. */
MUST_CHECK enum err folder_add(struct folder *f, const struct loan_entry *e);
MUST_CHECK enum err columns_copy(struct own_columns *to, const struct loan_columns *from);
void folder_settle(struct folder *f);
void folder_back(struct folder *f);   /* to what is settled */

/* folder_read.c: reads the folder when this pass is over, with others; then folder_ready. */
void folder_want(struct folder *f, uint16_t shard);
/* cabinet.c: it may be free now: whoever waits gets it, else it is idle. */
void folder_ready(struct folder *f);

#endif
