/* events.c - `tenor events`: the stream of a running instance, one event a line. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/talk.h"

enum { LOOK_MS = 500, PATH_MAX_TEXT = 2400 };

extern const struct command command_events;

static bool print_page(const json_t *page) {
    json_t *event;
    size_t i;
    json_array_foreach(json_object_get(page, "items"), i, event) {
        AUTO(buf_reset) struct buf b;
        buf_init(&b, 8u << 20);
        if (json_write(event, &b) != OK) return false;
        puts(buf_text(&b));
    }
    return fflush(stdout) == 0;
}

/* Page after page; with `follow` for ever. A process that is being replaced meanwhile is waited for. */
static int read_on(struct talk *t, const char *place, const char *types, bool follow) {
    char path[PATH_MAX_TEXT];
    snprintf(path, sizeof path, "/v1/stream?limit=500&%s&types=%s", place, types);
    for (;;) {
        bool told = talk_ask(t, "GET", path, NULL, NULL) && t->status == 200;
        if (!told && !(follow && (t->status == 0 || t->status == 503))) {
            if (t->status) fprintf(stderr, "tenor events: %d %s\n", t->status, json_text(t->answer, "detail", "the answer cannot be read"));
            return EXIT_CANNOT;
        }
        if (told && !print_page(t->answer)) return EXIT_CANNOT;
        bool more = told && json_bool(t->answer, "more", false);
        if (told) snprintf(path, sizeof path, "/v1/stream?limit=500&after=%s&types=%s", json_text(t->answer, "next", "0-0"), types);
        if (!more && !follow) return 0;
        if (!more) talk_wait(t, LOOK_MS);
    }
}

static bool fits_query(const char *text) {
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:*,") == strlen(text) && strlen(text) < 1000;
}

static int events(int argc, char **argv) {
    const char *url = "http://127.0.0.1:8080", *keys = "var/keys.json", *key = "", *after = NULL, *from = NULL, *types = "";
    bool follow = false;
    const struct arg table[] = {{"--after", ARG_TEXT, &after, 0, 0}, {"--from", ARG_TEXT, &from, 0, 0}, {"--types", ARG_TEXT, &types, 0, 0},
                                {"--follow", ARG_FLAG, &follow, 0, 0}, {"--url", ARG_TEXT, &url, 0, 0}, {"--keys", ARG_TEXT, &keys, 0, 0},
                                {"--key", ARG_TEXT, &key, 0, 0}, {0}};
    int rc = args_read(&command_events, argc, argv, table, NULL);
    if (rc) return rc;
    if (after && from) return args_wrong(&command_events, "either --after or --from, not both");
    const char *place = after ? after : from ? from : "0-0";
    if (!fits_query(place) || !fits_query(types)) return args_wrong(&command_events, "a position, an instant in UTC, types by comma");
    char query[1100];
    struct talk t;
    snprintf(query, sizeof query, "%s=%s", from ? "from" : "after", place);
    rc = talk_open(&t, &command_events, url, key, keys);
    if (!rc) rc = read_on(&t, query, types, follow), talk_close(&t);
    return rc;
}

const struct command command_events = {
    "events", "tenor events [--after POSITION | --from INSTANT] [--types tenor.loan.*,..] [--follow] [--url http://127.0.0.1:8080] [--key KEY | --keys FILE]",
    "What happened in a running instance: one CloudEvent a line, in the order of the stream; --follow goes on as more happens.", events};
