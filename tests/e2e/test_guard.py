"""The guard round the connectors, in the real program: a provider that hangs slows nobody else, its breaker opens after the
declared number, one probe at a time finds out, recovery closes it; modes, kept answers, breakers by hand."""
import json
import os
import statistics
import subprocess
import threading
import time

from cases import PRIME, apply, key, pan
from tenor import BINARY, ROOT, Tenor, eventually

GUARD_ROOT = ROOT / "tests" / "e2e" / "guard_root"


def tenor(connectors, root=GUARD_ROOT, processes=1):
    """An instance with its own words for some connectors; the rest of them is the sandbox's."""
    t = Tenor(processes=processes, extra=["--root", str(root)])
    path = os.path.join(t.dir, "mine.json")
    with open(path, "w") as f:
        json.dump({"connectors": connectors}, f)
    t.args += ["--config", path]
    return t.start()


HASTY_BUREAU = {"bureau": {"limits": {"at_once": 16, "breaker_after": 5, "slow_ms": 400, "open_ms": 600}}}


def run(t, workflow, who=None, wait=10):
    case = dict(id=key(), pan=who or pan(), name="Ravi Kumar")
    headers = {"Idempotency-Key": key(), "Prefer": "wait=%d" % wait}
    for _ in range(20):
        a = t.post("/v1/runs", dict(workflow=workflow, case=case), headers=headers)
        if a.status != 503:  # a shard on its way to its owner
            break
        time.sleep(0.3)
    return a


def faults(t, text):
    a = t.sandbox("POST", "/control", {"faults": text})
    assert a.status == 200, a


def operation(t, name, port=None):
    a = t.get("/v1/connectors/" + name.split(".")[0], port=port)
    assert a.status == 200, a
    return a.json, next(o for o in a.json["operations"] if o["name"] == name)


def breaker(t, name="bureau.report"):
    return operation(t, name)[1]["breakers"][0]


def engine_log(t):
    with open(os.path.join(t.dir, "log", "engine.log"), errors="replace") as f:
        return f.read()


class Load:
    """So many clients, each with one run after the other."""

    def __init__(self, t, workflow, clients, pause_s=0):
        self.pause_s = pause_s
        self.done, self.outcomes, self.stop_asked = 0, {}, False
        self.threads = [threading.Thread(target=self.work, args=(t, workflow)) for _ in range(clients)]
        [x.start() for x in self.threads]

    def work(self, t, workflow):
        while not self.stop_asked:
            try:
                a = run(t, workflow)
            except OSError:
                continue
            self.done += 1
            time.sleep(self.pause_s)
            word = a.json.get("outcome") if a.status in (200, 201, 202) else a.status
            self.outcomes[word] = self.outcomes.get(word, 0) + 1

    def rate_over(self, seconds):
        before, begin = self.done, time.monotonic()
        time.sleep(seconds)
        return (self.done - before) / (time.monotonic() - begin)

    def stop(self):
        self.stop_asked = True
        [x.join() for x in self.threads]


def test_one_of_four_providers_hangs_and_nobody_else_is_slower():
    t = tenor(HASTY_BUREAU)
    kyc = bureau = None
    try:
        kyc, bureau, ratios = Load(t, "ask_kyc", 4), Load(t, "ask_bureau", 8, 0.2), []
        for _ in range(3):
            faults(t, "")
            eventually(lambda: breaker(t)["state"] == "closed", 30, 0.1)
            calm = kyc.rate_over(1.5)
            faults(t, "bureau.report:timeout=1")
            ratios.append(kyc.rate_over(1.5) / calm)  # from the first moment of the hang on
            assert breaker(t)["state"] != "closed"
        print("      runs that ask somebody else: %s of their throughput" % ", ".join("%.0f %%" % (100 * r) for r in ratios))
        assert statistics.median(ratios) > 0.6, ratios  # 0.9 is the goal on a quiet machine; here others share the cores
        assert set(kyc.outcomes) == {"answered"}, kyc.outcomes
    finally:
        for load in (kyc, bureau):
            if load:
                load.stop()
        assert t.stop() == 0


