-- Events from outside (SEMANTICS 9): which run is owed which event. See migrations/0003_events.sql.

-- Rows: 0, the id is known; 1, of its subject something newer is; 2, up to two open runs of the key, and whether
-- such a run is owed something already.
-- name: event_find
select 0, null::bytea, false from kept_event where case_type = $1 and key = $2 and event_id = $3
union all
(select 1, null::bytea, false from kept_event
 where case_type = $1 and key = $2 and subject = $4 and $4 <> '' and sequence > $5::int8 and state <> 'dropped' limit 1)
union all
(select 2, o.run, exists (select from event_owed w where w.key = $2 and w.case_type = $1 and w.run = o.run)
 from run r join run_open o on o.run = r.run and not o.deaf
 where r.case_type = $1 and r.case_key = $2 limit 2)

-- Nothing is inserted, and true comes back, when too many wait for this key already; a known id is never too many.
-- name: event_keep
with waiting as (
    select count(*) as n from (select from kept_event where case_type = $1 and key = $2 and state in ('new', 'kept')
                               limit $8::int8) k),
kept as (
    insert into kept_event (case_type, key, event_id, name, body, by, at_ms, subject, sequence, state, reason)
    select $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::int8, $9::text, $10::int8,
           case $11::text when '' then 'new' else 'dropped' end, $11::text
    from waiting where n < $8::int8
    on conflict do nothing)
select n >= $8::int8 and not exists (select from kept_event where case_type = $1 and key = $2 and event_id = $3) from waiting

-- One snapshot for all of it: the runs it does not show began in transactions that it shows as under way, or
-- after the event was there for them to see.
-- name: event_route
with fresh as (
    select key, case_type, event_id, no, horizon from kept_event where state = 'new'
    order by no limit $1 for update skip locked),
owed as (
    insert into event_owed (key, case_type, event_id, run, shard, no)
    select f.key, f.case_type, f.event_id, o.run, get_byte(o.run, 2) * 256 + get_byte(o.run, 3), f.no
    from fresh f join run r on r.case_key = f.key and r.case_type = f.case_type
    join run_open o on o.run = r.run and not o.deaf
    on conflict do nothing returning key, case_type, event_id)
update kept_event k
set state = case when f.horizon <= pg_snapshot_xmin(pg_current_snapshot())
                   or exists (select from owed w where w.key = f.key and w.case_type = f.case_type
                              and w.event_id = f.event_id) then 'kept' else 'new' end,
    horizon = coalesce(f.horizon, pg_snapshot_xmax(pg_current_snapshot()))
from fresh f where k.key = f.key and k.case_type = f.case_type and k.event_id = f.event_id

-- name: events_owed
select w.run, k.case_type, k.key, k.name, k.event_id, k.body, k.by, k.at_ms, w.no, k.subject, k.sequence
from event_owed w join kept_event k on k.key = w.key and k.case_type = w.case_type and k.event_id = w.event_id
where w.shard = any($1::int4[]) and w.no > $2 order by w.no, w.run limit $3

-- name: event_settle
select event_settle($1, $2, $3, $4, $5, $6, $7)

-- Bodies that nobody needs any more are emptied; what was kept too long is a dead letter; old ids are forgotten.
-- name: event_bodies_emptied
update kept_event k set body = '' where k.state = 'taken' and k.body <> '' and not exists (
    select from event_owed w where w.key = k.key and w.case_type = k.case_type and w.event_id = k.event_id)

-- name: events_died
update kept_event set state = 'dead', settled_ms = $2, reason = $3
where no in (select no from kept_event where state in ('new', 'kept') and at_ms < $1 order by at_ms limit $4)

-- name: events_forgotten
delete from kept_event
where no in (select no from kept_event where state in ('taken', 'dropped') and at_ms < $1 order by at_ms limit $2)

-- name: dead_event_replayed
update kept_event set state = 'new', horizon = null, reason = '', settled_by = $2, settled_ms = $3, at_ms = $3
where no = $1 and state = 'dead' returning no

-- name: dead_event_dropped
update kept_event set state = 'dropped', body = '', settled_by = $2, settled_ms = $3, reason = $4
where no = $1 and state = 'dead' returning no

