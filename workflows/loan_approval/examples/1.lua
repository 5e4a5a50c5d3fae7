example "a sound applicant is offered what she asks, accepts, and is paid" {
  of      = "loan_approval@1",
  case    = { pan = sample "pan", name = "Meera Iyer", age = 38, amount = rupees "2,50,000", account = sample "account", consent = "consent-1" },
  answers = { risk = { pd = 0.02 }, acceptance = "accepted" },
  path    = { "identity", "evidence", "bureau", "accounts", "risk", "credit", "verdict", "offer", "acceptance", "payout", "hold", "mandate", "transfer", "book" },
  outcome = "disbursed",
}
example "mid risk goes to an officer, then pays out" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { risk = { pd = 0.07 }, review = "approve" },
  path    = { "identity", "evidence", "bureau", "accounts", "risk", "credit", "verdict", "review", "offer", "acceptance", "payout", "hold", "mandate", "transfer", "book" },
  outcome = "disbursed",
}
example "high risk is declined with its reason" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { risk = { pd = 0.4 } },
  outcome = "declined",
}
example "an officer declines" {
  of      = "loan_approval@1", like = "mid risk goes to an officer, then pays out",
  answers = { review = "decline" },
  outcome = "declined",
}
example "nobody looks in time: the heads decide" {
  of      = "loan_approval@1", like = "mid risk goes to an officer, then pays out",
  answers = { review = late, senior_review = "approve" },
  outcome = "disbursed",
}
example "a refused transfer lifts the mandate and the hold" {
  of       = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers  = { transfer = refused "account closed" },
  undone   = { "mandate", "hold" },
  stops_at = "payout_help",
}
example "a number that the register does not know goes to a person" {
  of       = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers  = { identity = refused "unknown number" },
  stops_at = "identity_help",
}
