#!/bin/sh
# scaffold.sh TENOR BUILD - a connector made by `tenor connector new` compiles and passes at once.
# Works in a copy of the sources it touches; TENOR is the program, BUILD a finished build folder
# (build/debug) whose library and unit harness are linked.
set -eu
tenor=$(realpath "$1") build=$(realpath "$2") top=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d); trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy/tests" "$copy/engine"
cp -r "$top/connectors" "$copy/connectors"
cp -r "$top/tests/connectors" "$top/tests/harness" "$copy/tests/"
cd "$copy"
"$tenor" connector new made_up >/dev/null
! "$tenor" connector new made_up 2>/dev/null || { echo "scaffold: a second one of the same name was made"; exit 1; }
"$top/scripts/suites.sh" tests/connectors/made_up_test.c >suites.c
flags="-std=c17 -D_GNU_SOURCE -I. -I$top/engine -I$top -Wall -Wextra -Werror -Wno-missing-prototypes"
# shellcheck disable=SC2046,SC2086
${CC:-cc} $flags -o unit suites.c connectors/made_up.c connectors/builtin.c tests/connectors/made_up_test.c \
    tests/harness/main.c "$build/libtenor.a" $(pkg-config --libs lua5.4 libpq hiredis libevent libevent_pthreads jansson libcurl libsodium xgboost zlib) \
    -lcunit -lpthread -lm
./unit >out.txt 2>&1 || { cat out.txt; exit 1; }
grep -q '3 passed, 0 failed' out.txt || { cat out.txt; exit 1; }
echo "scaffold: a new connector compiles and its 3 tests pass"
