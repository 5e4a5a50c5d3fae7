/* mend.c - a batch was rejected for a reason that can be asked about: ask, decide, go on.
 *
 * While the question is on the wire the lane stays `out`; nothing overtakes it. */
#include <string.h>

#include "base/log.h"
#include "store/columns.h"
#include "store/pg_store.h"
#include "store_sql.h"

enum verdict { UNKNOWN, SAME, OTHER, HELD };

static struct range top(const struct lane *l) { return l->ranges[l->n_ranges - 1]; }

/* Sends one question about the top range on the lane's own connection. */
static void ask(struct lane *l, const struct pg_statement *s, struct columns *c, pg_row_fn *row,
                pg_done_fn *done) {
    struct pg_batch *b = pg_batch_new(l->s->writes);
    if (!b) {
        lane_pause(l);
        return;
    }
    columns_end(c);
    pg_batch_add(b, s, c->p);
    memset(l->verdict, UNKNOWN, sizeof l->verdict);
    l->out = true;
    pg_send_take(l->s->writes, (int)l->index, b, row, done, l);
}

/* True when the answer is complete; otherwise the batch is simply tried again. */
static bool answered(struct lane *l, const struct pg_end *end) {
    l->out = false;
    if (end->err == OK) return true;
    if (l->s->closing) lane_stop(l);
    else lane_pause(l);
    return false;
}

static void epoch_row(void *who, int statement UNUSED, const struct pg_row *row) {
    struct lane *l = who;
    struct range r = top(l);
    for (unsigned i = r.lo; i < r.hi; i++)
        if (l->flight[i] && id_shard(l->flight[i]->a.run) == pg_int(row, 0) &&
            l->flight[i]->a.epoch == (uint64_t)pg_int(row, 1))
            l->verdict[i] = HELD;
}

static void stale_known(void *who, const struct pg_end *end) {
    struct lane *l = who;
    if (!answered(l, end)) return;
    struct range r = top(l);
    struct fault f;
    enum err err = fault_set(&f, ERR_CLOSED, "TN001", "the shard has another owner");
    for (unsigned i = r.lo; i < r.hi; i++)
        if (l->verdict[i] != HELD) lane_decide(l, i, err, &f);
}

void mend_stale(struct lane *l) {
    struct range r = top(l);
    struct columns c;
    arena_clear(l->scratch);
    if (!columns_begin(&c, l->scratch, "4", r.hi - r.lo)) {
        lane_pause(l);
        return;
    }
    for (unsigned i = r.lo; i < r.hi; i++)
        if (l->flight[i]) put_i4(&c, 0, id_shard(l->flight[i]->a.run)), c.n++;
    log_info("lease_stale", "lane=%u entries=%zu", l->index, c.n);
    ask(l, &SQL_LEASE_EPOCHS, &c, epoch_row, stale_known);
}

static void journal_row(void *who, int statement UNUSED, const struct pg_row *row) {
    struct lane *l = who;
    struct range r = top(l);
    size_t n;
    const char *run = pg_str(row, 0, NULL), *body = pg_str(row, 2, &n);
    for (unsigned i = r.lo; i < r.hi; i++) {
        const struct entry *e = l->flight[i];
        if (!e || e->a.seq != pg_int(row, 1) || memcmp(e->a.run.b, run, sizeof e->a.run.b)) continue;
        l->verdict[i] = e->a.body_len == n && !memcmp(e->a.body, body, n) ? SAME : OTHER;
    }
}

static void repeated_known(void *who, const struct pg_end *end) {
    struct lane *l = who;
    if (!answered(l, end)) return;
    struct range r = top(l);
    struct fault f;
    enum err err = fault_set(&f, ERR_CLOSED, "23505", "somebody else wrote this step");
    unsigned same = 0;
    for (unsigned i = r.lo; i < r.hi; i++) same += l->flight[i] && l->verdict[i] == SAME;
    log_info("append_repeated", "lane=%u already_there=%u", l->index, same);
    for (unsigned i = r.lo; i < r.hi; i++) {
        if (!l->flight[i]) continue;
        if (l->verdict[i] == SAME) {
            lane_decide(l, i, OK, NULL);
            continue;
        }
        if (l->verdict[i] != OTHER) continue;
        struct id run = l->flight[i]->a.run;
        char text[ID_TEXT];
        log_warn("append_fenced", "run=%s seq=%u", id_text(run, text), l->flight[i]->a.seq);
        lane_decide(l, i, err, &f);
        lane_drop_after(l, i, false, run, err, &f); /* the whole shard: its order must not tear */
    }
}

void mend_repeated(struct lane *l) {
    struct range r = top(l);
    struct columns c;
    arena_clear(l->scratch);
    if (!columns_begin(&c, l->scratch, "b4", r.hi - r.lo)) {
        lane_pause(l);
        return;
    }
    for (unsigned i = r.lo; i < r.hi; i++) {
        if (!l->flight[i]) continue;
        put_bytes(&c, 0, l->flight[i]->a.run.b, sizeof l->flight[i]->a.run.b);
        put_i4(&c, 1, l->flight[i]->a.seq);
        c.n++;
    }
    ask(l, &SQL_JOURNAL_SAME, &c, journal_row, repeated_known);
}

static void partitions_known(void *who, const struct pg_end *end) {
    struct lane *l = who;
    if (answered(l, end)) l->mended = true;
}

void mend_partitions(struct lane *l) {
    struct range r = top(l);
    struct pg_batch *b = pg_batch_new(l->s->writes);
    if (!b) {
        lane_pause(l);
        return;
    }
    int64_t last = -1;
    for (unsigned i = r.lo; i < r.hi; i++) {
        int64_t at_ms = l->flight[i] ? id_time_ms(l->flight[i]->a.run) : -1;
        if (at_ms < 0 || !month_is_sane(at_ms) || month_index(at_ms) == last) continue;
        month_batch_add(b, at_ms);
        last = month_index(at_ms);
    }
    if (last < 0) { /* the check was another one: let the batch split */
        pg_batch_free(b);
        l->mended = true;
        return;
    }
    l->out = true;
    pg_send_take(l->s->writes, (int)l->index, b, NULL, partitions_known, l);
}
