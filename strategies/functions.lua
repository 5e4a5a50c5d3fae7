-- Named pure functions for expressions: instalment(case.amount, 18%, 24). For what an expression cannot say.
-- The body is Lua without a library; it sees its arguments, min, max, abs, floor, ceil, round, round_down, power and
-- units such as rupees. Money is exact and does not mix with plain numbers. The tries are made whenever the file is read.

formula "instalment" {
  about = "the equal monthly payment of a loan, rounded to the paisa; the ledger's own schedule is what counts",
  takes = { money "amount", share "yearly_rate", number "months" },
  gives = "money",
  body  = [[
    if yearly_rate == 0 then return amount / months end
    local rate = yearly_rate / 12
    local growth = power(1 + rate, months)
    return amount * (rate * growth / (growth - 1))
  ]],
  tries = {
    try { rupees "20,000", percent(15), 24, gives = rupees "969.73" },
    try { rupees "12,000", 0, 12,           gives = rupees "1,000" },
    try { rupees "1,00,000", percent(24), 1, gives = rupees "1,02,000" },
  },
}

formula "burden" {
  about = "the share of a month's income that all payments take; everything of it when there is no income",
  takes = { money "payments", money "income" },
  gives = "share",
  body  = [[
    if income <= rupees(0) then return 1 end
    return min(1, payments / income)
  ]],
  tries = {
    try { rupees "8,000", rupees "20,000",  gives = percent(40) },
    try { rupees "30,000", rupees "20,000", gives = percent(100) },
    try { rupees "1", rupees "0",           gives = percent(100) },
  },
}
