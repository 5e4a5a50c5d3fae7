"""Events by case over the real thing: early, twice, to several runs, to several processes, through kill -9."""
import json
import os
import signal
import subprocess

import errand
from tenor import eventually


def sql(t, text):
    dsn = json.load(open(os.path.join(t.dir, "run.json")))["database"]
    return subprocess.run(["psql", dsn, "-Atc", text], check=True, capture_output=True, text=True).stdout.strip()


def kill_engines(t):
    for pid in t.pids(" engine --config"):
        os.kill(pid, signal.SIGKILL)


def test_an_event_before_its_case_is_kept_and_heard_once():
    t = errand.start()
    try:
        assert errand.tell(t, "E1", "w1", note="Quillfeather").status == 200
        again = errand.tell(t, "E1", "w1")
        assert again.status == 200 and again.json == errand.tell(t, "E1", "w1").json
        kept = t.get("/v1/events/kept?key=E1").json["items"]
        assert [k["event_id"] for k in kept] == ["w1"] and kept[0]["case_type"] == "errand" and kept[0]["by"], kept
        kill_engines(t)
        t.wait_ready()
        run = errand.begin(t, "E1")
        eventually(lambda: errand.outcome(t, run) == "done")
        assert len(errand.heard(t, run)) == 1
        assert t.get("/v1/events/kept?key=E1").json["items"] == []
        assert "Quillfeather" not in sql(t, "select string_agg(body, '') from kept_event")
        second = errand.begin(t, "E1")
        assert errand.tell(t, "E1", "w1").status == 200  # for those who were there
        assert errand.outcome(t, second) is None
        assert errand.tell(t, "E1", "w2").status == 200
        assert errand.outcome(t, second) == "done"  # one open run, here: heard before it was acknowledged
    finally:
        errand.stop(t)


def test_what_does_not_fit_is_told_and_not_kept():
    t = errand.start()
    try:
        for body, field in (({"case_type": "nothing"}, "/case_type"), ({"event": "errand.stay"}, "/event"),
                            ({"data": {"note": 7}}, "/data/note"), ({"data": {"more": 1}}, "/data"), ({"key": ""}, "/key"),
                            ({"id": 4}, "/id")):
            whole = {"case_type": "errand", "key": "E2", "event": "errand.go", "id": "w1", **body}
            a = t.post("/v1/events", whole, direct=True)
            assert a.status == 422 and a.json["field"].startswith(field), (body, a)
        assert t.post("/v1/events", {"case_type": "errand"}, key="lender", direct=True).status == 403
        assert t.get("/v1/events/kept").json["items"] == []
        for cursor in ("x", "1", "1.x", "9" * 30 + ".1"):
            assert t.get("/v1/events/kept?cursor=" + cursor, direct=True).status == 422, cursor
        for i in range(5):
            assert errand.tell(t, "E3", "w%d" % i).status == 200
        seen, path = [], "/v1/events/kept?key=E3&limit=2"
        while path:
            page = t.get(path).json
            seen += [k["event_id"] for k in page["items"]]
            path = page["next"] and "/v1/events/kept?key=E3&limit=2&cursor=" + page["next"]
        assert seen == ["w4", "w3", "w2", "w1", "w0"], seen
    finally:
        errand.stop(t)


def test_a_dead_letter_is_read_replayed_and_dropped():
    t = errand.start()
    try:
        for i in (1, 2):
            assert errand.tell(t, "E4", "w%d" % i, note="Quillfeather").status == 200
        day = 86400000
        sql(t, "update kept_event set at_ms = at_ms - %d" % (31 * day))
        kill_engines(t)  # whoever holds the first shard sweeps when it has come up, then each minute
        t.wait_ready()
        letters = eventually(lambda: len(t.get("/v1/dead-letters").json["items"]) == 2 and t.get("/v1/dead-letters").json["items"], 90, 0.5)
        assert all("30 days" in x["reason"] and x["since"] for x in letters), letters
        first, second = (next(x["id"] for x in letters if x["event_id"] == w) for w in ("w1", "w2"))
        assert t.get("/v1/dead-letters/" + first).json["data"] == {"note": "Quillfeather"}
        assert t.get("/v1/dead-letters/" + first, key="engineer").json["data"] == {"note": "<personal>"}
        assert t.get("/v1/dead-letters/999999", direct=True).status == 404 and t.get("/v1/dead-letters/x", direct=True).status == 404
        run = errand.begin(t, "E4")
        assert t.post("/v1/dead-letters/" + second + "/drop", {"reason": "sent by mistake"}).json["state"] == "dropped"
        assert t.post("/v1/dead-letters/" + second + "/replay", direct=True).status == 404
        assert t.post("/v1/dead-letters/" + first + "/replay").status == 200
        eventually(lambda: errand.outcome(t, run) == "done")
        assert [f["id"] for f in errand.heard(t, run)] == ["w1"]
        assert t.get("/v1/dead-letters").json["items"] == []
    finally:
        errand.stop(t)


def test_runs_of_one_case_at_several_processes_hear_it_through_kills():
    t = errand.start(processes=3)
    try:
        people = ["P%d" % i for i in range(6)]  # six customers, and so six shards or nearly
        runs = [errand.begin(t, "E5", who) for who in people]
        assert errand.tell(t, "E5", "w1").status == 200
        eventually(lambda: all(errand.outcome(t, r) == "done" for r in runs), 40, 0.3)
        for i in range(4):
            name = "K%d" % i
            runs = [errand.begin(t, name, who) for who in people[: 1 + i % 2]]
            told = errand.tell(t, name, "w1")
            kill_engines(t)  # at once after the acknowledgement
            assert told.status == 200, told
            t.wait_ready()
            eventually(lambda: all(errand.outcome(t, r) == "done" for r in runs), 60, 0.3)
            assert all(len(errand.heard(t, r)) == 1 for r in runs)
    finally:
        errand.stop(t)
