/* lane.c - group commit: what waits leaves in one batch whenever the connection is free.
 *
 * There is no timer: at low load a batch is one record, and while a batch is on the wire the next
 * gathers. A batch ends in one of five ways:
 *   committed        every entry is done
 *   reply lost       sent again as it is (SEMANTICS 3)
 *   database unwell  sent again after a pause (no room, shutting down, deadlock, read-only standby)
 *   known rejection  stale epoch, repeated (run, seq), no partition: mend.c asks, decides, retries
 *   other rejection  halved, until the bad entry stands alone and fails alone (SEMANTICS 2) */
#include <string.h>

#include "base/log.h"
#include "store/pg_store.h"
#include "store_sql.h"

enum { TRIES_MAX = 5, PAUSE_MS = 200, SEEN_SLOTS = 512 };
_Static_assert(BATCH_ROWS <= UINT8_MAX && 2 * BATCH_ROWS <= SEEN_SLOTS, "places in a flight fit the table");

void lane_init(struct lane *l, struct store_pg *s, unsigned index) {
    *l = (struct lane){.s = s, .index = index};
    l->last = &l->first;
}

void lane_reset(struct lane *l) {
    loop_cancel(l->s->loop, l->pause);
    arena_free(l->scratch);
    l->pause = NULL;
    l->scratch = NULL;
}

void lane_add_take(struct lane *l, struct entry *e) {
    e->next = NULL;
    *l->last = e;
    l->last = &e->next;
    l->n_waiting++;
    l->s->pending_bytes += e->bytes;
}

static void end_entry(struct lane *l, struct entry *e, enum err err, const struct fault *f) {
    l->s->pending_bytes -= e->bytes;
    entry_end(e, err, f);
}

void lane_decide(struct lane *l, unsigned i, enum err err, const struct fault *f) {
    struct entry *e = l->flight[i];
    if (!e) return;
    l->flight[i] = NULL;
    l->tries = 0;
    end_entry(l, e, err, f);
}

static bool picked(const struct entry *e, bool by_run, struct id run) {
    return by_run ? id_same(e->a.run, run) : id_shard(e->a.run) == id_shard(run);
}

void lane_drop_after(struct lane *l, unsigned i, bool by_run, struct id run, enum err err,
                     const struct fault *f) {
    struct entry *dropped = NULL, **tail = &dropped;
    for (unsigned k = i + 1; k < l->n_flight; k++)
        if (l->flight[k] && picked(l->flight[k], by_run, run)) {
            *tail = l->flight[k];
            tail = &l->flight[k]->next;
            l->flight[k] = NULL;
        }
    struct entry **at = &l->first;
    while (*at) {
        struct entry *e = *at;
        if (!picked(e, by_run, run)) {
            at = &e->next;
            continue;
        }
        *at = e->next;
        l->n_waiting--;
        *tail = e;
        tail = &e->next;
    }
    l->last = at;
    *tail = NULL;
    /* Only now: a callback may append, which changes the queue. */
    while (dropped) {
        struct entry *e = dropped;
        dropped = e->next;
        end_entry(l, e, err, f);
    }
}

static void paused(void *who) {
    struct lane *l = who;
    l->pause = NULL;
}

void lane_pause(struct lane *l) {
    if (!l->pause) l->pause = loop_timer(l->s->loop, PAUSE_MS, paused, l);
}

/* One statement must not change a row twice: of two new values PostgreSQL keeps any. So an entry that writes
 * the run row or tasks of a run which already does so in this flight waits for the next. `seen` is an open
 * hash table of places in the flight, from 1. */
static bool writes_again(const struct lane *l, const struct entry *e, uint8_t seen[SEEN_SLOTS]) {
    bool writes = (e->a.row && e->a.seq > 1) || e->a.n_tasks;
    unsigned at = (unsigned)id_hash(e->a.run) % SEEN_SLOTS;
    if (!writes) return false;
    for (; seen[at]; at = (at + 1) % SEEN_SLOTS)
        if (id_same(l->flight[seen[at] - 1]->a.run, e->a.run)) return true;
    seen[at] = (uint8_t)(l->n_flight + 1);
    return false;
}

static void take_flight(struct lane *l) {
    size_t bytes = 0;
    uint8_t seen[SEEN_SLOTS] = {0};
    l->n_flight = 0;
    while (l->first && l->n_flight < BATCH_ROWS) {
        struct entry *e = l->first;
        bytes += e->bytes;
        if (l->n_flight && bytes > BATCH_BYTES) break;
        if (writes_again(l, e, seen)) break;
        l->first = e->next;
        l->n_waiting--;
        l->flight[l->n_flight++] = e;
    }
    if (!l->first) l->last = &l->first;
    if (!l->n_flight) return;
    l->ranges[0] = (struct range){0, l->n_flight};
    l->n_ranges = 1;
}

