/* turn.c - one reaction of one run: collects facts and effects, writes them as one journal row. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/cabinet.h"
#include "flow/commit.h"
#include "flow/walk.h"

void turn_begin(struct engine *e, struct run *r) {
    struct turn *t = &e->turn;
    INVARIANT(!t->run); /* turns do not nest */
    t->e = e, t->run = r;
    t->now_ms = loop_now_ms(e->c.loop);
    if (t->now_ms < r->updated_ms) t->now_ms = r->updated_ms; /* a clock set back: a story goes forward */
    buf_clear(&t->body);
    buf_addc(&t->body, '[');
    t->n_facts = t->moves = t->n_effects = t->n_tasks = t->n_money = 0;
    outbox_clear(&t->outbox);
    t->posted_from = json_array_size(r->postings);
    t->artifacts = NULL, t->waiters = NULL, t->held = NULL;
    t->hears = false;
    t->dedup = NULL, t->person = NULL, t->heard = NULL;
    t->entering = -1, t->entering_visit = 0, t->n_cancels = 0, t->turned = false;
    t->failed = OK;
    park_busy(e, r);
}

static const json_t *schema_of(const struct turn *t, const struct fact *f) {
    const struct case_type *ct = t->run->case_type;
    const struct catalog *c = definitions_catalog(t->e->c.definitions);
    if (f->kind == FACT_STARTED) return ct ? ct->case_schema : NULL;
    if (f->kind == FACT_EVENT) return ct ? json_object_get(ct->events, f->name) : NULL;
    if (f->kind != FACT_ANSWERED) return NULL;
    const struct para *p = &t->run->plan->paras[f->para];
    if (p->kind == PARA_TASK) return p->task.form && c->form ? c->form(c->who, p->task.form) : NULL;
    const struct op_decl *op = step_op(t->e, t->run->plan, f->para, f->op, false);
    return op ? op->output : NULL;
}

/* A decision shows the values it read; any of them may be personal. */
static json_t *seal_decision_new(const struct run *r, const char *at, const json_t *d) {
    static const char *const shown[] = {"facts", "parts", "flips"};
    if (!r->has_person) return NULL;
    json_t *copy = json_copy((json_t *)d);
    for (size_t i = 0; copy && i < ARRAY_LEN(shown); i++) {
        const json_t *part = json_object_get(d, shown[i]);
        char where[120];
        (void)snprintf(where, sizeof where, "%s.%s", at, shown[i]);
        json_t *sealed = part ? seal_whole_new(r, where, part) : NULL;
        if (sealed && json_object_set_new(copy, shown[i], sealed)) copy = NULL;
    }
    return copy;
}

/* By its schema; what people write where no schema says what it may hold is sealed whole. */
static json_t *seal_data_new(const struct turn *t, const struct fact *f, const char *at) {
    const json_t *schema = schema_of(t, f);
    bool task = f->kind == FACT_ANSWERED && t->run->plan->paras[f->para].kind == PARA_TASK;
    if (!schema && (f->kind == FACT_CANCEL || f->kind == FACT_EVENT || task)) return seal_whole_new(t->run, at, f->data);
    return seal_fields_new(t->run, at, schema, f->data);
}

struct outward { /* what of a fact leaves this process in another form; new references or NULL */
    json_t *data, *input, *parts;
};

static json_t *to_artifact_new(struct turn *t, const json_t *v) {
    struct artifact *a = calloc(1, sizeof *a);
    if (!a) return NULL;
    buf_init(&a->bytes, JSON_LIMITS_OWN.bytes);
    if (seal_artifact(t->run, v, a) != OK) {
        buf_reset(&a->bytes), free(a);
        return NULL;
    }
    a->next = t->artifacts, t->artifacts = a;
    return json_pack("{s:s}", "$artifact", a->hash);
}

/* Takes what its text has at least from `left`; stops when that is used up. */
static void weigh(const json_t *v, int64_t *left) {
    const char *key;
    json_t *part;
    size_t i;
    *left -= 2;
    if (json_is_string(v)) *left -= (int64_t)json_string_length(v);
    if (json_is_array(v))
        for (i = 0; *left >= 0 && i < json_array_size(v); i++) weigh(json_array_get(v, i), left);
    if (!json_is_object(v)) return;
    json_object_foreach((json_t *)v, key, part) {
        *left -= (int64_t)strlen(key) + 3;
        if (*left < 0) return;
        weigh(part, left);
    }
}

