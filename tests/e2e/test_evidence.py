"""Evidence on real people of the sandbox over real HTTP: papers signed by a simulated issuer, consents that the customer gives in her
own app, sealed accounts, two bureaus in other words, screening; then the same with every operation failing in every way."""
import json
import os
import subprocess

from cases import key
from tenor import BINARY, ROOT, Tenor, eventually

EVIDENCE_ROOT = ROOT / "tests" / "e2e" / "evidence_root"


def newest(model):
    return str(max((ROOT / "models" / model).glob("[0-9]*"), key=lambda p: int(p.name)))


def tenor():
    t = Tenor(extra=["--root", str(EVIDENCE_ROOT)])
    path = os.path.join(t.dir, "models.json")
    with open(path, "w") as f:
        json.dump({"connectors": {"scoring": {"bureau": newest("bureau"), "cashflow": newest("cashflow")}}}, f)
    t.args += ["--config", path]
    return t.start()


def paper(t, pan):
    for _ in range(40):
        a = t.sandbox("POST", "/uidai/offline_ekyc", {"pan": pan, "share_code": "1234"})
        if a.status == 200:
            return a.json["xml"]
    raise AssertionError(a)


def case(t, person, **over):
    return dict(dict(id="ev-" + key(), pan=person["pan"], name=person["name"], dob=person["dob"], customer=person["vua"],
                     aadhaar=paper(t, person["pan"])), **over)


def start(t, body, wait=0):
    headers = {"Idempotency-Key": key(), "Prefer": "wait=%d" % wait}
    a = t.post("/v1/runs", dict(workflow="gather", case=body), headers=headers)
    assert a.status in (200, 201, 202), a
    return a.json["id"]


def ended(t, run, within=60):
    def look():
        r = t.get("/v1/runs/" + run).json
        if r.get("state") == "stuck":
            raise AssertionError("stuck at %s" % r.get("at"))
        return r if r.get("outcome") else None
    return eventually(look, within, 0.1)


def people(t, n=400):
    a = t.sandbox("GET", "/people?page=1&size=%d" % n)
    assert a.status == 200 and len(a.json["people"]) == n, a
    return a.json["people"]


def book(t):
    entries, after = [], 0
    while True:
        page = t.sandbox("GET", "/book?after=%d&limit=1000" % after).json
        entries += page["entries"]
        if page["next"] == after or not page["entries"]:
            return entries
        after = page["next"]


def test_all_evidence_on_people_of_every_kind():
    t = tenor()
    try:
        by_kind = {}
        for p in people(t):
            if not p.get("listed"):
                by_kind.setdefault(p["kind"], p)
        assert len(by_kind) == 10, sorted(by_kind)
        runs = {kind: start(t, case(t, p)) for kind, p in by_kind.items()}
        for kind, run in runs.items():
            r = ended(t, run)
            assert r["outcome"] == "gathered", kind
            said = {step: a.get("data") for step, a in r["answers"].items()}
            assert said["risk"]["model"] == ("cashflow" if said["bureau"]["thin"] else "bureau"), kind
            assert said["paper"]["name_match"] == 1 and said["consent"]["purpose"] == "103", kind
        kinds = [e["operation"] for e in book(t)]
        assert kinds.count("aa.consent") == kinds.count("bureau.hard") == len(by_kind), kinds
    finally:
        assert t.stop() == 0


def test_what_stops_a_case():
    t = tenor()
    try:
        someone = next(p for p in people(t) if p["kind"] == "salaried")
        sanctioned = people(t, 8)[7]
        assert sanctioned["listed"] == "sanctions"
        forged = paper(t, someone["pan"]).replace(someone["dob"][:4], "2001", 1)
        other = next(p for p in people(t) if p["pan"] != someone["pan"])
        cases = [
            (case(t, someone, pan="UNKPD1234F", aadhaar=paper(t, someone["pan"])), "unknown"),
            (case(t, someone, pan="ABC", aadhaar=paper(t, someone["pan"])), "unknown"),
            (case(t, someone, aadhaar=forged), "bad_paper"),
            (case(t, someone, aadhaar="<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"), "bad_paper"),
            (case(t, sanctioned), "listed"),
            (case(t, other, customer="rejects@sandbox-aa"), "no_consent"),
        ]
        runs = [(start(t, body), outcome) for body, outcome in cases]
        for run, outcome in runs:
            assert ended(t, run)["outcome"] == outcome, outcome
    finally:
        assert t.stop() == 0


def test_every_operation_fails_in_every_way_and_all_is_gathered_once():
    t = tenor()
    try:
        many = [p for p in people(t) if p["kind"] in ("prime", "salaried") and not p.get("listed")][:24]
        bodies = [case(t, p) for p in many]
        # so often that most runs meet several, and not so often that the breakers only ever stand open
        ways = ["busy=0.05", "fail=0.05", "break=0.05", "after=0.05", "garbage=0.05", "duplicate=0.05", "late=0.03", "aa.account:late=0.2"]
        a = t.sandbox("POST", "/control", {"faults": ",".join(ways)})
        assert a.status == 200, a
        runs = [start(t, body) for body in bodies]
        for run in runs:
            assert ended(t, run, 150)["outcome"] == "gathered"
        entries = book(t)
        hard = {e["reference"] for e in entries if e["operation"] == "bureau.hard"}
        asked = {e["reference"] for e in entries if e["operation"] == "aa.consent"}
        assert hard == asked == {b["id"] for b in bodies}
        for operation in ("bureau.hard", "aa.consent"):
            assert sum(e["operation"] == operation for e in entries) == len(bodies), "an effect happened twice"
    finally:
        assert t.stop() == 0


def test_people_in_bulk_are_the_same_over_http_and_from_the_command():
    t = tenor()
    try:
        out = subprocess.run([BINARY, "sandbox", "--people", "250"], capture_output=True, text=True, check=True).stdout
        listed = [json.loads(line) for line in out.splitlines()]
        pages = [p for n in (1, 2, 3) for p in t.sandbox("GET", "/people?page=%d&size=100" % n).json["people"]]
        assert listed == pages[:250]
        assert len({p["pan"] for p in pages}) == 300
    finally:
        assert t.stop() == 0
