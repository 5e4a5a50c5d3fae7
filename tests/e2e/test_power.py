"""Power failures: processes are killed at any moment and every case still finishes exactly once."""
import concurrent.futures
import os
import random
import signal
import threading
import time

from cases import apply, key, somebody
from tenor import Tenor, eventually


def finish(t, run):
    """The application once it rests: an offer is accepted on the way."""
    def look():
        try:
            a = t.get("/v1/applications/" + run)
        except OSError:
            return None
        if a.status != 200:
            return None
        if a.json["status"] == "offered":
            try:
                t.post("/v1/applications/%s/offer/accept" % run, {"offer": a.json["offer"]["id"]})
            except OSError:
                pass
            return None
        return a.json if a.json["status"] in ("disbursed", "declined", "in_review", "not_taken", "held") else None
    return eventually(look, 120, 0.2)


def finish_all(t, runs):
    """Side by side: each signer takes two seconds."""
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        return list(pool.map(lambda run: finish(t, run), runs))


def submit(t, case, idempotency):
    """Sends until an answer comes, with the same key: what a careful client does."""
    def send():
        try:
            a = apply(t, case, wait=0, idempotency=idempotency, timeout=3)
        except OSError:
            return None
        return a.json["id"] if a.status in (200, 202) else None
    return eventually(send, 120, 0.2)


def books_agree(t):
    """Our ledger and the provider's book, loan by loan, to the paisa."""
    book, after = {}, 0
    while True:
        page = t.sandbox("GET", "/book?limit=1000&after=%d" % after).json
        for e in page["entries"]:
            if e["operation"] == "payments.disburse":
                book.setdefault(e["reference"], []).append(e["amount"])
        after = page["next"]
        if not page["entries"]:
            break
    assert all(len(v) == 1 for v in book.values()), "a loan was paid out twice"
    return {k: v[0] for k, v in book.items()}


def soak(kill_words, seconds, cases):
    t = Tenor().start()
    try:
        runs, stop = [], threading.Event()

        def feed():
            while not stop.is_set() and len(runs) < cases:
                runs.append(submit(t, somebody(), key()))

        feeders = [threading.Thread(target=feed) for _ in range(4)]
        [f.start() for f in feeders]
        end = time.monotonic() + seconds
        kills = 0
        while time.monotonic() < end:
            time.sleep(random.uniform(0.2, 1.5))
            victims = t.pids(random.choice(kill_words))
            if victims:
                try:
                    os.kill(random.choice(victims), signal.SIGKILL)
                    kills += 1
                except ProcessLookupError:
                    pass
        stop.set()
        [f.join() for f in feeders]
        t.wait_ready()
        ended = finish_all(t, runs)
        paid = books_agree(t)
        disbursed = {a["id"]: a["offer"]["paid_out"] for a in ended if a["status"] == "disbursed"}
        assert disbursed == paid, (len(disbursed), len(paid))
        assert len(set(runs)) == len(runs)
        print("      %d cases, %d kills, %d paid out" % (len(runs), kills, len(paid)))
        assert kills > 0 and runs
    finally:
        code = t.stop()
    assert code == 0, code


def test_kill_the_engine_again_and_again():
    soak([" engine "], float(os.environ.get("TENOR_SOAK_S", "15")), 400)


def test_kill_engine_database_and_cache_at_random():
    soak([" engine ", "postgres", "redis"], float(os.environ.get("TENOR_SOAK_S", "15")), 400)


def test_everything_killed_at_once_starts_again_where_it_was():
    t = Tenor().start()
    try:
        runs = [submit(t, somebody(), key()) for _ in range(20)]
        for pid in t.pids("tenor") + t.pids("postgres") + t.pids("redis"):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        t.process.wait()
        t.start()
        ended = finish_all(t, runs)
        assert {a["id"]: a["offer"]["paid_out"] for a in ended if a["status"] == "disbursed"} == books_agree(t)
    finally:
        assert t.stop() == 0


def test_the_shards_of_a_dead_and_of_a_paused_process_are_taken_over():
    """Three processes on one port. One is stopped (SIGSTOP) past its lease and wakes up to find itself fenced."""
    t = Tenor(processes=3).start()
    try:
        engines = [p for p in t.pids(" engine ") if len(open("/proc/%d/task/%d/children" % (p, p)).read().split()) == 0]
        assert len(engines) == 3, engines
        runs = [submit(t, somebody(), key()) for _ in range(12)]
        os.kill(engines[0], signal.SIGSTOP)
        time.sleep(7)  # longer than the lease
        runs += [submit(t, somebody(), key()) for _ in range(6)]
        os.kill(engines[0], signal.SIGCONT)
        os.kill(engines[1], signal.SIGKILL)
        runs += [submit(t, somebody(), key()) for _ in range(12)]
        ended = finish_all(t, runs)
        assert {a["id"]: a["offer"]["paid_out"] for a in ended if a["status"] == "disbursed"} == books_agree(t)
    finally:
        assert t.stop() == 0
