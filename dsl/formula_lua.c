/* formula_lua.c - one Lua for the formulas of a file: compiled once, called under a budget. */
#include "dsl/formula_lua.h"

#include <lauxlib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define BODY_BYTES ((size_t)64 << 10)
#define STEP 1000
#define COMPILE_BYTES ((size_t)8 << 20)

struct formula_state {
    lua_State *lua;
    size_t used, most;
    int env;
    int64_t steps; /* of the call under way */
};

static void *allocate(void *who, void *old, size_t old_size, size_t size) {
    struct formula_state *s = who;
    if (!old) old_size = 0;
    if (size == 0) {
        free(old);
        s->used -= old_size;
        return NULL;
    }
    if (size > old_size && s->used + (size - old_size) > s->most) return NULL;
    void *p = realloc(old, size);
    if (p) s->used = s->used - old_size + size;
    return p;
}

static void step_lj(lua_State *l, lua_Debug *d) {
    struct formula_state *s = NULL;
    (void)d;
    (void)lua_getallocf(l, (void **)&s);
    s->steps += STEP;
    if (s->steps >= FORMULA_INSTRUCTIONS) luaL_error(l, "it computes too long; a formula has at most %d steps", FORMULA_INSTRUCTIONS);
}

static int open_lj(lua_State *l) {
    formula_env_lj(l);
    lua_pushinteger(l, luaL_ref(l, LUA_REGISTRYINDEX));
    return 1;
}

struct formula_state *formula_state_new(void) {
    struct formula_state *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->most = COMPILE_BYTES;
    if (!(s->lua = lua_newstate(allocate, s))) {
        free(s);
        return NULL;
    }
    lua_pushcfunction(s->lua, open_lj);
    if (lua_pcall(s->lua, 0, 1, 0) != LUA_OK) {
        formula_state_free(s);
        return NULL;
    }
    s->env = (int)lua_tointeger(s->lua, -1);
    lua_settop(s->lua, 0);
    return s;
}

void formula_state_free(struct formula_state *s) {
    if (!s) return;
    lua_close(s->lua);
    free(s);
}

/* "body:12: sentence" */
static enum err told(struct formula_state *s, int rc, int *line, struct fault *why) {
    const char *said = lua_tostring(s->lua, -1);
    int at = 0, used = 0;
    if (said && sscanf(said, "body:%d: %n", &at, &used) == 1 && used) said += used;
    if (line) *line = at;
    if (rc == LUA_ERRMEM) said = "it needs too much memory";
    return fault_set(why, ERR_INVALID, "", "%s", said ? said : "it fails");
}

/* --- compiling ------------------------------------------------------------------------------------- */

struct compiling {
    struct formula_state *state;
    const char *text;
    size_t n;
    int ref;
};

static int compile_lj(lua_State *l) {
    struct compiling *c = lua_touserdata(l, 1);
    if (luaL_loadbufferx(l, c->text, c->n, "=body", "t") != LUA_OK) return lua_error(l);
    lua_rawgeti(l, LUA_REGISTRYINDEX, c->state->env);
    if (!lua_setupvalue(l, -2, 1)) lua_pop(l, 1);
    c->ref = luaL_ref(l, LUA_REGISTRYINDEX);
    return 0;
}

/* "local emi,others=...; " before the body, in its first line: the lines stay. */
static void head(const struct formula *f, struct buf *out) {
    for (int i = 0; i < f->n_args; i++) buf_addf(out, "%s%s", i ? "," : "local ", f->args[i].name);
    if (f->n_args) buf_adds(out, "=...; ");
}

enum err formula_compile(struct formula_state *s, struct formula *f, const char *body, size_t n, int *line, struct fault *why) {
    AUTO(buf_reset) struct buf text;
    *line = 0;
    buf_init(&text, 4 * BODY_BYTES);
    if (n > BODY_BYTES) return fault_set(why, ERR_INVALID, "", "the body has more than 64 KB");
    head(f, &text);
    enum err e = formula_scan(body, n, &text, line, why);
    if (e != OK) return e;
    struct compiling c = {.state = s, .text = text.data, .n = text.len};
    s->most = s->used + COMPILE_BYTES;
    lua_pushcfunction(s->lua, compile_lj);
    lua_pushlightuserdata(s->lua, &c);
    int rc = lua_pcall(s->lua, 1, 0, 0);
    if (rc != LUA_OK) e = told(s, rc, line, why);
    lua_settop(s->lua, 0);
    f->state = s, f->ref = c.ref;
    lua_gc(s->lua, LUA_GCCOLLECT);
    s->most = s->used + FORMULA_BYTES;
    return e;
}

/* --- calling --------------------------------------------------------------------------------------- */

struct calling {
    const struct formula *f;
    const struct value *args;
    struct value *out;
};

static int call_lj(lua_State *l) {
    struct calling *c = lua_touserdata(l, 1);
    luaL_checkstack(l, FORMULA_ARGS + 4, "too deep");
    lua_rawgeti(l, LUA_REGISTRYINDEX, c->f->ref);
    for (int i = 0; i < c->f->n_args; i++) formula_push_lj(l, &c->args[i]);
    lua_call(l, c->f->n_args, 1);
    formula_take_lj(l, lua_gettop(l), c->f->gives, c->out);
    return 0;
}

enum err formula_call(const struct formula *f, const struct value *args, int64_t *steps_left, struct value *out, struct fault *why) {
    struct formula_state *s = f->state;
    struct calling c = {f, args, out};
    struct fault inner = {0};
    int line = 0;
    enum err e = OK;
    if (steps_left && *steps_left <= 0) return fault_set(why, ERR_INVALID, "", "formula %s: all that may be computed here is used up", f->name);
    s->steps = 0;
    lua_sethook(s->lua, step_lj, LUA_MASKCOUNT, STEP);
    lua_pushcfunction(s->lua, call_lj);
    lua_pushlightuserdata(s->lua, &c);
    int rc = lua_pcall(s->lua, 1, 0, 0);
    if (rc != LUA_OK) e = told(s, rc, &line, &inner);
    lua_sethook(s->lua, NULL, 0, 0);
    lua_settop(s->lua, 0);
    if (steps_left) *steps_left -= s->steps + STEP / 10;
    if (s->most - s->used < FORMULA_BYTES / 2 || rc != LUA_OK) lua_gc(s->lua, LUA_GCCOLLECT); /* each call has all of it */
    if (e == OK) return OK;
    char place[24] = "";
    if (line) (void)snprintf(place, sizeof place, ", line %d", line);
    return fault_set(why, e, "", "formula %s%s: %s", f->name, place, inner.text);
}
