-- How a call tries again after FAILED (it did not happen). REFUSED is never retried; UNCERTAIN is looked up first.
-- The wait before try n is first * factor^(n-1), at most longest, less a random share of up to jitter.
-- A step names one of these: retry = "quick"; without a word it is "gentle".
retry "quick"    { tries = 3,  first = seconds(0.2),  factor = 2, longest = seconds(1),  jitter = percent(50) }
retry "gentle"   { tries = 6,  first = seconds(0.5),  factor = 2, longest = minutes(1),  jitter = percent(50) }
-- what must happen in the end: undoing, and everything behind a pivot; about a day, then a person
retry "stubborn" { tries = 40, first = seconds(0.5),  factor = 2, longest = hours(1),    jitter = percent(25) }
-- asking what became of a call that may have happened; about two hours, then a person
retry "look"     { tries = 20, first = seconds(0.25), factor = 2, longest = minutes(10), jitter = percent(25) }
