/* history.c - a year of somebody's account, day by day, by kind of person. */
#include "connectors/sandbox/history.h"

#include <string.h>

#include "base/rng.h"
#include "base/zone.h"

#define YEAR_DAYS 365
#define TEXT_MAX ((size_t)1 << 20)
#define RUPEES(n) ((int64_t)(n) * 100)

struct life { /* how a kind of person earns and spends */
    int64_t salary, rent, instalment;  /* monthly; 0 none */
    int64_t upi_in;                    /* mean of one inflow */
    unsigned inflows_a_month;          /* besides salary */
    int64_t spend;                     /* mean of one outgoing payment */
    unsigned spends_a_month, bounces_a_year;
    int64_t harvest;                   /* each of two a year */
    int64_t round_trip;                /* money that comes and goes on the same day */
    int64_t opening;
    int trouble_days;                  /* before the end: salary late and short, hospital bills */
    int dodge_days;                    /* before the end: the account is emptied on the eve of the instalment */
};
static const struct life LIVES[PERSON_KINDS] = {
    [PERSON_PRIME] = {RUPEES(145000), RUPEES(32000), RUPEES(18000), RUPEES(2500), 2, RUPEES(2300), 22, 0, 0, 0, RUPEES(260000)},
    [PERSON_SALARIED] = {RUPEES(62000), RUPEES(16000), RUPEES(6500), RUPEES(900), 2, RUPEES(1300), 22, 1, 0, 0, RUPEES(48000)},
    [PERSON_NEW] = {0, RUPEES(4500), 0, RUPEES(2200), 13, RUPEES(950), 14, 0, 0, 0, RUPEES(19000)},
    [PERSON_GIG] = {0, RUPEES(7000), RUPEES(2500), RUPEES(3400), 10, RUPEES(1150), 15, 1, 0, 0, RUPEES(16000)},
    [PERSON_FARMER] = {0, 0, 0, RUPEES(700), 7, RUPEES(520), 20, 0, RUPEES(140000), 0, RUPEES(120000)},
    [PERSON_STRESSED] = {RUPEES(38000), RUPEES(12000), RUPEES(11000), RUPEES(700), 2, RUPEES(850), 19, 16, 0, 0, RUPEES(3000)},
    [PERSON_CIRCULAR] = {0, RUPEES(6000), 0, RUPEES(500), 3, RUPEES(640), 13, 3, 0, RUPEES(48000), RUPEES(6000)},
    [PERSON_EDGE] = {RUPEES(42000), RUPEES(13500), RUPEES(8500), RUPEES(700), 2, RUPEES(800), 21, 3, 0, 0, RUPEES(12000)},
    [PERSON_DISTRESS] = {RUPEES(54000), RUPEES(14000), RUPEES(7800), RUPEES(900), 2, RUPEES(1250), 21, 0, 0, 0, RUPEES(24000), .trouble_days = 75},
    [PERSON_STRATEGIC] = {RUPEES(96000), RUPEES(24000), RUPEES(14500), RUPEES(1500), 2, RUPEES(1900), 22, 0, 0, 0, RUPEES(90000), .dodge_days = 130},
};

static const char *const SHOPS[] = {"KIRANA STORE", "MEDICAL HALL", "FUEL STATION", "BUS PASS", "MOBILE RECHARGE",
                                    "TEA STALL", "POWER BOARD", "SCHOOL FEES", "TEXTILES", "ONLINE SHOP"};
static const char *const PAYERS[] = {"FAMILY", "CUSTOMER A", "CUSTOMER B", "CUSTOMER C", "FRIEND", "TUITION", "DELIVERY APP"};

struct writer {
    struct buf *out;
    struct rng rng;
    const struct life *life;
    int64_t balance, hidden; /* hidden: in an account that nobody shows us */
    int32_t day, until_day;
    unsigned entries, bounces;
};

static int64_t around(struct writer *w, int64_t mean) { /* 0.4 to 1.6 of it, whole rupees */
    int64_t v = mean * (int64_t)(400 + rng_below(&w->rng, 1201)) / 1000;
    return v - v % 100 + (v < 100 ? 100 : 0);
}

static void put(struct writer *w, int64_t amount, const char *kind, const char *party) {
    char day[16];
    w->balance += amount;
    buf_addf(w->out, "%s{\"date\":\"%s\",\"amount\":%lld,\"balance\":%lld,\"kind\":\"%s\",\"party\":\"%s\"}",
             w->entries++ ? "," : "", day_text(w->day, day), (long long)amount, (long long)w->balance, kind, party);
}

/* What cannot be paid is returned: the try, its return, and a fine once the balance is below zero. */
static void bounce(struct writer *w, int64_t amount, const char *party) {
    put(w, -amount, "loan_instalment", party);
    put(w, amount, "bounce", party);
    put(w, -RUPEES(59), "bounce_fee", "BANK");
    if (w->balance < 0) put(w, -RUPEES(12), "sanction_interest", "BANK");
}

static bool in_last(const struct writer *w, int days) { return w->until_day - w->day <= days; }

static void salary(struct writer *w, int mday) {
    bool short_paid = in_last(w, w->life->trouble_days);
    if (mday == (short_paid ? 9 : 1)) put(w, short_paid ? w->life->salary * 6 / 10 : w->life->salary, "salary", "EMPLOYER");
}

