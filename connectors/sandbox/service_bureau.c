/* service_bureau.c - bureau A: the contract's own words. Known as bureau and as bureau_a. */
#include "connectors/sandbox/service.h"

#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "base/zone.h"
#include "connectors/sandbox/credit_file.h"

#define DAY_MS INT64_C(86400000)

static double number(const json_t *v, const char *name) {
    const json_t *n = json_object_get(v, name);
    return json_is_number(n) ? json_number_value(n) : 0;
}

static void from_loaded(const char *text, struct credit *out) {
    json_t *v = json_loads(text, 0, NULL);
    *out = (struct credit){.score = (int)number(v, "score"), .utilisation = number(v, "revolving_utilisation"),
                           .debt_ratio = number(v, "debt_ratio"), .income = number(v, "monthly_income"),
                           .late_30 = (unsigned)number(v, "late_30_59"), .late_60 = (unsigned)number(v, "late_60_89"),
                           .late_90 = (unsigned)number(v, "late_90"), .open_lines = (unsigned)number(v, "open_credit_lines"),
                           .real_estate = (unsigned)number(v, "real_estate_loans"),
                           .dependents = (unsigned)number(v, "dependents"), .oldest_months = 60};
    json_decref(v);
}

static const char *loaded(const struct providers *p, const char *pan) {
    return p->bureau ? map_get(p->bureau, pan, strlen(pan)) : NULL;
}

void credit_of(const struct providers *p, const char *pan, struct credit *out) {
    struct person who;
    const char *real = loaded(p, pan);
    if (real) {
        from_loaded(real, out);
        return;
    }
    person_by_pan(p->seed, pan, &who);
    person_credit(&who, out);
}

unsigned credit_inquiries(const struct providers *p, const char *operation, const char *pan, int64_t now_ms) {
    unsigned n = 0;
    for (const struct book_entry *e = book_about(p->book, operation, pan); e; e = e->older_about)
        n += e->at_ms > now_ms - 180 * DAY_MS && !e->older_under; /* asked again for one application: once */
    return n;
}

bool credit_asked_before(const struct providers *p, const char *operation, const char *application, const char *pan,
                         struct provided *out) {
    const struct book_entry *e = book_under(p->book, operation, application);
    text_copy(out->reference, sizeof out->reference, application);
    text_copy(out->subject, sizeof out->subject, pan);
    if (!*application) service_refuse(out, 422, "reference_missing", "a hard inquiry names its application");
    else if (e && strcmp(e->subject, pan) != 0) service_refuse(out, 409, "application_of_another", "this application was about another person");
    else if (e) buf_add(out->body, e->answer, e->answer_n);
    else return false;
    return true;
}

static unsigned seen_by_a(const struct providers *p, const char *pan, int64_t now_ms) {
    return credit_inquiries(p, "bureau.hard", pan, now_ms) + credit_inquiries(p, "bureau_a.hard", pan, now_ms);
}

/* Loaded attributes are told as they stand in the file: an empty cell stays missing. */
static void write_report(struct providers *p, const struct outside_request *r, struct buf *out) {
    const char *pan = json_text(r->input, "pan", ""), *real = loaded(p, pan);
    struct credit c;
    if (real) {
        buf_adds(out, real);
        return;
    }
    credit_of(p, pan, &c);
    c.inquiries_180 += seen_by_a(p, pan, r->now_ms);
    credit_write(&c, out);
}

static void bureau_report(struct providers *p, const struct outside_request *r, struct provided *out) {
    write_report(p, r, out->body);
}

static void bureau_hard(struct providers *p, const struct outside_request *r, struct provided *out) {
    char day[16];
    if (credit_asked_before(p, r->operation, json_text(r->input, "reference", ""), json_text(r->input, "pan", ""), out)) return;
    write_report(p, r, out->body);
    out->body->len--; /* the closing brace */
    buf_addf(out->body, ",\"inquiry\":\"INQ%012" PRIu64 "\",\"inquired_on\":\"%s\"}", service_number(p, r), day_text(service_day(r->now_ms), day));
}

const struct service bureau_services[] = {
    {"bureau.report", bureau_report, false},   {"bureau.soft", bureau_report, false},   {"bureau.hard", bureau_hard, true},
    {"bureau_a.report", bureau_report, false}, {"bureau_a.soft", bureau_report, false}, {"bureau_a.hard", bureau_hard, true},
    {.operation = NULL},
};
