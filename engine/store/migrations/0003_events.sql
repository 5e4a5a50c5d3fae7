-- 0003: an event from outside is durable before it is acknowledged, and every run that should hear it does
-- (SEMANTICS 9; engine/flow/README.md says how the tables work together).

-- Which runs hear events at all; the others are never found by one.
alter table run_open add column deaf bool not null default false;

-- new: being matched to open runs. kept: waits for a run to start, or for those it is owed to. taken: heard; stays so
-- that a repeat of its id is known. dead: nobody can hear it, a person decides. dropped: a person has decided.
-- The body is sealed, and empty once nobody needs it. What is older than the newest word on its subject is dropped at once. `no` is the order of arrival. `horizon`: a new event is called kept
-- when every transaction that was under way at its first routing has ended, for one of them may be the start of a run
-- that neither saw the event nor was seen.
alter table kept_event drop column shard;
alter table kept_event add column no int8 generated always as identity;
alter table kept_event add column state text not null default 'new'
    check (state in ('new', 'kept', 'taken', 'dead', 'dropped'));
alter table kept_event add column by text not null default '';
alter table kept_event add column subject text not null default '';
alter table kept_event add column sequence int8 not null default 0;
alter table kept_event add column horizon xid8;
alter table kept_event add column reason text not null default '';
alter table kept_event add column settled_by text not null default '';
alter table kept_event add column settled_ms int8 not null default 0;
update kept_event set state = 'taken' where taken_by is not null;
create unique index kept_event_no on kept_event (no);
create index kept_event_new on kept_event (no) where state = 'new';
create index kept_event_waiting on kept_event (at_ms, no) where state in ('new', 'kept');
create index kept_event_over on kept_event (at_ms) where state in ('taken', 'dropped');
create index kept_event_body on kept_event (no) where state = 'taken' and body <> '';
create index kept_event_dead on kept_event (at_ms, no) where state = 'dead';

-- Who is still to hear it. Nearly always empty: a row goes with the append that takes the event.
create table event_owed (
    key       text not null,
    case_type text not null,
    event_id  text not null,
    run       bytea not null,
    shard     int4 not null,
    no        int8 not null,
    primary key (key, case_type, event_id, run)
);
create index event_owed_shard on event_owed (shard, no);

-- A run has heard it after all, has ended before it could, or can hear no more ('heard', 'gone', 'full'). The event's
-- row is locked first: of two runs that end at once the second sees that it is the last.
create function event_settle(the_type text, the_key text, id text, its_run bytea, how text, why text, now_ms int8)
returns void language plpgsql as $$
declare was text;
begin
    select k.state into was from kept_event k
        where k.key = the_key and k.case_type = the_type and k.event_id = id for update;
    delete from event_owed o where o.key = the_key and o.case_type = the_type and o.event_id = id and o.run = its_run;
    if was not in ('new', 'kept') then return; end if;
    if how = 'heard' then
        update kept_event k set state = 'taken', taken_by = its_run
            where k.key = the_key and k.case_type = the_type and k.event_id = id;
    elsif not exists (select from event_owed o
            where o.key = the_key and o.case_type = the_type and o.event_id = id) then
        update kept_event k set state = case how when 'full' then 'dead' else 'new' end, horizon = null,
               reason = case how when 'full' then why else '' end, settled_ms = case how when 'full' then now_ms else 0 end
            where k.key = the_key and k.case_type = the_type and k.event_id = id;
    end if;
end $$;

-- Webhooks that were signed by whom we trust and that nobody here understood: kept for a person, who may let them be read
-- again once somebody does. The body is sealed.
create table kept_webhook (
    no         int8 generated always as identity primary key,
    connector  text not null,
    webhook_id text not null,
    body       bytea not null,
    reason     text not null,
    state      text not null default 'kept' check (state in ('kept', 'heard', 'dropped')),
    at_ms      int8 not null,
    settled_by text not null default '',
    settled_ms int8 not null default 0,
    why        text not null default '',
    unique (connector, webhook_id)
);
alter table kept_webhook alter column body set storage external;
create index kept_webhook_waiting on kept_webhook (at_ms, no) where state = 'kept';
create index kept_webhook_over on kept_webhook (settled_ms) where state <> 'kept';
