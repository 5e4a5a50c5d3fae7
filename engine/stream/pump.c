/* pump.c - one list of events in the order of the stream: the parked ones, and the window of those read ahead. */
#include "stream/pump.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const struct pump_rules PUMP_RULES = {.at_once = 8, .down_after = 10, .first_ms = 1000, .longest_ms = 3600000,
                                      .probe_ms = 60000, .max_age_ms = 3 * INT64_C(86400000), .disable_after_ms = 5 * INT64_C(86400000),
                                      .save_ms = 200};

enum { KEY_SLOTS = 8192 };
_Static_assert(2 * (PUMP_RESTORE_MAX + 2 * PUMP_WINDOW) < KEY_SLOTS, "room for every aggregate");

enum over { NOT_OVER, TAKEN, DEAD };
struct pump_item {
    struct pump_item *next, **link;
    struct event *event;
    uint64_t key;        /* of its aggregate */
    unsigned attempts;
    uint32_t streak;     /* in which row of failures it was counted */
    int64_t since_ms, next_ms;
    int status;
    enum over over;
    bool parked;
    bool out;            /* a request is under way */
    bool stored;         /* the database has a row of it */
    bool dirty, saving;  /* must be saved; is being saved */
    char why[PUMP_WHY];
};
/* What stands before an event of this aggregate, in the pass under way. Two aggregates of one hash delay each other. */
enum before { NOTHING, IN_ROW, IN_PARK };
struct key_slot {
    uint64_t key;
    uint32_t pass;
    enum before before;
};
struct pump {
    struct pump_config c;
    char *types;
    struct pump_item *first, **last;
    unsigned n_out, n_parked, n_window;
    struct key_slot keys[KEY_SLOTS];
    uint32_t pass;
    struct position till, head;   /* read up to; known to exist up to */
    struct position saved, saving; /* `done` as the database has it; as it is being written */
    int64_t failing_since_ms, failed_at_ms, saved_at_ms, now_ms;
    unsigned failures;   /* events that failed with no success between them; one that fails again and again is one */
    uint32_t streak;
    bool ask_new;        /* while it is down: whether it is the turn of an event of the row, or of a parked one */
    struct position *skip; /* behind `done` when we began, yet parked or dead already: read once more, but not ours to send */
    size_t n_skip, cap_skip;
    bool reading, is_saving, dirty; /* dirty: something beside the position */
    char disabled[PUMP_WHY];
};

/* --- the list ----------------------------------------------------------------------------------------- */

static uint64_t key_of(const struct event *e) { /* FNV-1a; never 0 */
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (const char *s = e->aggregate_type; *s; s++) h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
    for (const char *s = e->aggregate_id; *s; s++) h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
    return h | 1;
}

static struct pump_item *item_new(struct pump *p, const struct event *e) {
    struct pump_item *it = calloc(1, sizeof *it);
    if (!it || !(it->event = event_copy_new(e))) return free(it), NULL;
    it->key = key_of(e);
    struct pump_item **at = p->n_skip ? &p->first : p->last; /* only what was restored may stand behind it */
    while (*at && position_compare((*at)->event->at, e->at) < 0) at = &(*at)->next;
    it->link = at, it->next = *at;
    if (*at) (*at)->link = &it->next;
    else p->last = &it->next;
    *at = it;
    return it;
}

static void item_free(struct pump *p, struct pump_item *it) {
    *it->link = it->next;
    if (it->next) it->next->link = it->link;
    else p->last = it->link;
    if (it->parked) p->n_parked--;
    else p->n_window--;
    free(it->event), free(it);
}

static void park(struct pump *p, struct pump_item *it) {
    it->parked = it->dirty = true;
    p->n_window--, p->n_parked++;
}

struct pump *pump_new(const struct pump_config *c) {
    struct pump *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->c = *c, p->types = strdup(c->types);
    p->last = &p->first, p->streak = 1;
    p->till = p->saved = p->saving = c->done;
    p->failing_since_ms = c->failing_since_ms;
    if (c->disabled) (void)text_copy(p->disabled, sizeof p->disabled, "disabled");
    if (p->types) return p;
    pump_free(p);
    return NULL;
}

