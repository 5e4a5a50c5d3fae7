/* log.h - one line per fact, logfmt: ts level file event key=value ...
 *
 * Events are fixed words ("run_started"), never sentences. Personal data never appears: a field
 * typed personal is printed as its type in angle brackets by its owner. The log is the only global. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_open(FILE *out, enum log_level least, int64_t (*now_ms)(void *who), void *who);
/* `fmt` yields logfmt pairs, e.g. log_line(LOG_INFO, __FILE__, "run_started", "run=%s", text).
 * Values that may hold spaces or quotes are passed through log_quote. */
void log_line(enum log_level level, const char *file, const char *event, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* "..." with escapes, truncated with an ellipsis to fit; valid until the 8th later call. */
const char *log_quote(const char *text);

#define log_debug(...) log_line(LOG_DEBUG, __FILE__, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __FILE__, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __FILE__, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __FILE__, __VA_ARGS__)

#endif
