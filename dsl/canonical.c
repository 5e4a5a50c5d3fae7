/* canonical.c - a tree as JSON without layout: what is hashed and compared.
 *
 * A table is {"fields": {...}, "items": [...]}; fields are sorted by the canonical writer, so that their
 * order does not matter; numbers are kept as exact decimal text, so 4 and 4.0 are one. */
#include "dsl/canonical.h"

#include "base/fixed.h"

static json_t *table_new(const struct node *n) {
    json_t *fields = json_object(), *items = json_array();
    bool good = fields && items;
    for (int i = 0; good && i < n->n_items; i++) {
        json_t *v = canonical_new(n->items[i].value);
        good =
            v && !(n->items[i].key ? json_object_set_new(fields, n->items[i].key, v) : json_array_append_new(items, v));
    }
    json_t *all = good ? json_object() : NULL;
    if (all && json_object_size(fields)) good = !json_object_set(all, "fields", fields);
    if (all && json_array_size(items)) good &= !json_object_set(all, "items", items);
    json_decref(fields);
    json_decref(items);
    if (good) return all;
    json_decref(all);
    return NULL;
}

static json_t *number_new(const struct node *n) {
    int64_t millionths;
    char text[32];
    if (fixed_parse(n->text, n->text_len, &millionths) != OK)
        return json_pack("{s:s%}", "number", n->text, n->text_len);
    return json_pack("{s:s}", "number", fixed_text(millionths, text));
}

json_t *canonical_new(const struct node *n) {
    switch (n->kind) {
    case NODE_TEXT: return json_stringn(n->text, n->text_len);
    case NODE_TRUTH: return json_boolean(n->truth);
    case NODE_NUMBER: return number_new(n);
    case NODE_WORD: return json_pack("{s:s}", "word", n->text);
    case NODE_TABLE: return table_new(n);
    case NODE_CALL: break;
    }
    json_t *args = json_array();
    for (int i = 0; args && i < n->n_args; i++)
        if (json_array_append_new(args, canonical_new(n->args[i]))) {
            json_decref(args);
            return NULL;
        }
    return json_pack("{s:s, s:o}", "word", n->text, "args", args);
}
