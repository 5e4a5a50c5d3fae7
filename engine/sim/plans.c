/* plans.c - random flows. Forward jumps only, except that a task may send back with a limit, so every
 * flow ends; conditions read only the case, so that every flow passes the checker. */
#include "sim/plans.h"

const char SIM_CASE[] =
    "{\"case\":{\"type\":\"object\",\"properties\":{\"ref\":{\"type\":\"string\"},\"n\":{\"type\":\"integer\","
    "\"minimum\":0,\"maximum\":9},\"loan\":{\"type\":\"string\"},\"name\":{\"type\":\"string\",\"x-personal\":true}},"
    "\"required\":[\"ref\",\"n\",\"loan\",\"name\"]},\"key\":\"ref\",\"customer\":[\"ref\"],\"zone\":\"Asia/Kolkata\","
    "\"events\":{\"go.ahead\":{\"type\":\"object\",\"properties\":{\"ref\":{\"type\":\"string\"}},\"required\":[\"ref\"]},"
    "\"stop\":{\"type\":\"object\",\"properties\":{\"ref\":{\"type\":\"string\"}},\"required\":[\"ref\"]}},"
    "\"publish\":{\"as\":\"thing\",\"case\":[\"ref\",\"n\"],\"answers\":{\"world.pay\":{\"type\":\"paid\",\"data\":[\"id\",\"ref\"]}},"
    "\"events\":{\"go.ahead\":{\"type\":\"went_ahead\",\"data\":[\"ref\"]}}}}";

const char SIM_RETRIES[] =
    "retry \"few\" { tries = 14, first = seconds(0.2), factor = 2, longest = minutes(2), jitter = percent(50) }\n";

enum kind { READ, NOTE, COUNTED, PARALLEL, SAGA, WAIT, TASK, ROUTE, KINDS };

struct writer {
    struct rng *r;
    struct buf *out;
    int n, at; /* paragraphs in all; the one being written */
};

static bool chance(struct writer *w, unsigned percent) { return rng_below(w->r, 100) < percent; }

/* A name further down, or an end. */
static void target(struct writer *w) {
    if (w->at + 1 < w->n && chance(w, 60)) {
        int to = w->at + 1 + (int)rng_below(w->r, (uint64_t)(w->n - w->at - 1));
        buf_addf(w->out, "go \"p%d\"", to);
    } else {
        buf_adds(w->out, chance(w, 70) ? "finish \"bad\"" : "finish \"good\"");
    }
}

static void read_step(struct writer *w, const char *name, bool top) {
    buf_addf(w->out, "step \"%s\" { call = \"world.ask\", with = { ref = \"case.ref\" }, retry = \"few\"", name);
    if (chance(w, 40)) buf_adds(w->out, ", fallback = { score = 1 }");
    else if (top) buf_adds(w->out, ", failed = "), target(w);
    buf_adds(w->out, " }");
}

static void note_step(struct writer *w, const char *name, bool top) {
    buf_addf(w->out, "step \"%s\" { call = \"world.note\", with = { ref = \"case.ref\" }, retry = \"few\", no_undo = \"a note harms nobody\"", name);
    if (top) buf_adds(w->out, ", failed = "), target(w);
    buf_adds(w->out, " }");
}

#define COUNT "call = \"books.add\", with = { loan = \"case.loan\" }"

static void count_step(struct writer *w, const char *name, bool top) {
    buf_addf(w->out, "step \"%s\" { " COUNT ", retry = \"few\", no_undo = \"it stays counted\"", name);
    if (top) buf_adds(w->out, ", failed = "), target(w);
    buf_adds(w->out, " }");
}

static void parallel(struct writer *w) {
    int branches = 2 + (int)rng_below(w->r, 3);
    buf_addf(w->out, "parallel \"p%d\" {\n", w->at);
    for (int i = 0; i < branches; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "p%d_b%d", w->at, i);
        buf_adds(w->out, "  ");
        if (chance(w, 30)) count_step(w, name, false);
        else if (chance(w, 50)) read_step(w, name, false);
        else note_step(w, name, false);
        buf_adds(w->out, ",\n");
    }
    buf_adds(w->out, "  failed = "), target(w), buf_adds(w->out, ",\n}\n");
}

