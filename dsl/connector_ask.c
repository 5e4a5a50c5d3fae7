/* connector_ask.c - the request of a declared operation, made from its input. */
#include <stdlib.h>
#include <string.h>

#include "base/fixed.h"
#include "base/zone.h"
#include "dsl/connector_plan.h"
#include "dsl/file.h"

#define PATH_BYTES 4096

const json_t *dsl_connector(const struct dsl_file *f) { return dsl_ok(f) && f->connector ? f->connector->description : NULL; }

static enum err evaluate(const struct expr *e, const struct scope *s, struct value *out, struct fault *f) { return expr_eval(e, s, out, NULL, f); }

static json_t *date_new(const char *form, int64_t day) {
    char text[16], out[16];
    if (!form || !strcmp(form, "YYYY-MM-DD")) return json_string(day_text((int32_t)day, text));
    (void)day_text((int32_t)day, text); /* 2026-12-31 */
    size_t n = 0;
    const char *from = NULL;
    for (const char *p = form; *p && n < sizeof out - 1;) {
        from = !strncmp(p, "YYYY", 4) ? text : !strncmp(p, "MM", 2) ? text + 5 : !strncmp(p, "DD", 2) ? text + 8 : NULL;
        size_t len = from == text ? 4 : from ? 2 : 1;
        memcpy(out + n, from ? from : p, len);
        n += len, p += len;
    }
    out[n] = 0;
    return json_string(out);
}

/* As a number with the currency's decimals: the writer of JSON prints the shortest digits that read back the same. */
static json_t *major_new(const struct value *v) {
    int digits = fixed_currency_digits(v->currency);
    double unit = 1;
    for (int i = 0; i < digits; i++) unit *= 10;
    return digits > 0 ? json_real((double)v->n / unit) : json_integer(v->n);
}

/* json_null: it is missing, and left out. */
static enum err said_new(const struct said *v, const struct scope *s, json_t **out, struct fault *f);

static enum err expr_new(const struct said *v, const struct scope *s, json_t **out, struct fault *f) {
    struct value got;
    enum err e = evaluate(v->expr, s, &got, f);
    if (e != OK) return e;
    *out = got.missing ? json_null() : v->major_digits >= 0 ? major_new(&got) : got.kind == TYPE_DATE ? date_new(v->form, got.n) : value_json_new(&got);
    return *out ? OK : ERR_NOMEM;
}

static enum err fields_new(const struct said *v, const struct scope *s, json_t **out, struct fault *f) {
    bool list = v->kind == SAID_LIST;
    json_t *all = list ? json_array() : json_object();
    enum err e = all ? OK : ERR_NOMEM;
    for (int i = 0; e == OK && i < v->n_fields; i++) {
        json_t *one = NULL;
        e = said_new(&v->fields[i].value, s, &one, f);
        if (e == OK && json_is_null(one)) json_decref(one);
        else if (e == OK && (list ? json_array_append_new(all, one) : json_object_set_new(all, v->fields[i].name, one))) e = ERR_NOMEM;
    }
    if (e == OK) *out = all;
    else json_decref(all);
    return e;
}

static enum err said_new(const struct said *v, const struct scope *s, json_t **out, struct fault *f) {
    switch (v->kind) {
    case SAID_EXPR: return expr_new(v, s, out, f);
    case SAID_CONST: return (*out = json_deep_copy(v->constant)) ? OK : ERR_NOMEM;
    case SAID_OBJECT: case SAID_LIST: return fields_new(v, s, out, f);
    }
    return ERR_BUG;
}

/* A single value as text. NULL: no memory. */
static const char *scalar(const json_t *v, char room[64]) {
    if (json_is_string(v)) return json_string_value(v);
    if (json_is_boolean(v)) return json_is_true(v) ? "true" : "false";
    if (json_is_integer(v)) return snprintf(room, 64, "%lld", (long long)json_integer_value(v)), room;
    int64_t millionths;
    if (json_is_real(v) && fixed_from_double(json_real_value(v), &millionths) == OK) return fixed_text(millionths, room);
    return "";
}

