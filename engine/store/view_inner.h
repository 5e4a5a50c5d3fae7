/* view_inner.h - a question to the read pool and its JSON answer; shared by the view's files only. */
#ifndef STORE_VIEW_INNER_H
#define STORE_VIEW_INNER_H

#include "store/pg_store.h"
#include "store/view.h"

enum { VIEW_LIMIT_MAX = 500 };

struct view {
    struct loop *loop;
    struct pg *pg;
};
struct question {
    struct view *v;
    view_done_fn *done;
    void *who;
    json_t *answer, *items;
    void (*row)(struct question *q, int statement, const struct pg_row *r);
    unsigned limit;
    bool paged, must_find, failed;
    char next[200]; /* cursor of the last row so far */
};

struct question *question_new(struct view *v, view_done_fn *done, void *who);
void question_page(struct question *q, unsigned limit);
void question_ask(struct question *q, const struct pg_statement *s, const struct pg_param *params);
void question_send_take(struct question *q, struct pg_batch *b); /* several statements */
void question_wrong_cursor(struct question *q); /* ends it */
void question_put(struct question *q, json_t *to, const char *key, json_t *value);
void question_text(struct question *q, json_t *to, const char *key, const char *text);     /* unless empty */
void question_instant(struct question *q, json_t *to, const char *key, int64_t ms);        /* unless 0 */

#endif
