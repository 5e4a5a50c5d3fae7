/* Compiling: the definition becomes a tree of nodes, one handler for each word. */
#include "base/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/schema_node.h"
#include "base/text.h"

enum { MEMORY_MAX = 8 << 20, NESTING_MAX = 64 };

struct compiler {
    struct schema *s;
    struct fault *f;
    char where[120]; /* JSON pointer into the definition */
    unsigned depth;
};
typedef enum err word_fn(struct compiler *c, struct schema_node *n, const json_t *v);

static enum err wrong(struct compiler *c, const char *must) {
    return fault_set(c->f, ERR_INVALID, c->where, "in the schema: %s", must);
}

static enum err no_memory(struct compiler *c) {
    return fault_set(c->f, ERR_NOMEM, c->where, "no memory to compile the schema");
}

/* Extends the pointer by one part; returns the length to cut it back to. */
static size_t enter(struct compiler *c, const char *part) {
    size_t n = strlen(c->where);
    snprintf(c->where + n, sizeof c->where - n, "/%s", part);
    return n;
}

static enum err compile(struct compiler *c, const json_t *d, struct schema_node **out);

static enum err compile_in(struct compiler *c, const char *part, const json_t *d,
                           struct schema_node **out) {
    size_t back = enter(c, part);
    enum err e = compile(c, d, out);
    if (!e) c->where[back] = '\0'; /* on a fault it stays, to be told */
    return e;
}

static const unsigned type_bits[] = {TYPE_NULL,   TYPE_BOOLEAN, TYPE_INTEGER, TYPE_NUMBER,
                                     TYPE_STRING, TYPE_ARRAY,   TYPE_OBJECT};

static unsigned type_bit(const json_t *name) {
    for (size_t i = 0; i < ARRAY_LEN(type_bits); i++)
        if (text_eq(schema_type_name(type_bits[i]), json_string_value(name))) return type_bits[i];
    return 0;
}

static enum err word_type(struct compiler *c, struct schema_node *n, const json_t *v) {
    n->types = type_bit(v);
    for (size_t i = 0; i < json_array_size(v); i++) {
        unsigned bit = type_bit(json_array_get(v, i));
        if (!bit) return wrong(c, "type must list null, boolean, integer, number, string, array or object");
        n->types |= bit;
    }
    return n->types ? OK : wrong(c, "type must be null, boolean, integer, number, string, array or object");
}

static enum err word_enum(struct compiler *c, struct schema_node *n, const json_t *v) {
    n->values = v;
    return json_array_size(v) ? OK : wrong(c, "enum must be a list of at least one value");
}

static enum err word_const(struct compiler *c, struct schema_node *n, const json_t *v) {
    (void)c;
    n->constant = v;
    return OK;
}

static enum err list_new(struct compiler *c, size_t n, struct schema_list *out) {
    out->nodes = arena_alloc(c->s->memory, n * sizeof *out->nodes);
    out->n = n;
    return out->nodes ? OK : no_memory(c);
}

static enum err members(struct compiler *c, const json_t *v, struct schema_list *out) {
    if (!json_is_object(v)) return wrong(c, "must be an object of schemas");
    enum err e = list_new(c, json_object_size(v), out);
    size_t i = 0;
    const char *key;
    json_t *d;
    json_object_foreach((json_t *)v, key, d) {
        if (e) break;
        e = compile_in(c, key, d, &out->nodes[i++]);
    }
    return e;
}

static enum err word_properties(struct compiler *c, struct schema_node *n, const json_t *v) {
    n->properties = v;
    return members(c, v, &n->members);
}

static enum err word_required(struct compiler *c, struct schema_node *n, const json_t *v) {
    if (!json_is_array(v)) return wrong(c, "required must be a list of names");
    for (size_t i = 0; i < json_array_size(v); i++)
        if (!json_is_string(json_array_get(v, i))) return wrong(c, "required must list names");
    n->required = v;
    return OK;
}

