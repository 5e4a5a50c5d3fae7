/* accounts.c - joins loans with their transactions and computes the account's features. */
#include "models/accounts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/crypt.h"
#include "base/map.h"
#include "base/zone.h"
#include "models/artefact.h"
#include "models/csv.h"

#define AMOUNT_MOST 1e15

enum err entries_add(struct entries *l, struct cashflow_entry e) {
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 128;
        struct cashflow_entry *list = realloc(l->list, cap * sizeof *list);
        if (!list) return ERR_NOMEM;
        l->list = list;
        l->cap = cap;
    }
    l->list[l->n++] = e;
    return OK;
}

void entries_reset(struct entries *l) {
    free(l->list);
    *l = (struct entries){0};
}

struct loan {
    struct loan *next;
    const char *id;
    int32_t day;
    double *cells; /* by the frame's columns; NAN where computed */
    struct entries entries;
};
struct accounts {
    const char *dir, *id_column;
    struct frame *fr;
    struct arena *arena;
    struct map *by_id;
    struct loan *first, **last;
    bool computed[FRAME_COLUMNS_MAX];
    int at[FRAME_COLUMNS_MAX]; /* columns of the table being read */
    int id_at, date_at, amount_at, balance_at, kind_at, party_at;
    const char *file;
};

static enum err wrong(const struct accounts *a, const struct csv_row *r, struct fault *f,
                      const char *text) {
    return fault_set(f, ERR_INVALID, a->file, "line %zu: %s", r->line, text);
}

static enum err need(const struct accounts *a, const struct csv_row *r, const char *name, int *at,
                     struct fault *f) {
    *at = csv_column(r, name);
    return *at >= 0 ? OK : fault_set(f, ERR_INVALID, a->file, "has no column \"%s\"", name);
}

static enum err loans_header(struct accounts *a, const struct csv_row *r, struct fault *f) {
    enum err e = need(a, r, a->id_column, &a->id_at, f);
    if (!e) e = need(a, r, "date", &a->date_at, f);
    for (int i = 0; !e && i < a->fr->n_columns; i++)
        if (!a->computed[i]) e = need(a, r, a->fr->names[i], &a->at[i], f);
    return e;
}

static enum err loan_new(struct accounts *a, const char *id, struct loan **out) {
    struct loan *l = arena_alloc(a->arena, sizeof *l);
    if (!l) return ERR_NOMEM;
    l->id = arena_strdup(a->arena, id);
    l->cells = arena_alloc(a->arena, (size_t)a->fr->n_columns * sizeof *l->cells);
    if (!l->id || !l->cells || map_put(a->by_id, id, strlen(id), l, NULL)) return ERR_NOMEM;
    *a->last = l;
    a->last = &l->next;
    *out = l;
    return OK;
}

static enum err read_loan(void *who, const struct csv_row *r, struct fault *f) {
    struct accounts *a = who;
    struct loan *l = NULL;
    if (r->index == 0) return loans_header(a, r, f);
    const char *id = r->fields[a->id_at];
    if (map_get(a->by_id, id, strlen(id))) return wrong(a, r, f, "this loan was given before");
    if (loan_new(a, id, &l)) return fault_set(f, ERR_NOMEM, a->file, "no memory for so many loans");
    if (day_parse(r->fields[a->date_at], &l->day)) return wrong(a, r, f, "date must be like 2026-12-01");
    for (int i = 0; i < a->fr->n_columns; i++) {
        l->cells[i] = NAN;
        if (!a->computed[i] && !csv_number(r->fields[a->at[i]], &l->cells[i]))
            return fault_set(f, ERR_INVALID, a->file, "line %zu, column \"%s\": not a number", r->line,
                             a->fr->names[i]);
    }
    return OK;
}

static enum err entries_header(struct accounts *a, const struct csv_row *r, struct fault *f) {
    enum err e = need(a, r, a->id_column, &a->id_at, f);
    if (!e) e = need(a, r, "date", &a->date_at, f);
    if (!e) e = need(a, r, "amount", &a->amount_at, f);
    if (!e) e = need(a, r, "balance", &a->balance_at, f);
    a->kind_at = csv_column(r, "kind");
    a->party_at = csv_column(r, "party");
    return e;
}

