/* definition.c - published files: immutable, by (kind, name, version). */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "store/pg_store.h"
#include "store_sql.h"

/* The row that stands now, ours or somebody's: a->text holds our hash, then the refusal. */
static void standing(struct ask *a, const struct pg_row *r) {
    char when[32];
    a->found = text_eq(a->text, pg_str(r, 0, NULL));
    snprintf(a->text, sizeof a->text, "was published with other text by %s at %s",
             pg_str(r, 1, NULL), instant_text(pg_int(r, 2), when));
}

static void publish_end(struct ask *a, enum err err, const struct fault *f) {
    struct fault other;
    if (err == OK && !a->found) {
        err = fault_set(&other, ERR_CONFLICT, "", "%s", a->text);
        f = &other;
    }
    a->done(a->who, err, f);
}

enum err definition_publish(struct store *s, const struct definition *d, store_done_fn *done, void *who) {
    struct ask like = {.row = standing, .end = publish_end, .done = done, .who = who, .answer = 1};
    if (!text_copy(like.text, sizeof like.text, d->hash)) return ERR_LIMIT;
    struct pg_batch *b = pg_batch_new(store_pg_of(s)->reads);
    struct pg_param put[] = {pg_text(d->kind), pg_text(d->name), pg_i4(d->version), pg_text(d->hash),
                             pg_text(d->text), pg_text(d->by),   pg_i8(d->at_ms)};
    struct pg_param find[] = {pg_text(d->kind), pg_text(d->name), pg_i4(d->version)};
    pg_batch_add(b, &SQL_DEFINITION_PUBLISH, put);
    pg_batch_add(b, &SQL_DEFINITION_FIND, find);
    return ask_batch_take(s, ASK_OTHERS, &like, b);
}

static void definition_row(struct ask *a, const struct pg_row *r) {
    struct definition d = {.kind = pg_str(r, 0, NULL), .name = pg_str(r, 1, NULL),
                           .version = (int)pg_int(r, 2), .hash = pg_str(r, 3, NULL),
                           .text = pg_str(r, 4, NULL), .by = pg_str(r, 5, NULL), .at_ms = pg_int(r, 6)};
    ((store_definition_fn *)a->each)(a->who, &d);
}

enum err definitions_all(struct store *s, store_definition_fn *each, store_done_fn *done, void *who) {
    struct ask like = {.row = definition_row, .each = (void (*)(void))each, .done = done, .who = who};
    return ask_statement(s, &like, &SQL_DEFINITIONS_ALL, NULL);
}
