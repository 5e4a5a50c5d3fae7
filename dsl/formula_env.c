/* formula_env.c - what a body can see: its arguments, a few functions, and exact amounts and dates.
 *
 * An amount is a userdatum with a kind; its arithmetic is integer arithmetic of the smallest unit. A number beside money
 * is an error, as in expressions, except for * and /, where it is meant. */
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "base/fixed.h"
#include "dsl/formula_lua.h"
#include "dsl/unit.h"

#define AMOUNT "amount"
#define MOST_DAYS 4000000.0 /* about ten thousand years */

struct amount {
    enum type_kind kind; /* TYPE_MONEY, TYPE_DATE */
    char currency[4];
    int64_t n;
};

static void push_amount_lj(lua_State *l, enum type_kind kind, const char *currency, int64_t n) {
    struct amount *a = lua_newuserdatauv(l, sizeof *a, 0);
    *a = (struct amount){.kind = kind, .n = n};
    for (size_t i = 0; i + 1 < sizeof a->currency && currency[i]; i++) a->currency[i] = currency[i]; /* "" for a date */
    lua_getfield(l, LUA_REGISTRYINDEX, AMOUNT);
    lua_setmetatable(l, -2);
}

static struct amount *amount_at(lua_State *l, int at) { return lua_type(l, at) == LUA_TUSERDATA ? lua_touserdata(l, at) : NULL; }

static const char *kind_words(lua_State *l, int at) {
    const struct amount *a = amount_at(l, at);
    if (a) return a->kind == TYPE_MONEY ? "money" : "a date";
    switch (lua_type(l, at)) {
    case LUA_TNUMBER: return "a number";
    case LUA_TSTRING: return "a text";
    case LUA_TBOOLEAN: return "a truth";
    case LUA_TNIL: case LUA_TNONE: return "nothing";
    default: return "a value of Lua";
    }
}

static int mixed_lj(lua_State *l, const char *doing) {
    return luaL_error(l, "%s and %s cannot be %s; write amounts as rupees(500), dates as date('2026-12-01')", kind_words(l, 1),
                      kind_words(l, 2), doing);
}

/* Half to even; amounts past what a double holds exactly are refused, not rounded. */
static void push_money_of_lj(lua_State *l, const struct amount *like, double minor) {
    minor = nearbyint(minor);
    if (!(fabs(minor) < 9e15)) luaL_error(l, "this amount is too big");
    push_amount_lj(l, TYPE_MONEY, like->currency, (int64_t)minor);
}

/* --- arithmetic of amounts ------------------------------------------------------------------------ */

static bool alike(const struct amount *a, const struct amount *b) {
    return a && b && a->kind == b->kind && !memcmp(a->currency, b->currency, sizeof a->currency);
}

static int sum_lj(lua_State *l, bool minus) {
    const struct amount *a = amount_at(l, 1), *b = amount_at(l, 2);
    int64_t n = 0;
    if (alike(a, b) && a->kind == TYPE_MONEY) {
        if (!(minus ? fixed_sub(a->n, b->n, &n) : fixed_add(a->n, b->n, &n))) return luaL_error(l, "this amount is too big");
        return push_amount_lj(l, TYPE_MONEY, a->currency, n), 1;
    }
    if (minus && alike(a, b)) return lua_pushnumber(l, (lua_Number)(a->n - b->n)), 1; /* days between dates */
    if (a && a->kind == TYPE_DATE && lua_type(l, 2) == LUA_TNUMBER) {
        double days = lua_tonumber(l, 2);
        if (!(fabs(days) < MOST_DAYS) || days != floor(days)) return luaL_error(l, "a date moves by whole days");
        return push_amount_lj(l, TYPE_DATE, a->currency, a->n + (int64_t)(minus ? -days : days)), 1;
    }
    return mixed_lj(l, minus ? "subtracted" : "added");
}
static int add_lj(lua_State *l) { return sum_lj(l, false); }
static int sub_lj(lua_State *l) { return sum_lj(l, true); }

static int mul_lj(lua_State *l) {
    int money = amount_at(l, 1) ? 1 : 2;
    const struct amount *a = amount_at(l, money);
    if (a->kind != TYPE_MONEY || lua_type(l, 3 - money) != LUA_TNUMBER) return mixed_lj(l, "multiplied");
    return push_money_of_lj(l, a, (double)a->n * lua_tonumber(l, 3 - money)), 1;
}

static int div_lj(lua_State *l) {
    const struct amount *a = amount_at(l, 1), *b = amount_at(l, 2);
    bool money = alike(a, b) && a->kind == TYPE_MONEY, by_number = a && a->kind == TYPE_MONEY && lua_type(l, 2) == LUA_TNUMBER;
    if (!money && !by_number) return mixed_lj(l, "divided");
    double by = money ? (double)b->n : lua_tonumber(l, 2);
    if (by == 0) return luaL_error(l, "this divides by nothing");
    if (money) return lua_pushnumber(l, (double)a->n / by), 1;
    return push_money_of_lj(l, a, (double)a->n / by), 1;
}

