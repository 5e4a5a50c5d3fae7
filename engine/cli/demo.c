/* demo.c - `tenor demo`: sends the sample applications to a running instance and tells each story.
 *
 * Speaks only the public API, as a lender's system would. */
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "base/fixed.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/talk.h"
#include "connectors/sandbox/people.h"

static const char *money(int64_t minor, char out[48]) { return fixed_money_text(minor, "INR", out); }

static void tell_reasons(const json_t *decision) {
    json_t *reason, *flip;
    size_t i;
    json_array_foreach(json_object_get(decision, "reasons"), i, reason)
        printf("      because   %s  %s\n", json_text(reason, "code", ""), json_text(reason, "text", ""));
    json_array_foreach(json_object_get(decision, "flips"), i, flip)
        if (text_eq(json_text(flip, "outcome", ""), "approve") && !text_eq(json_text(decision, "outcome", ""), "approve"))
            printf("      but       %s\n", json_text(flip, "text", ""));
}

static void tell_decision(const json_t *application) {
    const json_t *decision = json_object_get(application, "decision");
    if (json_is_object(decision)) {
        printf("      decided   %s by %s\n", json_text(decision, "outcome", "?"), json_text(decision, "policy", "?"));
        tell_reasons(decision);
    }
    const json_t *offer = json_object_get(application, "offer");
    char amount[48], instalment[48];
    if (json_is_object(offer))
        printf("      offered   %s, %lld months of %s at %.2f %% a year\n", money(json_int(offer, "amount", 0), amount),
               (long long)json_int(offer, "months", 0), money(json_int(offer, "instalment", 0), instalment),
               json_number_value(json_object_get(offer, "rate")) * 100);
}

static bool accept(struct talk *d, const char *id, const char *offer) {
    char path[160];
    snprintf(path, sizeof path, "/v1/applications/%s/offer/accept", id);
    json_auto_t *body = json_pack("{s:s}", "offer", offer);
    return talk_ask(d, "POST", path, body, NULL);
}

static void tell_end(const json_t *application) {
    const char *status = json_text(application, "status", "?");
    const json_t *loan = json_object_get(application, "loan");
    char principal[48];
    if (json_is_object(loan)) printf("      booked    loan of %s\n", money(json_int(loan, "principal", 0), principal));
    if (text_eq(status, "in_review")) puts("      waits     for an officer (GET /v1/tasks?queue=credit_officers)");
    printf("      now       %s\n\n", status);
}

static bool story(struct talk *d, const struct persona *p, int n) {
    char key[80], amount[48], id[64];
    json_auto_t *body = json_pack("{s:s, s:s, s:i, s:I, s:s, s:s}", "pan", p->pan, "name", p->name, "age", 2026 - (int)strtol(p->dob, NULL, 10),
                                  "amount", (json_int_t)p->amount_rupees * 100, "account", p->account, "consent", p->consent);
    uint64_t fresh;
    crypt_random(&fresh, sizeof fresh);
    snprintf(key, sizeof key, "demo-%016llx", (unsigned long long)fresh);
    printf("  %d.  %s asks for %s\n      who       %s\n", n, p->name, money((int64_t)p->amount_rupees * 100, amount), p->about);
    if (!talk_ask(d, "POST", "/v1/applications", body, key)) return false;
    if (d->status != 200 && d->status != 202)
        return printf("      refused   %d %s\n\n", d->status, json_text(d->answer, "detail", "")), false;
    tell_decision(d->answer);
    text_copy(id, sizeof id, json_text(d->answer, "id", ""));
    if (text_eq(json_text(d->answer, "status", ""), "offered")) {
        char offer[100];
        text_copy(offer, sizeof offer, json_text(json_object_get(d->answer, "offer"), "id", ""));
        puts("      accepts   the offer");
        if (!accept(d, id, offer)) return false;
    }
    tell_end(d->answer);
    printf("      the whole story: GET /v1/runs/%s/timeline\n\n", id);
    return true;
}

extern const struct command command_demo;

static int run(int argc, char **argv) {
    struct talk t;
    const char *keys = "var/keys.json", *url = "http://127.0.0.1:8080", *key = "";
    const struct arg table[] = {
        {"--url", ARG_TEXT, &url, 0, 0}, {"--keys", ARG_TEXT, &keys, 0, 0}, {"--key", ARG_TEXT, &key, 0, 0}, {0}};
    int rc = args_read(&command_demo, argc, argv, table, NULL);
    if (rc == 0) rc = talk_open(&t, &command_demo, url, key, keys);
    if (rc) return rc;
    puts("\nFive applications to a Tenor whose outside world is the sandbox: the people are simulated.\n");
    int n = 0, told = 0;
    bool reached = true;
    for (const struct persona *p = personas; p->pan && p->amount_rupees && reached; p++, reached = t.status != 0) told += story(&t, p, ++n);
    talk_close(&t);
    return told == n ? 0 : EXIT_NO;
}

const struct command command_demo = {"demo", "tenor demo [--url URL] [--keys FILE | --key KEY]",
                                     "Sends sample applications to a running instance and tells each story.", run};
