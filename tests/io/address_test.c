#include "io/address.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

static bool is_public(const char *text) {
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) return address_is_public((const struct sockaddr *)(const void *)&v4);
    CU_ASSERT_EQUAL_FATAL(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return address_is_public((const struct sockaddr *)(const void *)&v6);
}

void test_address__public_and_not(void) {
    static const char *const yes[] = {"1.1.1.1", "8.8.8.8", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1",
                                      "169.253.255.255", "169.255.0.1", "172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1",
                                      "198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450::1",
                                      "2001:200::1", "2001:4860:4860::8888", "::ffff:8.8.8.8"};
    static const char *const no[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9",
                                     "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1",
                                     "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1",
                                     "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "64:ff9b::10.0.0.1",
                                     "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3",
                                     "::127.0.0.1", "4000::1"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) CU_ASSERT(is_public(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) CU_ASSERT(!is_public(no[i]));
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    CU_ASSERT_FALSE(address_is_public((const struct sockaddr *)&local));
}
