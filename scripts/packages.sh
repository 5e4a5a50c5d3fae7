#!/bin/sh
# packages.sh GROUP...  installs the Debian packages of these groups that are missing (packages.txt).
# When nothing is missing it says nothing and does not touch the network.
set -eu
here=$(dirname "$0")
if ! command -v dpkg-query >/dev/null; then
    echo "packages: this is no Debian system; see $here/packages.txt for what is needed" >&2
    exit 0
fi
installed=$(dpkg-query -W -f='${Package} ${Status}\n' 2>/dev/null | sed -n 's/ install ok installed$//p')
missing=
for group in "$@"; do
    wanted=$(sed 's/#.*//' "$here/packages.txt" | awk -F'|' -v g="$group" \
        '{ gsub(/ /, "", $1); gsub(/ /, "", $2); gsub(/ /, "", $3) } $1 == g { print $2 ":" $3 }')
    for entry in $wanted; do
        package=${entry%%:*}; command=${entry#*:}
        printf '%s\n' "$installed" | grep -qxF "$package" && continue
        [ -n "$command" ] && command -v "$command" >/dev/null && continue
        missing="$missing $package"
    done
done
[ -z "$missing" ] && exit 0

echo "packages: installing$missing"
if [ "$(id -u)" -eq 0 ]; then as_root=
elif command -v sudo >/dev/null; then as_root=sudo
else
    echo "packages: this needs root, and sudo is not here. Ask an administrator to run:" >&2
    echo "    apt-get install -y$missing" >&2
    exit 1
fi
# Tenor starts its own PostgreSQL below var/: the package need not make and start one of its own.
conf=/etc/postgresql-common/createcluster.conf
if [ ! -e "$conf" ] && [ ! -e /usr/lib/postgresql ]; then
    $as_root mkdir -p "${conf%/*}"
    echo "create_main_cluster = false" | $as_root tee "$conf" >/dev/null
fi
install() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}
install || { $as_root apt-get update -q && install; } || {
    echo "packages: could not install$missing" >&2
    exit 1
}
