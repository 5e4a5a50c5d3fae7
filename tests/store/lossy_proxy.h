/* lossy_proxy.h - stands between the store and PostgreSQL and loses replies after the server has acted. */
#ifndef TESTS_STORE_LOSSY_PROXY_H
#define TESTS_STORE_LOSSY_PROXY_H

#include <sys/types.h>

/* Listens on `path` and passes everything on to the socket at `server`, in a child process. Each
 * connection is cut after some answers: the last one is read from the server and thrown away. After `cuts`
 * of them nothing is lost any more. Kill the child to end it. */
pid_t lossy_proxy_start(const char *path, const char *server, unsigned cuts);

#endif
