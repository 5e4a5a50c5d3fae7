/* outbox.c - facts to events of the stream. */
#include "flow/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

enum { TEXT_MAX = 8 << 20, PART_MAX = 32 << 10 /* of one event: what subscribers take without a thought */ };

void outbox_init(struct outbox *o) {
    *o = (struct outbox){0};
    buf_init(&o->text, TEXT_MAX);
}

void outbox_clear(struct outbox *o) {
    buf_clear(&o->text);
    o->n = 0, o->failed = false;
}

void outbox_reset(struct outbox *o) {
    buf_reset(&o->text);
    free(o->notes), free(o->rows);
    o->notes = NULL, o->rows = NULL, o->n = o->cap = 0;
}

static bool grow(struct outbox *o) {
    unsigned cap = o->cap ? 2 * o->cap : 8;
    struct outbox_note *notes = realloc(o->notes, cap * sizeof *notes);
    if (notes) o->notes = notes;
    struct outbox_row *rows = notes ? realloc(o->rows, cap * sizeof *rows) : NULL;
    if (rows) o->rows = rows, o->cap = cap;
    return rows != NULL;
}

/* --- one event ----------------------------------------------------------------------------------- */

static void end_text(struct outbox *o) { buf_addc(&o->text, '\0'); }

/* Whom it is about, by the name that others know: the key of the case where that may be told. */
static const char *own_key(const struct run *r) {
    const struct case_type *c = r->case_type;
    const json_t *field = c->key ? json_object_get(json_object_get(c->case_schema, "properties"), c->key) : NULL;
    return r->case_key && *r->case_key && schema_is_open(field) ? r->case_key : r->text;
}

/* What comes before the payload. The id: run, row and place in the row, so that the same step gives the same id. */
static bool head(struct outbox *o, const struct run *r, const char *aggregate_type, const char *aggregate_id,
                 const char *group, const char *word) {
    if (o->n == o->cap && !grow(o)) {
        o->failed = true;
        return false;
    }
    struct outbox_note *note = &o->notes[o->n];
    note->id = o->text.len;
    buf_addf(&o->text, "%s-%u-%u", r->text, r->seq + 1, o->n + 1);
    end_text(o);
    note->aggregate_type = o->text.len;
    buf_adds(&o->text, aggregate_type);
    end_text(o);
    note->aggregate_id = o->text.len;
    buf_adds(&o->text, aggregate_id);
    end_text(o);
    note->type = o->text.len;
    buf_addf(&o->text, "tenor.%s.%s", group, word);
    end_text(o);
    note->payload = o->text.len;
    o->n++;
    return true;
}

static void put_text(struct outbox *o, const char *key, const char *text) {
    if (!text || !*text) return;
    buf_addf(&o->text, ",\"%s\":", key);
    buf_add_json_string(&o->text, text, strlen(text));
}
static void put_number(struct outbox *o, const char *key, int64_t n) { buf_addf(&o->text, ",\"%s\":%lld", key, (long long)n); }
static void put_instant(struct outbox *o, const char *key, int64_t ms) {
    char text[32];
    if (ms) put_text(o, key, instant_text(ms, text));
}
static void put_day(struct outbox *o, const char *key, int32_t day) {
    char text[16];
    put_text(o, key, day_text(day, text));
}

/* Those of the named fields that the schema declares open: what came without a declaration stays here. */
static json_t *open_fields_new(const json_t *names, const json_t *value, const json_t *schema) {
    json_t *out = json_object(), *name;
    size_t i;
    json_array_foreach((json_t *)names, i, name) {
        const char *key = json_string_value(name);
        json_t *v = key ? json_object_get(value, key) : NULL;
        if (!v || !schema_is_open(json_object_get(json_object_get(schema, "properties"), key))) continue;
        if (out && json_object_set(out, key, v)) json_decref(out), out = NULL;
    }
    return out;
}

static void put_fields(struct outbox *o, const char *key, const json_t *names, const json_t *value, const json_t *schema) {
    if (!json_array_size(names)) return;
    json_auto_t *open = open_fields_new(names, value, schema);
    if (!open) o->failed = true;
    buf_addf(&o->text, ",\"%s\":", key);
    size_t before = o->text.len;
    if (open && json_write(open, &o->text) != OK) o->failed = true;
    if (o->text.len - before <= PART_MAX) return;
    o->text.len = before; /* too much for a message: who wants it asks */
    buf_adds(&o->text, "null,\"too_big\":true");
}

static void begin_run(struct outbox *o, const struct run *r) {
    buf_addf(&o->text, "{\"run\":\"%s\",\"workflow\":\"%s@%d\"", r->text, r->plan->name, r->plan->version);
}
static void end(struct outbox *o) {
    buf_addc(&o->text, '}');
    end_text(o);
}