def test_the_breaker_opens_after_the_declared_number_and_one_probe_closes_it():
    t = tenor(HASTY_BUREAU)
    try:
        assert run(t, "ask_bureau").json["outcome"] == "answered"
        faults(t, "bureau.report:timeout=1")
        first = [threading.Thread(target=run, args=(t, "ask_bureau")) for _ in range(4)]
        [x.start() for x in first]
        eventually(lambda: breaker(t)["bad_in_a_row"] == 4, 20, 0.02)  # slow, and counted while they are under way
        assert breaker(t)["state"] == "closed"
        assert run(t, "ask_bureau").json["outcome"] == "unanswered"  # the fifth
        assert breaker(t)["state"] in ("open", "half_open")
        seen = engine_log(t)
        assert "breaker_opened operation=bureau.report why=slow" in seen, seen[-3000:]
        [x.join() for x in first]
        eventually(lambda: operation(t, "bureau.report")[0]["in_flight"] == 0, 20)

        ends = lambda: sum(operation(t, "bureau.report")[1]["calls"].values())
        sent, load, most = ends(), Load(t, "ask_bureau", 6), 0
        until = time.monotonic() + 4
        while time.monotonic() < until:
            most = max(most, operation(t, "bureau.report")[0]["in_flight"])
            time.sleep(0.01)
        probes = ends() + operation(t, "bureau.report")[0]["in_flight"] - sent
        assert most == 1, most  # never two at once
        assert 1 <= probes <= 4, probes  # 0.6 s, 1.2 s, 2.4 s apart, whoever asks and however often
        assert load.done > 20 and operation(t, "bureau.report")[1]["denied"]["circuit_open"] > 20

        faults(t, "")
        eventually(lambda: breaker(t)["state"] == "closed", 30, 0.05)
        before = load.outcomes.get("answered", 0)
        eventually(lambda: load.outcomes.get("answered", 0) > before + 50, 30)
        load.stop()
        assert breaker(t)["state"] == "closed"
        assert "breaker_closed operation=bureau.report why=probe" in engine_log(t)
        text = t.get("/metrics", key=None).body.decode()
        assert 'tenor_connector_breaker_state{operation="bureau.report",asks="call"} 0' in text, text
        assert 'tenor_connector_limit{connector="bureau",limit="breaker_after"} 5' in text
    finally:
        assert t.stop() == 0


def test_failed_calls_are_logged_without_anybodys_data():
    t = tenor(HASTY_BUREAU)
    try:
        who = pan()
        faults(t, "bureau.report:fail=1")
        assert run(t, "ask_bureau", who).json["outcome"] == "unanswered"
        line = next(x for x in engine_log(t).splitlines() if "event=call_failed operation=bureau.report" in x)
        assert "<personal>" in line and who not in engine_log(t), line
    finally:
        assert t.stop() == 0


def test_a_kept_answer_serves_the_same_customer_and_dies_with_an_event():
    t = tenor(HASTY_BUREAU)
    try:
        who = pan()
        got = lambda: (operation(t, "bureau.report")[1]["cache"]["hits"], sum(operation(t, "bureau.report")[1]["calls"].values()))
        for n in range(3):
            assert run(t, "ask_bureau", who).json["outcome"] == "answered"
            assert got() == (n, 1), got()
        faults(t, "bureau.report:timeout=1")
        assert run(t, "ask_bureau", who).json["outcome"] == "answered"  # what is known needs nobody
        faults(t, "")
        assert run(t, "ask_bureau", pan()).json["outcome"] == "answered"
        assert got() == (3, 2), got()
        timeline = json.dumps(t.get("/v1/runs/%s/timeline" % run(t, "ask_bureau", who).json["id"]).json)
        assert '"at"' in timeline, timeline
    finally:
        assert t.stop() == 0


