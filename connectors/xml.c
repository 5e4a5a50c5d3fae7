/* xml.c - Expat's events made into a tree in one arena. */
#include "connectors/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define SPACE ' ' /* between namespace and local name, as Expat joins them */
#define ELEMENTS_MAX 400000
#define TREE_MAX ((size_t)256 << 20)

struct xml {
    struct arena *memory;
    struct xml_node *root;
};
struct open_element {
    struct xml_node *node;
    const struct xml_node **next; /* where its next element goes */
};
struct reading {
    struct xml *x;
    XML_Parser parser;
    struct open_element open[XML_DEPTH_MAX];
    unsigned depth, elements;
    struct buf text; /* of the innermost element so far */
    enum err err;
    const char *why;
};

static void stop(struct reading *r, enum err e, const char *why) {
    if (r->err != OK) return;
    r->err = e;
    r->why = why;
    (void)XML_StopParser(r->parser, XML_FALSE);
}

static bool blank(const char *s, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (!strchr(" \t\r\n", s[k])) return false;
    return true;
}

/* Text before, between or after the elements of one. */
static void no_text_here(struct reading *r) {
    if (!blank(buf_text(&r->text), r->text.len)) stop(r, ERR_INVALID, "text between elements");
    buf_clear(&r->text);
}

static const struct xml_attribute *copy_attributes(struct reading *r, const XML_Char **list) {
    const struct xml_attribute *first = NULL, **end = &first;
    for (; list[0]; list += 2) {
        const char *bar = strrchr(list[0], SPACE);
        struct xml_attribute *a = arena_alloc(r->x->memory, sizeof *a);
        if (!a) return stop(r, ERR_NOMEM, "no memory"), NULL;
        a->name = arena_strdup(r->x->memory, bar ? bar + 1 : list[0]);
        a->value = arena_strdup(r->x->memory, list[1]);
        if (!a->name || !a->value) return stop(r, ERR_NOMEM, "no memory"), NULL;
        *end = a;
        end = &a->next;
    }
    return first;
}

static struct xml_node *node_new(struct reading *r, const XML_Char *name, const XML_Char **attributes) {
    struct arena *m = r->x->memory;
    const char *bar = strrchr(name, SPACE);
    struct xml_node *n = arena_alloc(m, sizeof *n);
    if (!n) return NULL;
    n->space = bar ? arena_strndup(m, name, (size_t)(bar - name)) : "";
    n->name = arena_strdup(m, bar ? bar + 1 : name);
    n->text = "";
    n->attributes = copy_attributes(r, attributes);
    return n->space && n->name ? n : NULL;
}

static void element_begins(void *who, const XML_Char *name, const XML_Char **attributes) {
    struct reading *r = who;
    if (r->err != OK) return;
    if (r->depth) no_text_here(r);
    if (r->depth == XML_DEPTH_MAX) return stop(r, ERR_LIMIT, "nested too deep");
    if (++r->elements > ELEMENTS_MAX) return stop(r, ERR_LIMIT, "too many elements");
    struct xml_node *n = node_new(r, name, attributes);
    if (!n) return stop(r, ERR_NOMEM, "no memory");
    if (!r->depth) r->x->root = n;
    else {
        struct open_element *parent = &r->open[r->depth - 1];
        *parent->next = n;
        parent->next = &n->next;
    }
    r->open[r->depth++] = (struct open_element){n, &n->first};
    buf_clear(&r->text);
}

static const char *trimmed(struct reading *r) {
    const char *s = buf_text(&r->text), *end = s + r->text.len;
    while (s < end && strchr(" \t\r\n", *s)) s++;
    while (end > s && strchr(" \t\r\n", end[-1])) end--;
    return s < end ? arena_strndup(r->x->memory, s, (size_t)(end - s)) : "";
}

