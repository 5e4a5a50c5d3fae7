/* money.c - the key of a step that moves money (SEMANTICS 7).
 *
 * It is the declared business key with an attempt family: "payments.disburse:L1:1". A new family opens
 * only after the last is proven REFUSED or undone; a proven FAILED try keeps its key; anything else
 * that is open or DONE under the key is looked at first. Another run with the same business key walks
 * the same families, so the provider sees the same keys: no second payout. */
#include <string.h>

#include "flow/walk.h"

struct family {
    long n;
    enum para_end end; /* of the last attempt; NONE: open */
};

static struct family last_family(const struct run *r, const char *base) {
    struct family last = {0, END_NONE};
    size_t len = strlen(base);
    for (int i = 0; i < r->plan->n_paras; i++) {
        const struct para_state *ps = &r->paras[i];
        if (!ps->key || strncmp(ps->key, base, len)) continue;
        long n = strtol(ps->key + len, NULL, 10);
        if (n > last.n) last = (struct family){n, ps->key_end};
    }
    return last;
}

static bool business_key(struct turn *t, int para, char *out, size_t cap) {
    const struct para *p = &t->run->plan->paras[para];
    struct value v = {0};
    if (!walk_value(t, para, p->step.once_per, &v)) return false;
    json_auto_t *j = v.missing ? NULL : value_json_new(&v);
    int n = json_is_string(j) ? snprintf(out, cap, "%s:%s:", p->step.calls[0]->name, json_string_value(j))
            : json_is_integer(j)
                ? snprintf(out, cap, "%s:%lld:", p->step.calls[0]->name, (long long)json_integer_value(j))
                : -1;
    if (n > 0 && (size_t)n < cap) return true;
    walk_stuck(t, para, "its business key (once_per) is missing or too long", false, false);
    return false;
}

bool money_key(struct turn *t, int para, struct step_key *out) {
    char base[220];
    if (!business_key(t, para, base, sizeof base)) return false;
    struct family f = last_family(t->run, base);
    if (f.n == 0) f.n = 1;
    else if (f.end == END_REFUSED || f.end == END_UNDONE) f.n++;
    else if (f.end != END_FAILED && f.end != END_LATE) out->look_first = true;
    (void)snprintf(out->text, sizeof out->text, "%s%ld", base, f.n);
    return true;
}
