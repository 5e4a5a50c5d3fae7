example "a returned payment is taken back" {
  of      = "loan_return@1",
  case    = { loan = "L1", reference = "ret-1", payment = "upi-1", why = "returned" },
  path    = { "reversal", "after" },
  outcome = "reversed",
}
example "terms had been changed after it: somebody looks" {
  of      = "loan_return@1", like = "a returned payment is taken back",
  answers = { reversal = { review_terms = true }, terms = "looked_at" },
  outcome = "reversed",
}
example "nobody looks at the terms" {
  of      = "loan_return@1", like = "a returned payment is taken back",
  answers = { reversal = { review_terms = true }, terms = late },
  outcome = "reversed",
}
example "a payment that we do not know" {
  of      = "loan_return@1", like = "a returned payment is taken back",
  answers = { reversal = refused "no such payment", unknown = "not_ours" },
  outcome = "not_ours",
}
example "asked again and again" {
  of      = "loan_return@1", like = "a returned payment is taken back",
  answers = { reversal = refused "no such payment", unknown = "again" },
  outcome = "not_ours",
}
example "nobody answers" {
  of      = "loan_return@1", like = "a returned payment is taken back",
  answers = { reversal = refused "no such payment", unknown = late },
  outcome = "not_ours",
}
