/* fact.c - facts as JSON, both ways. */
#include "flow/fact.h"

#include <string.h>

static const char *const words[FACT_COUNT] = {
    "started", "entered", "skipped",  "intent",  "retry",    "unsure",    "over",  "answered", "decided",
    "routed",  "left",    "undoing",  "undone",  "event",    "consumed",  "armed", "caught",   "faulted", "cancel",
    "turned",  "claimed", "released", "escalated", "stuck",  "unstuck",   "failing", "expired", "spent", "ended",
};

const char *fact_word(enum fact_kind k) { return k < FACT_COUNT ? words[k] : "?"; }

struct fact fact_of(enum fact_kind kind, int para, unsigned visit) {
    return (struct fact){.kind = kind, .para = para, .visit = visit};
}

static void put_int(struct buf *out, const char *key, int64_t v) {
    if (!v) return;
    char digits[24], *at = digits + sizeof digits;
    uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (v < 0) *--at = '-';
    buf_adds(out, key);
    buf_add(out, at, (size_t)(digits + sizeof digits - at));
}

static void put_text(struct buf *out, const char *key, const char *text) {
    if (!text) return;
    buf_adds(out, key);
    buf_add_json_string(out, text, strlen(text));
}

static void put_json(struct buf *out, const char *key, const json_t *v) {
    if (!v) return;
    buf_adds(out, key);
    if (json_write(v, out) != OK) out->failed = true;
}

void fact_write(const struct fact *f, const struct plan *plan, const json_t *data,
                const json_t *input, struct buf *out) {
    put_text(out, "{\"f\":", fact_word(f->kind));
    if (f->para >= 0 && f->para < plan->n_paras) put_text(out, ",\"p\":", plan->paras[f->para].name);
    put_int(out, ",\"v\":", f->visit);
    put_int(out, ",\"a\":", f->attempt);
    put_int(out, ",\"o\":", f->op);
    if (f->undo) buf_adds(out, ",\"u\":true");
    if (f->end) put_text(out, ",\"end\":", para_end_word(f->end));
    if (f->fallback) buf_adds(out, ",\"fb\":true");
    put_int(out, ",\"n\":", f->n);
    put_text(out, ",\"name\":", f->name);
    put_text(out, ",\"k\":", f->key);
    put_int(out, ",\"sq\":", f->sequence);
    put_int(out, ",\"at\":", f->at_ms);
    put_int(out, ",\"due\":", f->due_ms);
    put_text(out, ",\"why\":", f->why);
    put_text(out, ",\"code\":", f->code);
    put_text(out, ",\"to\":", f->to);
    put_text(out, ",\"id\":", f->id);
    put_text(out, ",\"ground\":", f->ground);
    put_text(out, ",\"by\":", f->by);
    put_json(out, ",\"in\":", input);
    put_json(out, ",\"d\":", data);
    put_json(out, ",\"post\":", f->post);
    put_json(out, ",\"parts\":", f->parts);
    buf_addc(out, '}');
}

static int word_index(const char *w, const char *const *list, int n) {
    for (int i = 0; w && i < n; i++)
        if (list[i] && !strcmp(list[i], w)) return i;
    return -1;
}

static int end_index(const char *w) {
    for (int i = 0; w && i < END_COUNT; i++)
        if (!strcmp(para_end_word((enum para_end)i), w)) return i;
    return 0;
}

static bool positive(const json_t *j, const char *key, int64_t most, int64_t *out) {
    *out = json_int(j, key, 0);
    return *out >= 0 && *out <= most;
}

enum err fact_read(const json_t *j, const struct plan *plan, struct fact *out, struct fault *why) {
    int kind = word_index(json_text(j, "f", NULL), words, FACT_COUNT);
    if (kind < 0) return fault_set(why, ERR_BUG, "f", "a journal fact of unknown kind");
    *out = fact_of((enum fact_kind)kind, -1, 0);
    const char *p = json_text(j, "p", NULL);
    if (p) {
        const struct para *para = plan_find(plan, p);
        if (!para) return fault_set(why, ERR_BUG, p, "the plan has no paragraph of this name");
        out->para = para->index;
    }
    int64_t v, a, o;
    if (!positive(j, "v", UINT32_MAX, &v) || !positive(j, "a", UINT32_MAX, &a) ||
        !positive(j, "o", 64, &o))
        return fault_set(why, ERR_BUG, fact_word(out->kind), "a number of the journal is out of range");
    out->visit = (unsigned)v, out->attempt = (unsigned)a, out->op = (int)o;
    out->undo = json_bool(j, "u", false), out->fallback = json_bool(j, "fb", false);
    out->end = (enum para_end)end_index(json_text(j, "end", NULL));
    out->n = json_int(j, "n", 0), out->sequence = json_int(j, "sq", 0);
    out->at_ms = json_int(j, "at", 0), out->due_ms = json_int(j, "due", 0);
    out->name = json_text(j, "name", NULL), out->key = json_text(j, "k", NULL);
    out->why = json_text(j, "why", NULL), out->code = json_text(j, "code", NULL);
    out->to = json_text(j, "to", NULL), out->id = json_text(j, "id", NULL);
    out->by = json_text(j, "by", NULL), out->ground = json_text(j, "ground", NULL);
    out->input = json_object_get(j, "in"), out->data = json_object_get(j, "d");
    out->post = json_object_get(j, "post"), out->parts = json_object_get(j, "parts");
    return OK;
}
