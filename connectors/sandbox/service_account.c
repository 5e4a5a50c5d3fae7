/* service_account.c - whose account is it: a persona's is theirs, any other belongs to whoever is asked for.
 *
 * An account that begins with closed is closed, with nosuch unknown, with joint held by two, with stranger somebody
 * else's, with noname one whose bank tells no name. */
#include "connectors/sandbox/service.h"

#include <string.h>

#include "base/text.h"
#include "connectors/name_match.h"
#include "connectors/sandbox/people.h"

#define STRANGER "Zubin Quettawala"

static const char *holder_of(const char *account, const char *asked) {
    for (const struct persona *k = personas; k->pan; k++)
        if (k->account && !strcmp(k->account, account)) return k->registered ? k->registered : k->name;
    return text_starts(account, "stranger") ? STRANGER : asked;
}

static void verify(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *account = json_text(r->input, "account", ""), *asked = json_text(r->input, "name", "");
    const char *holder = holder_of(account, asked);
    bool unknown = text_starts(account, "nosuch"), joint = text_starts(account, "joint");
    (void)p;
    buf_addf(out->body, "{\"state\":\"%s\",\"joint\":%s", unknown ? "unknown" : text_starts(account, "closed") ? "closed" : "open",
             joint ? "true" : "false");
    if (!unknown && !text_starts(account, "noname")) {
        buf_addf(out->body, ",\"name_match\":%.4f,\"name\":", name_likeness(holder, asked));
        buf_add_json_string(out->body, holder, strlen(holder));
    }
    buf_addc(out->body, '}');
}

const struct service account_services[] = {
    {"account.verify", verify, false},
    {.operation = NULL},
};
