/* guard_log.c - lines about calls: who failed, with what, without anybody's data. */
#include <string.h>

#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "connectors/guard_inner.h"

/* The input with personal fields as "<personal>"; what no schema names is hidden too. */
static void add_input(const struct call *call, const struct op_schema *s, struct buf *out) {
    json_t *told = call->input ? redact_new(call->input, s->input) : NULL;
    if (!told || json_write(told, out) != OK || !buf_ok(out)) buf_clear(out);
    json_decref(told);
}

static void run_text(const struct call *call, char out[ID_TEXT]) {
    static const struct id none;
    if (id_same(call->run, none)) (void)text_copy(out, ID_TEXT, "none");
    else id_text(call->run, out);
}

/* A provider that is down fails thousands of times alike: some lines a second say so as well. */
static bool may_speak(struct guard *g) {
    if (bucket_take(&g->log_lines, 1, guards_mono_us(g->all))) return true;
    g->log_left_out++;
    return false;
}

void guard_log_failed(struct guarded *x, const struct call_result *r, int64_t took_us) {
    struct guard *g = x->door->guard;
    const struct call *c = &x->call;
    char run[ID_TEXT];
    if (!may_speak(g)) return;
    AUTO(buf_reset) struct buf input;
    buf_init(&input, 4096);
    add_input(c, x->door->schema, &input);
    run_text(c, run);
    log_warn("call_failed", "operation=%s end=%s code=%s why=%s run=%s paragraph=%s attempt=%u took_ms=%lld left_out=%llu input=%s",
             x->door->name, call_end_word(r->end), r->code ? r->code : "none", log_quote(r->why ? r->why : ""), run,
             c->paragraph && *c->paragraph ? c->paragraph : "none", c->attempt, (long long)(took_us / 1000),
             (unsigned long long)g->log_left_out, log_quote(buf_text(&input)));
    g->log_left_out = 0;
}

void guard_record(struct guard *g, struct door *d, struct call *call) {
    AUTO(buf_reset) struct buf input;
    char run[ID_TEXT];
    buf_init(&input, 4096);
    add_input(call, d->schema, &input);
    run_text(call, run);
    log_info("call_recorded", "operation=%s simulated=true key=%s run=%s paragraph=%s input=%s", d->name, log_quote(call->key ? call->key : ""),
             run, call->paragraph && *call->paragraph ? call->paragraph : "none", log_quote(buf_text(&input)));
    tally_simulated(&d->tally);
    struct call_result r = {.end = CALL_DONE, .answer = d->schema->sample};
    guard_enter(g);
    call->done(call, &r);
    guard_leave(g);
}
