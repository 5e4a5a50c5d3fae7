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
    tests/harness/main.c "$build/libtenor.a" $(pkg-config --libs $(sed -n "s/^PKGS := //p" "$top/Makefile")) \
    -lcunit -lpthread -lm
./unit >out.txt 2>&1 || { cat out.txt; exit 1; }
grep -q '3 passed, 0 failed' out.txt || { cat out.txt; exit 1; }
echo "scaffold: a new connector compiles and its 3 tests pass"

# The guide of connectors/README.md, followed literally: its description is checked, and its answer reads as it says.
mkdir -p root/strategies
readme="$top/connectors/README.md"
"$tenor" connector new score_house --described --root root >/dev/null
"$tenor" check --root root >/dev/null
awk '/^connector "score_house"/ {on = 1} /^```/ {on = 0} on' "$readme" >root/strategies/connectors/score_house.lua
"$tenor" check --root root root/strategies/connectors/score_house.lua >/dev/null
awk '/^{"status": "OK"/' "$readme" >answer.json
echo '{"status": "NO_HIT"}' >none.json
try() { "$tenor" connector try score_house.score --root root --input '{"pan": "ABCDE1234F", "born": "1990-12-31"}' "$@"; }
try --reply answer.json >out.txt
for line in 'POST /api/v3/score' '{"applicant":{"pan":"ABCDE1234F","dob":"31/12/1990"}}' '200 means done' '"owed": 125050' '"used": 0.415' \
    '"segment": "middle"' '"oldest": "2019-01-31"' '"accounts": 2'; do
    grep -qF -- "$line" out.txt || { echo "scaffold: the guide does not lead to: $line"; cat out.txt; exit 1; }
done
try --reply none.json | grep -qF 'refused, code no_file' || { echo "scaffold: the guide's refusal is none"; exit 1; }
echo "scaffold: the guide for a provider without C holds"
