"""Described connectors in the real program: a step calls a provider that no line of C knows, with the secret from its file; the
catalog shows it; a description that is not sound stops production, and in development is told and left out."""
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading

from cases import key, pan
from tenor import BINARY, ROOT, Tenor

WORKFLOW = """workflow "ask_phone" {
  version = 1, about = "One question to the register of numbers", case = "ask_case", outcomes = { "long", "short", "unknown" },
  stuck = { queue = "operations", within = hours(4) },
}
step "number" {
  call = "phone.tenure", with = { phone = "case.phone" }, retry = "once",
  refused = finish "unknown", next = go "judge",
}
route "judge" {
  when "number.months >= 12 and number.line == 'mobile'" { finish "long" },
  otherwise { finish "short" },
}
"""
PROVIDER = """connector "score_house" { about = "A third bureau", auth = "basic" }
operation "score" {
  about = "A score", kind = "read", within = seconds(2), input = { pan = text { personal = true } },
  output = { score = number { whole = true, least = 300, most = 900, better = "higher", maybe = true }, owed = money { maybe = true }, seen = date { maybe = true } },
  sample = { score = 700, owed = rupees(100), seen = date "2026-01-31" },
  post = "/api/score", body = { who = { pan = "input.pan" } },
  answer = { score = "data.score", owed = money { at = "data.owed", counts = "major" }, seen = date { at = "data.seen", form = "DD-MM-YYYY" } },
  ends = { refused { at = "status", is = "NO_HIT", code = "no_file" } },
}
"""
SCORES = """workflow "ask_score" {
  version = 1, about = "One question to a third bureau", case = "ask_case", outcomes = { "good", "bad", "no_file" },
  stuck = { queue = "operations", within = hours(4) },
}
step "score" { call = "score_house.score", with = { pan = "case.pan" }, retry = "once", refused = finish "no_file", next = go "judge" }
route "judge" {
  when "has(score.score) and score.score >= 700 and has(score.owed) and score.owed == rupees(1000.5) and has(score.seen) and score.seen == date('2026-01-31')" { finish "good" },
  otherwise { finish "bad" },
}
"""


def make_root(connectors):
    root = pathlib.Path(tempfile.mkdtemp(prefix="tenor-root-"))
    shutil.copytree(ROOT / "tests/e2e/guard_root/strategies", root / "strategies")
    case = json.loads((root / "strategies/cases/ask_case.json").read_text())
    case["case"]["properties"]["phone"] = {"type": "string", "x-personal": True}
    case["case"]["required"] = ["id", "pan", "name", "phone"]
    (root / "strategies/cases/ask_case.json").write_text(json.dumps(case))
    (root / "strategies/connectors").mkdir()
    for name, text in connectors.items():
        (root / "strategies/connectors" / name).write_text(text)
    for name, text in (("ask_phone", WORKFLOW), ("ask_score", SCORES)):
        (root / "workflows" / name).mkdir(parents=True)
        (root / "workflows" / name / "1.lua").write_text(text)
    return root


def phone():
    return (ROOT / "strategies/connectors/phone.lua").read_text()


class Provider(http.server.BaseHTTPRequestHandler):
    """Python's own server: it shares no code with what calls it."""
    asked, says = [], {}

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Provider.asked.append((self.path, body, self.headers["Authorization"], self.headers["Idempotency-Key"]))
        text = json.dumps(Provider.says).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass


def start(root, **more):
    t = Tenor(extra=("--root", str(root)))
    path = os.path.join(t.dir, "mine.json")
    with open(path, "w") as f:
        json.dump(more, f)
    t.args += ["--config", path]
    return t.start()


def run(t, workflow, number="+919812345678"):
    case = dict(id=key(), pan=pan(), name="Ravi Kumar", phone=number)
    a = t.post("/v1/runs", dict(workflow=workflow, case=case), headers={"Idempotency-Key": key(), "Prefer": "wait=10"})
    assert a.status in (200, 201), a
    return a.json