static bool minor_units(const char *text, int64_t *out) {
    double v;
    if (!csv_number(text, &v) || !(fabs(v) <= AMOUNT_MOST) || v != floor(v)) return false;
    *out = (int64_t)v;
    return true;
}

static const char *text_at(struct accounts *a, const struct csv_row *r, int at) {
    return at < 0 || !*r->fields[at] ? "" : arena_strdup(a->arena, r->fields[at]);
}

static enum err read_entry(void *who, const struct csv_row *r, struct fault *f) {
    struct accounts *a = who;
    if (r->index == 0) return entries_header(a, r, f);
    const char *id = r->fields[a->id_at];
    struct loan *l = map_get(a->by_id, id, strlen(id));
    struct cashflow_entry e;
    if (!l) return OK; /* the account of a loan that is not in the table */
    if (day_parse(r->fields[a->date_at], &e.day)) return wrong(a, r, f, "date must be like 2026-12-01");
    if (!minor_units(r->fields[a->amount_at], &e.amount_minor) ||
        !minor_units(r->fields[a->balance_at], &e.balance_minor))
        return wrong(a, r, f, "amount and balance must be whole minor units");
    if (e.day >= l->day) return OK;
    e.kind = text_at(a, r, a->kind_at);
    e.party = text_at(a, r, a->party_at);
    if (!e.kind || !e.party || entries_add(&l->entries, e))
        return fault_set(f, ERR_NOMEM, a->file, "no memory for so many entries");
    return OK;
}

static enum err read_table(struct accounts *a, const char *name, csv_row_fn *each, char hash[65],
                           struct fault *f) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s.csv.gz", a->dir, name) >= (int)sizeof path)
        return fault_set(f, ERR_INVALID, name, "the folder's name is too long");
    if (access(path, R_OK)) path[strlen(path) - 3] = '\0';
    AUTO(buf_reset) struct buf bytes = {0};
    enum err e = artefact_file(path, 1u << 30, &bytes, f);
    if (e) return e;
    crypt_sha256_hex(buf_text(&bytes), bytes.len, hash);
    a->file = name;
    return csv_read(path, each, a, f);
}

static enum err add_loan(struct accounts *a, struct loan *l, struct fault *f) {
    json_t *features = NULL;
    enum err e = cashflow_features(l->entries.list, l->entries.n, l->day - 1, &features, f);
    if (e) return e;
    for (int i = 0; i < a->fr->n_columns; i++) {
        const json_t *v = json_object_get(features, a->fr->names[i]);
        if (a->computed[i] && json_is_number(v)) l->cells[i] = json_number_value(v);
    }
    json_decref(features);
    e = frame_add(a->fr, l->id, l->cells);
    return e ? fault_set(f, e, a->dir, "no memory for so many loans") : OK;
}

static enum err load(struct accounts *a, struct fault *f) {
    char hashes[2][65] = {{0}}, both[132];
    if (!a->arena || !a->by_id) return fault_set(f, ERR_NOMEM, a->dir, "no memory");
    for (int i = 0; i < a->fr->n_columns; i++)
        for (const char *const *name = cashflow_names; *name; name++)
            a->computed[i] |= !strcmp(*name, a->fr->names[i]);
    enum err e = read_table(a, "loans", read_loan, hashes[0], f);
    if (!e) e = read_table(a, "transactions", read_entry, hashes[1], f);
    for (struct loan *l = a->first; !e && l; l = l->next) e = add_loan(a, l, f);
    snprintf(both, sizeof both, "%s %s", hashes[0], hashes[1]);
    crypt_sha256_hex(both, strlen(both), a->fr->hash);
    return e;
}

enum err accounts_load(const char *dir, const char *id_column, struct frame *fr, struct fault *f) {
    struct accounts *a = calloc(1, sizeof *a);
    if (!a) return fault_set(f, ERR_NOMEM, dir, "no memory");
    *a = (struct accounts){.dir = dir, .id_column = id_column, .fr = fr, .arena = arena_new((size_t)4 << 30),
                           .by_id = map_new()};
    a->last = &a->first;
    enum err e = load(a, f);
    for (struct loan *l = a->first; l; l = l->next) entries_reset(&l->entries);
    if (a->by_id) map_free(a->by_id, NULL);
    arena_free(a->arena);
    free(a);
    return e;
}
