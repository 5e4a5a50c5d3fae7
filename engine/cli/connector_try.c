/* connector_try.c - see connector_try.h. */
#include "cli/connector_try.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/schema.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/declared_files.h"
#include "connectors/shape.h"

#define REPLY_BYTES ((size_t)8 << 20)
#define REQUEST_BYTES ((size_t)1 << 20)

struct trying {
    const struct connector_wish *w;
    const struct connector_ops *ops;
    struct shaped shaped;
    const struct shape *shape;
    struct answer answer;
    json_t *input;
    void *keys;
};

static void unsound(void *who, const char *path, const struct dsl_file *f) {
    AUTO(buf_reset) struct buf text;
    (void)who, (void)path;
    buf_init(&text, 1 << 20);
    dsl_faults_text(f, &text);
    fputs(buf_text(&text), stderr);
}

static int find(struct trying *t, const struct declared_files *d) {
    const char *name = t->w->operation, *dot = strchr(name, '.');
    size_t n = dot ? (size_t)(dot - name) : strlen(name);
    for (const struct connector_ops *const *of = declared_files_ops(d); *of; of++)
        if (strlen((*of)->name) == n && !strncmp((*of)->name, name, n)) t->ops = *of;
    if (!t->ops)
        return fprintf(stderr, "tenor connector: no connector %.*s is described below %s/strategies/connectors\n", (int)n, name, t->w->root), EXIT_NO;
    for (const struct operation *op = t->ops->operations; dot && op->name; op++)
        if (!strcmp(op->name, dot + 1)) return t->shaped.op = op, 0;
    fprintf(stderr, "tenor connector: say which of its operations:");
    for (const struct operation *op = t->ops->operations; op->name; op++) fprintf(stderr, " %s.%s", t->ops->name, op->name);
    fputc('\n', stderr);
    return EXIT_NO;
}

static void misfit(void *who, const char *pointer, const char *text) {
    (void)who;
    fprintf(stderr, "tenor connector: the input does not fit at %s: %s\n", *pointer ? pointer : "its top", text);
}

/* As a step's values are held against the schema before anything is asked. */
static int read_input(struct trying *t) {
    struct fault f = {0};
    json_auto_t *definition = json_loads(t->shaped.op->input, 0, NULL);
    struct schema *s = NULL;
    if (!t->w->input) return 0;
    if (json_parse(t->w->input, strlen(t->w->input), &JSON_LIMITS_BODY, &t->input, &f) != OK)
        return fprintf(stderr, "tenor connector: the input is %s\n", f.text), EXIT_NO;
    enum err e = definition ? schema_new(definition, &s, &f) : ERR_NOMEM;
    if (e == OK) e = schema_check(s, t->input, misfit, NULL, NULL);
    schema_free(s);
    t->shaped.input = t->input;
    return e == OK ? 0 : EXIT_NO;
}

static void show_end(const struct answer *a) {
    const struct call_result *r = &a->result;
    printf("%s%s%s%s%s\n", call_end_word(r->end), r->code ? ", code " : "", r->code ? r->code : "", r->why ? ": " : "", r->why ? r->why : "");
    if (!r->answer) return;
    json_dumpf(r->answer, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
}

static int show_request(struct trying *t) {
    bool look = t->w->look;
    struct wire wire = {.method = ""};
    buf_init(&wire.path, REQUEST_BYTES), buf_init(&wire.headers, REQUEST_BYTES), buf_init(&wire.body, REQUEST_BYTES);
    json_t *content = look ? NULL : t->shape->ask(&t->shaped, &t->answer);
    enum err e = look || content ? t->shape->request(&t->shaped, look, content, &wire) : ERR_REFUSED;
    json_decref(content);
    if (e == OK) {
        printf("%s %s\n%s", wire.method, buf_text(&wire.path), buf_text(&wire.headers));
        if (wire.type) printf("Content-Type: %s\n\n%s\n", wire.type, buf_text(&wire.body));
    } else if (e == ERR_REFUSED) show_end(&t->answer);
    else fprintf(stderr, "tenor connector: this cannot be said (%s)\n", err_word(e));
    answer_reset(&t->answer);
    buf_reset(&wire.path), buf_reset(&wire.headers), buf_reset(&wire.body);
    return e == OK ? 0 : EXIT_NO;
}

static int show_reply(struct trying *t) {
    AUTO(buf_reset) struct buf body = {0};
    struct fault f = {0};
    json_auto_t *definition = json_loads(t->shaped.op->output, 0, NULL);
    struct schema *output = NULL;
    if (file_read(t->w->reply, REPLY_BYTES, &body, &f) != OK) return fprintf(stderr, "tenor connector: %s %s\n", t->w->reply, f.text), EXIT_CANNOT;
    if (!definition || schema_new(definition, &output, &f) != OK) return EXIT_CANNOT;
    struct reply reply = {.status = (int)t->w->status, .body = buf_text(&body), .n = body.len, .shape = t->shape, .shaped = &t->shaped};
    answer_read(&t->answer, t->shaped.op, t->w->look, output, &reply);
    printf("\n%d means ", reply.status);
    show_end(&t->answer);
    answer_reset(&t->answer);
    schema_free(output);
    return 0;
}

static int talk(struct trying *t) {
    struct fault f = {0};
    if (t->w->look && !t->shaped.op->can_look) return fprintf(stderr, "tenor connector: %s describes no look\n", t->w->operation), EXIT_NO;
    if (shaping_open(t->ops, NULL, &t->keys, &f) != OK) return EXIT_CANNOT;
    t->shape = shape_of(t->ops, t->shaped.op->name);
    t->shaped.keys = t->keys;
    int rc = show_request(t);
    if (!rc && t->w->reply) rc = show_reply(t);
    shaping_close(t->ops, t->keys);
    return rc;
}

int connector_try(const struct connector_wish *w) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct trying t = {.w = w, .shaped = {.key = w->key, .look = w->look, .now_ms = (int64_t)now.tv_sec * 1000}};
    struct declared_files *d = NULL;
    struct fault f = {0};
    if (declared_files_read(w->root, unsound, NULL, NULL, &d, &f) != OK) return fprintf(stderr, "tenor connector: %s: %s\n", f.where, f.text), EXIT_CANNOT;
    int rc = find(&t, d);
    if (!rc) rc = read_input(&t);
    if (!rc) rc = talk(&t);
    json_decref(t.input);
    declared_files_free(d);
    return rc;
}
