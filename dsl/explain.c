/* explain.c - a file in plain English: what it is, then one line per paragraph or rule. */
#include <string.h>

#include "dsl/file.h"
#include "dsl/policy_plan.h"

static void amount(struct buf *out, int64_t n, int64_t per, const char *one, const char *many) {
    if (n % per) buf_addf(out, "%.4g %s", (double)n / (double)per, many);
    else buf_addf(out, "%lld %s", (long long)(n / per), n == per ? one : many);
}

static void length(struct buf *out, const struct length *l) {
    switch (l->unit) {
    case LENGTH_NONE: buf_adds(out, "no bound"); break;
    case LENGTH_DAYS: amount(out, l->n, 1, "day", "days"); break;
    case LENGTH_WORKING_DAYS: amount(out, l->n, 1, "working day", "working days"); break;
    case LENGTH_WORKING_MS: amount(out, l->n, 3600000, "working hour", "working hours"); break;
    case LENGTH_ELAPSED_MS:
        if (l->n % 3600000 == 0) amount(out, l->n, 3600000, "hour", "hours");
        else if (l->n % 60000 == 0) amount(out, l->n, 60000, "minute", "minutes");
        else amount(out, l->n, 1000, "second", "seconds");
    }
}

static void target(struct buf *out, const struct plan *p, struct target to) {
    if (to.kind == TARGET_GO) buf_addf(out, "go to %s", p->paras[to.index].name);
    else if (to.kind == TARGET_FINISH) buf_addf(out, "finish as %s", p->outcomes[to.index]);
    else buf_adds(out, "stop");
}

static void way(struct buf *out, const struct plan *p, const char *when, struct target to) {
    if (to.kind == TARGET_NONE) return;
    buf_addf(out, "; %s, ", when);
    target(out, p, to);
}

static void names(struct buf *out, const char *const *list, const char *last) {
    for (int i = 0; list && list[i]; i++) buf_addf(out, "%s%s", i == 0 ? "" : list[i + 1] ? ", " : last, list[i]);
}

static void inputs(struct buf *out, const struct binding *with, int n) {
    for (int i = 0; i < n; i++)
        buf_addf(out, "%s%s = %s", i ? ", " : " with ", with[i].name, expr_source(with[i].value));
}

static void listener(struct buf *out, const struct plan *p, const struct listener *l) {
    if (l->event) buf_addf(out, "when %s comes", l->event);
    else buf_addf(out, "at %s", l->at ? expr_source(l->at) : "its moment");
    if (l->when) buf_addf(out, " and %s", expr_source(l->when));
    buf_adds(out, ", ");
    target(out, p, l->to);
}

static void step(struct buf *out, const struct para *s) {
    buf_adds(out, "calls ");
    for (int i = 0; i < s->step.n_calls; i++) buf_addf(out, "%s%s", i ? ", else " : "", s->step.calls[i]->name);
    inputs(out, s->step.with, s->step.n_with);
    if (s->when) buf_addf(out, ", but only when %s", expr_source(s->when));
    if (s->step.once_per) buf_addf(out, "; once per %s", expr_source(s->step.once_per));
    if (s->step.pivot) buf_adds(out, "; this is the point of no return");
    if (s->step.undo) buf_addf(out, "; %s takes it back", s->step.undo->name);
    if (s->step.fallback) buf_adds(out, "; a stated fallback stands in for an answer that does not come");
    if (s->within.unit != LENGTH_NONE) {
        buf_adds(out, "; within ");
        length(out, &s->within);
    }
}

static void task(struct buf *out, const struct plan *p, const struct para *t) {
    buf_addf(out, "a person in queue %s decides within ", t->task.queue);
    length(out, &t->within);
    for (int i = 0; i < t->task.n_answers; i++) {
        buf_addf(out, "%s \"%s\": ", i ? "," : ":", t->task.answers[i].answer);
        target(out, p, t->task.answers[i].to);
    }
    for (int i = 0; i < t->task.n_escalate; i++) {
        buf_adds(out, "; after ");
        length(out, &t->task.escalate[i].after);
        buf_addf(out, " also %s", t->task.escalate[i].to);
    }
}

static void wait(struct buf *out, const struct plan *p, const struct para *w) {
    buf_addf(out, "waits%s%s", w->wait.event ? " for " : "", w->wait.event ? w->wait.event : "");
    if (w->wait.when) buf_addf(out, " where %s", expr_source(w->wait.when));
    if (w->wait.till) buf_addf(out, " until %s", expr_source(w->wait.till));
    if (w->within.unit != LENGTH_NONE) {
        buf_adds(out, " for at most ");
        length(out, &w->within);
    }
    for (int i = 0; i < w->wait.n_ons; i++) {
        buf_adds(out, "; ");
        listener(out, p, &w->wait.ons[i]);
    }
}

static void route(struct buf *out, const struct plan *p, const struct para *r) {
    for (int i = 0; i < r->route.n_rows; i++) {
        if (r->route.rows[i].when) buf_addf(out, "%swhen %s, ", i ? "; else " : "", expr_source(r->route.rows[i].when));
        else buf_adds(out, i ? "; otherwise " : "");
        target(out, p, r->route.rows[i].to);
    }
}

