-- Days whose end was asked for: each owner of a shard works through its loans (flow/day_end.h). How far it is stands in
-- the journal of its run: workflow "day_end", its case the date.
create table day_end (
    day      int4 primary key,
    date     text not null unique check (date = to_char(date '1970-01-01' + day, 'YYYY-MM-DD')),
    asked_ms int8 not null,
    asked_by text not null,
    done_ms  int8 not null default 0
);
create index day_end_open on day_end (day) where done_ms = 0;
