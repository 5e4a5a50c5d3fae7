workflow "loan_dispute" {
  version  = 1,
  about    = "While something is disputed no payment goes there and nobody presses for it; a person finds out",
  case     = "loan_dispute",
  outcomes = { "upheld", "rejected", "refused" },
  stuck    = { queue = "disputes", within = working_hours(4), to = "collections_heads" },
}
step "opened" {
  call    = "ledger.dispute", with = { loan = "case.loan", reference = "case.reference", charge = "case.charge", due = "case.due", reason = "case.reason" },
  no_undo = "it ends by its own answer", refused = finish "refused",
}
task "inquiry" {
  queue    = "disputes", form = "note", show = { "case.loan", "case.reason", "opened.overdue" },
  answers  = { upheld = finish "upheld", rejected = go "closed" },  -- what is upheld stays out of the claim; waiving it is a loan_change
  escalate = { after = working_days(5), to = "collections_heads" },
  within   = working_days(15), late = go "inquiry_heads",
}
task "inquiry_heads" {
  queue   = "collections_heads", form = "note", show = { "case.loan", "case.reason", "opened.overdue" },
  answers = { upheld = finish "upheld", rejected = go "closed" },
  within  = working_days(2), late = go "inquiry_heads", most = 3, spent = finish "upheld",
}
step "closed" {
  call    = "ledger.dispute", with = { loan = "case.loan", reference = "case.closing", charge = "case.charge", due = "case.due", reason = "case.reason", open = "false" },
  no_undo = "it can be disputed again", next = finish "rejected",
}
