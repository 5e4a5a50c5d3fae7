retry "once" { tries = 1, first = seconds(0.2), factor = 1, longest = seconds(1), jitter = percent(0) }
