/* tasks.c - human tasks: list, read, claim, release, decide with a reason. */
#include <string.h>

#include "api/request.h"
#include "base/text.h"
#include "base/zone.h"
#include "dsl/dsl.h"
#include "flow/definitions.h"
#include "flow/engine.h"
#include "io/http.h"
#include "store/view.h"

enum { TASKS_OF_A_RUN = 200 };
#define WORK_ROLES (ROLE_OFFICER | ROLE_ADMIN)

static void list(struct request *r) {
    int64_t limit;
    struct tasks_filter f = {.queue = http_query(r->http, "queue"), .state = http_query(r->http, "state"),
                             .assignee = http_query(r->http, "assignee"), .run = http_query(r->http, "run")};
    if (!request_number(r, "limit", 1, 200, 50, &limit)) return;
    view_tasks(r->api->c.view, &f, http_query(r->http, "cursor"), (unsigned)limit, answer_view, r);
}

/* A task's id is "<run>.<paragraph>.<visit>"; the run says where it lives. */
static bool task_run(struct request *r, struct id *run) {
    char text[96];
    text_copy(text, sizeof text, r->params[0]);
    char *dot = strchr(text, '.');
    if (dot) *dot = 0;
    if (dot && id_parse(text, run) == OK) return true;
    answer_problem(r, 404, NULL, "%s is not the id of a task", r->params[0]);
    return false;
}

/* As in lists: instants in words; and the fields that the answer's form takes. */
static json_t *task_new(const struct api *a, const json_t *task) {
    const struct catalog *c = definitions_catalog(a->c.definitions);
    const char *form = json_text(task, "form", "");
    const json_t *schema = c->form ? c->form(c->who, form) : NULL;
    json_t *out = json_copy((json_t *)task);
    char due[32];
    int64_t due_ms = json_int(task, "due", 0);
    if (due_ms) json_object_set_new(out, "due", json_string(instant_text(due_ms, due)));
    else json_object_del(out, "due");
    if (schema) json_object_set(out, "form_schema", (json_t *)schema);
    return out;
}

/* Not open any more, or never was: the list knows which. */
static void answer_closed(void *who, enum err err, const json_t *page, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    json_t *task;
    size_t i;
    json_array_foreach(json_object_get(page, "items"), i, task)
        if (text_eq(json_text(task, "id", ""), r->params[0])) return answer_json_take(r, 200, json_incref(task));
    answer_problem(r, 404, NULL, "there is no task %s", r->params[0]);
}

static void find_closed(struct request *r, const char *run) {
    struct tasks_filter f = {.run = run};
    view_tasks(r->api->c.view, &f, NULL, TASKS_OF_A_RUN, answer_closed, r);
}

static void answer_task(void *who, enum err err, const json_t *state, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    json_t *task;
    size_t i;
    json_array_foreach(json_object_get(state, "tasks"), i, task)
        if (text_eq(json_text(task, "id", ""), r->params[0])) return answer_json_take(r, 200, task_new(r->api, task));
    if (!r->flag) return find_closed(r, json_text(state, "id", ""));
    answer_json_take(r, 200, json_pack("{s:s, s:s, s:s}", "id", r->params[0], "state", "done", "run", json_text(state, "id", "")));
}

static void read_one(struct request *r) {
    if (!task_run(r, &r->run) || !request_is_ours(r, r->run)) return;
    enum err e = engine_read(r->api->c.engine, r->run, answer_task, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void acted(void *who, enum err err, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    r->flag = true;
    if (engine_read(r->api->c.engine, r->run, answer_task, r) != OK) answer_error(r, ERR_BUSY, NULL);
}

static void act(struct request *r, const char *what) {
    if (!task_run(r, &r->run) || !request_is_ours(r, r->run)) return;
    struct task_act a = {.task = r->params[0], .act = what, .by = r->by,
                         .answer = json_text(r->body, "answer", NULL), .form = json_object_get(r->body, "form")};
    enum err e = engine_task(r->api->c.engine, &a, acted, r);
    if (e != OK) answer_error(r, e, NULL);
}
static void claim(struct request *r) { act(r, "claim"); }
static void release(struct request *r) { act(r, "release"); }
static void decide(struct request *r) { act(r, "answer"); }

static const struct param_doc list_query[] = {
    {"queue", "", "{\"type\":\"string\"}"},
    {"state", "", "{\"type\":\"string\",\"enum\":[\"open\",\"claimed\",\"done\",\"withdrawn\"]}"},
    {"assignee", "", "{\"type\":\"string\"}"},
    {"run", "", "{\"type\":\"string\"}"},
    {"cursor", "`next` of the page before", "{\"type\":\"string\"}"},
    {"limit", "Items a page", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"default\":50}"},
    {0}};
static const struct answer_doc page[] = {{200, "TaskPage", "A page, most urgent first"},
                                         {400, "Problem", "A parameter does not fit"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc one[] = {{200, "Task", "The task"}, {404, "Problem", "There never was such a task"},
                                        {409, "Problem", "It is answered, withdrawn or held by somebody else"},
                                        {422, "Problem", "A field does not fit"}, {503, "Problem", "Try again soon"}, {0}};

const struct route routes_tasks[] = {
    {"GET", "/v1/tasks", "listTasks", "tasks", "Tasks by queue and state, most urgent first; may lag a second.", WORK_ROLES,
     NULL, false, list_query, page, NULL, list},
    {"GET", "/v1/tasks/{task}", "readTask", "tasks", "A task with what it shows and the answers it takes; one that is answered or withdrawn, with its state.", WORK_ROLES, NULL,
     false, NULL, one, NULL, read_one},
    {"POST", "/v1/tasks/{task}/claim", "claimTask", "tasks", "Takes the task for the key's owner.", WORK_ROLES, NULL, false,
     NULL, one, NULL, claim},
    {"POST", "/v1/tasks/{task}/release", "releaseTask", "tasks", "Gives it back to its queue.", WORK_ROLES, NULL, false, NULL,
     one, NULL, release},
    {"POST", "/v1/tasks/{task}/decide", "decideTask", "tasks", "Answers it, with a reason. Acting on a task that is no longer open is a conflict (409).", WORK_ROLES, "TaskAnswer", false,
     NULL, one, NULL, decide},
    {0}};