/* A history of hundreds of entries is certain to leave the row: it is not sealed in place first. */
static void large_part(struct turn *t, const json_t *v, json_t **slot) {
    int64_t left = ARTIFACT_OVER_BYTES;
    if (v) weigh(v, &left);
    if (left >= 0) return;
    *slot = to_artifact_new(t, v);
    if (!*slot) t->failed = ERR_NOMEM;
}

static void outward_seal(struct turn *t, const struct fact *f, struct outward *o) {
    const struct run *r = t->run;
    large_part(t, f->data, &o->data);
    large_part(t, f->input, &o->input);
    if (!r->has_person) return;
    const char *p = f->para >= 0 ? r->plan->paras[f->para].name
                    : f->kind == FACT_EVENT ? f->name : "case";
    char at[160];
    if (!o->data && f->kind == FACT_DECIDED && f->data) o->data = seal_decision_new(r, p, f->data);
    else if (!o->data && f->data) o->data = seal_data_new(t, f, p);
    (void)snprintf(at, sizeof at, "%s.in", p);
    if (f->input && !o->input) o->input = seal_whole_new(r, at, f->input);
    (void)snprintf(at, sizeof at, "%s.parts", p);
    if (f->parts) o->parts = seal_whole_new(r, at, f->parts);
}

static void write_fact(struct turn *t, const struct fact *f) {
    struct outward o = {0};
    outward_seal(t, f, &o);
    struct fact out = *f;
    if (o.parts) out.parts = o.parts;
    size_t before = t->body.len;
    const json_t *data = o.data ? o.data : f->data, *input = o.input ? o.input : f->input;
    fact_write(&out, t->run->plan, data, input, &t->body);
    for (int part = 0; part < 2 && t->body.len - before > ARTIFACT_OVER_BYTES; part++) {
        json_t **slot = part ? &o.input : &o.data;
        const json_t *whole = part ? f->input : f->data;
        if (!whole || json_object_get(*slot, "$artifact")) continue;
        json_t *ref = to_artifact_new(t, whole);
        if (!ref) t->failed = ERR_NOMEM;
        json_decref(*slot);
        *slot = ref;
        data = o.data ? o.data : f->data, input = o.input ? o.input : f->input;
        t->body.len = before;
        fact_write(&out, t->run->plan, data, input, &t->body);
    }
    json_decref(o.data), json_decref(o.input), json_decref(o.parts);
}

/* What this step's business key is at goes with the row. */
static void note_money(struct turn *t, const struct fact *f) {
    bool about = f->kind == FACT_UNDONE || f->kind == FACT_ANSWERED || (f->kind == FACT_INTENT && !f->undo);
    const struct para *p = about ? &t->run->plan->paras[f->para] : NULL;
    if (!p || p->kind != PARA_STEP || !p->step.once_per || !t->run->paras[f->para].key) return;
    for (unsigned i = 0; i < t->n_money; i++)
        if (t->money[i] == f->para) return;
    if (t->n_money == TURN_MONEY_MAX) t->failed = ERR_LIMIT;
    else t->money[t->n_money++] = f->para;
}

void turn_fact(struct turn *t, const struct fact *f) {
    if (t->failed != OK) return;
    if (t->n_facts++) buf_addc(&t->body, ',');
    write_fact(t, f);
    if (t->run->case_type && t->run->case_type->publish.as) /* before it is applied: see outbox.h */
        outbox_of_fact(&t->outbox, t->run, f, f->kind == FACT_ANSWERED ? step_op(t->e, t->run->plan, f->para, f->op, false) : NULL);
    enum err err = fact_apply(t->run, f, t->now_ms);
    if (err != OK && t->failed == OK) t->failed = err;
    if (err == OK) note_money(t, f);
    t->hears |= f->kind == FACT_UNSURE || (f->kind == FACT_STUCK && f->n);
}

void turn_effect(struct turn *t, int para, int op, bool undo, bool look) {
    if (t->n_effects == t->cap_effects) {
        unsigned cap = t->cap_effects ? 2 * t->cap_effects : 16;
        struct effect *more = realloc(t->effects, cap * sizeof *more);
        if (!more) {
            t->failed = ERR_NOMEM;
            return;
        }
        t->effects = more, t->cap_effects = cap;
    }
    const struct para_state *ps = &t->run->paras[para];
    const struct ask *a = undo ? &ps->undo : &ps->asks[op];
    t->effects[t->n_effects++] = (struct effect){.para = para, .op = op, .undo = undo, .look = look,
                                                .visit = ps->visits, .attempt = a->attempt, .looks = a->looks};
}

