/* run_words.h - what `tenor run` is told (flags, file, environment) and what it says. */
#ifndef CLI_RUN_WORDS_H
#define CLI_RUN_WORDS_H

#include "base/attr.h"
#include "base/json.h"
#include "cli/config.h"

struct run_flags {
    const char *config, *dir, *root, *day_end; /* day_end: "00:10" or "off" */
    int64_t port, sandbox_port, processes; /* port and processes 0: not given */
    bool no_sandbox;
    json_t *file; /* what --config named; owned; an empty object without */
};
struct run_places { /* what only the run knows; NULL: not private */
    const char *dsn, *redis, *key_file, *keys_file, *book_file, *webhook_file;
};

MUST_CHECK enum err run_flags_read(int argc, char **argv, struct run_flags *out, struct fault *f);
MUST_CHECK enum err run_flags_file(struct run_flags *flags, struct fault *f);
/* Flags before environment before file before the private servers and defaults. */
MUST_CHECK enum err run_config_new(const struct run_flags *flags, const struct run_places *p, json_t **out_new,
                                   struct fault *f);
void run_say(const char *fmt, ...) PRINTF_LIKE(1, 2);
void run_welcome(const struct config *c, const json_t *keys);
/* The last few lines of a log, for a fault; valid until the next call. */
const char *run_tail(const char *path);

#endif