static void element_ends(void *who, const XML_Char *name) {
    (void)name;
    struct reading *r = who;
    if (r->err != OK) return;
    struct xml_node *n = r->open[--r->depth].node;
    if (n->first) no_text_here(r);
    else if (!(n->text = trimmed(r))) stop(r, ERR_NOMEM, "no memory");
    buf_clear(&r->text);
}

static void text_comes(void *who, const XML_Char *s, int n) {
    struct reading *r = who;
    if (r->err != OK) return;
    buf_add(&r->text, s, (size_t)n);
    if (!buf_ok(&r->text)) stop(r, buf_err(&r->text), "a text is too long");
}

static void doctype_comes(void *who, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id,
                          int internal) {
    (void)name, (void)system_id, (void)public_id, (void)internal;
    stop(who, ERR_INVALID, "a document type is not taken");
}

static enum err tell(const struct reading *r, struct fault *f) {
    enum XML_Error code = XML_GetErrorCode(r->parser);
    char where[60];
    snprintf(where, sizeof where, "line %lu, column %lu", (unsigned long)XML_GetCurrentLineNumber(r->parser),
             (unsigned long)XML_GetCurrentColumnNumber(r->parser) + 1);
    if (r->err != OK) return fault_set(f, r->err, where, "%s", r->why);
    if (code == XML_ERROR_NO_MEMORY) return fault_set(f, ERR_NOMEM, where, "no memory");
    return fault_set(f, ERR_INVALID, where, "not XML: %s", XML_ErrorString(code));
}

static enum err read_all(struct reading *r, const void *bytes, size_t n, struct fault *f) {
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, element_begins, element_ends);
    XML_SetCharacterDataHandler(r->parser, text_comes);
    XML_SetStartDoctypeDeclHandler(r->parser, doctype_comes);
    enum XML_Status s = XML_Parse(r->parser, bytes, (int)n, XML_TRUE);
    return s == XML_STATUS_OK && r->err == OK ? OK : tell(r, f);
}

enum err xml_parse(const void *bytes, size_t n, struct xml **out_new, struct fault *f) {
    struct reading r = {0};
    if (n > XML_BYTES_MAX) return fault_set(f, ERR_LIMIT, "", "the document is longer than %zu bytes", XML_BYTES_MAX);
    r.x = calloc(1, sizeof *r.x);
    if (!r.x) return fault_set(f, ERR_NOMEM, "", "no memory");
    buf_init(&r.text, XML_BYTES_MAX);
    r.x->memory = arena_new(TREE_MAX);
    r.parser = XML_ParserCreateNS("UTF-8", SPACE);
    enum err e = r.x->memory && r.parser ? read_all(&r, bytes, n, f) : fault_set(f, ERR_NOMEM, "", "no memory");
    if (r.parser) XML_ParserFree(r.parser);
    buf_reset(&r.text);
    if (e == OK) *out_new = r.x;
    else xml_free(r.x);
    return e;
}

void xml_free(struct xml *x) {
    if (!x) return;
    arena_free(x->memory);
    free(x);
}

const struct xml_node *xml_root(const struct xml *x) { return x->root; }

const struct xml_node *xml_at(const struct xml_node *from, const char *path) {
    for (const char *at = path; from && *at;) {
        size_t n = strcspn(at, "/");
        const struct xml_node *k = from->first;
        while (k && (strlen(k->name) != n || memcmp(k->name, at, n) != 0)) k = k->next;
        from = k;
        at += n + (at[n] == '/');
    }
    return from;
}

const char *xml_text(const struct xml_node *from, const char *path) {
    const struct xml_node *n = xml_at(from, path);
    return n ? n->text : NULL;
}

const char *xml_attribute(const struct xml_node *n, const char *name) {
    for (const struct xml_attribute *a = n ? n->attributes : NULL; a; a = a->next)
        if (!strcmp(a->name, name)) return a->value;
    return NULL;
}

const struct xml_node *xml_again(const struct xml_node *n) {
    const struct xml_node *k = n ? n->next : NULL;
    while (k && strcmp(k->name, n->name) != 0) k = k->next;
    return k;
}
