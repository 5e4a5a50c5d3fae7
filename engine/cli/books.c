/* books.c - `tenor books`: the trial balance; the answer is no (exit 1) when it does not balance. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fixed.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/config.h"
#include "store/books.h"

static void print_currency(const json_t *c) {
    size_t i;
    json_t *a;
    char debits[48], credits[48], balance[48];
    const char *currency = json_text(c, "currency", "");
    printf("%-36s %22s %22s %22s\n", currency, "debits", "credits", "balance");
    json_array_foreach(json_object_get(c, "accounts"), i, a)
        printf("  %-34s %22s %22s %22s\n", json_text(a, "account", ""), fixed_money_text(json_int(a, "debits", 0), currency, debits),
               fixed_money_text(json_int(a, "credits", 0), currency, credits), fixed_money_text(json_int(a, "balance", 0), currency, balance));
    printf("  %-34s %22s %22s\n", "total", fixed_money_text(json_int(c, "debits", 0), currency, debits),
           fixed_money_text(json_int(c, "credits", 0), currency, credits));
}

static void print_text(const json_t *books) {
    size_t i;
    json_t *c, *r;
    json_array_foreach(json_object_get(books, "currencies"), i, c) print_currency(c);
    json_array_foreach(json_object_get(books, "runs"), i, r)
        printf("%s %s %s %" PRId64 "\n", json_text(r, "run", ""), json_text(r, "currency", ""), json_text(r, "account", ""), json_int(r, "net", 0));
    printf("postings without a step in the journal: %" PRId64 "\n", json_int(books, "orphans", 0));
    printf("loans: %" PRId64 ", with missing entries: %" PRId64 "\n", json_int(books, "loans", 0), json_int(books, "loan_gaps", 0));
    printf("%s\n", json_bool(books, "balanced", false) ? "the books balance" : "THE BOOKS DO NOT BALANCE");
}

static int print_json(const json_t *books) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, (size_t)1 << 30);
    if (json_write(books, &b) != OK) return EXIT_CANNOT;
    puts(buf_text(&b));
    return 0;
}

/* NULL after saying why. */
static const char *database_of(const char *path, const char *dsn, struct config *c) {
    struct fault f = {0};
    if (dsn) return dsn;
    if (config_read(path, c, &f) == OK) return c->database;
    fprintf(stderr, "tenor books: %s: %s\n", f.where, f.text);
    return NULL;
}

extern const struct command command_books;

static int books(int argc, char **argv) {
    bool json = false, runs = false;
    const char *path = NULL, *given = NULL;
    const struct arg table[] = {{"--config", ARG_TEXT, &path, 0, 0},
                                {"--database", ARG_TEXT, &given, 0, 0},
                                {"--runs", ARG_FLAG, &runs, 0, 0},
                                {"--json", ARG_FLAG, &json, 0, 0},
                                {0}};
    int rc = args_read(&command_books, argc, argv, table, NULL);
    if (rc) return rc;
    if (!path == !given) return args_wrong(&command_books, "say where the books are: --config FILE or --database DSN");
    struct config c = {0};
    struct fault f = {0};
    json_t *read = NULL;
    const char *dsn = database_of(path, given, &c);
    if (!dsn) return EXIT_CANNOT;
    int code = 0;
    if (books_read(dsn, runs, &read, &f) != OK) {
        fprintf(stderr, "tenor books: %s: %s\n", f.where, f.text);
        code = EXIT_CANNOT;
    } else {
        if (json) code = print_json(read);
        else print_text(read);
        if (!code && !json_bool(read, "balanced", false)) code = EXIT_NO;
    }
    json_decref(read);
    config_reset(&c);
    return code;
}

const struct command command_books = {
    "books", "tenor books --config FILE | --database DSN [--runs] [--json]",
    "The trial balance per currency: debits and credits by kind of account. Exit 1 when it does not balance,\n"
    "when a posting has no step in the journal, or when a loan misses entries. --runs adds the net sum of each account in each run.",
    books};
