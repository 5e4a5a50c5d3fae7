workflow "loan_refund" {
  version  = 1,
  about    = "Credit, or money held in suspense, goes back to the borrower",
  case     = "loan_refund",
  outcomes = { "paid_back", "refused", "paid_by_hand", "unresolved" },
  stuck    = { queue = "payments_desk", within = working_hours(4), to = "operations_heads" },
}
step "books" {
  call    = "ledger.refund", with = { loan = "case.loan", reference = "case.reference", amount = "case.amount", held = "case.held" },
  no_undo = "the money is owed from here on; it leaves below, by the bank or by hand", refused = finish "refused",
}
step "transfer" {
  call = "payments.refund", with = { account = "case.account", amount = "case.amount", reference = "case.reference" },
  once_per = "case.reference", retry = "stubborn", no_undo = "a refund that has left is not ours to take back",
  refused = go "by_hand",
}
route "done" { otherwise { finish "paid_back" } }
task "by_hand" {
  queue   = "payments_desk", form = "note", show = { "case.loan", "case.amount" },
  answers = { again = go "transfer", paid = finish "paid_by_hand" },
  within  = working_days(2), late = go "by_hand", most = 3, spent = finish "unresolved",
}
