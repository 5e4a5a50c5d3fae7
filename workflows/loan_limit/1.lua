workflow "loan_limit" {
  version  = 1,
  about    = "The credit limit is looked at: up on clean cycles and with consent, down on distress after notice",
  case     = "loan_limit",
  outcomes = { "changed", "unchanged", "refused" },
  stuck    = { queue = "credit_officers", within = working_hours(4), to = "credit_heads" },
}
step "limit" {
  call = "ledger.limit_change",
  with = { loan = "case.loan", reference = "case.reference", asked = "default(case.asked, false)", agreed = "default(case.agreed, false)", stable = "default(case.stable, false)", distress = "default(case.distress, false)",
           wanted = "case.wanted", notice_on = "case.notice_on" },
  no_undo = "the next look changes it again, with its own reasons", refused = finish "refused",
}
route "told" {
  when "limit.changed" { finish "changed" },
  otherwise            { finish "unchanged" },
}
