"""run.py [--quick] - all benchmarks in one run, medians and ratios in one table (docs/benchmarks.md).

Systems alternate inside each round, so that a noisy neighbour hits all of them alike; the figures to quote
are the medians over the rounds and the ratios, not single numbers. Starts its own private servers.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import cases  # noqa: E402
import tenor  # noqa: E402

LEVELS = (1, 16, 100, 1000)


def sh(args, **kw):
    r = subprocess.run(args, capture_output=True, text=True, cwd=ROOT, **kw)
    if r.returncode not in (0, 1):
        raise SystemExit("%s failed:\n%s%s" % (args[0], r.stdout, r.stderr))
    return r.stdout + r.stderr


def number(text, label):
    m = re.search(r"([0-9.]+)\s*" + re.escape(label) if not label.endswith(" ") else re.escape(label) + r"\s*([0-9.]+)", text)
    return float(m.group(1)) if m else float("nan")


def servers(directory):
    out = sh(["tests/servers.sh", "start", directory])
    return dict(re.findall(r"export (\w+)='?([^'\n]*)'?", out))


def engine_round(env, seconds, rows):
    for c in LEVELS:
        out = sh([str(BUILD / "bench/engine_bench"), "--seconds", str(seconds), "--concurrency", str(c)], env=env)
        rows.setdefault(("engine, in process", c), []).append(dict(
            runs=number(out, "runs/s"), steps=number(out, "steps/s"), p50=number(out, "p50 "), p99=number(out, "p99 "),
            engine_ms=number(out, "engine "), cpu=number(out, "cpu/run engine ") + number(out, "db "), mb=number(out, "memory ")))
        out = sh([str(BUILD / "bench/ceiling"), "--seconds", str(seconds), "--concurrency", str(c)], env=env)
        rows.setdefault(("ceiling, minimal libpq", c), []).append(dict(
            runs=number(out, "runs/s"), steps=number(out, "steps/s"), p50=number(out, "p50 "), p99=number(out, "p99 ")))


def pgbench_round(env, seconds, rows):
    script = pathlib.Path(__file__).with_name("one_row.sql")
    sh(["psql", env["TENOR_TEST_PG"], "-qc", "create table if not exists bench_row (id uuid, n int, body text, primary key (id, n))"], env=env)
    tool = shutil.which("pgbench") or "/usr/lib/postgresql/15/bin/pgbench"
    out = sh([tool, "-n", "-M", "prepared", "-c", "64", "-j", "2", "-T", str(int(seconds)), "-f", str(script), env["TENOR_TEST_PG"]], env=env)
    rows.setdefault(("pgbench, one row a commit", 64), []).append(dict(steps=number(out, "tps = ")))


def http_round(t, body, seconds, rows, path, label, levels, want):
    for c in levels:
        out = sh([str(BUILD / "bench/http_bench"), "--port", str(t.port), "--key", t.keys["admin"], "--path", path, "--body", body,
                  "--connections", str(c), "--seconds", str(seconds), "--want", want])
        done = number(out, "/s done")
        rows.setdefault((label, c), []).append(dict(runs=done, steps=done * 8, p50=number(out, "p50 "), p99=number(out, "p99 "), bad=number(out, "bad ")))


def median(rows, key, field):
    got = [r[field] for r in rows.get(key, []) if field in r]
    return statistics.median(got) if got else float("nan")


def table(rows):
    print("\n%-28s %6s %10s %10s %9s %9s %9s %7s" % ("", "at", "runs/s", "steps/s", "p50 ms", "p99 ms", "CPU ms", "MB"))
    for key in rows:
        m = {f: median(rows, key, f) for f in ("runs", "steps", "p50", "p99", "cpu", "mb")}
        print("%-28s %6d %s" % (key[0], key[1], " ".join(("%10.0f", "%10.0f", "%9.2f", "%9.2f", "%9.3f", "%7.0f")[i] % m[f] if m[f] == m[f] else
                                                         (10, 10, 9, 9, 9, 7)[i] * " " for i, f in enumerate(m))))
    pg = median(rows, ("pgbench, one row a commit", 64), "steps")
    for c in (100, 1000):
        mine, top = median(rows, ("engine, in process", c), "steps"), median(rows, ("ceiling, minimal libpq", c), "steps")
        print("at %4d: %.0f %% of the ceiling's steps/s (goal 35 %%), %.1f times pgbench's rows/s (goal 2.5)" % (c, 100 * mine / top, mine / pg))


def burst(t, body, n=100):
    out = sh([str(BUILD / "bench/http_bench"), "--port", str(t.port), "--key", t.keys["admin"], "--path", "/v1/applications", "--body", body,
              "--connections", str(n), "--requests", str(n), "--label", "burst"])
    print(out.strip())
    return number(out, "in ")


def open_loop(t, body, rates, seconds, goal_ms, label):
    best = 0
    for rate in rates:
        out = sh([str(BUILD / "bench/http_bench"), "--port", str(t.port), "--key", t.keys["admin"], "--path", "/v1/applications", "--body", body,
                  "--connections", "200", "--rate", str(rate), "--seconds", str(seconds), "--label", label])
        print(out.strip())
        if number(out, "p99 ") < goal_ms and number(out, "bad ") == 0:
            best = rate
    print("%s: highest rate with p99 under %d ms: %s/s" % (label, goal_ms, best or "none of those tried"))


def saga(directory, seconds):
    body = os.path.join(directory, "application.json")
    with open(body, "w") as f:
        json.dump(dict(pan="{{pan}}", name="Ravi Kumar", age=30, amount=10000000, account="AC{{pan}}", consent="consent-{{pan}}"), f)
    t = tenor.Tenor().start()
    try:
        print("\nloan saga to its decision, every connector over loopback HTTP, bank histories of 300 entries and more")
        burst(t, body)
        print("burst of 100: all decided in %.2f s (goal 1)" % burst(t, body))
        open_loop(t, body, (50, 100, 150, 200), seconds, 100, "instant")
        t.sandbox("POST", "/control", {"latency_ms": [50, 150]})
        open_loop(t, body, (50, 100, 150), seconds, 1000, "latency")
    finally:
        t.stop()


def eight_over_http(directory, seconds, rounds, rows):
    body = os.path.join(directory, "eight.json")
    history = [dict(month="2026-01", inflow=4200000, outflow=3900000) for _ in range(14)]
    with open(body, "w") as f:
        json.dump(dict(workflow="eight", case=dict(id="h{{n}}", amount=25000000, city="Nagpur", history=history)), f)
    t = tenor.Tenor(extra=("--root", str(ROOT / "tests/bench/root"))).start()
    try:
        for _ in range(rounds):
            http_round(t, body, seconds, rows, "/v1/runs", "engine, through HTTP", LEVELS, '"ended"')
    finally:
        t.stop()


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--quick", action="store_true", help="one short round")
    quick = a.parse_args().quick
    rounds, seconds = (1, 2) if quick else (3, 6)
    directory = tempfile.mkdtemp(prefix="tenor-bench-")
    rows = {}
    env = dict(os.environ, **servers(directory))
    try:
        for _ in range(rounds):
            engine_round(env, seconds, rows)
            pgbench_round(env, seconds, rows)
    finally:
        sh(["tests/servers.sh", "stop", directory])
    eight_over_http(directory, seconds, rounds, rows)
    table(rows)
    saga(directory, seconds)
    for extra in ("score_bench", "check_bench"):
        if (BUILD / "tests/bench" / extra).exists():
            print("\n" + sh([str(BUILD / "tests/bench" / extra)]).strip())
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