static enum err word_additional(struct compiler *c, struct schema_node *n, const json_t *v) {
    return compile(c, v, &n->additional);
}

static enum err word_items(struct compiler *c, struct schema_node *n, const json_t *v) {
    return compile(c, v, &n->items);
}

static enum err count(struct compiler *c, const json_t *v, json_int_t *out) {
    *out = json_is_integer(v) ? json_integer_value(v) : -1;
    return *out >= 0 ? OK : wrong(c, "must be a whole number, 0 or more");
}

static enum err word_min_items(struct compiler *c, struct schema_node *n, const json_t *v) {
    return count(c, v, &n->least_items);
}

static enum err word_max_items(struct compiler *c, struct schema_node *n, const json_t *v) {
    return count(c, v, &n->most_items);
}

static enum err word_min_length(struct compiler *c, struct schema_node *n, const json_t *v) {
    return count(c, v, &n->least_length);
}

static enum err word_max_length(struct compiler *c, struct schema_node *n, const json_t *v) {
    return count(c, v, &n->most_length);
}

static enum err number(struct compiler *c, const json_t *v, const json_t **out) {
    *out = v;
    return json_is_number(v) ? OK : wrong(c, "must be a number");
}

static enum err word_minimum(struct compiler *c, struct schema_node *n, const json_t *v) {
    return number(c, v, &n->minimum);
}

static enum err word_maximum(struct compiler *c, struct schema_node *n, const json_t *v) {
    return number(c, v, &n->maximum);
}

static enum err word_above(struct compiler *c, struct schema_node *n, const json_t *v) {
    return number(c, v, &n->above);
}

static enum err word_below(struct compiler *c, struct schema_node *n, const json_t *v) {
    return number(c, v, &n->below);
}

static enum err word_multiple(struct compiler *c, struct schema_node *n, const json_t *v) {
    n->multiple_of = v;
    bool good = json_is_integer(v) && json_integer_value(v) > 0;
    return good ? OK : wrong(c, "multipleOf must be a whole number above 0");
}

static enum err word_pattern(struct compiler *c, struct schema_node *n, const json_t *v) {
    if (!json_is_string(v)) return wrong(c, "pattern must be a text");
    struct regex_link *link = arena_alloc(c->s->memory, sizeof *link);
    if (!link) return no_memory(c);
    int bad = regcomp(&link->regex, json_string_value(v), REG_EXTENDED | REG_NOSUB);
    if (bad == REG_ESPACE) return no_memory(c);
    if (bad) return wrong(c, "pattern is not a POSIX extended regular expression");
    link->next = c->s->regexes;
    c->s->regexes = link;
    n->regex = &link->regex;
    n->pattern = json_string_value(v);
    return OK;
}

static enum err word_format(struct compiler *c, struct schema_node *n, const json_t *v) {
    n->format = schema_format_find(json_string_value(v));
    return n->format ? OK : wrong(c, "format must be date, date-time, uuid or uri");
}

static enum err alternatives(struct compiler *c, const json_t *v, struct schema_list *out) {
    if (!json_array_size(v)) return wrong(c, "must be a list of at least one schema");
    enum err e = list_new(c, json_array_size(v), out);
    for (size_t i = 0; i < out->n && !e; i++) {
        char part[24];
        snprintf(part, sizeof part, "%zu", i);
        e = compile_in(c, part, json_array_get(v, i), &out->nodes[i]);
    }
    return e;
}

static enum err word_one_of(struct compiler *c, struct schema_node *n, const json_t *v) {
    return alternatives(c, v, &n->one_of);
}

static enum err word_any_of(struct compiler *c, struct schema_node *n, const json_t *v) {
    return alternatives(c, v, &n->any_of);
}

static enum err word_all_of(struct compiler *c, struct schema_node *n, const json_t *v) {
    return alternatives(c, v, &n->all_of);
}

