/* proc.c - births and deaths. */
#include "sim/proc.h"

#include <stdlib.h>

struct remains {
    struct remains *next;
    struct loop *loop;
    struct store *store;
};

enum err proc_start(struct proc *p) {
    char owner[40];
    struct fault f = {0};
    p->life++;
    (void)snprintf(owner, sizeof owner, "p%d.%u", p->index, p->life);
    rng_seed(&p->rng, (uint64_t)p->index * 1000003u + p->life);
    p->loop = sim_loop_new(p->clock);
    p->registry = registry_new();
    if (!p->loop || !p->registry) return ERR_NOMEM;
    enum err e = memory_open(p->memory, p->loop, &p->store);
    if (e == OK && p->world) e = world_connect(p->world, p->loop, p->registry);
    struct engine_config c = {.loop = p->loop, .store = p->store, .registry = p->registry, .definitions = p->definitions,
                              .rng = &p->rng, .master = p->master, .owner = owner, .address = owner,
                              .processes = p->processes, .lease_ttl_ms = 30000, .look_ms = 60000, .resident_max = p->resident_max,
                              .loans_max = p->loans_max, .day_end = p->day_end, .zone = p->zone,
                              .day_end_minute = p->zone ? p->day_end_minute : -1};
    if (e == OK) e = engine_new(&c, &p->engine, &f);
    p->alive = e == OK;
    return e;
}

/* What the dead process had made is told its end (so that its memory is freed) and changes nothing. */
void proc_kill(struct proc *p) {
    if (!p->alive) return;
    proc_pause(p, false);
    p->alive = false;
    engine_free(p->engine);
    memory_crash(p->store);
    registry_free(p->registry);
    struct remains *r = calloc(1, sizeof *r);
    if (!r) abort();
    *r = (struct remains){p->remains, p->loop, p->store};
    p->remains = r;
    p->engine = NULL, p->store = NULL, p->registry = NULL, p->loop = NULL;
}

void proc_pause(struct proc *p, bool paused) {
    if (!p->alive || p->paused == paused) return;
    p->paused = paused;
    sim_loop_pause(p->loop, paused);
}

void proc_free(struct proc *p) {
    proc_kill(p);
    while (sim_clock_step(p->clock, sim_clock_now(p->clock))) {} /* the last posts of the dead */
    while (p->remains) {
        struct remains *r = p->remains;
        p->remains = r->next;
        r->store->ops->close(r->store);
        sim_loop_free(r->loop);
        free(r);
    }
}
