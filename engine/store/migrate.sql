-- The frame of migrations. Every script and every call is one transaction and takes the same lock
-- first, so that processes that start together pass one after the other.

-- name: migrate_frame
select pg_advisory_xact_lock(778001, 1);
create table if not exists migration (
    room  text not null,
    name  text not null,
    hash  text not null,
    at_ms int8 not null,
    primary key (room, name)
);
create or replace function migration_apply(its_room text, its_name text, its_hash text, body text, now_ms int8)
returns bool language plpgsql as $migration_apply$
declare known text;
begin
    perform pg_advisory_xact_lock(778001, 1);
    select hash into known from migration where room = its_room and name = its_name;
    if known = its_hash then return false; end if;
    if known is not null then
        raise exception 'migration %/% was applied with another text', its_room, its_name using errcode = 'TN003';
    end if;
    execute body;
    insert into migration (room, name, hash, at_ms) values (its_room, its_name, its_hash, now_ms);
    return true;
end $migration_apply$;

-- name: migration_apply
select migration_apply($1, $2, $3, $4, $5::int8)

-- name: migrations_known
select room, name from migration order by room, name

-- Two statements to the asker: what another process settled a moment ago is seen only by the next one.
-- name: installation_settle
with made as (
    insert into installation (region, shards, created_ms) values ($1::int4, $2::int4, $3::int8)
    on conflict do nothing returning shards)
insert into lease (shard) select generate_series(0, made.shards - 1) from made

-- Rows that lie in the future of this cluster came from another one: its count of transactions goes on from there.
-- name: outbox_settle
update outbox_clock c set base = greatest(m.tx, c.swept_tx) + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::int8
from (select coalesce(max(tx), 0) as tx from outbox) m
where greatest(m.tx, c.swept_tx) >= c.base + pg_snapshot_xmax(pg_current_snapshot())::text::int8

-- name: installation
select region, shards from installation
