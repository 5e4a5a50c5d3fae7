"""Everything a client can get wrong: a clear answer, nothing lost, no crash."""
import json
import socket
import time

from cases import PRIME, apply, key, somebody


def test_no_key_and_a_wrong_key(t):
    assert t.get("/v1/runs", key=None).status == 401
    assert t.get("/v1/runs", key="nonsense").status == 401
    assert t.get("/v1/tasks", key="lender", direct=True).status == 403


def test_unknown_paths_methods_and_ids(t):
    assert t.get("/v1/nothing", direct=True).status == 404
    assert t.call("DELETE", "/v1/runs", direct=True).status == 405
    assert t.get("/v1/runs/r_nonsense").status == 404
    assert t.get("/v1/applications/r_00040000000000000000000000", direct=True).status in (404, 503)


def test_a_wrong_field_is_named(t):
    for field, value in (("amount", "many"), ("amount", 0), ("pan", "abc"), ("age", -1), ("surprise", 1)):
        a = apply(t, dict(somebody(), **{field: value}), direct=True)
        assert a.status == 422 and field in (a.json.get("field") or ""), (field, a)
    case = somebody()
    del case["consent"]
    a = apply(t, case, direct=True)
    assert a.status == 422 and "consent" in a.json["detail"], a


def test_malformed_json(t):
    for raw in (b"{", b"", b"[]", b'{"a":1,"a":2}', b"\xff\xfe", b'{"pan": "\\u0000"}', b"null", b"[" * 5000):
        a = t.call("POST", "/v1/applications", raw=raw, headers={"Content-Type": "application/json"}, direct=True)
        assert a.status in (400, 413, 422), (raw[:20], a)
        assert a.json["detail"], a


def test_wrong_media_type(t):
    a = t.call("POST", "/v1/applications", raw=b"pan=1", headers={"Content-Type": "application/x-www-form-urlencoded"}, direct=True)
    assert a.status == 415, a


def test_a_huge_body_is_refused(t):
    try:
        a = t.call("POST", "/v1/applications", raw=b'{"name":"' + b"x" * (1 << 20) + b'"}', headers={"Content-Type": "application/json"}, direct=True)
        assert a.status == 413, a
    except (ConnectionError, BrokenPipeError):
        pass  # closed while we were still sending: also a refusal
    assert t.get("/healthz", key=None).status == 200


def test_an_event_is_small(t):
    a = apply(t, somebody())
    big = t.post("/v1/applications/%s/events" % a.json["id"], {"name": "application.withdrawn", "id": key(), "data": {"reason": "x" * 70000}}, direct=True)
    assert big.status == 413, big


def test_slow_clients_do_not_hold_up_others(t):
    slow = []
    for _ in range(50):
        s = socket.create_connection(("127.0.0.1", t.port))
        s.sendall(b"POST /v1/applications HTTP/1.1\r\nHost: x\r\nContent-Le")
        slow.append(s)
    begin = time.monotonic()
    assert t.get("/readyz", key=None).status == 200
    assert time.monotonic() - begin < 5
    for s in slow:
        s.close()


def test_lists_page_without_gaps_or_repeats(t):
    for _ in range(5):
        apply(t, somebody(), wait=0)
    time.sleep(1.5)
    seen, cursor = [], ""
    for _ in range(200):
        page = t.get("/v1/runs?limit=3" + ("&cursor=" + cursor if cursor else "")).json
        seen += [r["id"] for r in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) and len(seen) >= 5, len(seen)
    assert t.get("/v1/runs?limit=0", direct=True).status == 400
    assert t.get("/v1/runs?cursor=rubbish", direct=True).status in (400, 422)
    assert t.get("/v1/runs?from=yesterday", direct=True).status == 400


