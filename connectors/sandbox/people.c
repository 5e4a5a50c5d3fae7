/* people.c - people out of hashes. */
#include "connectors/sandbox/people.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/crypt.h"
#include "base/text.h"
#include "base/zone.h"

static const char *const KIND_WORDS[PERSON_KINDS] = {"prime", "salaried", "new_to_credit", "gig",
                                                     "farmer", "stressed", "circular", "edge"};
/* Of a thousand generated people. */
static const unsigned KIND_SHARE[PERSON_KINDS] = {330, 280, 130, 90, 50, 80, 10, 30};

static const char *const FIRST[] = {"Aarav", "Asha", "Bhavna", "Chetan", "Deepa", "Farhan", "Gauri", "Harish",
                                    "Isha", "Jatin", "Kavya", "Lakshmi", "Manoj", "Nisha", "Omkar", "Priya",
                                    "Rahul", "Sunita", "Tarun", "Usha", "Varun", "Yamini", "Zubin", "Ananya"};
static const char *const LAST[] = {"Agarwal", "Bose", "Chauhan", "Das", "Fernandes", "Ghosh", "Iyer", "Joshi",
                                   "Kulkarni", "Lobo", "Menon", "Nair", "Pillai", "Rao", "Sharma", "Thakur"};

const struct persona personas[] = {
    {"ZZZPA2201Z", "Asha Verma", "consent-asha", "ZZZZ0000001", "22 years old, new to credit, steady UPI inflows",
     PERSON_NEW, NULL, "2004-03-09", 40000},
    {"ZZZPF4402Z", "Ramesh Patil", "consent-ramesh", "ZZZZ0000002", "a farmer: two harvests a year, little between",
     PERSON_FARMER, NULL, "1981-11-23", 60000},
    {"ZZZPP3303Z", "Meera Iyer", "consent-meera", "ZZZZ0000003", "salaried for years, clean record",
     PERSON_PRIME, NULL, "1988-07-02", 250000},
    {"ZZZPC5504Z", "Vikram Rao", "consent-vikram", "ZZZZ0000004",
     "money going round between the same accounts, and a name that KYC does not know", PERSON_CIRCULAR,
     "Suresh Chandra Gupta", "1990-01-15", 300000},
    {"ZZZPE6605Z", "Kabir Singh", "consent-kabir", "ZZZZ0000005", "neither clearly good nor bad: a person should look",
     PERSON_EDGE, NULL, "1985-05-30", 180000},
    {.pan = NULL},
};

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

static bool pan_formed(const char *p) {
    if (strlen(p) != 10 || !strchr("ABCFGHJLPT", p[3])) return false;
    for (int k = 0; k < 10; k++)
        if (k >= 5 && k < 9 ? !isdigit((unsigned char)p[k]) : !isupper((unsigned char)p[k])) return false;
    return true;
}

static enum person_kind draw_kind(uint64_t roll) {
    unsigned at = (unsigned)(roll % 1000), k = 0;
    while (k + 1 < PERSON_KINDS && at >= KIND_SHARE[k]) at -= KIND_SHARE[k++];
    return (enum person_kind)k;
}

static const struct persona *persona_of(const char *text, bool by_consent) {
    for (const struct persona *p = personas; p->pan; p++)
        if (!strcmp(by_consent ? p->consent : p->pan, text)) return p;
    return NULL;
}

static void generate(struct person *out) {
    struct rng r;
    person_rng(out, "identity", &r);
    out->kind = draw_kind(rng_u64(&r));
    snprintf(out->name, sizeof out->name, "%s %s", FIRST[rng_below(&r, ARRAY_LEN(FIRST))],
             LAST[rng_below(&r, ARRAY_LEN(LAST))]);
    int newest = out->kind == PERSON_NEW ? 2005 : 1998, span = out->kind == PERSON_NEW ? 6 : 35;
    int year = newest - (int)rng_below(&r, (uint64_t)span);
    int month = 1 + (int)rng_below(&r, 12), mday = 1 + (int)rng_below(&r, 28);
    day_text(day_of(year, month, mday), out->dob);
}

void person_by_pan(uint64_t seed, const char *pan, struct person *out) {
    memset(out, 0, sizeof *out);
    text_copy(out->pan, sizeof out->pan, pan);
    out->salt = sandbox_hash(seed, "person", pan);
    out->known = pan_formed(pan) && !text_starts(pan, "UNK");
    out->persona = persona_of(pan, false);
    if (!out->persona) {
        generate(out);
        return;
    }
    const char *registered = out->persona->registered;
    out->kind = out->persona->kind;
    text_copy(out->name, sizeof out->name, registered ? registered : out->persona->name);
    text_copy(out->dob, sizeof out->dob, out->persona->dob);
}

void person_by_consent(uint64_t seed, const char *consent, struct person *out) {
    const struct persona *p = persona_of(consent, true);
    person_by_pan(seed, p ? p->pan : consent, out);
}

