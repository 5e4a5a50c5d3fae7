/* people.c - people out of hashes. */
#include "connectors/sandbox/people.h"

#include <inttypes.h>
#include <string.h>

#include "base/crypt.h"
#include "base/digits.h"
#include "base/text.h"
#include "base/zone.h"
#include "connectors/name_match.h"

static const char *const KIND_WORDS[PERSON_KINDS] = {"prime", "salaried", "new_to_credit", "gig", "farmer", "stressed",
                                                     "circular", "edge", "distress", "strategic"};
/* Of a thousand generated people. */
static const struct {
    enum person_kind kind;
    unsigned share;
} KIND_SHARE[] = {{PERSON_PRIME, 330},   {PERSON_SALARIED, 280}, {PERSON_NEW, 130},     {PERSON_GIG, 90},
                  {PERSON_FARMER, 50},   {PERSON_STRESSED, 50},  {PERSON_DISTRESS, 30}, {PERSON_CIRCULAR, 10},
                  {PERSON_EDGE, 18},     {PERSON_STRATEGIC, 12}};

/* Women's names stand in the even places. */
static const char *const FIRST[] = {
    "Asha", "Aarav", "Bhavna", "Chetan", "Deepa", "Farhan", "Gauri", "Harish", "Isha", "Jatin", "Kavya", "Manoj",
    "Lakshmi", "Omkar", "Nisha", "Rahul", "Priya", "Tarun", "Sunita", "Varun", "Usha", "Zubin", "Yamini", "Arjun",
    "Ananya", "Bharat", "Charu", "Dinesh", "Eesha", "Gopal", "Fatima", "Imran", "Hema", "Joseph", "Jyoti", "Kiran",
    "Leela", "Mohan", "Meena", "Naveen", "Padma", "Prakash", "Radha", "Suresh", "Tara", "Vijay", "Zoya", "Yash"};
static const char *const LAST[] = {
    "Agarwal", "Bose", "Chauhan", "Das", "Fernandes", "Ghosh", "Iyer", "Joshi", "Kulkarni", "Lobo", "Menon", "Nair",
    "Pillai", "Rao", "Sharma", "Thakur", "Acharya", "Banerjee", "Choudhary", "Desai", "Ekka", "Gowda", "Hegde", "Irani",
    "Jain", "Kaur", "Lal", "Mishra", "Naidu", "Oraon", "Patel", "Qureshi", "Reddy", "Shetty", "Tiwari", "Upadhyay",
    "Varma", "Wagh", "Xalxo", "Yadav", "Zaidi", "Bhat", "Chettiar", "Dutta", "Mehta", "Munda", "Sahu", "Soren"};

const char *person_kind_word(enum person_kind k) { return (unsigned)k < PERSON_KINDS ? KIND_WORDS[k] : "unknown"; }

uint64_t sandbox_hash(uint64_t seed, const char *purpose, const char *text) {
    struct crypt_key key = {{0}};
    uint8_t out[CRYPT_HASH];
    uint64_t h;
    memcpy(key.b, &seed, sizeof seed);
    text_copy((char *)key.b + 8, sizeof key.b - 8, purpose);
    crypt_keyed_hash(&key, text, strlen(text), out);
    memcpy(&h, out, sizeof h);
    return h;
}

static enum person_kind draw_kind(uint64_t roll) {
    unsigned at = (unsigned)(roll % 1000), k = 0;
    while (k + 1 < ARRAY_LEN(KIND_SHARE) && at >= KIND_SHARE[k].share) at -= KIND_SHARE[k++].share;
    return KIND_SHARE[k].kind;
}

static const struct persona *persona_of(const char *text, bool by_consent) {
    for (const struct persona *p = personas; p->pan; p++)
        if (!strcmp(by_consent ? p->consent : p->pan, text)) return p;
    return NULL;
}

/* The fifth letter of a person's PAN is that of the surname, where we know a surname with it. */
static const char *surname(struct rng *r, char initial) {
    const char *fits[ARRAY_LEN(LAST)];
    size_t n = 0;
    for (size_t k = 0; k < ARRAY_LEN(LAST); k++)
        if (LAST[k][0] == initial) fits[n++] = LAST[k];
    uint64_t roll = rng_u64(r);
    return n ? fits[roll % n] : LAST[roll % ARRAY_LEN(LAST)];
}

static void generate(struct person *out) {
    struct rng r;
    person_rng(out, "identity", &r);
    out->kind = draw_kind(rng_u64(&r));
    size_t first = (size_t)rng_below(&r, ARRAY_LEN(FIRST));
    out->gender = first % 2 ? 'M' : 'F';
    snprintf(out->name, sizeof out->name, "%s %s", FIRST[first], surname(&r, strlen(out->pan) > 4 ? out->pan[4] : 0));
    int newest = out->kind == PERSON_NEW ? 2005 : 1998, span = out->kind == PERSON_NEW ? 6 : 35;
    int year = newest - (int)rng_below(&r, (uint64_t)span);
    int month = 1 + (int)rng_below(&r, 12), mday = 1 + (int)rng_below(&r, 28);
    day_text(day_of(year, month, mday), out->dob);
}

void person_nth(uint64_t seed, uint64_t n, struct person *out) {
    char text[24], pan[11];
    struct rng r;
    snprintf(text, sizeof text, "%" PRIu64, n);
    rng_seed(&r, sandbox_hash(seed, "inhabitant", text));
    /* Number n stands in the letters and digits itself, so no two have one PAN (up to 176 million). */
    uint64_t letters = n / 10000 % 17576;
    pan[0] = (char)('A' + letters / 676), pan[1] = (char)('A' + letters / 26 % 26), pan[2] = (char)('A' + letters % 26);
    pan[3] = 'P';
    pan[4] = LAST[rng_below(&r, ARRAY_LEN(LAST))][0];
    snprintf(pan + 5, 6, "%04u%c", (unsigned)(n % 10000), (char)('A' + rng_below(&r, 26)));
    if (text_starts(pan, "UNK")) pan[2] = 'J'; /* those are the unknown */
    person_by_pan(seed, pan, out);
}

