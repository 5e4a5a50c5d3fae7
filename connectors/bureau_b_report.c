/* bureau_b_report.c - bureau B's report brought to the contract of bureau.report.
 *
 * A score from 1 to 999 is stretched to 300-900: a scale only, no claim that equal numbers mean equal risk. A run of months
 * past due counts once, at its worst; months that were not reported do not end a run. */
#include "connectors/bureau_shape.h"

#include <string.h>

#include "base/text.h"
#include "base/zone.h"

#define LINES_MAX 500
#define MONTHS 24
#define DAYS_180 180
#define NOT_REPORTED (-1)
#define LOST 999 /* an account that its lender has written down: worse than 90 days */

/* "15012026"; empty is 0 with *given false. */
static bool read_date(const char *s, bool *given, int32_t *out) {
    char iso[11];
    *given = *s != 0;
    *out = 0;
    if (!*given) return true;
    if (strlen(s) != 8 || strspn(s, "0123456789") != 8) return false;
    snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", s + 4, s + 2, s);
    return day_parse(iso, out) == OK;
}

/* "1,50,000" or "1,50,000.50" rupees in paise; empty is 0. Commas only between digits. */
static bool read_rupees(const char *s, int64_t *out) {
    int64_t v = 0;
    int digits = 0, decimals = -1;
    for (; *s; s++) {
        if (*s == ',' && digits && decimals < 0 && s[1] >= '0' && s[1] <= '9') continue;
        if (*s == '.' && digits && decimals < 0 && s[1]) {
            decimals = 0;
            continue;
        }
        if (*s < '0' || *s > '9' || ++digits > 15 || decimals == 2) return false;
        v = v * 10 + (*s - '0');
        decimals += decimals >= 0;
    }
    *out = decimals == 2 ? v : decimals == 1 ? v * 10 : v * 100;
    return true;
}

static int month_past_due(const char *three) {
    static const char *const lost[] = {"SUB", "DBT", "LSS"};
    if (!strncmp(three, "XXX", 3)) return NOT_REPORTED;
    if (!strncmp(three, "STD", 3)) return 0;
    for (size_t k = 0; k < ARRAY_LEN(lost); k++)
        if (!strncmp(three, lost[k], 3)) return LOST;
    return strspn(three, "0123456789") < 3 ? -2 : (three[0] - '0') * 100 + (three[1] - '0') * 10 + three[2] - '0';
}

struct sum { /* over all tradelines */
    int64_t card_balance, card_limit, instalments, overdue;
    int late_30, late_60, late_90, open, real_estate;
    int32_t oldest; /* day; INT32_MAX none */
};

static void count_run(struct sum *s, int worst) {
    if (worst >= 90) s->late_90++;
    else if (worst >= 60) s->late_60++;
    else if (worst >= 30) s->late_30++;
}

static bool read_history(struct sum *s, const char *text) {
    size_t n = strlen(text);
    int worst = 0;
    if (n % 3) return false;
    for (size_t k = 0; k < n; k += 3) {
        int d = month_past_due(text + k);
        if (d == -2) return false;
        if (d == NOT_REPORTED || k >= 3 * MONTHS) continue;
        if (d == 0) count_run(s, worst), worst = 0;
        else if (d > worst) worst = d;
    }
    count_run(s, worst);
    return true;
}

static bool is_kind(const char *kind, const char *const *list) {
    for (; *list; list++)
        if (!strcmp(kind, *list)) return true;
    return false;
}

static bool read_line(struct sum *s, const json_t *line) {
    static const char *const cards[] = {"10", "12", NULL}, *const homes[] = {"02", "03", NULL};
    const char *kind = json_text(line, "kind", "");
    int64_t limit, balance, overdue, instalment;
    int32_t opened, closed;
    bool known, ended;
    if (!json_is_object(line) || !read_date(json_text(line, "opened", ""), &known, &opened) || !read_date(json_text(line, "closed", ""), &ended, &closed) ||
        !read_rupees(json_text(line, "limit", ""), &limit) || !read_rupees(json_text(line, "balance", ""), &balance) ||
        !read_rupees(json_text(line, "overdue", ""), &overdue) || !read_rupees(json_text(line, "instalment", ""), &instalment) ||
        !read_history(s, json_text(line, "history", "")))
        return false;
    if (known && opened < s->oldest) s->oldest = opened;
    s->overdue += overdue;
    if (ended) return true;
    s->open++;
    s->instalments += instalment;
    s->real_estate += is_kind(kind, homes);
    if (is_kind(kind, cards)) s->card_balance += balance, s->card_limit += limit;
    return true;
}

