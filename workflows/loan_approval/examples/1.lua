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
example "the number was a slip: corrected each time, refused each time, declined at last" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { identity = refused "unknown number", identity_help = "corrected" },
  outcome = "declined",
}
example "a person declines whom the register does not know" {
  of      = "loan_approval@1", like = "a number that the register does not know goes to a person",
  answers = { identity_help = "decline" },
  outcome = "declined",
}
example "nobody helps in time: the heads correct the number, thrice in vain" {
  of      = "loan_approval@1", like = "a number that the register does not know goes to a person",
  answers = { identity_help = late, identity_heads = "corrected" },
  outcome = "declined",
}
example "the heads decline whom the register does not know" {
  of      = "loan_approval@1", like = "a number that the register does not know goes to a person",
  answers = { identity_help = late, identity_heads = "decline" },
  outcome = "declined",
}
example "not even the heads look" {
  of      = "loan_approval@1", like = "a number that the register does not know goes to a person",
  answers = { identity_help = late, identity_heads = late },
  outcome = "declined",
}
example "the heads decline in the officers' stead" {
  of      = "loan_approval@1", like = "nobody looks in time: the heads decide",
  answers = { senior_review = "decline" },
  outcome = "declined",
}
example "nobody ever looks" {
  of      = "loan_approval@1", like = "nobody looks in time: the heads decide",
  answers = { senior_review = late },
  outcome = "declined",
}
example "the bureau does not answer: a thin file, a steady account, a starter loan" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { bureau = failed "down", risk = { pd = 0.07 } },
  outcome = "disbursed",
}
example "the offer is turned down" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { acceptance = "turned_down" },
  outcome = "not_taken",
}
example "the offer lapses" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { acceptance = late },
  outcome = "not_taken",
}
example "a transfer that is refused again and again" {
  of      = "loan_approval@1", like = "a refused transfer lifts the mandate and the hold",
  answers = { payout_help = "again" },
  undone  = { "mandate", "hold", "mandate", "hold", "mandate", "hold", "mandate", "hold" },
  outcome = "not_taken",
}
example "operations give the payout up" {
  of      = "loan_approval@1", like = "a refused transfer lifts the mandate and the hold",
  answers = { payout_help = "give_up" },
  outcome = "not_taken",
}
example "nobody helps the payout in time" {
  of      = "loan_approval@1", like = "a refused transfer lifts the mandate and the hold",
  answers = { payout_help = late },
  outcome = "not_taken",
}
example "the applicant withdraws while an officer looks" {
  of      = "loan_approval@1", like = "mid risk goes to an officer, then pays out",
  answers = { withdrawn = "now" },
  outcome = "not_taken",
}