void person_by_pan(uint64_t seed, const char *pan, struct person *out) {
    memset(out, 0, sizeof *out);
    text_copy(out->pan, sizeof out->pan, pan);
    out->salt = sandbox_hash(seed, "person", pan);
    out->known = !digits_pan_fault(pan) && !text_starts(pan, "UNK");
    out->persona = persona_of(pan, false);
    if (!out->persona) {
        generate(out);
        return;
    }
    const char *registered = out->persona->registered;
    out->kind = out->persona->kind;
    text_copy(out->name, sizeof out->name, registered ? registered : out->persona->name);
    text_copy(out->dob, sizeof out->dob, out->persona->dob);
    out->gender = out->kind == PERSON_NEW || out->kind == PERSON_PRIME || out->kind == PERSON_DISTRESS ? 'F' : 'M';
}

void person_by_consent(uint64_t seed, const char *consent, struct person *out) {
    const struct persona *p = persona_of(consent, true);
    person_by_pan(seed, p ? p->pan : consent, out);
}

void person_rng(const struct person *p, const char *question, struct rng *out) {
    rng_seed(out, p->salt ^ sandbox_hash(0, "question", question));
}

double person_name_match(const struct person *p, const char *name) { return p->persona ? name_match(p->name, name) : 1; }

enum person_listing person_listing(uint64_t n) {
    if (n % 1000 != 7 || n / 1000 >= PERSON_LISTED) return PERSON_UNLISTED;
    return n / 1000 < PERSON_LISTED / 3 ? PERSON_SANCTIONED : PERSON_PEP;
}

uint64_t person_listed_nth(unsigned k) { return 1000 * (uint64_t)k + 7; }

void person_residence(const struct person *p, struct residence *out) {
    static const struct {
        const char *district, *state;
        unsigned pincode;
    } places[] = {{"Pune", "Maharashtra", 411000},      {"Nashik", "Maharashtra", 422000}, {"Chennai", "Tamil Nadu", 600000},
                  {"Madurai", "Tamil Nadu", 625000},    {"Mysuru", "Karnataka", 570000},   {"Dharwad", "Karnataka", 580000},
                  {"Jaipur", "Rajasthan", 302000},      {"Lucknow", "Uttar Pradesh", 226000}, {"Patna", "Bihar", 800000},
                  {"Indore", "Madhya Pradesh", 452000}, {"Surat", "Gujarat", 395000},      {"Ranchi", "Jharkhand", 834000}};
    static const char *const streets[] = {"Lake Road", "Station Road", "Temple Street", "Market Lane", "Canal Road", "School Street"};
    struct rng r;
    person_rng(p, "residence", &r);
    size_t k = (size_t)rng_below(&r, ARRAY_LEN(places));
    snprintf(out->house, sizeof out->house, "%u %s", 1 + (unsigned)rng_below(&r, 300), streets[rng_below(&r, ARRAY_LEN(streets))]);
    text_copy(out->district, sizeof out->district, places[k].district);
    text_copy(out->state, sizeof out->state, places[k].state);
    snprintf(out->pincode, sizeof out->pincode, "%06u", places[k].pincode + 1 + (unsigned)rng_below(&r, 90));
    snprintf(out->aadhaar, sizeof out->aadhaar, "9999%07u", (unsigned)rng_below(&r, 10000000));
    out->aadhaar[11] = digits_verhoeff(out->aadhaar, 11);
    out->aadhaar[12] = 0;
    unsigned number = (unsigned)rng_below(&r, 1000000000);
    snprintf(out->phone, sizeof out->phone, "+915%09u", number);
    snprintf(out->vua, sizeof out->vua, "5%09u@sandbox-aa", number);
}

void person_describe(const struct person *p, struct buf *out) {
    const struct persona *named = p->persona;
    const char *name = named ? named->name : p->name;
    buf_adds(out, "{\"pan\":");
    buf_add_json_string(out, p->pan, strlen(p->pan));
    buf_adds(out, ",\"name\":");
    buf_add_json_string(out, name, strlen(name));
    struct residence home;
    person_residence(p, &home);
    buf_addf(out, ",\"dob\":\"%s\",\"gender\":\"%c\",\"kind\":\"%s\",\"consent\":", p->dob, p->gender, person_kind_word(p->kind));
    buf_add_json_string(out, named ? named->consent : p->pan, strlen(named ? named->consent : p->pan));
    buf_addf(out, ",\"phone\":\"%s\",\"vua\":\"%s\",\"aadhaar_last4\":\"%s\",\"district\":\"%s\",\"state\":\"%s\"", home.phone,
             home.vua, home.aadhaar + 8, home.district, home.state);
    if (named) buf_addf(out, ",\"account\":\"%s\",\"about\":\"%s\"", named->account, named->about);
    if (named && named->amount_rupees) buf_addf(out, ",\"asks\":%lld", (long long)named->amount_rupees * 100);
    buf_addc(out, '}');
}

void person_describe_nth(uint64_t seed, uint64_t n, struct buf *out) {
    struct person p;
    enum person_listing listed = person_listing(n);
    person_nth(seed, n, &p);
    person_describe(&p, out);
    if (listed == PERSON_UNLISTED || !buf_ok(out)) return;
    out->len--; /* the closing brace */
    buf_addf(out, ",\"listed\":\"%s\"}", listed == PERSON_PEP ? "pep" : "sanctions");
}
