-- one use of each form that the other files do not show
workflow "everything" {
  version = 1, case = "loan_application", outcomes = { "done", "stopped" },
  stuck = { queue = "operations", within = hours(4) },
}
on "withdrawn" { event = "application.withdrawn", when = "has(event.reason) and event.reason ~= 'mistake'", finish "stopped" }
on "too_long"  { at = "today + days(60)", go "tell" }

step "check" {
  call = "documents.verify", with = { files = "case.documents" }, when = [[
    count(case.documents) > 0
    and any(case.documents where it.kind == 'payslip') ]],
  good_for = days(30), within = minutes(1.5), refused = go "look", late = go "look",
}
route "seen" {
  when "has(check.complete) and check.complete" { go "papers_of_all" },
  otherwise { go "look" },
}
task "look" {
  queue = "credit_officers", form = "credit_review", show = { "case.amount", "visits(look)" },
  escalate = { { after = working_hours(4), to = "credit_heads" }, { after = working_hours(8), to = "operations" } },
  answers = { fine = go "papers_of_all", poor = go "tell" },
  on "sent_more" { event = "documents.received", go "check" },
  within = working_days(2), late = go "tell", most = 5, spent = go "tell",
}
each "papers_of_all" { over = "case.documents", run = "papers@1", with = { kind = "it.kind", who = text "bot", limit = rupees "2,50,000", since = date "2026-04-01" }, most = 10 }
wait "pause" {
  on "more"  { event = "documents.received", when = "count(event.files) > 0", go "look" },
  on "later" { at = "today + days(3)", go "tell" },
  till = "today + days(7)",
}
send "tell" {
  template = "offer", with = { amount = "case.amount * 0.5" }, by = all { "sms", "email" }, at = "today + days(1)",
  unless = "ended(look) and visits(look) > 2", finish "done",
}
