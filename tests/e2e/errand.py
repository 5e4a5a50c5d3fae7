"""An instance with a small case of its own: an errand has a key that its client chooses, and waits for a word."""
import json
import pathlib
import shutil
import tempfile

from tenor import ROOT, Tenor, eventually

CASE = {
    "case": {"type": "object", "additionalProperties": False, "required": ["errand", "who"],
             "properties": {"errand": {"type": "string", "maxLength": 60}, "who": {"type": "string", "maxLength": 60, "x-personal": True}}},
    "key": "errand", "customer": ["who"], "zone": "UTC",
    "events": {"errand.go": {"type": "object", "additionalProperties": False,
                             "properties": {"note": {"type": "string", "maxLength": 60, "x-personal": True}}}},
}
FLOW = """workflow "errand" {
  version = 1, about = "waits for a word", case = "errand", outcomes = { "done", "late" },
  stuck = { queue = "operations", within = hours(4), to = "operations_heads" },
}
wait "word" { event = "errand.go", within = days(1), late = finish "late", finish "done" }
"""


def start(processes=1, extra=()):
    root = pathlib.Path(tempfile.mkdtemp(prefix="tenor-root-"))
    for part in ("workflows", "strategies", "models"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("*.c", "*.h"))
    (root / "strategies/cases/errand.json").write_text(json.dumps(CASE))
    (root / "workflows/errand").mkdir()
    (root / "workflows/errand/1.lua").write_text(FLOW)
    t = Tenor(processes=processes, extra=("--root", str(root), *extra))
    t.root = root
    t.start()
    eventually(lambda: "is ready on" in t.tail(), 30)  # until then an engine's end would be a failed start
    return t


def stop(t):
    code = t.stop()
    shutil.rmtree(t.root, ignore_errors=True)
    assert code == 0, code


def begin(t, errand, who="Onobrychis"):
    """Starts a run of it; its id."""
    while True:
        a = t.post("/v1/runs", {"workflow": "errand", "case": {"errand": errand, "who": who}}, direct=True)
        if a.status == 202:
            return a.json["id"]
        assert a.status == 503, a


def tell(t, errand, event_id, note="now", **kw):
    return t.post("/v1/events", {"case_type": "errand", "key": errand, "event": "errand.go", "id": event_id, "data": {"note": note}}, **kw)


def outcome(t, run):
    a = t.get("/v1/runs/" + run, direct=True)
    return a.json.get("outcome") if a.status == 200 else None


def heard(t, run):
    story = eventually(lambda: (a := t.get("/v1/runs/" + run + "/timeline", direct=True)).status == 200 and a.json["items"], 20, 0.2)
    return [f for f in story if f["f"] == "event"]
