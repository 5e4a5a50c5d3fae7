/* servers.h - a private PostgreSQL and Redis on unix sockets below one folder.
 *
 * PostgreSQL refuses to run as root: then it runs as the user postgres if that can reach the folder,
 * else as itself in a user namespace, else from a folder under /tmp that postgres owns. The socket
 * folder is below the folder too unless its path is too long for a socket (107 bytes). Nothing listens
 * on the network; who may enter the socket folder (mode 0700) may log in. */
#ifndef CLI_SERVERS_H
#define CLI_SERVERS_H

#include <limits.h>

#include "base/err.h"
#include "cli/child.h"

struct servers {
    char dir[PATH_MAX / 2], data[PATH_MAX / 2], sockets[100], bin[200];
    char pg_data[PATH_MAX], redis_data[PATH_MAX], redis_socket[130];
    char pg_log[PATH_MAX], redis_log[PATH_MAX], pg_pid[PATH_MAX], redis_pid[PATH_MAX];
    const char *pg_argv[16], *redis_argv[24];
    struct child pg, redis;
    char dsn[300], redis_url[140];
};

/* Finds or makes everything but the processes; finds processes that still run. */
MUST_CHECK enum err servers_open(struct servers *s, const char *dir, struct fault *f);
/* Starts what does not run and waits until both answer. `give_up` (may be NULL) is asked meanwhile. */
MUST_CHECK enum err servers_start(struct servers *s, bool pg, bool redis, bool (*give_up)(void), struct fault *f);
void servers_stop(struct servers *s);

#endif
