/* dsl.h - the language's front door: text in, checked plans and policies or a list of faults out.
 *
 * A file is read twice: by our lossless outline (positions, order, duplicates) and, only when that
 * finds no fault, by Lua in a sandbox; both must give the same tree. All faults come in one go,
 * sorted by place. A dsl_file owns everything made from it. */
#ifndef DSL_DSL_H
#define DSL_DSL_H

#include "base/buf.h"
#include "base/json.h"
#include "dsl/catalog.h"
#include "dsl/connector.h"
#include "dsl/expr.h"
#include "dsl/formula.h"
#include "dsl/plan.h"
#include "dsl/policy.h"

struct dsl_file;

enum dsl_kind { DSL_WORKFLOW, DSL_POLICY, DSL_EXAMPLES, DSL_RETRIES, DSL_FUNCTIONS, DSL_CONNECTOR, DSL_UNKNOWN };
enum dsl_severity { DSL_FAULT, DSL_WARNING };
struct dsl_fault {
    enum dsl_severity severity;
    int line, col;     /* 1-based, in characters */
    int length;        /* bytes to underline; 0 unknown */
    const char *code;  /* stable word, such as "unknown-field" */
    const char *text;  /* one sentence: what is wrong; what to do */
};

/* `path` is used in messages and, when it has the form .../<name>/<n>.lua, checked against the
 * file's own name and version. Never fails but for memory: faults are in the result. NULL: no memory. */
struct dsl_file *dsl_read(const char *path, const char *text, size_t n, const struct catalog *c);
void dsl_free(struct dsl_file *f);
bool dsl_ok(const struct dsl_file *f); /* no fault (warnings allowed) */
int dsl_faults(const struct dsl_file *f, const struct dsl_fault **out);
void dsl_faults_text(const struct dsl_file *f, struct buf *out); /* file:line:column: sentence */
json_t *dsl_faults_json_new(const struct dsl_file *f);
enum dsl_kind dsl_kind(const struct dsl_file *f);
const struct plan *dsl_plan(const struct dsl_file *f);     /* NULL unless a sound workflow */
const struct policy *dsl_policy(const struct dsl_file *f); /* NULL unless a sound policy */
const char *dsl_hash(const struct dsl_file *f);            /* of the canonical plan; NULL if unsound */
const char *dsl_text(const struct dsl_file *f, size_t *n);
/* DSL_RETRIES: looks one up. */
const struct retry *dsl_retry(const struct dsl_file *f, const char *name);

/* DSL_FUNCTIONS: looks one up; their names, ended by NULL. */
const struct formula *dsl_formula(const struct dsl_file *f, const char *name);
const struct formula *dsl_formulas(const struct dsl_file *f, int *n);

/* Examples: what `tenor try` runs. Values are JSON; see dsl/README.md for the forms of an end. */
struct example {
    const char *title, *of;   /* "loan_approval@4" */
    const json_t *case_;      /* merged with `like` */
    /* By paragraph: {"end":"done|refused|failed|uncertain|late","after_ms":..,"data":..}; data of a
     * refusal is its reason, of a task its answer (a text, or {"answer":.., form fields}), of a wait
     * the name of the `on` that fires or the event's fields. after_ms: later than at once. */
    const json_t *answers;
    const char *const *path;  /* NULL: not stated */
    const char *outcome;      /* NULL: not stated */
    const char *const *undone;
    const char *stops_at;
    const char *const *reasons; /* policies */
    int line;
    int64_t amount_minor;       /* policies: the amount; -1: not stated */
};
int dsl_examples(const struct dsl_file *f, const struct example **out);

/* Plain English, one paragraph per line. */
MUST_CHECK enum err dsl_explain(const struct dsl_file *f, struct buf *out);
/* {"nodes":[{"id","kind","line","label"}],"edges":[{"from","to","label"}]} */
json_t *dsl_graph_new(const struct dsl_file *f);
MUST_CHECK enum err dsl_graph_svg(const struct dsl_file *f, struct buf *out);
/* What changed in meaning: [{"kind":"threshold","path":"thresholds/pd_approve","from":..,"to":..,"text":..}] */
json_t *dsl_diff_new(const struct dsl_file *from, const struct dsl_file *to);
/* Replaces the value at `path` ("thresholds/pd_approve", "review/within") by `value` (source text)
 * and sets version; comments and layout stay; refused unless the trees differ only there. */
MUST_CHECK enum err dsl_edit(const struct dsl_file *f, const char *path, const char *value, int version,
                             struct buf *out, struct fault *why);
/* LuaLS ---@meta text made from the words table and the catalog. */
MUST_CHECK enum err dsl_meta(const struct catalog *c, struct buf *out);
/* Reference page (Markdown) made from the words table. */
MUST_CHECK enum err dsl_reference(struct buf *out);

#endif
