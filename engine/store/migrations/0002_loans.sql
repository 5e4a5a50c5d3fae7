-- Loans of our own books. What happened to a loan are its entries; its row is a projection of them, for people
-- and for the day-end to search by.

-- Indexed are the owner, the bucket and the first day with work: those move when a day-end or a payment moves the
-- loan from one state of delinquency to another, about once a month. Every other update (a payment that changes no
-- bucket, an accrual within the day) stays in its page, which is why there is free room in it. Ids compare bytewise,
-- so that paging is the same everywhere.
create table loan (
    id                text collate "C" primary key check (id <> ''),
    shard             int4 not null check (shard between 0 and 65534),
    customer          text not null check (customer <> ''),
    product           text not null,
    currency          text not null,
    state             text not null,
    bucket            text not null,
    n                 int4 not null check (n > 0),
    outstanding_minor int8 not null,
    overdue_minor     int8 not null,
    oldest_due_day    int4 not null,
    next_day          int4 not null,
    updated_ms        int8 not null
) with (fillfactor = 70);
create index loan_due on loan (shard, next_day, id);
create index loan_customer on loan (customer, id);
create index loan_bucket on loan (bucket, id);

-- One dated fact of a loan's life: when it counts, when it was known. Corrected by later entries, never changed.
create table loan_entry (
    loan          text collate "C" not null,
    n             int4 not null check (n > 0),
    kind          text not null check (kind <> ''),
    effective_day int4 not null,
    known_ms      int8 not null,
    amount_minor  int8 not null,
    body          text not null,
    run           bytea not null,
    seq           int4 not null,
    primary key (loan, n)
);
create trigger loan_entry_append_only before update or delete on loan_entry
    for each row execute function refuse_change();
create trigger loan_entry_never_emptied before truncate on loan_entry
    for each statement execute function refuse_change();

-- The number of the last entry after a write. Entries are unique by themselves; this also stops a write without
-- entries by somebody who did not know the newest one, and one from a shard that is not the loan's.
create function loan_follows(stored_n int4, stored_shard int4, given_n int4, given_shard int4) returns int4
language plpgsql as $$
begin
    if stored_shard <> given_shard then
        raise exception 'the loan belongs to another shard' using errcode = 'TN004';
    end if;
    if stored_n > given_n then
        raise exception 'the loan has entries that its writer does not know' using errcode = 'TN004';
    end if;
    return given_n;
end $$;
