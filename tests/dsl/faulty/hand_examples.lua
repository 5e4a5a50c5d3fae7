example "one" {
  of = "limit_step@1", case = { limit = 50000, monthly_inflow = rupees "30,000", external_trend = "flat" },
  answers = { rsk = { pd = 0.02 } }, outcome = "aprove",
}
example "one" { of = "limit_step@1", like = "zero", answers = { risk = { pdd = 0.02 } } }
example "two" { of = "limit_stop@1", case = { pan = sample "pin" } }
