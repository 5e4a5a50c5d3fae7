#!/bin/sh
# run.sh [STAGE...]  runs the stages of `make test` in order (or only the named ones), one line for each
# with its time, and ends with "N passed, N failed" alone on a line; exit 1 if anything failed.
#
# A stage that this tree does not have is not listed. The whole output of a stage is in
# build/test/<stage>.log; the end of it is shown when the stage fails. Skipped tests are told.
set -u
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
logs=build/test
mkdir -p "$logs"
passed=0 failed=0

quiet_make() { make --no-print-directory -j"$jobs" "$@"; }
# Tests that need PostgreSQL or Redis get private ones.
with_servers() { if [ -x tests/servers.sh ]; then tests/servers.sh "$@"; else "$@"; fi; }

stage_build()       { quiet_make build/tenor; }
stage_tidy()        { make --no-print-directory tidy && tests/scripts/run.sh; }
stage_unit()        { quiet_make MODE=debug build/debug/unit && with_servers build/debug/unit && tests/connectors/scaffold.sh build/tenor build/debug; }
stage_sanitizers()  { quiet_make MODE=asan build/asan/unit && with_servers build/asan/unit; }
stage_examples()    { build/tenor try workflows strategies; }
stage_sim()         { tests/sim/run.sh "${SEEDS:-2000}"; }
stage_integration() { with_servers tests/integration/run.sh; }
stage_e2e()         { python3 tests/e2e/run.py; }
stage_contract()    { tests/contract/run.sh; }
stage_soak()        { tests/soak/run.sh; }
stage_fuzz()        { quiet_make fuzz; }

here() { # does this tree have the stage?
    case $1 in
    build | tidy | unit | sanitizers) true ;;
    examples) [ -e engine/cli/try.c ] ;;
    e2e) [ -e tests/e2e/run.py ] ;;
    fuzz) ls tests/fuzz/*.c >/dev/null 2>&1 ;;
    sim | integration | contract | soak) [ -x "tests/$1/run.sh" ] ;;
    *) echo "run.sh: no stage is called $1" >&2; exit 2 ;;
    esac
}

# The last "N passed, M failed" that the stage printed; one test when it does not count.
count() {
    line=$(grep -Eo '[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1)
    good=$(echo "$line" | sed 's/ passed.*//') bad=$(echo "$line" | sed 's/.*, //; s/ failed//')
    if [ -z "$line" ]; then
        if [ "$2" -eq 0 ]; then good=1 bad=0; else good=0 bad=1; fi
    elif [ "$2" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1
    fi
    passed=$((passed + good)) failed=$((failed + bad))
}

run() {
    log=$logs/$1.log
    begin=$(date +%s)
    (stage_"$1") >"$log" 2>&1
    code=$?
    count "$log" "$code"
    seconds=$(($(date +%s) - begin))
    word=ok
    [ "$code" -eq 0 ] && [ "$bad" -eq 0 ] || word=FAILED
    printf '%-12s %-6s %4d s   %s passed, %s failed\n' "$1" "$word" "$seconds" "$good" "$bad"
    grep -a 'skipped' "$log" | sed 's/^ */             /' | sort | uniq -c | sed 's/^ *\([0-9]*\) */             \1 x /' | head -n 20
    [ "$word" = ok ] || { echo "--- the end of $log"; tail -n 60 "$log"; echo "---"; }
}

[ $# -gt 0 ] || set -- build tidy unit sanitizers examples sim integration e2e contract soak fuzz
for stage in "$@"; do
    here "$stage" && run "$stage"
done
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
