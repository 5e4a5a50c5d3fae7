/* store_pg_test.c - the PostgreSQL store against a real server. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "tests/store/conformance.h"
#include "tests/store/pg_world.h"

void test_store_pg__conforms(void) {
    static struct conform c;
    struct pg_world w;
    if (!world_open(&w)) return;
    c = (struct conform){.a = world_store(&w, 2), .b = world_store(&w, 3), .wait = world_wait, .who = &w,
                         .now_ms = world_now_ms(), .published = world_published, .from = &w};
    conform_run(&c);
    c.a->ops->close(c.a);
    c.b->ops->close(c.b);
    world_close(&w);
}

/* A store of one lane keeps the same promises. */
void test_store_pg__conforms_on_one_connection(void) {
    static struct conform c;
    struct pg_world w;
    if (!world_open(&w)) return;
    c = (struct conform){.a = world_store(&w, 1), .b = world_store(&w, 1), .wait = world_wait, .who = &w,
                         .now_ms = world_now_ms(), .published = world_published, .from = &w};
    conform_run(&c);
    c.a->ops->close(c.a);
    c.b->ops->close(c.b);
    world_close(&w);
}
