/* conformance.h - what every struct store must do, whatever keeps it: the same tests run against
 * PostgreSQL and against the simulator's memory. */
#ifndef TESTS_STORE_CONFORMANCE_H
#define TESTS_STORE_CONFORMANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct conform {
    struct store *a, *b;       /* two handles on the same data, as two processes would have */
    /* Lets the loop turn until *flag, or a time-out: then false. */
    bool (*wait)(void *who, const bool *flag);
    void *who;
    int64_t now_ms;            /* the tests' own clock; each test moves it past all leases */
    uint64_t minted;           /* makes run ids and names unique within the data */
    uint64_t epochs[256];      /* of the shards that `a` holds */
    /* What was published so far and may be read, in the order of the stream. */
    void (*published)(void *from, void (*each)(void *to, const struct outbox_row *o), void *to);
    void *from;
};
struct conform_test {
    const char *name;
    void (*run)(struct conform *c);
};
extern const struct conform_test conform_tests[]; /* ends with a NULL name */
/* Runs them all with CUnit asserts, printing each name. At least 8 and at most 256 shards. */
void conform_run(struct conform *c);

#endif
