/* migrate.c - the embedded migrations, in order. */
#include "store/migrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/crypt.h"
#include "base/log.h"
#include "base/migration.h"
#include "base/text.h"
#include "io/pg.h"
#include "store_sql.h"

enum { NUMBER = 24 };

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

struct first_row {
    int64_t v[2];
    bool yes; /* the first column was "t" */
};

static void first_row(void *who, int n_cols, const char *const *v) {
    struct first_row *r = who;
    for (int i = 0; i < n_cols && i < 2; i++)
        if (v[i] && text_i64(v[i], strlen(v[i]), &r->v[i]) != OK) r->yes = text_eq(v[i], "t");
}

static enum err apply(const char *dsn, const struct migration *m, struct fault *f) {
    char hash[65], at[NUMBER];
    snprintf(at, sizeof at, "%" PRId64, now_ms());
    crypt_sha256_hex(m->text, strlen(m->text), hash);
    const char *params[] = {m->room, m->name, hash, m->text, at};
    struct first_row r = {{0}, false};
    enum err e = pg_query(dsn, SQL_MIGRATION_APPLY.text, 5, params, first_row, &r, f);
    if (e == OK && r.yes) log_info("migrated", "room=%s name=%s", m->room, m->name);
    return e;
}

struct newer {
    char room[64], name[96]; /* one that this program does not know */
};

static void known_row(void *who, int n_cols, const char *const *v) {
    struct newer *newer = who;
    for (const struct migration *m = migrations; m->name; m++)
        if (n_cols == 2 && text_eq(m->room, v[0]) && text_eq(m->name, v[1])) return;
    text_copy(newer->room, sizeof newer->room, v[0]);
    text_copy(newer->name, sizeof newer->name, v[1]);
}

static enum err check_not_newer(const char *dsn, struct fault *f) {
    struct newer newer = {{0}, {0}};
    enum err e = pg_query(dsn, SQL_MIGRATIONS_KNOWN.text, 0, NULL, known_row, &newer, f);
    if (e == OK && newer.name[0])
        return fault_set(f, ERR_INVALID, "database", "has migration %s/%s, which this program does not"
                         " know: use a newer program", newer.room, newer.name);
    return e;
}

static enum err settle(const char *dsn, uint16_t region, uint16_t shards, struct fault *f) {
    char r_text[NUMBER], s_text[NUMBER], at[NUMBER];
    snprintf(r_text, sizeof r_text, "%u", region);
    snprintf(s_text, sizeof s_text, "%u", shards);
    snprintf(at, sizeof at, "%" PRId64, now_ms());
    const char *params[] = {r_text, s_text, at};
    struct first_row r = {{0}, false};
    enum err e = pg_query(dsn, SQL_INSTALLATION_SETTLE.text, 3, params, NULL, NULL, f);
    if (e == OK) e = pg_query(dsn, SQL_OUTBOX_SETTLE.text, 0, NULL, NULL, NULL, f);
    if (e == OK) e = pg_query(dsn, SQL_INSTALLATION.text, 0, NULL, first_row, &r, f);
    if (e == OK && (r.v[0] != region || r.v[1] != shards))
        return fault_set(f, ERR_INVALID, "database", "was created for region %" PRId64 " with %" PRId64
                         " shards, not region %u with %u; both are fixed for ever", r.v[0], r.v[1],
                         region, shards);
    return e;
}

enum err store_migrate(const char *dsn, uint16_t region, uint16_t shards, struct fault *f) {
    if (shards == 0) return fault_set(f, ERR_INVALID, "shards", "must be at least 1");
    enum err e = pg_run_script(dsn, SQL_MIGRATE_FRAME.text, f);
    if (e == OK) e = check_not_newer(dsn, f);
    for (const struct migration *m = migrations; e == OK && m->name; m++) e = apply(dsn, m, f);
    return e == OK ? settle(dsn, region, shards, f) : e;
}
