-- every fault is told at once, each where it stands
workflow "many" {
  version = 1, case = "loan_application",
  outcomes = { "done", "done" }, stuck = { queu = "operations", within = working_hours(4) },
}
step "identity" { call = "kyc.verify", with = { pan = "case.pan", nam = "case.name" }, failed = go "offcer" }
step "risk"     { call = "scoring.credit_risk", whit = { application = "case" } }
route "verdict" { when "risk.pd > 5%" { go "officer" }, otherwise { finish "dun" } }
task "officer"  { queue = "credit_officers", answers = { yes = finish "done" }, within = 3, late = go "officer" }