def test_the_document_matches_the_routes_and_metrics_parse(t):
    doc = t.get("/openapi.json", key=None).json
    assert doc["openapi"].startswith("3.1")
    ids = [op["operationId"] for item in doc["paths"].values() for op in item.values()]
    assert len(ids) == len(set(ids)) and len(ids) > 25
    text = t.get("/metrics", key=None).body.decode()
    assert "# HELP" in text and "# TYPE" in text
    assert t.get("/docs", key=None).status == 200 and t.get("/docs/swagger-ui-bundle.js", key=None).status == 200


def test_definitions_can_be_read_drawn_explained_and_checked(t):
    items = t.get("/v1/definitions").json["items"]
    assert any(d["name"] == "loan_approval" for d in items), items
    path = "/v1/definitions/workflow/loan_approval/1"
    assert "workflow" in t.get(path).json["text"]
    assert len(t.get(path + "/graph").json["nodes"]) > 8
    assert t.get(path + "/graph?format=svg", direct=True).body.startswith(b"<svg")
    assert b"identity" in t.get(path + "/explanation", direct=True).body
    assert not any((d.get("path") or "").startswith("/") for d in items), items
    policy = t.get("/v1/definitions/policy/personal_loan/1").json["text"].replace('"R08"', '"R88"')
    unknown = t.post("/v1/definitions/check", {"text": policy}).json
    assert not unknown["sound"] and any("R88" in f["text"] for f in unknown["faults"]), unknown
    bad = t.post("/v1/definitions/check", {"text": 'workflow "x" { version = 1, cas = "loan_application" }'})
    assert bad.status == 200 and not bad.json["sound"] and bad.json["faults"], bad


def test_publishing_is_for_ever(t):
    text = t.get("/v1/definitions/workflow/loan_approval/1").json["text"].replace('"loan_approval"', '"loan_copy"')
    assert t.post("/v1/definitions", {"text": text}, key="engineer").status == 201
    assert t.post("/v1/definitions", {"text": text}, key="engineer").status == 201
    changed = text.replace("days(7)", "days(8)")
    assert t.post("/v1/definitions", {"text": changed}, key="engineer").status == 409
    faulty = t.post("/v1/definitions", {"text": text.replace("go ", "goo ")}, key="engineer")
    assert faulty.status == 422 and len(faulty.json["errors"]) > 3 and faulty.json["errors"][0]["line"] > 0, faulty
    copies = [d for d in t.get("/v1/definitions").json["items"] if d["name"] == "loan_copy"]
    assert len(copies) == 1 and copies[0]["published"], copies


def test_every_fault_of_a_body_is_told(t):
    bad = t.post("/v1/runs", {"workflow": "loan_approval", "case": {"pan": 7, "name": "", "age": "old", "amount": -1}})
    pointers = {e["pointer"] for e in bad.json["errors"]}
    assert bad.status == 422 and len(pointers) >= 4 and all(p.startswith("/case") for p in pointers), bad


def test_guessing_keys_is_bounded_and_known_keys_do_not_pay(t):
    assert t.get("/v1/tasks", key="officer").status == 200
    seen = [t.get("/v1/tasks", key="guess-%d" % i, direct=True).status for i in range(600)]
    assert set(seen) == {401, 429} and seen.count(401) >= 200, (seen.count(401), seen.count(429))
    again = [t.get("/v1/tasks", key="guess-0", direct=True).status for _ in range(5)]
    assert set(again) == {401}, again
    assert t.get("/v1/tasks", key="officer").status == 200
    time.sleep(4)  # the other tests' keys may not have been seen yet


def test_a_score_with_its_reasons(t):
    sample = next(o for o in t.get("/v1/operations").json["items"] if o["name"] == "scoring.credit_risk")
    bureau = next(o for o in t.get("/v1/operations").json["items"] if o["name"] == "bureau.report")["sample"]
    a = t.post("/v1/score", {"application": {}, "bureau": bureau})
    assert sample and a.status == 200 and 0 <= a.json["pd"] <= 1, a
    worse = t.post("/v1/score", {"application": {}, "bureau": dict(bureau, late_90=2, revolving_utilisation=1.2)})
    assert worse.json["pd"] > a.json["pd"] and worse.json["reasons"], worse
