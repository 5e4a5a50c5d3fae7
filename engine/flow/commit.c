/* commit.c - rows on their way to the store, and what happens once they are there. */
#include "flow/commit.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/cabinet.h"
#include "flow/walk.h"

struct waiter *waiter_new(engine_done_fn *tell, void *who) {
    struct waiter *w = calloc(1, sizeof *w);
    if (w) w->tell = tell, w->who = who;
    return w;
}

void waiters_end(struct waiter *w, enum err err, struct run *r, const struct fault *f) {
    while (w) {
        struct waiter *next = w->next;
        if (w->done) w->done(w, err, r, f);
        else if (w->tell) w->tell(w->who, err, f);
        free(w);
        w = next;
    }
}

/* False: the run went away meanwhile, since a call may end at once and its turn may fail. */
static bool start_effects(struct engine *e, struct run *r, const struct effect *list, unsigned n) {
    struct id id = r->id;
    for (unsigned i = 0; i < n; i++) {
        const struct effect *x = &list[i];
        struct para_state *ps = &r->paras[x->para];
        if (x->money) {
            money_seek(e, r, x->para);
            continue;
        }
        struct ask *a = x->undo ? &ps->undo : &ps->asks[x->op];
        /* A look that was planned before the last one answered would be one too many, and too soon. */
        bool wanted = x->look ? a->state == ASK_UNSURE && a->looks == x->looks : a->state == ASK_OUT;
        if (a->flight || !wanted || ps->visits != x->visit || a->attempt != x->attempt) continue;
        flight_start(e, r, x->para, x->op, x->undo, x->look);
        struct entry *en = known_find(e, id);
        if (!en || en->run != r) return false;
        if (!x->look && ps->cancel_asked && a->flight) flight_cancel(a->flight);
        if (a->flight) known_wake(e, en, run_wake_ms(r)); /* a provider that never answers is given up in time */
    }
    return true;
}

/* The lease ran out while we slept or the store was away. Somebody else may hold the shard now, and settles
 * these intents; if nobody does, the next renewal says so and they go on. */
static bool holds_back(struct commit *c) {
    struct engine *e = c->engine;
    if (!c->n_effects || e->shards[id_shard(c->id)].until_ms > loop_now_ms(e->c.loop)) return false;
c->next = e->held, e->held = c;
    return true;
}

void effects_go_on(struct engine *e) {
    struct commit *list = e->held;
    e->held = NULL;
    for (struct commit *next; list; list = next) {
        next = list->next;
        struct entry *en = known_find(e, list->id);
        if (en && en->run && holds_back(list)) continue;
        if (en && en->run) (void)start_effects(e, en->run, list->effects, list->n_effects);
        free(list);
    }
}

static void tell_watches(struct engine *e, struct run *r) {
    for (struct watch *w = *watches_of(e, r->id), *next; w; w = next) {
        next = w->next;
        if (id_same(w->run, r->id)) w->fn(w->who, r->id, run_state_word(r));
    }
}

static void unlink_commit(struct commit *c) {
    struct run *r = c->run;
    struct commit **at = &r->commits;
    while (*at && *at != c) at = &(*at)->next;
    if (*at) *at = c->next;
    if (!*at) r->commits_end = at;
    r->unsettled--;
}

static void rejected(struct engine *e, struct run *r, enum err err, const struct fault *f) {
    if (err == ERR_CLOSED) {
        lease_lost(e, id_shard(r->id));
        return;
    }
    if (r->entry && err == ERR_INVALID) r->entry->rejected++;
    log_warn("append_rejected", "run=%s err=%s where=%s", r->text, err_word(err), log_quote(f ? f->where : ""));
    drop_run(e, r, err, f);
}

