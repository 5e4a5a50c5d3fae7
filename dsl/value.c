/* value.c - values in and out of JSON, and in words. */
#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "base/zone.h"
#include "dsl/expr_node.h"

enum { DAY_LEAST = -719162, DAY_MOST = 2932896 }; /* 0001-01-01 .. 9999-12-31 */
#define DAY_MS INT64_C(86400000)

/* ---- to JSON ---- */

static json_t *millionths_json(int64_t n) {
    if (n % FIXED_ONE == 0) return json_integer(n / FIXED_ONE);
    return json_real((double)n / (double)FIXED_ONE);
}

static json_t *day_json(int64_t day) {
    char text[16];
    if (day < DAY_LEAST || day > DAY_MOST) return json_integer(day);
    return json_string(day_text((int32_t)day, text));
}

static json_t *instant_json(int64_t ms) {
    char text[32];
    if (ms < DAY_LEAST * DAY_MS || ms > DAY_MOST * DAY_MS) return json_integer(ms);
    return json_string(instant_text(ms, text));
}

json_t *value_json_new(const struct value *v) {
    if (v->missing) return json_null();
    switch (v->kind) {
    case TYPE_TRUTH: return json_boolean(v->n != 0);
    case TYPE_NUMBER:
    case TYPE_SHARE: return millionths_json(v->n);
    case TYPE_MONEY:
    case TYPE_ELAPSED:
    case TYPE_CALENDAR_LENGTH: return json_integer(v->n);
    case TYPE_DATE: return day_json(v->n);
    case TYPE_INSTANT: return instant_json(v->n);
    case TYPE_TEXT:
    case TYPE_ONE_OF: return json_string(v->text ? v->text : "");
    case TYPE_LIST:
    case TYPE_RECORD:
    case TYPE_OPAQUE: return v->json ? json_incref((json_t *)v->json) : json_null();
    case TYPE_UNKNOWN: break;
    }
    return json_null();
}

json_t *value_shown_new(const struct value *v, const struct type *t) {
    if (t->personal && !v->missing) return json_string("<personal>");
    return value_json_new(v);
}

/* ---- from JSON ---- */

static enum err misfit(const struct type *t, struct fault *f, const char *seen) {
    char say[160];
    if (t->kind == TYPE_ONE_OF) (void)text_copy(say, sizeof say, "one of its declared words");
    else if (t->kind == TYPE_MONEY) (void)text_copy(say, sizeof say, "money in minor units");
    else (void)text_copy(say, sizeof say, type_words(t, NULL));
    return fault_set(f, ERR_INVALID, "", "%s is wanted, but the value is %s", say, seen);
}

static enum err read_number(const json_t *j, const struct type *t, struct value *v, struct fault *f) {
    if (json_is_integer(j)) {
        if (!__builtin_mul_overflow(json_integer_value(j), FIXED_ONE, &v->n)) return OK;
        return fault_set(f, ERR_INVALID, "", "the number is too big");
    }
    if (!json_is_real(j)) return misfit(t, f, "no number");
    if (fixed_from_double(json_real_value(j), &v->n) != OK)
        return fault_set(f, ERR_INVALID, "", "the number is too big");
    if (t->integer && v->n % FIXED_ONE) return misfit(t, f, "a fraction");
    return OK;
}

/* Whole units only: a fraction of a paisa in an answer is a fault of whoever sent it. */
static enum err read_whole(const json_t *j, const struct type *t, struct value *v, struct fault *f) {
    double d;
    if (json_is_integer(j)) return v->n = json_integer_value(j), OK;
    if (!json_is_real(j)) return misfit(t, f, "no whole number");
    d = json_real_value(j);
    if (!(d > -9e15 && d < 9e15) || (double)(int64_t)d != d) return misfit(t, f, "no whole number");
    v->n = (int64_t)d;
    return OK;
}

static enum err read_date(const json_t *j, const struct type *t, struct value *v, struct fault *f) {
    int32_t day;
    const char *text = json_string_value(j);
    if (!text) return misfit(t, f, "no text");
    if (t->kind == TYPE_INSTANT) return instant_parse(text, &v->n) == OK ? OK : misfit(t, f, "something else");
    if (day_parse(text, &day) != OK) return misfit(t, f, "something else");
    v->n = day;
    return OK;
}

static enum err read_word(const json_t *j, const struct type *t, struct value *v, struct fault *f) {
    const char *text = json_string_value(j);
    if (!text) return misfit(t, f, "no text");
    for (int i = 0; t->words && t->words[i]; i++)
        if (!strcmp(t->words[i], text)) return v->text = text, OK;
    return misfit(t, f, "another word");
}

