workflow "loan_quote" {
  version  = 1,
  about    = "What it costs today to leave, to pay ahead or to settle; nothing is written but that it was told",
  case     = "loan_quote",
  outcomes = { "quoted", "refused" },
  stuck    = { queue = "payments_desk", within = working_hours(4), to = "operations_heads" },
}
step "quote" {
  call    = "ledger.quote", with = { loan = "case.loan", of = "case.of", amount = "case.amount", keep = "case.keep", discount = "case.discount" },
  no_undo = "a quote binds for its day only", refused = finish "refused", next = finish "quoted",
}
