workflow "loan_payment" {
  version  = 1,
  about    = "A payment is booked; one that finds no place is held until a person has looked",
  case     = "loan_payment",
  outcomes = { "booked", "given_back", "placed_elsewhere", "unresolved" },
  stuck    = { queue = "payments_desk", within = working_hours(4), to = "operations_heads" },
}
step "payment" {
  call = "ledger.receive_payment",
  with = { loan = "case.loan", reference = "case.reference", amount = "case.amount", currency = "case.currency", on = "case.on", as = "case.as",
           keep = "case.keep", channel = "case.channel", to_charge = "case.to_charge", to_due = "case.to_due" },
  no_undo = "a payment that comes back is a fact of its own: loan_return",
  refused = go "suspense",
}
route "place" {
  when "payment.outcome == 'suspense'" { go "suspense" },
  otherwise                            { finish "booked" },
}
task "suspense" {                     -- an unknown or closed loan, another currency, a due day that does not exist
  queue    = "payments_desk", form = "note",
  show     = { "case.loan", "case.reference", "case.amount" },
  answers  = { given_back = finish "given_back", placed = finish "placed_elsewhere" },
  escalate = { after = working_hours(8), to = "operations_heads" },
  within   = working_days(5), late = go "suspense_heads",
}
task "suspense_heads" {
  queue   = "operations_heads", form = "note",
  show    = { "case.loan", "case.reference", "case.amount" },
  answers = { given_back = finish "given_back", placed = finish "placed_elsewhere" },
  within  = working_days(5), late = go "suspense_heads", most = 3, spent = finish "unresolved",
}
