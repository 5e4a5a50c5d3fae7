/* declared_reply.c - places in a reply, and their values in our types. */
#include "connectors/declared_reply.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "base/zone.h"

/* NULL: nothing stands there; JSON null counts as nothing. */
static const json_t *at_path(const json_t *v, const json_t *path) {
    const json_t *part;
    size_t i;
    json_array_foreach(path, i, part) {
        char place[24];
        if (json_is_array(v)) v = json_is_integer(part) ? json_array_get(v, (size_t)json_integer_value(part)) : NULL;
        else if (json_is_integer(part)) (void)snprintf(place, sizeof place, "%lld", (long long)json_integer_value(part)), v = json_object_get(v, place);
        else v = json_object_get(v, json_string_value(part));
    }
    return v && !json_is_null(v) ? v : NULL;
}

/* --- ends ------------------------------------------------------------------------------------------- */

/* 404 and "404" are one code to a provider. */
static bool same(const json_t *theirs, const json_t *declared) {
    char number[32];
    if (json_is_string(declared) && json_is_integer(theirs)) {
        (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(theirs));
        return text_eq(number, json_string_value(declared));
    }
    if (json_is_number(theirs) && json_is_number(declared)) return json_number_value(theirs) == json_number_value(declared);
    return json_equal(theirs, declared);
}

static bool end_fits(const json_t *end, int status, const json_t *said) {
    const json_t *wanted = json_object_get(end, "status"), *path = json_object_get(end, "path");
    if (wanted && json_integer_value(wanted) != status) return false;
    if (!path) return true;
    const json_t *v = at_path(said, path);
    return v && same(v, json_object_get(end, "is"));
}

static void end_with(const json_t *end, const struct operation *op, bool look, int status, struct answer *a) {
    const char *word = json_text(end, "end", "failed"), *code = json_text(end, "code", NULL);
    if (!strcmp(word, "refused")) answer_set(a, CALL_REFUSED, code, "the provider refused (%d)", status);
    else if (!strcmp(word, "uncertain")) {
        answer_set(a, op->kind == OP_READ && !look ? CALL_FAILED : CALL_UNCERTAIN, code ? code : "pending", "the provider has not settled it yet (%d)", status);
        a->result.said_later = true;
    } else answer_set(a, CALL_FAILED, code, look ? "the provider knows no such request (%d)" : "the provider could not do it (%d)", status);
}

static bool only_later(int status) { return status == 408 || status == 425 || status == 429; }

bool declared_judge(const json_t *way, const struct operation *op, bool look, const struct reply *reply, struct answer *a) {
    const json_t *end;
    json_t *said = NULL;
    size_t i;
    (void)!json_parse(reply->body, reply->n, &JSON_LIMITS_ANSWER, &said, NULL);
    bool judged = false;
    json_array_foreach(json_object_get(way, "ends"), i, end) {
        if (judged || !end_fits(end, reply->status, said)) continue;
        end_with(end, op, look, reply->status, a);
        judged = true;
    }
    json_decref(said);
    if (judged || reply->status < 400 || reply->status > 499 || only_later(reply->status)) return judged;
    answer_set(a, op->kind == OP_READ && !look ? CALL_FAILED : CALL_UNCERTAIN, NULL, "the provider answered %d, which is not declared", reply->status);
    return true;
}

/* --- values ----------------------------------------------------------------------------------------- */

/* 12.5, "12.5", "2,50,000.00" in millionths. */
static bool millionths(const json_t *v, int64_t *out) {
    char plain[48];
    size_t n = 0;
    if (json_is_integer(v)) return !__builtin_mul_overflow(json_integer_value(v), FIXED_ONE, out);
    if (json_is_real(v)) return fixed_from_double(json_real_value(v), out) == OK;
    for (const char *s = json_string_value(v); s && *s; s++) {
        if (*s == ',' || *s == ' ') continue;
        if (n == sizeof plain - 1) return false;
        plain[n++] = *s;
    }
    plain[n] = 0;
    return json_is_string(v) && n && fixed_parse(plain, n, out) == OK;
}

static json_t *number_of(int64_t n) {
    return n % FIXED_ONE ? json_real((double)n / FIXED_ONE) : json_integer(n / FIXED_ONE);
}

static json_t *number_new(const json_t *v) {
    int64_t n;
    return millionths(v, &n) ? number_of(n) : NULL;
}

static json_t *share_new(const json_t *v, const char *counts) {
    int64_t n, out;
    if (!millionths(v, &n)) return NULL;
    if (strcmp(counts, "percent")) return number_of(n);
    return fixed_muldiv(n, 1, 100, &out) ? number_of(out) : NULL;
}

