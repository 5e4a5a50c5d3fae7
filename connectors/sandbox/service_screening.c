/* service_screening.c - a fictional list: nobody on it lives. Names are matched with spelling forgiven (name_match.h). */
#include "connectors/sandbox/service.h"

#include <string.h>

#include "base/zone.h"
#include "connectors/name_match.h"

#define POSSIBLE 0.88
#define LIST_VERSION "sandbox-1"

static const struct listed {
    const char *name, *dob, *list;
    bool pep;
} listed[] = {
    {"Sanctioned Example", "1970-01-01", "Fictional Sanctions List", false},
    {"Ozymandias Blackwater", "1961-06-06", "Fictional Sanctions List", false},
    {"Politically Example", "1965-05-05", "Fictional Office Holders", true},
    {"Minister Of Nowhere", "1958-08-08", "Fictional Office Holders", true},
};

static void check(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *name = json_text(r->input, "name", ""), *dob = json_text(r->input, "dob", ""), *result = "clear";
    char day[16];
    (void)p;
    buf_adds(out->body, "{\"matches\":[");
    for (size_t i = 0, n = 0; i < ARRAY_LEN(listed); i++) {
        double like = name_likeness(listed[i].name, name);
        if (like < POSSIBLE) continue;
        bool sure = !listed[i].pep && !strcmp(dob, listed[i].dob);
        result = sure ? "hit" : !strcmp(result, "hit") ? result : "possible";
        buf_addf(out->body, "%s{\"list\":\"%s\",\"kind\":\"%s\",\"likeness\":%.4f}", n++ ? "," : "", listed[i].list,
                 listed[i].pep ? "pep" : "sanctions", like);
    }
    buf_addf(out->body, "],\"result\":\"%s\",\"list_version\":\"" LIST_VERSION "\",\"checked_on\":\"%s\"}", result,
             day_text(service_day(r->now_ms), day));
}

const struct service screening_services[] = {
    {"screening.check", check, false},
    {.operation = NULL},
};
