-- Lists and pages. Filters that are NULL fold away, because these are planned for each execution.

-- name: view_runs
select run, workflow, case_type, case_key, customer, state, at, outcome, decision, currency, amount_minor,
       started_ms, updated_ms, ended_ms, wake_ms
from run r
where ($1::text is null or r.workflow = $1 or split_part(r.workflow, '@', 1) = $1)
  and ($2::text is null or r.state = $2) and ($3::text is null or r.outcome = $3)
  and ($4::text is null or r.decision = $4) and ($5::text is null or r.customer = $5)
  and ($6::text is null or r.case_type = $6) and ($7::text is null or r.case_key = $7)
  and r.started_ms >= $8::int8 and r.started_ms < $9::int8
  and r.amount_minor >= $10::int8 and r.amount_minor <= $11::int8
  and (r.started_ms, r.run) < ($12::int8, $13::bytea)
  and (r.case_type <> 'day_end' or $6::text = 'day_end' or $1::text like 'day_end%')
  and (not $14::bool or exists (select from run_open o where o.run = r.run))
order by r.started_ms desc, r.run desc limit $15::int8

-- name: view_tasks
select id, run, paragraph, visit, queue, state, assignee, answer, form, created_ms, due_ms, updated_ms, due_order
from (select *, case due_ms when 0 then 9223372036854775807 else due_ms end as due_order from task) t
where ($1::text is null or queue = $1) and ($2::text is null or state = $2)
  and ($3::text is null or assignee = $3) and ($4::bytea is null or run = $4)
  and (case due_ms when 0 then 9223372036854775807 else due_ms end, id) > ($5::int8, $6::text)
order by case due_ms when 0 then 9223372036854775807 else due_ms end, id limit $7::int8

-- Runs that have not ended are counted; the ended are counted too until they are very many, then
-- estimated from the table's statistics.
-- name: view_count_runs
with open as (select r.state, count(*) as n from run_open o join run r on r.run = o.run group by r.state),
total as (select case when c.reltuples > 2000000 then c.reltuples::int8 else (select count(*) from run) end as n
          from pg_class c where c.oid = 'run'::regclass)
select state, n from open
union all select 'ended', greatest(0, total.n - (select coalesce(sum(n), 0)::int8 from open)) from total
order by 1

-- name: view_count_tasks
select queue, state, count(*) from task where state in ('open', 'claimed') group by queue, state order by 1, 2

-- An account is named kind:owner:part or kind:part; its kind is the first and the last word.
-- name: view_trial_balance
with sides as (
    select currency, debit as account, amount_minor as debits, 0::int8 as credits from posting
    union all select currency, credit, 0, amount_minor from posting)
select currency, split_part(account, ':', 1) || ':' || split_part(account, ':', -1) as kind,
       sum(debits)::int8, sum(credits)::int8
from sides group by 1, 2 order by 1, 2

-- name: view_loan
select id, customer, shard, product, currency, state, bucket, n, outstanding_minor, overdue_minor, oldest_due_day, next_day,
       updated_ms
from loan where id = $1

-- name: view_loans
select id, customer, shard, product, currency, state, bucket, n, outstanding_minor, overdue_minor, oldest_due_day, next_day,
       updated_ms
from loan
where ($1::text is null or customer = $1) and ($2::text is null or state = $2) and ($3::text is null or bucket = $3)
  and id > $4::text
order by id limit $5::int8

-- name: view_loan_entries
select n, kind, effective_day, known_ms, amount_minor, body, run, seq
from loan_entry where loan = $1 and n < $2::int4 order by n desc limit $3::int8

-- The whole file, to be folded.
-- name: view_loan_file
select n, kind, effective_day, known_ms, amount_minor, body
from loan_entry where loan = $1 order by n limit $2::int8

-- name: view_day_end
select day, date, asked_ms, asked_by, done_ms from day_end where date = $1

-- The last row of a run's journal says how far it is.
-- name: view_day_end_shards
select l.shard, coalesce(r.state, ''), coalesce(r.started_ms, 0), coalesce(r.ended_ms, 0), r.run,
       (select j.body from journal j where j.run = r.run and substring(j.run from 5 for 6) = substring(r.run from 5 for 6)
        order by j.seq desc limit 1),
       (select count(*) from loan o where o.shard = l.shard and o.next_day <= $2)
from lease l left join run r on r.case_key = $1 and r.case_type = 'day_end'
    and substring(r.run from 3 for 2) = substring(int4send(l.shard) from 3 for 2)
order by l.shard, r.started_ms

-- name: view_api_key
select name, role from api_key where hash = $1

-- name: api_key_put
insert into api_key (hash, name, role, created_ms) values ($1, $2, $3, $4::int8)
on conflict (name) do update set hash = excluded.hash, role = excluded.role

-- Postings whose step is not in the journal: there can be none.
-- name: books_orphans
select count(*) from posting p where not exists (
    select from journal j where j.run = p.run and j.seq = p.seq
    and substring(j.run from 5 for 6) = substring(p.run from 5 for 6))

-- name: books_runs
with sides as (
    select run, currency, debit as account, amount_minor as net from posting
    union all select run, currency, credit, -amount_minor from posting)
select encode(run, 'hex'), currency, account, sum(net)::int8 from sides group by 1, 2, 3 order by 1, 2, 3

-- Loans whose entries are not 1 .. n of their row, and entries of no loan. Both sides are read once, in order of their keys.
-- name: books_loan_gaps
select count(*) from loan l
full join (select loan, count(*) as n, max(n) as last from loan_entry group by loan) e on e.loan = l.id
where l.n is distinct from e.n or l.n is distinct from e.last

-- name: books_loans
select count(*) from loan

-- What the postings say about each component of each loan: account "loan:L1:principal". Debits less credits.
-- name: books_components
with sides as (
    select debit as account, currency, amount_minor as net from posting where debit like 'loan:%'
    union all select credit, currency, -amount_minor from posting where credit like 'loan:%'),
sums as (select account, currency, sum(net)::int8 as net from sides group by account, currency)
select split_part(account, ':', 2), currency, split_part(account, ':', 3), net from sums
order by split_part(account, ':', 2) collate "C", split_part(account, ':', 3) collate "C", currency
