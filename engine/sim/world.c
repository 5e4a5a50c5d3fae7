/* world.c - the counterparts' book and the wires to it. */
#include "sim/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/rng.h"
#include "base/text.h"
#include "sim/own_books.h"

enum { TROUBLES_MAX = 3 };

struct line { /* one key in the book */
    char *key, *op, *ref, *paragraph;
    char run[ID_TEXT];
    unsigned visit, troubles, effects;
    bool happened, refused, working;
    uint64_t happened_at, undone_at;
};
struct world {
    struct sim_clock *clock;
    struct loop *loop; /* the counterpart's own */
    struct rng rng;
    uint64_t seed, order;
    struct world_faults faults;
    bool dark;
    struct map *book;
    struct wire *wires;
};

static void line_free(void *p) {
    struct line *l = p;
    free(l->key), free(l->op), free(l->ref), free(l->paragraph), free(l);
}

struct world *world_new(struct sim_clock *c, uint64_t seed, const struct world_faults *f) {
    struct world *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->clock = c, w->seed = seed, w->faults = *f;
    w->loop = sim_loop_new(c), w->book = map_new();
    rng_seed(&w->rng, seed ^ 0x9e3779b97f4a7c15u);
    return w;
}

void world_dark(struct world *w, bool dark) { w->dark = dark; }

/* --- a client: one process's wire ------------------------------------------------------------------ */

struct client {
    struct connector connector; /* first */
    struct world *world;
    struct loop *loop;
    struct wire *wires;
};
struct wire { /* one call under way */
    struct wire *next;
    struct wire *all_next, *all_prev; /* in world.wires: what is on its way when the world ends */
    struct client *client; /* NULL: its process is gone or has given up */
    struct call *call;
    struct loop_timer *reply;
    struct world *world;
    char *key, *op, *ref, *paragraph, *target;
    char run[ID_TEXT];
    unsigned visit;
    bool look, read;
    enum call_end end;
    struct line *line;
};

static void wire_keep(struct wire *w) {
    w->all_prev = NULL, w->all_next = w->world->wires;
    if (w->all_next) w->all_next->all_prev = w;
    w->world->wires = w;
}

static void wire_free(struct wire *w) {
    if (w->all_prev) w->all_prev->all_next = w->all_next;
    else w->world->wires = w->all_next;
    if (w->all_next) w->all_next->all_prev = w->all_prev;
    free(w->key), free(w->op), free(w->ref), free(w->paragraph), free(w->target), free(w);
}

void world_free(struct world *w) {
    if (!w) return;
    while (w->wires) wire_free(w->wires);
    sim_loop_free(w->loop);
    map_free(w->book, line_free);
    free(w);
}

static void unlink_wire(struct wire *w) {
    if (!w->client) return;
    struct wire **at = &w->client->wires;
    while (*at && *at != w) at = &(*at)->next;
    if (*at) *at = w->next;
    w->client = NULL;
}

static json_t *answer_of(const struct wire *w) {
    if (w->read) return json_pack("{s:i}", "score", 700);
    return json_pack("{s:s, s:s}", "id", w->key, "ref", w->ref);
}

static void tell(struct wire *w, enum call_end end, const char *why) {
    struct call *call = w->call;
    json_t *answer = end == CALL_DONE ? answer_of(w) : NULL;
    struct call_result r = {.end = end, .answer = answer, .why = end == CALL_DONE ? NULL : why};
    unlink_wire(w);
    w->call = NULL;
    call->done(call, &r);
    json_decref(answer);
}

/* The answer reaches the client, if it is still there. */
static void reply(void *who) {
    struct wire *w = who;
    w->reply = NULL;
    if (w->client) tell(w, w->end, "the counterpart said so");
    wire_free(w);
}

static void send_back(struct wire *w, enum call_end end, int64_t after_ms) {
    w->end = end;
    if (w->client) w->reply = loop_timer(w->client->loop, after_ms, reply, w);
    if (!w->reply) wire_free(w);
}

/* --- the counterpart --------------------------------------------------------------------------------- */

static uint64_t mixed(uint64_t h, const char *text) {
    for (; *text; text++) h = (h ^ (uint64_t)(unsigned char)*text) * 0x100000001b3u;
    return h;
}

static enum call_end verdict(const struct wire *w) {
    struct rng r;
    uint64_t h = mixed(mixed(mixed(w->world->seed ^ 0xcbf29ce484222325u, w->ref), w->op), w->paragraph) + w->visit;
    rng_seed(&r, h);
    unsigned roll = (unsigned)rng_below(&r, 100);
    if (!strcmp(w->op, "give") || !strcmp(w->op, "note")) return CALL_DONE;
    if (roll < w->world->faults.refuse_percent) return CALL_REFUSED;
    return roll < w->world->faults.refuse_percent + w->world->faults.fail_percent ? CALL_FAILED : CALL_DONE;
}

