/* sandbox.c - a fresh Lua per file, with nothing in it but words that record how they are called.
 *
 * A word is a table {word, first argument, second ...} with one metatable for all; calling it appends
 * the argument and gives the word back, so `step "a" { ... }` is one such table. Indexing, computing
 * with or comparing a word is refused. Strings get a metatable without methods: string methods reach
 * C code that the instruction count cannot see. Functions that may leave by longjmp end in _lj. */
#include "dsl/sandbox.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define MADE "made" /* registry: every word made, in order */
#define META "word" /* registry: the metatable of words */

struct box {
    lua_State *lua;
    size_t used;
    struct arena *arena;
    struct sandbox_result *out;
    const char *text;
    size_t n;
    int depth;
    bool no_memory;
};

static void *allocate(void *who, void *old, size_t old_size, size_t size) {
    struct box *b = who;
    if (!old) old_size = 0;
    if (size == 0) {
        free(old);
        b->used -= old_size;
        return NULL;
    }
    if (size > old_size && b->used + (size - old_size) > SANDBOX_BYTES) return NULL;
    void *p = realloc(old, size);
    if (p) b->used = b->used - old_size + size;
    return p;
}

static void too_long_lj(lua_State *l, lua_Debug *d) {
    (void)d;
    luaL_error(l, "the file computes too long; a strategy is data, not a program");
}

static int refuse_lj(lua_State *l) {
    return luaL_error(l, "this computes outside quotes; put the whole expression in quotes");
}

/* _ENV[name]: a new word each time, so that one cannot be used twice by accident. */
static int word_lj(lua_State *l) {
    if (lua_type(l, 2) != LUA_TSTRING) return refuse_lj(l);
    lua_createtable(l, 3, 0);
    lua_pushvalue(l, 2);
    lua_rawseti(l, -2, 1);
    lua_getfield(l, LUA_REGISTRYINDEX, META);
    lua_setmetatable(l, -2);
    lua_getfield(l, LUA_REGISTRYINDEX, MADE);
    lua_pushvalue(l, -2);
    lua_rawseti(l, -2, (lua_Integer)lua_rawlen(l, -2) + 1);
    lua_pop(l, 1);
    return 1;
}

static int called_lj(lua_State *l) {
    if (lua_gettop(l) != 2) return luaL_error(l, "a word takes one value at a time");
    lua_rawseti(l, 1, (lua_Integer)lua_rawlen(l, 1) + 1);
    return 1;
}

static int no_global_lj(lua_State *l) { return luaL_error(l, "a strategy file sets no variables"); }

static void trap_lj(lua_State *l, const char *const *events) {
    for (; *events; events++) {
        lua_pushcfunction(l, refuse_lj);
        lua_setfield(l, -2, *events);
    }
}

static int furnish_lj(lua_State *l) {
    static const char *const traps[] = {
        "__index", "__newindex", "__add", "__sub", "__mul",  "__div", "__mod",  "__pow", "__unm", "__idiv", "__concat",
        "__len",   "__lt",       "__le",  "__eq",  "__band", "__bor", "__bxor", "__shl", "__shr", "__bnot", NULL};
    static const char *const string_traps[] = {"__index", "__add", "__sub",  "__mul",    "__div", "__mod",
                                               "__pow",   "__unm", "__idiv", "__concat", NULL};
    lua_newtable(l);
    lua_setfield(l, LUA_REGISTRYINDEX, MADE);
    lua_newtable(l);
    trap_lj(l, traps);
    lua_pushcfunction(l, called_lj);
    lua_setfield(l, -2, "__call");
    lua_setfield(l, LUA_REGISTRYINDEX, META);
    lua_pushliteral(l, "");
    lua_newtable(l);
    trap_lj(l, string_traps);
    lua_setmetatable(l, -2);
    lua_pop(l, 1);
    lua_newtable(l); /* the environment */
    lua_newtable(l);
    lua_pushcfunction(l, word_lj);
    lua_setfield(l, -2, "__index");
    lua_pushcfunction(l, no_global_lj);
    lua_setfield(l, -2, "__newindex");
    lua_setmetatable(l, -2);
    return 1;
}

