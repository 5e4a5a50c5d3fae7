-- the schedule: a policy that gives a shape, the calendar is data, the ledger makes the rows
policy "crop_loan_terms" {
  version    = 1,
  case       = "loan_application",
  needs      = { flow = "scoring.annual_cash", season = "calendar.crop" },
  gives      = { outcome = { "approve", "refer", "decline" }, shape = { "one_payment", "two_payments" }, amount = "money" },
  thresholds = { share_of_surplus = percent(50), stress = percent(60), pd_refer = percent(12) },
}
table "shape" {                                    -- one row per line, read like a sheet; first row that fits
  by = { "season.harvests_per_year", "flow.months_with_income" }, gives = "shape",
  row { "1",  "-",     "one_payment"  },
  row { ">=2", ">= 3", "two_payment" },
  row { "-",  "-",     "one_payment"  },
}
limit "one_bad_season" { base = "share_of_surplus * stress * flow.annual_surplus", cap = rupees "300,000", floor = rupees "5,000", round_down = rupees "500" }
rule "no_calendar" { when = "not has(season.next_sale)",       refer   = "S01" }
rule "too_small"   { when = "one_bad_season < rupees(5000)",   decline = "S02" }
rule "pd"          { when = "flow.pd > pd_refer",              refer   = "S03" }
rule "fits"        { when = "one_bad_season >= case.amount",   approve = true }
otherwise          {                                           approve = true, limit = "one_bad_season" }
