workflow "loan_approval" {
  version  = 1,
  about    = "Personal loan, salaried or thin-file, up to 5 lakh",
  case     = "loan_application",
  outcomes = { "disbursed", "declined", "not_taken" },
  stuck    = { queue = "operations", within = working_hours(4), to = "operations_heads" },
}
on "withdrawn" { event = "application.withdrawn", finish "not_taken" }

step "identity" {
  call = "kyc.verify", with = { pan = "case.pan", name = "case.name" }, retry = "gentle",
  refused = go "identity_help",        -- the register does not know this number: nobody is declined by a typing slip
}

parallel "evidence" {                  -- names inside are names of the file: bureau, accounts
  step "bureau"   { call = "bureau.report",     with = { pan = "case.pan" }, retry = "quick", within = seconds(5), fallback = { thin = true } },
  step "accounts" { call = "bank.transactions", with = { consent = "case.consent", pan = "case.pan" }, retry = "stubborn" },
}
step "risk" { call = "scoring.credit_risk", with = { application = "case", bureau = "bureau", accounts = "accounts" }, retry = "gentle" }

decide "credit" { policy = "personal_loan" }
route "verdict" {
  when "credit.outcome == 'decline'" { finish "declined" },
  when "credit.outcome == 'refer'"   { go "review" },
  otherwise                          { go "offer" },
}

task "identity_help" {
  queue   = "credit_officers", form = "note",
  answers = { corrected = go "identity", decline = finish "declined" },
  within  = working_days(2), late = go "identity_heads", most = 3, spent = finish "declined",
}
task "identity_heads" {
  queue   = "credit_heads", form = "note",
  answers = { corrected = go "identity", decline = finish "declined" },
  within  = working_days(2), late = go "identity_heads", most = 3, spent = finish "declined",
}
task "review" {
  queue    = "credit_officers",
  show     = { "case.amount", "risk.pd", "credit.reasons" },
  form     = "credit_review",          -- its fields: review.amount, review.reason
  answers  = { approve = go "offer", decline = finish "declined" },
  escalate = { after = working_hours(4), to = "credit_heads" },
  within   = working_hours(16), late = go "senior_review",
}
task "senior_review" {
  queue    = "credit_heads", form = "credit_review", show = { "case.amount", "risk.pd", "credit.reasons" },
  answers  = { approve = go "offer", decline = finish "declined" },
  within   = working_hours(8), late = go "senior_review", most = 3, spent = finish "declined",
}

step "offer" {
  call = "ledger.offer",
  with = { amount = "default(senior_review.amount, default(review.amount, default(credit.amount, case.amount)))", pd = "risk.pd", months = "case.months" },
  no_undo = "an offer binds nobody and lapses by itself",
}
wait "acceptance" {
  on "accepted"    { event = "offer.accepted", when = "event.offer == offer.id", go "payout" },
  on "turned_down" { event = "offer.declined", when = "event.offer == offer.id", finish "not_taken" },
  within = days(7), late = finish "not_taken",
}

saga "payout" {                        -- all or nothing up to the pivot (the point of no return); after it only forward
  step "hold"     { call = "ledger.hold",       with = { loan = "case.application_id", amount = "offer.amount" }, undo = "ledger.release" },
  step "mandate"  { call = "payments.mandate",  with = { account = "case.account", amount = "offer.instalment", reference = "case.application_id" },
                    retry = "gentle", undo = "payments.cancel_mandate" },
  step "transfer" { call = "payments.disburse", with = { account = "case.account", amount = "offer.paid_out", reference = "case.application_id", hold = "hold.id" },
                    once_per = "case.application_id", retry = "gentle", pivot = true },
  step "book"     { call = "ledger.book_loan",  with = { loan = "case.application_id", amount = "offer.amount", fee = "offer.fee", rate = "offer.rate", months = "offer.months",
                                                            transfer = "transfer.id", key_facts = "offer.hash" } },
  failed = go "payout_help",           next = finish "disbursed",
}
task "payout_help" {
  queue   = "operations", form = "note",
  answers = { again = go "payout", give_up = finish "not_taken" },
  within  = working_days(2), late = finish "not_taken", most = 3, spent = finish "not_taken",
}
