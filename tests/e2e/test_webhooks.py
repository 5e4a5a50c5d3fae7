"""Webhooks of providers over the real thing: forged, replayed, twice, out of order, under a changed secret, not understood,
too many, and acknowledged just before the process dies."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import secrets
import signal
import tempfile
import time

import errand
from cases import PRIME, apply
from tenor import Tenor, eventually

FLOW = """workflow "errand" {
  version = 1, about = "waits for a mandate", case = "errand", outcomes = { "active", "cancelled", "late" },
  stuck = { queue = "operations", within = hours(4), to = "operations_heads" },
}
task "first" { queue = "desk", answers = { go_on = go "mandate" }, within = days(1), late = finish "late" }
wait "mandate" {
  on "is_active" { event = "mandate.active", finish "active" },
  on "is_gone"   { event = "mandate.cancelled", finish "cancelled" },
  within = days(1), late = finish "late",
}
"""
MANDATE = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "reference": {"type": "string"}, "code": {"type": "string"}}}


def secret():
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


class Bank:
    """Posts webhooks to an instance, signed with `self.secret`."""

    def __init__(self, extra=(), processes=1, per_s=200, burst=400):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="tenor-bank-"))
        self.secret, self.next = secret(), secret()
        (self.dir / "now").write_text(self.secret + "\n")
        (self.dir / "next").write_text(self.next + "\n")
        config = {"connectors": {"payments": {"case": "errand", "webhook_secret_files": [str(self.dir / "now"), str(self.dir / "next")]}},
                  "webhooks": {"per_s": per_s, "burst": burst}}
        (self.dir / "config.json").write_text(json.dumps(config))
        errand.CASE["events"].update({"mandate.active": MANDATE, "mandate.cancelled": MANDATE})
        errand.FLOW, flow = FLOW, errand.FLOW
        try:
            self.t = errand.start(processes, ("--config", str(self.dir / "config.json"), *extra))
        finally:
            errand.FLOW = flow

    def post(self, body, msg="m1", at=None, key=None, connector="payments", drop=(), sign=None, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        at = str(int(time.time()) if at is None else at)
        word = base64.b64decode((key or self.secret).removeprefix("whsec_"))
        made = "v1," + base64.b64encode(hmac.new(word, f"{msg}.{at}.".encode() + raw, hashlib.sha256).digest()).decode()
        h = {"webhook-id": msg, "webhook-timestamp": at, "webhook-signature": sign or made, **headers}
        for name in drop:
            del h[name]
        return self.t.call("POST", "/v1/webhooks/" + connector, raw=raw, headers=h, key=None)

    def tell(self, what, errand_, minute=0, msg=None, mandate="UMRN1", **kw):
        body = {"type": "mandate." + what, "timestamp": "2026-01-15T10:%02d:00Z" % minute, "data": {"reference": errand_, "id": mandate}}
        return self.post(body, msg or f"{what}-{errand_}-{minute}", **kw)

    def begin(self, name):
        return errand.begin(self.t, name)

    def go_on(self, run):
        a = eventually(lambda: (x := self.t.post("/v1/tasks/%s.first.1/decide" % run, {"answer": "go_on", "form": {"reason": "a test"}}, key="officer", direct=True))
                       .status == 200 and x, 20, 0.2)
        assert a.status == 200, a

    def outcome(self, run):
        return errand.outcome(self.t, run)

    def stop(self):
        errand.stop(self.t)


def kill_engines(t):
    for pid in t.pids(" engine --config"):
        os.kill(pid, signal.SIGKILL)


def test_only_what_is_signed_fresh_and_small_is_taken():
    b = Bank()
    try:
        run = b.begin("E1")
        body = {"type": "mandate.active", "timestamp": "2026-01-15T10:00:00Z", "data": {"reference": "E1", "id": "U"}}
        now = int(time.time())
        forged = [b.post(body, key=secret()), b.post(body, sign="v1," + "A" * 44), b.post(body, sign="v1a,xyz"), b.post(body, sign=" "),
                  b.post(body, drop=["webhook-signature"]), b.post(body, drop=["webhook-id"]), b.post(body, drop=["webhook-timestamp"]),
                  b.post(body, at="soon"), b.post(body, at=now - 301), b.post(body, at=now + 330)]
        good = b.post(body, msg="m9")
        stolen = b.t.call("POST", "/v1/webhooks/payments", raw=json.dumps(dict(body, type="mandate.cancelled")).encode(), key=None,
                          headers={"webhook-id": "m9", "webhook-timestamp": str(now), "webhook-signature": "v1,AAAA"})
        for a in forged + [stolen]:
            assert a.status == 401 and a.headers["Content-Type"] == "application/problem+json", a
            assert a.json["status"] == 401 and "secret" not in a.body.decode(), a
        assert len({a.body for a in forged[:4]}) == 1  # nobody learns which part was right
        assert good.status == 200, good
        assert b.post(body, connector="nobody").status == 404 and b.post(body, connector="kyc").status == 404
        assert b.t.get("/v1/webhooks/payments", key=None).status == 405
        assert b.post(b"x" * 131073).status == 413
        b.go_on(run)
        eventually(lambda: b.outcome(run) == "active")
        assert [e["id"] for e in errand.heard(b.t, run)] == ["mandate.active:U"]
        assert [e["by"] for e in errand.heard(b.t, run)] == ["webhook:payments"]
    finally:
        b.stop()


def test_a_webhook_that_comes_again_changes_nothing():
    b = Bank()
    try:
        run = b.begin("E2")
        first = b.tell("active", "E2", msg="m1")
        again = [b.tell("active", "E2", msg="m1") for _ in range(5)] + [b.tell("active", "E2", msg="m2")]  # the bank's id counts too
        assert first.status == 200 and all(a.status == 200 and a.body == first.body for a in again), (first, again)
        assert len(errand.heard(b.t, run)) == 1
        b.go_on(run)
        eventually(lambda: b.outcome(run) == "active")
        assert b.tell("active", "E2", msg="m1").body == first.body  # the run has ended: still known
        later = b.begin("E2")
        b.go_on(later)
        time.sleep(1.5)
        assert errand.heard(b.t, later) == [] and b.outcome(later) is None
    finally:
        b.stop()


def test_an_older_state_does_not_overwrite_a_newer_one():
    b = Bank()
    try:
        for order, name in (([("active", 1), ("cancelled", 5)], "E3"), ([("cancelled", 5), ("active", 1)], "E4")):
            run = b.begin(name)
            for what, minute in order:
                assert b.tell(what, name, minute).status == 200
            b.go_on(run)
            eventually(lambda: b.outcome(run))
            assert b.outcome(run) == "cancelled", (order, b.outcome(run))
        early = [b.tell("cancelled", "E5", 5), b.tell("active", "E5", 1)]  # before there is a run of the case
        assert all(a.status == 200 for a in early)
        run = b.begin("E5")
        b.go_on(run)
        eventually(lambda: b.outcome(run) == "cancelled")
        run = b.begin("E6")  # of another mandate nothing newer is known
        assert b.tell("cancelled", "E6", 5).status == 200 and b.tell("active", "E6", 1, mandate="UMRN2").status == 200
        b.go_on(run)
        eventually(lambda: b.outcome(run) in ("cancelled", "active"))
        assert len(errand.heard(b.t, run)) == 2
    finally:
        b.stop()


def test_secrets_change_without_losing_a_message():
    b = Bank()
    try:
        old, new = b.secret, b.next
        assert b.tell("active", "E7", msg="m1", key=old).status == 200 and b.tell("active", "E7", msg="m2", key=new).status == 200
        (b.dir / "now").write_text(old + " - 2020-01-01T00:00:00Z\n")  # its time is over
        for pid in b.t.pids(" engine --config"):
            os.kill(pid, signal.SIGTERM)
        def refused():
            try:
                return b.tell("active", "E7", msg="m3", key=old).status == 401
            except OSError:  # nobody listens for a moment
                return False
        eventually(refused, 30, 0.3)
        assert b.tell("active", "E7", msg="m4", key=new).status == 200
    finally:
        b.stop()


def test_what_nobody_understands_is_kept_shown_read_again_or_dropped():
    b = Bank()
    try:
        for i, body in enumerate((b"not json", {"type": "mandate.paused", "data": {"reference": "E8", "id": "U"}},
                                  {"type": "mandate.active", "data": {"id": "U"}}, b"\x00\xff\x00")):
            for _ in range(2):
                a = b.post(body, msg="odd-%d" % i)
                assert a.status == 200 and a.json == {"taken": True}, a
        kept = b.t.get("/v1/kept-webhooks").json["items"]
        assert [k["webhook_id"] for k in kept] == ["odd-3", "odd-2", "odd-1", "odd-0"] and all(k["connector"] == "payments" and k["reason"] for k in kept)
        ids = {k["webhook_id"]: k["id"] for k in kept}
        one = b.t.get("/v1/kept-webhooks/" + ids["odd-1"]).json
        assert json.loads(one["body"])["type"] == "mandate.paused" and one["encoding"] == "text", one
        assert b.t.get("/v1/kept-webhooks/" + ids["odd-1"], key="engineer").json["body"] == "<personal>"
        assert base64.b64decode(b.t.get("/v1/kept-webhooks/" + ids["odd-3"]).json["body"]) == b"\x00\xff\x00"
        assert b.t.post("/v1/kept-webhooks/%s/replay" % ids["odd-1"], direct=True).status == 409
        assert b.t.post("/v1/kept-webhooks/%s/drop" % ids["odd-0"], {"reason": "noise"}).json["state"] == "dropped"
        assert b.t.post("/v1/kept-webhooks/%s/drop" % ids["odd-0"], {"reason": "noise"}, direct=True).status == 404
        assert b.t.get("/v1/kept-webhooks/77777", direct=True).status == 404
        # the case type learns of an event that the connector has long understood
        case = b.t.root / "strategies/cases/errand.json"
        known = json.loads(case.read_text())
        del known["events"]["mandate.cancelled"]
        flow = b.t.root / "workflows/errand/1.lua"
        words = flow.read_text()
        flow.write_text("".join(line for line in words.splitlines(True) if "is_gone" not in line))
        case.write_text(json.dumps(known))
        kill_engines(b.t)
        b.t.wait_ready()
        run = b.begin("E9")
        assert b.tell("cancelled", "E9", msg="not-yet").status == 200
        row = b.t.get("/v1/kept-webhooks").json["items"][0]
        assert row["webhook_id"] == "not-yet" and "mandate.cancelled" in row["reason"], row
        assert errand.heard(b.t, run) == []
        known["events"]["mandate.cancelled"] = MANDATE
        case.write_text(json.dumps(known))
        kill_engines(b.t)
        b.t.wait_ready()
        assert b.t.post("/v1/kept-webhooks/%s/replay" % row["id"]).json["state"] == "heard"
        assert [e["name"] for e in errand.heard(b.t, run)] == ["mandate.cancelled"]
    finally:
        b.stop()


def test_a_source_that_floods_is_held_back():
    b = Bank(per_s=10, burst=30)
    try:
        answers = [b.post(b"x", key=secret()) for _ in range(100)]
        assert [a.status for a in answers[:30]] == [401] * 30 and {a.status for a in answers} == {401, 429}, answers
        assert all(a.headers["Retry-After"] for a in answers if a.status == 429)
        eventually(lambda: b.tell("active", "E10").status == 200, 5, 0.2)
    finally:
        b.stop()


def test_what_was_acknowledged_is_heard_although_everything_dies():
    b = Bank(processes=2)
    try:
        for i in range(3):
            name = "K%d" % i
            run = b.begin(name)
            told = eventually(lambda: (a := b.tell("active", name)).status == 200 and a, 20, 0.2)
            early = b.tell("active", name + "-later")
            kill_engines(b.t)
            assert told.status == 200 and early.status == 200, (told, early)
            b.t.wait_ready()
            b.go_on(run)
            eventually(lambda: b.outcome(run) == "active", 60, 0.3)
            later = b.begin(name + "-later")
            b.go_on(later)
            eventually(lambda: b.outcome(later) == "active", 60, 0.3)
            assert len(errand.heard(b.t, run)) == 1 and len(errand.heard(b.t, later)) == 1
    finally:
        b.stop()


def test_a_payout_of_which_nobody_knew_is_settled_by_its_webhook():
    """The sandbox pays ten seconds later; looks are far apart by then, and its webhook makes us look at once."""
    t = Tenor().start()
    try:
        assert t.sandbox("POST", "/control", {"faults": "payments.disburse:pend=1", "day_ms": 5000}).status == 200
        a = apply(t, PRIME).json
        t.post("/v1/applications/%s/offer/accept" % a["id"], {"offer": a["offer"]["id"]})
        eventually(lambda: t.get("/v1/applications/" + a["id"]).json["status"] == "disbursed", 90, 0.5)
        story = t.get("/v1/runs/" + a["id"] + "/timeline", direct=True).json["items"]
        told = [f for f in story if f["f"] == "event" and f["name"] == "payment.settled"]
        paid = [f for f in story if f["f"] == "answered" and f.get("p") == "transfer"]
        assert len(told) == 1 and told[0]["by"] == "webhook:payments" and len(paid) == 1, story
        assert 0 <= paid[0]["when"] - told[0]["when"] < 3000, (told, paid)
        looks = [f for f in story if f["f"] == "unsure" and f.get("p") == "transfer"]
        assert looks and told[0]["when"] - looks[-1]["when"] > 1000, looks  # it was not just about to look
        assert t.get("/v1/kept-webhooks").json["items"] == [], t.get("/v1/kept-webhooks").json
    finally:
        assert t.stop() == 0
