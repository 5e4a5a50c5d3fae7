/* fault.c - faults in one list: added, sorted, printed. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "dsl/faults.h"

static bool taken(const struct faults *f, const struct span *at) {
    for (int i = 0; i < f->n; i++)
        if (f->list[i].line == at->line && f->list[i].col == at->col) return true;
    return false;
}

static void add(struct faults *f, enum dsl_severity severity, const struct span *at, const char *code, const char *fmt,
                va_list ap) {
    char text[600];
    if (f->silent || f->n == FAULTS_MOST || taken(f, at)) return;
    vsnprintf(text, sizeof text, fmt, ap);
    char *kept = arena_strdup(f->arena, text);
    if (!kept) {
        f->no_memory = true;
        return;
    }
    f->list[f->n++] = (struct dsl_fault){severity, at->line, at->col, (int)(at->to - at->from), code, kept};
    if (severity == DSL_FAULT) f->n_faults++;
}

void faults_add(struct faults *f, const struct span *at, const char *code, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    add(f, DSL_FAULT, at, code, fmt, ap);
    va_end(ap);
}

void faults_warn(struct faults *f, const struct span *at, const char *code, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    add(f, DSL_WARNING, at, code, fmt, ap);
    va_end(ap);
}

void faults_node(struct faults *f, struct node *n, const char *code, const char *fmt, ...) {
    if (n->bad) return;
    if (!f->silent) n->bad = true;
    va_list ap;
    va_start(ap, fmt);
    add(f, DSL_FAULT, &n->span, code, fmt, ap);
    va_end(ap);
}

static int order(const void *a, const void *b) {
    const struct dsl_fault *x = a, *y = b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return x->col < y->col ? -1 : x->col > y->col;
}

void faults_settle(struct faults *f) {
    int kept = 0;
    for (int i = 0; i < f->n; i++)
        if (!f->n_faults || f->list[i].severity == DSL_FAULT || strncmp(f->list[i].code, "unused", 6) != 0)
            f->list[kept++] = f->list[i];
    f->n = kept;
    qsort(f->list, (size_t)f->n, sizeof f->list[0], order);
}

void faults_text(const struct faults *f, const char *path, struct buf *out) {
    for (int i = 0; i < f->n; i++) {
        const struct dsl_fault *d = &f->list[i];
        buf_addf(out, "%s:%d:%d: %s%s\n", path, d->line, d->col, d->severity == DSL_WARNING ? "warning: " : "",
                 d->text);
    }
}

json_t *faults_json_new(const struct faults *f, const char *path) {
    json_t *all = json_array();
    for (int i = 0; all && i < f->n; i++) {
        const struct dsl_fault *d = &f->list[i];
        json_t *one = json_pack("{s:s, s:i, s:i, s:i, s:s, s:s, s:s}", "file", path, "line", d->line, "column", d->col,
                                "length", d->length, "severity", d->severity == DSL_WARNING ? "warning" : "fault",
                                "code", d->code, "text", d->text);
        if (!one || json_array_append_new(all, one)) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

const char *faults_nearest(struct faults *f, const char *word, const char *const *words) {
    const char *near = words ? text_nearest(word, words) : NULL;
    const char *s = near ? arena_printf(f->arena, "; did you mean ‹%s›?", near) : faults_known(f, words);
    return s ? s : "";
}

#define KNOWN_MOST 24

const char *faults_known(struct faults *f, const char *const *words) {
    const char *s = "";
    for (int i = 0; words && words[i] && s; i++) {
        if (i == KNOWN_MOST) return "";
        s = arena_printf(f->arena, "%s%s%s", s, i ? ", " : "; known are ", words[i]);
    }
    return s ? s : "";
}