static int neg_lj(lua_State *l) {
    const struct amount *a = amount_at(l, 1);
    if (a->kind != TYPE_MONEY) return luaL_error(l, "a date has no sign");
    return push_amount_lj(l, TYPE_MONEY, a->currency, -a->n), 1;
}

static int order_lj(lua_State *l) {
    const struct amount *a = amount_at(l, 1), *b = amount_at(l, 2);
    if (!alike(a, b)) return mixed_lj(l, "compared"), 0;
    return a->n < b->n ? -1 : a->n > b->n;
}
static int eq_lj(lua_State *l) { return lua_pushboolean(l, order_lj(l) == 0), 1; }
static int lt_lj(lua_State *l) { return lua_pushboolean(l, order_lj(l) < 0), 1; }
static int le_lj(lua_State *l) { return lua_pushboolean(l, order_lj(l) <= 0), 1; }
static int refuse_lj(lua_State *l) { return luaL_error(l, "%s cannot be used like this", kind_words(l, 1)); }

/* --- functions ------------------------------------------------------------------------------------ */

static int extreme_lj(lua_State *l, bool most) {
    int best = 1, n = lua_gettop(l);
    if (!n) return luaL_error(l, "min and max need at least one value");
    for (int i = 2; i <= n; i++)
        if (most ? lua_compare(l, best, i, LUA_OPLT) : lua_compare(l, i, best, LUA_OPLT)) best = i;
    return lua_pushvalue(l, best), 1;
}
static int min_lj(lua_State *l) { return extreme_lj(l, false); }
static int max_lj(lua_State *l) { return extreme_lj(l, true); }

static int abs_lj(lua_State *l) {
    const struct amount *a = amount_at(l, 1);
    if (a && a->kind == TYPE_MONEY) push_amount_lj(l, TYPE_MONEY, a->currency, a->n < 0 ? -a->n : a->n);
    else lua_pushnumber(l, fabs(luaL_checknumber(l, 1)));
    return 1;
}
static int floor_lj(lua_State *l) { return lua_pushnumber(l, floor(luaL_checknumber(l, 1))), 1; }
static int ceil_lj(lua_State *l) { return lua_pushnumber(l, ceil(luaL_checknumber(l, 1))), 1; }
static int round_lj(lua_State *l) { return lua_pushnumber(l, nearbyint(luaL_checknumber(l, 1))), 1; }

/* To a multiple of the step, towards minus infinity. */
static int round_down_lj(lua_State *l) {
    const struct amount *a = amount_at(l, 1), *step = amount_at(l, 2);
    if (!alike(a, step) || a->kind != TYPE_MONEY || step->n <= 0) return luaL_error(l, "round_down takes an amount and a step, both money");
    int64_t rest = a->n % step->n;
    return push_amount_lj(l, TYPE_MONEY, a->currency, a->n - rest - (rest < 0 ? step->n : 0)), 1;
}

/* By squaring: products only, the same on every machine. */
static int power_lj(lua_State *l) {
    double x = luaL_checknumber(l, 1), n = luaL_checknumber(l, 2), out = 1;
    if (!(fabs(n) <= 10000) || n != floor(n)) return luaL_error(l, "power(x, n) takes a whole n from -10000 to 10000");
    for (unsigned k = (unsigned)fabs(n); k; k >>= 1, x *= x)
        if (k & 1) out *= x;
    return lua_pushnumber(l, n < 0 ? 1 / out : out), 1;
}

static int unit_lj(lua_State *l) {
    const struct unit *u = lua_touserdata(l, lua_upvalueindex(1));
    struct value v;
    struct fault f = {0};
    int64_t millionths;
    char text[32];
    size_t n = 0;
    const char *given = lua_type(l, 1) == LUA_TSTRING ? lua_tolstring(l, 1, &n) : NULL;
    if (!given) {
        if (fixed_from_double(luaL_checknumber(l, 1), &millionths) != OK) return luaL_error(l, "%s(...) is too big", u->word);
        given = fixed_text(millionths, text), n = strlen(text);
        if (u->kind == TYPE_DATE) return luaL_error(l, "write date('2026-12-01')");
    }
    if (unit_value(u, given, n, lua_type(l, 1) == LUA_TSTRING, &v, &f) != OK) return luaL_error(l, "%s", f.text);
    if (v.kind == TYPE_SHARE) lua_pushnumber(l, (double)v.n / FIXED_ONE);
    else push_amount_lj(l, v.kind, v.currency, v.n);
    return 1;
}

static const luaL_Reg FUNCTIONS[] = {{"min", min_lj},     {"max", max_lj},     {"abs", abs_lj},
                                     {"floor", floor_lj}, {"ceil", ceil_lj},   {"round", round_lj},
                                     {"power", power_lj}, {"round_down", round_down_lj}, {NULL, NULL}};
static const luaL_Reg META[] = {{"__add", add_lj}, {"__sub", sub_lj},      {"__mul", mul_lj},      {"__div", div_lj},
                                {"__unm", neg_lj}, {"__eq", eq_lj},        {"__lt", lt_lj},        {"__le", le_lj},
                                {"__mod", refuse_lj}, {"__idiv", refuse_lj}, {"__index", refuse_lj}, {"__newindex", refuse_lj},
                                {"__call", refuse_lj}, {"__len", refuse_lj}, {NULL, NULL}};