void pump_free(struct pump *p) {
    if (!p) return;
    while (p->first) item_free(p, p->first);
    free(p->types), free(p->skip), free(p);
}

enum err pump_skip(struct pump *p, struct position at) {
    if (p->n_skip == p->cap_skip) {
        size_t cap = p->cap_skip ? 2 * p->cap_skip : 16;
        struct position *more = realloc(p->skip, cap * sizeof *more);
        if (!more) return ERR_NOMEM;
        p->skip = more, p->cap_skip = cap;
    }
    p->skip[p->n_skip++] = at;
    return OK;
}

static bool is_skipped(const struct pump *p, struct position at) {
    for (size_t i = 0; i < p->n_skip; i++)
        if (!position_compare(p->skip[i], at)) return true;
    return false;
}

enum err pump_restore(struct pump *p, const struct parked *q) {
    if (p->n_parked >= PUMP_RESTORE_MAX) return ERR_LIMIT;
    if (position_compare(q->event->at, p->till) > 0 && pump_skip(p, q->event->at) != OK) return ERR_NOMEM;
    struct pump_item *it = item_new(p, q->event);
    if (!it) return ERR_NOMEM;
    it->attempts = q->attempts, it->since_ms = q->since_ms, it->next_ms = q->next_ms, it->status = q->status;
    it->parked = it->stored = true;
    (void)text_copy(it->why, sizeof it->why, q->why);
    p->n_parked++;
    return OK;
}

void pump_head(struct pump *p, struct position head) { p->head = head; }

/* Everything before the first event that is still in the row. */
static struct position done_upto(const struct pump *p) {
    for (const struct pump_item *it = p->first; it; it = it->next)
        if (!it->parked) return position_before(it->event->at);
    return p->till;
}

/* --- sending -------------------------------------------------------------------------------------------- */

static struct key_slot *slot_of(struct pump *p, uint64_t key) {
    size_t at = (size_t)(key >> 32) % KEY_SLOTS;
    while (p->keys[at].pass == p->pass && p->keys[at].key != key) at = (at + 1) % KEY_SLOTS;
    if (p->keys[at].pass != p->pass) p->keys[at] = (struct key_slot){key, p->pass, NOTHING};
    return &p->keys[at];
}

static bool is_down(const struct pump *p) { return p->failures >= p->c.rules.down_after; }

/* One that is down is asked once in a while whether it is back, however long its oldest event still has to wait. */
static int64_t due_ms(const struct pump *p, const struct pump_item *it) {
    int64_t probe_ms = p->failed_at_ms + p->c.rules.probe_ms;
    if (!is_down(p)) return it->next_ms;
    return !it->parked || probe_ms < it->next_ms ? probe_ms : it->next_ms;
}

/* What is given up holds the others back until that is durable: else it might be sent again after them. */
static bool may_send(const struct pump *p, const struct pump_item *it) {
    return !it->over && !it->out && p->n_out < (is_down(p) ? 1 : p->c.rules.at_once) && due_ms(p, it) <= p->now_ms;
}

static void send(struct pump *p, struct pump_item *it) {
    it->out = true, p->n_out++;
    it->attempts++;
    p->c.ops->send(p->c.who, it->event, it);
}

enum { PARKED = 1, NEW = 2 };

/* One pass in the order of the stream, sending what is of these kinds and has nothing before it. */
static void send_some(struct pump *p, unsigned kinds) {
    if (++p->pass == 0) p->pass = 1, memset(p->keys, 0, sizeof p->keys);
    for (struct pump_item *it = p->first; it; it = it->next) {
        if (it->over == TAKEN) continue;
        struct key_slot *k = slot_of(p, it->key);
        bool behind = k->before == IN_PARK && !it->parked && !is_down(p) && p->n_parked < PUMP_PARKED_MAX;
        if (behind) park(p, it); /* so that the row goes on */
        else if (k->before == NOTHING && kinds & (it->parked ? PARKED : NEW) && may_send(p, it)) send(p, it);
        if (k->before != IN_PARK) k->before = it->parked ? IN_PARK : IN_ROW;
    }
}

