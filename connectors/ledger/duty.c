/* duty.c - see duty.h. Nothing is posted: a duty is owed in days, not in money. */
#include "connectors/ledger/duty.h"

#include <string.h>

#define ADVERSE_ACTION_DAYS 30

enum err op_owe_notice(struct work *w) {
    const json_t *input = w->call->input;
    int32_t day = w->today;
    char owed[16], due[16];
    const char *received = json_text(input, "received_on", NULL);
    if (received && day_parse(received, &day) != OK) return work_refuse(w, "bad_date", "received_on is no date");
    int days = strcmp(json_text(input, "kind", ""), "adverse_action") ? 0 : ADVERSE_ACTION_DAYS;
    return work_answer(w, json_pack("{s:s, s:s, s:s}", "reference", json_text(input, "reference", ""), "owed_on", day_text(day, owed),
                                    "due_on", day_text(day + days, due)));
}
