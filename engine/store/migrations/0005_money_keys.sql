-- Under which attempt family each business key last moved money, and how that stands: a second run with the same key
-- goes on from there (SEMANTICS 7). A projection of the journal; one row per key, in the shard of its customer.

create table money_key (
    shard      int4 not null check (shard between 0 and 65534),
    key        text collate "C" not null check (key <> ''),
    family     int4 not null check (family > 0),
    state      text not null check (state in ('open', 'done', 'refused', 'failed', 'undone')),
    run        bytea not null,
    updated_ms int8 not null,
    primary key (shard, key)
) with (fillfactor = 70);
