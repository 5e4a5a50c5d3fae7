/* definitions.c - strategy files: list, read, graph, explain, check, publish. */
#include <string.h>

#include "api/request.h"
#include "base/text.h"
#include "dsl/dsl.h"
#include "flow/definitions.h"
#include "flow/publish.h"
#include "io/http.h"

enum { ERRORS_MOST = 50 };

static void list(struct request *r) {
    json_t *items = definitions_list_new(r->api->c.definitions);
    answer_json_take(r, 200, json_pack("{s:o}", "items", items ? items : json_array()));
}

static const struct dsl_file *wanted(struct request *r) {
    int64_t version = 0;
    const char *kind = r->params[0], *name = r->params[1];
    const struct dsl_file *f = NULL;
    if (text_i64(r->params[2], strlen(r->params[2]), &version) == OK && version > 0 && version < 1000000)
        f = definitions_file(r->api->c.definitions, kind, name, (int)version);
    if (!f) answer_problem(r, 404, NULL, "there is no %s %s@%s", kind, name, r->params[2]);
    return f;
}

static void read_one(struct request *r) {
    const struct dsl_file *f = wanted(r);
    if (!f) return;
    size_t n = 0;
    const char *text = dsl_text(f, &n);
    answer_json_take(r, 200, json_pack("{s:s, s:s, s:s, s:s, s:s%}", "kind", r->params[0], "name", r->params[1],
                                       "version", r->params[2], "hash", dsl_hash(f) ? dsl_hash(f) : "", "text", text, n));
}

static void graph(struct request *r) {
    const struct dsl_file *f = wanted(r);
    if (!f) return;
    if (!text_eq(http_query(r->http, "format"), "svg")) return answer_json_take(r, 200, dsl_graph_new(f));
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 8u << 20);
    if (dsl_graph_svg(f, &b) != OK || !buf_ok(&b)) return answer_error(r, ERR_NOMEM, NULL);
    answer_text(r, 200, "image/svg+xml", b.data, b.len);
}

static void explain(struct request *r) {
    const struct dsl_file *f = wanted(r);
    if (!f) return;
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1u << 20);
    if (dsl_explain(f, &b) != OK || !buf_ok(&b)) return answer_error(r, ERR_NOMEM, NULL);
    answer_text(r, 200, "text/plain; charset=utf-8", b.data, b.len);
}

static struct dsl_file *body_file(struct request *r) {
    const char *text = json_text(r->body, "text", "");
    struct dsl_file *f = dsl_read(json_text(r->body, "path", "body.lua"), text, strlen(text),
                                  definitions_catalog(r->api->c.definitions));
    if (!f) answer_error(r, ERR_NOMEM, NULL);
    return f;
}

static void check(struct request *r) {
    struct dsl_file *f = body_file(r);
    if (!f) return;
    json_t *answer = json_pack("{s:b, s:s, s:o}", "sound", dsl_ok(f), "hash", dsl_hash(f) ? dsl_hash(f) : "", "faults",
                               dsl_faults_json_new(f));
    dsl_free(f);
    answer_json_take(r, 200, answer);
}

static void published(void *who, enum err err, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    if (r->api->c.published) r->api->c.published(r->api->c.who);
    answer_json_take(r, 201, json_pack("{s:b}", "published", 1));
}

static json_t *faults_as_errors_new(const struct dsl_file *f) {
    const struct dsl_fault *list;
    json_t *all = json_array();
    for (int i = 0, n = dsl_faults(f, &list); all && i < n && json_array_size(all) < ERRORS_MOST; i++)
        if (list[i].severity == DSL_FAULT)
            (void)json_array_append_new(all, json_pack("{s:s, s:s, s:i, s:i}", "pointer", "/text", "detail", list[i].text, "line",
                                                       list[i].line, "column", list[i].col));
    return all;
}

static void publish(struct request *r) {
    struct dsl_file *f = body_file(r);
    if (!f) return;
    bool sound = dsl_ok(f);
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1u << 20);
    dsl_faults_text(f, &b);
    json_t *errors = sound ? NULL : faults_as_errors_new(f);
    dsl_free(f);
    if (!sound) {
        r->errors = errors;
        return answer_problem(r, 422, "/text", "%s", buf_text(&b));
    }
    json_decref(errors);
    struct fault fault = {0};
    enum err e = publish_text(r->api->c.store, r->api->c.definitions, json_text(r->body, "text", ""), r->by,
                              loop_now_ms(r->api->c.loop), published, r, &fault);
    if (e != OK) answer_error(r, e, &fault);
}

static const struct param_doc graph_query[] = {{"format", "", "{\"type\":\"string\",\"enum\":[\"json\",\"svg\"],\"default\":\"json\"}"}, {0}};
static const struct answer_doc all[] = {{200, "DefinitionList", "All of them"}, {0}};
static const struct answer_doc one[] = {{200, "Definition", "The file"}, {404, "Problem", "No such file"}, {0}};
static const struct answer_doc graphs[] = {{200, "Graph", "Nodes and edges, or SVG"}, {404, "Problem", "No such file"}, {0}};
static const struct answer_doc words[] = {{200, NULL, "Plain English"}, {404, "Problem", "No such file"}, {0}};
static const struct answer_doc checked[] = {{200, "Checked", "Its faults"}, {422, "Problem", "A field does not fit"}, {0}};
static const struct answer_doc made[] = {{201, "Published", "It is immutable now"}, {409, "Problem", "Published before with other text"},
                                         {422, "Problem", "The file has faults"}, {503, "Problem", "Try again soon"}, {0}};

const struct route routes_definitions[] = {
    {"GET", "/v1/definitions", "listDefinitions", "definitions", "Every workflow and policy, each version once: the published text, with its draft where a file says something else.", ROLE_ANY, NULL,
     false, NULL, all, NULL, list},
    {"GET", "/v1/definitions/{kind}/{name}/{version}", "readDefinition", "definitions", "The text of one file.", ROLE_ANY, NULL,
     false, NULL, one, NULL, read_one},
    {"GET", "/v1/definitions/{kind}/{name}/{version}/graph", "drawDefinition", "definitions", "Its graph, as JSON or SVG.", ROLE_ANY,
     NULL, false, graph_query, graphs, NULL, graph},
    {"GET", "/v1/definitions/{kind}/{name}/{version}/explanation", "explainDefinition", "definitions", "It in plain English.",
     ROLE_ANY, NULL, false, NULL, words, "text/plain", explain},
    {"POST", "/v1/definitions/check", "checkDefinition", "definitions", "Checks a text without keeping it.", ROLE_ANY,
     "DefinitionText", false, NULL, checked, NULL, check},
    {"POST", "/v1/definitions", "publishDefinition", "definitions", "Publishes a version for ever; runs started after use it.",
     ROLE_ADMIN | ROLE_ENGINEER, "DefinitionText", false, NULL, made, NULL, publish},
    {0}};
