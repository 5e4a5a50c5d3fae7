/* check.c - see check.h. The book (the counterpart's and ours) is the judge: what the journal says is
 * held against what happened. */
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 512 };
struct lines {
    struct world_entry all[LINES_MAX];
    unsigned n;
};

static void collect(void *who, const struct world_entry *e) {
    struct lines *l = who;
    if (l->n < LINES_MAX) l->all[l->n++] = *e;
}

/* Every run ends exactly once, by one fact, and the last row is the end. */
static void check_end(struct stage *s, struct sim_case *c, unsigned index) {
    json_auto_t *journal = c->started ? memory_journal_new(s->memory, c->run) : NULL;
    unsigned ends = 0, rows = (unsigned)json_array_size(journal);
    const char *outcome = "";
    json_t *row, *fact;
    size_t i, k;
    json_array_foreach(journal, i, row) json_array_foreach(json_object_get(row, "facts"), k, fact) {
        if (strcmp(json_text(fact, "f", ""), "ended")) continue;
        ends++, outcome = json_text(fact, "to", "");
        if (i + 1 != rows) stage_violation(s, "case %s: rows follow its end", c->ref);
    }
    if (!c->started) stage_violation(s, "case %s was never started", c->ref);
    else if (ends != 1) stage_violation(s, "case %s has %u ends (run %s, %u rows): a timer or an answer was lost", c->ref, ends,
                                        stage_state(s, c->run) ? stage_state(s, c->run) : "unknown", rows);
    (void)snprintf(s->report->outcomes[index], sizeof s->report->outcomes[index], "%s", outcome);
}

static const char *run_text(const struct sim_case *c, char out[ID_TEXT]) { return id_text(c->run, out); }

/* A case has one run, and no effect belongs to another. */
static void check_one_run(struct stage *s, const struct lines *l) {
    for (unsigned i = 0; i < l->n; i++) {
        bool known = false;
        char text[ID_TEXT];
        for (unsigned k = 0; k < s->n_cases; k++) known |= s->cases[k].started && !strcmp(run_text(&s->cases[k], text), l->all[i].run);
        if (!known && l->all[i].happened) stage_violation(s, "an effect (%s) of a run that never became durable", l->all[i].key);
        if (l->all[i].effects > 1) stage_violation(s, "key %s took effect %u times", l->all[i].key, l->all[i].effects);
    }
}

static bool is(const struct world_entry *e, const char *op) { return !strcmp(e->op, op); }

/* At most one effect per paragraph and visit; at most one payout per business key. */
static void check_once(struct stage *s, const struct lines *l) {
    for (unsigned i = 0; i < l->n; i++)
        for (unsigned k = i + 1; k < l->n; k++) {
            const struct world_entry *a = &l->all[i], *b = &l->all[k];
            if (!a->happened || !b->happened || strcmp(a->op, b->op) || is(a, "ask")) continue;
            if (is(a, "pay") && !strcmp(a->ref, b->ref)) stage_violation(s, "case %s was paid twice (%s, %s)", a->ref, a->key, b->key);
            if (!strcmp(a->run, b->run) && !strcmp(a->paragraph, b->paragraph) && a->visit == b->visit && !is(a, "pay"))
                stage_violation(s, "%s happened twice under two keys (%s, %s)", a->paragraph, a->key, b->key);
        }
}

/* "p3_s1" belongs to saga "p3". */
static bool same_saga(const struct world_entry *a, const struct world_entry *b) {
    const char *x = strchr(a->paragraph, '_'), *y = strchr(b->paragraph, '_');
    return x && y && x - a->paragraph == y - b->paragraph && !strncmp(a->paragraph, b->paragraph, (size_t)(x - a->paragraph)) &&
           !strcmp(a->run, b->run);
}

/* Compensation is the reverse of what happened, and never comes after the pivot. */
static void check_order(struct stage *s, const struct lines *l) {
    for (unsigned i = 0; i < l->n; i++)
        for (unsigned k = 0; k < l->n; k++) {
            const struct world_entry *a = &l->all[i], *b = &l->all[k];
            if (i == k || !same_saga(a, b) || !is(a, "take") || !a->happened) continue;
            /* both stood at the same time: steps of one visit of the saga, whatever their own visits are */
            bool together = a->happened_at < b->happened_at && b->happened_at < a->undone_at;
            if (is(b, "take") && b->undone_at && together && a->undone_at < b->undone_at)
                stage_violation(s, "%s was undone before %s, which came after it", a->key, b->key);
            if (is(b, "pay") && b->happened && together)
                stage_violation(s, "%s was undone after the pivot %s", a->key, b->key);
        }
}

