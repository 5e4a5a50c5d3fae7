workflow "loan_change" {
  version  = 1,
  about    = "Terms change or money is given up: two people approve, each within their authority; beyond the managers' the heads",
  case     = "loan_change",
  outcomes = { "done", "declined", "refused" },
  stuck    = { queue = "collections_managers", within = working_hours(4), to = "collections_heads" },
}
task "first" {
  queue    = "collections_officers", form = "note",
  show     = { "case.loan", "case.kind", "case.reason" },
  answers  = { approve = go "second", decline = finish "declined" },
  escalate = { after = working_hours(8), to = "collections_managers" },
  within   = working_days(3), late = go "second",           -- our delay is not the borrower's: the managers see it, and need a second of their own
}
task "second" {
  queue    = "collections_managers", form = "note",
  show     = { "case.loan", "case.kind", "case.reason" },
  answers  = { approve = go "manager_act", decline = finish "declined" },
  escalate = { after = working_hours(8), to = "collections_heads" },
  within   = working_days(3), late = go "head",
}
task "head" {                                               -- beyond a manager's authority, or the same person twice
  queue   = "collections_heads", form = "note",
  show    = { "case.loan", "case.kind", "case.reason" },
  answers = { approve = go "head_act", decline = finish "declined" },
  within  = working_days(3), late = go "head", most = 3, spent = finish "declined",
}

route "manager_act" {
  when "case.kind == 'waive' and has(case.component) and has(case.amount)" { go "waive_by_manager" },
  when "case.kind == 'settle' and has(case.plan)" { go "settle_by_manager" },
  when "case.kind == 'write_off'" { go "write_off_by_manager" },
  when "case.kind == 'terms' and has(case.change)" { go "terms_by_manager" },
  otherwise { finish "refused" },                           -- what its kind needs is missing
}
step "waive_by_manager" {
  call = "ledger.waive",
  with = { loan = "case.loan", reference = "case.reference", component = "case.component", amount = "case.amount", charge = "case.charge", due = "case.due", authority = text "manager", approved_by = "default(first.by, case.requested_by)", seconded_by = "second.by", reason = "case.reason" },
  no_undo = "given up is given up; a mistake is corrected by an entry of its own", refused = go "head", next = finish "done",
}
step "settle_by_manager" {
  call = "ledger.settle",
  with = { loan = "case.loan", reference = "case.reference", plan = "case.plan", grace_days = "case.grace_days", authority = text "manager", approved_by = "default(first.by, case.requested_by)", seconded_by = "second.by", reason = "case.reason" },
  no_undo = "given up is given up; a mistake is corrected by an entry of its own", refused = go "head", next = finish "done",
}
step "write_off_by_manager" {
  call = "ledger.write_off",
  with = { loan = "case.loan", reference = "case.reference", authority = text "manager", approved_by = "default(first.by, case.requested_by)", seconded_by = "second.by", reason = "case.reason" },
  no_undo = "given up is given up; a mistake is corrected by an entry of its own", refused = go "head", next = finish "done",
}
step "terms_by_manager" {
  call = "ledger.change_terms",
  with = { loan = "case.loan", reference = "case.reference", change = "case.change", months = "case.months", rate = "case.rate", interest_free = "default(case.interest_free, false)", capitalise = "default(case.capitalise, false)", authority = text "manager", approved_by = "default(first.by, case.requested_by)", seconded_by = "second.by", reason = "case.reason" },
  no_undo = "given up is given up; a mistake is corrected by an entry of its own", refused = go "head", next = finish "done",
}

route "head_act" {
  when "case.kind == 'waive' and has(case.component) and has(case.amount)" { go "waive_by_head" },
  when "case.kind == 'settle' and has(case.plan)" { go "settle_by_head" },
  when "case.kind == 'write_off'" { go "write_off_by_head" },
  when "case.kind == 'terms' and has(case.change)" { go "terms_by_head" },
  otherwise { finish "refused" },                           -- what its kind needs is missing
}
step "waive_by_head" {
  call = "ledger.waive",
  with = { loan = "case.loan", reference = "case.reference", component = "case.component", amount = "case.amount", charge = "case.charge", due = "case.due", authority = text "head", approved_by = "default(second.by, default(first.by, case.requested_by))", seconded_by = "head.by", reason = "case.reason" },
  no_undo = "given up is given up; a mistake is corrected by an entry of its own", refused = finish "refused", next = finish "done",
}
step "settle_by_head" {
  call = "ledger.settle",
  with = { loan = "case.loan", reference = "case.reference", plan = "case.plan", grace_days = "case.grace_days", authority = text "head", approved_by = "default(second.by, default(first.by, case.requested_by))", seconded_by = "head.by", reason = "case.reason" },
  no_undo = "given up is given up; a mistake is corrected by an entry of its own", refused = finish "refused", next = finish "done",
}
step "write_off_by_head" {
  call = "ledger.write_off",
  with = { loan = "case.loan", reference = "case.reference", authority = text "head", approved_by = "default(second.by, default(first.by, case.requested_by))", seconded_by = "head.by", reason = "case.reason" },
  no_undo = "given up is given up; a mistake is corrected by an entry of its own", refused = finish "refused", next = finish "done",
}
step "terms_by_head" {
  call = "ledger.change_terms",
  with = { loan = "case.loan", reference = "case.reference", change = "case.change", months = "case.months", rate = "case.rate", interest_free = "default(case.interest_free, false)", capitalise = "default(case.capitalise, false)", authority = text "head", approved_by = "default(second.by, default(first.by, case.requested_by))", seconded_by = "head.by", reason = "case.reason" },
  no_undo = "given up is given up; a mistake is corrected by an entry of its own", refused = finish "refused", next = finish "done",
}
