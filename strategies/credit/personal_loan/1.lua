policy "personal_loan" {
  version    = 1,
  about      = "Personal loan up to 5 lakh: salaried with a bureau record, or a thin file with a steady account",
  case       = "loan_application",
  needs      = { identity = "kyc.verify", bureau = "bureau.report", risk = "scoring.credit_risk" },
  thresholds = {
    pd_approve    = percent(4),      -- up to here the amount asked for is approved
    pd_refer      = percent(9),      -- up to here a person looks, above it is declined
    name_close    = percent(80),     -- of the name that must agree with the register
    circular_most = percent(25),     -- of the inflow that may only go round
    history_least = 6,               -- months of bank history that make a thin file steady
    defaults_most = 3,               -- times 90 days late that end it; 96 and 98 are codes, not counts
  },
}

fact "steady" { is = "default(risk.cashflow_months, 0) >= history_least" }

-- what no score can mend
rule "under_age"     { when = "case.age < 18",                                                       decline = "R01" }
rule "too_small"     { when = "case.amount < rupees(2000)",                                          decline = "R02" }

-- whose record is it? until that is sure, nobody is declined by it
rule "card_invalid"  { when = "not identity.pan_valid",                                              refer   = "R03" }
rule "another_name"  { when = "identity.status == 'mismatch' or identity.name_match < name_close",   refer   = "R04" }
rule "going_round"   { when = "default(risk.circular_share, 0) > circular_most",                     refer   = "R05" }

-- risk
rule "defaults"      { when = "default(bureau.late_90, 0) between defaults_most and 95",             decline = "R06" }
rule "too_risky"     { when = "risk.pd > pd_refer",                                                  decline = "R08" }
rule "sound"         { when = "not bureau.thin and risk.pd <= pd_approve",                           approve = true }
rule "thin_steady"   { when = "bureau.thin and steady",                                              approve = true, limit = "starter" }
rule "short_history" { when = "bureau.thin",                                                         refer   = "R09" }
otherwise            {                                                                               refer   = "R07" }

-- a first loan on the account alone: a third of a month's money, small enough to learn from
limit "starter" {
  base       = "min(case.amount, 0.3 * default(risk.monthly_inflow, 0))",
  cap        = rupees "25,000", floor = rupees "2,000", round_down = rupees "500",
}
