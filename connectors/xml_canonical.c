/* xml_canonical.c - see xml_canonical.h. Elements go to up to three outputs at a time: the document, the Signature and its
 * SignedInfo. Names are as written; namespaces are followed by hand, since the canonical form keeps prefixes. */
#include "connectors/xml_canonical.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { DEPTH_MAX = 32, NAMES_MAX = 64, SCOPE_MAX = 64 };

struct binding { /* prefix "" is the default namespace */
    const char *prefix, *uri;
    unsigned depth;
};
struct attribute {
    const char *name, *local, *space, *value;
};
struct walk {
    XML_Parser parser;
    struct arena *memory;
    struct xml_canonical *out;
    struct binding scope[SCOPE_MAX];
    unsigned n_scope, depth;
    unsigned signature_depth, info_depth; /* 0: not inside; else the depth of that element, the root's is 1 */
    unsigned signatures, infos;
    enum err err;
    const char *why;
};

static void stop(struct walk *w, enum err e, const char *why) {
    if (w->err != OK) return;
    w->err = e;
    w->why = why;
    (void)XML_StopParser(w->parser, XML_FALSE);
}

static void add_text(struct buf *b, const char *s, size_t n, bool attribute) {
    for (const char *end = s + n; s < end; s++)
        if (*s == '&') buf_adds(b, "&amp;");
        else if (*s == '<') buf_adds(b, "&lt;");
        else if (*s == '>' && !attribute) buf_adds(b, "&gt;");
        else if (*s == '"' && attribute) buf_adds(b, "&quot;");
        else if (*s == '\r' || (attribute && (*s == '\t' || *s == '\n'))) buf_addf(b, "&#x%X;", *s);
        else buf_addc(b, *s);
}

/* In force before the bindings of the element at `depth`, or at it with `own`. */
static const char *bound(const struct walk *w, const char *prefix, unsigned depth, bool own) {
    for (unsigned k = w->n_scope; k--;)
        if ((own || w->scope[k].depth < depth) && !strcmp(w->scope[k].prefix, prefix)) return w->scope[k].uri;
    return *prefix ? NULL : "";
}

static void bind(struct walk *w, const char *prefix, const char *uri) {
    if (w->n_scope == SCOPE_MAX) return stop(w, ERR_LIMIT, "too many namespaces");
    if (*prefix && (!*uri || !strcmp(prefix, "xml") || !strcmp(prefix, "xmlns"))) return stop(w, ERR_INVALID, "a namespace that is not taken");
    if (*uri && !strchr(uri, ':')) return stop(w, ERR_INVALID, "a relative namespace");
    struct binding *b = &w->scope[w->n_scope];
    *b = (struct binding){arena_strdup(w->memory, prefix), arena_strdup(w->memory, uri), w->depth};
    if (!b->prefix || !b->uri) return stop(w, ERR_NOMEM, "no memory");
    w->n_scope++;
}

/* The namespace of a name as written, and its local part. */
static const char *space_of(struct walk *w, const char *name, bool attribute, const char **local) {
    char prefix[64];
    const char *colon = strchr(name, ':'), *uri;
    *local = colon ? colon + 1 : name;
    if (!colon) return attribute ? "" : bound(w, "", w->depth, true);
    size_t n = (size_t)(colon - name);
    if (!n || n >= sizeof prefix || strchr(*local, ':')) return stop(w, ERR_INVALID, "a name that is not taken"), "";
    memcpy(prefix, name, n);
    prefix[n] = 0;
    if (!strcmp(prefix, "xml")) return stop(w, ERR_INVALID, "an xml: attribute"), "";
    uri = bound(w, prefix, w->depth, true);
    if (!uri) stop(w, ERR_INVALID, "a prefix without a namespace");
    return uri ? uri : "";
}

static int by_prefix(const void *a, const void *b) {
    return strcmp(((const struct binding *)a)->prefix, ((const struct binding *)b)->prefix);
}

static int by_name(const void *a, const void *b) {
    const struct attribute *x = a, *y = b;
    int c = strcmp(x->space, y->space);
    return c ? c : strcmp(x->local, y->local);
}

