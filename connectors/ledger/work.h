/* work.h - one operation of the ledger while it is computed: what it reads, and what it will say, post and write.
 *
 * An operation is a pure function. It reads its input, the loan's file (already read into deeds) and the clock of the call;
 * it adds entries; then `work_close` folds the loan again and posts the difference that the entries made (book/flows.h).
 * So no operation says by hand what it debits and credits, but for holds and suspense. Nothing of it counts unless the
 * engine commits it.
 *
 * Entries are dated by the day on which they count. An operation of the past adds an entry day_end of today, so that the
 * books always reach to today after it. More than WORK_POSTINGS_EXACT lines (a deep correction) are posted as one line per
 * pair of accounts, on the operation's day. */
#ifndef LEDGER_WORK_H
#define LEDGER_WORK_H

#include "base/arena.h"
#include "base/zone.h"
#include "book/arrears.h"
#include "connectors/connector.h"
#include "connectors/ledger/settings.h"

enum { WORK_ENTRIES_MAX = 8, WORK_POSTINGS_EXACT = 48 };

struct ledger {
    struct connector base;
    struct settings settings;
    struct zone *zone;
    char currency[4];
};
struct work {
    const struct ledger *ledger;
    const struct call *call;
    const struct loan_file *file;   /* NULL: the operation has none, or the engine gave none */
    struct arena *arena;
    int32_t today;
    int32_t day;                    /* on which the operation counts: "on" of its input, else today */
    bool repeat;                    /* known by its reference: only the answer is wanted */
    bool closed;
    struct deed *deeds;             /* those of the file, then what this operation adds */
    size_t n_before, n;
    const struct loan_state *before; /* today, as it stood */
    const struct loan_state *after;  /* today, with the new entries: after work_close */
    struct loan_entry entries[WORK_ENTRIES_MAX];
    size_t n_entries;
    struct posting *postings;
    size_t n_postings, cap_postings;
    struct loan_write write;
    const char *posting_kind;       /* for all lines of work_close; NULL by their accounts */
    json_t *answer;
    struct fault fault;
};
typedef enum err work_fn(struct work *w);

/* Reads the file and folds it. Given a file that cannot be read: ERR_BUG. */
MUST_CHECK enum err work_open(struct work *w);
/* ERR_REFUSED with a code and a sentence. */
enum err work_refuse(struct work *w, const char *code, const char *sentence);
const char *work_loan(const struct work *w);        /* "loan" of the input; "" none */
const char *work_currency(const struct work *w);    /* of the loan; else the lender's */
const char *work_id(struct work *w, char prefix);   /* the same call made again gives the same id: it comes from the key */
/* Takes `body`, adds who asked for it (reference, operation, hash of the input) and appends an entry. */
MUST_CHECK enum err work_add_take(struct work *w, enum deed_kind kind, int32_t day, int64_t minor, json_t *body);
MUST_CHECK enum err work_post(struct work *w, const char *debit, const char *credit, int64_t minor, const char *currency, int32_t day,
                              const char *kind);
/* With entries: folds again, posts the difference, sets what is to be written. Once: a second time does nothing. */
MUST_CHECK enum err work_close(struct work *w);
/* Takes the answer; ERR_NOMEM if it is NULL. */
MUST_CHECK enum err work_answer(struct work *w, json_t *answer);
/* The same, with the state of the loan after it: "loan", "entry", "state", "bucket", "days_past_due", "outstanding", "overdue",
 * "credit". Closes the work first. */
MUST_CHECK enum err work_answer_state(struct work *w, json_t *answer);
/* The loan is there, opened and not void; else REFUSED "unknown_loan". */
MUST_CHECK enum err work_need_loan(struct work *w);
/* The entry that carries this reference, or NULL. Those that came with it follow. */
const struct deed *work_reference(const struct work *w, const char *reference);
bool work_reversed(const struct work *w, uint32_t n);
/* The loan as it stood at the end of `day`. */
MUST_CHECK enum err work_fold(struct work *w, int32_t day, const struct loan_state **out);
struct loan_columns work_columns(const struct loan_state *s);

#endif
