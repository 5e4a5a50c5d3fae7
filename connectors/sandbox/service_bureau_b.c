/* service_bureau_b.c - bureau B: tradelines, days past due as text, dates DDMMYYYY, rupees with Indian grouping.
 *
 * The lines are made from the same file that bureau A tells in sums, so that both speak of one person: cards carry the
 * utilisation, instalments make up the debt ratio, each time late is a run of months in some line's history. */
#include "connectors/sandbox/service.h"

#include <inttypes.h>
#include <string.h>

#include "base/rng.h"
#include "base/zone.h"
#include "connectors/sandbox/credit_file.h"

#define INCOME_SCALE 12 /* rupees for one unit of the model's income, as the connector's default has it */
#define LINES_MAX 60
#define MONTHS 24

void credit_of_b(const struct providers *p, const char *pan, struct credit *out) {
    struct person who;
    struct rng r;
    credit_of(p, pan, out);
    person_by_pan(p->seed, pan, &who);
    person_rng(&who, "bureau b", &r);
    int shift = (int)rng_below(&r, 71) - 35;
    bool unknown = rng_below(&r, 12) == 0, more = rng_below(&r, 10) == 0;
    if (out->thin || who.persona) return;
    out->score += shift;
    if (out->score < 300) out->score = 300;
    if (out->score > 900) out->score = 900;
    out->inquiries_180 += more;
    out->thin = unknown;
}

struct line {
    const char *kind; /* 02 home loan, 05 personal loan, 10 card */
    bool open;
    int64_t limit, balance, instalment, overdue; /* rupees */
    unsigned months;                             /* age */
    char history[3 * MONTHS + 1];                /* newest first */
    unsigned used;                               /* months of it */
};
struct file {
    struct line lines[LINES_MAX];
    unsigned n;
};

static struct line *add_line(struct file *f, const char *kind, bool open, unsigned months) {
    struct line *l = &f->lines[f->n < LINES_MAX ? f->n++ : LINES_MAX - 1];
    *l = (struct line){.kind = kind, .open = open, .months = months};
    return l;
}

static void add_months(struct line *l, const char *months) {
    memcpy(l->history + 3 * l->used, months, strlen(months));
    l->used += (unsigned)strlen(months) / 3;
}

/* A run of lateness in the first line that has room for it and a clean month on each side. */
static void late(struct file *f, unsigned times, const char *run) {
    unsigned need = (unsigned)strlen(run) / 3 + 1;
    for (unsigned k = 0; times; k++) {
        struct line *l = k < f->n ? &f->lines[k] : add_line(f, "05", false, f->lines[0].months);
        for (; times && l->used + need <= MONTHS; times--) {
            add_months(l, run);
            add_months(l, "000");
        }
        if (k + 1 >= LINES_MAX) return;
    }
}

static void fill_histories(struct file *f, struct rng *r) {
    for (unsigned k = 0; k < f->n; k++)
        while (f->lines[k].used < MONTHS && f->lines[k].used < f->lines[k].months)
            add_months(&f->lines[k], rng_below(r, 15) ? "000" : "XXX");
}

static void make_lines(struct file *f, const struct credit *c) {
    unsigned homes = c->real_estate, open = c->open_lines > homes ? c->open_lines : homes, plain = open - homes;
    int64_t income = (int64_t)(c->income * INCOME_SCALE), instalments = (int64_t)(c->debt_ratio * (double)income);
    for (unsigned k = 0; k < homes && k < LINES_MAX / 2; k++) add_line(f, "02", true, c->oldest_months)->limit = 2500000;
    for (unsigned k = 0; k < plain && k < LINES_MAX / 2; k++) add_line(f, k % 2 ? "05" : "10", true, c->oldest_months > 6 * k ? c->oldest_months - 6 * k : 3);
    if (!f->n) add_line(f, "05", false, c->oldest_months);
    f->lines[0].months = c->oldest_months;
    for (unsigned k = 0; k < f->n; k++) {
        struct line *l = &f->lines[k];
        if (!strcmp(l->kind, "10")) l->limit = 200000, l->balance = (int64_t)(c->utilisation * 200000);
        else l->balance = l->open ? 120000 : 0;
        if (l->open) l->instalment = instalments / open + (k == 0 ? instalments % open : 0);
    }
    f->lines[0].overdue = c->overdue_minor / 100;
}

