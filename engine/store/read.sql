-- What the engine reads when it recovers, takes over or answers a repeat; and the small writes that
-- are not part of a run's story.

-- name: journal_load
select run, seq, at_ms, body from journal
where run = $1 and substring(run from 5 for 6) = substring($1 from 5 for 6) order by seq

-- name: journal_load_many
select j.run, j.seq, j.at_ms, j.body from unnest($1::bytea[]) as n(run)
join journal j on j.run = n.run and substring(j.run from 5 for 6) = substring(n.run from 5 for 6)
order by j.run, j.seq

-- name: open_runs
select o.run, r.workflow, r.case_type, r.case_key, r.customer, r.state, r.wake_ms,
       (select max(j.seq) from journal j where j.run = o.run
        and substring(j.run from 5 for 6) = substring(o.run from 5 for 6))
from run_open o join run r on r.run = o.run
where o.run > $1 and o.run < $2 order by o.run limit $3

-- name: lease_claim
select shard, epoch, owner, address, until_ms from lease_claim($1, $2, $3, $4, $5)

-- name: lease_release
with gone as (delete from process where owner = $1)
update lease set owner = '', address = '', until_ms = 0 where owner = $1

-- name: journal_partition
select journal_partition($1, $2, $3)

-- name: dedup_find
select run, body_hash from dedup where api_key = $1 and route = $2 and key = $3

-- name: money_find
select family, state, run from money_key where shard = $1 and key = $2

-- name: artifact_find
select bytes from artifact where hash = $1

-- name: person_find
select wrapped from person_key where customer = $1

-- name: definition_publish
insert into definition (kind, name, version, hash, body, by, at_ms)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing

-- name: definition_find
select hash, by, at_ms from definition where kind = $1 and name = $2 and version = $3

-- name: definitions_all
select kind, name, version, hash, body, by, at_ms from definition order by kind, name, version

-- name: loans_load
select l.id, l.customer, l.product, l.currency, l.state, l.bucket, l.n, l.outstanding_minor, l.overdue_minor,
       l.oldest_due_day, l.next_day
from unnest($1::text[]) as w(id) join loan l on l.id = w.id

-- name: loan_entries_load
select e.loan, e.n, e.kind, e.effective_day, e.known_ms, e.amount_minor, e.body
from unnest($1::text[]) with ordinality as w(id, at) join loan_entry e on e.loan = w.id order by w.at, e.n

-- name: loans_due
select id, customer, product, currency, state, bucket, n, outstanding_minor, overdue_minor, oldest_due_day, next_day
from loan where shard = $1 and next_day <= $2 and (next_day, id) > ($3, $4::text) order by next_day, id limit $5

-- name: day_end_ask
insert into day_end (day, date, asked_ms, asked_by) values ($1, $2, $3, $4) on conflict do nothing

-- A day is done when a run of it has ended in every shard.
-- name: day_ends_close
update day_end d set done_ms = $1
where d.done_ms = 0 and (select count(*) from lease) = (
    select count(distinct substring(r.run from 3 for 2)) from run r
    where r.case_key = d.date and r.case_type = 'day_end' and r.state = 'ended')

-- name: day_ends_open
select d.day, l.shard from day_end d join lease l on l.owner = $1
where d.done_ms = 0 and not exists (
    select from run r where r.case_key = d.date and r.case_type = 'day_end' and r.state = 'ended'
    and substring(r.run from 3 for 2) = substring(int4send(l.shard) from 3 for 2))
order by d.day, l.shard
