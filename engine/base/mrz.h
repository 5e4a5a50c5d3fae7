/* mrz.h - the two machine-readable lines of a passport (ICAO 9303 part 4, TD3: 2 x 44 characters). Pure.
 *
 * Check digits have weights 7, 3, 1 over 0-9, A-Z as 10-35 and '<' as 0, mod 10. They tell a slip of the camera or of
 * the hand, not a forgery. */
#ifndef BASE_MRZ_H
#define BASE_MRZ_H

#include <stddef.h>
#include <stdint.h>

#define MRZ_LINE 44

struct mrz {
    char issuer[4], nationality[4];  /* ISO 3166 or ICAO letters, without fillers: "UTO", "D" */
    char surname[40], given[40];     /* words parted by one space; cut where the lines were too short */
    char document[10], optional[15];
    int32_t birth_day, expiry_day;   /* day numbers */
    char sex;                        /* 'M', 'F' or 'X' */
};

/* The check digit of n characters; 0 when one is not 0-9, A-Z or '<'. */
char mrz_digit(const char *chars, size_t n);
/* NULL, or what failed: mrz_length, mrz_characters, mrz_kind (no passport), mrz_document_digit, mrz_birth_digit,
 * mrz_expiry_digit, mrz_optional_digit, mrz_composite_digit, mrz_birth_date, mrz_expiry_date. Years have two digits: a
 * birth is the last such date up to `today`, an expiry lies within 50 years of it. */
const char *mrz_read(const char *line1, const char *line2, int32_t today, struct mrz *out);

#endif
