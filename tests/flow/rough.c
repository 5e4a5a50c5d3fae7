#include "tests/flow/rough.h"

#include <string.h>

enum { APPENDS, READS, LISTS };

static struct {
    const struct store_ops *real;
    struct store_ops ops;
    struct loop *loop;
    enum rough_way way;
    unsigned calls, fail_at;
    store_done_fn *done;
    void *who;
} rough;

static void tell(void *who) {
    struct fault f;
    enum err err = rough.way == APPEND_REFUSED ? ERR_INVALID : rough.way == APPEND_FENCED ? ERR_CLOSED : ERR_IO;
    (void)who;
    (void)fault_set(&f, err, "", "a test");
    rough.done(rough.who, err, &f);
}

static bool is_mine(int kind) {
    int about = rough.way <= APPEND_FENCED ? APPENDS : rough.way <= READ_BROKEN ? READS : LISTS;
    return kind == about && ++rough.calls == rough.fail_at;
}

static enum err fail(store_done_fn *done, void *who) {
    if (rough.way == APPEND_BUSY || rough.way == READ_BUSY || rough.way == LIST_BUSY) return ERR_BUSY;
    rough.done = done, rough.who = who;
    return loop_post(rough.loop, tell, NULL);
}

static enum err append(struct store *s, const struct append *a, store_done_fn *done, void *who) {
    return is_mine(APPENDS) ? fail(done, who) : rough.real->append(s, a, done, who);
}

static enum err load_loans(struct store *s, const char *const *ids, size_t n, store_loan_fn *row, store_loan_entry_fn *each,
                           store_done_fn *done, void *who) {
    return is_mine(READS) ? fail(done, who) : rough.real->load_loans(s, ids, n, row, each, done, who);
}

static enum err loans_due(struct store *s, uint16_t shard, int32_t day, const struct loan_place *after, unsigned limit,
                          store_loan_fn *each, store_done_fn *done, void *who) {
    return is_mine(LISTS) ? fail(done, who) : rough.real->loans_due(s, shard, day, after, limit, each, done, who);
}

void rough_between(struct play *p, enum rough_way way, unsigned fail_at) {
    memset(&rough, 0, sizeof rough);
    rough.real = p->proc.store->ops, rough.loop = p->loop, rough.way = way, rough.fail_at = fail_at;
    rough.ops = *rough.real;
    rough.ops.append = append, rough.ops.load_loans = load_loans, rough.ops.loans_due = loans_due;
    p->proc.store->ops = &rough.ops;
}

bool rough_met(void) { return rough.calls >= rough.fail_at; }
