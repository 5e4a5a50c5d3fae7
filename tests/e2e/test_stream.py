"""The event stream: pages, webhooks with signatures, a Redis stream; through kills, outages and replays."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from cases import PRIME, apply, key, somebody
from listener import Listener
from tenor import BINARY, Tenor, eventually
from test_power import submit


def subscribe(t, listener, name, **more):
    a = t.post("/v1/subscribers", dict(name=name, url=listener.url, **more))
    assert a.status == 201, a
    listener.secrets.append(a.json["secret"])
    return a.json


def whole_stream(t, **query):
    """Every event that the API knows."""
    out, after = [], "0-0"
    while True:
        more = "".join("&%s=%s" % kv for kv in query.items())
        a = t.get("/v1/stream?limit=500&after=%s%s" % (after, more), direct=True)
        assert a.status == 200, a
        out += a.json["items"]
        after = a.json["next"]
        if not a.json["more"]:
            return out


def place(event):
    return tuple(int(x) for x in event["position"].split("-"))


def ids(events):
    return {e["id"] for e in events}


def decided(t, n, amount=10000000):
    for _ in range(n):
        a = apply(t, somebody(amount))
        assert a.status in (200, 202), a


def redis(t, *words):
    """One command over the private Redis' socket."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(redis_socket(t))
        s.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(str(w).encode()), str(w).encode()) for w in words))
        f = s.makefile("rb")

        def read():
            line = f.readline().rstrip(b"\r\n")
            kind, rest = line[:1], line[1:]
            if kind == b"$":
                return None if rest == b"-1" else f.read(int(rest) + 2)[:-2].decode()
            if kind == b"*":
                return None if rest == b"-1" else [read() for _ in range(int(rest))]
            if kind == b"-":
                raise AssertionError(rest)
            return int(rest) if kind == b":" else rest.decode()

        return read()


def redis_socket(t):
    for root, _, files in os.walk(t.dir):
        for f in files:
            if f.endswith("redis.sock"):
                return os.path.join(root, f)
    config = json.load(open(os.path.join(t.dir, "tenor.json")))
    return config["redis"].removeprefix("unix:")


def entries(t):
    return [(i, json.loads(dict(zip(f[::2], f[1::2]))["event"])) for i, f in redis(t, "XRANGE", "tenor:stream:1", "-", "+") or []]


def same(t):
    """Redis holds what the API tells, under the same positions."""
    try:
        return entries(t) == [(e["position"], e) for e in whole_stream(t)]
    except OSError:
        return False


def test_stream_tells_an_application_from_start_to_end(t):
    listener = Listener().start()
    s = subscribe(t, listener, "story-" + key())
    a = apply(t, dict(PRIME))
    assert a.status == 200 and a.json["status"] == "offered", a
    run = a.json["id"]
    t.post("/v1/applications/%s/offer/accept" % run, {"offer": a.json["offer"]["id"]}, headers={"Prefer": "wait=10"})

    def ended():
        return [e for e in listener.events("tenor.application.ended") if e["data"]["run"] == run]

    end = eventually(ended, 20)[0]
    assert end["data"]["outcome"] == "disbursed" and end["subject"] == "application/" + run, end
    mine = [e for e in listener.first() if e["partitionkey"] == "application/" + run]
    assert [e["type"].split(".")[-1] for e in mine] == ["started", "decided", "offered", "accepted", "ended"], mine
    assert mine[0]["data"]["case"] == {"amount": PRIME["amount"]}, mine[0]
    assert mine[1]["data"]["outcome"] == "approve" and mine[1]["data"]["policy"].startswith("personal_loan@")
    assert mine[2]["data"]["answer"]["id"] == a.json["offer"]["id"]
    listener.check_order()
    text = json.dumps(listener.events())
    for personal in (PRIME["pan"], PRIME["name"], PRIME["account"]):
        assert personal not in text
    told = [e for e in whole_stream(t) if e["data"].get("run") == run]  # the same bytes everywhere
    eventually(lambda: sorted((e for e in listener.first() if e["data"].get("run") == run), key=place) == told, 5)
    page = t.get("/v1/stream?types=tenor.application.decided,tenor.none&limit=3").json
    assert all(e["type"] == "tenor.application.decided" for e in page["items"])
    assert t.get("/v1/stream?after=soon", direct=True).status == 400
    assert t.get("/v1/stream", key="lender", direct=True).status == 403
    assert t.call("DELETE", "/v1/subscribers/" + s["id"]).status == 200
    assert t.get("/v1/subscribers/" + s["id"]).status == 404
    listener.stop()


