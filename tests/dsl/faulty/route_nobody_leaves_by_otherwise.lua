workflow "loan_approval" {
  version  = 4,
  about    = "Personal loan, salaried or thin-file, up to 5 lakh",
  case     = "loan_application",
  outcomes = { "disbursed", "declined", "not_taken" },
  stuck    = { queue = "operations", within = working_hours(4), to = "operations_heads" },
}
on "withdrawn" { event = "application.withdrawn", finish "not_taken" }

step "identity" { call = "kyc.verify", with = { pan = "case.pan", name = "case.name" }, retry = "gentle" }

parallel "evidence" {                  -- names inside are names of the file: bureau, accounts, documents
  step "bureau"    { call = "bureau.report",     with = { pan = "case.pan" }, within = seconds(2), fallback = { thin = true } },
  step "accounts"  { call = "bank.transactions", with = { consent = "case.consent" }, retry = "stubborn" },
  step "documents" { call = "documents.verify",  with = { files = "case.documents" }, when = "count(case.documents) > 0" },
}
step "fraud" { call = "fraud.screen",        with = { application = "case" } }
step "risk"  { call = "scoring.credit_risk", with = { application = "case", bureau = "bureau", accounts = "accounts" } }

decide "credit" { policy = "personal_loan_policy" }
route "verdict" {
  when "credit.outcome == 'decline'" { go "adverse_notice" },
  when "credit.outcome == 'refer'"   { go "review" },
  when "credit.outcome == 'approve'" { go "offer" },
  otherwise                          { go "review" },
}
task "review" {
  queue    = "credit_officers",
  show     = { "case.amount", "risk.pd", "credit.reasons", "fraud.links" },
  form     = "credit_review",          -- its fields: review.amount, review.reasons
  answers  = { approve = go "offer", decline = go "adverse_notice" },
  escalate = { after = working_hours(4), to = "credit_heads" },
  within   = working_hours(16),        late = go "senior_review",
}
task "senior_review" {
  queue    = "credit_heads", form = "credit_review",
  answers  = { approve = go "offer", decline = go "adverse_notice" },
  within   = working_hours(8),         late = go "senior_review", most = 3, spent = go "adverse_notice",
}
send "offer"      { template = "offer", with = { amount = "default(review.amount, credit.amount)" }, by = { "whatsapp", "email" }, not_sent = finish "not_taken" }
wait "acceptance" { event = "offer.accepted", when = "event.offer == offer.id", within = days(7), late = finish "not_taken" }

saga "payout" {                        -- all or nothing up to the pivot (the point of no return); after it only forward
  step "hold"     { call = "ledger.hold",       with = { amount = "offer.amount" },   undo = "ledger.release" },
  step "mandate"  { call = "payments.mandate",  with = { account = "case.account" },  undo = "payments.cancel_mandate" },
  step "transfer" { call = "payments.disburse", with = { hold = "hold.id" }, once_per = "case.loan_id", pivot = true },
  step "book"     { call = "ledger.book_loan",  with = { transfer = "transfer.id" } },       -- after the pivot: retried, then a person; never undone
  failed = go "payout_help",           next = finish "disbursed",
}
task "payout_help" { queue = "operations", answers = { again = go "payout", give_up = finish "not_taken" },
                     most = 3, spent = finish "not_taken", within = working_days(2), late = finish "not_taken" }
send "adverse_notice" { template = "adverse_action", with = { reasons = "default(review.reasons, credit.reasons)" }, by = { "letter", "email" }, finish "declined" }
