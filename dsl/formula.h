/* formula.h - named pure functions (strategies/functions.lua), called in expressions: monthly_burden(a, b).
 *
 *   formula "monthly_burden" {
 *     about = "what all loans cost a month, with the new one",
 *     takes = { money "emi", money "others" },
 *     gives = "money",
 *     body  = [[ return emi + others ]],
 *     tries = { try { rupees "5,000", rupees "2,000", gives = rupees "7,000" } },
 *   }
 *
 * The body is Lua without a library: no global but its arguments and the few functions of formula_env.c, no text
 * patterns, nothing that differs from machine to machine or from run to run. Every call starts from nothing and is
 * bounded in instructions and memory. Numbers and shares are doubles inside and millionths outside (rounded half to
 * even); money and dates are exact values of their own that cannot be mixed with numbers by accident. Each try is
 * made when the file is read. */
#ifndef DSL_FORMULA_H
#define DSL_FORMULA_H

#include "dsl/expr.h"

enum {
    FORMULA_ARGS = 8,
    FORMULA_INSTRUCTIONS = 20000, /* of one call */
    FORMULA_TRIES = 12,           /* of one formula */
    FORMULA_FILE = 60,            /* formulas of one file */
    FORMULA_BYTES = 256 * 1024,   /* that a call may hold */
    FORMULA_TEXT_BYTES = 1000     /* of a text given to one */
};

struct formula_arg {
    const char *name;
    const struct type *type;
};
struct formula_state; /* formula_lua.c: one Lua for all formulas of a file */
struct formula { /* lives in its dsl_file */
    const char *name, *about;
    const struct formula_arg *args;
    int n_args, line;
    const struct type *gives; /* never maybe */
    struct formula_state *state;
    int ref;
};

/* `args` are there and of the declared types. ERR_INVALID with a sentence when the body fails, takes too long or too
 * much memory, or gives something else than it says: a recorded fault. A text result is one of the declared words. What it used
 * is taken from `steps_left` (may be NULL), in thousands; where none are left it is not called. */
MUST_CHECK enum err formula_call(const struct formula *f, const struct value *args, int64_t *steps_left, struct value *out,
                                 struct fault *why);

#endif
