workflow "loan_exit" {
  version  = 1,
  about    = "Paying a loan back early: within the cooling-off days, or by foreclosure",
  case     = "loan_exit",
  outcomes = { "closed", "refused" },
  stuck    = { queue = "payments_desk", within = working_hours(4), to = "operations_heads" },
}
route "which" {
  when "case.kind == 'cooling_off'" { go "cooling_off" },
  otherwise                         { go "foreclosure" },
}
step "cooling_off" {
  call = "ledger.exit_cooling_off", with = { loan = "case.loan", reference = "case.reference", amount = "case.amount", channel = "case.channel" },
  no_undo = "a paid loan is not opened again", refused = finish "refused", next = go "mandate",
}
step "foreclosure" {
  call = "ledger.foreclose", with = { loan = "case.loan", reference = "case.reference", amount = "case.amount", channel = "case.channel" },
  no_undo = "a paid loan is not opened again", refused = finish "refused", next = go "mandate",
}
step "mandate" {                      -- nothing is left to collect
  call = "payments.cancel_mandate", with = { reference = "case.loan" }, retry = "stubborn",
  no_undo = "a new loan gets a mandate of its own", next = finish "closed",
}
