"""Clients that wait, leave, or ask for what is not theirs."""
import json
import os
import signal
import socket
import threading
import time

from cases import PRIME, apply, key, somebody
from tenor import Tenor, eventually


def start_run(t, case, wait, workflow="loan_approval", who="admin"):
    """Waits for its end, which an offer delays by days."""
    return t.post("/v1/runs", {"workflow": workflow, "case": case}, key=who, direct=True,
                  headers={"Idempotency-Key": key(), "Prefer": "respond-async, wait=%d" % wait})


def stop_while_waiting(processes, clients):
    """Everybody waits for the end of a run; then every engine process is told to stop. The answers."""
    t = Tenor(processes=processes).start()
    try:
        answers = []
        def wait_for_end(case):
            answer = start_run(t, case, 30)
            while answer.status == 503 and not stopping.is_set():  # its shard has just changed hands
                time.sleep(0.2)
                answer = start_run(t, case, 30)
            answers.append(answer)
        stopping = threading.Event()
        waiting = [threading.Thread(target=wait_for_end, args=(somebody() if i else PRIME,)) for i in range(clients)]
        for w in waiting:
            w.start()
        eventually(lambda: sum(r["state"] != "running" for r in t.get("/v1/runs").json["items"]) == clients, 40)
        eventually(lambda: "is ready on" in t.tail(), 30)  # until then an end would be a failed start
        stopping.set()
        begin = time.monotonic()
        for pid in t.pids(" engine --config"):
            os.kill(pid, signal.SIGTERM)
        for w in waiting:
            w.join(15)
        assert time.monotonic() - begin < 8, time.monotonic() - begin
        t.wait_ready()
        return answers
    finally:
        assert t.stop() == 0


def test_who_waits_is_told_when_the_process_stops():
    answers = stop_while_waiting(1, 1)
    assert len(answers) == 1 and answers[0].status == 202 and answers[0].json["state"] == "waiting", answers


def test_who_waits_at_another_process_is_told_too():
    answers = stop_while_waiting(3, 24)
    assert len(answers) == 24 and {a.status for a in answers} <= {200, 202, 503}, answers
    assert sum(a.status < 300 for a in answers) >= 12, [a.status for a in answers]


def test_a_client_that_leaves_does_not_hold_its_request(t):
    def left():
        text = t.get("/metrics", key=None).body.decode()
        return sum(float(line.split()[-1]) for line in text.splitlines() if "http_requests_total" in line and 'status="499"' in line)
    before = left()
    body = json.dumps({"workflow": "loan_approval", "case": somebody()}).encode()
    clients = []
    for _ in range(20):
        s = socket.create_connection(("127.0.0.1", t.port))
        s.sendall(b"POST /v1/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
                  b"Prefer: wait=30\r\nIdempotency-Key: leaving-%d\r\nContent-Length: %d\r\n\r\n%s"
                  % (t.keys["admin"].encode(), os.getpid(), len(body), body))
        clients.append(s)
    time.sleep(1)
    for s in clients:
        s.close()
    eventually(lambda: left() - before >= 20, 5)


def test_engineers_see_no_personal_fields(t):
    case = PRIME
    run = apply(t, case).json["id"]
    clear, hidden = t.get("/v1/runs/" + run, key="officer", direct=True), t.get("/v1/runs/" + run, key="engineer", direct=True)
    for field in ("pan", "account", "name"):
        assert case[field].encode() in clear.body, field
        assert case[field].encode() not in hidden.body, field
    assert hidden.json["case"]["name"] == "<personal>" and hidden.json["case"]["amount"] == case["amount"], hidden
    assert t.get("/v1/runs/" + run + "/timeline", key="engineer", direct=True).status == 403


def test_a_lender_reaches_applications_and_no_other_run(t):
    text = t.get("/v1/definitions/workflow/loan_approval/1").json["text"].replace('"loan_approval"', '"another_flow"')
    assert t.post("/v1/definitions", {"text": text}, key="engineer").status == 201
    run = start_run(t, somebody(), 0, workflow="another_flow").json["id"]
    path = "/v1/applications/" + run
    assert t.get(path, key="lender", direct=True).status == 404
    assert t.post(path + "/cancel", {"reason": "not mine"}, key="lender", direct=True).status == 404
    assert t.post(path + "/events", {"name": "x", "id": "1"}, key="lender", direct=True).status == 404
    assert t.post(path + "/offer/accept", {"offer": "x"}, key="lender", direct=True).status == 404
    assert t.get("/v1/runs/" + run, key="officer", direct=True).status == 200


def test_heads_options_and_other_methods(t):
    head = t.call("HEAD", "/v1/runs", direct=True)
    assert head.status == 200 and head.body == b"" and int(head.headers["Content-Length"]) > 10
    assert t.call("PUT", "/v1/runs", direct=True).headers["Allow"] == "GET, HEAD, POST"
    assert t.call("OPTIONS", "/v1/runs", direct=True).status == 204


def test_pages_ask_nobody_outside(t):
    for page in ("/", "/docs"):
        a = t.get(page, key=None)
        assert "default-src 'self'" in a.headers["Content-Security-Policy"] and a.headers["X-Content-Type-Options"] == "nosniff"
        text = a.body.decode()
        assert "http://" not in text and "https://" not in text, page
        for part in text.split('"'):
            if part.startswith("/docs/"):
                assert t.get(part, key=None).status == 200, part