/* Those declared here that say something new; at the top of an output all that are in force. */
static void add_namespaces(struct walk *w, struct buf *out, bool apex) {
    struct binding list[SCOPE_MAX];
    unsigned n = 0;
    for (unsigned k = w->n_scope; k--;) {
        const struct binding *b = &w->scope[k];
        bool seen = false;
        for (unsigned j = 0; j < n; j++) seen = seen || !strcmp(list[j].prefix, b->prefix);
        if (!seen && (apex || b->depth == w->depth)) list[n++] = *b;
    }
    qsort(list, n, sizeof list[0], by_prefix);
    for (unsigned k = 0; k < n; k++) {
        const char *before = apex ? (*list[k].prefix ? NULL : "") : bound(w, list[k].prefix, w->depth, false);
        if (before && !strcmp(before, list[k].uri)) continue;
        buf_addf(out, *list[k].prefix ? " xmlns:%s=\"" : " xmlns%s=\"", list[k].prefix);
        add_text(out, list[k].uri, strlen(list[k].uri), true);
        buf_addc(out, '"');
    }
}

static void add_start(struct walk *w, struct buf *out, const char *name, const struct attribute *list, unsigned n, bool apex) {
    buf_addf(out, "<%s", name);
    add_namespaces(w, out, apex);
    for (unsigned k = 0; k < n; k++) {
        buf_addf(out, " %s=\"", list[k].name);
        add_text(out, list[k].value, strlen(list[k].value), true);
        buf_addc(out, '"');
    }
    buf_addc(out, '>');
}

static unsigned take_attributes(struct walk *w, const XML_Char **all, struct attribute *list) {
    unsigned n = 0;
    for (const XML_Char **a = all; a[0] && w->err == OK; a += 2)
        if (!strcmp(a[0], "xmlns")) bind(w, "", a[1]);
        else if (text_starts(a[0], "xmlns:")) bind(w, a[0] + 6, a[1]);
    for (; all[0] && w->err == OK; all += 2) {
        if (!strcmp(all[0], "xmlns") || text_starts(all[0], "xmlns:")) continue;
        if (n == NAMES_MAX) return stop(w, ERR_LIMIT, "too many attributes"), 0;
        list[n] = (struct attribute){.name = all[0], .value = all[1]};
        list[n].space = space_of(w, all[0], true, &list[n].local);
        n++;
    }
    qsort(list, n, sizeof list[0], by_name);
    for (unsigned k = 1; k < n; k++)
        if (!by_name(&list[k - 1], &list[k])) stop(w, ERR_INVALID, "an attribute twice");
    return n;
}

/* Signature and SignedInfo, each once and in its place; the same names elsewhere are how signatures are wrapped. */
static void note_signature(struct walk *w, const char *space, const char *local) {
    if (strcmp(space, XML_SIGNATURE_SPACE) != 0) return;
    bool signature = !strcmp(local, "Signature"), info = !strcmp(local, "SignedInfo");
    if (signature && (w->depth != 2 || w->signatures++)) stop(w, ERR_INVALID, "a second signature, or one in another place");
    else if (info && (w->depth != 3 || !w->signature_depth || w->infos++)) stop(w, ERR_INVALID, "SignedInfo in another place");
    else if (signature) w->signature_depth = w->depth;
    else if (info) w->info_depth = w->depth;
}

static void element_begins(void *who, const XML_Char *name, const XML_Char **attributes) {
    struct walk *w = who;
    struct attribute list[NAMES_MAX];
    const char *local;
    if (w->err != OK) return;
    if (w->depth == DEPTH_MAX) return stop(w, ERR_LIMIT, "nested too deep");
    w->depth++;
    unsigned n = take_attributes(w, attributes, list);
    const char *space = w->err == OK ? space_of(w, name, false, &local) : "";
    if (w->err == OK) note_signature(w, space, local);
    if (w->err != OK) return;
    if (!w->signature_depth) add_start(w, &w->out->document, name, list, n, false);
    else add_start(w, &w->out->signature, name, list, n, w->depth == w->signature_depth);
    if (w->info_depth) add_start(w, &w->out->signed_info, name, list, n, w->depth == w->info_depth);
}