-- Lists, the newest first.
-- name: view_events_kept
select no, case_type, key, name, event_id, by, at_ms, state, settled_ms, reason from kept_event
where state in ('new', 'kept') and ($1::text is null or case_type = $1) and ($2::text is null or key = $2)
  and (at_ms, no) < ($3::int8, $4::int8)
order by at_ms desc, no desc limit $5::int8

-- name: view_events_dead
select no, case_type, key, name, event_id, by, at_ms, state, settled_ms, reason from kept_event
where state = 'dead' and ($1::text is null or case_type = $1) and ($2::text is null or key = $2)
  and (at_ms, no) < ($3::int8, $4::int8)
order by at_ms desc, no desc limit $5::int8

-- name: view_event
select no, case_type, key, name, event_id, by, at_ms, state, settled_ms, reason, body from kept_event
where no = $1 and state in ('new', 'kept', 'dead')

-- In a journal batch: a run that starts is owed what is kept for its key.
-- name: event_owe
insert into event_owed (key, case_type, event_id, run, shard, no)
select k.key, k.case_type, k.event_id, n.run, n.shard, k.no
from unnest($1::bytea[], $2::int4[], $3::text[], $4::text[]) as n(run, shard, case_type, key)
join kept_event k on k.key = n.key and k.case_type = n.case_type
where k.state in ('new', 'kept') on conflict do nothing

-- In a journal batch: a run whose file names no event has a call that may have happened; a webhook may tell.
-- name: run_hears
update run_open set deaf = false where run = any($1::bytea[])

-- In a journal batch: a run has heard it. Two runs may hear one event in one batch; two batches take theirs in one order.
-- name: event_take
insert into kept_event as k (case_type, key, event_id, name, body, by, at_ms, state, taken_by, subject, sequence)
select distinct on (r.case_key, r.case_type, n.event_id)
       r.case_type, r.case_key, n.event_id, n.name, '', n.by, n.at_ms, 'taken', n.run, n.subject, n.sequence
from unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int8[], $7::int8[])
    as n(run, event_id, name, by, subject, sequence, at_ms)
join run r on r.run = n.run where r.case_key <> ''
order by r.case_key, r.case_type, n.event_id
on conflict (key, case_type, event_id) do update set state = 'taken', taken_by = coalesce(k.taken_by, excluded.taken_by)

-- name: event_paid
delete from event_owed w using unnest($1::bytea[], $2::text[]) as n(run, event_id) join run r on r.run = n.run
where w.key = r.case_key and w.case_type = r.case_type and w.event_id = n.event_id and w.run = n.run

-- As event_keep: true when too many are kept already.
-- name: webhook_keep
with waiting as (select count(*) as n from (select from kept_webhook where state = 'kept' limit $6::int8) k),
kept as (
    insert into kept_webhook (connector, webhook_id, body, reason, at_ms)
    select $1::text, $2::text, $3::bytea, $4::text, $5::int8 from waiting where n < $6::int8 on conflict do nothing)
select n >= $6::int8 and not exists (select from kept_webhook where connector = $1 and webhook_id = $2) from waiting

-- name: webhook_find
select connector, webhook_id, body, reason, at_ms from kept_webhook where no = $1 and state = 'kept'

-- name: webhook_settle
update kept_webhook set state = $2, settled_by = $3, settled_ms = $4, why = $5, body = ''
where no = $1 and state = 'kept' returning no

-- Ids that are settled or that nobody looked at for long are forgotten.
-- name: webhooks_forgotten
delete from kept_webhook where no in (
    (select no from kept_webhook where state <> 'kept' and settled_ms < $1 limit $2)
    union all (select no from kept_webhook where state = 'kept' and at_ms < $1 - $3::int8 order by at_ms limit $2))

-- name: view_webhooks
select no, connector, webhook_id, reason, at_ms from kept_webhook
where state = 'kept' and ($1::text is null or connector = $1) and (at_ms, no) < ($2::int8, $3::int8)
order by at_ms desc, no desc limit $4::int8