/* --- of the run itself ---------------------------------------------------------------------------- */

/* With the head and the first fields; the caller adds others and ends it. */
static bool run_event(struct outbox *o, const struct run *r, const char *key, const char *word) {
    if (!head(o, r, r->case_type->publish.as, key, r->case_type->publish.as, word)) return false;
    begin_run(o, r);
    return true;
}

static void put_paragraph(struct outbox *o, const struct run *r, const struct fact *f) {
    put_text(o, "paragraph", r->plan->paras[f->para].name);
    put_number(o, "visit", f->visit);
}

static void started(struct outbox *o, const struct run *r, const struct fact *f) {
    const struct case_type *c = r->case_type;
    const json_t *field = f->key && c->key ? json_object_get(json_object_get(c->case_schema, "properties"), c->key) : NULL;
    /* the run does not know its key before this fact */
    if (!run_event(o, r, f->key && *f->key && schema_is_open(field) ? f->key : r->text, "started")) return;
    put_text(o, "case_type", c->name);
    put_fields(o, "case", c->publish.fields, f->data, c->case_schema);
    end(o);
}

static void decided(struct outbox *o, const struct run *r, const struct fact *f) {
    if (!run_event(o, r, own_key(r), "decided")) return;
    put_paragraph(o, r, f);
    put_text(o, "outcome", json_text(f->data, "outcome", NULL));
    put_text(o, "policy", json_text(f->data, "policy", NULL));
    put_text(o, "policy_hash", f->id);
    end(o);
}

static void answered(struct outbox *o, const struct run *r, const struct fact *f, const struct op_decl *op) {
    const json_t *tell = op && f->end == END_DONE ? json_object_get(r->case_type->publish.answers, op->name) : NULL;
    if (!tell || !run_event(o, r, own_key(r), json_text(tell, "type", "answered"))) return;
    put_paragraph(o, r, f);
    put_text(o, "operation", op->name);
    put_fields(o, "answer", json_object_get(tell, "data"), f->data, op->output);
    end(o);
}

static void consumed(struct outbox *o, const struct run *r, const struct fact *f) {
    if (f->n < 1 || f->n > (int64_t)r->n_events) return;
    const struct run_event *ev = &r->events[f->n - 1];
    const json_t *tell = json_object_get(r->case_type->publish.events, ev->name);
    if (!tell || !run_event(o, r, own_key(r), json_text(tell, "type", "heard"))) return;
    put_text(o, "event", ev->name);
    put_fields(o, "data", json_object_get(tell, "data"), ev->data, json_object_get(r->case_type->events, ev->name));
    end(o);
}

static void ended(struct outbox *o, const struct run *r, const struct fact *f) {
    if (!run_event(o, r, own_key(r), "ended")) return;
    put_text(o, "outcome", f->to);
    put_text(o, "decision", r->decision);
    end(o);
}

/* --- of work for people ----------------------------------------------------------------------------- */

static bool task_event(struct outbox *o, const struct run *r, const struct fact *f, unsigned visit, bool stuck, const char *word) {
    char id[160];
    (void)snprintf(id, sizeof id, "%s.%s.%u%s", r->text, r->plan->paras[f->para].name, visit, stuck ? ".stuck" : "");
    if (!head(o, r, "task", id, "task", word)) return false;
    begin_run(o, r);
    put_text(o, "task", id);
    put_text(o, r->case_type->publish.as, own_key(r));
    put_text(o, "paragraph", r->plan->paras[f->para].name);
    return true;
}

static void task_opened(struct outbox *o, const struct run *r, const struct fact *f, bool stuck) {
    if (!task_event(o, r, f, f->visit, stuck, "opened")) return;
    put_text(o, "queue", f->name);
    put_instant(o, "due", stuck ? f->at_ms : f->due_ms);
    if (stuck) buf_adds(&o->text, ",\"stuck\":true");
    end(o);
}

static void task_over(struct outbox *o, const struct run *r, const struct fact *f, const char *word, const char *answer) {
    const struct para_state *ps = &r->paras[f->para];
    if (ps->task == TASK_NONE || !task_event(o, r, f, ps->visits, ps->phase == PHASE_STUCK, word)) return;
    put_text(o, "answer", answer);
    end(o);
}

static void escalated(struct outbox *o, const struct run *r, const struct fact *f) {
    if (!task_event(o, r, f, f->visit, f->undo, "escalated")) return;
    put_text(o, "queue", f->to);
    end(o);
}

