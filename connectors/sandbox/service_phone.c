/* service_phone.c - a register of phone numbers with an interface of its own: GET /v2/numbers/<number>, dates as
 * DD/MM/YYYY, shares as percent. Played for the described connector strategies/connectors/phone.lua. */
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/sandbox/people.h"
#include "connectors/sandbox/service.h"

enum { MONTHS_MOST = 180, DAYS_A_MONTH = 30 };

static void refuse(struct provided *out, int status, const char *code) {
    out->status = status;
    buf_clear(out->body);
    buf_addf(out->body, "{\"error\":{\"code\":\"%s\"}}", code);
}

/* Numbers of other countries are none here, and ...0000 has nobody; +914... are landlines. Every third has been with another
 * network before. */
static void tenure(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *number = json_text(r->input, "phone", "");
    char day[16];
    if (!text_starts(number, "+91") || strlen(number) != 13) {
        refuse(out, 400, "BAD_MSISDN");
        return;
    }
    if (text_ends(number, "0000")) {
        refuse(out, 404, "NOT_FOUND");
        return;
    }
    uint64_t h = sandbox_hash(p->seed, "phone.tenure", number);
    unsigned months = (unsigned)(h % MONTHS_MOST);
    buf_addf(out->body, "{\"ownership\":{\"months\":%u", months);
    if (h / MONTHS_MOST % 3 == 0) {
        const char *iso = day_text(service_day(r->now_ms) - (int32_t)(months / 2 * DAYS_A_MONTH), day);
        buf_addf(out->body, ",\"ported\":\"%.2s/%.2s/%.4s\"", iso + 8, iso + 5, iso);
    }
    buf_addf(out->body, "},\"line\":{\"type\":\"%s\"},\"risk\":{\"churn\":%u.%u}}", text_starts(number, "+914") ? "F" : "M",
             (unsigned)(h >> 32) % 40, (unsigned)(h >> 48) % 10);
}

const struct service phone_services[] = {
    {"phone.tenure", tenure, false},
    {.operation = NULL},
};
