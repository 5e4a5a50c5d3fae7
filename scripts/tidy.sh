#!/bin/sh
# tidy.sh - style is a test. Prints file:line: message [rule] and ends 1 if there was any.
#
# The rules: includes only downwards (layers.txt), other people's headers only in their home, banned
# functions, files and functions of bearable length, SQL only in .sql files and without clocks, TODOs
# with a name, every header compiles alone, every room has a README. Exceptions: tidy-allow.txt.
# TIDY_CC and TIDY_CFLAGS come from the Makefile; without them headers are not compiled.
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/..}" || exit 2 # another tree: tests/scripts checks the rules themselves
out=$(mktemp); trap 'rm -f "$out"' EXIT

files=$(find engine dsl models connectors experiments tests scripts workflows strategies admin docs deploy Makefile \
    \( -name node_modules -o -name vendor -o -name var -o -name '*.min.js' -o -name '*-bundle.js' \) -prune -o -type f \
    \( -name '*.[ch]' -o -name '*.sql' -o -name '*.sh' -o -name '*.awk' -o -name '*.py' -o -name '*.js' -o -name '*.mjs' \
       -o -name '*.lua' -o -name '*.md' -o -name Makefile \) -print 2>/dev/null | sort)
# shellcheck disable=SC2086  # no path in this repository has a space
awk -f "$here/tidy.awk" "$here/layers.txt" scripts/tidy-allow.txt $files >"$out"

allowed() { grep -q "^$1 $2 " scripts/tidy-allow.txt; }

# A folder with code explains itself; rows of tests/ mirror the tree and share tests/README.md.
for dir in $(printf '%s\n' $files | sed -n 's|/[^/]*\.[chjps][a-z]*$||p; s|/[^/]*\.lua$||p' | sort -u); do
    case $dir in tests/* | */migrations | */web | */templates | */examples | workflows/* | strategies/*) continue ;; esac
    [ -f "$dir/README.md" ] || allowed readme "$dir" || echo "$dir:1: folder without README.md [readme]" >>"$out"
done

if [ -n "${TIDY_CFLAGS:-}" ]; then
    # shellcheck disable=SC2086
    printf '%s\n' $files | grep '\.h$' | xargs -P 2 -I {} sh -c '
        printf "#include \"%s\"\n" "$1" | ${TIDY_CC:-cc} $TIDY_CFLAGS -fsyntax-only -Werror -x c - 2>/dev/null ||
            echo "$1:1: header does not compile alone [alone]"' sh {} |
        while IFS= read -r line; do
            allowed alone "${line%%:*}" || printf '%s\n' "$line" >>"$out"
        done
fi

sort -t: -k1,1 -k2,2n "$out"
n=$(wc -l <"$out")
[ "$n" -eq 0 ] && echo "tidy: clean" && exit 0
echo "tidy: $n faults"
exit 1