static void stuck(struct outbox *o, const struct run *r, const struct fact *f) {
    if (r->paras[f->para].phase == PHASE_TASK) task_over(o, r, f, "withdrawn", NULL); /* a stuck task takes its place */
    if (run_event(o, r, own_key(r), "stuck")) {
        put_paragraph(o, r, f);
        put_text(o, "queue", f->name);
        put_instant(o, "due", f->at_ms);
        end(o);
    }
    task_opened(o, r, f, true);
}

static void unstuck(struct outbox *o, const struct run *r, const struct fact *f) {
    task_over(o, r, f, "done", f->why); /* the act: retry, answer, abandon */
    if (!run_event(o, r, own_key(r), "unstuck")) return;
    put_paragraph(o, r, f);
    put_text(o, "act", f->why);
    end(o);
}

void outbox_of_fact(struct outbox *o, const struct run *r, const struct fact *f, const struct op_decl *op) {
    if (!r->case_type || !r->case_type->publish.as) return;
    bool about_task = f->para >= 0 && r->plan->paras[f->para].kind == PARA_TASK;
    switch (f->kind) {
    case FACT_STARTED: started(o, r, f); break;
    case FACT_DECIDED: decided(o, r, f); break;
    case FACT_ENTERED:
        if (about_task) task_opened(o, r, f, false);
        break;
    case FACT_ANSWERED:
        if (about_task) task_over(o, r, f, "done", json_text(f->data, "answer", NULL));
        else answered(o, r, f, op);
        break;
    case FACT_CONSUMED:
        if (f->para >= 0) task_over(o, r, f, "withdrawn", NULL);
        consumed(o, r, f);
        break;
    case FACT_LEFT: task_over(o, r, f, "withdrawn", NULL); break;
    case FACT_ESCALATED: escalated(o, r, f); break;
    case FACT_STUCK: stuck(o, r, f); break;
    case FACT_UNSTUCK: unstuck(o, r, f); break;
    case FACT_ENDED: ended(o, r, f); break;
    default: break;
    }
}

/* --- of loans --------------------------------------------------------------------------------------- */

static void put_columns(struct outbox *o, const struct loan_columns *c) {
    put_text(o, "product", c->product), put_text(o, "currency", c->currency);
    put_text(o, "state", c->state), put_text(o, "bucket", c->bucket);
    put_number(o, "outstanding_minor", c->outstanding_minor);
    put_number(o, "overdue_minor", c->overdue_minor);
}

static bool loan_event(struct outbox *o, const struct run *r, const char *loan, const char *word) {
    if (!head(o, r, "loan", loan, "loan", word)) return false;
    buf_adds(&o->text, "{\"loan\":");
    buf_add_json_string(&o->text, loan, strlen(loan));
    put_text(o, "run", r->text);
    return true;
}

static void changed(struct outbox *o, const struct run *r, const char *loan, const char *word, const char *from, const char *to,
                    const struct loan_columns *after) {
    if (!to || !strcmp(from ? from : "", to) || !loan_event(o, r, loan, word)) return;
    put_text(o, "from", from), put_text(o, "to", to);
    put_columns(o, after);
    end(o);
}

void outbox_of_loan(struct outbox *o, const struct run *r, const struct loan_file *before, const struct loan_write *w, int64_t now_ms) {
    for (size_t i = 0; i < w->n_entries; i++) {
        const struct loan_entry *e = &w->entries[i];
        if (!loan_event(o, r, before->id, e->kind)) return;
        put_number(o, "entry", (int64_t)before->n + (int64_t)i + 1);
        put_day(o, "effective", e->effective_day);
        put_instant(o, "known", e->known_ms ? e->known_ms : now_ms);
        if (e->amount_minor) put_number(o, "amount_minor", e->amount_minor);
        put_columns(o, &w->columns);
        end(o);
    }
    changed(o, r, before->id, "bucket_changed", before->columns.bucket, w->columns.bucket, &w->columns);
    changed(o, r, before->id, "state_changed", before->columns.state, w->columns.state, &w->columns);
}

struct outbox_mark outbox_mark(const struct outbox *o) { return (struct outbox_mark){o->text.len, o->n}; }

void outbox_back(struct outbox *o, struct outbox_mark m) {
    if (buf_ok(&o->text)) o->text.len = m.len; /* else the turn fails anyway */
    o->n = m.n;
}

const struct outbox_row *outbox_rows(struct outbox *o) {
    if (!o->n || o->failed || !buf_ok(&o->text)) return NULL;
    const char *text = o->text.data;
    for (unsigned i = 0; i < o->n; i++) {
        const struct outbox_note *k = &o->notes[i];
        o->rows[i] = (struct outbox_row){text + k->id, text + k->aggregate_type, text + k->aggregate_id, text + k->type, text + k->payload};
    }
    return o->rows;
}