enum err value_from_json(const json_t *j, const struct type *t, struct value *v, struct fault *f) {
    *v = (struct value){.kind = t->kind};
    memcpy(v->currency, t->currency, sizeof v->currency);
    if (!j || json_is_null(j)) return v->missing = true, OK;
    switch (t->kind) {
    case TYPE_TRUTH:
        if (!json_is_boolean(j)) return misfit(t, f, "neither");
        return v->n = json_is_true(j), OK;
    case TYPE_NUMBER:
    case TYPE_SHARE: return read_number(j, t, v, f);
    case TYPE_MONEY:
    case TYPE_ELAPSED:
    case TYPE_CALENDAR_LENGTH: return read_whole(j, t, v, f);
    case TYPE_DATE:
    case TYPE_INSTANT: return read_date(j, t, v, f);
    case TYPE_TEXT: return (v->text = json_string_value(j)) ? OK : misfit(t, f, "no text");
    case TYPE_ONE_OF: return read_word(j, t, v, f);
    case TYPE_LIST: return v->json = j, json_is_array(j) ? OK : misfit(t, f, "none");
    case TYPE_RECORD: return v->json = j, json_is_object(j) ? OK : misfit(t, f, "none");
    case TYPE_OPAQUE:
    case TYPE_UNKNOWN: v->json = j; return OK;
    }
    return fault_set(f, ERR_BUG, "", "a type that does not exist");
}

/* ---- in words ---- */

static size_t group(const char *digits, size_t n, bool indian, char *out) {
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        size_t left = n - i;
        bool comma = i && (indian && left > 3 ? (left - 3) % 2 == 0 : left % 3 == 0);
        if (comma && !(indian && left < 3)) out[k++] = ',';
        out[k++] = digits[i];
    }
    out[k] = '\0';
    return k;
}

/* "INR 2,50,000", "USD 1,250.50": grouped as the country writes it, decimals only where there are any. */
static const char *money_words(const struct value *v, struct arena *a) {
    char digits[32], grouped[48];
    int decimals = fixed_currency_digits(v->currency);
    uint64_t scale = 1, n = v->n < 0 ? 0 - (uint64_t)v->n : (uint64_t)v->n;
    if (decimals < 0) decimals = 2;
    for (int i = 0; i < decimals; i++) scale *= 10;
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)(n / scale));
    group(digits, (size_t)len, !strcmp(v->currency, "INR"), grouped);
    const char *space = v->currency[0] ? " " : "", *sign = v->n < 0 ? "-" : "";
    if (n % scale == 0) return arena_printf(a, "%s%s%s%s", v->currency, space, sign, grouped);
    return arena_printf(a, "%s%s%s%s.%0*llu", v->currency, space, sign, grouped, decimals,
                        (unsigned long long)(n % scale));
}

static const char *elapsed_words(int64_t ms, struct arena *a) {
    static const struct {
        int64_t ms;
        const char *one, *many;
    } UNITS[] = {{3600000, "hour", "hours"}, {60000, "minute", "minutes"}, {1000, "second", "seconds"}};
    for (size_t i = 0; i < ARRAY_LEN(UNITS); i++)
        if (ms && ms % UNITS[i].ms == 0)
            return arena_printf(a, "%lld %s", (long long)(ms / UNITS[i].ms),
                                ms == UNITS[i].ms ? UNITS[i].one : UNITS[i].many);
    return arena_printf(a, "%lld ms", (long long)ms);
}

static const char *share_words(int64_t n, struct arena *a) {
    char text[32];
    int64_t percent;
    if (!fixed_muldiv(n, 100, 1, &percent)) return fixed_text(n, text), arena_strdup(a, text);
    return arena_printf(a, "%s %%", fixed_text(percent, text));
}

const char *value_words(const struct value *v, struct arena *a) {
    char text[32];
    if (v->missing) return "missing";
    switch (v->kind) {
    case TYPE_TRUTH: return v->n ? "true" : "false";
    case TYPE_NUMBER: return arena_strdup(a, fixed_text(v->n, text));
    case TYPE_SHARE: return share_words(v->n, a);
    case TYPE_MONEY: return money_words(v, a);
    case TYPE_DATE:
        if (v->n < DAY_LEAST || v->n > DAY_MOST) return "a date beyond the calendar";
        return arena_strdup(a, day_text((int32_t)v->n, text));
    case TYPE_INSTANT:
        if (v->n < DAY_LEAST * DAY_MS || v->n > DAY_MOST * DAY_MS) return "an instant beyond the calendar";
        return arena_strdup(a, instant_text(v->n, text));
    case TYPE_ELAPSED: return elapsed_words(v->n, a);
    case TYPE_CALENDAR_LENGTH: return arena_printf(a, "%lld %s", (long long)v->n, v->n == 1 ? "day" : "days");
    case TYPE_TEXT:
    case TYPE_ONE_OF: return v->text ? v->text : "";
    case TYPE_LIST: return arena_printf(a, "a list of %zu", json_array_size(v->json));
    case TYPE_RECORD:
    case TYPE_OPAQUE:
    case TYPE_UNKNOWN: break;
    }
    return "a record";
}

int value_compare(const struct value *a, const struct value *b) {
    if (a->kind == TYPE_TEXT || a->kind == TYPE_ONE_OF) return strcmp(a->text, b->text) ? 1 : 0;
    return a->n < b->n ? -1 : a->n > b->n;
}