/* To the minor unit exactly: a provider that sends fractions of it counts in something else than was declared. */
static json_t *money_new(const json_t *v, const char *counts, const char *currency) {
    int64_t n, unit = FIXED_ONE, out, back;
    int digits = strcmp(counts, "major") ? 0 : fixed_currency_digits(currency);
    for (int i = 0; i < digits; i++) unit /= 10;
    if (!millionths(v, &n) || !fixed_muldiv(n, 1, unit, &out) || __builtin_mul_overflow(out, unit, &back) || back != n) return NULL;
    return json_integer(out);
}

/* The letters of the form are places of digits; what else stands in it must stand in the text. */
static json_t *date_new(const json_t *v, const char *form) {
    char iso[11] = "0000-00-00", number[24], out[16];
    size_t used[3] = {0, 0, 0};
    static const size_t from[3] = {0, 5, 8};
    int32_t day;
    const char *text = json_string_value(v);
    if (json_is_integer(v)) (void)snprintf(number, sizeof number, "%08lld", (long long)json_integer_value(v)), text = number; /* 01022026 */
    if (!text) return NULL;
    size_t n = strlen(form);
    if (strlen(text) < n || (strlen(text) > n && text[n] != 'T' && text[n] != ' ')) return NULL; /* "2026-12-31T00:00:00Z" */
    for (size_t i = 0; i < n; i++) {
        int part = form[i] == 'Y' ? 0 : form[i] == 'M' ? 1 : form[i] == 'D' ? 2 : -1;
        if (part < 0 && text[i] != form[i]) return NULL;
        if (part >= 0 && !isdigit((unsigned char)text[i])) return NULL;
        if (part >= 0) iso[from[part] + used[part]++] = text[i];
    }
    return day_parse(iso, &day) == OK ? json_string(day_text(day, out)) : NULL;
}

static json_t *mapped_new(const json_t *field, const json_t *v) {
    const json_t *pair;
    size_t i;
    json_array_foreach(json_object_get(field, "map"), i, pair)
        if (same(v, json_array_get(pair, 0))) return json_deep_copy(json_array_get(pair, 1));
    const json_t *otherwise = json_object_get(field, "otherwise");
    return otherwise ? json_deep_copy(otherwise) : NULL;
}

static json_t *text_new(const json_t *v) {
    char number[32];
    if (json_is_string(v)) return json_string(json_string_value(v));
    if (!json_is_integer(v)) return NULL;
    (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(v));
    return json_string(number);
}

static json_t *converted_new(const json_t *field, const json_t *v) {
    const char *as = json_text(field, "as", "text");
    if (json_object_get(field, "map")) return mapped_new(field, v);
    if (!strcmp(as, "number") || !strcmp(as, "whole")) return number_new(v);
    if (!strcmp(as, "share")) return share_new(v, json_text(field, "counts", "share"));
    if (!strcmp(as, "money")) return money_new(v, json_text(field, "counts", "minor"), json_text(field, "currency", "INR"));
    if (!strcmp(as, "date")) return date_new(v, json_text(field, "form", "YYYY-MM-DD"));
    if (!strcmp(as, "truth")) return json_is_boolean(v) ? json_boolean(json_is_true(v)) : NULL;
    return text_new(v);
}

static json_t *about_place_new(const char *is, const json_t *v) {
    if (!strcmp(is, "count")) return json_is_array(v) ? json_integer((json_int_t)json_array_size(v)) : v ? NULL : json_integer(0);
    return json_boolean(!strcmp(is, "present") ? v != NULL : v == NULL);
}

/* False: it is not there or not what was agreed. *out NULL: it may be missing, and is. */
static bool field_new(const json_t *field, const json_t *said, json_t **out) {
    const json_t *constant = json_object_get(field, "const"), *v = at_path(said, json_object_get(field, "path"));
    const char *is = json_text(field, "is", NULL);
    *out = NULL;
    if (constant) *out = json_deep_copy(constant);
    else if (is) *out = about_place_new(is, v);
    else if (v) *out = converted_new(field, v);
    else return json_bool(field, "maybe", false) || json_object_get(field, "otherwise") ? (*out = json_deep_copy(json_object_get(field, "otherwise")), true) : false;
    return *out != NULL;
}

json_t *declared_answer_new(const json_t *way, const json_t *said, struct answer *a) {
    const char *name;
    json_t *field, *all = json_object();
    json_object_foreach(json_object_get(way, "answer"), name, field) {
        json_t *v = NULL;
        bool there = all && field_new(field, said, &v);
        if (there && (!v || !json_object_set_new(all, name, v))) continue;
        answer_set(a, CALL_FAILED, "bad_answer", there ? "no memory for the answer" : "the provider's answer has no %.60s that can be read", name);
        json_decref(all);
        return NULL;
    }
    return all;
}
