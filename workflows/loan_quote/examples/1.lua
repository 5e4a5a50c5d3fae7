example "what a foreclosure costs" {
  of      = "loan_quote@1",
  case    = { loan = "L1", reference = "q-1", of = "foreclosure" },
  path    = { "quote" },
  outcome = "quoted",
}
example "nothing is owed" {
  of      = "loan_quote@1", like = "what a foreclosure costs",
  answers = { quote = refused "nothing is owed" },
  outcome = "refused",
}
