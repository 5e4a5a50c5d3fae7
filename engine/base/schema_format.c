/* The formats that schemas may ask for, asserted, not only noted. */
#include <ctype.h>
#include <string.h>

#include "base/schema_node.h"
#include "base/text.h"
#include "base/zone.h"

static bool is_date(const char *s) {
    int32_t day;
    return day_parse(s, &day) == OK;
}

static bool is_date_time(const char *s) {
    int64_t ms;
    return instant_parse(s, &ms) == OK;
}

static bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_uuid(const char *s) {
    if (strnlen(s, 37) != 36) return false;
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !is_hex(s[i])) return false;
    }
    return true;
}

/* RFC 3986: a scheme, then characters a URI may hold, with whole %-escapes; brackets only round
 * the host, one '#' at most, a port of digits. */
static bool chars_ok(const char *s) {
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._~:/?#[]@!$&'()*+,;=";
    int hashes = 0;
    for (; *s; s++) {
        if (*s == '%') {
            if (!is_hex(s[1]) || !is_hex(s[2])) return false;
        } else if (!strchr(allowed, *s) || (*s == '#' && ++hashes > 1)) {
            return false;
        }
    }
    return true;
}

static bool authority_ok(const char *s) {
    size_t n = strcspn(s, "/?#");
    const char *at = memchr(s, '@', n), *end = s + n;
    if (at && (memchr(s, '[', (size_t)(at - s)) || memchr(at + 1, '@', (size_t)(end - at - 1))))
        return false;
    const char *host = at ? at + 1 : s, *port = host;
    if (*host == '[') {
        port = memchr(host, ']', (size_t)(end - host));
        if (!port || strspn(host + 1, "0123456789abcdefABCDEF:.vV") != (size_t)(port - host - 1))
            return false;
        port++;
        if (port < end && *port != ':') return false;
    }
    port = memchr(port, ':', (size_t)(end - port));
    for (port = port ? port + 1 : end; port < end; port++)
        if (*port < '0' || *port > '9') return false;
    return !strpbrk(end, "[]");
}

static bool is_uri(const char *s) {
    size_t n = strcspn(s, ":");
    if (!n || !s[n] || !isalpha((unsigned char)s[0])) return false;
    for (size_t i = 1; i < n; i++)
        if (!isalnum((unsigned char)s[i]) && !strchr("+-.", s[i])) return false;
    const char *rest = s + n + 1;
    if (!chars_ok(rest)) return false;
    if (text_starts(rest, "//")) return authority_ok(rest + 2);
    return !strpbrk(rest, "[]");
}

const struct schema_format *schema_format_find(const char *name) {
    static const struct schema_format formats[] = {
        {"date", is_date, "2026-12-01"},
        {"date-time", is_date_time, "2026-12-01T09:30:00Z"},
        {"uuid", is_uuid, "123e4567-e89b-12d3-a456-426614174000"},
        {"uri", is_uri, "https://example.org/path"},
    };
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (text_eq(formats[i].name, name)) return &formats[i];
    return NULL;
}
