example "within the cooling-off days" {
  of      = "loan_exit@1",
  case    = { loan = "L1", reference = "exit-1", amount = rupees "20,025", kind = "cooling_off" },
  path    = { "which", "cooling_off", "mandate" },
  outcome = "closed",
}
example "too late to cool off" {
  of      = "loan_exit@1", like = "within the cooling-off days",
  answers = { cooling_off = refused "too late" },
  outcome = "refused",
}
example "foreclosure" {
  of      = "loan_exit@1",
  case    = { loan = "L1", reference = "exit-1", amount = rupees "20,025", kind = "foreclosure" },
  path    = { "which", "foreclosure", "mandate" },
  outcome = "closed",
}
example "not enough money" {
  of      = "loan_exit@1",
  case    = { loan = "L1", reference = "exit-1", amount = rupees "20,025", kind = "foreclosure" },
  answers = { foreclosure = refused "not enough" },
  outcome = "refused",
}
