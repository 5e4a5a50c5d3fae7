example "a sound applicant is offered what she asks, accepts, and is paid" {
  of      = "loan_approval@1",
  case    = { pan = sample "pan", name = "Meera Iyer", age = 38, amount = rupees "2,50,000", account = sample "account", consent = "consent-1" },
  answers = { risk = { pd = 0.02 }, acceptance = "accepted", signature = "signed" },
  path    = { "identity", "evidence", "bureau", "accounts", "screening", "cleared", "risk", "credit", "verdict", "offer", "acceptance", "payee", "theirs", "inquiry",
              "envelope", "signature", "payout", "hold", "mandate", "transfer", "book", "welcome" },
  outcome = "disbursed",
}
example "mid risk goes to an officer, then pays out" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { risk = { pd = 0.07 }, review = "approve" },
  path    = { "identity", "evidence", "bureau", "accounts", "screening", "cleared", "risk", "credit", "verdict", "review", "offer", "acceptance", "payee", "theirs", "inquiry",
              "envelope", "signature", "payout", "hold", "mandate", "transfer", "book", "welcome" },
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
example "high risk is owed a notice" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { risk = { pd = 0.4 } },
  path    = { "identity", "evidence", "bureau", "accounts", "screening", "cleared", "risk", "credit", "verdict", "adverse_action", "owed", "notice" },
  outcome = "declined",
}
example "the notice cannot be sent: the decline waits for a person" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { risk = { pd = 0.4 }, notice = refused "no such address" },
  stops_at = "notice",
}
example "a name on a list is looked at: somebody else" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { screening = { result = "possible" }, compliance = "not_the_same" },
  outcome = "disbursed",
}
example "a name on a list is looked at: the same" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { screening = { result = "hit" }, compliance = "hit" },
  outcome = "declined",
}
example "the heads say it is somebody else" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { screening = { result = "possible" }, compliance = late, compliance_heads = "not_the_same" },
  outcome = "disbursed",
}
example "the heads say it is the same" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { screening = { result = "possible" }, compliance = late, compliance_heads = "hit" },
  outcome = "declined",
}
example "nobody looks at the list" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { screening = { result = "possible" }, compliance = late, compliance_heads = late },
  outcome = "declined",
}
example "consent is withdrawn before anything is promised" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { risk = { pd = 0.07 }, consent_withdrawn = "now" },
  outcome = "not_taken",
}
example "the account is somebody else's: operations find out" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { payee = { name_match = 0.2 }, payee_help = "theirs" },
  outcome = "disbursed",
}
example "the account is closed" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { payee = { state = "closed" }, payee_help = "give_up" },
  outcome = "not_taken",
}
example "nobody finds out whose account it is" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { payee = refused "unknown bank", payee_help = late },
  outcome = "not_taken",
}
example "no hard inquiry is allowed" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { inquiry = refused "no consent", payout_help = "give_up" },
  outcome = "not_taken",
}
example "no envelope can be made" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { envelope = refused "no such signer", payout_help = "give_up" },
  outcome = "not_taken",
}
example "the signature is refused" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { signature = "not_signed" },
  outcome = "not_taken",
}
example "nobody signs, and the envelope is gone" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { signature = late, unsigned = refused "no envelope" },
  outcome = "not_taken",
}
example "the duty cannot be written down, the heads send the notice by hand" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { risk = { pd = 0.4 }, owed = refused "no books", notice_help = "sent_by_hand" },
  outcome = "declined",
}
example "nobody sends it" {
  of      = "loan_approval@1", like = "a sound applicant is offered what she asks, accepts, and is paid",
  answers = { risk = { pd = 0.4 }, owed = refused "no books", notice_help = late },
  outcome = "declined",
}
