#include "io/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct block {
    uint32_t address;
    int bits;
};

static bool v4_is_public(uint32_t a) {
    static const struct block special[] = {
        {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16}, {0xac100000, 12},
        {0xc0000000, 24}, {0xc0000200, 24}, {0xc01fc400, 24}, {0xc034c100, 24}, {0xc0586300, 24}, {0xc0a80000, 16},
        {0xc0af3000, 24}, {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 3}, /* multicast and reserved */
    };
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if ((a ^ special[i].address) >> (32 - special[i].bits) == 0) return false;
    return true;
}

static uint32_t v4_at(const uint8_t *b) { return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]; }

/* Blocks that carry an IPv4 address inside are refused: nobody serves webhooks from there. */
static bool v6_is_public(const uint8_t b[16]) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (!memcmp(b, mapped, sizeof mapped)) return v4_is_public(v4_at(b + 12));
    if (b[0] >> 5 != 1) return false;                                              /* 2000::/3 alone is given out */
    if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02) return false;                 /* 2001::/23: Teredo and other protocols */
    if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8) return false; /* documentation */
    if (b[0] == 0x20 && b[1] == 0x02) return false;                                /* 6to4 */
    return !(b[0] == 0x3f && b[1] == 0xff && b[2] < 0x10);                         /* 3fff::/20: documentation */
}

bool address_is_public(const struct sockaddr *a) {
    if (a->sa_family == AF_INET) return v4_is_public(ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr));
    if (a->sa_family == AF_INET6) return v6_is_public(((const struct sockaddr_in6 *)(const void *)a)->sin6_addr.s6_addr);
    return false;
}
