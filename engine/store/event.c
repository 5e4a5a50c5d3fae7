/* event.c - events that came before a run that wants them (SEMANTICS 9). */
#include "store/pg_store.h"
#include "store_sql.h"

enum err event_keep(struct store *s, uint16_t shard, const struct kept_event *e, store_done_fn *done,
                    void *who) {
    struct pg_param p[] = {pg_text(e->case_type), pg_text(e->key),  pg_text(e->event_id), pg_i4(shard),
                           pg_text(e->name),      pg_text(e->body), pg_i8(e->at_ms)};
    struct ask like = {.done = done, .who = who};
    return ask_statement(s, &like, &SQL_EVENT_KEEP, p);
}

static void event_row(struct ask *a, const struct pg_row *r) {
    struct kept_event e = {.case_type = pg_str(r, 0, NULL),
                           .key = pg_str(r, 1, NULL),
                           .name = pg_str(r, 2, NULL),
                           .event_id = pg_str(r, 3, NULL),
                           .body = pg_str(r, 4, NULL),
                           .at_ms = pg_int(r, 5)};
    ((store_event_fn *)a->each)(a->who, &e);
}

enum err events_kept(struct store *s, const char *case_type, const char *key, store_event_fn *each,
                     store_done_fn *done, void *who) {
    struct pg_param p[] = {pg_text(case_type), pg_text(key)};
    struct ask like = {.row = event_row, .each = (void (*)(void))each, .done = done, .who = who};
    return ask_statement(s, &like, &SQL_EVENTS_KEPT, p);
}