/* A part of a pointer may hold ~1 for / and ~0 for ~. */
static bool same_part(const char *part, const char *name) {
    for (; *part && *name; part++, name++) {
        char c = *part;
        if (c == '~') c = *++part == '1' ? '/' : *part == '0' ? '~' : '\0';
        if (c != *name) return false;
    }
    return !*part && !*name;
}

static enum err word_ref(struct compiler *c, struct schema_node *n, const json_t *v) {
    const char *text = json_string_value(v);
    if (!text || !text_starts(text, "#/$defs/")) return wrong(c, "$ref must begin with \"#/$defs/\"");
    size_t i = 0;
    const char *key;
    json_t *d;
    json_object_foreach((json_t *)c->s->def_names, key, d) {
        if (same_part(text + 8, key)) return n->ref = c->s->defs[i], OK;
        i++;
    }
    return wrong(c, "$ref names no entry of the outermost $defs");
}

static enum err word_defs(struct compiler *c, struct schema_node *n, const json_t *v) {
    (void)v; /* compiled before everything else, by definitions() */
    return n == c->s->root ? OK : wrong(c, "$defs may stand only at the outermost level");
}

static enum err word_text(struct compiler *c, struct schema_node *n, const json_t *v) {
    (void)n;
    return json_is_string(v) ? OK : wrong(c, "must be a text");
}

static enum err word_note(struct compiler *c, struct schema_node *n, const json_t *v) {
    (void)c, (void)n, (void)v;
    return OK;
}

static enum err word_list(struct compiler *c, struct schema_node *n, const json_t *v) {
    (void)n;
    return json_is_array(v) ? OK : wrong(c, "must be a list");
}

static enum err word_keep(struct compiler *c, struct schema_node *n, const json_t *v) {
    (void)n;
    return json_is_boolean(v) ? OK : wrong(c, "must be true or false");
}

static enum err word_personal(struct compiler *c, struct schema_node *n, const json_t *v) {
    (void)n;
    return json_is_boolean(v) || json_is_string(v) ? OK : wrong(c, "must be true, false or a kind");
}

static const struct {
    const char *word;
    word_fn *read;
} words[] = {
    {"type", word_type},             {"enum", word_enum},
    {"const", word_const},           {"properties", word_properties},
    {"required", word_required},     {"additionalProperties", word_additional},
    {"items", word_items},           {"minItems", word_min_items},
    {"maxItems", word_max_items},    {"minimum", word_minimum},
    {"maximum", word_maximum},       {"exclusiveMinimum", word_above},
    {"exclusiveMaximum", word_below}, {"multipleOf", word_multiple},
    {"minLength", word_min_length},  {"maxLength", word_max_length},
    {"pattern", word_pattern},       {"format", word_format},
    {"oneOf", word_one_of},          {"anyOf", word_any_of},
    {"allOf", word_all_of},          {"$ref", word_ref},
    {"$defs", word_defs},            {"default", word_note},
    {"title", word_text},            {"description", word_text},
    {"examples", word_list},         {"x-unit", word_text},
    {"x-currency", word_text},       {"x-personal", word_personal},
    {"x-better", word_text},         {"readOnly", word_note},
    {"x-keep", word_keep},
};

static enum err unknown_word(struct compiler *c, const char *word) {
    const char *names[ARRAY_LEN(words) + 1] = {0};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) names[i] = words[i].word;
    const char *near = text_nearest(word, names);
    char shown[41]; /* cut between characters, not within one */
    snprintf(shown, sizeof shown, "%s", word);
    text_trim_utf8(shown);
    return fault_set(c->f, ERR_INVALID, c->where, "in the schema: unknown word \"%s\"%s%s%s", shown,
                     near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static enum err read_word(struct compiler *c, struct schema_node *n, const char *word,
                          const json_t *v) {
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(words[i].word, word) != 0) continue;
        size_t back = enter(c, word);
        enum err e = words[i].read(c, n, v);
        if (!e) c->where[back] = '\0';
        return e;
    }
    return unknown_word(c, word);
}

