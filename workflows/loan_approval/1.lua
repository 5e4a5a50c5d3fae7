workflow "loan_approval" {
  version  = 1,
  about    = "Personal loan, salaried or thin-file, up to 5 lakh",
  case     = "loan_application",
  outcomes = { "disbursed", "declined", "not_taken" },
  stuck    = { queue = "operations", within = working_hours(4), to = "operations_heads" },
}
on "withdrawn"         { event = "application.withdrawn", finish "not_taken" }
on "consent_withdrawn" { event = "consent.withdrawn", finish "not_taken" }

step "identity" {
  call = "kyc.verify", with = { pan = "case.pan", name = "case.name" }, retry = "gentle",
  refused = go "identity_help",        -- the register does not know this number: nobody is declined by a typing slip
}

parallel "evidence" {                  -- names inside are names of the file: bureau, accounts, screening
  step "bureau"    { call = "bureau.report",     with = { pan = "case.pan" }, retry = "quick", within = seconds(5), fallback = { thin = true } },
  step "accounts"  { call = "bank.transactions", with = { consent = "case.consent", pan = "case.pan" }, retry = "stubborn" },
  step "screening" { call = "screening.check",   with = { name = "case.name", dob = "identity.dob" }, retry = "stubborn" },
}
route "cleared" {                      -- no money moves before this says clear, or a person does
  when "screening.result == 'clear'" { go "risk" },
  otherwise                          { go "compliance" },
}
task "compliance" {
  queue   = "compliance_officers", form = "note", show = { "case.amount", "screening.result" },
  answers = { not_the_same = go "risk", hit = go "adverse_action" },
  within  = working_days(2), late = go "compliance_heads",
}
task "compliance_heads" {
  queue   = "compliance_heads", form = "note", show = { "case.amount", "screening.result" },
  answers = { not_the_same = go "risk", hit = go "adverse_action" },
  within  = working_days(2), late = go "compliance_heads", most = 3, spent = go "adverse_action",
}
step "risk" { call = "scoring.credit_risk", with = { application = "case", bureau = "bureau", accounts = "accounts" }, retry = "gentle" }

decide "credit" { policy = "personal_loan" }
route "verdict" {
  when "credit.outcome == 'decline'" { go "adverse_action" },
  when "credit.outcome == 'refer'"   { go "review" },
  otherwise                          { go "offer" },
}

task "identity_help" {
  queue   = "credit_officers", form = "note",
  answers = { corrected = go "identity", decline = go "adverse_action" },
  within  = working_days(2), late = go "identity_heads", most = 3, spent = go "adverse_action",
}
task "identity_heads" {
  queue   = "credit_heads", form = "note",
  answers = { corrected = go "identity", decline = go "adverse_action" },
  within  = working_days(2), late = go "identity_heads", most = 3, spent = go "adverse_action",
}
task "review" {
  queue    = "credit_officers",
  show     = { "case.amount", "risk.pd", "credit.reasons" },
  form     = "credit_review",          -- its fields: review.amount, review.reason
  answers  = { approve = go "offer", decline = go "adverse_action" },
  escalate = { after = working_hours(4), to = "credit_heads" },
  within   = working_hours(16), late = go "senior_review",
}
task "senior_review" {
  queue    = "credit_heads", form = "credit_review", show = { "case.amount", "risk.pd", "credit.reasons" },
  answers  = { approve = go "offer", decline = go "adverse_action" },
  within   = working_hours(8), late = go "senior_review", most = 3, spent = go "adverse_action",
}

-- The offer is the key fact statement: its hash is what is signed, its price is frozen while it is valid.
step "offer" {
  call = "ledger.offer",
  with = { amount = "default(senior_review.amount, default(review.amount, default(credit.amount, case.amount)))", pd = "risk.pd", months = "case.months" },
  no_undo = "an offer binds nobody and lapses by itself",
}
wait "acceptance" {
  on "accepted"    { event = "offer.accepted", when = "event.offer == offer.id", go "payee" },
  on "turned_down" { event = "offer.declined", when = "event.offer == offer.id", finish "not_taken" },
  within = days(7), late = finish "not_taken",
}

