/* coverage.c - the ways out of each paragraph, and which of them the stories have taken. */
#include <string.h>

#include "sim/trial.h"

static void add(json_t *ways, const char *p, const char *way) {
    char name[500];
    (void)snprintf(name, sizeof name, "%.150s: %.300s", p, way);
    (void)json_object_set_new(ways, name, json_false());
}

static void mark(json_t *ways, const char *p, const char *way) {
    char name[500];
    (void)snprintf(name, sizeof name, "%.150s: %.300s", p, way);
    if (json_object_get(ways, name)) (void)json_object_set_new(ways, name, json_true());
}

static void row_name(const struct plan *plan, const struct para *p, int i, char out[300]) {
    const struct target *to = &p->route.rows[i].to;
    const char *where = to->kind == TARGET_GO ? plan->paras[to->index].name : to->kind == TARGET_FINISH ? plan->outcomes[to->index] : "next";
    (void)snprintf(out, 300, "row %d, to %s (line %d)", i + 1, where, p->route.rows[i].line);
}

static void add_para(json_t *ways, const struct plan *plan, const struct para *p) {
    char name[300];
    for (int i = 0; p->kind == PARA_ROUTE && i < p->route.n_rows; i++) row_name(plan, p, i, name), add(ways, p->name, name);
    for (int i = 0; p->kind == PARA_TASK && i < p->task.n_answers; i++) add(ways, p->name, p->task.answers[i].answer);
    for (int i = 0; p->kind == PARA_TASK && i < p->task.n_ons; i++) add(ways, p->name, p->task.ons[i].name);
    for (int i = 0; p->kind == PARA_WAIT && i < p->wait.n_ons; i++) add(ways, p->name, p->wait.ons[i].name);
    if (p->kind == PARA_WAIT && p->wait.event) add(ways, p->name, "its event");
    if (p->kind == PARA_STEP && p->step.fallback) add(ways, p->name, "its fallback");
    if (p->kind == PARA_STEP || p->kind == PARA_SAGA) add(ways, p->name, "done");
    if (p->when) add(ways, p->name, "skipped");
    if (p->late.kind) add(ways, p->name, "late");
    if (p->failed.kind) add(ways, p->name, "failed");
    if (p->refused.kind) add(ways, p->name, "refused");
    if (p->spent.kind) add(ways, p->name, "spent");
    if (p->not_sent.kind) add(ways, p->name, "not sent");
}

json_t *coverage_ways_new(const struct plan *plan) {
    json_t *ways = json_object();
    for (int i = 0; ways && i < plan->n_ons; i++) add(ways, "on", plan->ons[i].name);
    for (int i = 0; ways && i < plan->n_paras; i++) add_para(ways, plan, &plan->paras[i]);
    return ways;
}

static void mark_end(json_t *ways, const struct para *p, const json_t *fact) {
    const char *end = json_text(fact, "end", "");
    if (p->kind == PARA_TASK && !strcmp(end, "done")) mark(ways, p->name, json_text(json_object_get(fact, "d"), "answer", ""));
    else if (json_bool(fact, "fb", false)) mark(ways, p->name, "its fallback");
    else if (!strcmp(end, "undone")) mark(ways, p->name, "failed");
    else if (!strcmp(end, "refused") && !p->refused.kind) mark(ways, p->name, "failed");
    else if (!strcmp(end, "not_sent")) mark(ways, p->name, "not sent");
    else mark(ways, p->name, end);
}

void coverage_mark(json_t *ways, const struct plan *plan, const json_t *facts) {
    json_t *fact;
    size_t i;
    json_array_foreach((json_t *)facts, i, fact) {
        const char *kind = json_text(fact, "f", ""), *name = json_text(fact, "name", "");
        const struct para *p = json_text(fact, "p", NULL) ? plan_find(plan, json_text(fact, "p", "")) : NULL;
        char row[300];
        int n = (int)json_int(fact, "n", 0);
        if (!strcmp(kind, "caught")) mark(ways, "on", name);
        if (!p) continue;
        if (!strcmp(kind, "routed") && n >= 1 && n <= p->route.n_rows) row_name(plan, p, n - 1, row), mark(ways, p->name, row);
        else if (!strcmp(kind, "consumed")) mark(ways, p->name, *name ? name : "its event");
        else if (!strcmp(kind, "answered") || !strcmp(kind, "left")) mark_end(ways, p, fact);
        else if (!strcmp(kind, "skipped") || !strcmp(kind, "spent")) mark(ways, p->name, kind);
    }
}
