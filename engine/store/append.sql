-- The statements of a journal batch, in the order in which they are sent. Arrays are parallel.

-- Holds the shards of the batch until it has committed: nobody takes one in between (INV-4). Raises TN001
-- unless each shard's lease has the epoch the writer believes in.
-- name: lease_hold
select lease_hold($1::int4[], $2::int8[])

-- name: journal_append
insert into journal (run, seq, at_ms, body)
select * from unnest($1::bytea[], $2::int4[], $3::int8[], $4::bytea[])

-- name: run_insert
insert into run (run, workflow, plan_hash, case_type, case_key, customer, started_ms, state, at, outcome,
                 decision, currency, amount_minor, updated_ms, ended_ms, wake_ms)
select * from unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                     $7::int8[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
                     $13::int8[], $14::int8[], $15::int8[], $16::int8[])

-- What a run starts with it keeps, and so its indexes: workflow, plan, case, customer, start (SEMANTICS 12).
-- name: run_update
update run r set
    state = coalesce(n.state, r.state), at = coalesce(n.at, r.at), outcome = coalesce(n.outcome, r.outcome),
    decision = coalesce(n.decision, r.decision), currency = coalesce(n.currency, r.currency),
    amount_minor = case n.amount_minor when 0 then r.amount_minor else n.amount_minor end,
    updated_ms = n.updated_ms,
    ended_ms = case n.ended_ms when 0 then r.ended_ms else n.ended_ms end,
    wake_ms = n.wake_ms
from unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::int8[], $8::int8[], $9::int8[], $10::int8[])
    as n(run, state, at, outcome, decision, currency, amount_minor, updated_ms, ended_ms, wake_ms)
where r.run = n.run

-- name: run_opened
insert into run_open (run, deaf) select run, deaf <> 0 from unnest($1::bytea[], $2::int4[]) as n(run, deaf)

-- name: run_closed
delete from run_open where run = any($1::bytea[])

-- name: posting_insert
insert into posting (run, seq, n, debit, credit, currency, kind, amount_minor, effective_day, at_ms)
select * from unnest($1::bytea[], $2::int4[], $3::int4[], $4::text[], $5::text[], $6::text[],
                     $7::text[], $8::int8[], $9::int4[], $10::int8[])

-- Of several steps in this batch about one loan the last one counts; their entries are all inserted.
-- name: loan_upsert
insert into loan as l (id, shard, customer, product, currency, state, bucket, n, outstanding_minor, overdue_minor,
                       oldest_due_day, next_day, updated_ms)
select distinct on (w.id) w.id, w.shard, w.customer, w.product, w.currency, w.state, w.bucket, w.n, w.outstanding_minor,
       w.overdue_minor, w.oldest_due_day, w.next_day, w.updated_ms
from unnest($1::text[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int4[],
            $9::int8[], $10::int8[], $11::int4[], $12::int4[], $13::int8[]) with ordinality
    as w(id, shard, customer, product, currency, state, bucket, n, outstanding_minor, overdue_minor, oldest_due_day,
         next_day, updated_ms, at)
order by w.id, w.at desc
on conflict (id) do update set
    product = excluded.product, currency = excluded.currency, state = excluded.state, bucket = excluded.bucket,
    n = loan_follows(l.n, l.shard, excluded.n, excluded.shard),
    outstanding_minor = excluded.outstanding_minor, overdue_minor = excluded.overdue_minor,
    oldest_due_day = excluded.oldest_due_day, next_day = excluded.next_day, updated_ms = excluded.updated_ms

-- name: loan_entry_insert
insert into loan_entry (loan, n, kind, effective_day, known_ms, amount_minor, body, run, seq)
select * from unnest($1::text[], $2::int4[], $3::text[], $4::int4[], $5::int8[], $6::int8[], $7::text[], $8::bytea[],
                     $9::int4[])

-- name: money_upsert
insert into money_key as m (shard, key, family, state, run, updated_ms)
select distinct on (w.shard, w.key) w.shard, w.key, w.family, w.state, w.run, w.updated_ms
from unnest($1::int4[], $2::text[], $3::int4[], $4::text[], $5::bytea[], $6::int8[]) with ordinality
    as w(shard, key, family, state, run, updated_ms, at)
order by w.shard, w.key, w.family desc, w.at desc
on conflict (shard, key) do update set
    family = excluded.family, state = excluded.state, run = excluded.run, updated_ms = excluded.updated_ms
where excluded.family >= m.family

-- name: task_upsert
insert into task as t (id, run, paragraph, visit, queue, state, assignee, answer, form, created_ms,
                       due_ms, updated_ms)
select n.id, n.run, coalesce(n.paragraph, ''), n.visit, coalesce(n.queue, ''),
       coalesce(n.state, 'open'), coalesce(n.assignee, ''), coalesce(n.answer, ''),
       coalesce(n.form, ''), n.created_ms, n.due_ms, n.updated_ms
from unnest($1::text[], $2::bytea[], $3::text[], $4::int4[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::int8[], $11::int8[], $12::int8[])
    as n(id, run, paragraph, visit, queue, state, assignee, answer, form, created_ms, due_ms, updated_ms)
on conflict (id) do update set
    queue = case excluded.queue when '' then t.queue else excluded.queue end,
    state = excluded.state, assignee = excluded.assignee,
    answer = case excluded.answer when '' then t.answer else excluded.answer end,
    form = case excluded.form when '' then t.form else excluded.form end,
    due_ms = case excluded.due_ms when 0 then t.due_ms else excluded.due_ms end,
    updated_ms = excluded.updated_ms

-- name: artifact_insert
insert into artifact (hash, run, bytes, at_ms)
select * from unnest($1::text[], $2::bytea[], $3::bytea[], $4::int8[]) on conflict (hash) do nothing

-- Several first cases of one person may be on their way at once: each carries the key, in the same bytes.
-- name: person_insert
insert into person_key as k (customer, wrapped, at_ms)
select n.customer, n.wrapped, min(n.at_ms)
from unnest($1::text[], $2::bytea[], $3::int8[]) as n(customer, wrapped, at_ms) group by n.customer, n.wrapped
on conflict (customer) do update set wrapped = person_key_same(k.wrapped, excluded.wrapped)

-- name: dedup_insert
insert into dedup (api_key, route, key, body_hash, run, at_ms)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::int8[])

-- name: outbox_insert
insert into outbox (tx, n, id, aggregatetype, aggregateid, type, payload, at_ms)
select (select base from outbox_clock) + pg_current_xact_id()::text::int8, e.n, e.id, e.aggregatetype,
       e.aggregateid, e.type, e.payload, e.at_ms
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int8[])
    with ordinality as e(id, aggregatetype, aggregateid, type, payload, at_ms, n)

-- name: journal_same
select j.run, j.seq, j.body from unnest($1::bytea[], $2::int4[]) as n(run, seq)
join journal j on j.run = n.run and j.seq = n.seq
    and substring(j.run from 5 for 6) = substring(n.run from 5 for 6)

-- name: lease_epochs
select shard, epoch from lease where shard = any($1::int4[])
