/* mrz.c - see mrz.h. */
#include "base/mrz.h"

#include <stdbool.h>
#include <string.h>

#include "base/zone.h"

static int value_of(char c) {
    return c == '<' ? 0 : c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

char mrz_digit(const char *chars, size_t n) {
    static const int weight[] = {7, 3, 1};
    int sum = 0;
    for (size_t k = 0; k < n; k++) {
        int v = value_of(chars[k]);
        if (v < 0) return 0;
        sum += weight[k % 3] * v;
    }
    return (char)('0' + sum % 10);
}

/* Fillers inside become single spaces, those at the end go. */
static void words(const char *s, size_t n, char *out, size_t cap) {
    size_t k = 0;
    for (size_t i = 0; i < n && k + 1 < cap; i++)
        if (s[i] != '<') out[k++] = s[i];
        else if (k && out[k - 1] != ' ') out[k++] = ' ';
    while (k && out[k - 1] == ' ') k--;
    out[k] = 0;
}

static void names(const char *line1, struct mrz *out) {
    const char *field = line1 + 5, *end = line1 + MRZ_LINE;
    const char *part = memmem(field, (size_t)(end - field), "<<", 2);
    words(field, (size_t)((part ? part : end) - field), out->surname, sizeof out->surname);
    words(part ? part : end, part ? (size_t)(end - part) : 0, out->given, sizeof out->given);
}

static bool two(const char *s, int *out) {
    *out = (s[0] - '0') * 10 + s[1] - '0';
    return s[0] >= '0' && s[0] <= '9' && s[1] >= '0' && s[1] <= '9';
}

static bool real_date(int32_t day, int month, int mday) {
    int y, m, d;
    day_split(day, &y, &m, &d);
    return m == month && d == mday;
}

/* The latest real date with these six digits that is not after `last`. */
static bool date_before(const char *s, int32_t last, int32_t *out) {
    int yy, month, mday, year, m, d;
    if (!two(s, &yy) || !two(s + 2, &month) || !two(s + 4, &mday) || month < 1 || month > 12 || mday < 1 || mday > 31)
        return false;
    day_split(last, &year, &m, &d);
    for (int y = year - ((year - yy) % 100 + 100) % 100; y > year - 200; y -= 100) {
        *out = day_of(y, month, mday);
        if (*out <= last && real_date(*out, month, mday)) return true;
    }
    return false;
}

static const char *digits_fault(const char *l) {
    char whole[39];
    memcpy(whole, l, 10);
    memcpy(whole + 10, l + 13, 7);
    memcpy(whole + 17, l + 21, 22);
    bool no_optional = l[42] == '<' && strspn(l + 28, "<") >= 14;
    if (mrz_digit(l, 9) != l[9]) return "mrz_document_digit";
    if (mrz_digit(l + 13, 6) != l[19]) return "mrz_birth_digit";
    if (mrz_digit(l + 21, 6) != l[27]) return "mrz_expiry_digit";
    if (!no_optional && mrz_digit(l + 28, 14) != l[42]) return "mrz_optional_digit";
    return mrz_digit(whole, 39) != l[43] ? "mrz_composite_digit" : NULL;
}

const char *mrz_read(const char *line1, const char *line2, int32_t today, struct mrz *out) {
    memset(out, 0, sizeof *out);
    if (strlen(line1) != MRZ_LINE || strlen(line2) != MRZ_LINE) return "mrz_length";
    for (size_t k = 0; k < MRZ_LINE; k++)
        if (value_of(line1[k]) < 0 || value_of(line2[k]) < 0) return "mrz_characters";
    if (line1[0] != 'P') return "mrz_kind";
    const char *fault = digits_fault(line2);
    if (fault) return fault;
    if (!date_before(line2 + 13, today, &out->birth_day)) return "mrz_birth_date";
    if (!date_before(line2 + 21, today + 50 * 365, &out->expiry_day)) return "mrz_expiry_date";
    words(line1 + 2, 3, out->issuer, sizeof out->issuer);
    words(line2 + 10, 3, out->nationality, sizeof out->nationality);
    words(line2, 9, out->document, sizeof out->document);
    words(line2 + 28, 14, out->optional, sizeof out->optional);
    out->sex = line2[20] == 'M' || line2[20] == 'F' ? line2[20] : 'X';
    names(line1, out);
    return NULL;
}
