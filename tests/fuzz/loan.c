/* loan.c - fuzz: a loan's file as [[kind, day, amount, {body}], ...]: whatever can be read folds, on every day, into accounts that
 * equal the fold, with nothing below zero that may not be. */
#include <stdint.h>
#include <string.h>

#include "book/arrears.h"
#include "book/change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { ENTRIES_MAX = 60, OPENED = 20468 };

static void check(const struct loan_state *s) {
    for (uint32_t k = 0; k < s->n_items; k++)
        for (int c = 0; c < COMPONENTS; c++) {
            const struct due_item *i = &s->items[k];
            INVARIANT(i->paid[c] >= 0 && i->waived[c] >= 0 && item_left(i, (enum component)c) >= 0);
        }
    for (int a = 0; a < ACCOUNTS_OF_LOAN && s->stage != STAGE_VOID; a++)
        INVARIANT(flows_balance(&s->flows, (enum account)a, INT32_MAX) == loan_in_books(s, (enum account)a));
    INVARIANT(arrears_next_day(s) > s->as_of_day && arrears_dpd(s, s->as_of_day) >= 0);
}

static void fold_all(const struct deed *deeds, size_t n) {
    static const int32_t days[] = {OPENED - 1, OPENED, OPENED + 33, OPENED + 100, OPENED + 500, OPENED + 20000};
    for (size_t k = 0; k < ARRAY_LEN(days); k++) {
        struct arena *a = arena_new(32 << 20);
        const struct loan_state *s = NULL;
        static struct change c;
        if (!a || loan_fold(deeds, n, days[k], INT64_MAX, a, &s, NULL) != OK) abort();
        check(s);
        struct change_request q = {.kind = (enum change_kind)(k % CHANGE_KINDS), .months = (int)k};
        (void)!change_make(s, &q, &c, NULL);
        arena_free(a);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    struct deed_text texts[ENTRIES_MAX];
    char *bodies[ENTRIES_MAX];
    struct deed *deeds;
    json_t *all = NULL;
    if (json_parse((const char *)data, n, &JSON_LIMITS_BODY, &all, NULL) != OK) return 0;
    size_t count = json_array_size(all) < ENTRIES_MAX ? json_array_size(all) : ENTRIES_MAX;
    struct arena *a = arena_new(16 << 20);
    for (size_t k = 0; k < count; k++) {
        const json_t *e = json_array_get(all, k), *kind = json_array_get(e, 0), *body = json_array_get(e, 3);
        bodies[k] = body ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
        texts[k] = (struct deed_text){(uint32_t)k + 1, json_is_string(kind) ? json_string_value(kind) : "", (int32_t)(OPENED + json_integer_value(json_array_get(e, 1)) % 3000000),
                                      (int64_t)k, json_integer_value(json_array_get(e, 2)), bodies[k] ? bodies[k] : "", bodies[k] ? strlen(bodies[k]) : 0};
    }
    if (a && deeds_read(texts, count, a, &deeds, NULL) == OK) fold_all(deeds, count);
    for (size_t k = 0; k < count; k++) free(bodies[k]);
    json_decref(all);
    arena_free(a);
    return 0;
}