/* While it is down, parked and new ones take turns: perhaps it refuses only what is parked. */
static void send_all(struct pump *p) {
    if (is_down(p)) send_some(p, p->ask_new ? NEW : PARKED);
    send_some(p, NEW | PARKED);
}

static int64_t wait_ms(struct pump *p, unsigned attempts, int64_t wish_ms) {
    const struct pump_rules *r = &p->c.rules;
    int64_t ms = r->first_ms;
    for (unsigned i = 1; i < attempts && ms < r->longest_ms; i++) ms *= 2;
    if (ms > r->longest_ms) ms = r->longest_ms;
    ms = ms / 2 + (int64_t)rng_below(p->c.rng, (uint64_t)ms + 1);
    if (wish_ms > r->longest_ms) wish_ms = r->longest_ms;
    return ms < wish_ms ? wish_ms : ms;
}

static void tell(struct pump *p, const char *end) {
    if (p->c.ops->count) p->c.ops->count(p->c.who, end);
}

/* It is back: what failed while it was away need not wait any longer. */
static void up_again(struct pump *p) {
    for (struct pump_item *it = p->first; it; it = it->next)
        if (!it->over) it->next_ms = p->now_ms;
}

static void taken(struct pump *p, struct pump_item *it) {
    if (is_down(p)) up_again(p);
    p->failures = 0, p->streak++;
    if (p->failing_since_ms) p->failing_since_ms = 0, p->dirty = true;
    tell(p, "taken");
    it->over = TAKEN;
    if (it->stored || it->saving) it->dirty = true; /* its row must go */
    else item_free(p, it);
}

static void disable(struct pump *p, const char *why) {
    (void)text_copy(p->disabled, sizeof p->disabled, why);
    p->dirty = true;
}

/* One that is down and takes no new event either: the event stays in the row, so that not the whole stream is parked. */
static bool stays_in_row(const struct pump *p, const struct pump_item *it, bool was_down, int64_t last_ms) {
    return was_down && !it->parked && p->now_ms < last_ms && !*p->disabled;
}

static void note(struct pump *p, struct pump_item *it, const struct pump_result *r) {
    tell(p, "failed");
    if (it->streak != p->streak) it->streak = p->streak, p->failures++;
    p->failed_at_ms = p->now_ms, p->ask_new = it->parked;
    if (!p->failing_since_ms) p->failing_since_ms = p->now_ms, p->dirty = true;
    if (!it->since_ms) it->since_ms = p->now_ms;
    it->status = r->status;
    (void)text_copy(it->why, sizeof it->why, r->why ? r->why : "no answer");
    text_trim_utf8(it->why);
}

static void failed(struct pump *p, struct pump_item *it, const struct pump_result *r) {
    const struct pump_rules *rules = &p->c.rules;
    bool was_down = is_down(p);
    note(p, it, r);
    int64_t last_ms = it->since_ms + rules->max_age_ms;
    if (r->end == PUMP_GONE) disable(p, "it answered 410 Gone");
    else if (p->now_ms - p->failing_since_ms >= rules->disable_after_ms) disable(p, "it has taken nothing for too long");
    if (stays_in_row(p, it, was_down, last_ms)) return;
    if (!it->parked) park(p, it);
    it->dirty = true;
    it->next_ms = p->now_ms + wait_ms(p, it->attempts, r->retry_after_ms);
    if (it->next_ms > last_ms && p->now_ms < last_ms) it->next_ms = last_ms; /* one last time */
    if (p->now_ms >= last_ms && !*p->disabled) it->over = DEAD, tell(p, "dead");
}

void pump_sent(struct pump *p, struct pump_item *it, const struct pump_result *r, int64_t now_ms) {
    p->now_ms = now_ms;
    it->out = false, p->n_out--;
    if (r->end == PUMP_TAKEN) taken(p, it);
    else failed(p, it, r);
}

/* --- reading --------------------------------------------------------------------------------------------- */

