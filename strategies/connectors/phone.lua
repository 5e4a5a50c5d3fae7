-- How long a phone number has been with its owner: a register of numbers, described and not programmed. The sandbox plays it.
-- Address and secret stand in the configuration: "connectors": {"phone": {"url": "https://...", "token_file": "..."}}.
connector "phone" {
  about  = "A register of phone numbers",
  auth   = header "X-Api-Key",
  limits = { per_s = 50, at_once = 16, breaker_after = 5, slow = seconds(1), open = seconds(5) },
}

operation "tenure" {
  about    = "How long a phone number has belonged to its owner",
  kind     = "read",
  within   = seconds(1.5),
  cache    = hours(24), stale_on = { "consent.revoked" },
  input    = { phone = text { pattern = "^[+][0-9]{8,15}$", personal = true, about = "with its country code" } },
  output   = {
    months    = number { whole = true, least = 0, better = "higher", about = "with this owner" },
    line      = one_of { "mobile", "landline", "internet" },
    ported_on = date { maybe = true, about = "when it last changed the network" },
    churn     = share { maybe = true, better = "lower", about = "how likely the owner is to give it up within a year" },
  },
  sample   = { months = 38, line = "mobile", churn = 0.06 },
  get      = "/v2/numbers/{input.phone}",
  query    = { fields = text "ownership,line" },
  headers  = { { "X-Purpose", text "credit" } },
  answer   = {
    months    = "ownership.months",
    line      = map { at = "line.type", { "M", "mobile" }, { "F", "landline" }, otherwise = "internet" },
    ported_on = date { at = "ownership.ported", form = "DD/MM/YYYY" },
    churn     = share { at = "risk.churn", counts = "percent" },
  },
  ends     = {
    refused { status = 404, code = "unknown_number" },
    refused { at = "error.code", is = "BAD_MSISDN", code = "bad_number" },
  },
}
