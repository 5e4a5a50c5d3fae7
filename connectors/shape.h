/* shape.h - how an operation's question and answer look at the provider, where that is not the operation's own
 * input and output: checks before a paid call, another form of request, answers that are signed, sealed or in
 * the provider's own words. Pure functions: no socket, no clock but the call's.
 *
 * The same shapes stand in front of HTTP (http_call.c) and of the sandbox in the same process
 * (sandbox/counterpart.c), so the simulator runs the same translation and the same checks. */
#ifndef CONNECTORS_SHAPE_H
#define CONNECTORS_SHAPE_H

#include "base/buf.h"
#include "connectors/answer.h"

struct shaped { /* one call; all borrowed */
    const void *keys;      /* what `open` made, or NULL; read by several threads, so never written */
    const struct operation *op;
    const json_t *input;   /* may be NULL at a look */
    const char *key;       /* the idempotency key */
    int64_t now_ms;
    bool look;
};
/* A request of another form than POST <url>/<connector>/<operation>. */
struct wire {
    char method[8];      /* "GET" */
    struct buf path;     /* behind the url: "/v2/numbers/%2B91...?fields=ownership" */
    struct buf headers;  /* whole lines, each ended by a newline; what authenticates us too */
    struct buf body;
    const char *type;    /* Content-Type; NULL: no body */
};
/* Each function returns a new reference, or NULL after answer_set() said how the call ends. */
struct shape {
    const char *operation; /* "verify" */
    /* Before anything is sent; not at a look. The body to send (the input itself: json_incref), or mostly
     * CALL_REFUSED: then nothing is sent and nothing is paid. NULL: the input as it is. */
    json_t *(*ask)(const struct shaped *s, struct answer *a);
    /* The provider's 2xx answer as the operation's own answer, which is then held against the schema. May run
     * in a worker thread. An effect may end UNCERTAIN or DONE here, never FAILED: it has happened. NULL: as it is. */
    json_t *(*hear)(const struct shaped *s, const json_t *said, struct answer *a);
    /* Answers by itself; nobody is asked. In a worker thread where there is a pool. */
    json_t *(*own)(const struct shaped *s, struct answer *a);
    /* What goes over HTTP where it is not JSON; the sandbox in the same process says and hears JSON. `type` is the
     * Content-Type where there is a `write`, and the Accept where there is a `read`. `write` makes the body of what `ask` gave: ERR_INVALID when that cannot
     * be said in this form. `read` makes JSON of a 2xx, which then goes through `hear`; in a worker when it is big. */
    const char *type;
    enum err (*write)(const struct shaped *s, const json_t *content, struct buf *out);
    json_t *(*read)(const struct shaped *s, const char *body, size_t n, struct answer *a);
    /* Fills the whole request; `content` is what `ask` gave, NULL at a look. Nothing else is added to it. ERR_INVALID: it
     * cannot be said. NULL: the request of http_call.h. */
    enum err (*request)(const struct shaped *s, bool look, const json_t *content, struct wire *out);
    /* Says by itself what a reply means, before the rules of answer.h: true when it has. May run in a worker. NULL: never.
     * A shape with `judge` is also given an empty 2xx, as null. */
    bool (*judge)(const struct shaped *s, bool look, const struct reply *reply, struct answer *a);
    /* OP_READ over HTTP: the key by content that the provider wants. Appends. NULL: the call's. */
    void (*key)(const struct shaped *s, struct buf *out);
};
struct shaping {
    /* Keys, trusted certificates, scales out of the connector's configuration. NULL: none are needed. */
    enum err (*open)(const json_t *config, void **keys, struct fault *f);
    enum err (*open_of)(const void *of, const json_t *config, void **keys, struct fault *f); /* instead, for one made at run time */
    const void *of;
    void (*close)(void *keys);
    const struct shape *shapes; /* ends with a NULL operation; operations that are not here are plain */
};

/* NULL: plain. */
const struct shape *shape_of(const struct connector_ops *ops, const char *operation);
MUST_CHECK enum err shaping_open(const struct connector_ops *ops, const json_t *config, void **keys, struct fault *f);
void shaping_close(const struct connector_ops *ops, void *keys);
/* The body for the provider; NULL: `a` says how the call has ended. */
json_t *shape_ask(const struct shape *shape, const struct shaped *s, struct answer *a);
/* An answer of our own; always fills `a`. */
void shape_own(const struct shape *shape, const struct shaped *s, const struct schema *output, struct answer *a);

#endif