static void element_ends(void *who, const XML_Char *name) {
    struct walk *w = who;
    if (w->err != OK) return;
    buf_addf(w->signature_depth ? &w->out->signature : &w->out->document, "</%s>", name);
    if (w->info_depth) buf_addf(&w->out->signed_info, "</%s>", name);
    if (w->info_depth == w->depth) w->info_depth = 0;
    if (w->signature_depth == w->depth) w->signature_depth = 0;
    while (w->n_scope && w->scope[w->n_scope - 1].depth == w->depth) w->n_scope--;
    w->depth--;
}

static void text_comes(void *who, const XML_Char *s, int n) {
    struct walk *w = who;
    if (w->err != OK || !w->depth) return;
    add_text(w->signature_depth ? &w->out->signature : &w->out->document, s, (size_t)n, false);
    if (w->info_depth) add_text(&w->out->signed_info, s, (size_t)n, false);
}

static void doctype_comes(void *who, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id, int internal) {
    (void)name, (void)system_id, (void)public_id, (void)internal;
    stop(who, ERR_INVALID, "a document type is not taken");
}

static void instruction_comes(void *who, const XML_Char *target, const XML_Char *data) {
    (void)target, (void)data;
    stop(who, ERR_INVALID, "a processing instruction is not taken");
}

static enum err tell(const struct walk *w, struct fault *f) {
    enum XML_Error code = XML_GetErrorCode(w->parser);
    char where[60];
    snprintf(where, sizeof where, "line %lu, column %lu", (unsigned long)XML_GetCurrentLineNumber(w->parser),
             (unsigned long)XML_GetCurrentColumnNumber(w->parser) + 1);
    if (w->err != OK) return fault_set(f, w->err, where, "%s", w->why);
    if (code == XML_ERROR_NO_MEMORY) return fault_set(f, ERR_NOMEM, where, "no memory");
    return fault_set(f, ERR_INVALID, where, "not XML: %s", XML_ErrorString(code));
}

static enum err walk_all(struct walk *w, const void *bytes, size_t n, struct fault *f) {
    XML_SetUserData(w->parser, w);
    XML_SetElementHandler(w->parser, element_begins, element_ends);
    XML_SetCharacterDataHandler(w->parser, text_comes);
    XML_SetStartDoctypeDeclHandler(w->parser, doctype_comes);
    XML_SetProcessingInstructionHandler(w->parser, instruction_comes);
    if (XML_Parse(w->parser, bytes, (int)n, XML_TRUE) != XML_STATUS_OK || w->err != OK) return tell(w, f);
    const struct xml_canonical *c = w->out;
    enum err e = !buf_ok(&c->document)    ? buf_err(&c->document)
                 : !buf_ok(&c->signature) ? buf_err(&c->signature)
                                          : buf_err(&c->signed_info);
    return e == OK ? OK : fault_set(f, e, "", "the canonical form is too long");
}

enum err xml_canonical(const void *bytes, size_t n, size_t most, struct xml_canonical *out, struct fault *f) {
    buf_init(&out->document, 4 * most);
    buf_init(&out->signature, 4 * most);
    buf_init(&out->signed_info, 4 * most);
    if (n > most) return fault_set(f, ERR_LIMIT, "", "the document is longer than %zu bytes", most);
    struct walk w = {.out = out, .memory = arena_new((size_t)1 << 20), .parser = XML_ParserCreate("UTF-8")};
    enum err e = w.memory && w.parser ? walk_all(&w, bytes, n, f) : fault_set(f, ERR_NOMEM, "", "no memory");
    if (w.parser) XML_ParserFree(w.parser);
    arena_free(w.memory);
    return e;
}

void xml_canonical_reset(struct xml_canonical *c) {
    buf_reset(&c->document);
    buf_reset(&c->signature);
    buf_reset(&c->signed_info);
}
