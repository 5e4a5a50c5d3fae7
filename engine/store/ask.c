/* ask.c - one small batch on the reads connections, from question to end. */
#include <stdlib.h>

#include "store/pg_store.h"

static void row(void *who, int statement, const struct pg_row *r) {
    struct ask *a = who;
    if (a->row && statement == a->answer) a->row(a, r);
    if (a->next_row && statement == a->answer + 1) a->next_row(a, r);
}

static void end(void *who, const struct pg_end *e) {
    struct ask *a = who;
    struct fault f, *why = NULL;
    if (e->err != OK) {
        why = &f;
        (void)fault_set(why, e->err, e->sqlstate, "%s", e->text[0] ? e->text : "no answer");
    }
    if (a->end) a->end(a, e->err, why);
    else a->done(a->who, e->err, why);
    free(a);
}

enum err ask_batch_take(struct store *s, int index, const struct ask *like, struct pg_batch *b) {
    struct ask *a = malloc(sizeof *a);
    if (!a || !b) {
        free(a);
        pg_batch_free(b);
        return ERR_NOMEM;
    }
    *a = *like;
    a->s = store_pg_of(s);
    pg_send_take(a->s->reads, index, b, row, end, a);
    return OK;
}

enum err ask_statement(struct store *s, const struct ask *like, const struct pg_statement *st,
                       const struct pg_param *params) {
    struct pg_batch *b = pg_batch_new(store_pg_of(s)->reads);
    pg_batch_add(b, st, params);
    return ask_batch_take(s, ASK_OTHERS, like, b);
}
