/* day_end.c - `tenor day-end`: asks a running instance to end a day in its books, and shows how far that is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/talk.h"

enum { LOOK_MS = 500 };

extern const struct command command_day_end;

static int refused(const struct talk *t) {
    if (t->status) fprintf(stderr, "tenor day-end: %d %s\n", t->status, json_text(t->answer, "detail", "the answer cannot be read"));
    return EXIT_CANNOT;
}

static void show(const json_t *a, bool last) {
    bool terminal = isatty(STDERR_FILENO);
    if (!terminal && !last) return;
    fprintf(stderr, "%s%s %s: %" PRId64 " loans done, %" PRId64 " of them changed, %" PRId64 " left%s", terminal ? "\r\033[K" : "",
            json_text(a, "date", ""), json_text(a, "state", ""), json_int(a, "done", 0), json_int(a, "changed", 0),
            json_int(a, "left", 0), last ? "\n" : "");
}

static int print_json(const json_t *a) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 8u << 20);
    if (json_write(a, &b) != OK) return EXIT_CANNOT;
    puts(buf_text(&b));
    return 0;
}

/* Until every shard's run has ended; a process that is being replaced meanwhile is waited for. */
static int follow(struct talk *t, const char *path, bool json) {
    for (;;) {
        bool told = talk_ask(t, "GET", path, NULL, NULL);
        if (told && t->status == 200) {
            bool ended = text_eq(json_text(t->answer, "state", ""), "ended");
            if (!json) show(t->answer, ended);
            if (ended) break;
        } else if (t->status && t->status != 503) {
            return refused(t);
        }
        talk_wait(t, LOOK_MS);
    }
    int rc = json ? print_json(t->answer) : 0;
    int64_t failed = json_int(t->answer, "failed", 0);
    if (failed) fprintf(stderr, "tenor day-end: %" PRId64 " loans could not be reckoned and are left; the log says why\n", failed);
    return rc ? rc : failed ? EXIT_NO : 0;
}

static int day_end(int argc, char **argv) {
    const char *url = "http://127.0.0.1:8080", *keys = "var/keys.json", *key = "", *date = NULL;
    bool json = false;
    const struct arg table[] = {{"--date", ARG_TEXT, &date, 0, 0}, {"--url", ARG_TEXT, &url, 0, 0}, {"--keys", ARG_TEXT, &keys, 0, 0},
                                {"--key", ARG_TEXT, &key, 0, 0},   {"--json", ARG_FLAG, &json, 0, 0}, {0}};
    struct talk t;
    char path[64];
    int rc = args_read(&command_day_end, argc, argv, table, NULL);
    if (rc == 0) rc = talk_open(&t, &command_day_end, url, key, keys);
    if (rc) return rc;
    json_auto_t *body = json_object();
    if (date) (void)json_object_set_new(body, "date", json_string(date));
    if (!talk_ask(&t, "POST", "/v1/day-ends", body, NULL) || t.status != 202) {
        rc = refused(&t);
    } else {
        snprintf(path, sizeof path, "/v1/day-ends/%.10s", json_text(t.answer, "date", ""));
        rc = follow(&t, path, json);
    }
    talk_close(&t);
    return rc;
}

const struct command command_day_end = {
    "day-end", "tenor day-end [--date YYYY-MM-DD] [--url URL] [--keys FILE | --key KEY] [--json]",
    "Ends a day in the books of a running instance: bucket changes and accruals of all loans that have work.\n"
    "Without --date: yesterday. Asking again changes nothing and shows how far it is; breaking this off stops nothing.\n"
    "Exit 1 when some loans could not be reckoned.",
    day_end};
