/* migration.h - the forward-only changes of the database that are built into this binary; the table
 * is made by scripts/sql.sh from the migrations/ folder of each room, lower rooms first. */
#ifndef BASE_MIGRATION_H
#define BASE_MIGRATION_H

struct migration {
    const char *room; /* "engine/store"; NULL ends the table */
    const char *name; /* "0001_init" */
    const char *text; /* many statements; applied once, in one transaction */
};
extern const struct migration migrations[];

#endif
