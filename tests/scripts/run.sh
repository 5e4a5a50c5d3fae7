#!/bin/sh
# Tests of the scripts: every rule of tidy must find its planted fault and nothing else, sql.sh must
# refuse what is wrong, and packages.sh must be quiet when nothing is missing.
set -u
cd "$(dirname "$0")/../.."
top=$PWD
tree=$(mktemp -d); trap 'rm -rf "$tree"' EXIT
passed=0 failed=0
check() { # NAME EXPECTED ACTUAL
    if [ "$2" = "$3" ]; then passed=$((passed + 1)); else
        failed=$((failed + 1)); printf 'FAILED %s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3"
    fi
}

mkdir -p "$tree/engine/base" "$tree/engine/io" "$tree/engine/store" "$tree/scripts" "$tree/tests/base"
for d in engine engine/base engine/io engine/store scripts; do echo x >"$tree/$d/README.md"; done
echo '# none' >"$tree/scripts/tidy-allow.txt"
tidy() { TIDY_CC=cc TIDY_CFLAGS="-std=c17 -I$tree/engine -I$tree" "$top/scripts/tidy.sh" "$tree"; }
planted() { # NAME FILE EXPECTED-LINE; the text comes from stdin
    cat >"$tree/$2"
    check "$1" "$3" "$(tidy | head -n 1)"
    rm "$tree/$2"
}
check 'a clean tree is clean' 'tidy: clean' "$(tidy)"
planted 'upward include' engine/base/a.c 'engine/base/a.c:2: engine/base may not include "io/pg.h" [layer]' <<'X'
#include "base/b.h"
#include "io/pg.h"
X
planted 'store may have only two headers of io' engine/store/a.c 'engine/store/a.c:2: engine/store may not include "io/http.h" [layer]' <<'X'
#include "io/pg.h"
#include "io/http.h"
X
planted 'library outside its home' engine/base/a.c 'engine/base/a.c:1: <curl/curl.h> belongs only into engine/io/fetch.c [third-party]' <<'X'
#include <curl/curl.h>
X
planted 'library nobody listed' engine/base/a.c 'engine/base/a.c:1: <gtk/gtk.h> is not listed in scripts/layers.txt [third-party]' <<'X'
#include <gtk/gtk.h>
X
planted 'banned function' engine/base/a.c 'engine/base/a.c:3: sprintf is banned [banned]' <<'X'
/* sprintf(a, b) in a comment and "strcpy(a)" in a text are fine, so are p->time(x) and snprintf(a) */
static const char *t = "strcpy(a, b)"; // time(0)
int n = sprintf(a, "x");
X
planted 'SQL in C' engine/store/a.c 'engine/store/a.c:1: SQL lives in .sql files [sql]' <<'X'
static const char *q = "SELECT run FROM journal";
X
planted 'SQL with a clock' engine/store/a.sql 'engine/store/a.sql:2: SQL reads no clock and draws no lots: both are parameters [clock]' <<'X'
-- now() in a comment is fine
select * from timer where at < now()
X
planted 'header that needs another' engine/base/a.h 'engine/base/a.h:1: header does not compile alone [alone]' <<'X'
void a(uint8_t x);
X
planted 'nameless todo' engine/base/a.c 'engine/base/a.c:2: a TODO has a name: TODO(who): what [todo]' <<'X'
/* TODO(asha): fine */
/* TODO: not fine */
X
{ echo '#include <stddef.h>'; echo 'static const int table[] = {'; yes '1,' | head -n 90; echo '};'
  echo 'static void long_one('; echo '    void) {'; yes '    ;' | head -n 60; echo '}'; } >"$tree/in"
planted 'long function, not long table' engine/base/a.c 'engine/base/a.c:94: long_one has 63 lines; 60 is the most [long-function]' <"$tree/in"
yes '' | head -n 601 >"$tree/in"
planted 'long file' engine/base/a.c 'engine/base/a.c:601: file has 601 lines; 600 is the most: look for the seam [long-file]' <"$tree/in"
mkdir "$tree/engine/book"
planted 'folder without README' engine/book/a.c 'engine/book:1: folder without README.md [readme]' <<'X'
int x;
X
echo 'long-file engine/base/a.c a table of everything' >"$tree/scripts/tidy-allow.txt"
planted 'an exception is let pass' engine/base/a.c 'tidy: clean' <"$tree/in"
check 'an idle exception is a fault' 'scripts/tidy-allow.txt:1: long-file engine/base/a.c excuses nothing any more [allow]' "$(tidy | head -n 1)"

sql() { printf %b "$1" >"$tree/x.sql"; scripts/sql.sh "${2:-source}" x "$tree/x.sql" 2>&1; }
check 'statement' 'const struct pg_statement SQL_GET = {"get",|    "select \"a\" -> $1, $12\n"|    "from t\n", 12};' \
    "$(sql '-- why\n\n-- name: get\nselect "a" -> $1, $12\n-- note\n\nfrom t\n' | sed -n '4,6p' | paste -sd '|')"
check 'header' 'enum { X_SQL_COUNT = 2 };' "$(sql '-- name: a\nx\n-- name: b\ny\n' header | grep COUNT)"
check 'name twice' "$tree/x.sql:3: statement a is defined twice" "$(sql '-- name: a\nselect 1\n-- name: a\nselect 2\n')"
check 'text before a name' "$tree/x.sql:1: text before the first \"-- name:\"" "$(sql 'select 1\n')"
check 'bad name' "$tree/x.sql:1: expected \"-- name: lower_case_name\"" "$(sql '-- name: Get It\nx\n')"
check 'empty statement' "$tree/x.sql:2: statement a is empty" "$(sql '-- name: a\n-- nothing\n')"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
