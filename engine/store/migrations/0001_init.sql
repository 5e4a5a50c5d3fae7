-- 0001: everything durable. Keys begin with the shard or with the run id, whose first bytes are
-- region and shard, so that the same schema can be distributed. No default ever reads a clock.

-- One row: what this database is. Region and shard count are fixed for ever, because run ids and the
-- placing of customers depend on them.
create table installation (
    one         bool primary key default true check (one),
    region      int4 not null check (region between 0 and 65535),
    shards      int4 not null check (shards between 1 and 65535),
    created_ms  int8 not null
);

-- Who may write a shard. Every taking raises the epoch; every batch checks it (see lease_hold).
create table lease (
    shard    int4 primary key check (shard between 0 and 65534),
    epoch    int8 not null default 0,
    owner    text not null default '',
    address  text not null default '',
    until_ms int8 not null default 0
) with (fillfactor = 50);

-- Which processes are there, so that each takes its equal share of the shards.
create table process (
    owner    text primary key,
    until_ms int8 not null
) with (fillfactor = 50);

-- The journal: what did happen, one row per atomic step. Partitioned by the start of the run, which is
-- inside its id (bytes 5 to 10 are unix ms), so that all rows of a run lie in one partition and its
-- own unique index makes (run, seq) unique everywhere. journal_partition() makes the partitions.
create table journal (
    run    bytea not null,
    seq    int4 not null,
    at_ms  int8 not null,
    body   bytea not null
) partition by range (substring(run from 5 for 6));

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'table % is append-only', tg_table_name using errcode = 'TN002';
end $$;
create trigger journal_append_only before update or delete on journal
    for each row execute function refuse_change();

-- Makes the partition for run ids minted in [from_ms, till_ms); nothing to do when it exists. The
-- table is made apart and then attached, which does not block inserts into the others.
create function journal_partition(name text, from_ms int8, till_ms int8) returns bool
language plpgsql as $$
declare lo bytea := substring(int8send(from_ms) from 3 for 6);
        hi bytea := substring(int8send(till_ms) from 3 for 6);
begin
    if to_regclass(quote_ident(name)) is not null then return false; end if;
    perform pg_advisory_xact_lock(778001, 2);
    if to_regclass(quote_ident(name)) is not null then return false; end if;
    begin
        execute format('create table %I (like journal including defaults including constraints)', name);
    exception when duplicate_table then -- made by another process while we waited for the lock
        return false;
    end;
    -- Answers are short and often sealed: trying to compress them costs more than it saves.
    execute format('alter table %I alter column body set storage external', name);
    execute format('alter table %I add constraint %I check (length(run) = 16 and seq > 0)',
                   name, name || '_shape');
    execute format('create unique index %I on %I (run, seq)', name || '_run_seq', name);
    execute format('alter table journal attach partition %I for values from (%L) to (%L)', name, lo, hi);
    return true;
end $$;

-- What people search. Written at the start, at the end, and when a run waits or sticks. None of the
-- columns that change while a run lives is indexed, so those updates stay in their page (HOT). Few
-- constraints here: PostgreSQL reads each one anew for every statement, which a small batch feels.
create table run (
    run          bytea primary key,
    workflow     text not null,
    plan_hash    text not null,
    case_type    text not null,
    case_key     text not null,
    customer     text not null,
    state        text not null check (state in ('running', 'waiting', 'stuck', 'undoing', 'ended')),
    at           text not null,
    outcome      text not null,
    decision     text not null,
    currency     text not null,
    amount_minor int8 not null,
    started_ms   int8 not null,
    updated_ms   int8 not null,
    ended_ms     int8 not null,
    wake_ms      int8 not null,
    check ((state = 'ended') = (ended_ms > 0))
) with (fillfactor = 45);
create index run_started on run (started_ms desc, run desc);
create index run_case on run (case_key, case_type);
create index run_customer on run (customer, started_ms desc, run desc);

-- Which runs have not ended: read by recovery, in id order, and so by shard.
create table run_open (
    run bytea primary key
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000);

-- The book. One row is one debit and one credit of the same amount: balanced by construction.
create table posting (
    run           bytea not null,
    seq           int4 not null,
    n             int2 not null,
    debit         text not null check (debit <> ''),
    credit        text not null check (credit <> ''),
    currency      text not null check (length(currency) = 3),
    kind          text not null,
    amount_minor  int8 not null check (amount_minor > 0),
    effective_day int4 not null,
    at_ms         int8 not null,
    primary key (run, seq, n),
    check (debit <> credit)
);
create trigger posting_append_only before update or delete on posting
    for each row execute function refuse_change();
create trigger posting_never_emptied before truncate on posting
    for each statement execute function refuse_change();

-- Human work: a projection of the journal, for lists.
create table task (
    id         text primary key,
    run        bytea not null,
    paragraph  text not null,
    visit      int4 not null,
    queue      text not null,
    state      text not null check (state in ('open', 'claimed', 'done', 'withdrawn')),
    assignee   text not null,
    answer     text not null,
    form       text not null,
    created_ms int8 not null,
    due_ms     int8 not null,
    updated_ms int8 not null
);
-- Most urgent first; without a deadline last.
create index task_due on task ((case due_ms when 0 then 9223372036854775807 else due_ms end), id);
create index task_queue on task (queue, (case due_ms when 0 then 9223372036854775807 else due_ms end), id)
    where state in ('open', 'claimed');
