/* commands.c - the one list of commands, in the order that help shows them. */
#include <stddef.h>

#include "cli/cli.h"

extern const struct command command_engine, command_demo, command_train, command_score;
extern const struct command command_sandbox, command_connectors, command_connector;
extern const struct command command_check;
extern const struct command command_migrate, command_books, command_day_end, command_events;
extern const struct command command_sim, command_try;
extern const struct command command_explain, command_diff, command_meta, command_reference;
extern const struct command command_run, command_servers;

extern const struct command command_publish;

const struct command *const cli_commands[] = {
    &command_run,
    &command_engine,
    &command_servers,
    &command_migrate,
    &command_books,
    &command_day_end,
    &command_events,
    &command_demo,
    &command_train,
    &command_score,
    &command_sandbox,
    &command_connectors,
    &command_connector,
    &command_check,
    &command_sim,
    &command_try,
    &command_publish,
    &command_explain,
    &command_diff,
    &command_meta,
    &command_reference,
    NULL,
};
