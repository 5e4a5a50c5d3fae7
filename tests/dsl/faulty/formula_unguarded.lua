policy "affordable" {
  version    = 1, case = "loan_application",
  about      = "Not more than half of the income for all payments; formulas say what an expression cannot",
  thresholds = { yearly_rate = percent(18), burden_most = percent(50), burden_look = percent(40) },
}
fact "months"    { is = "case.months" }
fact "payment"   { is = "instalment(case.amount, yearly_rate, months)" }
rule "no_income" { when = "not has(case.income)",                          refer   = "R07" }
rule "too_heavy" { when = "burden(payment, case.income) > burden_most",    decline = "R08" }
rule "heavy"     { when = "burden(payment, case.income) > burden_look",    refer   = "R07" }
otherwise        {                                                         approve = true }