/* --- from Lua's values to a tree; all raw access, so nothing here can call back into the file --- */

static struct node *node_lj(struct box *b, int at);

static void *room_lj(struct box *b, size_t n) {
    void *p = arena_alloc(b->arena, n ? n : 1);
    if (p) return p;
    b->no_memory = true;
    luaL_error(b->lua, "no memory");
    return NULL;
}

static const char *text_lj(struct box *b, int at, size_t *n) {
    size_t len;
    const char *s = lua_tolstring(b->lua, at, &len);
    char *copy = room_lj(b, len + 1);
    memcpy(copy, s, len);
    if (n) *n = len;
    return copy;
}

static bool is_word(lua_State *l, int at) {
    if (!lua_getmetatable(l, at)) return false;
    lua_getfield(l, LUA_REGISTRYINDEX, META);
    bool same = lua_rawequal(l, -1, -2);
    lua_pop(l, 2);
    return same;
}

/* A word is used up by what it stands in: a second use is a fault. */
static struct node *call_lj(struct box *b, int at) {
    lua_State *l = b->lua;
    struct node *n = room_lj(b, sizeof *n);
    int n_args = (int)lua_rawlen(l, at) - 1;
    n->kind = n_args ? NODE_CALL : NODE_WORD;
    lua_rawgeti(l, at, 1);
    n->text = text_lj(b, -1, &n->text_len);
    lua_pop(l, 1);
    lua_pushliteral(l, "used");
    if (lua_rawget(l, at) != LUA_TNIL) luaL_error(l, "‹%s› is used in two places", n->text);
    lua_pop(l, 1);
    lua_pushliteral(l, "used");
    lua_pushboolean(l, 1);
    lua_rawset(l, at);
    n->args = room_lj(b, sizeof *n->args * (size_t)n_args);
    for (int i = 0; i < n_args; i++) {
        lua_rawgeti(l, at, i + 2);
        n->args[n->n_args++] = node_lj(b, lua_gettop(l));
        lua_pop(l, 1);
    }
    return n;
}

static int count_pairs(lua_State *l, int at) {
    int n = 0;
    lua_pushnil(l);
    while (lua_next(l, at)) {
        n++;
        lua_pop(l, 1);
    }
    return n;
}

static struct node *table_lj(struct box *b, int at) {
    lua_State *l = b->lua;
    struct node *n = room_lj(b, sizeof *n);
    n->kind = NODE_TABLE;
    n->text = "";
    int places = (int)lua_rawlen(l, at), total = count_pairs(l, at);
    n->items = room_lj(b, sizeof *n->items * (size_t)total);
    for (int i = 1; i <= places; i++) {
        lua_rawgeti(l, at, i);
        n->items[n->n_items++] = (struct item){.value = node_lj(b, lua_gettop(l))};
        lua_pop(l, 1);
    }
    lua_pushnil(l);
    while (lua_next(l, at)) {
        if (lua_type(l, -2) == LUA_TSTRING)
            n->items[n->n_items++] = (struct item){.key = text_lj(b, -2, NULL), .value = node_lj(b, lua_gettop(l))};
        lua_pop(l, 1);
    }
    return n;
}

static struct node *number_lj(struct box *b, int at) {
    struct node *n = room_lj(b, sizeof *n);
    char text[40];
    n->kind = NODE_NUMBER;
    if (lua_isinteger(b->lua, at)) snprintf(text, sizeof text, "%lld", (long long)lua_tointeger(b->lua, at));
    else snprintf(text, sizeof text, "%.17g", lua_tonumber(b->lua, at));
    n->text_len = strlen(text);
    char *copy = room_lj(b, sizeof text);
    text_copy(copy, sizeof text, text);
    n->text = copy;
    return n;
}

