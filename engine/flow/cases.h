/* cases.h - case types: what a case looks like, who the person is, which zone and calendar count.
 *
 * Files: strategies/cases/<name>.json =
 *   {"case": JSON Schema, "key": "application_id", "customer": ["pan"], "zone": "Asia/Kolkata",
 *    "calendar": {...}, "events": {"offer.accepted": schema, ...},
 *    "publish": {"as": "application", "case": ["amount"], "answers": {"ledger.offer": {"type": "offered", "data": ["id"]}},
 *                "events": {"offer.accepted": {"type": "accepted", "data": ["offer"]}}}}
 *
 * An event is kept for 30 days for a run to come, unless its schema says "x-keep": false: what it tells is the end of something
 * that a run began, and when none is open any more nobody needs it.
 *
 * Without "publish" runs of the case tell the world nothing (outbox.h). Only fields that their schema declares, and declares
 * without x-personal, can be published; naming another one of the case or of an event is a fault of the file. */
#ifndef FLOW_CASES_H
#define FLOW_CASES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/schema.h"
#include "base/zone.h"
#include "dsl/plan.h"

enum { CASE_CUSTOMER_MAX = 8 };
struct case_publish {
    const char *as;                     /* "application": what others call a run of this case; NULL: tells nothing */
    const json_t *fields, *answers, *events; /* borrowed; each may be NULL */
};
struct case_type {
    char name[80];
    json_t *definition;
    const json_t *case_schema, *events; /* borrowed from definition; events may be NULL */
    struct schema *schema;
    const char *key;                    /* field of the case; NULL none */
    const char *customer[CASE_CUSTOMER_MAX + 1];
    struct zone *zone;                  /* NULL: UTC */
    struct calendar *calendar;          /* NULL: working hours elapse like any others */
    bool personal;                      /* any field is x-personal */
    struct case_publish publish;
};

MUST_CHECK enum err case_type_new(const char *name, const json_t *definition,
                                  struct case_type **out, struct fault *f);
void case_type_free(struct case_type *c);
/* What such a schema describes may leave the house: declared throughout, and nowhere personal. */
bool schema_is_open(const json_t *schema);
/* The instant `l` after `from_ms`; 0 for LENGTH_NONE. `c` may be NULL. */
int64_t case_after(const struct case_type *c, const struct length *l, int64_t from_ms);
/* A date or instant value as a deadline: an instant as it is, a date's first or last instant. */
int64_t case_instant(const struct case_type *c, const struct value *v, bool last_of_day);

#endif