struct saga_end {
    unsigned visits;
    bool undone, done;
};

/* How the journal says that the saga round `paragraph` ended in that visit. */
static void saga_ended(json_t *journal, const char *saga, struct saga_end *out) {
    json_t *row, *fact;
    size_t i, k;
    json_array_foreach(journal, i, row) json_array_foreach(json_object_get(row, "facts"), k, fact) {
        if (strcmp(json_text(fact, "p", ""), saga) || strcmp(json_text(fact, "f", ""), "left")) continue;
        out->visits++;
        out->undone = !strcmp(json_text(fact, "end", ""), "undone"), out->done = !strcmp(json_text(fact, "end", ""), "done");
    }
}

/* All or nothing: what a saga took stands if it was done, and is given back if it was undone. */
static void check_whole(struct stage *s, struct sim_case *c, const struct lines *l) {
    char text[ID_TEXT];
    json_auto_t *journal = memory_journal_new(s->memory, c->run);
    run_text(c, text);
    for (unsigned i = 0; i < l->n; i++) {
        const struct world_entry *e = &l->all[i];
        const char *bar = strchr(e->paragraph, '_');
        if (!is(e, "take") || !e->happened || strcmp(e->run, text) || !bar) continue;
        char saga[64];
        struct saga_end end = {0};
        (void)snprintf(saga, sizeof saga, "%.*s", (int)(bar - e->paragraph), e->paragraph);
        saga_ended(journal, saga, &end);
        if (end.visits != 1) continue; /* entered again: its last visit decides, and each is checked by its own undo */
        if (end.undone && !e->undone_at) stage_violation(s, "case %s: %s stands although its saga was undone", c->ref, e->key);
        if (end.done && e->undone_at) stage_violation(s, "case %s: %s was undone although its saga was done", c->ref, e->key);
    }
}

/* Our own book: what was held and not released belongs to a saga that was done. */
static void check_books(struct stage *s) {
    json_auto_t *sums = memory_balances_new(s->memory);
    json_t *sum;
    const char *account;
    int64_t total = 0;
    json_object_foreach(sums, account, sum) {
        total += json_integer_value(sum);
        if (!strncmp(account, "held:", 5) && json_integer_value(sum) < 0)
            stage_violation(s, "%s was released more often than held", account);
    }
    if (total) stage_violation(s, "the ledger does not balance");
}

/* Postings about this loan in the journals of all cases: +1 added, -1 taken off; `steps` counts both. */
static int64_t journaled_count(const struct stage *s, const char *loan, unsigned *steps) {
    int64_t sum = 0;
    char account[64];
    (void)snprintf(account, sizeof account, "loan:%s:count", loan);
    for (unsigned c = 0; c < s->n_cases; c++) {
        json_auto_t *journal = s->cases[c].started ? memory_journal_new(s->memory, s->cases[c].run) : NULL;
        json_t *row, *fact, *post;
        size_t i, k, n;
        json_array_foreach(journal, i, row) json_array_foreach(json_object_get(row, "facts"), k, fact)
            json_array_foreach(json_object_get(fact, "post"), n, post) {
                int way = !strcmp(json_text(post, "debit", ""), account) - !strcmp(json_text(post, "credit", ""), account);
                sum += way, *steps += way != 0;
            }
    }
    return sum;
}

struct loan_told {
    const char *id;
    size_t entries;
};
static void tell_loan(void *who, const struct outbox_row *o, int64_t at_ms) {
    struct loan_told *t = who;
    (void)at_ms;
    t->entries += !strcmp(o->aggregate_type, "loan") && !strcmp(o->aggregate_id, t->id) && strstr(o->payload, "\"entry\":");
}

