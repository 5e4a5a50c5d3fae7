/* repeat.c - see repeat.h. */
#include "connectors/ledger/repeat.h"

#include <string.h>

enum { HASH = 24 }; /* of 64 hex digits: enough to tell one request of a loan from another */

/* Of what was asked; the loan is the file's. */
static enum err input_hash(const struct work *w, char out[HASH + 1]) {
    char hex[65];
    enum err e = json_hash(w->call->input, hex);
    if (e == OK) snprintf(out, HASH + 1, "%.*s", HASH, hex);
    return e;
}

static const char *reference_of(const struct work *w) {
    const char *own = json_text(w->call->input, "reference", "");
    return *own ? own : json_text(w->call->input, "transfer", "");
}

enum err repeat_mark(const struct work *w, json_t *body) {
    char hash[HASH + 1];
    const char *reference = reference_of(w);
    if (!*reference) return OK;
    enum err e = input_hash(w, hash);
    if (e == OK) e = json_put_take(body, "reference", json_string(reference));
    if (e == OK) e = json_put_take(body, "op", json_string(w->call->op->name));
    return e == OK ? json_put_take(body, "asked", json_string(hash)) : e;
}

static enum err same_request(struct work *w, const struct loan_entry *first) {
    char hash[HASH + 1];
    json_t *body = NULL;
    enum err e = json_parse(first->body, first->body_len, &JSON_LIMITS_OWN, &body, &w->fault);
    if (e == OK) e = input_hash(w, hash);
    bool same = e == OK && !strcmp(json_text(body, "op", ""), w->call->op->name) && !strcmp(json_text(body, "asked", ""), hash);
    json_decref(body);
    if (e != OK) return e;
    return same ? OK : work_refuse(w, "reference_reused", "this reference was used before, for something else");
}

enum err repeat_find(struct work *w, struct call *as_first) {
    const char *reference = reference_of(w);
    const struct deed *first = *reference ? work_reference(w, reference) : NULL;
    if (!first) return OK;
    enum err e = same_request(w, &w->file->entries[first->n - 1]);
    if (e != OK) return e;
    *as_first = *w->call;
    as_first->now_ms = first->known_ms;
    w->call = as_first;
    w->today = zone_day(w->ledger->zone, first->known_ms);
    w->repeat = true;
    w->n = w->n_before = first->n - 1;
    if (!json_object_get(w->call->input, "on")) w->day = w->today;
    e = work_fold(w, w->today, &w->before);
    w->after = w->before;
    return e;
}
