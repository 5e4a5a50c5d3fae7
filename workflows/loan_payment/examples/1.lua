example "a payment is spread over what is due" {
  of      = "loan_payment@1",
  case    = { loan = "L1", reference = "upi-1", amount = rupees "1,010" },
  path    = { "payment", "place" },
  outcome = "booked",
}
example "a payment for a closed loan is held and given back" {
  of      = "loan_payment@1", like = "a payment is spread over what is due",
  answers = { payment = { outcome = "suspense", why = "closed_loan" }, suspense = "given_back" },
  outcome = "given_back",
}
example "a payment that belongs elsewhere is placed there" {
  of      = "loan_payment@1", like = "a payment is spread over what is due",
  answers = { payment = { outcome = "suspense" }, suspense = "placed" },
  outcome = "placed_elsewhere",
}
example "nobody looks in time: the heads give it back" {
  of      = "loan_payment@1", like = "a payment is spread over what is due",
  answers = { payment = refused "no such due day", suspense = late, suspense_heads = "given_back" },
  outcome = "given_back",
}
example "the heads place it" {
  of      = "loan_payment@1", like = "a payment is spread over what is due",
  answers = { payment = refused "no such due day", suspense = late, suspense_heads = "placed" },
  outcome = "placed_elsewhere",
}
example "nobody ever looks: it stays in suspense, and the case says so" {
  of      = "loan_payment@1", like = "a payment is spread over what is due",
  answers = { payment = refused "no such due day", suspense = late, suspense_heads = late },
  outcome = "unresolved",
}
