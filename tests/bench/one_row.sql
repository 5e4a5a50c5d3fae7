insert into bench_row (id, n, body) values (gen_random_uuid(), 1, repeat('x', 200));
