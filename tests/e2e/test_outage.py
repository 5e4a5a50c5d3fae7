"""A database or cache that is away: requests get 503 with Retry-After in good time, never a hang, and it heals by itself."""
import json
import os
import signal
import socket
import statistics
import time

from cases import apply, key, somebody
from tenor import Tenor, eventually


def tree(pid):
    """The process and everything below it."""
    found = [pid]
    try:
        for child in open("/proc/%d/task/%d/children" % (pid, pid)).read().split():
            found += tree(int(child))
    except OSError:
        pass
    return found


def signal_all(pids, what):
    for p in pids:
        try:
            os.kill(p, what)
        except ProcessLookupError:
            pass


def test_a_database_that_hangs_is_503_in_time_and_heals():
    t = Tenor().start()
    try:
        assert apply(t, somebody()).status == 200
        database = sorted({p for pid in t.pids("postgres") for p in tree(pid)})
        assert len(database) > 3, database
        signal_all(database, signal.SIGSTOP)
        try:
            k, case = key(), somebody()
            begin = time.monotonic()
            a = apply(t, case, wait=0, idempotency=k, timeout=25)
            assert a.status == 503 and a.headers["Retry-After"], a
            assert time.monotonic() - begin < 20, "a hang of %.1f s" % (time.monotonic() - begin)
            assert t.get("/healthz", key=None, timeout=5).status == 200
        finally:
            signal_all(database, signal.SIGCONT)

        def healed():
            b = apply(t, case, idempotency=k, timeout=25)
            return b if b.status == 200 else None
        first = eventually(healed, 60, 0.3)
        assert apply(t, case, idempotency=k).json["id"] == first.json["id"]
    finally:
        assert t.stop() == 0


def test_a_cache_that_is_away_makes_nothing_wrong():
    t = Tenor().start()
    try:
        for _ in range(3):
            signal_all(t.pids("redis-server"), signal.SIGKILL)
            assert apply(t, somebody()).status == 200
    finally:
        assert t.stop() == 0


def redis_says(t, word):
    """One word to the instance's own Redis, over its socket."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(json.load(open(os.path.join(t.dir, "run.json")))["redis"].removeprefix("unix:"))
        s.sendall(b"%s\r\n" % word.encode())
        assert s.recv(100).startswith(b"+OK")


def test_a_cache_that_hangs_or_is_emptied_makes_nothing_wrong_or_slow():
    t = Tenor().start()
    try:
        def took(n):
            each = []
            for _ in range(n):
                begin = time.monotonic()
                assert apply(t, somebody()).status == 200
                each.append(time.monotonic() - begin)
            return statistics.median(each)
        calm = took(15)
        redis = t.pids("redis-server")
        signal_all(redis, signal.SIGSTOP)
        try:
            hung = took(15)
            assert not t.get("/v1/connectors").json["shared"]
        finally:
            signal_all(redis, signal.SIGCONT)
        eventually(lambda: t.get("/v1/connectors").json["shared"], 20)
        redis_says(t, "FLUSHALL")
        emptied = took(15)
        print("      an application: %.0f ms, %.0f ms while Redis hangs, %.0f ms after it was emptied" % (1e3 * calm, 1e3 * hung, 1e3 * emptied))
        assert hung < 5 * calm + 0.1, (calm, hung)  # one question waits ten milliseconds for it, and no other
    finally:
        assert t.stop() == 0
