/* service_notices.c - a printer and mailer of letters: takes each, once per key, and says when it went out. */
#include "connectors/sandbox/service.h"

#include <inttypes.h>

#include "base/zone.h"

static void send_notice(struct providers *p, const struct outside_request *r, struct provided *out) {
    char day[16];
    buf_addf(&out->facts, "\"kind\":\"%s\"", json_text(r->input, "kind", ""));
    buf_addf(out->body, "{\"id\":\"NOT%012" PRIu64 "\",\"channel\":\"%s\",\"sent_on\":\"%s\"}", service_number(p, r),
             json_text(r->input, "channel", "letter"), day_text(service_day(r->now_ms), day));
}

const struct service notices_services[] = {
    {"notices.send", send_notice, true},
    {.operation = NULL},
};
