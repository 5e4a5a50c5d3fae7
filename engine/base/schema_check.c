/* Checking a value against a compiled schema: every fault with its place and what would be right.
 * Values are never repeated in a fault, because they may be personal. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/schema_node.h"
#include "base/text.h"

enum { FAULTS_MAX = 50, STEPS_MAX = 2000000, PATTERN_TEXT_MAX = 65536, DEPTH_MAX = 256 };

struct place { /* the path to the value, linked through the C stack */
    const struct place *up;
    const char *key; /* NULL: index */
    size_t index;
};
struct check {
    schema_fault_fn *each;
    void *who;
    struct fault *f;
    unsigned faults, quiet, depth; /* quiet: only count, for trying alternatives */
    unsigned long steps;
    bool too_much;
};

static void check(struct check *c, const struct schema_node *n, const json_t *v,
                  const struct place *at);

const char *schema_type_name(unsigned type) {
    switch (type) {
    case TYPE_NULL: return "null";
    case TYPE_BOOLEAN: return "boolean";
    case TYPE_INTEGER: return "integer";
    case TYPE_NUMBER: return "number";
    case TYPE_STRING: return "string";
    case TYPE_ARRAY: return "array";
    default: return "object";
    }
}

unsigned schema_type_of(const json_t *v) {
    switch (json_typeof(v)) {
    case JSON_OBJECT: return TYPE_OBJECT;
    case JSON_ARRAY: return TYPE_ARRAY;
    case JSON_STRING: return TYPE_STRING;
    case JSON_INTEGER: return TYPE_INTEGER | TYPE_NUMBER;
    case JSON_REAL: {
        double d = json_real_value(v);
        return d == floor(d) ? TYPE_INTEGER | TYPE_NUMBER : TYPE_NUMBER;
    }
    case JSON_NULL: return TYPE_NULL;
    default: return TYPE_BOOLEAN;
    }
}

static void add_pointer(struct buf *b, const struct place *at) {
    if (!at) return;
    add_pointer(b, at->up);
    buf_addc(b, '/');
    if (!at->key) buf_addf(b, "%zu", at->index);
    for (const char *s = at->key; s && *s; s++) {
        if (*s == '~') buf_adds(b, "~0");
        else if (*s == '/') buf_adds(b, "~1");
        else buf_addc(b, *s);
    }
}

PRINTF_LIKE(3, 4)
static void fault(struct check *c, const struct place *at, const char *fmt, ...) {
    c->faults++;
    if (c->quiet || c->faults > FAULTS_MAX) return;
    AUTO(buf_reset) struct buf pointer;
    buf_init(&pointer, 2000);
    add_pointer(&pointer, at);
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    if (vsnprintf(text, sizeof text, fmt, ap) >= (int)sizeof text) text_trim_utf8(text);
    va_end(ap);
    if (c->faults == 1) (void)fault_set(c->f, ERR_INVALID, buf_text(&pointer), "%s", text);
    if (c->each) c->each(c->who, buf_text(&pointer), text);
}

static int compare(const json_t *a, const json_t *b) {
    if (json_is_integer(a) && json_is_integer(b)) {
        json_int_t x = json_integer_value(a), y = json_integer_value(b);
        return (x > y) - (x < y);
    }
    /* long double holds every 64-bit integer exactly, so 2^53 + 1 is not 2^53 */
    long double x = json_is_integer(a) ? (long double)json_integer_value(a) : json_real_value(a);
    long double y = json_is_integer(b) ? (long double)json_integer_value(b) : json_real_value(b);
    return (x > y) - (x < y);
}

static bool same(const json_t *a, const json_t *b);

static bool same_arrays(const json_t *a, const json_t *b) {
    if (json_array_size(a) != json_array_size(b)) return false;
    for (size_t i = 0; i < json_array_size(a); i++)
        if (!same(json_array_get(a, i), json_array_get(b, i))) return false;
    return true;
}

static bool same_objects(const json_t *a, const json_t *b) {
    if (json_object_size(a) != json_object_size(b)) return false;
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)a, key, v) {
        const json_t *other = json_object_get(b, key);
        if (!other || !same(v, other)) return false;
    }
    return true;
}

/* Jansson's json_equal holds 1 and 1.0 for different; JSON Schema does not. */
static bool same(const json_t *a, const json_t *b) {
    if (json_is_number(a) && json_is_number(b)) return compare(a, b) == 0;
    if (json_is_array(a) && json_is_array(b)) return same_arrays(a, b);
    if (json_is_object(a) && json_is_object(b)) return same_objects(a, b);
    return json_equal(a, b);
}

static void add_choice(struct buf *b, const json_t *v, size_t i, size_t n) {
    if (i) buf_adds(b, i + 1 == n ? " or " : ", ");
    if (json_write(v, b)) buf_adds(b, "...");
}