static int global_lj(lua_State *l) {
    const char *name = lua_type(l, 2) == LUA_TSTRING ? lua_tostring(l, 2) : "?";
    lua_pushvalue(l, 2);
    if (lua_rawget(l, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    return luaL_error(l, "nothing is called ‹%s› in a formula; it sees its arguments, min, max, abs, floor, ceil, round, round_down, power and units such as rupees", name);
}
static int no_global_lj(lua_State *l) {
    return luaL_error(l, "a formula keeps nothing: write local %s", lua_type(l, 2) == LUA_TSTRING ? lua_tostring(l, 2) : "x");
}

static void fill_lj(lua_State *l) { /* the table on top */
    luaL_setfuncs(l, FUNCTIONS, 0);
    for (const char *const *name = unit_names(); *name; name++) {
        const struct unit *u = unit_find(*name);
        if (u->kind != TYPE_MONEY && u->kind != TYPE_SHARE && u->kind != TYPE_DATE) continue;
        lua_pushlightuserdata(l, (void *)u);
        lua_pushcclosure(l, unit_lj, 1);
        lua_setfield(l, -2, *name);
    }
}

void formula_env_lj(lua_State *l) {
    lua_newtable(l);
    luaL_setfuncs(l, META, 0);
    lua_pushboolean(l, 0);
    lua_setfield(l, -2, "__metatable");
    lua_setfield(l, LUA_REGISTRYINDEX, AMOUNT);
    lua_pushliteral(l, ""); /* no methods of texts: C code behind them is unseen by the instruction count */
    lua_newtable(l);
    lua_pushcfunction(l, refuse_lj);
    lua_setfield(l, -2, "__index");
    lua_setmetatable(l, -2);
    lua_pop(l, 1);
    lua_newtable(l);
    lua_newtable(l);
    lua_newtable(l);
    fill_lj(l);
    lua_pushcclosure(l, global_lj, 1);
    lua_setfield(l, -2, "__index");
    lua_pushcfunction(l, no_global_lj);
    lua_setfield(l, -2, "__newindex");
    lua_setmetatable(l, -2);
}

/* --- values in and out ---------------------------------------------------------------------------- */

void formula_push_lj(lua_State *l, const struct value *v) {
    switch (v->kind) {
    case TYPE_TRUTH: lua_pushboolean(l, v->n != 0); break;
    case TYPE_NUMBER: case TYPE_SHARE: lua_pushnumber(l, (double)v->n / FIXED_ONE); break;
    case TYPE_MONEY: push_amount_lj(l, TYPE_MONEY, v->currency, v->n); break;
    case TYPE_DATE: push_amount_lj(l, TYPE_DATE, "", v->n); break;
    default:
        if (!v->text || strlen(v->text) > FORMULA_TEXT_BYTES) luaL_error(l, "a text given to a formula has at most %d bytes", FORMULA_TEXT_BYTES);
        lua_pushstring(l, v->text);
    }
}

static int not_given_lj(lua_State *l, int at, const char *wanted) {
    return luaL_error(l, "it gives %s, but says it gives %s", kind_words(l, at), wanted);
}

static void take_word_lj(lua_State *l, int at, const struct type *want, struct value *out) {
    const char *s = lua_type(l, at) == LUA_TSTRING ? lua_tostring(l, at) : NULL;
    for (int i = 0; s && want->words && want->words[i]; i++)
        if (!strcmp(want->words[i], s)) out->text = want->words[i];
    if (!s) not_given_lj(l, at, "one of its words");
    else if (!out->text) luaL_error(l, "it gives a text that is not one of its declared words"); /* which may be a person's */
}

void formula_take_lj(lua_State *l, int at, const struct type *want, struct value *out) {
    const struct amount *a = amount_at(l, at);
    *out = (struct value){.kind = want->kind};
    switch (want->kind) {
    case TYPE_TRUTH:
        if (lua_type(l, at) != LUA_TBOOLEAN) not_given_lj(l, at, "a truth");
        out->n = lua_toboolean(l, at);
        break;
    case TYPE_NUMBER: case TYPE_SHARE:
        if (lua_type(l, at) != LUA_TNUMBER) not_given_lj(l, at, want->kind == TYPE_SHARE ? "a share" : "a number");
        if (fixed_from_double(lua_tonumber(l, at), &out->n) != OK) luaL_error(l, "it gives no number that can be kept (too big, or a division by nothing)");
        break;
    case TYPE_MONEY: case TYPE_DATE:
        if (!a || a->kind != want->kind) not_given_lj(l, at, want->kind == TYPE_MONEY ? "money" : "a date");
        else if (want->kind == TYPE_MONEY && want->currency[0] && strcmp(a->currency, want->currency))
            luaL_error(l, "it gives money in %s, but says it gives money in %s", a->currency, want->currency);
        else memcpy(out->currency, a->currency, sizeof out->currency), out->n = a->n;
        break;
    default: take_word_lj(l, at, want, out);
    }
}
