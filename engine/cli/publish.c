/* publish.c - `tenor publish`: makes a version of a strategy file immutable. Later text under that version
 * is refused; runs started from now on use it. */
#include "flow/publish.h"

#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/config.h"
#include "cli/declared_files.h"
#include "flow/keep.h"
#include "io/loop.h"
#include "store/store_pg.h"

struct publishing {
    struct config config;
    struct loop *loop;
    struct store *store;
    struct declared_files *declared;
    struct registry *registry;
    struct definitions *definitions;
    struct fault fault;
    enum err err;
};

static void ended(void *who, enum err err, const struct fault *f) {
    struct publishing *p = who;
    p->err = err;
    if (f) p->fault = *f;
    io_loop_stop(p->loop);
}

static int64_t clock_ms(void *who) { return loop_now_ms(who); }

/* Earlier published files may be what this one refers to. */
static enum err up(struct publishing *p) {
    struct connector_env env = {0};
    int unsound = 0;
    if (!(p->loop = io_loop_new()) || !(p->registry = registry_new())) return ERR_NOMEM;
    env.loop = p->loop;
    log_open(stderr, LOG_WARN, clock_ms, p->loop);
    enum err e = declared_files_read(p->config.root, NULL, NULL, NULL, &p->declared, &p->fault);
    if (e == OK) e = declared_files_open(p->declared, p->registry, &env, NULL, &p->fault);
    if (e == OK) e = definitions_new(p->config.root, p->registry, &p->definitions, &p->fault);
    if (e == OK) e = definitions_load(p->definitions, NULL, NULL, &unsound);
    if (e == OK) e = store_pg_open(p->loop, p->config.database, 1, (uint16_t)p->config.region, &p->store, &p->fault);
    if (e == OK) e = keep_fetch(p->store, p->definitions, ended, p);
    if (e != OK) return e;
    io_loop_run(p->loop);
    return p->err;
}

static void down(struct publishing *p) {
    definitions_free(p->definitions);
    registry_free(p->registry);
    declared_files_free(p->declared);
    if (p->store) p->store->ops->close(p->store);
    if (p->loop) io_loop_free(p->loop);
    config_reset(&p->config);
}

static int publish_file(struct publishing *p, const char *path, const char *by) {
    AUTO(buf_reset) struct buf text = {0};
    enum err e = file_read(path, 1u << 20, &text, &p->fault);
    if (e == OK)
        e = publish_text(p->store, p->definitions, buf_text(&text), by, loop_now_ms(p->loop), ended, p, &p->fault);
    if (e == OK) io_loop_run(p->loop), e = p->err;
    if (e == OK) return printf("%s is published; it can no longer change\n", path), 0;
    bool place = *p->fault.where && strcmp(p->fault.where, path) != 0;
    fprintf(stderr, "%s%s%s: %s\n", path, place ? ":" : "", place ? p->fault.where : "", p->fault.text);
    return e == ERR_INVALID || e == ERR_CONFLICT ? EXIT_NO : EXIT_CANNOT;
}

enum { FILES_MOST = 256 };
extern const struct command command_publish;

static int run(int argc, char **argv) {
    static struct publishing p;
    const char *config = "var/run.json", *by = NULL;
    const char *list[FILES_MOST];
    struct arg_words files = {list, 0, FILES_MOST};
    const struct arg table[] = {{"--by", ARG_TEXT, &by, 0, 0}, {"--config", ARG_TEXT, &config, 0, 0}, {0}};
    int rc = args_read(&command_publish, argc, argv, table, &files);
    if (rc) return rc;
    if (!files.n || !by) return args_wrong(&command_publish, "name a file, and who publishes it: --by NAME");
    enum err e = crypt_start();
    if (e == OK) e = config_read(config, &p.config, &p.fault);
    if (e == OK) e = up(&p);
    if (e != OK) fprintf(stderr, "tenor publish: %s %s\n", p.fault.where, p.fault.text), rc = EXIT_CANNOT;
    for (int i = 0; e == OK && i < files.n && rc == 0; i++) rc = publish_file(&p, list[i], by);
    down(&p);
    return rc;
}

const struct command command_publish = {
    "publish", "tenor publish FILE... --by NAME [--config var/run.json]",
    "Makes a version of a strategy file immutable and puts it into use.", run,
};
