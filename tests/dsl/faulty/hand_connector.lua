connector "phone" { about = "x", auth = heder "X-Api-Key", limits = { per_s = 0, per_m = 3, slow = days(1) } }
operation "a" {
  about = "x", kind = "raed", within = hours(5), cache = working_days(3),
  input = { phone = txt { }, when = date { least = 3 }, N = "text", m = money { least = 5 }, o = one_of { "a" }, p = text { pattern = "[" } },
  output = { months = number { hole = true } },
  sample = { months = 38 }, get = "/v2/{input.phone}", answer = { months = "x" },
}
operation "b" {
  about = "x", kind = "effect", within = seconds(3),
  input = { phone = text { }, amount = money { maybe = true }, born = date { } },
  output = { months = number { whole = true, least = 0 }, limit = money { }, kind = one_of { "m", "f" }, thin = truth { }, on = date { maybe = true } },
  sample = { months = -1, limit = 5, kind = "x", thin = true },
  get = "v2/{input.phon}/{input.amount}?a=b", post = "/x", body = { a = "input.zone" },
  headers = { { "Authorization", text "x" }, { "X Y", text "z" }, "abc" },
  query = { { a = 1 }, list = { 1, 2 } },
  answer = { month = "x", limit = "report.limit", kind = map { at = "k", { "M", "male" } }, thin = count "accounts", on = date { at = "d", form = "DD.MM" } },
  ends = { refused { status = 4 }, faild { status = 500 }, refused { code = "x" }, refused { status = 404, code = "No such" }, refused { at = "x" } },
}
operation "c" {
  about = "x", kind = "read", within = seconds(3),
  input = { born = date { }, amount = money { } }, output = { share = share { }, n = number { maybe = true } }, sample = { share = 0.5 },
  post = "/x/{input.born", body = { d = date { is = "input.amount" }, m = money { is = "input.amount" }, f = date { is = "input.born", form = "YYMMDD" } },
  answer = { share = share { at = "a..b", counts = "per mille" } },
  look = { get = "/x" , nothing = 3 },
}
operation "d" {
  about = "x", kind = "read", within = seconds(3),
  input = { a = "text" }, output = { b = "text" , c = "number" }, sample = { b = "x", c = 1 },
  get = "/x", body = { a = "input.a" }, answer = { b = "b" },
}
