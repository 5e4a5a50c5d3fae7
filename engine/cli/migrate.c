/* migrate.c - `tenor migrate`: brings the database to this program's schema. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/config.h"
#include "store/migrate.h"

extern const struct command command_migrate;

static int migrate(int argc, char **argv) {
    struct config c;
    struct fault f = {0};
    const char *path = NULL;
    const struct arg table[] = {{"--config", ARG_TEXT, &path, 0, 0}, {0}};
    int rc = args_read(&command_migrate, argc, argv, table, NULL);
    if (rc) return rc;
    if (!path) return args_wrong(&command_migrate, "--config FILE is needed");
    if (crypt_start() != OK || config_read(path, &c, &f) != OK) {
        fprintf(stderr, "tenor migrate: %s: %s\n", f.where, f.text);
        return EXIT_CANNOT;
    }
    enum err e = store_migrate(c.database, (uint16_t)c.region, (uint16_t)c.shards, &f);
    if (e == OK) printf("the database is up to date: region %d, %d shards\n", c.region, c.shards);
    else fprintf(stderr, "tenor migrate: %s: %s\n", f.where, f.text);
    config_reset(&c);
    return e == OK ? 0 : EXIT_CANNOT;
}

const struct command command_migrate = {
    "migrate", "tenor migrate --config FILE",
    "Creates or updates the tables. Forward only, safe to repeat and to run from several places at once;\n"
    "region and shard count are fixed by the first time.",
    migrate};
