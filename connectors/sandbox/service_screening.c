/* service_screening.c - fictional lists: nobody on them lives. Names are matched with spelling forgiven (name_match.h).
 *
 * Four names are on the lists always, for tests and demos, whatever the date of birth; besides them some of the sandbox's
 * inhabitants are (person_listing), and of these a date of birth more than two years off clears a namesake. */
#include "connectors/sandbox/service.h"

#include <string.h>

#include "base/zone.h"
#include "connectors/name_match.h"
#include "connectors/sandbox/people.h"

#define POSSIBLE 0.88
#define NAME_ALONE 0.97 /* of an inhabitant, when no date of birth is given */
#define TWO_YEARS 731
#define LIST_VERSION "sandbox-2"

static const struct listed {
    const char *name, *dob;
    bool pep;
} FIXED[] = {
    {"Sanctioned Example", "1970-01-01", false},
    {"Ozymandias Blackwater", "1961-06-06", false},
    {"Politically Example", "1965-05-05", true},
    {"Minister Of Nowhere", "1958-08-08", true},
};

struct screening {
    const char *name, *dob, *result;
    struct buf *out;
    unsigned matches;
};

static void match(struct screening *s, const struct listed *l, double like) {
    bool sure = !l->pep && !strcmp(s->dob, l->dob);
    s->result = sure ? "hit" : !strcmp(s->result, "hit") ? s->result : "possible";
    buf_addf(s->out, "%s{\"list\":\"%s\",\"kind\":\"%s\",\"likeness\":%.4f}", s->matches++ ? "," : "",
             l->pep ? "Fictional Office Holders" : "Fictional Sanctions List", l->pep ? "pep" : "sanctions", like);
}

static bool far_apart(const char *dob, const char *other) {
    int32_t a, b;
    return day_parse(dob, &a) == OK && day_parse(other, &b) == OK && (a > b ? a - b : b - a) > TWO_YEARS;
}

static void look_at_inhabitants(struct screening *s, uint64_t seed) {
    for (unsigned k = 0; k < PERSON_LISTED; k++) {
        struct person who;
        person_nth(seed, person_listed_nth(k), &who);
        double like = name_likeness(who.name, s->name);
        if (like < (*s->dob ? POSSIBLE : NAME_ALONE) || far_apart(s->dob, who.dob)) continue;
        match(s, &(struct listed){who.name, who.dob, person_listing(person_listed_nth(k)) == PERSON_PEP}, like);
    }
}

static void check(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct screening s = {json_text(r->input, "name", ""), json_text(r->input, "dob", ""), "clear", out->body, 0};
    char day[16];
    buf_adds(out->body, "{\"matches\":[");
    for (size_t i = 0; i < ARRAY_LEN(FIXED); i++) {
        double like = name_likeness(FIXED[i].name, s.name);
        if (like >= POSSIBLE) match(&s, &FIXED[i], like);
    }
    look_at_inhabitants(&s, p->seed);
    buf_addf(out->body, "],\"result\":\"%s\",\"list_version\":\"" LIST_VERSION "\",\"checked_on\":\"%s\"}", s.result,
             day_text(service_day(r->now_ms), day));
}

const struct service screening_services[] = {
    {"screening.check", check, false},
    {.operation = NULL},
};