static struct line *line_of(struct wire *w) {
    struct line *l = map_get(w->world->book, w->key, strlen(w->key));
    if (l) return l;
    l = calloc(1, sizeof *l);
    l->key = strdup(w->key), l->op = strdup(w->op), l->ref = strdup(w->ref), l->paragraph = strdup(w->paragraph);
    memcpy(l->run, w->run, sizeof l->run);
    l->visit = w->visit;
    if (map_put(w->world->book, w->key, strlen(w->key), l, NULL) != OK) abort();
    return l;
}

static void take_effect(struct wire *w, struct line *l) {
    if (l->happened) return; /* idempotent: that is what the key is for */
    l->happened = true, l->working = false, l->effects++;
    l->happened_at = ++w->world->order;
    struct line *target = w->target ? map_get(w->world->book, w->target, strlen(w->target)) : NULL;
    if (target && !strcmp(w->op, "give") && target->happened && !target->undone_at) target->undone_at = w->world->order;
}

static void at_last(void *who) { /* it succeeds long after the client gave up */
    struct wire *w = who;
    take_effect(w, w->line);
    wire_free(w);
}

static struct wire *shadow(const struct wire *w) {
    struct wire *s = calloc(1, sizeof *s);
    *s = *w;
    s->next = NULL, s->client = NULL, s->call = NULL, s->reply = NULL;
    s->key = strdup(w->key), s->op = strdup(w->op), s->ref = strdup(w->ref), s->paragraph = strdup(w->paragraph);
    s->target = w->target ? strdup(w->target) : NULL;
    wire_keep(s);
    return s;
}

static int64_t pause_ms(struct world *w) { return 1 + (int64_t)rng_below(&w->rng, (uint64_t)w->faults.latency_ms + 1); }

/* True: something else than a smooth answer happened. */
static bool trouble(struct wire *w, struct line *l, enum call_end fate) {
    struct world *world = w->world;
    if (l->troubles >= TROUBLES_MAX || rng_below(&world->rng, 100) >= world->faults.trouble_percent) return false;
    l->troubles++;
    switch (rng_below(&world->rng, 4)) {
    case 0: send_back(w, CALL_FAILED, pause_ms(world)); return true; /* nothing happened, and they say so */
    case 1: send_back(w, CALL_UNCERTAIN, 5000); return true;         /* the request was lost */
    case 2:                                                           /* the answer was lost */
        if (fate == CALL_DONE && !w->read) take_effect(w, l);
        send_back(w, CALL_UNCERTAIN, 5000);
        return true;
    default: break;
    }
    if (fate == CALL_DONE && !w->read) { /* it succeeds late */
        struct wire *s = shadow(w);
        s->line = l, l->working = true;
        if (!loop_timer(world->loop, 2000 + (int64_t)rng_below(&world->rng, 60000), at_last, s)) wire_free(s);
    }
    send_back(w, CALL_UNCERTAIN, 1000);
    return true;
}

static void looked_at(struct wire *w) {
    const struct line *l = map_get(w->world->book, w->key, strlen(w->key));
    enum call_end end = !l ? CALL_FAILED : l->happened ? CALL_DONE : l->refused ? CALL_REFUSED
                        : l->working ? CALL_UNCERTAIN : CALL_FAILED;
    if (w->world->dark) end = CALL_UNCERTAIN;
    if (l && rng_below(&w->world->rng, 100) < w->world->faults.trouble_percent / 2) end = CALL_UNCERTAIN;
    send_back(w, end, pause_ms(w->world));
}

/* The request has arrived. */
static void arrives(void *who) {
    struct wire *w = who;
    if (w->look) {
        looked_at(w);
        return;
    }
    struct line *l = line_of(w);
    enum call_end fate = l->happened ? CALL_DONE : l->refused ? CALL_REFUSED : verdict(w);
    if (l->working) {
        send_back(w, CALL_UNCERTAIN, pause_ms(w->world));
        return;
    }
    if (w->world->dark) {
        if (fate == CALL_DONE && !w->read) take_effect(w, l);
        send_back(w, CALL_UNCERTAIN, pause_ms(w->world));
        return;
    }
    if (trouble(w, l, fate)) return;
    if (fate == CALL_REFUSED) l->refused = true;
    if (fate == CALL_DONE && !w->read) take_effect(w, l);
    send_back(w, fate, pause_ms(w->world));
}

static void start(struct connector *c, struct call *call) {
    struct client *client = (struct client *)c;
    struct wire *w = calloc(1, sizeof *w);
    const char *target = json_text(call->input, "id", NULL);
    w->client = client, w->call = call, w->world = client->world;
    w->key = strdup(call->key), w->op = strdup(call->op->name), w->paragraph = strdup(call->paragraph);
    w->ref = strdup(json_text(call->input, "ref", ""));
    w->target = target ? strdup(target) : NULL;
    (void)id_text(call->run, w->run);
    w->visit = call->visit, w->look = call->look, w->read = call->op->kind == OP_READ;
    w->next = client->wires;
    client->wires = w;
    wire_keep(w);
    if (!loop_timer(w->world->loop, pause_ms(w->world), arrives, w)) abort();
}

