/* catalog.h - what the language is told about the world: a struct handed in, so that dsl/ knows no
 * connector, template, model or file outside the one it reads.
 *
 * Everything is borrowed and must outlive the results made with it. Every function pointer may be
 * NULL: then nothing of that sort is declared. Name lists end with NULL and feed "did you mean". */
#ifndef DSL_CATALOG_H
#define DSL_CATALOG_H

#include <stdbool.h>

#include "base/json.h"

enum op_kind {
    OP_READ,  /* asks; trying again is safe */
    OP_EFFECT, /* changes something outside; in a saga it needs an undo, elsewhere undo or no_undo */
    OP_MONEY, /* an effect that moves money out; also needs once_per */
    OP_LOCAL  /* pure function on our own books: answer and postings commit with the journal */
};

/* One operation of a connector as the language sees it ("bureau.report"). Schemas are JSON Schema
 * definitions with x-unit, x-currency, x-personal, x-better. */
struct op_decl {
    const char *name;      /* connector.operation */
    const char *contract;  /* operations with one contract may stand in one `call` list; NULL: its own */
    enum op_kind kind;
    bool can_look;         /* an UNCERTAIN end can be settled by asking */
    bool undoes;           /* meant as an undo: retried until it succeeds */
    const json_t *input, *output, *sample;
    unsigned timeout_ms;   /* of one try */
};

struct policy;
struct plan;
struct formula;

struct catalog {
    void *who;
    const struct op_decl *(*operation)(void *who, const char *name);
    const char *const *(*operation_names)(void *who);
    /* {"case": schema, "events": {name: schema}, "zone": "...", "calendar": {...}, "key": "field"} */
    const json_t *(*case_type)(void *who, const char *name);
    const char *const *(*case_names)(void *who);
    const json_t *(*form)(void *who, const char *name);      /* schema of a task's fields */
    const char *const *(*form_names)(void *who);
    const json_t *(*template_)(void *who, const char *name); /* {"purpose": ..., "channels": [...]} */
    const char *const *(*template_names)(void *who);
    /* version 0: the published one (in development: the newest file). NULL if there is none. */
    const struct policy *(*policy)(void *who, const char *name, int version);
    const char *const *(*policy_names)(void *who);
    const struct plan *(*flow)(void *who, const char *name, int version);
    const struct retry *(*retry)(void *who, const char *name);
    const char *const *(*retry_names)(void *who);
    /* ISO 4217 of the installation; "rupees" and friends map to it in the words table. */
    const char *currency;
    /* Named pure functions that expressions may call (strategies/functions.lua). */
    const struct formula *(*formula)(void *who, const char *name);
    const char *const *(*formula_names)(void *who);
    /* Codes that refer, decline and because may name. */
    const char *const *(*reason_names)(void *who);
};

#endif