static void body(struct buf *out, const struct plan *p, const struct para *one) {
    switch (one->kind) {
    case PARA_STEP: step(out, one); break;
    case PARA_PARALLEL: buf_adds(out, "at the same time, joined when all have ended"); break;
    case PARA_SAGA: buf_adds(out, "one after the other, all or nothing up to the point of no return"); break;
    case PARA_DECIDE: buf_addf(out, "asks policy %s", one->decide.policy); break;
    case PARA_ROUTE: route(out, p, one); break;
    case PARA_TASK: task(out, p, one); break;
    case PARA_SEND:
        buf_addf(out, "sends \"%s\" by ", one->send.template_);
        names(out, one->send.by, one->send.all ? " and " : ", else ");
        if (one->send.unless) buf_addf(out, ", unless %s", expr_source(one->send.unless));
        break;
    case PARA_WAIT: wait(out, p, one); break;
    case PARA_EACH: buf_addf(out, "runs %s for each of %s", one->each.run, expr_source(one->each.over)); break;
    case PARA_NEGOTIATE: buf_adds(out, "talks over offers"); break;
    }
}

static void paragraph(struct buf *out, const struct plan *p, const struct para *one) {
    buf_addf(out, "%s%s: ", one->parent >= 0 ? "  - " : "", one->name);
    body(out, p, one);
    way(out, p, "when refused", one->refused);
    way(out, p, "when it fails", one->failed);
    way(out, p, "when late", one->late);
    way(out, p, "when it cannot be sent", one->not_sent);
    if (one->most && one->kind != PARA_EACH) {
        buf_addf(out, "; at most %d visits, then ", one->most);
        target(out, p, one->spent);
    }
    bool leads_by_itself = one->kind != PARA_TASK && one->kind != PARA_ROUTE;
    if (one->parent < 0 && (leads_by_itself || one->next.kind != TARGET_NONE))
        way(out, p, one->kind == PARA_WAIT ? "then" : "afterwards", plan_after(p, one));
    buf_adds(out, ".\n");
}

static void flow(struct buf *out, const struct plan *p) {
    buf_addf(out, "%s %s, version %d: %s.\n", p->kind, p->name, p->version, p->about);
    buf_addf(out, "It runs for a %s and ends as ", p->case_type);
    names(out, p->outcomes, " or ");
    buf_addf(out, ". What cannot go on goes to queue %s, within ", p->stuck.queue);
    length(out, &p->stuck.within);
    if (p->stuck.to) buf_addf(out, ", then to %s", p->stuck.to);
    buf_adds(out, ".\n");
    for (int i = 0; i < p->n_ons; i++) {
        buf_adds(out, "At any time: ");
        listener(out, p, &p->ons[i]);
        buf_adds(out, ".\n");
    }
    for (int i = 0; i < p->n_paras; i++) paragraph(out, p, &p->paras[i]);
}

static void value(struct buf *out, const struct value *v, struct arena *a) { buf_adds(out, value_words(v, a)); }

static void limit(struct buf *out, const struct policy_limit *l) {
    buf_addf(out, "Limit %s: %s", l->name, expr_source(l->base));
    if (l->cap) buf_addf(out, ", at most %s", expr_source(l->cap));
    if (l->round_down) buf_addf(out, ", rounded down to a multiple of %s", expr_source(l->round_down));
    if (l->floor) buf_addf(out, "; below %s the rule is passed over", expr_source(l->floor));
    buf_adds(out, ".\n");
}

static void rule(struct buf *out, const struct policy *p, const struct policy_rule *r, struct arena *a) {
    if (r->when) buf_addf(out, "%s: when %s, ", r->name, expr_source(r->when));
    else buf_adds(out, "Otherwise: ");
    if (r->outcome) buf_adds(out, r->outcome);
    for (int i = 0; i < r->n_results; i++) {
        buf_addf(out, "%s%s = ", i || r->outcome ? ", " : "", r->results[i].name);
        value(out, &r->results[i].value, a);
    }
    if (r->reason) buf_addf(out, " for reason %s", r->reason);
    if (r->limit >= 0) buf_addf(out, " with limit %s", p->limits[r->limit].name);
    buf_adds(out, ".\n");
}

static void policy(struct buf *out, const struct policy *p, struct arena *a) {
    buf_addf(out, "policy %s, version %d, decides on a %s%s%s. The first rule that holds decides.\n", p->name,
             p->version, p->case_type, *p->about ? ": " : "", p->about);
    for (int i = 0; i < p->n_needs; i++)
        buf_addf(out, "It reads %s, the answer of %s.\n", p->needs[i].name,
                 p->needs[i].op ? p->needs[i].op->name : "nothing");
    for (int i = 0; i < p->n_thresholds; i++) {
        buf_addf(out, "Threshold %s is ", p->thresholds[i].name);
        value(out, &p->thresholds[i].value, a);
        buf_adds(out, ".\n");
    }
    for (int i = 0; i < p->n_facts; i++)
        buf_addf(out, "%s stands for %s.\n", p->facts[i].name, expr_source(p->facts[i].is));
    for (int i = 0; i < p->n_tables; i++)
        buf_addf(out, "Table %s has %d rows; the first that fits answers.\n", p->tables[i].name, p->tables[i].n_rows);
    for (int i = 0; i < p->n_rules; i++) rule(out, p, &p->rules[i], a);
    for (int i = 0; i < p->n_limits; i++) limit(out, &p->limits[i]);
}

enum err dsl_explain(const struct dsl_file *f, struct buf *out) {
    struct arena *a = arena_new((size_t)4 << 20);
    if (!a) return ERR_NOMEM;
    if (dsl_plan(f)) flow(out, dsl_plan(f));
    else if (dsl_policy(f)) policy(out, dsl_policy(f), a);
    else {
        arena_free(a);
        return ERR_INVALID;
    }
    arena_free(a);
    return buf_ok(out) ? OK : ERR_NOMEM;
}
