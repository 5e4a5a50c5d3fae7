/* usage.h - processor time and memory of processes, from /proc (Linux). */
#ifndef BENCH_USAGE_H
#define BENCH_USAGE_H

#include <stdint.h>
#include <sys/types.h>

int64_t usage_cpu_us(pid_t pid);          /* all threads; 0 when gone */
int64_t usage_tree_cpu_us(pid_t pid);     /* with its direct children (a PostgreSQL cluster) */
int64_t usage_resident_kb(pid_t pid);
pid_t usage_postmaster(const char *data_directory); /* from postmaster.pid; 0 when there is none */

#endif
