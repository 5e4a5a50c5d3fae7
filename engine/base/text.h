/* text.h - small questions about text: nearest word, numbers, UTF-8. No locale, no allocation. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Whole text must be a decimal integer that fits; ERR_INVALID otherwise. */
MUST_CHECK enum err text_i64(const char *s, size_t n, int64_t *out);
/* Damerau-Levenshtein distance of at most 64 bytes each; longer texts answer 64. */
unsigned text_distance(const char *a, const char *b);
/* The entry of `words` (NULL-terminated) nearest to `word`, if near enough to suggest
 * ("did you mean"); NULL otherwise. */
const char *text_nearest(const char *word, const char *const *words);
bool text_is_utf8(const char *s, size_t n);
/* Bytes of the one well-formed character that s begins with; 0 if it begins with none. */
size_t text_utf8_char(const char *s, size_t n);
/* Cuts an unfinished character off the end of a truncated text. */
void text_trim_utf8(char *s);
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);
bool text_eq(const char *a, const char *b); /* NULL-safe: NULL equals only NULL */
/* Constant-time comparison for secrets. */
bool text_same_secret(const void *a, const void *b, size_t n);
/* Copies with truncation, always terminated (src NULL copies ""); returns false when it did not fit. */
bool text_copy(char *dst, size_t cap, const char *src);

#endif
