-- A provider described in full: every way to say a request and to read a reply.
connector "third_bureau" {
  about  = "A bureau that keeps files and freezes them",
  auth   = hmac "X-Signature",
  limits = { per_s = 20, burst = 40, at_once = 8, breaker_after = 5, slow = seconds(2), open = seconds(10) },
}

operation "report" {
  about    = "A person's credit file", kind = "read", contract = "credit_file",
  within   = seconds(3), cache = days(7), stale_on = { "consent.revoked", "dispute.upheld" },
  input    = {
    pan     = text { pattern = "^[A-Z]{5}[0-9]{4}[A-Z]$", personal = true },
    born    = date { personal = true },
    amount  = money { least = rupees "1" },
    purpose = one_of { "credit", "review" },
    consent = text { maybe = true, most_length = 100 },
  },
  output   = {
    score    = number { whole = true, least = 300, most = 900, better = "higher", maybe = true },
    thin     = truth { about = "the bureau knows too little" },
    accounts = number { whole = true, least = 0 },
    owed     = money { least = rupees(0) },
    used     = share { better = "lower" },
    oldest   = date { maybe = true },
    kind     = one_of { "salaried", "own_business", "unknown" },
    source   = "text",
  },
  sample   = { score = 712, thin = false, accounts = 3, owed = rupees "1,20,000", used = 0.4, kind = "salaried", source = "third" },
  post     = "/v1/files/{input.consent}/search",
  query    = { format = text "full", on = date { is = "input.born", form = "DDMMYYYY" } },
  headers  = { { "X-Purpose", "input.purpose" }, trace = "key" },
  body     = {
    panNo     = "input.pan",
    applicant = { dob = date { is = "input.born", form = "DD/MM/YYYY" }, consentId = "input.consent" },
    loan      = { amount = money { is = "input.amount", counts = "major" }, types = list { text "PL", "input.purpose" } },
    version   = 2, strict = true, large = "input.amount > rupees(100000)",
  },
  answer   = {
    score    = "file.scores.0.value",
    thin     = missing "file.scores.0.value",
    accounts = count "file.accounts",
    owed     = money { at = "file.total owed", counts = "major" },
    used     = share { at = "file.usage", counts = "percent" },
    oldest   = date { at = "/file/first.account", form = "YYYYMMDD" },
    kind     = map { at = "file.occupation", { "S", "salaried" }, { 2, "own_business" }, otherwise = "unknown" },
    source   = text "third",
  },
  ends     = {
    refused { status = 404, code = "no_file" },
    refused { status = 200, at = "status", is = "CONSENT_MISSING", code = "consent" },
    failed { at = "status", is = "TRY_LATER" },
    uncertain { status = 203 },
  },
}

operation "freeze" {
  about      = "Keeps others from reading the file", kind = "effect", within = minutes(1),
  input      = { pan = text { personal = true } },
  output     = { freeze = "text" },
  sample     = { freeze = "F1" },
  put        = "/v1/freezes/{key}", form = "form", body = { pan = "input.pan", ref = "key" }, key_header = "X-Request-Id",
  answer     = { freeze = "id" },
  look       = { get = "/v1/freezes/{key}", ends = { failed { status = 404 } } },
}

operation "thaw" {
  about  = "Takes a freeze back", kind = "effect", undoes = true, within = minutes(1),
  input  = { freeze = "text" },
  output = { done = truth { } },
  sample = { done = true },
  delete = "/v1/freezes/{input.freeze}",
  answer = { done = true },
  look   = { get = "/v1/freezes/thawed", query = { key = "key" } },
}