static void saga_step(struct writer *w, int i, bool pivot) {
    buf_addf(w->out, "  step \"p%d_s%d\" { ", w->at, i);
    if (pivot) {
        buf_adds(w->out, "call = \"world.pay\", with = { ref = \"case.ref\" }, once_per = \"case.ref\", pivot = true, retry = \"few\" },\n");
        return;
    }
    if (chance(w, 25)) buf_adds(w->out, COUNT ", undo = \"books.subtract\"");
    else if (chance(w, 30)) buf_adds(w->out, "call = \"books.hold\", with = { ref = \"case.ref\" }, undo = \"books.release\"");
    else buf_adds(w->out, "call = \"world.take\", with = { ref = \"case.ref\" }, undo = \"world.give\", retry = \"few\"");
    if (chance(w, 20)) buf_adds(w->out, ", when = \"case.n > 4\"");
    buf_adds(w->out, " },\n");
}

static void saga(struct writer *w) {
    int steps = 2 + (int)rng_below(w->r, 3);
    bool pays = chance(w, 50);
    buf_addf(w->out, "saga \"p%d\" {\n", w->at);
    for (int i = 0; i < steps; i++) saga_step(w, i, false);
    if (pays) saga_step(w, steps, true);
    if (pays && chance(w, 60))
        buf_addf(w->out, "  step \"p%d_after\" { call = \"world.note\", with = { ref = \"case.ref\" }, retry = \"few\" },\n", w->at);
    buf_adds(w->out, "  failed = "), target(w), buf_adds(w->out, ",\n}\n");
}

static void wait(struct writer *w) {
    buf_addf(w->out, "wait \"p%d\" { event = \"go.ahead\", when = \"event.ref == case.ref\", within = hours(%d), late = ", w->at,
             20 + (int)rng_below(w->r, 10));
    target(w), buf_adds(w->out, " }\n");
}

static void task(struct writer *w) {
    buf_addf(w->out, "task \"p%d\" { queue = \"desk\", answers = { yes = go \"p%d\", no = ", w->at, w->at + 1);
    target(w);
    if (w->at > 0 && chance(w, 40))
        buf_addf(w->out, ", again = go \"p%d\" }, most = 2, spent = ", (int)rng_below(w->r, (uint64_t)w->at)), target(w);
    else
        buf_adds(w->out, " }");
    if (chance(w, 50)) buf_adds(w->out, ", escalate = { after = hours(2), to = \"heads\" }");
    buf_addf(w->out, ", within = hours(%d), late = ", 30 + (int)rng_below(w->r, 9));
    target(w), buf_adds(w->out, " }\n");
}

static void route(struct writer *w) {
    buf_addf(w->out, "route \"p%d\" { when \"case.n < %d\" { ", w->at, 1 + (int)rng_below(w->r, 8));
    target(w), buf_adds(w->out, " }, otherwise { go \""), buf_addf(w->out, "p%d\" } }\n", w->at + 1);
}

static void paragraph(struct writer *w, enum kind k) {
    char name[16];
    (void)snprintf(name, sizeof name, "p%d", w->at);
    switch (k) {
    case READ: read_step(w, name, true), buf_addc(w->out, '\n'); break;
    case NOTE: note_step(w, name, true), buf_addc(w->out, '\n'); break;
    case COUNTED: count_step(w, name, true), buf_addc(w->out, '\n'); break;
    case PARALLEL: parallel(w); break;
    case SAGA: saga(w); break;
    case WAIT: wait(w); break;
    case TASK: task(w); break;
    case ROUTE: case KINDS: route(w); break;
    }
}

void plans_write(const char *name, struct rng *r, struct buf *out) {
    struct writer w = {r, out, 3 + (int)rng_below(r, 6), 0};
    buf_addf(out, "workflow \"%s\" { version = 1, case = \"sim_case\", about = \"made by a seed\", outcomes = { \"good\", \"bad\", "
                  "\"stopped\" }, stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n", name);
    if (chance(&w, 30)) buf_adds(out, "on \"halt\" { event = \"stop\", when = \"event.ref == case.ref\", finish \"stopped\" }\n");
    bool saga_yet = false;
    for (w.at = 0; w.at < w.n - 1; w.at++) {
        enum kind k = (enum kind)rng_below(r, KINDS);
        if (k == SAGA && saga_yet) k = READ; /* one payout per flow: a second one under the same key means another thing */
        saga_yet |= k == SAGA;
        paragraph(&w, k);
    }
    buf_addf(out, "step \"p%d\" { call = \"world.ask\", with = { ref = \"case.ref\" }, retry = \"few\", fallback = { score = 0 }, finish \"good\" }\n", w.at);
}
