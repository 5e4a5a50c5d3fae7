workflow "eight" {
  version  = 1,
  about    = "Eight asynchronous calls to a null counterpart, each durable before the next",
  case     = "bench_case",
  outcomes = { "done" },
  stuck    = { queue = "operations", within = hours(4) },
}
step "one"   { call = "bench.null", with = { amount = "case.amount", city = "case.city" } }
step "two"   { call = "bench.null", with = { score = "one.score", amount = "case.amount" }, when = "one.score > 300" }
step "three" { call = "bench.null", with = { amount = "min(case.amount, one.amount)" } }
route "way"  { when "three.band == 'C' and case.amount > rupees(900000)" { finish "done" }, otherwise { go "four" } }
step "four"  { call = "bench.null", with = { band = "three.band" } }
step "five"  { call = "bench.null", with = { score = "four.score + 1" } }
step "six"   { call = "bench.null", with = { amount = "five.amount" } }
step "seven" { call = "bench.null", with = { band = "six.band", score = "five.score" } }
step "eight" { call = "bench.null", with = { amount = "seven.amount" }, finish "done" }