static struct node *node_lj(struct box *b, int at) {
    struct node *n = NULL;
    luaL_checkstack(b->lua, 8, "nested too deep");
    if (++b->depth > 64) luaL_error(b->lua, "nested too deep");
    switch (lua_type(b->lua, at)) {
    case LUA_TTABLE: n = is_word(b->lua, at) ? call_lj(b, at) : table_lj(b, at); break;
    case LUA_TNUMBER: n = number_lj(b, at); break;
    case LUA_TSTRING:
        n = room_lj(b, sizeof *n);
        n->kind = NODE_TEXT;
        n->text = text_lj(b, at, &n->text_len);
        break;
    case LUA_TBOOLEAN:
        n = room_lj(b, sizeof *n);
        n->kind = NODE_TRUTH;
        n->truth = lua_toboolean(b->lua, at);
        n->text = "";
        break;
    default: luaL_error(b->lua, "a %s is no value of a strategy file", luaL_typename(b->lua, at));
    }
    b->depth--;
    return n;
}

/* Inner words are made before... and after their outer one, so: convert in order of making; what an
 * earlier one used up is inside it, and a later conversion skips it. The outermost word of a
 * paragraph is always looked up first. */
static struct node *harvest_lj(struct box *b) {
    lua_State *l = b->lua;
    struct node *root = room_lj(b, sizeof *root);
    lua_getfield(l, LUA_REGISTRYINDEX, MADE);
    int made = lua_gettop(l), n = (int)lua_rawlen(l, made);
    root->kind = NODE_TABLE;
    root->text = "";
    root->items = room_lj(b, sizeof *root->items * (size_t)n);
    for (int i = 1; i <= n; i++) {
        lua_rawgeti(l, made, i);
        lua_pushliteral(l, "used");
        bool used = lua_rawget(l, -2) != LUA_TNIL;
        lua_pop(l, 1);
        if (!used) root->items[root->n_items++] = (struct item){.value = node_lj(b, lua_gettop(l))};
        lua_pop(l, 1);
    }
    return root;
}

static int read_lj(lua_State *l) {
    struct box *b = lua_touserdata(l, 1);
    lua_settop(l, 0);
    lua_sethook(l, too_long_lj, LUA_MASKCOUNT, SANDBOX_INSTRUCTIONS);
    furnish_lj(l);
    if (luaL_loadbufferx(l, b->text, b->n, "=file", "t") != LUA_OK) return lua_error(l);
    lua_pushvalue(l, 1);
    if (!lua_setupvalue(l, 2, 1)) lua_pop(l, 1);
    lua_call(l, 0, 0);
    b->out->root = harvest_lj(b);
    return 0;
}

/* "file:12: sentence" */
static void keep_reason(struct sandbox_result *out, const char *said) {
    int line = 0, used = 0;
    if (sscanf(said, "file:%d: %n", &line, &used) == 1 && used) said += used;
    out->line = line;
    snprintf(out->text, sizeof out->text, "%s", said);
}

enum err sandbox_read(struct arena *a, const char *text, size_t n, struct sandbox_result *out) {
    struct box b = {.arena = a, .out = out, .text = text, .n = n};
    *out = (struct sandbox_result){0};
    lua_State *l = lua_newstate(allocate, &b);
    if (!l) return ERR_NOMEM;
    b.lua = l;
    lua_pushcfunction(l, read_lj);
    lua_pushlightuserdata(l, &b);
    int rc = lua_pcall(l, 1, 0, 0);
    if (rc != LUA_OK) {
        const char *said = lua_tostring(l, -1);
        keep_reason(out, said ? said : "Lua refuses the file");
        out->root = NULL;
    }
    lua_close(l);
    if (rc == LUA_OK) return OK;
    return b.no_memory ? ERR_NOMEM : ERR_INVALID;
}