static void read_on(struct pump *p) {
    bool room = p->n_window < PUMP_WINDOW / 2 && p->n_parked < PUMP_PARKED_MAX;
    if (p->reading || !room || (is_down(p) && p->first) || position_compare(p->till, p->head) >= 0) return;
    p->reading = true;
    p->c.ops->read(p->c.who, p->till, PUMP_WINDOW / 2);
}

void pump_page(struct pump *p, const struct event *const *events, size_t n, struct position till) {
    p->reading = false;
    for (size_t i = 0; i < n; i++) {
        if (event_wanted(p->types, events[i]->type) && !is_skipped(p, events[i]->at)) {
            if (!item_new(p, events[i])) return; /* no memory: read again from here */
            p->n_window++;
        }
        p->till = events[i]->at;
    }
    if (position_compare(till, p->till) > 0) p->till = till;
}

/* --- saving ---------------------------------------------------------------------------------------------- */

static void gather(const struct pump *p, struct pump_save *s, struct parked *rows, struct parked *dead, struct position *dropped) {
    s->parked = rows, s->dead = dead, s->dropped = dropped;
    for (struct pump_item *it = p->first; it; it = it->next) {
        if (!it->dirty) continue;
        it->dirty = false, it->saving = true;
        struct parked row = {it->event, it->attempts, it->since_ms, it->next_ms, it->status, it->why};
        if (it->over == TAKEN) dropped[s->n_dropped++] = it->event->at;
        else if (it->over == DEAD) dead[s->n_dead++] = row;
        else rows[s->n_parked++] = row;
    }
}

static void save(struct pump *p) {
    unsigned n = 0;
    for (const struct pump_item *it = p->first; it; it = it->next) n += it->dirty;
    bool moved = position_compare(done_upto(p), p->saved) != 0;
    if (p->is_saving || (!n && !p->dirty && (!moved || p->now_ms < p->saved_at_ms + p->c.rules.save_ms))) return;
    struct parked *rows = calloc(2 * n + 1, sizeof *rows);
    struct position *dropped = calloc(n + 1, sizeof *dropped);
    if (rows && dropped) {
        struct pump_save s = {.done = done_upto(p), .failing_since_ms = p->failing_since_ms, .disabled = p->disabled};
        gather(p, &s, rows, rows + n, dropped);
        p->is_saving = true, p->dirty = false, p->saving = s.done;
        p->c.ops->save(p->c.who, &s);
    }
    free(rows), free(dropped);
}

void pump_saved(struct pump *p, bool good, int64_t now_ms) {
    p->now_ms = now_ms, p->saved_at_ms = now_ms;
    p->is_saving = false;
    if (good) p->saved = p->saving;
    else p->dirty = true;
    for (struct pump_item *it = p->first, *next; it; it = next) {
        next = it->next;
        if (!it->saving) continue;
        it->saving = false;
        if (!good) it->dirty = true;
        else if (it->dirty) it->stored = true; /* changed meanwhile */
        else if (it->over) item_free(p, it);
        else it->stored = true;
    }
}

/* --- all together ------------------------------------------------------------------------------------------ */

void pump_go(struct pump *p, int64_t now_ms) {
    p->now_ms = now_ms;
    if (!*p->disabled) {
        send_all(p);
        read_on(p);
    }
    save(p);
}

int64_t pump_wake_ms(const struct pump *p) {
    int64_t at = 0;
    bool moved = position_compare(done_upto(p), p->saved) != 0;
    if (!p->is_saving && (moved || p->dirty)) at = p->saved_at_ms + p->c.rules.save_ms;
    for (const struct pump_item *it = p->first; it && !*p->disabled; it = it->next)
        if (!it->out && !it->over && due_ms(p, it) > p->now_ms && (!at || due_ms(p, it) < at)) at = due_ms(p, it);
    return at;
}

struct pump_state pump_state(const struct pump *p) {
    struct pump_state s = {.down = is_down(p), .disabled = *p->disabled != 0, .parked = p->n_parked, .out = p->n_out,
                           .window = p->n_window, .done = done_upto(p)};
    for (const struct pump_item *it = p->first; it && !s.oldest_ms; it = it->next)
        if (!it->over) s.oldest_ms = it->event->at_ms;
    return s;
}
