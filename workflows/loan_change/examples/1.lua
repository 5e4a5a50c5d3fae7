example "waive: an officer and a manager approve" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "waive", component = "penalty", amount = rupees "500" },
  answers = { first = "approve", second = "approve" },
  path    = { "first", "second", "manager_act", "waive_by_manager" },
  outcome = "done",
}
example "waive: beyond a manager, a head approves" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "waive", component = "penalty", amount = rupees "500" },
  answers = { first = "approve", second = "approve", waive_by_manager = refused "over_authority", head = "approve" },
  outcome = "done",
}
example "waive: beyond everybody" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "waive", component = "penalty", amount = rupees "500" },
  answers = { first = "approve", second = "approve", waive_by_manager = refused "over_authority", head = "approve", waive_by_head = refused "over_authority" },
  outcome = "refused",
}
example "settle: an officer and a manager approve" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "settle", plan = { { due = "2026-12-31", amount = rupees "12,000" } } },
  answers = { first = "approve", second = "approve" },
  path    = { "first", "second", "manager_act", "settle_by_manager" },
  outcome = "done",
}
example "settle: beyond a manager, a head approves" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "settle", plan = { { due = "2026-12-31", amount = rupees "12,000" } } },
  answers = { first = "approve", second = "approve", settle_by_manager = refused "over_authority", head = "approve" },
  outcome = "done",
}
example "settle: beyond everybody" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "settle", plan = { { due = "2026-12-31", amount = rupees "12,000" } } },
  answers = { first = "approve", second = "approve", settle_by_manager = refused "over_authority", head = "approve", settle_by_head = refused "over_authority" },
  outcome = "refused",
}
example "write_off: an officer and a manager approve" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "write_off" },
  answers = { first = "approve", second = "approve" },
  path    = { "first", "second", "manager_act", "write_off_by_manager" },
  outcome = "done",
}
example "write_off: beyond a manager, a head approves" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "write_off" },
  answers = { first = "approve", second = "approve", write_off_by_manager = refused "over_authority", head = "approve" },
  outcome = "done",
}
example "write_off: beyond everybody" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "write_off" },
  answers = { first = "approve", second = "approve", write_off_by_manager = refused "over_authority", head = "approve", write_off_by_head = refused "over_authority" },
  outcome = "refused",
}
example "terms: an officer and a manager approve" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "terms", change = "moratorium", months = 2 },
  answers = { first = "approve", second = "approve" },
  path    = { "first", "second", "manager_act", "terms_by_manager" },
  outcome = "done",
}
example "terms: beyond a manager, a head approves" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "terms", change = "moratorium", months = 2 },
  answers = { first = "approve", second = "approve", terms_by_manager = refused "over_authority", head = "approve" },
  outcome = "done",
}
example "terms: beyond everybody" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "terms", change = "moratorium", months = 2 },
  answers = { first = "approve", second = "approve", terms_by_manager = refused "over_authority", head = "approve", terms_by_head = refused "over_authority" },
  outcome = "refused",
}
example "the officer declines" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "waive", component = "penalty", amount = rupees "500" },
  answers = { first = "decline" },
  outcome = "declined",
}
example "the manager declines" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "waive", component = "penalty", amount = rupees "500" },
  answers = { first = "approve", second = "decline" },
  outcome = "declined",
}
example "the officer is late, the manager seconds who asked for it" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "waive", component = "penalty", amount = rupees "500" },
  answers = { first = late, second = "approve" },
  outcome = "done",
}
example "the manager is late too, the head declines" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "waive", component = "penalty", amount = rupees "500" },
  answers = { first = late, second = late, head = "decline" },
  outcome = "declined",
}
example "nobody answers" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "waive", component = "penalty", amount = rupees "500" },
  answers = { first = late, second = late, head = late },
  outcome = "declined",
}
example "what its kind needs is missing" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "waive" },
  answers = { first = "approve", second = "approve" },
  outcome = "refused",
}
example "what its kind needs is missing, seen by a head" {
  of      = "loan_change@1",
  case    = { loan = "L1", reference = "chg-1", requested_by = "asha", reason = "illness", kind = "waive" },
  answers = { first = "approve", second = late, head = "approve" },
  outcome = "refused",
}