void turn_cancel(struct turn *t, int para, int op) {
    if (t->n_cancels == ARRAY_LEN(t->cancels)) return; /* their time-outs end them */
    t->cancels[t->n_cancels].para = para, t->cancels[t->n_cancels].op = op;
    t->n_cancels++;
}

/* A cancelled call may end before `cancel` returns, and so begin the next turn of this run. */
static void cancel_calls(struct engine *e, struct id id) {
    struct turn *t = &e->turn;
    int paras[ARRAY_LEN(t->cancels)], ops[ARRAY_LEN(t->cancels)];
    unsigned n = t->n_cancels;
    for (unsigned i = 0; i < n; i++) paras[i] = t->cancels[i].para, ops[i] = t->cancels[i].op;
    for (unsigned i = 0; i < n; i++) {
        struct entry *en = known_find(e, id);
        if (!en || !en->run) return;
        struct para_state *ps = &en->run->paras[paras[i]];
        flight_cancel(ops[i] < 0 ? ps->undo.flight : ps->asks[ops[i]].flight);
    }
}

void turn_wait(struct turn *t, struct waiter *w) {
    struct waiter **end = &t->waiters;
    while (*end) end = &(*end)->next;
    *end = w;
}

/* The same task may change twice in a turn: the last word counts. */
void turn_task(struct turn *t, int para, bool stuck, const char *state, const char *answer) {
    const struct para *p = &t->run->plan->paras[para];
    const struct para_state *ps = &t->run->paras[para];
    char id[160];
    (void)snprintf(id, sizeof id, "%s.%s.%u%s", t->run->text, p->name, ps->visits, stuck ? ".stuck" : "");
    unsigned i = 0;
    while (i < t->n_tasks && strcmp(t->task_ids[i], id)) i++;
    if (i == TURN_TASKS_MAX) {
        t->failed = ERR_LIMIT;
        return;
    }
    if (i == t->n_tasks) t->n_tasks++;
    (void)text_copy(t->task_ids[i], sizeof t->task_ids[i], id);
    const char *queue = !stuck ? ps->queue
                        : ps->stuck_escalated && t->run->plan->stuck.to ? t->run->plan->stuck.to
                                                                        : t->run->plan->stuck.queue;
    t->tasks[i] = (struct task_row){.id = t->task_ids[i], .paragraph = p->name, .queue = queue,
                                    .state = state, .assignee = ps->assignee, .answer = answer,
                                    .form = stuck ? NULL : p->task.form,
                                    .created_ms = ps->entered_ms ? ps->entered_ms : t->now_ms,
                                    .due_ms = stuck ? ps->at_ms : ps->due_ms,
                                    .updated_ms = t->now_ms, .visit = ps->visits};
}

static void forget_artifacts(struct turn *t) {
    while (t->artifacts) {
        struct artifact *a = t->artifacts;
        t->artifacts = a->next;
        buf_reset(&a->bytes);
        free(a);
    }
}

static void rearm(struct engine *e, struct run *r) {
    if (r->entry) known_wake(e, r->entry, run_wake_ms(r));
}

static void end_failed(struct engine *e, struct run *r, enum err why) {
    struct waiter *w = e->turn.waiters;
    struct fault f;
    (void)fault_set(&f, why, r->text, "the engine could not take this step and left the run as it was");
    log_error("turn_failed", "run=%s err=%s", r->text, err_word(why));
    forget_artifacts(&e->turn);
    e->turn.run = NULL;
    cabinet_give_up(&e->turn.held);
    bool never = why == ERR_LIMIT || why == ERR_BUG || why == ERR_INVALID; /* it would fail again, for ever */
    if (r->entry && never) r->entry->rejected++;
    drop_run(e, r, why, &f);
    waiters_end(w, why, NULL, &f);
}

void turn_end(struct engine *e) {
    struct turn *t = &e->turn;
    struct run *r = t->run;
    buf_addc(&t->body, ']');
    if (t->failed == OK) t->failed = buf_err(&t->body);
    if (t->failed == OK) t->failed = t->outbox.failed ? ERR_NOMEM : buf_err(&t->outbox.text);
    if (t->failed != OK) {
        end_failed(e, r, t->failed);
        return;
    }
    enum err err = t->n_facts ? commit_facts(t) : commit_nothing(t);
    forget_artifacts(t);
    if (err != OK) {
        end_failed(e, r, err);
        return;
    }
    cabinet_give_up(&t->held); /* what an operation only looked at, in a turn that wrote nothing */
    struct id id = r->id;
    t->run = NULL;
    rearm(e, r);
    park_idle(e, r);
    if (t->n_cancels) cancel_calls(e, id);
}
