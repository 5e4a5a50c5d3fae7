#include "base/log.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/zone.h"

enum { LINE_MAX_BYTES = 4096, QUOTE_MAX_BYTES = 512, QUOTES = 8 };

static int64_t wall_ms(void *who) {
    (void)who;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct {
    FILE *out; /* NULL: stderr, so that lines before log_open are not lost */
    enum log_level least;
    int64_t (*now_ms)(void *who);
    void *who;
} the_log = {NULL, LOG_INFO, wall_ms, NULL};

void log_open(FILE *out, enum log_level least, int64_t (*now_ms)(void *who), void *who) {
    the_log.out = out;
    the_log.least = least;
    the_log.now_ms = now_ms ? now_ms : wall_ms;
    the_log.who = who;
}

/* One fact, one line: a control character inside would let a value forge the next line. */
static void flatten(char *line) {
    for (; *line; line++)
        if ((unsigned char)*line < 0x20 || *line == 0x7F) *line = ' ';
}

void log_line(enum log_level level, const char *file, const char *event, const char *fmt, ...) {
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if (level < the_log.least) return;
    char line[LINE_MAX_BYTES], stamp[32];
    int head = snprintf(line, sizeof line, "ts=%s level=%s file=%s event=%s ",
                        instant_text(the_log.now_ms(the_log.who), stamp), names[level], file, event);
    if (head < 0 || (size_t)head >= sizeof line) return;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line + head, sizeof line - (size_t)head, fmt, ap);
    va_end(ap);
    if (n < 0) line[head] = '\0';
    else if ((size_t)n >= sizeof line - (size_t)head) text_trim_utf8(line);
    flatten(line);
    size_t len = strlen(line);
    while (len && line[len - 1] == ' ') len--;
    if (len == sizeof line - 1) len--;
    line[len++] = '\n';
    FILE *out = the_log.out ? the_log.out : stderr;
    fwrite(line, 1, len, out); /* one call: lines of several threads do not mix */
    fflush(out);
}

const char *log_quote(const char *text) {
    static _Thread_local char ring[QUOTES][QUOTE_MAX_BYTES];
    static _Thread_local unsigned turn;
    char *out = ring[turn++ % QUOTES], *at = out, *end = out + QUOTE_MAX_BYTES - 6;
    const char *s = text ? text : "";
    *at++ = '"';
    while (*s && at < end) {
        size_t step = text_utf8_char(s, strnlen(s, 4));
        if (at + step > end) break;
        if (!step || (unsigned char)*s < 0x20 || *s == 0x7F) {
            *at++ = '?', s++;
            continue;
        }
        if (*s == '"' || *s == '\\') *at++ = '\\';
        while (step--) *at++ = *s++;
    }
    if (*s) memcpy(at, "\xE2\x80\xA6", 3), at += 3; /* an ellipsis: more was there */
    *at++ = '"';
    *at = '\0';
    return out;
}
