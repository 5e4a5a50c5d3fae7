/* pg_row.c - binary values of a result row, and the server's errors as ours. */
#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "io/pg_inside.h"

bool pg_null(const struct pg_row *r, int col) { return PQgetisnull(r->result, r->row, col) != 0; }

int64_t pg_int(const struct pg_row *r, int col) {
    const char *v = PQgetvalue(r->result, r->row, col);
    uint16_t b2;
    uint32_t b4;
    uint64_t b8;
    switch (PQgetlength(r->result, r->row, col)) {
    case 1: return (unsigned char)v[0];
    case 2: memcpy(&b2, v, 2); return (int16_t)be16toh(b2);
    case 4: memcpy(&b4, v, 4); return (int32_t)be32toh(b4);
    case 8: memcpy(&b8, v, 8); return (int64_t)be64toh(b8);
    default: return 0; /* NULL */
    }
}

const char *pg_str(const struct pg_row *r, int col, size_t *n) {
    if (n) *n = (size_t)PQgetlength(r->result, r->row, col);
    return PQgetvalue(r->result, r->row, col);
}

/* What the caller should do, by SQLSTATE class (PostgreSQL manual, appendix A). */
static enum err err_of(const char *state) {
    if (!strcmp(state, "23505")) return ERR_CONFLICT;
    if (!strncmp(state, "40", 2)) return ERR_BUSY;   /* serialization failure, deadlock: surely undone */
    if (!strncmp(state, "53", 2)) return ERR_BUSY;   /* disk full, too many connections */
    if (!strncmp(state, "55", 2)) return ERR_BUSY;   /* lock not available */
    if (!strcmp(state, "57014")) return ERR_BUSY;    /* cancelled by statement_timeout */
    if (!strncmp(state, "57", 2)) return ERR_IO;     /* server stops */
    if (!strncmp(state, "08", 2)) return ERR_IO;
    if (!strcmp(state, "25006")) return ERR_IO;      /* read-only: this is a standby now */
    return ERR_INVALID;
}

void pg_end_from(struct pg_end *e, const PGresult *r, int statement) {
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    *e = (struct pg_end){.err = ERR_IO, .statement = statement, .sent = true};
    if (state) {
        text_copy(e->sqlstate, sizeof e->sqlstate, state);
        e->err = err_of(state);
    }
    text_copy(e->text, sizeof e->text, text ? text : "connection lost");
    char *colon = state && !strncmp(state, "22", 2) ? strchr(e->text, ':') : NULL;
    if (colon) *colon = '\0'; /* "invalid input syntax for type integer: <the value>" */
}

void pg_end_set(struct pg_end *e, enum err err, bool sent, const char *text) {
    *e = (struct pg_end){.err = err, .statement = -1, .sent = sent};
    text_copy(e->text, sizeof e->text, text);
}
