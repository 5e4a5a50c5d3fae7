/* conformance_inner.h - what the files of the conformance suite share. */
#ifndef TESTS_STORE_CONFORMANCE_INNER_H
#define TESTS_STORE_CONFORMANCE_INNER_H

#include "tests/store/conformance.h"

struct answer { /* one answer of the store, remembered */
    bool done;
    enum err err;
    unsigned at, times;        /* its place among all answers */
    char text[200];
};
void on_done(void *who, enum err err, const struct fault *f); /* who: struct answer */
enum err settle(struct conform *c, struct answer *a);
struct id new_run(struct conform *c, uint16_t shard);
/* One append of a run, under the epoch that `a` holds; seq 1 brings a row. */
struct append step(struct conform *c, struct id run, uint32_t seq, const char *body);
void put(struct store *s, const struct append *a, struct answer *answer);
enum err put_wait(struct conform *c, struct store *s, const struct append *a);

/* conformance_money.c */
void business_keys_stand_as_last_said(struct conform *c);
void business_key_of_two_runs_in_one_batch(struct conform *c);
/* conformance_loan.c */
void loans_are_loaded_whole(struct conform *c);
void loan_keeps_its_owner(struct conform *c);
void known_entry_fails_alone(struct conform *c);
void loan_of_two_steps_keeps_the_last(struct conform *c);
void loans_of_a_stale_shard_stay(struct conform *c);
void due_loans_come_in_order(struct conform *c);
void day_ends_are_open_until_done(struct conform *c);

/* conformance_outbox.c */
void events_share_the_commit(struct conform *c);

extern const struct run_row first_row;
/* conformance_event.c */
void early_events_are_kept(struct conform *c);
void events_go_to_every_open_run(struct conform *c);
void a_run_that_ends_leaves_its_events(struct conform *c);
void too_many_events_wait(struct conform *c);
void old_events_are_swept(struct conform *c);
void newer_words_are_known(struct conform *c);
void a_deaf_run_may_come_to_hear(struct conform *c);
void webhooks_are_kept_once(struct conform *c);

#endif
