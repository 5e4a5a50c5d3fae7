#include "dsl/unit.h"

#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "base/zone.h"

#define HOUR_MS INT64_C(3600000)

static const struct unit UNITS[] = {
    {"rupees", TYPE_MONEY, "INR", 0},    {"dollars", TYPE_MONEY, "USD", 0},
    {"euros", TYPE_MONEY, "EUR", 0},     {"pounds", TYPE_MONEY, "GBP", 0},
    {"yen", TYPE_MONEY, "JPY", 0},       {"taka", TYPE_MONEY, "BDT", 0},
    {"naira", TYPE_MONEY, "NGN", 0},     {"shillings", TYPE_MONEY, "KES", 0},
    {"dirhams", TYPE_MONEY, "AED", 0},   {"rupiah", TYPE_MONEY, "IDR", 0},
    {"dong", TYPE_MONEY, "VND", 0},      {"baht", TYPE_MONEY, "THB", 0},
    {"ringgit", TYPE_MONEY, "MYR", 0},   {"reais", TYPE_MONEY, "BRL", 0},
    {"percent", TYPE_SHARE, NULL, 10000},
    {"seconds", TYPE_ELAPSED, NULL, 1000},
    {"minutes", TYPE_ELAPSED, NULL, 60000},
    {"hours", TYPE_ELAPSED, NULL, HOUR_MS},
    {"days", TYPE_CALENDAR_LENGTH, NULL, 1},
    {"weeks", TYPE_CALENDAR_LENGTH, NULL, 7},
    {"date", TYPE_DATE, NULL, 0},
    {"instant", TYPE_INSTANT, NULL, 0},
};

static const char *const NAMES[ARRAY_LEN(UNITS) + 1] = {
    "rupees", "dollars", "euros",   "pounds",  "yen",     "taka",  "naira", "shillings",
    "dirhams", "rupiah", "dong",    "baht",    "ringgit", "reais", "percent", "seconds",
    "minutes", "hours",  "days",    "weeks",   "date",    "instant", NULL};

const struct unit *unit_find(const char *word) {
    for (size_t i = 0; i < ARRAY_LEN(UNITS); i++)
        if (!strcmp(UNITS[i].word, word)) return &UNITS[i];
    return NULL;
}

const char *const *unit_names(void) { return NAMES; }

const char *unit_currency_word(const char *currency) {
    for (size_t i = 0; i < ARRAY_LEN(UNITS); i++)
        if (UNITS[i].currency && !strcmp(UNITS[i].currency, currency)) return UNITS[i].word;
    return "money";
}

/* Groups of three, or of two before a last three (2,50,000); a comma anywhere else is a slip. */
static bool ungroup(const char *text, size_t n, char *out, size_t cap, size_t *len) {
    size_t k = 0, since = 0;
    bool seen = false, point = false;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == ',') {
            if (point || since == 0 || since > 3 || (seen && since < 2)) return false;
            seen = true;
            since = 0;
            continue;
        }
        if (text[i] == '.') {
            if (seen && since != 3) return false;
            point = true;
        } else if (!point && text[i] != '-') {
            since++;
        }
        if (k + 1 >= cap) return false;
        out[k++] = text[i];
    }
    if (seen && !point && since != 3) return false;
    out[k] = '\0';
    *len = k;
    return true;
}

static enum err date_value(const struct unit *u, const char *text, struct value *out, struct fault *f) {
    int32_t day = 0;
    if (u->kind == TYPE_INSTANT) {
        if (instant_parse(text, &out->n) == OK) return OK;
        return fault_set(f, ERR_INVALID, "", "%s('%s') is no instant; write instant('2026-12-01T09:00:00Z')",
                         u->word, text);
    }
    if (day_parse(text, &day) != OK)
        return fault_set(f, ERR_INVALID, "", "%s('%s') is no date; write date('2026-12-01')", u->word, text);
    out->n = day;
    return OK;
}

static int64_t minor_scale(const char *currency) {
    int digits = fixed_currency_digits(currency);
    int64_t scale = 1;
    for (int i = 0; i < digits; i++) scale *= 10;
    return scale;
}

/* No rounding: half a day, or a tenth of a paisa, is a slip and is said so. */
static enum err scaled(const struct unit *u, const char *number, int64_t scale, struct value *out,
                       struct fault *f) {
    int64_t n, back, millionths;
    enum err e = fixed_parse(number, strlen(number), &millionths);
    if (e == ERR_NOMEM) return e;
    if (e != OK)
        return fault_set(f, ERR_INVALID, "", "%s(%.40s): ‹%.40s› is no number; write %s(12)", u->word, number,
                         number, u->word);
    if (!fixed_muldiv(millionths, scale, FIXED_ONE, &n))
        return fault_set(f, ERR_INVALID, "", "%s(%.40s) is too big", u->word, number);
    if (!fixed_muldiv(n, FIXED_ONE, scale, &back) || back != millionths)
        return fault_set(f, ERR_INVALID, "", "%s(%.40s) is finer than %s can be counted; write a rounder number",
                         u->word, number, u->word);
    out->n = n;
    return OK;
}

enum err unit_value(const struct unit *u, const char *text, size_t n, bool grouped, struct value *out,
                    struct fault *f) {
    char number[48];
    size_t len = 0;
    *out = (struct value){.kind = u->kind};
    if (n >= sizeof number) return fault_set(f, ERR_INVALID, "", "%s(...): this is too long to be one value", u->word);
    memcpy(number, text, n);
    number[n] = '\0';
    if (u->kind == TYPE_DATE || u->kind == TYPE_INSTANT) return date_value(u, number, out, f);
    if (memchr(text, ',', n)) {
        char plain[48];
        if (!grouped)
            return fault_set(f, ERR_INVALID, "", "a grouped amount is text; write %s('%s')", u->word, number);
        if (!ungroup(text, n, plain, sizeof plain, &len))
            return fault_set(f, ERR_INVALID, "", "‹%s› has a comma in an odd place; write '2,50,000' or '250,000'", number);
        memcpy(number, plain, len + 1);
    }
    if (u->currency) {
        (void)text_copy(out->currency, sizeof out->currency, u->currency);
        return scaled(u, number, minor_scale(u->currency), out, f);
    }
    return scaled(u, number, u->scale, out, f);
}
