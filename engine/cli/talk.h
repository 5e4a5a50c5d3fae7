/* talk.h - a command's talk with a running instance, through its public API: one request, waited for. */
#ifndef CLI_TALK_H
#define CLI_TALK_H

#include <stdbool.h>

#include "base/json.h"
#include "cli/cli.h"

struct talk {
    const char *name;  /* of the command, for faults */
    struct loop *loop;
    struct fetcher *fetch;
    char base[200], key[200];
    json_t *answer;    /* of the last request; NULL: none, or not JSON */
    int status;        /* 0: nobody answered */
    bool failed;
};
/* `key` "" takes the admin's key from the file that `tenor run` writes. 0, or the exit code after saying why. */
MUST_CHECK int talk_open(struct talk *t, const struct command *c, const char *url, const char *key, const char *keys_file);
void talk_close(struct talk *t);
/* False: no answer in JSON; nobody there is said on stderr. `body` and `idempotency` may be NULL. */
bool talk_ask(struct talk *t, const char *method, const char *path, const json_t *body, const char *idempotency);
void talk_wait(struct talk *t, int ms);

#endif
