policy "hand_policy" {
  version    = 1, case = "loan_application", needs = { risk = "scoring.credit_risk" },
  gives      = { rate = "share", fee = "money" },
  thresholds = { pd_max = percent(4), base_rate = percent(12) },
}
rule "good"   { when = "risk.pd <= pd_max", rate = 12, fee = rupees "500" }
rule "middle" { when = "risk.pd > percent(4,5) and risk.pd <= base_rate", rate = percent(14), fee = 500 }
otherwise     { rate = percent(16), fee = rupees "900" }
