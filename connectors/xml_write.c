/* xml_write.c - elements out, escaped. */
#include <string.h>

#include "base/text.h"
#include "connectors/xml.h"

/* XML 1.0 has no way to write a control character but tab and the line ends. */
static bool sayable(const char *text) {
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r') return false;
    return text_is_utf8(text, strlen(text)) && !strstr(text, "\xEF\xBF\xBE") && !strstr(text, "\xEF\xBF\xBF");
}

static void add_escaped(struct xml_writer *w, const char *text) {
    if (!sayable(text)) w->bad = true;
    for (const char *p = text; *p; p++) {
        if (*p == '&') buf_adds(w->out, "&amp;");
        else if (*p == '<') buf_adds(w->out, "&lt;");
        else if (*p == '>') buf_adds(w->out, "&gt;");
        else if (*p == '"') buf_adds(w->out, "&quot;");
        else if (*p == '\t' || *p == '\n' || *p == '\r') buf_addf(w->out, "&#%d;", *p);
        else buf_addc(w->out, *p);
    }
}

void xml_open(struct xml_writer *w, const char *name) {
    if (w->depth == XML_DEPTH_MAX) {
        w->bad = true;
        return;
    }
    w->open[w->depth++] = name;
    buf_addf(w->out, "<%s>", name);
}

void xml_begin(struct xml_writer *w, struct buf *out, const char *root, const char *space) {
    *w = (struct xml_writer){.out = out, .open = {root}, .depth = 1};
    buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_addf(out, "<%s xmlns=\"%s\">", root, space);
}

void xml_close(struct xml_writer *w) {
    if (w->depth) buf_addf(w->out, "</%s>", w->open[--w->depth]);
    else w->bad = true;
}

void xml_leaf(struct xml_writer *w, const char *name, const char *text) {
    if (!text || !*text) return;
    buf_addf(w->out, "<%s>", name);
    add_escaped(w, text);
    buf_addf(w->out, "</%s>", name);
}

void xml_leaf_with(struct xml_writer *w, const char *name, const char *attribute, const char *value, const char *text) {
    buf_addf(w->out, "<%s %s=\"", name, attribute);
    add_escaped(w, value);
    buf_adds(w->out, "\">");
    add_escaped(w, text);
    buf_addf(w->out, "</%s>", name);
}

static void close_path(struct xml_writer *w, const char *path) {
    const char *slash = strchr(path, '/');
    if (slash) close_path(w, slash + 1);
    buf_addf(w->out, "</%.*s>", (int)strcspn(path, "/"), path);
}

void xml_path(struct xml_writer *w, const char *path, const char *text) {
    if (!text || !*text) return;
    for (const char *at = path; *at; at += strcspn(at, "/"), at += *at == '/')
        buf_addf(w->out, "<%.*s>", (int)strcspn(at, "/"), at);
    add_escaped(w, text);
    close_path(w, path);
}

enum err xml_end(struct xml_writer *w) {
    while (w->depth) xml_close(w);
    return !buf_ok(w->out) ? buf_err(w->out) : w->bad ? ERR_INVALID : OK;
}
