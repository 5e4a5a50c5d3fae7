example "an overpayment goes back" {
  of      = "loan_refund@1",
  case    = { loan = "L1", reference = "ref-1", amount = rupees "50", account = sample "account" },
  path    = { "books", "transfer", "done" },
  outcome = "paid_back",
}
example "there is no such credit" {
  of      = "loan_refund@1", like = "an overpayment goes back",
  answers = { books = refused "no credit" },
  outcome = "refused",
}
example "the bank refuses, somebody pays by hand" {
  of      = "loan_refund@1", like = "an overpayment goes back",
  answers = { transfer = refused "account closed", by_hand = "paid" },
  outcome = "paid_by_hand",
}
example "the bank refuses again and again" {
  of      = "loan_refund@1", like = "an overpayment goes back",
  answers = { transfer = refused "account closed", by_hand = "again" },
  outcome = "unresolved",
}
example "nobody answers" {
  of      = "loan_refund@1", like = "an overpayment goes back",
  answers = { transfer = refused "account closed", by_hand = late },
  outcome = "unresolved",
}
