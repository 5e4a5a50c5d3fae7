workflow "papers" { version = 1, case = "loan_application", outcomes = { "complete", "incomplete" }, stuck = { queue = "operations", within = working_hours(4) } }
step  "check"   { call = "documents.verify", with = { files = "case.documents" }, failed = go "officer" }
route "good"    { when "check.complete" { finish "complete" }, when "check.forged_signs" { go "officer" }, otherwise { go "ask" } }
send  "ask"     { template = "papers_needed", with = { missing = "check.missing" }, by = { "whatsapp", "sms", "email" },
                  most = 3, spent = go "officer", not_sent = go "officer" }
wait  "upload"  { event = "documents.received", since = "today", within = days(3), late = go "ask", next = go "check" }
task  "officer" { queue = "credit_officers", show = { "case.documents", "check.missing" }, 
                  answers = { accept = finish "complete", close = go "notice" }, within = working_days(2), late = go "notice" }
send  "notice"  { template = "incomplete_notice", by = all { "email", "letter" }, finish "incomplete" }       -- statutory class, from the template
