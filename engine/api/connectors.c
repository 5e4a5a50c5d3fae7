/* connectors.c - what steps can call, how it stands with each, and breakers set by hand. */
#include "api/request.h"
#include "base/text.h"
#include "connectors/connector.h"
#include "connectors/guard.h"

static json_t *operation_new(const struct op_decl *d) {
    static const char *const kinds[] = {[OP_READ] = "read", [OP_EFFECT] = "effect", [OP_MONEY] = "money", [OP_LOCAL] = "local"};
    return json_pack("{s:s, s:s, s:i, s:b, s:O, s:O, s:O}", "name", d->name, "kind", kinds[d->kind], "timeout_ms",
                     (int)d->timeout_ms, "can_look", d->can_look, "input", d->input, "output", d->output, "sample", d->sample);
}

static void operations(struct request *r) {
    json_t *items = json_array();
    for (const char *const *n = registry_names(r->api->c.registry); *n; n++) {
        const struct op_decl *d = registry_decl(r->api->c.registry, *n);
        if (d) json_array_append_new(items, operation_new(d));
    }
    answer_json_take(r, 200, json_pack("{s:o}", "items", items));
}

/* The figures are this process's; breakers and limits are those of all that Redis reaches. */
static json_t *seen_from_here(const struct request *r, json_t *out) {
    if (json_put_take(out, "shared", json_boolean(guards_shared(r->api->c.guards))) == OK) return out;
    json_decref(out);
    return NULL;
}

static void list(struct request *r) {
    json_t *items = guards_show_new(r->api->c.guards);
    json_t *page = items ? seen_from_here(r, json_pack("{s:o}", "items", items)) : NULL;
    if (page) answer_json_take(r, 200, page);
    else answer_error(r, ERR_NOMEM, NULL);
}

static void tell_one(struct request *r, int status) {
    json_t *one = guards_show_one_new(r->api->c.guards, r->params[0]);
    json_t *page = one ? seen_from_here(r, one) : NULL;
    if (page) answer_json_take(r, status, page);
    else if (one) answer_error(r, ERR_NOMEM, NULL);
    else answer_problem(r, 404, NULL, "there is no connector '%s'; GET /v1/connectors lists them", r->params[0]);
}

static void read_one(struct request *r) { tell_one(r, 200); }

static void set_breaker(struct request *r) {
    struct fault f = {0};
    bool open = text_eq(json_text(r->body, "state", ""), "open");
    enum err e = guards_set_breaker(r->api->c.guards, r->params[0], json_text(r->body, "operation", NULL), open, r->by,
                                    json_text(r->body, "reason", ""), &f);
    if (e != OK) return answer_error(r, e, &f);
    tell_one(r, 200);
}

static const struct answer_doc operation_list[] = {{200, "OperationList", "All operations"}, {0}};
static const struct answer_doc all[] = {{200, "ConnectorList", "All of them, as this process sees them"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc one[] = {{200, "Connector", "How it stands"}, {404, "Problem", "No such connector"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc set[] = {{200, "Connector", "How it stands now"}, {404, "Problem", "No such connector or operation"},
                                        {409, "Problem", "It has no breaker"}, {422, "Problem", "A field does not fit"}, {503, "Problem", "Try again soon"}, {0}};

const struct route routes_connectors[] = {
    {"GET", "/v1/operations", "listOperations", "connectors", "What a step can call, with types and samples.", ROLE_ANY, NULL,
     false, NULL, operation_list, NULL, operations},
    {"GET", "/v1/connectors", "listConnectors", "connectors", "Mode, limits, breakers, latencies and cache of every connector.",
     ROLE_OFFICER | ROLE_ENGINEER | ROLE_ADMIN, NULL, false, NULL, all, NULL, list},
    {"GET", "/v1/connectors/{name}", "readConnector", "connectors", "The same of one connector.", ROLE_OFFICER | ROLE_ENGINEER | ROLE_ADMIN,
     NULL, false, NULL, one, NULL, read_one},
    {"POST", "/v1/connectors/{name}/breaker", "setBreaker", "connectors",
     "Opens its breakers until they are closed by hand, or closes them; in all processes.", ROLE_ENGINEER | ROLE_ADMIN, "BreakerSet",
     false, NULL, set, NULL, set_breaker},
    {0}};
