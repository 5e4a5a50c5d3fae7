/* view.h - read-only questions for lists and pages, on a read pool of its own (may lag a second).
 *
 * Answers are JSON: {"items":[...],"next":"cursor or null","as_of":"instant"}. Keyset paging: the
 * cursor is opaque and stable under inserts; one that is not ours is ERR_INVALID. Empty fields are left
 * out. Runs come newest first (those
 * of day-ends only when they are asked for by workflow or case type), tasks most urgent first. Personal fields stay sealed here. A question that
 * takes the database over ten seconds is given up (ERR_BUSY). */
#ifndef STORE_VIEW_H
#define STORE_VIEW_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"

struct view;
typedef void view_done_fn(void *who, enum err err, const json_t *answer, const struct fault *f);

MUST_CHECK enum err view_open(struct loop *l, const char *dsn, struct view **out, struct fault *f);
void view_close(struct view *v);
bool view_up(const struct view *v);

struct runs_filter { /* NULL or 0: any */
    const char *workflow, *state, *outcome, *decision, *customer, *case_type, *case_key;
    int64_t from_ms, till_ms;  /* started */
    int64_t amount_min, amount_max;
};
void view_runs(struct view *v, const struct runs_filter *f, const char *cursor, unsigned limit,
               view_done_fn *done, void *who);
struct tasks_filter {
    const char *queue, *state, *assignee, *run;
};
void view_tasks(struct view *v, const struct tasks_filter *f, const char *cursor, unsigned limit,
                view_done_fn *done, void *who);
/* {"runs":{state:n},"tasks":{queue:{state:n}},"as_of"}; tasks: the open and the claimed ones. Past two
 * million runs the number of ended ones is the planner's estimate. */
void view_counts(struct view *v, view_done_fn *done, void *who);
/* Items: {"currency","account","debits","credits","balance"}, minor units; account kinds, not accounts. */
void view_trial_balance(struct view *v, view_done_fn *done, void *who);

/* A loan as it is searched, or ERR_NOT_FOUND: {"id","customer","shard","product","currency","state","bucket","n",
 * "outstanding_minor","overdue_minor","oldest_due","next_day","updated"}; days as "2026-05-31", left out where there is none. */
void view_loan(struct view *v, const char *id, view_done_fn *done, void *who);
struct loans_filter { /* NULL: any */
    const char *customer, *state, *bucket;
};
/* In order of id. */
void view_loans(struct view *v, const struct loans_filter *f, const char *cursor, unsigned limit, view_done_fn *done, void *who);
/* Its entries, the newest first: {"n","kind","effective","known","amount_minor","body","run","seq"}. */
void view_loan_entries(struct view *v, const char *loan, const char *cursor, unsigned limit, view_done_fn *done, void *who);

/* All its entries, oldest first, as they are stored: {"n","kind","day","known_ms","amount_minor","body"}; day is a number and
 * body text. At most VIEW_FILE_MAX + 1 of them. */
#define VIEW_FILE_MAX 20000
void view_loan_file(struct view *v, const char *loan, view_done_fn *done, void *who);

/* How far the end of a day is, or ERR_NOT_FOUND when nobody has asked for it: {"date","state","asked","asked_by","ended",
 * "left","done","changed","entries","failed","shards":[{"shard","state","left","done","changed","entries","failed","started",
 * "ended","run"}]}. state: "waiting", "running" or "ended". Loans: `done` were looked at, `changed` of them got entries,
 * `failed` could not be reckoned and are left; `left` have work on or before that day. */
void view_day_end(struct view *v, int32_t day, view_done_fn *done, void *who);

struct events_filter {
    const char *case_type, *key;
    bool dead; /* dead letters; else those that wait for a run */
};
/* {"id","case_type","key","event","event_id","by","at"} and of a dead letter "since","reason"; the newest first. */
void view_events(struct view *v, const struct events_filter *f, const char *cursor, unsigned limit, view_done_fn *done, void *who);
/* Webhooks that nobody understood, the newest first: {"id","connector","webhook_id","reason","at"}. */
void view_webhooks(struct view *v, const char *connector, const char *cursor, unsigned limit, view_done_fn *done, void *who);
/* One that waits or is dead, with its "body" as it is stored (flow opens it), or ERR_NOT_FOUND. */
void view_event(struct view *v, int64_t no, view_done_fn *done, void *who);

/* {"name","role"} or ERR_NOT_FOUND. Only hashes of keys are stored (store/api_key.h puts them). role:
 * "admin", "officer", "engineer", "lender" (submits). */
void view_api_key(struct view *v, const char *key_hash, view_done_fn *done, void *who);

#endif
