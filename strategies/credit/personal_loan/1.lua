policy "personal_loan" {
  version    = 1,
  case       = "loan_application",
  needs      = { risk = "scoring.credit_risk", bureau = "bureau.report", identity = "kyc.verify" },
  thresholds = { pd_approve = percent(6), pd_refer = percent(15) },
}
rule "under_age"  { when = "case.age < 18",           decline = "R01" }
rule "too_risky"  { when = "risk.pd > pd_refer",      decline = "R08" }
rule "approve"    { when = "risk.pd <= pd_approve",   approve = true }
otherwise         {                                   refer   = "R07" }