void person_rng(const struct person *p, const char *question, struct rng *out) {
    rng_seed(out, p->salt ^ sandbox_hash(0, "question", question));
}

static size_t next_word(const char **at, const char **word) {
    while (**at && !isalpha((unsigned char)**at)) (*at)++;
    *word = *at;
    while (isalpha((unsigned char)**at)) (*at)++;
    return (size_t)(*at - *word);
}

static bool has_word(const char *text, const char *word, size_t n) {
    const char *w;
    for (size_t m; (m = next_word(&text, &w));)
        if (m == n && !strncasecmp(w, word, n)) return true;
    return false;
}

double person_name_match(const struct person *p, const char *name) {
    if (!p->persona) return 1;
    unsigned words = 0, shared = 0;
    const char *at = name, *w;
    for (size_t n; (n = next_word(&at, &w));) {
        words++;
        shared += has_word(p->name, w, n);
    }
    at = p->name;
    for (size_t n; (n = next_word(&at, &w));) words += !has_word(name, w, n);
    return words ? (double)shared / words : 0;
}

struct attributes { /* means of a kind; drawn round them */
    int score, open_credit_lines, real_estate;
    double utilisation, debt_ratio, income;
    unsigned late_30, late_60, late_90; /* of a thousand: chance of one more */
    bool thin;
};
static const struct attributes BUREAU[PERSON_KINDS] = {
    [PERSON_PRIME] = {805, 8, 1, 0.08, 0.22, 8200, 8, 1, 0, false},
    [PERSON_SALARIED] = {735, 7, 1, 0.27, 0.33, 5400, 60, 10, 5, false},
    [PERSON_NEW] = {.thin = true},
    [PERSON_GIG] = {670, 4, 0, 0.45, 0.38, 3100, 150, 40, 25, false},
    [PERSON_FARMER] = {.thin = true},
    [PERSON_STRESSED] = {560, 6, 0, 0.95, 0.62, 2900, 600, 350, 400, false},
    [PERSON_CIRCULAR] = {.thin = true},
    [PERSON_EDGE] = {668, 5, 0, 0.66, 0.42, 3900, 0, 0, 0, false},
};

static unsigned times_late(struct rng *r, unsigned per_mille) {
    unsigned n = 0;
    while (n < 9 && rng_below(r, 1000) < per_mille) n++;
    return n;
}

static double round_it(struct rng *r, double mean, double spread) {
    double sum = rng_unit(r) + rng_unit(r) + rng_unit(r) + rng_unit(r) - 2; /* sd about .58 */
    double v = mean * (1 + spread * sum);
    return v < 0 ? 0 : v;
}

void person_bureau(const struct person *p, struct buf *out) {
    const struct attributes *a = &BUREAU[p->kind];
    struct rng r;
    person_rng(p, "bureau", &r);
    if (a->thin) {
        buf_adds(out, "{\"thin\":true}");
        return;
    }
    /* One who is known by name stays what the story says. */
    double wide = p->persona ? 0.02 : 1;
    int score = a->score + (int)(wide * 60 * (rng_unit(&r) + rng_unit(&r) - 1));
    unsigned late30 = times_late(&r, a->late_30), late60 = times_late(&r, a->late_60), late90 = times_late(&r, a->late_90);
    if (p->persona && p->kind == PERSON_PRIME) late30 = late60 = late90 = 0;
    buf_addf(out, "{\"thin\":false,\"score\":%d,\"revolving_utilisation\":%.4f,", score,
             round_it(&r, a->utilisation, wide * 0.6));
    buf_addf(out, "\"late_30_59\":%u,\"late_60_89\":%u,\"late_90\":%u,", late30, late60, late90);
    buf_addf(out, "\"debt_ratio\":%.4f,\"monthly_income\":%.0f,", round_it(&r, a->debt_ratio, wide * 0.5),
             round_it(&r, a->income, wide * 0.5));
    buf_addf(out, "\"open_credit_lines\":%d,\"real_estate_loans\":%d,\"dependents\":%d}",
             (int)round_it(&r, a->open_credit_lines + 0.5, wide * 0.6),
             a->real_estate ? (int)rng_below(&r, 3) : 0, (int)rng_below(&r, 4));
}

void person_describe(const struct person *p, struct buf *out) {
    const struct persona *named = p->persona;
    const char *name = named ? named->name : p->name;
    buf_adds(out, "{\"pan\":");
    buf_add_json_string(out, p->pan, strlen(p->pan));
    buf_adds(out, ",\"name\":");
    buf_add_json_string(out, name, strlen(name));
    buf_addf(out, ",\"dob\":\"%s\",\"kind\":\"%s\",\"consent\":", p->dob, person_kind_word(p->kind));
    buf_add_json_string(out, named ? named->consent : p->pan, strlen(named ? named->consent : p->pan));
    if (named)
        buf_addf(out, ",\"account\":\"%s\",\"asks\":%lld,\"about\":\"%s\"", named->account,
                 (long long)named->amount_rupees * 100, named->about);
    buf_addc(out, '}');
}
