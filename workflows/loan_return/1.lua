workflow "loan_return" {
  version  = 1,
  about    = "A payment came back, or was booked in error: the loan is as if it had never been",
  case     = "loan_return",
  outcomes = { "reversed", "not_ours" },
  stuck    = { queue = "payments_desk", within = working_hours(4), to = "operations_heads" },
}
step "reversal" {
  call    = "ledger.reverse_payment", with = { loan = "case.loan", reference = "case.reference", payment = "case.payment", why = "case.why", on = "case.on" },
  no_undo = "it is itself a correction", refused = go "unknown",
}
route "after" {
  when "reversal.review_terms" { go "terms" },
  otherwise                    { finish "reversed" },
}
task "terms" {                        -- rows of a later change of terms had to follow
  queue   = "collections_managers", form = "note", show = { "case.loan", "case.payment", "reversal.outstanding" },
  answers = { looked_at = finish "reversed" },
  within  = working_days(5), late = go "terms", most = 3, spent = finish "reversed",
}
task "unknown" {
  queue   = "payments_desk", form = "note", show = { "case.loan", "case.payment" },
  answers = { again = go "reversal", not_ours = finish "not_ours" },
  within  = working_days(5), late = go "unknown", most = 3, spent = finish "not_ours",
}