/* Able, but not willing: out on the eve, back on the morrow; another lender is paid as ever. */
static void dodge(struct writer *w, int mday) {
    if (mday == 4 && w->balance > RUPEES(2000)) {
        w->hidden = w->balance - RUPEES(900);
        put(w, -w->hidden, "upi", "OWN ACCOUNT ELSEWHERE");
    } else if (mday == 6 && w->hidden) {
        put(w, w->hidden, "upi_in", "OWN ACCOUNT ELSEWHERE");
        w->hidden = 0;
    } else if (mday == 10 && w->balance > RUPEES(9000)) {
        put(w, -RUPEES(9000), "loan_instalment", "OTHER LENDER");
    }
}

static void monthly(struct writer *w, int mday) {
    const struct life *l = w->life;
    if (l->salary) salary(w, mday);
    if (in_last(w, l->dodge_days)) dodge(w, mday);
    if (mday == 3 && l->rent) {
        if (w->balance >= l->rent) put(w, -l->rent, "rent", "LANDLORD");
        else put(w, -l->rent / 2, "rent", "LANDLORD");
    }
    if (mday == 5 && l->instalment) {
        if (w->balance >= l->instalment) put(w, -l->instalment, "loan_instalment", "LENDER");
        else bounce(w, l->instalment, "LENDER");
    }
    if (mday == 28 && w->balance > 0) put(w, w->balance / 500 + 1, "interest", "BANK");
}

static void spend(struct writer *w) {
    const struct life *l = w->life;
    int64_t amount = around(w, l->spend);
    const char *shop = SHOPS[rng_below(&w->rng, ARRAY_LEN(SHOPS))];
    unsigned how = (unsigned)rng_below(&w->rng, 10);
    if (w->balance < amount) amount = RUPEES(20 + (int64_t)rng_below(&w->rng, 60));
    put(w, -amount, how < 7 ? "upi" : how < 9 ? "card" : "cash", how == 9 ? "ATM" : shop);
}

static void harvest(struct writer *w, int month, int mday) {
    const struct life *l = w->life;
    bool season = month == 4 || month == 11;
    if (season && (mday == 12 || mday == 19)) put(w, around(w, l->harvest / 2), "harvest", "MANDI");
    if ((month == 6 || month == 12) && mday == 8) put(w, -around(w, l->harvest / 6), "upi", "SEEDS AND FERTILISER");
}

/* In from one account in the morning, out to another at night, and back another day. */
static void round_trip(struct writer *w) {
    static const char *const ring[] = {"RING A", "RING B", "RING C"};
    int64_t amount = around(w, w->life->round_trip);
    unsigned k = (unsigned)rng_below(&w->rng, 3);
    put(w, amount, "upi_in", ring[k]);
    put(w, -amount + RUPEES(10), "upi", ring[k]);
}

static bool per_month(struct writer *w, unsigned times) { return rng_below(&w->rng, 30) < times; }

static void one_day(struct writer *w) {
    int year, month, mday;
    day_split(w->day, &year, &month, &mday);
    const struct life *l = w->life;
    monthly(w, mday);
    if (l->harvest) harvest(w, month, mday);
    if (l->upi_in && per_month(w, l->inflows_a_month))
        put(w, around(w, l->upi_in), "upi_in", PAYERS[rng_below(&w->rng, ARRAY_LEN(PAYERS))]);
    if (l->round_trip && per_month(w, 5)) round_trip(w);
    if (per_month(w, l->spends_a_month)) spend(w);
    if (in_last(w, l->trouble_days) && per_month(w, 8)) put(w, -around(w, RUPEES(3800)), "upi", "CITY HOSPITAL");
    if (l->bounces_a_year && rng_below(&w->rng, YEAR_DAYS) < l->bounces_a_year)
        bounce(w, around(w, RUPEES(2500)), "LENDER");
}

void history_write(uint64_t seed, enum person_kind kind, unsigned variant, int32_t until_day,
                   struct buf *out) {
    char name[64];
    snprintf(name, sizeof name, "%s/%u", person_kind_word(kind), variant);
    struct writer w = {.out = out, .life = &LIVES[kind], .balance = LIVES[kind].opening, .until_day = until_day};
    rng_seed(&w.rng, sandbox_hash(seed, "history", name));
    buf_adds(out, "{\"transactions\":[");
    for (w.day = until_day - YEAR_DAYS; w.day < until_day; w.day++) one_day(&w);
    buf_adds(out, "],\"partial\":false}");
}

struct history {
    uint64_t seed;
    int32_t day;
    struct buf texts[PERSON_KINDS][HISTORY_VARIANTS + 1]; /* the last is the named person's */
};

struct history *history_new(uint64_t seed) {
    struct history *h = calloc(1, sizeof *h);
    if (!h) return NULL;
    h->seed = seed;
    for (unsigned k = 0; k < PERSON_KINDS; k++)
        for (unsigned v = 0; v <= HISTORY_VARIANTS; v++) buf_init(&h->texts[k][v], TEXT_MAX);
    return h;
}

static void forget(struct history *h) {
    for (unsigned k = 0; k < PERSON_KINDS; k++)
        for (unsigned v = 0; v <= HISTORY_VARIANTS; v++) buf_reset(&h->texts[k][v]);
}

void history_free(struct history *h) {
    if (!h) return;
    forget(h);
    free(h);
}

const char *history_text(struct history *h, const struct person *p, int32_t until_day, size_t *n) {
    if (until_day != h->day) forget(h);
    h->day = until_day;
    unsigned variant = p->persona ? HISTORY_VARIANTS : (unsigned)(p->salt % HISTORY_VARIANTS);
    struct buf *b = &h->texts[p->kind][variant];
    if (!b->len) history_write(h->seed, p->kind, variant, until_day, b);
    if (!buf_ok(b)) return NULL;
    *n = b->len;
    return b->data;
}