def test_a_breaker_set_by_hand_holds_at_all_processes():
    t = tenor(HASTY_BUREAU, processes=3)
    try:
        ask = lambda state, **more: t.post("/v1/connectors/bureau/breaker", dict(state=state, reason="their maintenance", **more), key="engineer")
        assert t.post("/v1/connectors/bureau/breaker", dict(state="open", reason="x"), key="officer").status == 403
        assert t.post("/v1/connectors/bureau/breaker", dict(state="ajar", reason="x")).status == 422
        assert t.post("/v1/connectors/bureau/breaker", dict(state="open")).status == 422
        assert t.post("/v1/connectors/nobody/breaker", dict(state="open", reason="x")).status == 404
        assert t.post("/v1/connectors/scoring/breaker", dict(state="open", reason="x")).status == 409
        assert ask("open", operation="nothing").status == 404
        held = lambda what: all(breaker(t)["held"] == what for _ in range(20))  # each request meets some process
        assert ask("open", operation="report").status == 200
        eventually(lambda: held(True), 20)
        for _ in range(5):
            assert run(t, "ask_bureau").json["outcome"] == "unanswered"
        assert ask("closed").status == 200
        eventually(lambda: held(False), 20)
        for _ in range(5):
            assert run(t, "ask_bureau").json["outcome"] == "answered"
        assert 'event=breaker_set operation=bureau.report to=open by="engineer" why="their maintenance"' in engine_log(t)
    finally:
        assert t.stop() == 0


def test_record_only_pays_nothing_out_and_says_so():
    t = tenor({"payments": {"mode": "record_only"}}, root=ROOT)
    try:
        a = apply(t, PRIME)
        assert a.status == 200 and a.json["status"] == "offered", a
        assert t.post("/v1/applications/%s/offer/accept" % a.json["id"], {"offer": a.json["offer"]["id"]}).status in (200, 202)
        eventually(lambda: t.get("/v1/applications/" + a.json["id"]).json["status"] == "disbursed", 20)
        told = [e["operation"] for e in t.sandbox("GET", "/book?limit=1000").json["entries"]]
        assert told and not [o for o in told if o.startswith("payments.")], told  # signatures and notices are not held back
        log = [x for x in engine_log(t).splitlines() if "event=call_recorded operation=payments.disburse simulated=true" in x]
        assert len(log) == 1 and "<personal>" in log[0] and PRIME["account"] not in log[0], log
        assert operation(t, "payments.disburse")[0]["mode"] == "record_only"
        assert operation(t, "payments.disburse")[1]["simulated"] == 1
    finally:
        assert t.stop() == 0


def test_the_command_line_shows_how_connectors_stand(t):
    keys = os.path.join(t.dir, "keys.json")
    url = "http://127.0.0.1:%d" % t.port
    tell = lambda *args: subprocess.run([BINARY, "connectors", *args], capture_output=True, text=True, cwd=ROOT)
    shown = tell("--url", url, "--keys", keys)
    assert shown.returncode == 0 and "bureau.report" in shown.stdout and "sandbox" in shown.stdout and "closed" in shown.stdout, shown
    one = tell("kyc", "--url", url, "--key", t.keys["engineer"])
    assert one.returncode == 0 and "kyc.verify" in one.stdout and "bureau" not in one.stdout, one
    assert tell("nobody", "--url", url, "--keys", keys).returncode == 1
    assert tell("--url", url, "--key", "wrong").returncode == 3
    assert tell("--url", "http://127.0.0.1:1", "--keys", keys).returncode == 3
    assert "bureau.report" in tell().stdout and tell().returncode == 0
    wrong = tell("--nosuch")
    assert wrong.returncode == 2 and "usage: tenor connectors" in wrong.stderr, wrong


def test_roles_and_shapes_of_the_connectors_api(t):
    for role, status in (("lender", 403), ("officer", 200), ("engineer", 200), ("admin", 200)):
        assert t.get("/v1/connectors", key=role, direct=status == 403).status == status
    page = t.get("/v1/connectors").json
    names = {c["name"] for c in page["items"]}
    assert {"kyc", "bureau", "payments", "scoring", "ledger"} <= names, names
    scoring = next(c for c in page["items"] if c["name"] == "scoring")
    assert scoring["in_process"] and scoring["limits"] is None and scoring["operations"][0]["breakers"] == []
    assert t.get("/v1/connectors/nobody").status == 404
