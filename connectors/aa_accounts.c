/* aa_accounts.c - from sealed accounts to one list of entries. An account that is not there, or cannot be opened, makes the
 * answer partial; it never makes entries up. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/aa_shape.h"

#define ACCOUNTS_MAX 40
#define PLAIN_MAX ((size_t)8 << 20)
#define WAIT_MS 10000

struct entry {
    json_t *v;
    const char *date;
    int64_t amount_minor;
    size_t account, nth; /* ties keep the order of accounts, and each account its own order */
};
struct laid { /* all entries side by side */
    struct entry *list;
    size_t n, cap;
    int64_t opening_minor; /* of all accounts before their first entry */
    unsigned read, pending, missing;
    json_t *accounts; /* what is told of each */
};

static bool fixed_bytes(const json_t *v, const char *name, uint8_t *out, size_t n) {
    struct buf raw AUTO(buf_reset);
    const char *text = json_text(v, name, "");
    buf_init(&raw, n + 8);
    if (buf_add_from_base64(&raw, text, strlen(text)) != OK || raw.len != n) return false;
    memcpy(out, raw.data, n);
    return true;
}

/* The entries of one account; NULL: it cannot be opened with this session's key, or is no list. */
static json_t *open_account(const struct shaped *s, const json_t *account) {
    const json_t *material = json_object_get(account, "keyMaterial");
    const char *text = json_text(account, "data", "");
    struct buf sealed AUTO(buf_reset), plain AUTO(buf_reset);
    struct crypt_key mine;
    uint8_t theirs[CRYPT_BOX_KEY], nonce[CRYPT_BOX_NONCE];
    json_t *v = NULL;
    buf_init(&sealed, PLAIN_MAX);
    buf_init(&plain, PLAIN_MAX);
    if (!fixed_bytes(material, "publicKey", theirs, sizeof theirs) || !fixed_bytes(material, "nonce", nonce, sizeof nonce) ||
        buf_add_from_base64(&sealed, text, strlen(text)) != OK)
        return NULL;
    aa_session_key(s->keys, json_text(s->input, "key_id", ""), &mine);
    enum err e = crypt_box_open(&mine, theirs, nonce, sealed.data, sealed.len, &plain);
    crypt_wipe(&mine, sizeof mine);
    if (e == OK) e = json_parse(buf_text(&plain), plain.len, &JSON_LIMITS_ANSWER, &v, NULL);
    if (plain.data) crypt_wipe(plain.data, plain.len);
    json_t *list = e == OK ? json_incref(json_object_get(v, "transactions")) : NULL;
    json_decref(v);
    if (json_is_array(list)) return list;
    json_decref(list);
    return NULL;
}

static bool entry_fits(const json_t *v) {
    int32_t day;
    return json_is_object(v) && day_parse(json_text(v, "date", ""), &day) == OK && json_is_integer(json_object_get(v, "amount")) &&
           json_is_integer(json_object_get(v, "balance")) && json_text(v, "kind", NULL) && json_text(v, "party", NULL);
}

static bool make_room(struct laid *all, size_t more) {
    if (all->n + more <= all->cap) return true;
    size_t cap = (all->n + more) * 2;
    struct entry *list = realloc(all->list, cap * sizeof *list);
    if (!list) return false;
    all->list = list;
    all->cap = cap;
    return true;
}

static bool add_opening(struct laid *all, const json_t *first) {
    int64_t before;
    return !__builtin_sub_overflow(json_int(first, "balance", 0), json_int(first, "amount", 0), &before) &&
           !__builtin_add_overflow(all->opening_minor, before, &all->opening_minor);
}

/* false: an entry that is not what was agreed, or no memory; then nothing of the account is taken. */
static bool take_entries(struct laid *all, const json_t *list, size_t account) {
    size_t k, n = json_array_size(list);
    json_t *v;
    json_array_foreach(list, k, v) {
        if (!entry_fits(v)) return false;
    }
    if (!make_room(all, n) || (n && !add_opening(all, json_array_get(list, 0)))) return false;
    json_array_foreach(list, k, v)
        all->list[all->n++] = (struct entry){json_incref(v), json_text(v, "date", ""), json_int(v, "amount", 0), account, k};
    return true;
}

