example "a clean record and low risk: the amount asked for" {
  of      = "personal_loan@1",
  case    = { application_id = "a-1", pan = sample "pan", name = "Meera Iyer", age = 38, amount = rupees "2,50,000", account = sample "account", consent = "consent-1" },
  answers = { identity = { status = "match", name_match = 1, pan_valid = true }, bureau = { thin = false, late_90 = 0 }, risk = { pd = 0.02 } },
  outcome = "approve",
}
example "exactly at the threshold is still approved" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { risk = { pd = 0.04 } },
  outcome = "approve",
}
example "in between, a person looks" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { risk = { pd = 0.09 } },
  outcome = "refer", reasons = { "R07" },
}
example "too likely not to be paid back" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { risk = { pd = 0.12 } },
  outcome = "decline", reasons = { "R08" },
}
example "three times three months late, and risky: both reasons are told" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { bureau = { thin = false, late_90 = 3 }, risk = { pd = 0.12 } },
  outcome = "decline", reasons = { "R06", "R08" },
}
example "98 is a code of the bureau, not a count" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { bureau = { thin = false, late_90 = 98 } },
  outcome = "approve",
}
example "not of age" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  case    = { age = 17 },
  outcome = "decline", reasons = { "R01" },
}
example "too small to be worth its cost" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  case    = { amount = rupees "1,999" },
  outcome = "decline", reasons = { "R02" },
}
example "a tax card that is no longer valid" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { identity = { status = "match", name_match = 1, pan_valid = false } },
  outcome = "refer", reasons = { "R03" },
}
example "another name, money going round, high risk: a person, not a refusal" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { identity = { status = "mismatch", name_match = 0.1, pan_valid = true }, risk = { pd = 0.3, circular_share = 0.7 } },
  outcome = "refer", reasons = { "R04", "R05" },
}
example "a name that only nearly agrees" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { identity = { status = "partial", name_match = 0.79, pan_valid = true } },
  outcome = "refer", reasons = { "R04" },
}
example "money going round alone" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { risk = { pd = 0.02, circular_share = 0.26 } },
  outcome = "refer", reasons = { "R05" },
}
example "a thin file with a steady account: a starter loan" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { bureau = { thin = true }, risk = { pd = 0.06, cashflow_months = 6, monthly_inflow = rupees "40,000" } },
  outcome = "approve",
}
example "a thin file with a short account" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { bureau = { thin = true }, risk = { pd = 0.03, cashflow_months = 5, monthly_inflow = rupees "40,000" } },
  outcome = "refer", reasons = { "R09" },
}
example "a steady account with too little coming in: the starter is below its floor" {
  of      = "personal_loan@1", like = "a clean record and low risk: the amount asked for",
  answers = { bureau = { thin = true }, risk = { pd = 0.03, cashflow_months = 12, monthly_inflow = rupees "5,000" } },
  outcome = "refer", reasons = { "R09" },
}
