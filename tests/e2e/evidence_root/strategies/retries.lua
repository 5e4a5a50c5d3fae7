retry "patient" { tries = 60, first = seconds(0.3), factor = 1, longest = seconds(6), jitter = percent(0) }