static void rupees(struct buf *out, const char *name, int64_t v) {
    char digits[24], text[40];
    int n = snprintf(digits, sizeof digits, "%" PRId64, v), k = 0;
    for (int i = 0; i < n; i++) {
        int left = n - i; /* digits from here: a comma before the last three and before each pair ahead of them */
        if (i && (left == 3 || (left > 3 && left % 2 == 1))) text[k++] = ',';
        text[k++] = digits[i];
    }
    buf_addf(out, ",\"%s\":\"%.*s\"", name, k, text);
}

static const char *short_date(int32_t day, char out[16]) {
    int y, m, d;
    day_split(day, &y, &m, &d);
    snprintf(out, 16, "%02d%02d%04d", (unsigned char)d, (unsigned char)m, (uint16_t)y);
    return out;
}

static void write_line(const struct line *l, int32_t today, bool first, struct buf *out) {
    char opened[16], closed[16];
    buf_addf(out, "%s{\"kind\":\"%s\",\"opened\":\"%s\",\"closed\":\"%s\"", first ? "" : ",", l->kind,
             short_date(today - (int32_t)(l->months * 365 / 12) - 1, opened), l->open ? "" : short_date(today - 200, closed));
    rupees(out, "limit", l->limit);
    rupees(out, "balance", l->balance);
    rupees(out, "instalment", l->instalment);
    rupees(out, "overdue", l->overdue);
    buf_addf(out, ",\"history\":\"%.*s\"}", (int)(3 * l->used), l->history);
}

static void write_inquiries(unsigned n, int32_t today, struct buf *out) {
    char day[16];
    buf_adds(out, ",\"inquiries\":[");
    for (unsigned k = 0; k < n && k < 60; k++)
        buf_addf(out, "%s{\"on\":\"%s\",\"reason\":\"02\"}", k ? "," : "", short_date(today - 2 - (int32_t)k * 2, day));
    buf_addf(out, "%s{\"on\":\"%s\",\"reason\":\"02\"}]", n ? "," : "", short_date(today - 300, day)); /* too old to count */
}

static void write_report(struct providers *p, const struct outside_request *r, const char *pan, bool hard, struct buf *out) {
    struct credit c;
    struct file f = {.n = 0};
    struct rng rng;
    char day[16];
    int32_t today = service_day(r->now_ms);
    credit_of_b(p, pan, &c);
    buf_addf(out, "{\"report\":{\"control\":\"B%012" PRIu64 "\",\"processed\":\"%s\",\"type\":\"%s\"}", service_number(p, r),
             short_date(today, day), hard ? "H" : "S");
    if (c.thin) {
        buf_adds(out, ",\"score\":{\"value\":\"NH\"},\"tradelines\":[],\"inquiries\":[]}");
        return;
    }
    rng_seed(&rng, sandbox_hash(p->seed, "bureau b months", pan));
    make_lines(&f, &c);
    late(&f, c.late_90 < 90 ? c.late_90 : 0, "090060030");
    late(&f, c.late_60 < 90 ? c.late_60 : 0, "060030");
    late(&f, c.late_30 < 90 ? c.late_30 : 0, "030");
    fill_histories(&f, &rng);
    buf_addf(out, ",\"score\":{\"value\":\"%d\"},\"subject\":{\"kind\":\"individual\"", 1 + (int)(((c.score - 300) * 998 + 300) / 600));
    if (c.income > 0) rupees(out, "monthlyIncome", (int64_t)(c.income * INCOME_SCALE));
    buf_adds(out, "},\"tradelines\":[");
    for (unsigned k = 0; k < f.n; k++) write_line(&f.lines[k], today, k == 0, out);
    buf_addc(out, ']');
    write_inquiries(c.inquiries_180 + credit_inquiries(p, "bureau_b.hard", pan, r->now_ms), today, out);
    buf_addc(out, '}');
}

static const char *pan_of(const struct outside_request *r) { return json_text(json_object_get(r->input, "subject"), "panNo", ""); }

static void bureau_b_report(struct providers *p, const struct outside_request *r, struct provided *out) {
    write_report(p, r, pan_of(r), false, out->body);
}

static void bureau_b_hard(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *application = json_text(json_object_get(r->input, "inquiry"), "applicationRef", "");
    if (!credit_asked_before(p, r->operation, application, pan_of(r), out)) write_report(p, r, pan_of(r), true, out->body);
}

const struct service bureau_b_services[] = {
    {"bureau_b.report", bureau_b_report, false},
    {"bureau_b.soft", bureau_b_report, false},
    {"bureau_b.hard", bureau_b_hard, true},
    {.operation = NULL},
};
