retry "gentle" { tries = 0, first = seconds(1), longest = seconds(30) }
retry "slow"   { first = days(1), longest = minutes(1), factor = 0.5 }
retry "gentle" { first = minutes(2), longest = minutes(1) }