static void commit_done(void *who, enum err err, const struct fault *f) {
    struct commit *c = who;
    struct engine *e = c->engine;
    struct run *r = c->run;
    struct waiter *w = c->waiters;
    bool held = false;
    if (r) unlink_commit(c);
    if (!r && err == OK) err = ERR_CLOSED; /* durable, but this process no longer speaks for the run */
    cabinet_settle(c->kept, err);
    if (err != OK) {
        if (r) rejected(e, r, err, f);
        waiters_end(w, err, NULL, f);
    } else {
        if (r->entry) r->entry->rejected = 0;
        held = !e->closing && holds_back(c);
        if (!held && !e->closing && !start_effects(e, r, c->effects, c->n_effects)) r = NULL;
        if (r) tell_watches(e, r);
        waiters_end(w, OK, r, NULL);
        if (r && !r->unsettled) engine_settled(e, r);
    }
    if (!held) free(c);
    e->commits--;
    engine_maybe_drained(e);
}

static struct commit *commit_new(struct turn *t) {
    struct commit *c = calloc(1, sizeof *c + t->n_effects * sizeof(struct effect));
    if (!c) return NULL;
    c->engine = t->e, c->run = t->run, c->id = t->run->id, c->n_effects = t->n_effects;
    if (t->n_effects) memcpy(c->effects, t->effects, t->n_effects * sizeof(struct effect));
    return c;
}

static const char *currency_of(const struct run *r) {
    const json_t *properties = json_object_get(r->case_type ? r->case_type->case_schema : NULL, "properties");
    return json_text(json_object_get(properties, "amount"), "x-currency", NULL);
}

static bool row_changed(const struct run *r, const char *state, int64_t wake) {
    if (!r->row_known || strcmp(r->row_state, state)) return true;
    return strcmp(state, "running") && wake != r->row_wake_ms;
}

/* The searchable columns are written when they matter: at the start, at rest, at the end. */
static bool fill_row(struct turn *t, char workflow[140], struct run_row *row) {
    struct run *r = t->run;
    const char *state = run_state_word(r);
    int64_t wake = run_durable_wake_ms(r);
    if (!row_changed(r, state, wake)) return false;
    r->row_known = true, r->row_state = state, r->row_wake_ms = wake;
    (void)snprintf(workflow, 140, "%s@%d", r->plan->name, r->plan->version);
    const json_t *amount = json_object_get(json_object_get(r->names, "case"), "amount");
    *row = (struct run_row){.workflow = workflow, .plan_hash = r->plan->hash,
                            .case_type = r->plan->case_type, .case_key = r->case_key,
                            .customer = r->customer, .state = state, .at = run_at(r),
                            .outcome = r->outcome, .decision = r->decision,
                            .currency = currency_of(r),
                            .amount_minor = json_is_integer(amount) ? json_integer_value(amount) : 0,
                            .started_ms = r->started_ms, .updated_ms = t->now_ms,
                            .ended_ms = r->ended_ms, .wake_ms = wake,
                            .deaf = !r->seq && !plan_listens(r->plan)};
    return true;
}

enum { POSTINGS_OF_ROW = 64 };

static size_t fill_postings(const struct turn *t, struct posting_row *out) {
    size_t n = 0;
    for (size_t i = t->posted_from; i < json_array_size(t->run->postings) && n < POSTINGS_OF_ROW; i++) {
        const json_t *p = json_array_get(t->run->postings, i);
        out[n++] = (struct posting_row){json_text(p, "debit", ""), json_text(p, "credit", ""),
                                        json_text(p, "currency", ""), json_text(p, "kind", ""),
                                        json_int(p, "minor", 0), (int32_t)json_int(p, "day", 0)};
    }
    return n;
}

static size_t fill_artifacts(const struct turn *t, struct artifact_row *out, size_t max) {
    size_t n = 0;
    for (const struct artifact *a = t->artifacts; a && n < max; a = a->next)
        out[n++] = (struct artifact_row){a->hash, a->bytes.data, a->bytes.len};
    return n;
}