static const char *state_of(const char *status) {
    static const char *const words[][2] = {{"READY", "ready"}, {"DELIVERED", "ready"}, {"PENDING", "pending"},
                                           {"DENIED", "denied"}, {"TIMEOUT", "timeout"}};
    for (size_t k = 0; k < ARRAY_LEN(words); k++)
        if (!strcmp(words[k][0], status)) return words[k][1];
    return NULL;
}

static bool read_account(const struct shaped *s, struct laid *all, const json_t *account, size_t nth) {
    const char *state = state_of(json_text(account, "status", ""));
    json_t *list = NULL;
    if (!state) return false;
    if (!strcmp(state, "ready")) {
        list = open_account(s, account);
        if (!list || !take_entries(all, list, nth)) state = "unreadable";
    }
    all->read += !strcmp(state, "ready");
    all->pending += !strcmp(state, "pending");
    all->missing += strcmp(state, "ready") != 0;
    json_t *told = json_pack("{s:s, s:s, s:s, s:s, s:I}", "reference", json_text(account, "linkRef", ""), "bank",
                             json_text(account, "fip", ""), "masked", json_text(account, "maskedAccNumber", ""), "state", state,
                             "entries", (json_int_t)(strcmp(state, "ready") ? 0 : json_array_size(list)));
    json_decref(list);
    return json_array_append_new(all->accounts, told) == 0;
}

static int by_date(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    int c = strcmp(x->date, y->date);
    if (c) return c;
    if (x->account != y->account) return x->account < y->account ? -1 : 1;
    return x->nth < y->nth ? -1 : x->nth > y->nth;
}

/* In the shape of bank.transactions; `balance` becomes that of all accounts together. */
static json_t *transactions(struct laid *all) {
    json_t *list = json_array();
    int64_t balance = all->opening_minor;
    if (all->n) qsort(all->list, all->n, sizeof *all->list, by_date);
    for (size_t k = 0; list && k < all->n; k++) {
        const json_t *v = all->list[k].v;
        const json_t *account = json_array_get(all->accounts, all->list[k].account);
        bool bad = __builtin_add_overflow(balance, all->list[k].amount_minor, &balance);
        json_t *one = json_pack("{s:s, s:I, s:I, s:s, s:s, s:s}", "date", all->list[k].date, "amount",
                                (json_int_t)all->list[k].amount_minor, "balance", (json_int_t)balance, "kind",
                                json_text(v, "kind", ""), "party", json_text(v, "party", ""), "account",
                                json_text(account, "reference", ""));
        if (bad || json_array_append_new(list, one)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *later(struct answer *a, const char *why) {
    answer_set(a, CALL_FAILED, "not_ready", "%s", why);
    a->result.said_later = true;
    a->result.retry_after_ms = WAIT_MS;
    return NULL;
}

static json_t *answer_of(const struct shaped *s, struct laid *all, struct answer *a) {
    if (all->pending && json_bool(s->input, "complete", false)) return later(a, "a bank has not sent its account yet");
    if (!all->read && all->pending) return later(a, "no bank has sent an account yet");
    if (!all->read) {
        answer_set(a, CALL_REFUSED, "no_account", "no account could be read");
        return NULL;
    }
    json_t *list = transactions(all);
    return list ? json_pack("{s:o, s:b, s:O}", "transactions", list, "partial", all->missing > 0, "accounts", all->accounts) : NULL;
}

static bool read_all(const struct shaped *s, struct laid *all, const json_t *list) {
    size_t k;
    json_t *account;
    if (!all->accounts || !json_is_array(list) || json_array_size(list) > ACCOUNTS_MAX) return false;
    json_array_foreach(list, k, account) {
        if (!read_account(s, all, account, k)) return false;
    }
    return true;
}

json_t *aa_read_accounts(const struct shaped *s, const json_t *said, struct answer *a) {
    struct laid all = {.accounts = json_array()};
    json_t *v = NULL;
    if (read_all(s, &all, json_object_get(said, "accounts"))) v = answer_of(s, &all, a);
    else answer_set(a, CALL_FAILED, "bad_answer", "the list of accounts is not what was agreed");
    for (size_t k = 0; k < all.n; k++) json_decref(all.list[k].v);
    free(all.list);
    json_decref(all.accounts);
    return v;
}