static void check_values(struct check *c, const struct schema_node *n, const json_t *v,
                         const struct place *at) {
    if (n->constant && !same(n->constant, v)) {
        AUTO(buf_reset) struct buf b;
        buf_init(&b, 200);
        add_choice(&b, n->constant, 0, 1);
        fault(c, at, "must be %s", buf_ok(&b) ? buf_text(&b) : "the declared value");
    }
    size_t count = json_array_size(n->values);
    for (size_t i = 0; i < count; i++)
        if (same(json_array_get(n->values, i), v)) return;
    if (!count) return;
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 300);
    for (size_t i = 0; i < count; i++) add_choice(&b, json_array_get(n->values, i), i, count);
    if (buf_ok(&b)) fault(c, at, "must be %s", buf_text(&b));
    else fault(c, at, "must be one of the %zu declared values", count);
}

static void check_type(struct check *c, const struct schema_node *n, const json_t *v,
                       const struct place *at) {
    char wanted[120] = "";
    for (unsigned bit = 1; bit < TYPE_ANY; bit <<= 1) {
        if (!(n->types & bit)) continue;
        size_t len = strlen(wanted);
        bool vowel = bit == TYPE_INTEGER || bit == TYPE_ARRAY || bit == TYPE_OBJECT;
        const char *article = bit == TYPE_NULL ? "" : vowel ? "an " : "a ";
        snprintf(wanted + len, sizeof wanted - len, "%s%s%s", len ? " or " : "", article,
                 schema_type_name(bit));
    }
    unsigned got = schema_type_of(v);
    if (got & TYPE_NUMBER) got = TYPE_NUMBER;
    bool fraction = json_is_real(v) && (n->types & (TYPE_INTEGER | TYPE_NUMBER)) == TYPE_INTEGER;
    fault(c, at, "must be %s, not %s%s", wanted, fraction ? "a fraction" : "",
          fraction ? "" : schema_type_name(got));
}

/* Stack room for a bound printed in a fault. */
struct bound {
    char text[40];
};

static struct bound bound_text(const json_t *v) {
    struct bound out;
    AUTO(buf_reset) struct buf b;
    buf_init(&b, sizeof out.text - 1);
    text_copy(out.text, sizeof out.text, json_write(v, &b) ? "the bound" : buf_text(&b));
    return out;
}

static bool is_multiple(const json_t *v, json_int_t of) {
    if (json_is_integer(v)) return json_integer_value(v) % of == 0;
    return fmod(json_real_value(v), (double)of) == 0;
}

static void check_number(struct check *c, const struct schema_node *n, const json_t *v,
                         const struct place *at) {
    if (n->minimum && compare(v, n->minimum) < 0)
        fault(c, at, "must be at least %s", bound_text(n->minimum).text);
    if (n->maximum && compare(v, n->maximum) > 0)
        fault(c, at, "must be at most %s", bound_text(n->maximum).text);
    if (n->above && compare(v, n->above) <= 0)
        fault(c, at, "must be more than %s", bound_text(n->above).text);
    if (n->below && compare(v, n->below) >= 0)
        fault(c, at, "must be less than %s", bound_text(n->below).text);
    if (n->multiple_of && !is_multiple(v, json_integer_value(n->multiple_of)))
        fault(c, at, "must be a multiple of %s", bound_text(n->multiple_of).text);
}

static json_int_t characters(const char *s, size_t n) {
    json_int_t count = 0;
    for (size_t i = 0; i < n; i++) count += ((unsigned char)s[i] & 0xC0) != 0x80;
    return count;
}

static const char *plural(json_int_t n) {
    return n == 1 ? "" : "s";
}

/* most < 0: no upper bound. */
static void check_size(struct check *c, const struct place *at, const char *what, json_int_t size, json_int_t least,
                       json_int_t most) {
    if (size < least)
        fault(c, at, "must have at least %lld %s%s, has %lld", (long long)least, what, plural(least), (long long)size);
    if (most >= 0 && size > most)
        fault(c, at, "must have at most %lld %s%s, has %lld", (long long)most, what, plural(most), (long long)size);
}

static void check_string(struct check *c, const struct schema_node *n, const json_t *v,
                         const struct place *at) {
    const char *s = json_string_value(v);
    size_t bytes = json_string_length(v);
    json_int_t len = n->least_length || n->most_length >= 0 ? characters(s, bytes) : 0;
    check_size(c, at, "character", len, n->least_length, n->most_length);
    if (n->regex && bytes > PATTERN_TEXT_MAX)
        fault(c, at, "is too long to be compared with its pattern");
    else if (n->regex && regexec(n->regex, s, 0, NULL, 0) != 0)
        fault(c, at, "must match the pattern %s", n->pattern);
    if (n->format && (strlen(s) != bytes || !n->format->ok(s)))
        fault(c, at, "must be a %s such as %s", n->format->name, n->format->example);
}

static void check_array(struct check *c, const struct schema_node *n, const json_t *v,
                        const struct place *at) {
    json_int_t size = (json_int_t)json_array_size(v);
    check_size(c, at, "item", size, n->least_items, n->most_items);
    for (size_t i = 0; n->items && i < (size_t)size && !c->too_much; i++) {
        struct place inner = {.up = at, .index = i};
        check(c, n->items, json_array_get(v, i), &inner);
    }
}

