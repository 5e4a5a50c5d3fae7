/* pg_world.h - a database of its own inside the server of TENOR_TEST_PG, a loop, and store handles. */
#ifndef TESTS_STORE_PG_WORLD_H
#define TESTS_STORE_PG_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "io/loop.h"
#include "store/store.h"

enum { WORLD_SHARDS = 16, WORLD_REGION = 7 };
struct pg_world {
    char name[64], dsn[600], admin_dsn[512];
    struct loop *loop;
    const bool *until;
    bool timed_out;
};

/* false, with a printed line, when TENOR_TEST_PG is unset. Migrates the new database. */
bool world_open(struct pg_world *w);
void world_close(struct pg_world *w); /* the stores must be closed before */
struct store *world_store(struct pg_world *w, unsigned connections); /* aborts when it cannot */
bool world_wait(void *world, const bool *flag);   /* at most 30 s */
void world_turns(struct pg_world *w, int64_t ms);
int64_t world_now_ms(void);
/* One number from a query with up to two text parameters; -1 when it fails. */
int64_t world_number(struct pg_world *w, const char *sql, const char *p1, const char *p2);

/* What the outbox holds and a reader may have, in order: conform.published, from the world. */
void world_published(void *world, void (*each)(void *to, const struct outbox_row *o), void *to);

#endif
