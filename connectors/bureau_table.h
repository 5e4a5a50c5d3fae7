/* bureau_table.h - the parts of schemas that all bureaus share: texts for the tables in bureau.c and bureau_b.c. */
#ifndef CONNECTORS_BUREAU_TABLE_H
#define CONNECTORS_BUREAU_TABLE_H

#include "connectors/connectors.h"

#define PAN_FIELD "\"pan\": " JSON({"type": "string", "pattern": "^[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]$", "x-personal": true})
#define PERSON_FIELDS                                                                                                     \
    PAN_FIELD ", \"name\": " JSON({"type": "string", "maxLength": 200, "x-personal": true, "description": "some bureaus search better with it"}) \
    ", \"dob\": " JSON({"type": "string", "format": "date", "x-personal": true})
#define CONSENT_FIELDS                                                                                                    \
    "\"consent\": " JSON({"type": "string", "maxLength": 100, "description": "under which we ask"})                        \
    ", \"purpose\": " JSON({"enum": ["new_credit", "limit_change", "account_review", "collection", "own_request"], "description": "permissible purpose; a hard inquiry only for new_credit and limit_change"})

#define APPLICATION_FIELDS                                                                                                \
    "\"reference\": " JSON({"type": "string", "minLength": 1, "maxLength": 80, "description": "our name for the application"}) \
    ", \"amount\": " JSON({"type": "integer", "minimum": 1, "x-unit": "money", "x-currency": "INR", "description": "asked for"})

#define REPORT_FIELDS                                                                                                     \
    "\"thin\": " JSON({"type": "boolean", "description": "no history to judge by: nothing else is filled"})               \
    ", \"score\": " JSON({"type": "integer", "minimum": 300, "maximum": 900, "x-better": "higher", "description": "the bureau's own score, brought to 300-900"}) \
    ", \"revolving_utilisation\": " JSON({"type": ["number", "null"], "minimum": 0, "x-better": "lower", "description": "balance over limit of cards and credit lines"}) \
    ", \"late_30_59\": " JSON({"type": ["integer", "null"], "minimum": 0, "maximum": 98, "x-better": "lower", "description": "times 30-59 days late in two years; 96 and 98 are codes"}) \
    ", \"late_60_89\": " JSON({"type": ["integer", "null"], "minimum": 0, "maximum": 98, "x-better": "lower", "description": "times 60-89 days late in two years"}) \
    ", \"late_90\": " JSON({"type": ["integer", "null"], "minimum": 0, "maximum": 98, "x-better": "lower", "description": "times 90 days late or worse"}) \
    ", \"debt_ratio\": " JSON({"type": ["number", "null"], "minimum": 0, "description": "monthly debt and living costs over income"}) \
    ", \"monthly_income\": " JSON({"type": ["number", "null"], "minimum": 0, "x-better": "higher", "description": "as the bureau has it, in the units of the model"}) \
    ", \"open_credit_lines\": " JSON({"type": ["integer", "null"], "minimum": 0, "description": "open loans and credit lines"}) \
    ", \"real_estate_loans\": " JSON({"type": ["integer", "null"], "minimum": 0, "description": "mortgages and home credit lines"}) \
    ", \"dependents\": " JSON({"type": ["integer", "null"], "minimum": 0, "description": "people who live on this income"}) \
    ", \"inquiries_180\": " JSON({"type": ["integer", "null"], "minimum": 0, "x-better": "lower", "description": "hard inquiries of lenders in the last 180 days"}) \
    ", \"oldest_line_months\": " JSON({"type": ["integer", "null"], "minimum": 0, "x-better": "higher", "description": "age of the oldest loan or card"}) \
    ", \"overdue\": " JSON({"type": "integer", "minimum": 0, "x-unit": "money", "x-currency": "INR", "x-better": "lower", "description": "overdue with all lenders"}) \
    ", \"source\": " JSON({"type": "string", "maxLength": 40, "description": "which bureau said this"})
#define INQUIRY_FIELDS                                                                                                    \
    ", \"inquiry\": " JSON({"type": "string", "maxLength": 60, "description": "the bureau's number of this inquiry"})      \
    ", \"inquired_on\": " JSON({"type": "string", "format": "date"})

#define INPUT(fields, required) "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {" fields "}, \"required\": " required "}"
#define OUTPUT(fields, required) "{\"type\": \"object\", \"properties\": {" fields "}, \"required\": " required "}"

#define REPORT_SAMPLE                                                                                                     \
    "\"thin\": false, \"score\": 741, \"revolving_utilisation\": 0.21, \"late_30_59\": 0, \"late_60_89\": 0, \"late_90\": 0, \"debt_ratio\": 0.31, " \
    "\"monthly_income\": 5400, \"open_credit_lines\": 6, \"real_estate_loans\": 1, \"dependents\": 1, \"inquiries_180\": 1, " \
    "\"oldest_line_months\": 84, \"overdue\": 0"

/* Both ask softly; `report` is for an agreement with the bureau that covers consent and purpose by itself. */
#define SOFT_PULL(operation, says, required, bureau)                                                                      \
    {                                                                                                                     \
        .name = operation, .contract = "bureau_report", .about = says, .kind = OP_READ, .timeout_ms = 2000,               \
        .cache_s = 86400, .stale_on = "consent.revoked bureau.corrected",                                                 \
        .input = INPUT(PERSON_FIELDS ", " CONSENT_FIELDS, required),                                                      \
        .output = OUTPUT(REPORT_FIELDS, "[\"thin\"]"), .sample = "{" REPORT_SAMPLE ", \"source\": \"" bureau "\"}",         \
    }
/* An effect that nothing takes back. One inquiry for each application: the bureau knows it by our reference. */
#define HARD_PULL(bureau)                                                                                                 \
    {                                                                                                                     \
        .name = "hard", .contract = "bureau_hard", .kind = OP_EFFECT, .can_look = true, .timeout_ms = 5000,               \
        .about = "Hard inquiry: other lenders see it and it cannot be taken back; one for each application",              \
        .input = INPUT(PERSON_FIELDS ", " CONSENT_FIELDS ", " APPLICATION_FIELDS,                                         \
                       "[\"pan\", \"consent\", \"purpose\", \"reference\"]"),                                             \
        .output = OUTPUT(REPORT_FIELDS INQUIRY_FIELDS, "[\"thin\", \"inquiry\", \"inquired_on\"]"),                       \
        .sample = "{" REPORT_SAMPLE ", \"source\": \"" bureau "\", \"inquiry\": \"INQ0001\", \"inquired_on\": \"2026-01-15\"}", \
    }
#define BUREAU_PULLS(bureau)                                                                                              \
    SOFT_PULL("report", "Soft pull: score and attributes, or thin when there is no history", "[\"pan\"]", bureau),        \
    SOFT_PULL("soft", "Soft pull under a consent and for a permissible purpose; leaves no trace that lenders see",        \
              "[\"pan\", \"consent\", \"purpose\"]", bureau),                                                             \
    HARD_PULL(bureau)

#endif
