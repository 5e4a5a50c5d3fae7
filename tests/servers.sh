#!/bin/sh
# servers.sh - private PostgreSQL and Redis for tests, on unix sockets; safe beside other instances.
#
#   servers.sh start DIR       starts them below DIR and prints the exports: eval "$(servers.sh start DIR)"
#   servers.sh stop DIR
#   servers.sh COMMAND ARG...  runs the command with servers of its own, then removes them
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
tenor=${TENOR_BINARY:-$top/build/tenor}
[ -x "$tenor" ] || { echo "servers.sh: $tenor is missing; run make" >&2; exit 3; }
case ${1:-} in
start | stop) exec "$tenor" servers "$1" "${2:?needs a folder}" ;;
'') echo "usage: servers.sh start|stop DIR, or servers.sh COMMAND ARG..." >&2; exit 2 ;;
esac

dir=$(mktemp -d /tmp/tenor-test-XXXXXX)
chmod 0711 "$dir" # the user postgres must be able to pass
end() {
    "$tenor" servers stop "$dir" || true
    data=$(head -n 1 "$dir/place" 2>/dev/null || true)
    case $data in /tmp/tenor-data-*) rm -rf "$data" ;; esac
    rm -rf "$dir"
}
trap end EXIT
trap 'exit 130' INT TERM
exports=$("$tenor" servers start "$dir")
eval "$exports"
"$@"