step "payee" {                         -- whose account is it? asked before anything is signed or held
  call = "account.verify", with = { account = "case.account", name = "case.name" }, retry = "stubborn",
  refused = go "payee_help",
}
route "theirs" {
  when "payee.state == 'open' and default(payee.name_match, 100%) >= 60%" { go "inquiry" },
  otherwise                                                             { go "payee_help" },
}
task "payee_help" {
  queue   = "operations", form = "note", show = { "case.amount", "case.application_id" },
  answers = { theirs = go "inquiry", give_up = finish "not_taken" },
  within  = working_days(2), late = finish "not_taken",
}
step "inquiry" {                       -- other lenders see it and it cannot be taken back: so only now, and only where there is a file
  call = "bureau.hard", with = { pan = "case.pan", consent = "case.consent", purpose = text "new_credit", reference = "case.application_id" },
  when = "not bureau.thin", no_undo = "a hard inquiry cannot be taken back", refused = go "payout_help",
}

step "envelope" {
  call = "esign.envelope", with = { reference = "case.application_id", document = "offer.hash", signer = "case.name" },
  retry = "stubborn", no_undo = "an envelope that nobody signs is voided below", refused = go "payout_help",
}
wait "signature" {                     -- what is signed must be what was offered; another paper is no signature
  on "signed"       { event = "esign.signed", when = "event.document == offer.hash", go "payout" },
  on "not_signed"   { event = "esign.declined", go "unsigned" },
  within = days(7), late = go "unsigned",
}
step "unsigned" {
  call = "esign.void", with = { reference = "case.application_id", id = "envelope.id" }, retry = "stubborn",
  no_undo = "the next offer gets an envelope of its own", refused = finish "not_taken", next = finish "not_taken",
}

saga "payout" {                        -- all or nothing up to the pivot (the point of no return); after it only forward
  step "hold"     { call = "ledger.hold",       with = { loan = "case.application_id", amount = "offer.amount" }, undo = "ledger.release" },
  step "mandate"  { call = "payments.mandate",  with = { account = "case.account", amount = "offer.instalment", reference = "case.application_id" },
                    retry = "gentle", undo = "payments.cancel_mandate" },   -- may become active days later: the first instalment is a month away
  step "transfer" { call = "payments.disburse", with = { account = "case.account", amount = "offer.paid_out", reference = "case.application_id", hold = "hold.id" },
                    once_per = "case.application_id", retry = "gentle", pivot = true },
  step "book"     { call = "ledger.book_loan",  with = { loan = "case.application_id", amount = "offer.amount", rate = "offer.rate", fee = "offer.fee",
                                                         months = "offer.months", transfer = "transfer.id", key_facts = "offer.hash" } },
  step "welcome"  { call = "notices.send",      with = { reference = "case.application_id", kind = text "welcome", name = "case.name", document = "offer.hash" } },
  failed = go "payout_help",           next = finish "disbursed",
}
task "payout_help" {
  queue   = "operations", form = "note",
  answers = { again = go "payout", give_up = finish "not_taken" },
  within  = working_days(2), late = finish "not_taken", most = 3, spent = finish "not_taken",
}

saga "adverse_action" {                -- a decline is owed a notice: from its first step on nobody can cancel it
  step "owed"   { call = "ledger.owe_notice", with = { reference = "case.application_id", kind = text "adverse_action" }, pivot = true },
  step "notice" { call = "notices.send", with = { reference = "case.application_id", kind = text "adverse_action", name = "case.name", reasons = "credit.reasons" }, retry = "stubborn" },
  failed = go "notice_help",           next = finish "declined",
}
task "notice_help" {                   -- cannot be reached while the ledger works; an owner all the same
  queue   = "operations_heads", form = "note",
  answers = { sent_by_hand = finish "declined" },
  within  = working_days(5), late = go "notice_help", most = 3, spent = finish "declined",
}
