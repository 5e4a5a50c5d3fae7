formula "sum" { about = "x", takes = { money "a" }, gives = "money", body = [[ return a ]], tries = { try { rupees(1), gives = rupees(1) } } }
formula "a1" { about = "x", takes = { mony "a" }, gives = "money", body = [[ return a ]], tries = { try { rupees(1), gives = rupees(1) } } }
formula "a2" { about = "x", takes = { money "end" }, gives = "text", body = [[ return a ]], tries = { } }
formula "a3" { about = "x", takes = { money "a" }, gives = "money",
  body = [[
   local b = a
   return b +
  ]], tries = { try { rupees(1), gives = rupees(1) } } }
formula "a4" { about = "x", takes = { money "a" }, gives = "money", body = [[ return a * 2 ]], tries = { try { rupees(1), gives = rupees(1) } } }
formula "a5" { about = "x", takes = { money "a" }, gives = "money", body = [[ return a + 2 ]], tries = { try { rupees(1), gives = rupees(1) } } }
formula "a6" { about = "x", takes = { money "a" }, gives = "money", body = [[ while true do end ]], tries = { try { rupees(1), gives = rupees(1) } } }
formula "a7" { about = "x", takes = { money "a" }, gives = "money", body = [[ local t = {} for i = 1, 1000 do t[i] = {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20} for k=1,3 do t[i][k] = {i, i, i, i,i,i,i,i,i,i,i,i,i,i,i,i,i,i,i,i,i,i,i,i} end end return a ]], tries = { try { rupees(1), gives = rupees(1) } } }
formula "a8" { about = "x", takes = { number "a" }, gives = "number", body = [[ return a ^ 2 ]], tries = { try { 1, gives = 1 } } }
formula "a9" { about = "x", takes = { number "a" }, gives = "number", body = [[ return math.floor(a) ]], tries = { try { 1, gives = 1 } } }
formula "b1" { about = "x", takes = { number "a" }, gives = "number", body = [[ total = a return total ]], tries = { try { 1, gives = 1 } } }
formula "b2" { about = "x", takes = { number "a" }, gives = "number", body = [[ return a / 0 ]], tries = { try { 1, gives = 1 } } }
formula "b3" { about = "x", takes = { number "a", number "b" }, gives = { "low", "high" }, body = [[ if a > b then return "hgih" end return "low" ]], tries = { try { 1, gives = "low" }, try { 2, 1, gives = "high" }, try { 1, 2, 3, gives = "low" }, try { 1, 2, gvies = "low" } } }
formula "b4" { about = "x", takes = { number "a" }, gives = "number", body = [[ ("x"):rep(1000) ]], tries = { try { 1, gives = 1 } } }
formula "b5" { about = "x", takes = { number "a" }, gives = "number", body = [[ local function f(n) return 1 + f(n) end return f(a) ]], tries = { try { 1, gives = 1 } } }
formula "b6" { about = "x", takes = { number "a" }, gives = "number", body = [[ local x = 9007199254740993 * 9007199254740993 * 1024 return x ]], tries = { try { 1, gives = 1 } } }
formula "b7" { takes = { number "a" }, gives = "number", body = [[ return a ]] }
