example "clean cycles earn more" {
  of      = "loan_limit@1",
  case    = { loan = "L1", reference = "lim-1", asked = true },
  path    = { "limit", "told" },
  outcome = "changed",
}
example "not yet" {
  of      = "loan_limit@1", like = "clean cycles earn more",
  answers = { limit = { changed = false } },
  outcome = "unchanged",
}
example "no such loan" {
  of      = "loan_limit@1", like = "clean cycles earn more",
  answers = { limit = refused "no such loan" },
  outcome = "refused",
}
