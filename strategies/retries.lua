-- How a step tries again after FAILED (it did not happen). REFUSED is never retried; UNCERTAIN is looked up first.
-- The wait before try n is first * factor^(n-1), at most longest, less a random share of up to jitter.
retry "quick"    { tries = 3,  first = seconds(0.2), factor = 2, longest = seconds(1),  jitter = percent(50) }
retry "gentle"   { tries = 6,  first = seconds(0.5), factor = 2, longest = minutes(1),  jitter = percent(50) }
retry "stubborn" { tries = 40, first = seconds(0.5), factor = 2, longest = minutes(10), jitter = percent(50) }