static void cancel(struct connector *c, struct call *call) {
    struct client *client = (struct client *)c;
    for (struct wire *w = client->wires; w; w = w->next) {
        if (w->call != call) continue;
        struct loop_timer *timer = w->reply;
        w->reply = NULL;
        tell(w, CALL_UNCERTAIN, "given up"); /* the request may be anywhere: whoever holds the wire frees it */
        if (timer) {
            loop_cancel(client->loop, timer);
            wire_free(w);
        }
        return;
    }
}

static void close_(struct connector *c) {
    struct client *client = (struct client *)c;
    while (client->wires) cancel(c, client->wires->call);
    free(client);
}

#define TEXT_FIELD "{\"type\":\"string\"}"
static const struct operation operations[] = {
    {.name = "ask", .about = "asks for a score", .kind = OP_READ, .timeout_ms = 10000,
     .input = "{\"type\":\"object\",\"properties\":{\"ref\":" TEXT_FIELD "},\"required\":[\"ref\"]}",
     .output = "{\"type\":\"object\",\"properties\":{\"score\":{\"type\":\"integer\"}},\"required\":[\"score\"]}",
     .sample = "{\"score\":700}"},
    {.name = "take", .about = "takes something", .kind = OP_EFFECT, .timeout_ms = 10000, .can_look = true,
     .input = "{\"type\":\"object\",\"properties\":{\"ref\":" TEXT_FIELD "},\"required\":[\"ref\"]}",
     .output = "{\"type\":\"object\",\"properties\":{\"id\":" TEXT_FIELD ",\"ref\":" TEXT_FIELD "},\"required\":[\"id\",\"ref\"]}",
     .sample = "{\"id\":\"T1\",\"ref\":\"A\"}"},
    {.name = "give", .about = "gives it back", .kind = OP_EFFECT, .timeout_ms = 10000, .can_look = true, .undoes = true,
     .input = "{\"type\":\"object\",\"properties\":{\"id\":" TEXT_FIELD ",\"ref\":" TEXT_FIELD "},\"required\":[\"ref\"]}",
     .output = "{\"type\":\"object\",\"properties\":{\"id\":" TEXT_FIELD ",\"ref\":" TEXT_FIELD "}}",
     .sample = "{\"id\":\"G1\",\"ref\":\"A\"}"},
    {.name = "pay", .about = "pays out", .kind = OP_MONEY, .timeout_ms = 10000, .can_look = true,
     .input = "{\"type\":\"object\",\"properties\":{\"ref\":" TEXT_FIELD "},\"required\":[\"ref\"]}",
     .output = "{\"type\":\"object\",\"properties\":{\"id\":" TEXT_FIELD ",\"ref\":" TEXT_FIELD "},\"required\":[\"id\",\"ref\"]}",
     .sample = "{\"id\":\"P1\",\"ref\":\"A\"}"},
    {.name = "note", .about = "writes a note", .kind = OP_EFFECT, .timeout_ms = 10000, .can_look = true,
     .input = "{\"type\":\"object\",\"properties\":{\"ref\":" TEXT_FIELD "},\"required\":[\"ref\"]}",
     .output = "{\"type\":\"object\",\"properties\":{\"id\":" TEXT_FIELD ",\"ref\":" TEXT_FIELD "},\"required\":[\"id\",\"ref\"]}",
     .sample = "{\"id\":\"N1\",\"ref\":\"A\"}"},
    {0}};
static const struct connector_ops world_ops = {.name = "world", .operations = operations, .start = start, .close = close_};

enum err world_connect(struct world *w, struct loop *l, struct registry *r) {
    struct client *client = calloc(1, sizeof *client);
    struct connector *books = own_books_new();
    if (!client || !books) {
        free(client), free(books);
        return ERR_NOMEM;
    }
    client->connector.ops = &world_ops, client->world = w, client->loop = l;
    enum err e = registry_add_take(r, &client->connector);
    return e == OK ? registry_add_take(r, books) : (free(books), e);
}

struct telling {
    world_entry_fn *fn;
    void *who;
};
static void tell_line(void *who, const void *key, size_t n, void *value) {
    const struct telling *t = who;
    const struct line *l = value;
    (void)key, (void)n;
    struct world_entry e = {l->key, l->op, l->ref, l->run, l->paragraph, l->visit, l->happened, l->refused,
                            l->happened_at, l->undone_at, l->effects};
    t->fn(t->who, &e);
}
void world_each(const struct world *w, world_entry_fn *fn, void *who) {
    struct telling t = {fn, who};
    map_each(w->book, tell_line, &t);
}
