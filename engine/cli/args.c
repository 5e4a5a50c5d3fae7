/* args.c - see args.h. */
#include "cli/args.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { TABLE_MOST = 32 };

int args_wrong(const struct command *c, const char *fmt, ...) {
    va_list list;
    va_start(list, fmt);
    fprintf(stderr, "tenor %s: ", c->name);
    vfprintf(stderr, fmt, list);
    fprintf(stderr, "\nusage: %s\n", c->usage);
    va_end(list);
    return EXIT_USAGE;
}

static const struct arg *find(const struct arg *table, const char *name) {
    for (; table && table->name; table++)
        if (!strcmp(table->name, name)) return table;
    return NULL;
}

static int unknown(const struct command *c, const struct arg *table, const char *word) {
    const char *known[TABLE_MOST + 1] = {NULL};
    for (int i = 0; table && table[i].name && i < TABLE_MOST; i++) known[i] = table[i].name;
    const char *near = text_nearest(word, known);
    return args_wrong(c, "there is no flag %s%s%s%s", word, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static int take(const struct command *c, const struct arg *a, const char *value) {
    if (a->kind == ARG_FLAG) return *(bool *)a->into = true, 0;
    if (!value) return args_wrong(c, "%s needs a value after it", a->name);
    if (a->kind == ARG_TEXT) return *(const char **)a->into = value, 0;
    int64_t n;
    if (text_i64(value, strlen(value), &n) != OK || n < a->least || n > a->most)
        return args_wrong(c, "%s takes a whole number from %lld to %lld, not '%s'", a->name, (long long)a->least, (long long)a->most,
                          value);
    return *(int64_t *)a->into = n, 0;
}

static int take_word(const struct command *c, struct arg_words *words, const char *word) {
    if (!words) return args_wrong(c, "'%s' is too much: it takes no file or name", word);
    if (words->n == words->most) return args_wrong(c, "'%s' is too much: it takes at most %d", word, words->most);
    words->list[words->n++] = word;
    return 0;
}

int args_read(const struct command *c, int argc, char **argv, const struct arg *table, struct arg_words *words) {
    bool flags = true;
    int rc = 0;
    for (int i = 1; i < argc && !rc; i++) {
        const struct arg *a = flags ? find(table, argv[i]) : NULL;
        if (flags && !strcmp(argv[i], "--")) flags = false;
        else if (a) {
            rc = take(c, a, i + 1 < argc ? argv[i + 1] : NULL);
            i += a->kind != ARG_FLAG;
        } else if (flags && argv[i][0] == '-' && argv[i][1]) rc = unknown(c, table, argv[i]);
        else rc = take_word(c, words, argv[i]);
    }
    return rc;
}
