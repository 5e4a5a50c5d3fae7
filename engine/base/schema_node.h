/* schema_node.h - a compiled schema; shared by schema.c (compiles), schema_check.c (checks) and
 * schema_format.c (formats), included nowhere else. Everything lives in the schema's arena and
 * borrows from its definition. */
#ifndef BASE_SCHEMA_NODE_H
#define BASE_SCHEMA_NODE_H

#include <regex.h>

#include "base/arena.h"
#include "base/schema.h"

enum schema_type {
    TYPE_NULL = 1, TYPE_BOOLEAN = 2, TYPE_INTEGER = 4, TYPE_NUMBER = 8,
    TYPE_STRING = 16, TYPE_ARRAY = 32, TYPE_OBJECT = 64, TYPE_ANY = 127
};
typedef bool schema_format_fn(const char *text);
struct schema_format {
    const char *name;
    schema_format_fn *ok;
    const char *example;
};
struct schema_list {
    struct schema_node **nodes;
    size_t n;
};
struct schema_node {
    bool never;     /* the schema `false` */
    unsigned types; /* mask of enum schema_type */
    const json_t *definition, *values, *constant; /* values: enum */
    const json_t *properties;                     /* names of `members`, in the same order */
    struct schema_list members, all_of, any_of, one_of;
    const json_t *required;
    struct schema_node *additional; /* NULL: anything */
    struct schema_node *items, *ref;
    json_int_t least_items, most_items, least_length, most_length;
    const json_t *minimum, *maximum, *above, *below, *multiple_of;
    const char *pattern;
    regex_t *regex;
    const struct schema_format *format;
    char visiting; /* for finding $ref circles: 0 new, 1 on the path, 2 done */
};
struct schema {
    struct arena *memory;
    json_t *definition;
    struct schema_node *root;
    struct regex_link {
        struct regex_link *next;
        regex_t regex;
    } *regexes;
    struct schema_node **defs; /* compiled $defs, in the order of `def_names` */
    const json_t *def_names;
};

const struct schema_format *schema_format_find(const char *name); /* NULL: unknown */
const char *schema_type_name(unsigned type);                      /* one bit: "string" */
unsigned schema_type_of(const json_t *v);                         /* 1.0 is an integer too */

#endif