enum err commit_facts(struct turn *t) {
    struct engine *e = t->e;
    struct run *r = t->run;
    struct run_row row;
    struct posting_row postings[POSTINGS_OF_ROW];
    struct artifact_row artifacts[32];
    struct money_row money[TURN_MONEY_MAX];
    char workflow[140], keys[TURN_MONEY_MAX][256];
    size_t n_artifacts = 0;
    for (const struct artifact *x = t->artifacts; x; x = x->next) n_artifacts++;
    if (json_array_size(r->postings) - t->posted_from > POSTINGS_OF_ROW || n_artifacts > ARRAY_LEN(artifacts)) return ERR_LIMIT;
    struct commit *c = commit_new(t);
    if (!c) return ERR_NOMEM;
    struct loan_rows loans;
    if (cabinet_rows_new(t->held, &loans) != OK) {
        free(c);
        return ERR_NOMEM;
    }
    bool with_row = fill_row(t, workflow, &row);
    struct append a = {.run = r->id, .seq = r->seq + 1, .epoch = e->shards[id_shard(r->id)].epoch,
                       .now_ms = t->now_ms, .body = t->body.data, .body_len = t->body.len,
                       .row = with_row ? &row : NULL,
                       .postings = postings, .n_postings = fill_postings(t, postings),
                       .loans = loans.loans, .n_loans = loans.n_loans,
                       .loan_entries = loans.entries, .n_loan_entries = loans.n_entries,
                       .tasks = t->tasks, .n_tasks = t->n_tasks,
                       .money = money, .n_money = money_rows(t, money, keys),
                       .artifacts = artifacts, .n_artifacts = fill_artifacts(t, artifacts, ARRAY_LEN(artifacts)),
                       .outbox = outbox_rows(&t->outbox), .n_outbox = t->outbox.n,
                       .dedup = t->dedup, .person = t->person, .heard = t->heard,
                       .hears = t->hears && r->case_key && !plan_listens(r->plan)};
    enum err err = e->c.store->ops->append(e->c.store, &a, commit_done, c);
    free(loans.loans), free(loans.entries);
    if (err != OK) {
        free(c);
        return err;
    }
    r->seq++;
    r->weight += t->body.len;
    for (size_t i = 0; i < a.n_artifacts; i++) r->weight += artifacts[i].n;
    c->waiters = t->waiters, t->waiters = NULL;
    c->kept = cabinet_keep(&t->held);
    *r->commits_end = c, r->commits_end = &c->next;
    r->unsettled++, e->commits++;
    count(e->m_rows);
    return OK;
}

/* Waiters of a turn that changed nothing: told from the loop, never inside the caller's call. */
struct later {
    struct engine *engine;
    struct id run;
    struct waiter *waiters;
    unsigned n;
    struct effect effects[];
};

static void later_fire(void *who) {
    struct later *l = who;
    struct engine *e = l->engine;
    struct entry *en = known_find(e, l->run);
    if (en && en->run && !e->closing && !start_effects(e, en->run, l->effects, l->n)) en = NULL;
    waiters_end(l->waiters, OK, en ? en->run : NULL, NULL);
    free(l);
    e->pending--;
    engine_maybe_drained(e);
}

enum err commit_nothing(struct turn *t) {
    struct run *r = t->run;
    if (r->commits && t->waiters) { /* something it may rely on is still on its way */
        struct commit *last = r->commits;
        while (last->next) last = last->next;
        struct waiter **end = &last->waiters;
        while (*end) end = &(*end)->next;
        *end = t->waiters, t->waiters = NULL;
    }
    if (!t->waiters && !t->n_effects) return OK;
    struct later *l = calloc(1, sizeof *l + t->n_effects * sizeof(struct effect));
    if (!l) return ERR_NOMEM;
    *l = (struct later){.engine = t->e, .run = r->id, .waiters = t->waiters, .n = t->n_effects};
    if (t->n_effects) memcpy(l->effects, t->effects, t->n_effects * sizeof(struct effect));
    if (loop_post(t->e->c.loop, later_fire, l) != OK) {
        free(l);
        return ERR_NOMEM;
    }
    t->e->pending++;
    t->waiters = NULL;
    return OK;
}

void drop_run(struct engine *e, struct run *r, enum err why, const struct fault *f) {
    struct entry *en = r->entry;
    for (struct commit *c = r->commits; c; c = c->next) c->run = NULL;
    park_busy(e, r);
    if (e->resident) e->resident--;
    bool born = r->seq > 0;
    run_free(r);
    if (!en) return;
    en->run = NULL;
    (void)f;
    if (!born || why == ERR_CONFLICT) known_free(en, e); /* it never came to be */
    else known_wake(e, en, en->rejected > 2 ? 0 : loop_now_ms(e->c.loop) + 1000);
}
