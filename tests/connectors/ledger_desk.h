/* ledger_desk.h - a clerk for tests of the ledger: one loan's file and all postings, kept as the engine keeps them.
 *
 * desk_ask computes an operation on a day and commits what it says: entries and postings are appended, columns replaced.
 * Every answer is held against its output schema, every input against its own. */
#ifndef TESTS_LEDGER_DESK_H
#define TESTS_LEDGER_DESK_H

#include "base/zone.h"
#include "connectors/connector.h"

#define DESK_ENTRIES 400
#define DESK_POSTINGS 8000

struct desk {
    struct connector *ledger;
    const char *loan;
    int64_t now_ms;                     /* of the next call */
    struct loan_entry entries[DESK_ENTRIES];
    struct loan_file file;
    struct posting postings[DESK_POSTINGS];
    size_t n_postings, n_before;        /* n_before: before the last call */
    char product[20], currency[4], state[20], bucket[10];
    enum call_end end;                  /* of the last call */
    json_t *answer;
    char why[400], code[120];
    bool wrote;
};
/* `config`: JSON text or NULL. The loan is "L1"; opened on the day by desk_open. */
int desk_init(struct desk *d, const char *config);
void desk_reset(struct desk *d);
void desk_forget(struct desk *d); /* the same desk, an empty file */
void desk_day(struct desk *d, const char *iso); /* noon of that day in India */
void desk_day_number(struct desk *d, int32_t day);
/* `input` is JSON text with %s for the loan. Fails the test if input or answer do not fit. Returns the end. */
enum call_end desk_ask(struct desk *d, const char *operation, const char *input);
/* hold and book_loan. `terms`: further fields of the input, such as ",\"months\":12". */
void desk_open(struct desk *d, int64_t amount, const char *terms);
int64_t desk_number(const struct desk *d, const char *field); /* of the last answer */
const char *desk_text(const struct desk *d, const char *field);
int64_t desk_balance(const struct desk *d, const char *account); /* "loan:L1:principal" */
int64_t desk_balance_on(const struct desk *d, const char *account, int32_t day); /* by the days on which postings count */
/* As the day-end job does: the pure function, committed. False: it failed. */
bool desk_day_end(struct desk *d, int32_t day);

#endif
