example "the borrower is right" {
  of      = "loan_dispute@1",
  case    = { loan = "L1", reference = "dis-1", closing = "dis-1.closed", reason = "already_paid" },
  answers = { inquiry = "upheld" },
  path    = { "opened", "inquiry" },
  outcome = "upheld",
}
example "the borrower is wrong" {
  of      = "loan_dispute@1", like = "the borrower is right",
  answers = { inquiry = "rejected" },
  path    = { "opened", "inquiry", "closed" },
  outcome = "rejected",
}
example "there is no such charge" {
  of      = "loan_dispute@1", like = "the borrower is right",
  answers = { opened = refused "no such charge" },
  outcome = "refused",
}
example "late, the heads uphold it" {
  of      = "loan_dispute@1", like = "the borrower is right",
  answers = { inquiry = late, inquiry_heads = "upheld" },
  outcome = "upheld",
}
example "late, the heads reject it" {
  of      = "loan_dispute@1", like = "the borrower is right",
  answers = { inquiry = late, inquiry_heads = "rejected" },
  outcome = "rejected",
}
example "nobody finds out: the borrower is right" {
  of      = "loan_dispute@1", like = "the borrower is right",
  answers = { inquiry = late, inquiry_heads = late },
  outcome = "upheld",
}
