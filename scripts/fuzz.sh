#!/bin/sh
# fuzz.sh SECONDS BINARY...  runs each fuzz target for SECONDS, two at a time, from the seeds in
# tests/fuzz/corpus/<target>/, with FUZZ_SEED (1; 0: another every time). What it learns stays in build/fuzz/corpus; a crashing input is kept in
# build/fuzz/findings and told. A file corpus/<target>.from names more folders of seeds. Ends with "N passed, N failed".
set -u
seconds=$1; shift
mkdir -p build/fuzz/findings
one='
    seconds=$1; binary=$2; name=${binary##*/}; seeds=tests/fuzz/corpus/$name
    mkdir -p "build/fuzz/corpus/$name"
    [ -d "$seeds" ] || seeds=
    [ -f "tests/fuzz/corpus/$name.from" ] && seeds="$seeds $(cat "tests/fuzz/corpus/$name.from")"
    dict=; [ -f "tests/fuzz/corpus/$name.dict" ] && dict=-dict=tests/fuzz/corpus/$name.dict
    if "$binary" -max_total_time="$seconds" -timeout=25 -seed="${FUZZ_SEED:-1}" -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 $dict \
        -artifact_prefix="build/fuzz/findings/$name-" "build/fuzz/corpus/$name" $seeds >"build/fuzz/$name.log" 2>&1; then
        echo "fuzz $name: ok, $(sed -n "s/stat::number_of_executed_units: *//p" "build/fuzz/$name.log") inputs in $seconds s"
    else
        echo "fuzz $name: FAILED, see build/fuzz/findings and build/fuzz/$name.log"
        tail -n 30 "build/fuzz/$name.log"
    fi'
printf '%s\n' "$@" | xargs -P 2 -I {} sh -c "$one" sh "$seconds" {} | tee build/fuzz/summary
failed=$(grep -c ': FAILED' build/fuzz/summary)
echo "$(($# - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