def test_stream_in_redis_is_the_same_and_comes_back_when_emptied(t):
    decided(t, 3)
    eventually(lambda: same(t), 15)
    want = entries(t)
    redis(t, "FLUSHALL")
    eventually(lambda: same(t) and len(entries(t)) >= len(want), 15)
    decided(t, 1)
    eventually(lambda: same(t), 15)
    redis(t, "DEL", "tenor:stream:1")
    decided(t, 1)
    eventually(lambda: same(t), 15)
    for pid in t.pids("redis"):
        os.kill(pid, signal.SIGKILL)
    decided(t, 1)  # nothing waits for Redis
    eventually(lambda: same(t), 30, 0.3)


def test_stream_a_hanging_subscriber_and_one_that_is_away_delay_nobody(t):
    good, hanging, away = Listener().start(), Listener().start(), Listener().start()
    hanging.answer = lambda event: "hang"
    subs = [subscribe(t, good, "good-" + key()), subscribe(t, hanging, "hangs-" + key(), timeout_ms=1500), subscribe(t, away, "away-" + key())]
    away.stop()
    head = place(whole_stream(t)[-1])
    begin = time.monotonic()
    decided(t, 6)
    new = [e for e in whole_stream(t) if place(e) > head]
    assert len(new) >= 12, len(new)
    eventually(lambda: ids(new) <= ids(good.events()), 5)
    assert time.monotonic() - begin < 15
    assert not hanging.got
    state = eventually(lambda: (lambda s: s if s["state"] == "failing" else None)(t.get("/v1/subscribers/" + subs[2]["id"]).json), 10)
    assert state["parked"] > 0 and state["dead"] == 0
    # it comes back: everything arrives, in order, soon
    back = Listener(away.port).start()
    back.secrets = away.secrets
    hanging.answer = lambda event: 204
    eventually(lambda: ids(new) <= ids(back.events()), 90)
    back.check_order()
    good.check_order()
    eventually(lambda: t.get("/v1/subscribers/" + subs[2]["id"]).json["state"] == "active", 10)
    for s in subs:
        t.call("DELETE", "/v1/subscribers/" + s["id"])
    [x.stop() for x in (good, hanging, back)]


def test_stream_one_refused_event_becomes_a_dead_letter_and_is_delivered_again(t):
    listener = Listener().start()
    refused = {}

    def answer(event):
        if event["type"] == "tenor.application.decided" and refused.setdefault("id", event["id"]) == event["id"] and not refused.get("over"):
            return 500
        return 204

    listener.answer = answer
    s = subscribe(t, listener, "refuses-" + key(), max_age_s=2)
    for _ in range(3):
        assert apply(t, dict(PRIME)).json["status"] == "offered"
    where = "/v1/subscribers/" + s["id"]
    letters = eventually(lambda: t.get(where + "/dead-letters").json["items"], 20)
    assert len(letters) == 1 and letters[0]["event"]["id"] == refused["id"] and letters[0]["status"] == 500, letters
    assert letters[0]["why"] == "answered 500" and letters[0]["attempts"] >= 2
    mine = letters[0]["event"]["partitionkey"]
    eventually(lambda: mine in [e["partitionkey"] for e in listener.events("tenor.application.offered")], 10)  # what waited behind it
    assert t.post(where + "/dead-letters/redeliver", {"event": "nothing"}).json["redelivered"] == 0
    refused["over"] = True
    assert t.post(where + "/dead-letters/redeliver", {"event": refused["id"]}).json["redelivered"] == 1
    eventually(lambda: refused["id"] in ids(listener.events()), 10)
    eventually(lambda: t.get(where).json["dead"] == 0 and t.get(where).json["parked"] == 0, 10)
    t.call("DELETE", where)
    listener.stop()