static void unknown_field(struct check *c, const struct schema_node *n, const char *key,
                          const struct place *at) {
    const char *names[101] = {0};
    size_t count = 0;
    const char *name;
    json_t *unused;
    json_object_foreach((json_t *)n->properties, name, unused)
        if (count < ARRAY_LEN(names) - 1) names[count++] = name;
    const char *near = c->quiet ? NULL : text_nearest(key, names);
    if (near) fault(c, at, "is not a known field; did you mean \"%s\"?", near);
    else fault(c, at, "is not a known field");
}

static void check_additional(struct check *c, const struct schema_node *n, const json_t *v,
                             const struct place *at) {
    const char *key;
    json_t *item;
    json_object_foreach((json_t *)v, key, item) {
        if (json_object_get(n->properties, key) || c->too_much) continue;
        struct place inner = {.up = at, .key = key};
        if (n->additional->never) unknown_field(c, n, key, &inner);
        else check(c, n->additional, item, &inner);
    }
}

static void check_object(struct check *c, const struct schema_node *n, const json_t *v,
                         const struct place *at) {
    for (size_t i = 0; i < json_array_size(n->required); i++) {
        const char *name = json_string_value(json_array_get(n->required, i));
        struct place inner = {.up = at, .key = name};
        if (!json_object_get(v, name)) fault(c, &inner, "is required and missing");
    }
    size_t i = 0, known = 0;
    const char *key;
    json_t *unused;
    json_object_foreach((json_t *)n->properties, key, unused) {
        const struct schema_node *member = n->members.nodes[i++];
        const json_t *item = json_object_get(v, key);
        if (!item || c->too_much) continue;
        known++;
        struct place inner = {.up = at, .key = key};
        check(c, member, item, &inner);
    }
    if (n->additional && known < json_object_size(v)) check_additional(c, n, v, at);
}

/* Faults of v under one alternative, without telling anybody. */
static unsigned try_one(struct check *c, const struct schema_node *n, const json_t *v,
                        const struct place *at) {
    unsigned before = c->faults;
    c->quiet++;
    check(c, n, v, at);
    c->quiet--;
    unsigned found = c->faults - before;
    c->faults = before;
    return found;
}

/* None of the alternatives holds: if exactly one is of the right type, or is the only nearest, its
 * faults say most; else only their number is told. */
static void none_holds(struct check *c, const struct schema_list *list, const json_t *v,
                       const struct place *at) {
    if (c->quiet) {
        fault(c, at, " ");
        return;
    }
    const struct schema_node *best = NULL;
    unsigned least = UINT32_MAX, ties = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct schema_node *n = list->nodes[i]->ref ? list->nodes[i]->ref : list->nodes[i];
        unsigned found = try_one(c, n, v, at) + (n->types & schema_type_of(v) ? 0 : 1000);
        if (found < least) least = found, best = n, ties = 0;
        else if (found == least) ties++;
    }
    if (!ties && best && least < 1000) check(c, best, v, at);
    else fault(c, at, "matches none of the %zu allowed forms", list->n);
}

static void check_alternatives(struct check *c, const struct schema_node *n, const json_t *v,
                               const struct place *at) {
    for (size_t i = 0; i < n->all_of.n; i++) check(c, n->all_of.nodes[i], v, at);
    size_t i = 0, held = 0;
    while (i < n->any_of.n && try_one(c, n->any_of.nodes[i], v, at)) i++;
    if (n->any_of.n && i == n->any_of.n) none_holds(c, &n->any_of, v, at);
    for (i = 0; i < n->one_of.n; i++) held += !try_one(c, n->one_of.nodes[i], v, at);
    if (n->one_of.n && !held) none_holds(c, &n->one_of, v, at);
    if (held > 1) fault(c, at, "matches %zu of the allowed forms; it must match exactly one", held);
}

static void check_words(struct check *c, const struct schema_node *n, const json_t *v,
                        const struct place *at) {
    if (n->never) {
        fault(c, at, "must not be given");
        return;
    }
    if (n->ref) check(c, n->ref, v, at);
    if (!(n->types & schema_type_of(v))) {
        check_type(c, n, v, at);
        return; /* of the wrong type, all else would only be noise */
    }
    if (n->values || n->constant) check_values(c, n, v, at);
    if (json_is_number(v)) check_number(c, n, v, at);
    else if (json_is_string(v)) check_string(c, n, v, at);
    else if (json_is_array(v)) check_array(c, n, v, at);
    else if (json_is_object(v)) check_object(c, n, v, at);
    check_alternatives(c, n, v, at);
}

static void check(struct check *c, const struct schema_node *n, const json_t *v,
                  const struct place *at) {
    if (c->too_much || ++c->steps > STEPS_MAX || c->depth >= DEPTH_MAX) {
        c->too_much = true;
        return;
    }
    c->depth++;
    check_words(c, n, v, at);
    c->depth--;
}

enum err schema_check(const struct schema *s, const json_t *value, schema_fault_fn *each, void *who,
                      struct fault *f) {
    struct check c = {.each = each, .who = who, .f = f};
    check(&c, s->root, value, NULL);
    if (c.too_much)
        return fault_set(f, ERR_LIMIT, "", "is too large or too deep to be checked");
    return c.faults ? ERR_INVALID : OK;
}
