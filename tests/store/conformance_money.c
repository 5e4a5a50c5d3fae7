/* conformance_money.c - what every store promises about business keys. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "base/text.h"
#include "tests/store/conformance_inner.h"

struct asked {
    struct answer answer;
    struct money_found found;
    char state[16];
};

static void on_money(void *who, enum err err, const struct money_found *m) {
    struct asked *x = who;
    if (m && m->found) x->found = *m, text_copy(x->state, sizeof x->state, m->state);
    on_done(&x->answer, err, NULL);
}

static struct asked ask(struct conform *c, uint16_t shard, const char *key) {
    struct asked x = {0};
    CU_ASSERT_EQUAL(c->b->ops->money_key(c->b, shard, key, on_money, &x), OK);
    CU_ASSERT_EQUAL(settle(c, &x.answer), OK);
    return x;
}

static void say(struct conform *c, struct id run, uint32_t seq, const char *key, uint32_t family, const char *state) {
    struct append a = step(c, run, seq, "{}");
    struct money_row row = {key, state, family};
    a.money = &row, a.n_money = 1;
    CU_ASSERT_EQUAL(put_wait(c, c->a, &a), OK);
}

void business_keys_stand_as_last_said(struct conform *c) {
    struct id first = new_run(c, 3), second = new_run(c, 3);
    char key[60];
    snprintf(key, sizeof key, "payments.disburse:L%llu", (unsigned long long)c->minted++);
    CU_ASSERT_FALSE(ask(c, 3, key).found.found);
    say(c, first, 1, key, 1, "open");
    say(c, first, 2, key, 1, "undone");
    struct asked x = ask(c, 3, key);
    CU_ASSERT(x.found.found && x.found.family == 1 && id_same(x.found.run, first) && text_eq(x.state, "undone"));
    CU_ASSERT_FALSE(ask(c, 4, key).found.found); /* a key belongs to its shard */
    say(c, second, 1, key, 2, "open");
    say(c, first, 3, key, 1, "done"); /* late: the second family is not forgotten */
    x = ask(c, 3, key);
    CU_ASSERT(x.found.family == 2 && id_same(x.found.run, second) && text_eq(x.state, "open"));
}

/* In one batch: the last word of the newest family. */
void business_key_of_two_runs_in_one_batch(struct conform *c) {
    struct id run[3] = {new_run(c, 5), new_run(c, 5), new_run(c, 5)};
    struct money_row rows[3];
    struct append all[3];
    struct answer answers[3] = {0};
    char key[60];
    snprintf(key, sizeof key, "payments.disburse:L%llu", (unsigned long long)c->minted++);
    for (int i = 0; i < 3; i++) {
        rows[i] = (struct money_row){key, i == 0 ? "done" : i == 1 ? "open" : "refused", i == 0 ? 1 : 2};
        all[i] = step(c, run[i], 1, "{}");
        all[i].money = &rows[i], all[i].n_money = 1;
        put(c->a, &all[i], &answers[i]);
    }
    for (int i = 0; i < 3; i++) CU_ASSERT_EQUAL(settle(c, &answers[i]), OK);
    struct asked x = ask(c, 5, key);
    CU_ASSERT(x.found.family == 2 && text_eq(x.state, "refused"));
}
