-- 0004: what others may learn of a step, written in the step's own transaction. The columns id to payload are
-- those that the outbox event router of Debezium reads; at_ms can be its timestamp field.

-- An event stands at (tx, n): the transaction that wrote it and its place in it. A serial number would be drawn
-- before the commit, and with several connections would become visible out of order: who has read 7 would never
-- look for 6 again. Transactions do not end in the order of their numbers either, but PostgreSQL knows the oldest
-- one that is still under way; all that are older are decided for good, so a reader stops there (outbox_safe).
create table outbox (
    tx            int8 not null,
    n             int4 not null,
    id            text not null,
    aggregatetype text not null,
    aggregateid   text not null,
    type          text not null,
    payload       text not null,
    at_ms         int8 not null,
    primary key (tx, n)
);

-- Positions only grow, also when the rows were restored into a cluster whose transactions are counted anew: then
-- `base` is raised (outbox_settle). `swept`: nothing up to here is kept any more.
create table outbox_clock (
    one      bool primary key default true check (one),
    base     int8 not null,
    swept_tx int8 not null,
    swept_n  int4 not null
) with (fillfactor = 50);
insert into outbox_clock values (true, 0, 0, 0);

-- Every event with a smaller tx is there already, for whoever reads it in the same statement.
create function outbox_safe() returns int8 language sql stable as $$
    select base + pg_snapshot_xmin(pg_current_snapshot())::text::int8 from outbox_clock
$$;
