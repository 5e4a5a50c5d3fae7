/* faults.c - reading the rules, drawing from the seed. */
#include "connectors/sandbox/faults.h"

#include <stdio.h>
#include <string.h>

#include "base/fixed.h"
#include "connectors/sandbox/people.h"

static const char *const WORDS[FAULT_KINDS] = {"none", "refuse", "busy", "fail", "timeout", "break",
                                               "after", "duplicate", "garbage", "late", "lost", "pend", "return",
                                               "reorder", "forge"};

const char *fault_kind_word(enum fault_kind k) { return (unsigned)k < FAULT_KINDS ? WORDS[k] : "unknown"; }

static enum err bad_part(struct fault *f, const char *part, size_t n) {
    return fault_set(f, ERR_INVALID, "faults",
                     "'%.*s' is not a fault: write kind=share or operation:kind=share, kind one of refuse, busy, "
                     "fail, timeout, break, after, duplicate, garbage, late, lost, pend, return; "
                     "of webhook: duplicate, late, reorder, forge; of aa.account: refuse, late, timeout", (int)(n > 80 ? 80 : n), part);
}

static enum fault_kind kind_of(const char *word, size_t n) {
    for (unsigned k = 1; k < FAULT_KINDS; k++)
        if (strlen(WORDS[k]) == n && !memcmp(WORDS[k], word, n)) return (enum fault_kind)k;
    return FAULT_NONE;
}

static bool fits(const char *operation, enum fault_kind kind) {
    if (!strcmp(operation, "aa.account")) return kind == FAULT_REFUSE || kind == FAULT_LATE || kind == FAULT_TIMEOUT;
    bool webhook = !strcmp(operation, "webhook"), of_webhook = kind == FAULT_REORDER || kind == FAULT_FORGE;
    return webhook ? of_webhook || kind == FAULT_DUPLICATE || kind == FAULT_LATE : !of_webhook;
}

static bool read_rule(const char *part, size_t n, struct fault_rule *r) {
    const char *equals = memchr(part, '=', n), *colon = memchr(part, ':', n);
    int64_t share;
    memset(r, 0, sizeof *r);
    if (!equals || (colon && colon > equals)) return false;
    const char *word = colon ? colon + 1 : part;
    size_t named = colon ? (size_t)(colon - part) : 0;
    if (named >= sizeof r->operation) return false;
    memcpy(r->operation, part, named);
    r->kind = kind_of(word, (size_t)(equals - word));
    if (r->kind == FAULT_NONE || fixed_parse(equals + 1, (size_t)(part + n - equals - 1), &share) != OK) return false;
    r->per_million = (uint32_t)share;
    return share >= 0 && share <= FIXED_ONE && fits(r->operation, r->kind);
}

enum err fault_rules_read(const char *text, struct fault_rules *out, struct fault *f) {
    struct fault_rules r = {.n = 0};
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, ",");
        if (r.n == FAULT_RULES_MAX) return fault_set(f, ERR_LIMIT, "faults", "at most %d faults", FAULT_RULES_MAX);
        if (!read_rule(at, n, &r.rules[r.n++])) return bad_part(f, at, n);
        at += n + (at[n] == ',');
    }
    *out = r;
    return OK;
}

enum fault_kind fault_draw(const struct fault_rules *r, uint64_t seed, const char *operation,
                           const char *key, unsigned nth) {
    for (size_t k = 0; k < r->n; k++) {
        const struct fault_rule *rule = &r->rules[k];
        char text[400];
        if (rule->operation[0] && strcmp(rule->operation, operation) != 0) continue;
        /* A refusal is a property of the request, not of the moment. */
        snprintf(text, sizeof text, "%s %u %.300s", operation, rule->kind == FAULT_REFUSE ? 0 : nth, key);
        if (sandbox_hash(seed, WORDS[rule->kind], text) % FIXED_ONE < rule->per_million) return rule->kind;
    }
    return FAULT_NONE;
}

bool fault_hits(const struct fault_rules *r, uint64_t seed, const char *operation, const char *key, enum fault_kind kind) {
    char text[400];
    (void)snprintf(text, sizeof text, "%s %.300s", operation, key);
    for (size_t k = 0; k < r->n; k++)
        if (r->rules[k].kind == kind && !strcmp(r->rules[k].operation, operation) &&
            sandbox_hash(seed, WORDS[kind], text) % FIXED_ONE < r->rules[k].per_million)
            return true;
    return false;
}
