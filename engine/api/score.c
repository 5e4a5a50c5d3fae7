/* score.c - one score without a case. */
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

static const struct answer_doc scored[] = {{200, "Score", "The score with its reasons"}, {422, "Problem", "A field does not fit"},
                                           {503, "Problem", "Try again soon"}, {0}};

const struct route routes_score[] = {
    {"POST", "/v1/score", "score", "scoring", "A score with its reasons, from the same models that decide.", ROLE_ANY,
     "ScoreRequest", false, NULL, scored, NULL, score},
    {0}};
