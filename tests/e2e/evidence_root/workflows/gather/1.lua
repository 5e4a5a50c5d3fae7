workflow "gather" {
  version  = 1,
  about    = "All evidence on one person: identity, papers, accounts, two bureaus, lists",
  case     = "evidence_case",
  outcomes = { "gathered", "unknown", "bad_paper", "listed", "no_consent" },
  stuck    = { queue = "operations", within = working_hours(4) },
}
step "identity" { call = "kyc.verify", with = { pan = "case.pan", name = "case.name" }, retry = "patient", refused = finish "unknown" }
step "paper"    { call = "kyc.aadhaar_offline", with = { xml = "case.aadhaar", name = "case.name" }, refused = finish "bad_paper" }
step "lists"    { call = "screening.check", with = { name = "case.name", dob = "case.dob" }, retry = "patient" }
route "on_a_list" {
  when "lists.result == 'hit'" { finish "listed" },
  otherwise                    { go "asked" },
}
step "asked"   { call = "aa.consent", with = { reference = "case.id", customer = "case.customer", pan = "case.pan", purpose = "'103'" }, retry = "patient",
                 no_undo = "a request that nobody answers lapses by itself" }
step "consent" { call = "aa.consent_status", with = { handle = "asked.handle", purpose = "'103'", wait = "true" }, retry = "patient", within = minutes(2) }
route "given" {
  when "consent.state == 'active'" { go "session" },
  otherwise                        { finish "no_consent" },
}
step "session"  { call = "aa.session", with = { consent = "default(consent.consent, '')" }, retry = "patient" }
step "accounts" { call = "aa.fetch", with = { session = "session.session", key_id = "session.key_id" }, retry = "patient", within = minutes(2) }
parallel "bureaus" {
  step "one"   { call = "bureau_a.soft", with = { pan = "case.pan", consent = "default(consent.consent, '')", purpose = "'new_credit'" }, retry = "patient" },
  step "other" { call = "bureau_b.soft", with = { pan = "case.pan", consent = "default(consent.consent, '')", purpose = "'new_credit'" }, retry = "patient" },
}
step "quick"  { call = { "bureau_a.report", "bureau_b.report" }, with = { pan = "case.pan" }, hedge = seconds(0.4), within = seconds(20), fallback = { thin = true } }
step "bureau" { call = "bureau.merge", with = { first = "one", second = "other" } }
step "risk"   { call = "scoring.credit_risk", with = { bureau = "bureau", accounts = "accounts" }, retry = "patient" }
step "hard"   { call = "bureau.hard", with = { pan = "case.pan", consent = "default(consent.consent, '')", purpose = "'new_credit'", reference = "case.id" }, retry = "patient",
                no_undo = "an inquiry cannot be taken back", finish "gathered" }