def test_the_sandbox_plays_a_described_provider():
    root = make_root({"phone.lua": phone()})
    t = start(root)
    try:
        outcomes = {run(t, "ask_phone", "+9198123456%02d" % n)["outcome"] for n in range(30)}
        assert outcomes == {"long", "short"}, outcomes
        assert run(t, "ask_phone", "+919812340000")["outcome"] == "unknown"  # 404: nobody has it
        assert run(t, "ask_phone", "+449812345678")["outcome"] == "unknown"  # 400 with their own code
        operation = next(o for o in t.get("/v1/operations").json["items"] if o["name"] == "phone.tenure")
        assert operation["output"]["properties"]["churn"]["x-unit"] == "share", operation
        seen = t.get("/v1/connectors/phone").json
        assert seen["mode"] == "sandbox" and seen["limits"]["per_s"] == 50, seen
        assert next(o for o in seen["operations"])["calls"]["done"] >= 30, seen
    finally:
        code = t.stop()
        shutil.rmtree(root)
    assert code == 0


def test_a_bureau_without_c_is_asked_over_http_with_its_secret():
    root = make_root({"phone.lua": phone(), "score_house.lua": PROVIDER})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = root / "secret"
    secret.write_text("us:pass word\n")
    t = start(root, connectors={"score_house": {"url": "http://127.0.0.1:%d" % server.server_port, "token_file": str(secret)}})
    try:
        Provider.says = {"data": {"score": 712, "owed": "1,000.50", "seen": "31-01-2026"}}
        assert run(t, "ask_score")["outcome"] == "good"
        path, body, auth, idempotency = Provider.asked[-1]
        assert path == "/api/score" and list(body) == ["who"] and len(body["who"]["pan"]) == 10 and idempotency, Provider.asked
        assert auth == "Basic dXM6cGFzcyB3b3Jk", auth
        Provider.says = {"status": "NO_HIT"}
        assert run(t, "ask_score")["outcome"] == "no_file"
        log = open(os.path.join(t.dir, "log", "engine.log"), errors="replace").read()
        assert "pass word" not in log and "dXM6cGFzcyB3b3Jk" not in log and body["who"]["pan"] not in log
    finally:
        code = t.stop()
        server.shutdown()
        shutil.rmtree(root)
    assert code == 0


def test_an_unsound_description_is_told_in_development_and_stops_production():
    root = make_root({"phone.lua": phone(), "score_house.lua": PROVIDER.replace('kind = "read"', 'kind = "reed"')})
    (root / "workflows/ask_score/1.lua").write_text(SCORES.replace("route", "rout"))
    told = subprocess.run([BINARY, "check", "--root", str(root)], capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 1 and "score_house.lua:3:" in told.stdout and "did you mean ‹read›?" in told.stdout and "ask_score/1.lua:6:1" in told.stdout, told
    listed = subprocess.run([BINARY, "connectors", "phone", "--root", str(root)], capture_output=True, text=True, cwd=ROOT)
    assert listed.returncode == 0 and "phone.tenure" in listed.stdout, listed
    t = start(root)
    try:
        assert run(t, "ask_phone")["outcome"] in ("long", "short")
        log = open(os.path.join(t.dir, "log", "engine.log"), errors="replace").read()
        assert "definition_unsound" in log and "score_house.lua" in log, log[-3000:]
        with open(os.path.join(t.dir, "run.json")) as f:
            config = json.load(f)
        config["development"] = False
        with open(os.path.join(t.dir, "production.json"), "w") as f:
            json.dump(config, f)
        refused = subprocess.run([BINARY, "engine", "--config", os.path.join(t.dir, "production.json")], capture_output=True, text=True,
                                 cwd=ROOT, timeout=60)
        assert refused.returncode != 0 and "1 of the described connectors are not sound" in refused.stderr + refused.stdout, refused
    finally:
        t.stop()
        shutil.rmtree(root)
