/* aa_accounts.c - the first account is the one that bank.transactions shows; others are quiet savings. */
#include "connectors/sandbox/aa_accounts.h"

#include "base/zone.h"

#define RUPEES(n) ((int64_t)(n) * 100)

static const char *const BANKS[] = {"Sandbox Grameen Bank", "Sandbox Commercial Bank", "Sandbox Cooperative Bank", "Sandbox Small Finance Bank"};
/* How many of a hundred have a second account, a third. */
static const unsigned SECOND[PERSON_KINDS] = {[PERSON_PRIME] = 80, [PERSON_SALARIED] = 45, [PERSON_NEW] = 10, [PERSON_GIG] = 20, [PERSON_FARMER] = 35,
                                              [PERSON_STRESSED] = 25, [PERSON_CIRCULAR] = 60, [PERSON_EDGE] = 40, [PERSON_DISTRESS] = 45, [PERSON_STRATEGIC] = 70};

size_t aa_accounts_of(const struct person *p, struct aa_account out[AA_ACCOUNTS_MAX]) {
    struct rng r;
    person_rng(p, "accounts", &r);
    size_t first = (size_t)rng_below(&r, ARRAY_LEN(BANKS)), n = 1;
    if (rng_below(&r, 100) < SECOND[p->kind]) n += 1 + (rng_below(&r, 4) == 0);
    for (size_t k = 0; k < n; k++) {
        unsigned number = (unsigned)rng_below(&r, 10000);
        out[k] = (struct aa_account){.bank = BANKS[(first + k) % ARRAY_LEN(BANKS)], .nth = (unsigned)k};
        snprintf(out[k].reference, sizeof out[k].reference, "acc-%08x-%u", (unsigned)p->salt, (unsigned)k + 1);
        snprintf(out[k].masked, sizeof out[k].masked, "XXXXXXXX%04u", number);
    }
    return n;
}

static void put(struct buf *out, bool first, int32_t day, int64_t amount, int64_t balance, const char *kind, const char *party) {
    char text[16];
    buf_addf(out, "%s{\"date\":\"%s\",\"amount\":%lld,\"balance\":%lld,\"kind\":\"%s\",\"party\":\"%s\"}", first ? "" : ",",
             day_text(day, text), (long long)amount, (long long)balance, kind, party);
}

/* Something is put aside or taken out now and then; interest each quarter. */
static void write_savings(const struct person *p, unsigned nth, int32_t until_day, struct buf *out) {
    struct rng r;
    char question[24];
    snprintf(question, sizeof question, "savings %u", nth);
    person_rng(p, question, &r);
    int64_t balance = RUPEES(2000 + (int64_t)rng_below(&r, 40000));
    bool first = true;
    buf_adds(out, "{\"transactions\":[");
    for (int32_t day = until_day - 365; day < until_day; day++) {
        int64_t amount = 0;
        int year, month, mday;
        day_split(day, &year, &month, &mday);
        if (mday == 30 && month % 3 == 0) amount = balance / 140 + 1;
        else if (rng_below(&r, 24) == 0) amount = RUPEES(100 + (int64_t)rng_below(&r, 3000)) * (rng_below(&r, 3) ? 1 : -1);
        if (!amount || balance + amount < 0) continue;
        balance += amount;
        put(out, first, day, amount, balance, mday == 30 && month % 3 == 0 ? "interest" : amount > 0 ? "upi_in" : "upi",
            mday == 30 && month % 3 == 0 ? "BANK" : "OWN ACCOUNT");
        first = false;
    }
    buf_adds(out, "]}");
}

void aa_account_write(struct providers *p, const struct person *who, const struct aa_account *a, int32_t until_day, struct buf *out) {
    size_t n = 0;
    if (a->nth) {
        write_savings(who, a->nth, until_day, out);
        return;
    }
    const char *text = history_text(p->history, who, until_day, &n);
    if (text) buf_add(out, text, n);
}
