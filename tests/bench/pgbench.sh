#!/bin/sh
# pgbench.sh DSN [SECONDS] - the yardstick beside ceiling and store_bench: one-row inserts, each its own
# commit, by 64 clients of pgbench. Prints rows/s and latencies.
set -eu
dsn=$1 seconds=${2:-10}
script=$(mktemp)
trap 'rm -f "$script"' EXIT
cat > "$script" <<'SQL'
\set run random(1, 1000000000)
insert into pgbench_journal (run, seq, at_ms, body) values (decode(lpad(to_hex(:run), 16, '0') || lpad(to_hex(:client_id), 16, '0'), 'hex'), 1, 1, repeat('a', 200)::bytea);
SQL
psql -qX "$dsn" -c "set client_min_messages = warning; drop table if exists pgbench_journal;
create table pgbench_journal (run bytea not null, seq int4 not null, at_ms int8 not null, body bytea not null)"
psql -qX "$dsn" -c "create index on pgbench_journal (run, seq)"
pgbench -n -M prepared -c 64 -j 2 -T "$seconds" -f "$script" "$dsn" | grep -E "tps|latency average"
psql -qX "$dsn" -c "drop table pgbench_journal"