def test_stream_replay_from_a_position_and_from_an_instant(t):
    listener = Listener().start()
    s = subscribe(t, listener, "replay-" + key())
    where = "/v1/subscribers/" + s["id"]
    decided(t, 2)
    first = eventually(lambda: listener.first() if len(listener.first()) >= 6 else None, 10)
    middle = first[2]
    listener.got.clear()
    a = t.post(where + "/replay", {"from": middle["position"]})
    assert a.status == 200 and "gone" not in a.json, a
    want = [e["id"] for e in whole_stream(t) if place(e) >= place(middle)]
    eventually(lambda: set(want) <= ids(listener.events()), 10)
    assert place(min(listener.events(), key=place)) == place(middle)
    listener.got.clear()
    assert t.post(where + "/replay", {"from": first[0]["time"]}).status == 200
    eventually(lambda: first[0]["id"] in ids(listener.events()), 10)
    listener.check_order()
    assert t.post(where + "/replay", {"from": "yesterday"}, direct=True).status == 422
    assert t.post(where + "/replay", {"from": "start"}).status == 200
    eventually(lambda: len(ids(listener.events())) >= len(whole_stream(t)), 20)
    t.call("DELETE", where)
    listener.stop()


def test_stream_a_secret_is_changed_without_losing_anything(t):
    listener = Listener().start()
    s = subscribe(t, listener, "secret-" + key())
    where = "/v1/subscribers/" + s["id"]
    assert "secret" not in t.get(where).json
    assert t.post(where + "/ping").json["delivered"] is True
    a = t.post(where + "/rotate", {"overlap_s": 3600})
    assert a.json["secret"] != s["secret"] and a.json["old_secret_until"], a
    decided(t, 1)  # the listener still knows the old one only
    eventually(lambda: listener.events("tenor.application.decided"), 10)
    assert not listener.faults, listener.faults
    listener.secrets.append(a.json["secret"])
    n = len(listener.got)
    assert t.post(where + "/ping").json["delivered"] is True
    assert not listener.faults and len(listener.got) > n
    a = t.post(where + "/rotate", {"overlap_s": 0})
    t.post(where + "/ping")
    assert listener.faults  # now the one before is void at once
    listener.faults.clear()
    listener.secrets.append(a.json["secret"])
    assert t.post(where + "/ping").json["delivered"] is True and not listener.faults
    t.call("DELETE", where)
    listener.stop()


def test_stream_gone_disables_at_once_and_redirects_are_not_followed(t):
    listener = Listener().start()
    s = subscribe(t, listener, "gone-" + key())
    where = "/v1/subscribers/" + s["id"]
    listener.answer = lambda event: 302
    ping = t.post(where + "/ping").json
    assert ping["delivered"] is False and ping["status"] == 302 and "redirect" in ping["why"], ping
    listener.answer = lambda event: 410
    decided(t, 1)
    state = eventually(lambda: (lambda x: x if x["state"] == "disabled" else None)(t.get(where).json), 10)
    assert "410" in state["disabled"]
    listener.answer = lambda event: 204
    time.sleep(1.5)
    assert not listener.got
    assert t.post(where + "/enable").json["state"] == "active"
    eventually(lambda: listener.events("tenor.application.decided"), 10)  # nothing was lost
    listener.check_order()
    assert t.post(where + "/disable", {"reason": "holiday"}).json["disabled"] == "holiday"
    t.call("DELETE", where)
    listener.stop()


def test_stream_subscribers_that_cannot_be(t):
    def refused(status, **body):
        a = t.post("/v1/subscribers", body, direct=True)
        assert a.status == status, a
        return a.json

    assert refused(422, name="x", url="ftp://example.org/")["field"] == "/url"
    assert refused(422, name="x", url="https://user:pw@example.org/")["field"] == "/url"
    assert refused(422, name="x", url="https://example.org/", types=["Tenor!"])["field"] == "/types"
    assert refused(422, name="x", url="https://example.org/", **{"from": "soon"})["field"] == "/from"
    name = "twice-" + key()
    a = t.post("/v1/subscribers", dict(name=name, url="https://example.org/"))
    assert a.status == 201
    refused(409, name=name, url="https://example.org/")
    assert [x["name"] for x in t.get("/v1/subscribers").json["items"]].count(name) == 1
    assert t.post("/v1/subscribers", dict(name="y", url="https://example.org/"), key="officer", direct=True).status == 403
    t.call("DELETE", "/v1/subscribers/" + a.json["id"])


