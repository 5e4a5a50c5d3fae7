policy "personal_loan_policy" {
  version    = 7,
  case       = "loan_application",
  needs      = { risk = "scoring.credit_risk", fraud = "fraud.screen", bureau = "bureau.report" },
  thresholds = { pd_approve = percent(4), pd_refer = percent(9) },
}
rule "under_age"  { when = "case.age < 18",           decline = "R01" }
rule "fraud_stop" { when = "fraud.score >= 0.9",      decline = "R02" }
rule "too_risky"  { when = "risk.pd > percent(9,5)",      decline = "R08" }
rule "fraud_look" { when = "fraud.score >= 0.5",      refer   = "R03" }
rule "approve"    { when = "risk.pd <= pd_approve",   approve = true }
rule "cashflow"   { when = "bureau.thin and default(risk.cashflow_months, 0) >= 6", approve = true, limit = "starter" }
otherwise         {                                   refer   = "R07" }
limit "starter"   { base = "min(case.amount, 0.3 * default(risk.monthly_inflow, 0))", cap = rupees "25,000", floor = rupees "2,000", round_down = rupees "500" }
