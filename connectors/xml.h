/* xml.h - XML as banks and registers send it: a small reader over Expat, a small writer. Pure.
 *
 * Read are documents of elements, attributes and text; what payment messages do not need is refused: a
 * document type (so there are no entities beyond the five of XML and nothing is ever fetched), text between
 * elements, more than 32 levels, 400,000 elements or 8 MiB. Names are local names; the namespace stands
 * beside them. Comments and processing instructions are skipped.
 *
 * Why Expat: MIT, in every distribution, a stream of events without network or file access, and it counts
 * amplification itself. A tree of its own is all that is missing, and that is this file. */
#ifndef CONNECTORS_XML_H
#define CONNECTORS_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define XML_DEPTH_MAX 32
#define XML_BYTES_MAX ((size_t)8 << 20)

struct xml_attribute {
    const char *name, *value;
    const struct xml_attribute *next;
};
struct xml_node { /* lives as long as its document */
    const char *name, *space; /* "MsgId"; namespace or "" */
    const char *text;         /* without white space around it; "" for an element with elements inside */
    const struct xml_attribute *attributes;
    const struct xml_node *first, *next; /* elements inside; the following one beside */
};
struct xml;

/* ERR_INVALID with line and column, ERR_LIMIT, ERR_NOMEM. */
MUST_CHECK enum err xml_parse(const void *bytes, size_t n, struct xml **out_new, struct fault *f);
void xml_free(struct xml *x);
const struct xml_node *xml_root(const struct xml *x);
/* "GrpHdr/MsgId": the first such element inside; NULL if there is none or `from` is NULL. */
const struct xml_node *xml_at(const struct xml_node *from, const char *path);
/* Its text; NULL if there is no such element. */
const char *xml_text(const struct xml_node *from, const char *path);
const char *xml_attribute(const struct xml_node *n, const char *name); /* NULL if missing */
/* The next element beside `n` of the same name. */
const struct xml_node *xml_again(const struct xml_node *n);

/* A writer on a buffer; what goes wrong (the buffer is full, a text that XML cannot hold, too deep) is told
 * once at the end. Names are ours and not checked. */
struct xml_writer {
    struct buf *out;
    const char *open[XML_DEPTH_MAX];
    unsigned depth;
    bool bad;
};
void xml_begin(struct xml_writer *w, struct buf *out, const char *root, const char *space);
void xml_open(struct xml_writer *w, const char *name);
void xml_close(struct xml_writer *w);
void xml_leaf(struct xml_writer *w, const char *name, const char *text); /* nothing when text is NULL or "" */
void xml_leaf_with(struct xml_writer *w, const char *name, const char *attribute, const char *value, const char *text);
/* One leaf below others: "Id/Othr/Id". */
void xml_path(struct xml_writer *w, const char *path, const char *text);
/* Closes what is open. ERR_INVALID: a text is not UTF-8 or has control characters; else what buf_err says. */
MUST_CHECK enum err xml_end(struct xml_writer *w);

#endif
