workflow "two_bureaus" { version = 1, case = "loan_application", outcomes = { "scored" }, stuck = { queue = "operations", within = working_hours(2) } }
-- call is a list of operations with one and the same contract
step "bureau" {
  call     = { "bureau_a.report", "bureau_b.report" }, with = { pan = "case.pan" },
  hedge    = seconds(0.4),                 -- no answer yet: ask the next one as well; the first DONE counts
  within   = seconds(2),
  fallback = { thin = true },
}
task "risk"
