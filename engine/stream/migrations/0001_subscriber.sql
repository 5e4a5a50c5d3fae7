-- 0001: who is told of the stream by HTTP, how far each of them is, and what stands out.

-- (tx, n): everything up to here has been taken by the subscriber, stands in `delivery`, or is not for it. It is written
-- by the process that leads the relay; whoever sets it from outside (replay, enable) raises `generation`, after which
-- the relay's older writes are refused (subscriber_hold).
create table subscriber (
    id               text primary key,
    name             text not null unique,
    url              text not null,
    types            text not null,           -- words by space; "tenor.loan.*" takes all that begin so; empty: everything
    secret           bytea not null,          -- sealed under the master key
    secret_old       bytea,                   -- valid beside it until old_until_ms
    old_until_ms     int8 not null,
    tx               int8 not null,
    n                int4 not null,
    generation       int8 not null,
    disabled         text not null,           -- why it is told nothing now; empty: it is told
    failing_since_ms int8 not null,           -- of an unbroken row of failures; 0 none
    timeout_ms       int4 not null check (timeout_ms between 100 and 60000),
    max_age_ms       int8 not null check (max_age_ms >= 1000),
    by               text not null,
    created_ms       int8 not null
);

-- Events out of the row: those that failed and are tried again, with what waits behind them for the same thing ("parked"),
-- and those that were given up ("dead"). The event is copied, because the outbox is swept earlier.
create table delivery (
    subscriber    text not null references subscriber on delete cascade,
    tx            int8 not null,
    n             int4 not null,
    id            text not null,
    aggregatetype text not null,
    aggregateid   text not null,
    type          text not null,
    payload       text not null,
    at_ms         int8 not null,
    state         text not null check (state in ('parked', 'dead')),
    attempts      int4 not null,
    since_ms      int8 not null,              -- of the first failure; 0 not tried yet
    next_ms       int8 not null,
    status        int4 not null,              -- of the last answer; 0 none came
    why           text not null,
    changed_ms    int8 not null,
    primary key (subscriber, tx, n)
) with (fillfactor = 70);
create index delivery_dead on delivery (changed_ms) where state = 'dead';

-- First in every batch of the relay about a subscriber: it must still be the one that the relay has read.
create function subscriber_hold(who text, its_generation int8) returns void language plpgsql as $$
begin
    perform from subscriber where id = who and generation = its_generation for update;
    if not found then
        raise exception 'the subscriber was changed' using errcode = 'TN004';
    end if;
end $$;
