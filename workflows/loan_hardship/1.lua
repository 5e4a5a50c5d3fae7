workflow "loan_hardship" {
  version  = 1,
  about    = "Somebody in need is heard by a person, who asks for a change of terms or says what else helps",
  case     = "loan_hardship",
  outcomes = { "helped", "advised", "withdrawn", "unresolved" },
  stuck    = { queue = "hardship", within = working_hours(4), to = "collections_heads" },
}
task "talk" {
  queue    = "hardship", form = "note", show = { "case.loan", "case.reason" },
  answers  = { change_asked_for = finish "helped", advised = finish "advised", withdrawn = finish "withdrawn" },
  escalate = { after = working_days(1), to = "collections_heads" },
  within   = working_days(5), late = go "talk_heads",
}
task "talk_heads" {
  queue   = "collections_heads", form = "note", show = { "case.loan", "case.reason" },
  answers = { change_asked_for = finish "helped", advised = finish "advised", withdrawn = finish "withdrawn" },
  within  = working_days(2), late = go "talk_heads", most = 3, spent = finish "unresolved",
}
