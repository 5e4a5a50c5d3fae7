policy "limit_step" {
  version    = 1, case = "credit_line", needs = { risk = "scoring.credit_risk" },
  thresholds = { pd_max = percent(3), step = percent(25) },
}
rule "down"   { when = "case.external_trend == 'worse'",  decline = "L01" }
rule "flat"   { when = "case.external_trend == 'flat'",   refer   = "L02" }
rule "better" { when = "case.external_trend == 'better'", approve = true }
otherwise     { approve = true, limit = "ladder" }
limit "ladder" { base = "min(case.limit * (1 + step), 3 * case.monthly_inflow)", cap = rupees "200,000", floor = "case.limit", round_down = rupees "500" }
