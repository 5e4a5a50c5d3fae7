/* handle.c - see handle.h. */
#include "connectors/sandbox/handle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/sandbox/people.h"

#define PAN 10
#define DIGITS (8 + 2 * PAN + 8)

static void stream(uint64_t seed, const char *kind, const char *salt, uint8_t out[16]) {
    char purpose[24];
    snprintf(purpose, sizeof purpose, "%.12s left", kind);
    uint64_t a = sandbox_hash(seed, purpose, salt);
    snprintf(purpose, sizeof purpose, "%.12s right", kind);
    uint64_t b = sandbox_hash(seed, purpose, salt);
    memcpy(out, &a, 8);
    memcpy(out + 8, &b, 8);
}

static uint32_t check_of(uint64_t seed, const char *kind, const char *salt, const char *pan) {
    char text[60];
    snprintf(text, sizeof text, "%.12s %s %.10s", kind, salt, pan);
    return (uint32_t)sandbox_hash(seed, "handle check", text);
}

const char *handle_make(uint64_t seed, const char *kind, const char *key, const char *pan, char out[HANDLE_MAX]) {
    char salt[9], hidden[2 * PAN + 1];
    uint8_t mask[16];
    snprintf(salt, sizeof salt, "%08" PRIx32, (uint32_t)sandbox_hash(seed, kind, key));
    stream(seed, kind, salt, mask);
    size_t n = strnlen(pan, PAN);
    for (size_t k = 0; k < PAN; k++)
        snprintf(hidden + 2 * k, 3, "%02x", (k < n ? (unsigned char)pan[k] : 0) ^ mask[k]);
    snprintf(out, HANDLE_MAX, "%.12s-%s%s%08" PRIx32, kind, salt, hidden, check_of(seed, kind, salt, pan));
    return out;
}

bool handle_read(uint64_t seed, const char *kind, const char *handle, char pan[11]) {
    char salt[9], again[9];
    uint8_t mask[16];
    size_t n = strlen(kind);
    const char *digits = handle + n + 1;
    if (strncmp(handle, kind, n) != 0 || handle[n] != '-' || strlen(digits) != DIGITS ||
        strspn(digits, "0123456789abcdef") != DIGITS)
        return false;
    snprintf(salt, sizeof salt, "%.8s", digits);
    stream(seed, kind, salt, mask);
    for (size_t k = 0; k < PAN; k++) {
        char pair[3] = {digits[8 + 2 * k], digits[9 + 2 * k], 0};
        pan[k] = (char)(strtoul(pair, NULL, 16) ^ mask[k]);
    }
    pan[PAN] = 0;
    snprintf(again, sizeof again, "%08" PRIx32, check_of(seed, kind, salt, pan));
    return !strcmp(again, digits + 8 + 2 * PAN);
}
