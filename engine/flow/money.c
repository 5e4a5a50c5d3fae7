/* money.c - the key of a step that moves money (SEMANTICS 7).
 *
 * It is the declared business key with an attempt family: "payments.disburse:L1:1". A new family opens
 * only after the last is proven REFUSED or undone; a proven FAILED try keeps its key; anything else
 * that is open or DONE under the key is looked at first. Other runs may have used the key, so the store is
 * asked before anything is intended: the step is entered, the families come, the intent is written. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/walk.h"

enum { ASK_AGAIN_MS = 1000 };

bool money_sought(const struct run *r, int para) {
    const struct para *p = &r->plan->paras[para];
    const struct para_state *ps = &r->paras[para];
    return p->kind == PARA_STEP && p->step.once_per && ps->phase == PHASE_CALL && ps->base && ps->asks[0].state == ASK_IDLE &&
           !ps->asks[0].attempt;
}

static bool business_key(struct turn *t, int para, char *out, size_t cap) {
    const struct para *p = &t->run->plan->paras[para];
    struct value v = {0};
    if (!walk_value(t, para, p->step.once_per, &v)) return false;
    json_auto_t *j = v.missing ? NULL : value_json_new(&v);
    int n = json_is_string(j) ? snprintf(out, cap, "%s:%s", p->step.calls[0]->name, json_string_value(j))
            : json_is_integer(j)
                ? snprintf(out, cap, "%s:%lld", p->step.calls[0]->name, (long long)json_integer_value(j))
                : -1;
    if (n > 0 && (size_t)n < cap) return true;
    walk_stuck(t, para, "its business key (once_per) is missing or too long", false, false);
    return false;
}

bool money_own_key(struct turn *t, int para, struct step_key *out) {
    char base[220];
    if (!business_key(t, para, base, sizeof base)) return false;
    return snprintf(out->text, sizeof out->text, "%s:1", base) > 0;
}

bool money_enter(struct turn *t, int para, unsigned visit) {
    char base[220];
    if (!business_key(t, para, base, sizeof base)) return false;
    struct fact f = fact_of(FACT_ENTERED, para, visit);
    f.key = base;
    f.due_ms = case_after(t->run->case_type, &t->run->plan->paras[para].within, t->now_ms);
    turn_fact(t, &f);
    if (t->failed != OK) return false;
    turn_effect(t, para, 0, false, false);
    if (t->failed == OK) t->effects[t->n_effects - 1].money = true;
    return t->failed == OK;
}

/* --- what the store knows -------------------------------------------------------------------------- */

struct seeking {
    struct engine *engine;
    struct id run;
    int para;
    unsigned visit;
    char base[220];
};

static void seek(struct seeking *s);

static void seeking_end(struct seeking *s) {
    struct engine *e = s->engine;
    free(s);
    e->pending--;
    engine_maybe_drained(e);
}

static void seek_again(void *who) { seek(who); }

static void key_of_family(const struct seeking *s, const struct money_found *m, struct step_key *key) {
    unsigned family = m->found ? m->family : 1;
    if (m->found && (text_eq(m->state, "refused") || text_eq(m->state, "undone"))) family++;
    else if (m->found && !text_eq(m->state, "failed")) key->look_first = true;
    (void)snprintf(key->text, sizeof key->text, "%s:%u", s->base, family);
}

static void found(void *who, enum err err, const struct money_found *m) {
    struct seeking *s = who;
    struct engine *e = s->engine;
    struct entry *en = e->closing ? NULL : known_find(e, s->run);
    struct run *r = en ? en->run : NULL;
    bool wanted = r && money_sought(r, s->para) && r->paras[s->para].visits == s->visit;
    if (wanted && err != OK && loop_timer(e->c.loop, ASK_AGAIN_MS, seek_again, s)) {
        log_warn("money_key_unread", "run=%s err=%s", r->text, err_word(err));
        return;
    }
    if (wanted && err == OK) {
        struct step_key key = {0};
        key_of_family(s, m, &key);
        turn_begin(e, r);
        walk_expire(&e->turn);
        step_money(&e->turn, s->para, &key);
        walk(&e->turn);
        turn_end(e);
    }
    seeking_end(s);
}

static void seek(struct seeking *s) {
    struct store *store = s->engine->c.store;
    if (store->ops->money_key(store, id_shard(s->run), s->base, found, s) != OK) found(s, ERR_IO, NULL);
}

void money_seek(struct engine *e, struct run *r, int para) {
    struct seeking *s = money_sought(r, para) ? calloc(1, sizeof *s) : NULL;
    if (!s) return;
    *s = (struct seeking){.engine = e, .run = r->id, .para = para, .visit = r->paras[para].visits};
    e->pending++;
    if (text_copy(s->base, sizeof s->base, r->paras[para].base)) seek(s);
    else seeking_end(s);
}

/* --- what goes with the row ------------------------------------------------------------------------- */

static const char *state_of(const struct para_state *ps) {
    switch (ps->key_end) {
    case END_NONE: return "open";
    case END_DONE: return "done";
    case END_REFUSED: return "refused";
    case END_UNDONE: return "undone";
    case END_FAILED: case END_LATE: return "failed";
    default: return "open";
    }
}

size_t money_rows(const struct turn *t, struct money_row out[TURN_MONEY_MAX], char room[TURN_MONEY_MAX][256]) {
    size_t n = 0;
    for (unsigned i = 0; i < t->n_money; i++) {
        const struct para_state *ps = &t->run->paras[t->money[i]];
        char *colon = text_copy(room[n], 256, ps->key) ? strrchr(room[n], ':') : NULL;
        if (!colon) continue;
        *colon = 0;
        out[n] = (struct money_row){room[n], state_of(ps), (uint32_t)strtoul(colon + 1, NULL, 10)};
        n++;
    }
    return n;
}
