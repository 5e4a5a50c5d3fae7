example "a change of terms is asked for" {
  of      = "loan_hardship@1",
  case    = { loan = "L1", reference = "help-1", reason = "job_loss" },
  answers = { talk = "change_asked_for" },
  outcome = "helped",
}
example "advice helps" {
  of      = "loan_hardship@1", like = "a change of terms is asked for",
  answers = { talk = "advised" },
  outcome = "advised",
}
example "it is over" {
  of      = "loan_hardship@1", like = "a change of terms is asked for",
  answers = { talk = "withdrawn" },
  outcome = "withdrawn",
}
example "late, the heads help" {
  of      = "loan_hardship@1", like = "a change of terms is asked for",
  answers = { talk = late, talk_heads = "change_asked_for" },
  outcome = "helped",
}
example "late, the heads advise" {
  of      = "loan_hardship@1", like = "a change of terms is asked for",
  answers = { talk = late, talk_heads = "advised" },
  outcome = "advised",
}
example "late, and it is over" {
  of      = "loan_hardship@1", like = "a change of terms is asked for",
  answers = { talk = late, talk_heads = "withdrawn" },
  outcome = "withdrawn",
}
example "nobody talks" {
  of      = "loan_hardship@1", like = "a change of terms is asked for",
  answers = { talk = late, talk_heads = late },
  outcome = "unresolved",
}
