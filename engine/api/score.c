/* score.c - one score without a case, and what the connectors offer. */
#include "api/request.h"
#include "connectors/connector.h"
#include "flow/engine.h"

#define SCORE_OPERATION "scoring.credit_risk"
#define SCORE_TIMEOUT_MS 5000

static void asked(void *who, const struct call_result *c) {
    struct request *r = who;
    if (c->end == CALL_DONE) answer_json_take(r, 200, json_incref(c->answer));
    else if (c->end == CALL_REFUSED) answer_problem(r, 422, NULL, "%s", c->why ? c->why : "the scorer refused it");
    else answer_problem(r, 503, NULL, "%s", c->why ? c->why : "the scorer did not answer");
}

static void score(struct request *r) {
    struct fault f = {0};
    enum err e = engine_ask(r->api->c.engine, SCORE_OPERATION, r->body, SCORE_TIMEOUT_MS, asked, r, &f);
    if (e != OK) answer_error(r, e, &f);
}

static json_t *operation_new(const struct op_decl *d) {
    static const char *const kinds[] = {[OP_READ] = "read", [OP_EFFECT] = "effect", [OP_MONEY] = "money", [OP_LOCAL] = "local"};
    return json_pack("{s:s, s:s, s:i, s:b, s:O, s:O, s:O}", "name", d->name, "kind", kinds[d->kind], "timeout_ms",
                     (int)d->timeout_ms, "can_look", d->can_look, "input", d->input, "output", d->output, "sample", d->sample);
}

static void connectors(struct request *r) {
    json_t *items = json_array();
    for (const char *const *n = registry_names(r->api->c.registry); *n; n++) {
        const struct op_decl *d = registry_decl(r->api->c.registry, *n);
        if (d) json_array_append_new(items, operation_new(d));
    }
    answer_json_take(r, 200, json_pack("{s:o}", "items", items));
}

static const struct answer_doc scored[] = {{200, "Score", "The score with its reasons"}, {422, "Problem", "A field does not fit"},
                                           {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc listed[] = {{200, "OperationList", "All operations"}, {0}};

const struct route routes_score[] = {
    {"POST", "/v1/score", "score", "scoring", "A score with its reasons, from the same models that decide.", ROLE_ANY,
     "ScoreRequest", false, NULL, scored, NULL, score},
    {"GET", "/v1/operations", "listOperations", "connectors", "What a step can call, with types and samples.", ROLE_ANY, NULL,
     false, NULL, listed, NULL, connectors},
    {0}};