def test_stream_live(t):
    with socket.create_connection(("127.0.0.1", t.port), timeout=20) as s:
        s.sendall(b"GET /v1/stream/live?types=tenor.application.decided HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % t.keys["admin"].encode())
        f = s.makefile("rb")
        assert b"200" in f.readline()
        decided(t, 1)
        while True:
            line = f.readline()
            assert line
            if line.startswith(b"data: "):
                break
        event = json.loads(line[6:])
        assert event["type"] == "tenor.application.decided"


def test_stream_on_the_command_line(t):
    decided(t, 1)

    def events(*more):
        args = [BINARY, "events", "--url", "http://127.0.0.1:%d" % t.port, "--keys", os.path.join(t.dir, "keys.json"), *more]
        return subprocess.run(args, capture_output=True, text=True, timeout=60)

    want = whole_stream(t)
    assert [json.loads(line) for line in events().stdout.splitlines()][:len(want)] == want
    some = events("--types", "tenor.application.decided", "--after", want[0]["position"]).stdout.splitlines()
    assert some and all(json.loads(line)["type"] == "tenor.application.decided" for line in some)
    bad = events("--after", "soon")
    assert bad.returncode == 3 and "position" in bad.stderr, bad
    assert events("--after", "0-0&x").returncode == 2


def test_stream_stays_out_of_private_networks():
    config = os.path.join(tempfile.mkdtemp(prefix="tenor-e2e-conf-"), "config.json")
    with open(config, "w") as f:
        json.dump({"stream": {"private_addresses": False, "source": "urn:example:lender"}}, f)
    t = Tenor(extra=("--config", config)).start()
    try:
        listener = Listener().start()
        a = t.post("/v1/subscribers", dict(name="plain", url=listener.url))
        assert a.status == 422 and a.json["field"] == "/url" and "https" in a.json["detail"], a
        a = t.post("/v1/subscribers", dict(name="inside", url="https://localhost:%d/" % listener.port))
        assert a.status == 201, a  # the name may mean anything; the address is asked when it is connected to
        ping = t.post("/v1/subscribers/%s/ping" % a.json["id"]).json
        assert ping["delivered"] is False and "public internet" in ping["why"], ping
        assert not listener.got and not listener.faults
        decided(t, 1)
        assert whole_stream(t)[0]["source"] == "urn:example:lender"
        listener.stop()
    finally:
        assert t.stop() == 0
        shutil.rmtree(os.path.dirname(config))


def test_stream_kill_the_engine_in_the_middle():
    """Each event at least once, ids unique, the order per aggregate; whatever is killed, the database too."""
    t = Tenor(processes=2).start()
    try:
        eventually(lambda: "Tenor is ready" in t.tail(), 30)  # from here on whatever dies is started again
        listener = Listener().start()
        flaky = Listener().start()
        count = [0]

        def sometimes(event):
            count[0] += 1
            return 500 if count[0] % 7 == 0 else 204

        flaky.answer = sometimes
        subscribe(t, listener, "steady")
        subscribe(t, flaky, "flaky")
        for i in range(40):
            submit(t, somebody(), key())
            if i % 8 == 5:
                for pid in t.pids("postgres" if i == 21 else " engine "):
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
        t.wait_ready()
        flaky.answer = lambda event: 204

        def quiet():
            runs = t.get("/v1/status").json["counts"]["runs"]
            return not runs.get("running") and not runs.get("undoing")

        eventually(quiet, 60, 0.3)
        everything = whole_stream(t)
        assert len(ids(everything)) == len(everything) and len(everything) >= 120, len(everything)
        eventually(lambda: ids(everything) <= ids(listener.events()) and ids(everything) <= ids(flaky.events()), 60, 0.2)
        listener.check_order()
        flaky.check_order()
        again = len(listener.events()) - len(listener.first())
        print("      %d events, %d of them came again" % (len(everything), again))
        eventually(lambda: [i for i, _ in entries(t)] == [e["position"] for e in everything], 20)
        listener.stop()
        flaky.stop()
    finally:
        assert t.stop() == 0
