/* shape.c - finding shapes, and running those before and instead of a request. */
#include "connectors/shape.h"

#include <string.h>

const struct shape *shape_of(const struct connector_ops *ops, const char *operation) {
    if (!ops->shaping) return NULL;
    for (const struct shape *s = ops->shaping->shapes; s->operation; s++)
        if (!strcmp(s->operation, operation)) return s;
    return NULL;
}

enum err shaping_open(const struct connector_ops *ops, const json_t *config, void **keys, struct fault *f) {
    *keys = NULL;
    const struct shaping *s = ops->shaping;
    if (s && s->open_of) return s->open_of(s->of, config, keys, f);
    return s && s->open ? s->open(config, keys, f) : OK;
}

void shaping_close(const struct connector_ops *ops, void *keys) {
    if (keys && ops->shaping->close) ops->shaping->close(keys);
}

json_t *shape_ask(const struct shape *shape, const struct shaped *s, struct answer *a) {
    memset(a, 0, sizeof *a);
    if (!shape || !shape->ask) return json_incref((json_t *)s->input);
    json_t *body = shape->ask(s, a);
    if (!body && !a->result.why) answer_set(a, CALL_FAILED, NULL, "no memory for the request");
    return body;
}

void shape_own(const struct shape *shape, const struct shaped *s, const struct schema *output, struct answer *a) {
    struct fault f;
    memset(a, 0, sizeof *a);
    json_t *v = shape->own(s, a);
    if (!v) {
        if (!a->result.why) answer_set(a, CALL_FAILED, NULL, "no memory for the answer");
    } else if (schema_check(output, v, NULL, NULL, &f) != OK) {
        answer_set(a, CALL_REFUSED, "bad_answer", "the answer does not fit what was agreed, at %.80s", f.where);
        json_decref(v);
    } else {
        a->result = (struct call_result){.end = CALL_DONE, .answer = v};
    }
}