/* A counter in the loan's file: every step of every run has added to what the one before it left. */
static void check_loan(void *who, const struct mem_loan *l) {
    struct stage *s = who;
    json_auto_t *entries = memory_loan_entries_new(l);
    const char *id = memory_loan_id(l);
    int64_t count = 0, last_day = 0;
    unsigned steps = 0, days = 0;
    json_t *e;
    size_t i;
    json_array_foreach(entries, i, e) {
        bool day = !strcmp(json_text(e, "kind", ""), "day_end");
        if (day && json_int(e, "day", 0) <= last_day) stage_violation(s, "loan %s: the end of a day came twice, or before an earlier one", id);
        if (day) days++, last_day = json_int(e, "day", 0);
        const json_t *body = json_object_get(e, "body");
        if (json_int(body, "was", -1) != count) stage_violation(s, "loan %s: entry %zu did not see the one before it", id, i + 1);
        count = json_int(body, "is", -1);
    }
    if (memory_loan_n(l) != json_array_size(entries)) stage_violation(s, "loan %s: its row does not know its last entry", id);
    struct loan_told told = {.id = id};
    memory_each_outbox(s->memory, tell_loan, &told);
    if (told.entries != json_array_size(entries))
        stage_violation(s, "loan %s: the stream tells %zu of its %zu entries", id, told.entries, json_array_size(entries));
    int64_t journaled = journaled_count(s, id, &steps);
    if (journaled != count || steps + days != json_array_size(entries))
        stage_violation(s, "loan %s counts %lld in %zu entries, the journals %lld in %u steps", id, (long long)count,
                        json_array_size(entries), (long long)journaled, steps);
}

struct told { /* what the stream says of one run */
    struct stage *stage;
    const struct sim_case *of;
    char run[ID_TEXT];
    unsigned started, ended, row, place, tasks_opened, tasks_over;
};

/* Ids are run-row-place: each once, and in the order of the story. */
static void tell(void *who, const struct outbox_row *o, int64_t at_ms) {
    struct told *t = who;
    unsigned row = 0, place = 0;
    size_t n = strlen(t->run);
    (void)at_ms;
    if (strncmp(o->id, t->run, n) || sscanf(o->id + n, "-%u-%u", &row, &place) != 2) return;
    if (row < t->row || (row == t->row && place != t->place + 1) || (row != t->row && place != 1))
        stage_violation(t->stage, "case %s: event %s comes after %u-%u", t->of->ref, o->id, t->row, t->place);
    t->row = row, t->place = place;
    if (t->ended) stage_violation(t->stage, "case %s: event %s follows the end", t->of->ref, o->id);
    t->started += !strcmp(o->type, "tenor.thing.started"), t->ended += !strcmp(o->type, "tenor.thing.ended");
    t->tasks_opened += !strcmp(o->type, "tenor.task.opened");
    t->tasks_over += !strcmp(o->type, "tenor.task.done") || !strcmp(o->type, "tenor.task.withdrawn");
}

/* Who only reads the stream knows of every run that it began, how its tasks went, and that it ended. */
static void check_told(struct stage *s, const struct sim_case *c) {
    struct told t = {.stage = s, .of = c};
    (void)id_text(c->run, t.run);
    memory_each_outbox(s->memory, tell, &t);
    if (t.started != 1 || t.ended != 1) stage_violation(s, "case %s: the stream tells %u starts and %u ends", c->ref, t.started, t.ended);
    if (t.tasks_opened != t.tasks_over)
        stage_violation(s, "case %s: the stream tells %u tasks opened and %u over", c->ref, t.tasks_opened, t.tasks_over);
}

/* The whole story of every case, for whoever reads a failing seed. */
static void print_stories(const struct stage *s) {
    for (unsigned i = 0; i < s->n_cases; i++) {
        const struct sim_case *c = &s->cases[i];
        json_auto_t *journal = c->started ? memory_journal_new(s->memory, c->run) : NULL;
        char text[ID_TEXT];
        fprintf(stderr, "-- case %s (%s, n=%d) run %s\n", c->ref, c->workflow, c->n, run_text(c, text));
        for (size_t k = 0; k < json_array_size(journal); k++) {
            (void)json_dumpf(json_array_get(journal, k), stderr, JSON_COMPACT);
            fputc('\n', stderr);
        }
    }
}

void check_all(struct stage *s) {
    struct lines *l = calloc(1, sizeof *l);
    if (!l) return;
    world_each(s->world, collect, l);
    for (unsigned i = 0; i < s->n_cases; i++) {
        check_end(s, &s->cases[i], i);
        if (!s->cases[i].started) continue;
        check_whole(s, &s->cases[i], l);
        check_told(s, &s->cases[i]);
    }
    check_one_run(s, l);
    check_once(s, l);
    if (!s->days_asked[0]) stage_violation(s, "nobody took the question for the end of the day");
    check_order(s, l);
    check_books(s);
    memory_each_loan(s->memory, check_loan, s);
    if (memory_holds(s->memory, "Quillfeather")) stage_violation(s, "a personal field stands open in the journal");
    if (s->print && s->report->violations) print_stories(s);
    s->report->runs = s->n_cases, s->report->rows = memory_rows(s->memory);
    free(l);
}
