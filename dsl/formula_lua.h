/* formula_lua.h - formulas and Lua; private to the formula_*.c files. Functions that may leave by longjmp end in _lj. */
#ifndef DSL_FORMULA_LUA_H
#define DSL_FORMULA_LUA_H

#include <lua.h>

#include "dsl/formula.h"

struct formula_state *formula_state_new(void); /* NULL: no memory */
void formula_state_free(struct formula_state *s);
/* Makes f->ref of a body. ERR_INVALID: `why` says what is wrong and *line (of the body, from 1; 0: unknown) where. */
MUST_CHECK enum err formula_compile(struct formula_state *s, struct formula *f, const char *body, size_t n, int *line,
                                    struct fault *why);

/* formula_scan.c: the body with whole numbers written as decimals, so that no arithmetic wraps round; refuses what is not
 * the same everywhere. */
MUST_CHECK enum err formula_scan(const char *body, size_t n, struct buf *out, int *line, struct fault *why);

/* formula_env.c */
void formula_env_lj(lua_State *l);                            /* pushes the environment of a body */
void formula_push_lj(lua_State *l, const struct value *v);
void formula_take_lj(lua_State *l, int at, const struct type *want, struct value *out); /* raises where it does not fit */

#endif
