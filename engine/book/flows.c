/* flows.c - see flows.h. */
#include "book/flows.h"

#include <string.h>

static const char *const WORDS[] = {"penalty", "fee", "interest", "principal", "credit", "settlement", "interest_income", "fee_income",
                                    "penalty_income", "waivers", "write_offs", "recoveries", "returns", "suspense"};

const char *account_word(enum account a) { return WORDS[a]; }

bool arena_room(struct arena *a, void **all, size_t n, size_t *cap, size_t size) {
    if (n < *cap) return true;
    size_t more = *cap ? 2 * *cap : 16;
    void *grown = arena_alloc(a, more * size);
    if (!grown) return false;
    if (n) memcpy(grown, *all, n * size);
    *all = grown;
    *cap = more;
    return true;
}

void flows_init(struct flows *f, struct arena *a) { *f = (struct flows){.arena = a}; }

void flows_add(struct flows *f, enum account debit, enum account credit, int32_t day, int64_t minor) {
    if (!minor || f->failed) return;
    f->failed = !arena_room(f->arena, (void **)&f->all, f->n, &f->cap, sizeof *f->all);
    if (f->failed) return;
    if (debit > credit) f->all[f->n++] = (struct flow){credit, debit, day, -minor};
    else f->all[f->n++] = (struct flow){debit, credit, day, minor};
}

static int by_day(const void *a, const void *b) {
    const struct flow *x = a, *y = b;
    if (x->day != y->day) return x->day < y->day ? -1 : 1;
    if (x->debit != y->debit) return x->debit < y->debit ? -1 : 1;
    return (x->credit > y->credit) - (x->credit < y->credit);
}

void flows_settle(struct flows *f) {
    size_t kept = 0;
    if (f->n) qsort(f->all, f->n, sizeof *f->all, by_day);
    for (size_t k = 0; k < f->n;) {
        struct flow sum = f->all[k];
        for (k++; k < f->n && !by_day(&sum, &f->all[k]); k++) sum.minor += f->all[k].minor;
        if (sum.minor) f->all[kept++] = sum;
    }
    f->n = kept;
}

bool flows_difference(const struct flows *before, const struct flows *after, struct flows *out) {
    for (size_t k = 0; k < after->n; k++)
        flows_add(out, after->all[k].debit, after->all[k].credit, after->all[k].day, after->all[k].minor);
    for (size_t k = 0; k < before->n; k++)
        flows_add(out, before->all[k].debit, before->all[k].credit, before->all[k].day, -before->all[k].minor);
    flows_settle(out);
    for (size_t k = 0; k < out->n; k++) {
        struct flow *x = &out->all[k];
        if (x->minor < 0) *x = (struct flow){x->credit, x->debit, x->day, -x->minor};
    }
    return !out->failed && !before->failed && !after->failed;
}

int64_t flows_balance(const struct flows *f, enum account a, int32_t day) {
    int64_t sum = 0;
    for (size_t k = 0; k < f->n; k++) {
        if (f->all[k].day > day) continue;
        if (f->all[k].debit == a) sum += f->all[k].minor;
        if (f->all[k].credit == a) sum -= f->all[k].minor;
    }
    return sum;
}
