workflow "ask_kyc" {
  version  = 1,
  about    = "One question to one provider, tried once",
  case     = "ask_case",
  outcomes = { "answered", "unanswered" },
  stuck    = { queue = "operations", within = hours(4) },
}
step "ask" { call = "kyc.verify", with = { pan = "case.pan", name = "case.name" }, retry = "once", failed = finish "unanswered", finish "answered" }
