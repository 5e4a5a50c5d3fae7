/* samples.c - no file of strategies holds a person's number. */
#include "dsl/samples.h"

#include <ctype.h>
#include <string.h>

/* Shapes are right so that schemas accept them, values are ones that issuers never give out. */
static const char *const samples[][2] = {{"pan", "ZZZPZ9999Z"},       {"account", "000000000019"},
                                         {"phone", "+915550000001"},  {"email", "sample@example.com"},
                                         {"aadhaar", "000000000000"}, {"name", "Sample Person"}};

const char *sample_value(const char *name) {
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        if (!strcmp(samples[i][0], name)) return samples[i][1];
    return NULL;
}

const char *const *sample_names(void) {
    static const char *const names[] = {"pan", "account", "phone", "email", "aadhaar", "name", NULL};
    return names;
}

/* A = capital letter, 9 = digit; the whole text must fit. Spaces and dashes between digits are passed
 * over. */
static bool fits(const char *shape, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if ((text[i] == ' ' || text[i] == '-') && *shape == '9') continue;
        if (!*shape || (*shape == 'A' ? !isupper((unsigned char)text[i]) : !isdigit((unsigned char)text[i])))
            return false;
        shape++;
    }
    return !*shape;
}

const char *personal_looks(const char *text, size_t n, const char **sample) {
    *sample = "pan";
    if (n > 3 && !memcmp(text, "ZZZ", 3)) return NULL; /* never given out: ours */
    if (fits("AAAAA9999A", text, n)) return "a tax number (PAN)";
    *sample = "phone";
    if (n && text[0] == '+' && (fits("999999999999", text + 1, n - 1) || fits("99999999999", text + 1, n - 1)))
        return "a telephone number";
    if (n && strchr("6789", text[0]) && fits("9999999999", text, n)) return "a telephone number";
    *sample = "aadhaar";
    if (n && text[0] > '1' && fits("999999999999", text, n)) return "an identity number (Aadhaar)";
    *sample = "email";
    const char *at = memchr(text, '@', n);
    if (at && at > text && memchr(at, '.', n - (size_t)(at - text)) && !memchr(text, ' ', n)) return "a mail address";
    return NULL;
}
