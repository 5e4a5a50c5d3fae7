/* file.h - a loan's file in a test: entries written as JSON, as the ledger writes them. */
#ifndef TESTS_BOOK_FILE_H
#define TESTS_BOOK_FILE_H

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/zone.h"
#include "book/arrears.h"

#define FILE_MAX 40

struct file {
    struct deed_text texts[FILE_MAX];
    size_t n;
    struct arena *arena;
    int64_t known_ms; /* of the next entry; rises by one with each */
};
static inline void file_init(struct file *x) { *x = (struct file){.arena = arena_new(4 << 20), .known_ms = 1}; }
static inline void file_reset(struct file *x) { arena_free(x->arena); }

/* `body` must outlive the file (a literal). Returns its n. */
static inline uint32_t file_add(struct file *x, const char *kind, int32_t day, int64_t minor, const char *body) {
    x->texts[x->n] = (struct deed_text){(uint32_t)x->n + 1, kind, day, x->known_ms++, minor, body, strlen(body)};
    return (uint32_t)++x->n;
}

static inline const struct loan_state *file_fold_known(struct file *x, int32_t day, int64_t known_ms) {
    struct deed *deeds = NULL;
    const struct loan_state *s = NULL;
    struct fault f = {0};
    enum err e = deeds_read(x->texts, x->n, x->arena, &deeds, &f);
    if (e == OK) e = loan_fold(deeds, x->n, day, known_ms, x->arena, &s, &f);
    if (e != OK) printf("%s: %s\n", f.where, f.text);
    CU_ASSERT_EQUAL_FATAL(e, OK);
    return s;
}
static inline const struct loan_state *file_fold(struct file *x, int32_t day) { return file_fold_known(x, day, INT64_MAX); }

static inline int32_t on(const char *iso) {
    int32_t day = 0;
    CU_ASSERT_EQUAL_FATAL(day_parse(iso, &day), OK);
    return day;
}

/* 3,000.00 in three months at 10.00 of interest each. */
#define FILE_THREE(rules) \
    "{\"product\":\"emi\",\"currency\":\"INR\",\"fee\":5000,\"rate\":120000,\"rows\":[[\"2026-02-10\",100000,1000]," \
    "[\"2026-03-10\",100000,1000],[\"2026-04-10\",100000,1000]]" rules "}"

#endif
