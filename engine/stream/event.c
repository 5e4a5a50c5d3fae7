#include "stream/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"

struct event *event_copy_new(const struct event *e) {
    const char *const from[] = {e->id, e->aggregate_type, e->aggregate_id, e->type, e->payload};
    size_t n = sizeof *e;
    for (size_t i = 0; i < ARRAY_LEN(from); i++) n += strlen(from[i]) + 1;
    struct event *copy = malloc(n);
    if (!copy) return NULL;
    *copy = *e;
    const char **to[] = {&copy->id, &copy->aggregate_type, &copy->aggregate_id, &copy->type, &copy->payload};
    char *at = (char *)(copy + 1);
    for (size_t i = 0; i < ARRAY_LEN(from); i++) {
        size_t len = strlen(from[i]) + 1;
        *to[i] = memcpy(at, from[i], len);
        at += len;
    }
    return copy;
}

static void put(struct buf *out, const char *key, const char *text) {
    buf_addf(out, "\"%s\":", key);
    buf_add_json_string(out, text, strlen(text));
    buf_addc(out, ',');
}

/* What it is about, as one text: the same for all that must stay in order. */
static void put_subject(struct buf *out, const char *key, const struct event *e) {
    buf_addf(out, "\"%s\":", key);
    size_t type = strlen(e->aggregate_type), id = strlen(e->aggregate_id);
    AUTO(buf_reset) struct buf both;
    buf_init(&both, type + id + 2);
    buf_adds(&both, e->aggregate_type);
    buf_addc(&both, '/');
    buf_adds(&both, e->aggregate_id);
    if (!buf_ok(&both)) out->failed = true, out->why = buf_err(&both);
    buf_add_json_string(out, buf_text(&both), both.len);
    buf_addc(out, ',');
}

void event_write(const struct event *e, const char *source, struct buf *out) {
    char text[POSITION_TEXT];
    buf_adds(out, "{\"specversion\":\"1.0\",");
    put(out, "id", e->id);
    put(out, "source", source);
    put(out, "type", e->type);
    put_subject(out, "subject", e);
    put(out, "time", instant_text(e->at_ms, text));
    put(out, "datacontenttype", "application/json");
    put_subject(out, "partitionkey", e);
    put(out, "position", position_text(e->at, text));
    buf_adds(out, "\"data\":");
    buf_adds(out, e->payload); /* JSON as it was written with the step */
    buf_addc(out, '}');
}

static bool word_takes(const char *word, size_t n, const char *type) {
    if (n && word[n - 1] == '*') return !strncmp(word, type, n - 1);
    return strlen(type) == n && !memcmp(word, type, n);
}

bool event_wanted(const char *types, const char *type) {
    bool any = false;
    for (size_t n; *(types += strspn(types, " ")); types += n) {
        n = strcspn(types, " ");
        any = true;
        if (word_takes(types, n, type)) return true;
    }
    return !any;
}

enum err event_types_check(const char *types, struct fault *f) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    for (size_t n; *(types += strspn(types, " ")); types += n) {
        n = strcspn(types, " ");
        size_t plain = strspn(types, letters);
        if (plain == n || (plain == n - 1 && types[plain] == '*')) continue;
        return fault_set(f, ERR_INVALID, "types", "\"%.*s\" is not a type such as \"tenor.loan.paid\" or \"tenor.loan.*\"", (int)(n < 60 ? n : 60), types);
    }
    return OK;
}