static bool read_inquiries(const json_t *list, int32_t today, int *out) {
    size_t k;
    json_t *v;
    *out = 0;
    json_array_foreach(list, k, v) {
        int32_t day;
        bool given;
        if (!read_date(json_text(v, "on", ""), &given, &day)) return false;
        *out += given && day > today - DAYS_180 && day <= today;
    }
    return true;
}

/* "NH": no history. */
static bool read_score(const char *s, bool *none, int *out) {
    int64_t v = 0;
    *none = !strcmp(s, "NH");
    if (!*none && (text_i64(s, strlen(s), &v) != OK || v < 1 || v > 999)) return false;
    *out = *none ? 0 : 300 + (int)(((v - 1) * 600 + 499) / 998);
    return true;
}

static double share(double of, double whole) { return whole > 0 ? (double)(int64_t)(of / whole * 10000 + 0.5) / 10000 : 0; }

static int put_income(json_t *v, const struct sum *s, int64_t income, double scale) {
    if (income <= 0) return 0;
    return json_object_set_new(v, "monthly_income", json_real((double)(int64_t)((double)income / 100 / scale + 0.5))) |
           json_object_set_new(v, "debt_ratio", json_real(share((double)s->instalments, (double)income)));
}

static int capped(int n) { return n < 95 ? n : 95; } /* 96 and 98 are codes */

static json_t *report_of(const struct sum *s, int score, int64_t income, int inquiries, int32_t today, double scale) {
    json_t *v = json_pack("{s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I}", "thin", false, "score", score, "late_30_59",
                          capped(s->late_30), "late_60_89", capped(s->late_60), "late_90", capped(s->late_90),
                          "open_credit_lines", s->open, "real_estate_loans", s->real_estate, "inquiries_180", inquiries,
                          "overdue", (json_int_t)s->overdue);
    int bad = !v || put_income(v, s, income, scale);
    if (!bad && s->card_limit > 0)
        bad = json_object_set_new(v, "revolving_utilisation", json_real(share((double)s->card_balance, (double)s->card_limit)));
    if (!bad && s->oldest < today) bad = json_object_set_new(v, "oldest_line_months", json_integer((today - s->oldest) * 12 / 365));
    if (!bad) return v;
    json_decref(v);
    return NULL;
}

static json_t *bad_place(struct fault *f, const char *where) {
    (void)fault_set(f, ERR_INVALID, where, "cannot be read");
    return NULL;
}

static json_t *read_report(const json_t *said, int32_t today, double scale, struct fault *f) {
    struct sum sum = {.oldest = INT32_MAX};
    const json_t *lines = json_object_get(said, "tradelines");
    bool none;
    int score, inquiries;
    int64_t income;
    size_t k;
    json_t *line;
    if (!read_score(json_text(json_object_get(said, "score"), "value", ""), &none, &score)) return bad_place(f, "/score/value");
    if (!json_is_array(lines) || json_array_size(lines) > LINES_MAX) return bad_place(f, "/tradelines");
    if (none) return json_array_size(lines) ? bad_place(f, "/score/value") : json_pack("{s:b}", "thin", true);
    json_array_foreach(lines, k, line) {
        if (!read_line(&sum, line)) return bad_place(f, "/tradelines");
    }
    if (!read_inquiries(json_object_get(said, "inquiries"), today, &inquiries)) return bad_place(f, "/inquiries");
    if (!read_rupees(json_text(json_object_get(said, "subject"), "monthlyIncome", ""), &income))
        return bad_place(f, "/subject/monthlyIncome");
    return report_of(&sum, score, income, inquiries, today, scale);
}

json_t *bureau_b_report(const json_t *said, double scale, struct fault *f) {
    const json_t *head = json_object_get(said, "report");
    char day[16];
    bool given;
    int32_t today;
    *f = (struct fault){0};
    if (!read_date(json_text(head, "processed", ""), &given, &today) || !given) return bad_place(f, "/report/processed");
    json_t *v = read_report(said, today, scale, f);
    int bad = !v || json_object_set_new(v, "source", json_string("bureau_b"));
    if (!bad && !strcmp(json_text(head, "type", "S"), "H"))
        bad = json_object_set_new(v, "inquiry", json_string(json_text(head, "control", ""))) |
              json_object_set_new(v, "inquired_on", json_string(day_text(today, day)));
    if (!bad) return v;
    json_decref(v);
    return NULL;
}