static void add_escaped(struct buf *b, const char *s) {
    for (; *s; s++) {
        bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || strchr("-._~", *s);
        if (plain) buf_addc(b, *s);
        else buf_addf(b, "%%%02X", (unsigned char)*s);
    }
}

static enum err path_new(const struct way *w, const struct scope *s, json_t **out, struct fault *f) {
    AUTO(buf_reset) struct buf text;
    enum err e = OK;
    buf_init(&text, PATH_BYTES);
    for (int i = 0; e == OK && i < w->n_path; i++) {
        struct said part = {.kind = SAID_EXPR, .expr = w->path[i].expr, .major_digits = -1};
        json_t *v = NULL;
        char room[64];
        if (!part.expr) buf_adds(&text, w->path[i].text);
        else if ((e = said_new(&part, s, &v, f)) == OK) {
            const char *word = scalar(v, room);
            bool walks = !*word || !strcmp(word, ".") || !strcmp(word, "..");
            if (walks) e = fault_set(f, ERR_INVALID, "", "a part of the address would be empty, or lead elsewhere");
            add_escaped(&text, word);
        }
        json_decref(v);
    }
    if (e == OK && buf_err(&text) == ERR_LIMIT) e = fault_set(f, ERR_INVALID, "", "the address is too long");
    if (e == OK) e = buf_err(&text);
    if (e == OK && !(*out = json_stringn(text.data ? text.data : "", text.len))) e = ERR_NOMEM;
    return e;
}

static enum err pairs_new(const struct said_field *all, int n, const struct scope *s, json_t **out, struct fault *f) {
    json_t *list = json_array();
    enum err e = list ? OK : ERR_NOMEM;
    for (int i = 0; e == OK && i < n; i++) {
        json_t *v = NULL;
        char room[64];
        e = said_new(&all[i].value, s, &v, f);
        if (e == OK && !json_is_null(v) && json_array_append_new(list, json_pack("[s, s]", all[i].name, scalar(v, room)))) e = ERR_NOMEM;
        json_decref(v);
    }
    if (e == OK) *out = list;
    else json_decref(list);
    return e;
}

static enum err put_part(enum err e, json_t *all, const char *name, json_t *const *part) {
    if (e != OK) return e;
    return json_object_set_new(all, name, *part) ? ERR_NOMEM : OK;
}

static enum err way_new(const struct way *w, const struct scope *s, json_t *all, struct fault *f) {
    json_t *part = NULL;
    enum err e = put_part(path_new(w, s, &part, f), all, "path", &part);
    if (e == OK) e = put_part(pairs_new(w->query, w->n_query, s, &part, f), all, "query", &part);
    if (e == OK) e = put_part(pairs_new(w->headers, w->n_headers, s, &part, f), all, "headers", &part);
    if (e == OK && w->has_body) e = put_part(said_new(&w->body, s, &part, f), all, "body", &part);
    return e;
}

enum err dsl_connector_ask(const struct dsl_file *f, const struct connector_question *q, json_t **out_new, struct fault *why) {
    const struct connector_op *op = NULL;
    for (int i = 0; dsl_ok(f) && f->connector && i < f->connector->n_ops; i++)
        if (!strcmp(f->connector->ops[i].name, q->operation)) op = &f->connector->ops[i];
    if (!op || (q->look && !op->has_look)) return fault_set(why, ERR_BUG, q->operation, "this operation is not declared");
    json_auto_t *names = json_pack("{s:o, s:s}", "input", q->input ? json_incref((json_t *)q->input) : json_object(), "key", q->key);
    json_t *all = json_object();
    struct scope s = {.names = names, .now_ms = q->now_ms};
    enum err e = names && all ? way_new(q->look ? &op->look : &op->ask, &s, all, why) : ERR_NOMEM;
    if (e == OK) *out_new = all;
    else json_decref(all);
    return e;
}
