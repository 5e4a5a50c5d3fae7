-- What the relay reads and writes, and what the API asks about subscribers.

-- --- the stream ---

-- name: stream_head
select tx, n from outbox where tx < (select outbox_safe()) order by tx desc, n desc limit 1

-- What is committed, but behind a transaction that is still under way.
-- name: stream_held
select min(at_ms) from outbox where tx >= (select outbox_safe())

-- name: stream_page
select tx, n, id, aggregatetype, aggregateid, type, payload, at_ms from outbox
where (tx, n) > ($1::int8, $2::int4) and tx < (select outbox_safe()) order by tx, n limit $3::int4

-- The event that so many others follow: from there on a refill fits.
-- name: stream_back
select tx, n from outbox where tx < (select outbox_safe()) order by tx desc, n desc offset $1::int4 limit 1

-- name: stream_since
select tx, n from outbox where at_ms >= $1::int8 and tx < (select outbox_safe()) order by tx, n limit 1

-- name: stream_swept
select swept_tx, swept_n from outbox_clock

-- In the order of the stream, so that what is left is whole from some position on.
-- name: stream_sweep
with oldest as (select tx, n, at_ms from outbox where tx < (select outbox_safe()) order by tx, n limit $2::int4),
gone as (delete from outbox o using oldest f where o.tx = f.tx and o.n = f.n and f.at_ms < $1::int8 returning o.tx, o.n),
last as (select tx, n from gone order by tx desc, n desc limit 1)
update outbox_clock c set swept_tx = last.tx, swept_n = last.n from last
where (last.tx, last.n) > (c.swept_tx, c.swept_n)

-- name: stream_sweep_dead
delete from delivery where state = 'dead' and changed_ms < $1::int8

-- --- one subscriber, for the relay ---

-- name: stream_subscribers
select id, name, url, types, secret, secret_old, old_until_ms, tx, n, generation, disabled, failing_since_ms, timeout_ms, max_age_ms
from subscriber order by id

-- Parked events, and those given up that lie behind the position and so will be read again.
-- name: stream_delivery
select tx, n, id, aggregatetype, aggregateid, type, payload, at_ms, state, attempts, since_ms, next_ms, status, why
from delivery where subscriber = $1 and (state = 'parked' or (tx, n) > ($2::int8, $3::int4)) order by tx, n limit $4::int4

-- name: stream_hold
select subscriber_hold($1, $2::int8)

-- name: stream_progress
update subscriber set tx = $2::int8, n = $3::int4, failing_since_ms = $4::int8, disabled = $5 where id = $1

-- name: stream_park
insert into delivery as d (subscriber, tx, n, id, aggregatetype, aggregateid, type, payload, at_ms, state, attempts, since_ms,
                           next_ms, status, why, changed_ms)
select $1, e.*, $16::int8 from unnest($2::int8[], $3::int4[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                           $9::int8[], $10::text[], $11::int4[], $12::int8[], $13::int8[], $14::int4[], $15::text[]) as e
on conflict (subscriber, tx, n) do update set state = excluded.state, attempts = excluded.attempts, since_ms = excluded.since_ms,
    next_ms = excluded.next_ms, status = excluded.status, why = excluded.why, changed_ms = excluded.changed_ms

-- name: stream_drop
delete from delivery d using unnest($2::int8[], $3::int4[]) as e(tx, n) where d.subscriber = $1 and d.tx = e.tx and d.n = e.n

-- --- subscribers, for the API ---

-- name: subscriber_count
select count(*) from subscriber

-- name: subscriber_put
insert into subscriber (id, name, url, types, secret, old_until_ms, tx, n, generation, disabled, failing_since_ms, timeout_ms,
                        max_age_ms, by, created_ms)
values ($1, $2, $3, $4, $5, 0, $6::int8, $7::int4, 1, '', 0, $8::int4, $9::int8, $10, $11::int8)

-- name: subscriber_list
select s.id, s.name, s.url, s.types, s.tx, s.n, s.disabled, s.failing_since_ms, s.timeout_ms, s.max_age_ms, s.by, s.created_ms,
       case when s.secret_old is null then 0 else s.old_until_ms end,
       (select count(*) from delivery d where d.subscriber = s.id and d.state = 'parked'),
       (select count(*) from delivery d where d.subscriber = s.id and d.state = 'dead')
from subscriber s where $1::text is null or s.id = $1 order by s.created_ms, s.id

-- name: subscriber_secrets
select url, secret, secret_old, old_until_ms, timeout_ms from subscriber where id = $1

-- name: subscriber_drop
delete from subscriber where id = $1 returning id

-- name: subscriber_rotate
update subscriber set secret_old = secret, old_until_ms = $3::int8, secret = $2, generation = generation + 1
where id = $1 returning id

-- name: subscriber_switch
update subscriber set disabled = $2, failing_since_ms = 0, generation = generation + 1 where id = $1 returning id

-- From this position on everything is sent again: what stood out behind it would come twice.
-- name: subscriber_replay
with told as (update subscriber set tx = $2::int8, n = $3::int4, generation = generation + 1 where id = $1 returning id),
twice as (delete from delivery d using told where d.subscriber = told.id and (d.tx, d.n) > ($2::int8, $3::int4))
select id from told

-- name: dead_list
select tx, n, id, aggregatetype, aggregateid, type, payload, at_ms, attempts, since_ms, status, why, changed_ms
from delivery where subscriber = $1 and state = 'dead' and (tx, n) > ($2::int8, $3::int4) order by tx, n limit $4::int4

-- Back among the parked ones, at most as many as the relay keeps in memory.
-- name: dead_revive
with chosen as (
    select tx, n from delivery where subscriber = $1 and state = 'dead' and ($2::text is null or id = $2) order by tx, n
    limit greatest(0, $3::int4 - (select count(*) from delivery where subscriber = $1 and state = 'parked'))),
back as (update delivery d set state = 'parked', attempts = 0, since_ms = 0, next_ms = 0, changed_ms = $4::int8 from chosen
         where d.subscriber = $1 and d.tx = chosen.tx and d.n = chosen.n returning d.id),
told as (update subscriber set generation = generation + 1 where id = $1 and exists (select from back))
select count(*) from back
