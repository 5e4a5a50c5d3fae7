workflow "ask_bureau" {
  version  = 1,
  about    = "One question to one provider, tried once",
  case     = "ask_case",
  outcomes = { "answered", "unanswered" },
  stuck    = { queue = "operations", within = hours(4) },
}
step "ask" { call = "bureau.report", with = { pan = "case.pan" }, retry = "once", failed = finish "unanswered", finish "answered" }
