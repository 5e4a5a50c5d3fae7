/* migrate.c - `tenor migrate`: brings the database to this program's schema. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "cli/cli.h"
#include "cli/config.h"
#include "store/migrate.h"

static int migrate(int argc, char **argv) {
    struct config c;
    struct fault f = {0};
    if (argc != 3 || strcmp(argv[1], "--config") != 0) {
        fprintf(stderr, "usage: tenor migrate --config FILE\n");
        return EXIT_USAGE;
    }
    if (crypt_start() != OK || config_read(argv[2], &c, &f) != OK) {
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