create index task_run on task (run);

-- A client's idempotency keys (SEMANTICS 16).
create table dedup (
    api_key   text not null,
    route     text not null,
    key       text not null,
    body_hash text not null,
    run       bytea not null,
    at_ms     int8 not null,
    primary key (api_key, route, key)
);

-- Events that came before a run that wants them (SEMANTICS 9). A taken one stays, so that a repeat
-- of its id is known.
create table kept_event (
    case_type text not null,
    key       text not null,
    event_id  text not null,
    shard     int4 not null,
    name      text not null,
    body      text not null,
    at_ms     int8 not null,
    taken_by  bytea,
    primary key (key, case_type, event_id)
);

-- Large sealed answers, by the hash of their bytes (SEMANTICS 17).
create table artifact (
    hash  text primary key,
    run   bytea not null,
    bytes bytea not null,
    at_ms int8 not null
);
alter table artifact alter column bytes set storage external;

-- A person's data key, wrapped by the master key; emptied to erase the person (SEMANTICS 15).
create table person_key (
    customer text primary key,
    wrapped  bytea not null,
    at_ms    int8 not null
);

-- Published definitions never change: a run is pinned to the hash it started with.
create table definition (
    kind    text not null,
    name    text not null,
    version int4 not null check (version > 0),
    hash    text not null,
    body    text not null,
    by      text not null,
    at_ms   int8 not null,
    primary key (kind, name, version)
);
create index definition_hash on definition (hash);
create trigger definition_append_only before update or delete on definition
    for each row execute function refuse_change();

create table api_key (
    hash       text primary key check (length(hash) = 64),
    name       text not null unique,
    role       text not null check (role in ('admin', 'officer', 'engineer', 'lender')),
    created_ms int8 not null
);

-- The first statement of every batch. An advisory lock costs a fifth of locking the lease rows, and writes
-- no WAL. The check is a statement of its own, with a snapshot of its own: it must see what the last taker
-- committed while the lock was waited for. One function, because two statements from outside cost twice.
create function lease_hold(shards int4[], epochs int8[]) returns void language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock_shared(778002, s) from unnest(shards) as s;
    if (select count(*) from unnest(shards, epochs) as w(shard, epoch)
            join lease l on l.shard = w.shard and l.epoch = w.epoch) <> cardinality(shards) then
        raise exception 'stale epoch' using errcode = 'TN001';
    end if;
end $$;

-- The key of a person is made once. A second one would leave what the first has sealed unreadable.
create function person_key_same(stored bytea, given bytea) returns bytea language plpgsql as $$
begin
    if stored <> given then
        raise exception 'this person has another key' using errcode = 'TN003';
    end if;
    return stored;
end $$;

-- Renews, gives back, takes: see `claim` in store.h. A shard in which a batch is just now committing
-- (it holds the shared advisory lock, see lease_hold) is skipped; the next claim gets it.
create function lease_claim(me text, my_address text, want int4, at_ms int8, ttl_ms int8)
returns setof lease language plpgsql as $$
declare mine int4;
begin
    insert into process as p values (me, at_ms + ttl_ms) on conflict (owner) do update set until_ms = excluded.until_ms;
    delete from process p where p.until_ms < at_ms - 10 * ttl_ms;
    if want = 0 then
        select ceil((select count(*) from lease)::numeric / count(*)) into want from process p where p.until_ms > at_ms;
    end if;
    perform 1 from lease l where l.owner = me order by l.shard for update;
    update lease l set until_ms = at_ms + ttl_ms, address = my_address where l.owner = me;
    get diagnostics mine = row_count;
    if mine > want then
        update lease l set owner = '', address = '', until_ms = 0 where l.shard in (
            select f.shard from lease f where f.owner = me order by f.shard desc limit mine - want);
    elsif mine < want then
        -- A process that was stopped in the middle of sending a batch holds its shards until its connection
        -- ends. Its lease has run out, so end it; should it wake up, it finds itself fenced.
        perform pg_terminate_backend(k.pid, 500) from (
            select distinct k.pid from lease f join pg_locks k
                on k.locktype = 'advisory' and k.classid = 778002 and k.objid = f.shard and k.objsubid = 2
                and k.database = (select d.oid from pg_database d where d.datname = current_database())
            where f.until_ms <= at_ms and f.owner <> me and f.owner <> '' and k.pid <> pg_backend_pid()) as k;
        update lease l set owner = me, address = my_address, until_ms = at_ms + ttl_ms,
                           epoch = l.epoch + 1
        where l.shard in (
            select f.shard from lease f where f.until_ms <= at_ms and f.owner <> me
                and pg_try_advisory_xact_lock(778002, f.shard)
            order by f.shard limit want - mine for update skip locked);
    end if;
    return query select * from lease l order by l.shard;
end $$;