/* Narrows the top range to entries not yet decided; pops it when there are none. */
static bool trim_top(struct lane *l) {
    struct range *r = &l->ranges[l->n_ranges - 1];
    while (r->lo < r->hi && !l->flight[r->lo]) r->lo++;
    while (r->hi > r->lo && !l->flight[r->hi - 1]) r->hi--;
    if (r->lo < r->hi) return true;
    l->n_ranges--;
    l->tries = 0;
    l->mended = false;
    return false;
}

/* Who waits for these entries will take a while to tell. When a full batch is ready anyway it leaves first, so that
 * the database is at work meanwhile; a smaller one gains more from waiting for what those callbacks append. */
static void commit_top(struct lane *l) {
    struct entry *done[BATCH_ROWS];
    struct range r = l->ranges[l->n_ranges - 1];
    unsigned n = 0;
    for (unsigned i = r.lo; i < r.hi; i++) {
        if (l->flight[i]) done[n++] = l->flight[i];
        l->flight[i] = NULL;
    }
    l->tries = 0;
    if (l->n_waiting >= BATCH_ROWS) lane_flush(l);
    for (unsigned i = 0; i < n; i++) end_entry(l, done[i], OK, NULL);
}

static void reject_alone(struct lane *l, unsigned i, const struct pg_end *end, bool dedup) {
    struct fault f;
    struct id run = l->flight[i]->a.run;
    enum err err = fault_set(&f, dedup ? ERR_CONFLICT : ERR_INVALID, end->sqlstate, "%s", end->text);
    char text[ID_TEXT];
    if (!dedup)
        log_warn("append_rejected", "run=%s seq=%u sqlstate=%s why=%s", id_text(run, text),
                 l->flight[i]->a.seq, end->sqlstate, log_quote(end->text));
    lane_decide(l, i, err, &f);
    struct fault later;
    err = fault_set(&later, err, end->sqlstate, "an earlier append of this run was rejected: %.300s", end->text);
    lane_drop_after(l, i, true, run, err, &later);
}

static void split_top(struct lane *l, const struct pg_end *end, bool dedup) {
    struct range *r = &l->ranges[l->n_ranges - 1], whole = *r;
    l->tries = 0;
    l->mended = false;
    if (whole.hi - whole.lo == 1) {
        reject_alone(l, whole.lo, end, dedup);
        return;
    }
    unsigned middle = whole.lo + (whole.hi - whole.lo) / 2;
    INVARIANT(l->n_ranges < ARRAY_LEN(l->ranges));
    *r = (struct range){middle, whole.hi};
    l->ranges[l->n_ranges++] = (struct range){whole.lo, middle};
}

/* The server is unable, not unwilling: the same batch may succeed later. */
static bool unwell(const char *sqlstate) {
    static const char *const classes[] = {"08", "40", "53", "57", "58", "25", "55", NULL};
    for (int i = 0; classes[i]; i++)
        if (!strncmp(sqlstate, classes[i], 2)) return true;
    return false;
}

static bool failed_in(const struct lane *l, const struct pg_end *end, const struct pg_statement *s) {
    return end->statement >= 0 && (unsigned)end->statement < l->n_sent && l->sent[end->statement] == s;
}

static void rejected(struct lane *l, const struct pg_end *end) {
    bool journal = failed_in(l, end, &SQL_JOURNAL_APPEND);
    bool unique = !strcmp(end->sqlstate, "23505");
    if (!strcmp(end->sqlstate, "TN001")) mend_stale(l);
    else if (unwell(end->sqlstate)) lane_pause(l);
    else if (journal && unique && l->tries++ < TRIES_MAX) mend_repeated(l);
    else if (journal && !strcmp(end->sqlstate, "23514") && !l->mended) mend_partitions(l);
    else split_top(l, end, unique && failed_in(l, end, &SQL_DEDUP_INSERT));
}

static void ended(void *who, const struct pg_end *end) {
    struct lane *l = who;
    l->out = false;
    if (end->err == OK) commit_top(l);
    else if (l->s->closing) lane_stop(l);
    else if (end->err != ERR_IO) rejected(l, end);
}

void lane_flush(struct lane *l) {
    if (l->out || l->pause || l->s->closing) return;
    while (l->n_ranges && !trim_top(l)) {}
    if (!l->n_ranges) take_flight(l);
    if (!l->n_ranges || !pg_is_free(l->s->writes, (unsigned)l->index)) return;
    struct pg_batch *b = batch_build(l, l->ranges[l->n_ranges - 1]);
    if (!b) {
        lane_pause(l);
        return;
    }
    l->out = true;
    pg_send_take(l->s->writes, (int)l->index, b, NULL, ended, l);
}

void lane_stop(struct lane *l) {
    struct fault f;
    enum err err = fault_set(&f, ERR_IO, "", "the store is closing");
    for (unsigned i = 0; i < l->n_flight; i++) lane_decide(l, i, err, &f);
    l->n_ranges = l->n_flight = 0;
    while (l->first) {
        struct entry *e = l->first;
        l->first = e->next;
        if (!l->first) l->last = &l->first;
        l->n_waiting--;
        end_entry(l, e, err, &f);
    }
}