/* Fills a node that exists already, because a $ref may point to it before it is read. */
static enum err fill(struct compiler *c, const json_t *d, struct schema_node *n) {
    *n = (struct schema_node){.definition = d, .types = TYPE_ANY, .most_items = -1, .most_length = -1};
    if (json_is_boolean(d)) {
        n->never = json_is_false(d);
        return OK;
    }
    if (!json_is_object(d)) return wrong(c, "a schema must be an object, true or false");
    if (c->depth >= NESTING_MAX) return wrong(c, "nested too deep");
    c->depth++;
    enum err e = OK;
    const char *word;
    json_t *v;
    json_object_foreach((json_t *)d, word, v) {
        if (e) break;
        e = read_word(c, n, word, v);
    }
    c->depth--;
    return e;
}

static enum err compile(struct compiler *c, const json_t *d, struct schema_node **out) {
    *out = arena_alloc(c->s->memory, sizeof **out);
    return *out ? fill(c, d, *out) : no_memory(c);
}

static enum err definitions(struct compiler *c) {
    const json_t *names = json_object_get(c->s->definition, "$defs");
    if (names && !json_is_object(names)) return wrong(c, "$defs must be an object of schemas");
    c->s->def_names = names;
    size_t n = json_object_size(names), i = 0;
    c->s->defs = arena_alloc(c->s->memory, (n + 1) * sizeof *c->s->defs);
    if (!c->s->defs) return no_memory(c);
    for (i = 0; i < n; i++)
        if (!(c->s->defs[i] = arena_alloc(c->s->memory, sizeof **c->s->defs))) return no_memory(c);
    i = 0;
    enum err e = OK;
    const char *key;
    json_t *d;
    size_t back = enter(c, "$defs");
    json_object_foreach((json_t *)names, key, d) {
        size_t inner = enter(c, key);
        e = fill(c, d, c->s->defs[i++]);
        if (e) return e;
        c->where[inner] = '\0';
    }
    c->where[back] = '\0';
    return OK;
}

/* A schema that refers to itself at the same place of the value would never end. */
static bool circle(struct schema_node *n) {
    if (!n || n->visiting == 2) return false;
    if (n->visiting == 1) return true;
    n->visiting = 1;
    const struct schema_list *lists[] = {&n->all_of, &n->any_of, &n->one_of};
    bool found = circle(n->ref);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        for (size_t j = 0; j < lists[i]->n && !found; j++) found = circle(lists[i]->nodes[j]);
    n->visiting = 2;
    return found;
}

static enum err no_circles(struct compiler *c) {
    bool found = circle(c->s->root);
    for (size_t i = 0; i < json_object_size(c->s->def_names); i++) found |= circle(c->s->defs[i]);
    return found ? wrong(c, "a $ref leads back to itself") : OK;
}

enum err schema_new(const json_t *definition, struct schema **out, struct fault *f) {
    *out = NULL;
    struct schema *s = calloc(1, sizeof *s);
    if (!s) return fault_set(f, ERR_NOMEM, "", "no memory to compile the schema");
    struct compiler c = {.s = s, .f = f};
    s->definition = json_incref((json_t *)definition);
    s->memory = arena_new(MEMORY_MAX);
    s->root = s->memory ? arena_alloc(s->memory, sizeof *s->root) : NULL;
    enum err e = s->root ? definitions(&c) : no_memory(&c);
    if (!e) e = fill(&c, definition, s->root);
    if (!e) e = no_circles(&c);
    if (e) schema_free(s);
    else *out = s;
    return e;
}

void schema_free(struct schema *s) {
    if (!s) return;
    for (struct regex_link *r = s->regexes; r; r = r->next) regfree(&r->regex);
    json_decref(s->definition);
    arena_free(s->memory);
    free(s);
}

const json_t *schema_definition(const struct schema *s) {
    return s->definition;
}
