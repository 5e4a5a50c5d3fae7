/* telling.c - see telling.h. A client repeats what was not acknowledged, and sometimes what was. */
#include "sim/telling.h"

#include "sim/clock.h"

enum { MINUTE_MS = 60000, HOUR_MS = 3600000 };

static void tell(void *who);

static void told(void *who, enum err err, const struct fault *f) {
    struct telling *t = who;
    struct stage *s = t->c->stage;
    (void)f;
    bool over = err == OK || (!t->by_case && (err == ERR_REFUSED || err == ERR_NOT_FOUND));
    if (err == OK && !t->told_ms) t->told_ms = sim_clock_now(s->clock);
    if (!over) stage_later(s, 2000 + (int64_t)rng_below(&s->rng, 5000), tell, t);
    else if (t->repeats) t->repeats--, stage_later(s, t->repeats ? 100 : 30 * (int64_t)HOUR_MS, tell, t); /* a callback that comes twice, or next day */
}

static void tell(void *who) {
    struct telling *t = who;
    struct stage *s = t->c->stage;
    struct proc *p = stage_proc(s);
    json_auto_t *data = json_pack("{s:s}", "ref", t->c->ref);
    struct event ev = {.name = t->event, .event_id = t->id, .by = t->hints ? "webhook:world" : "sim", .data = data};
    enum err err = !p || (!t->by_case && !t->c->started) ? ERR_BUSY
                   : t->by_case ? engine_hear(p->engine, "sim_case", t->c->ref, &ev, told, t)
                                : engine_signal(p->engine, t->c->run, &ev, told, t);
    if (err != OK) stage_later(s, 5000, tell, t);
}

static void plan(struct stage *s, struct sim_case *c, const char *event, unsigned n, bool by_case, int64_t at_ms) {
    struct telling *t = stage_alloc(s, sizeof *t);
    *t = (struct telling){.next = s->tellings, .c = c, .event = event, .by_case = by_case};
    s->tellings = t;
    t->hints = n % 2;
    (void)snprintf(t->id, sizeof t->id, "%s-%s-%u", event, c->ref, n);
    t->repeats = stage_fate(s, "repeats", t->id, 3);
    stage_later(s, at_ms > 0 ? at_ms : 1, tell, t);
}

/* News that nobody waits for, while the run begins and about when it ends: it is heard or kept all the same. */
static void plan_noise(struct stage *s, struct sim_case *c, int64_t from_ms, unsigned within_ms) {
    for (unsigned i = 0; i < 8; i++, s->noise++) {
        char about[40];
        (void)snprintf(about, sizeof about, "%s.%u", c->ref, s->noise);
        plan(s, c, "noise", s->noise, true, from_ms + (int64_t)stage_fate(s, "noise", about, within_ms));
    }
}

void telling_plan(struct stage *s, struct sim_case *c, int64_t at_ms) {
    bool by_case = stage_fate(s, "bycase", c->ref, 3) > 0;
    int64_t ahead = at_ms + 10 + (int64_t)stage_fate(s, "aheadat", c->ref, 1000) * MINUTE_MS;
    if (by_case && !s->compare && stage_fate(s, "early", c->ref, 3) == 0) /* perhaps before the case is known */
        ahead = at_ms - 20000 + (int64_t)stage_fate(s, "earlyat", c->ref, 40000);
    if (s->compare && by_case) ahead += 3 * (int64_t)HOUR_MS; /* the storm is over, every run of the case is there */
    if (stage_fate(s, "ahead", c->ref, 4)) plan(s, c, "go.ahead", 1, by_case, ahead);
    plan_noise(s, c, at_ms, 2000), plan_noise(s, c, ahead, 60);
    if (!s->compare && stage_fate(s, "stop", c->ref, 5) == 0)
        plan(s, c, "stop", 1, stage_fate(s, "stopby", c->ref, 2), at_ms + (int64_t)stage_fate(s, "stopat", c->ref, 120) * 500);
}
