"""The end of a day over the real stack: asked for through the command and the API, with processes killed while it works."""
import datetime
import json
import os
import random
import signal
import subprocess
import time

from tenor import BINARY, Tenor, eventually

LOANS = 8000
ENDED = dict(capture_output=True, text=True, timeout=120)


def database(t):
    with open(os.path.join(t.dir, "run.json")) as f:
        return json.load(f)["database"]


def sql(t, text):
    r = subprocess.run(["psql", database(t), "-AtX", "-v", "ON_ERROR_STOP=1", "-c", text], **ENDED)
    assert r.returncode == 0, r.stderr
    return r.stdout.strip()


def day_number(day):
    return (day - datetime.date(1970, 1, 1)).days


def months_later(day, n):
    month = day.month - 1 + n
    return datetime.date(day.year + month // 12, month % 12 + 1, min(day.day, 28))


def load(t, n, opened):
    """A portfolio: loans of three months, of which nothing was paid and no day has ended. The days when they fall due."""
    rows = [[months_later(opened, i + 1).isoformat(), 100000, 1000] for i in range(3)]
    body = json.dumps({"product": "emi", "currency": "INR", "rate": 120000, "rows": rows})
    shards = int(sql(t, "select shards from installation"))
    sql(t, """insert into loan select 'P' || i, i %% %d, lpad(to_hex(i %% %d), 8, '0') || lpad(to_hex(i), 56, '0'), 'emi', 'INR', 'active', '0', 1,
              300000, 0, 0, %d, 1 from generate_series(1, %d) as i""" % (shards, shards, day_number(opened) + 1, n))
    sql(t, """insert into loan_entry select 'P' || i, 1, 'opened', %d, 1, 300000, '%s', int8send(0) || int8send(i), 1
              from generate_series(1, %d) as i""" % (day_number(opened), body, n))
    return [row[0] for row in rows]


def ask(t, *args):
    return subprocess.run([BINARY, "day-end", "--url", "http://127.0.0.1:%d" % t.port, "--keys", os.path.join(t.dir, "keys.json"), *args],
                          **ENDED)


def kill_one(t):
    victims = t.pids(" engine ")
    if victims:
        try:
            os.kill(random.choice(victims), signal.SIGKILL)
        except ProcessLookupError:
            pass


def test_a_day_ends_once_whoever_dies_meanwhile():
    t = Tenor(processes=2).start()
    try:
        due = load(t, LOANS, datetime.date.today() - datetime.timedelta(days=75))
        asked = t.post("/v1/day-ends", {})
        assert asked.status == 202, asked
        day = asked.json["date"]
        kills = 0
        for _ in range(4):
            time.sleep(random.uniform(0.1, 1.2))
            kill_one(t)
            kills += 1
        t.wait_ready()
        end = eventually(lambda: look(t, day), 90, 0.2)
        assert end["left"] == 0 and end["failed"] == 0, end
        assert len(end["shards"]) == int(sql(t, "select shards from installation"))
        # Instalments fell due and nothing was paid: one entry each, and their interest in the books.
        assert sql(t, "select count(*), count(distinct loan) from loan_entry where kind = 'day_end'") == "%d|%d" % (LOANS, LOANS)
        assert sql(t, "select sum(amount_minor) from posting where credit = 'lender:interest_income'") == \
            str(sum(d <= day for d in due) * 1000 * LOANS)
        assert sql(t, "select count(*) from loan where bucket = '0' or next_day <= %d" % day_number(datetime.date.fromisoformat(day))) == "0"
        books = subprocess.run([BINARY, "books", "--database", database(t), "--json"], **ENDED)
        assert books.returncode == 0, books.stdout + books.stderr
        assert json.loads(books.stdout)["loans"] == LOANS
        again = ask(t, "--json")
        assert again.returncode == 0 and json.loads(again.stdout)["date"] == day, again.stdout + again.stderr
        assert sql(t, "select count(*) from loan_entry where kind = 'day_end'") == str(LOANS)
        print("      %d loans, %d kills, runs %s" % (LOANS, kills, sql(t, "select count(*) from run where case_type = 'day_end'")))
    finally:
        code = t.stop()
    assert code == 0, code


def look(t, day):
    try:
        a = t.get("/v1/day-ends/" + day)
    except OSError:
        return None
    return a.json if a.status == 200 and a.json["state"] == "ended" else None


def test_what_is_not_a_day_that_is_over_is_refused(t):
    tomorrow = (datetime.date.today() + datetime.timedelta(days=2)).isoformat()
    for body, status in (({"date": tomorrow}, 422), ({"date": "2026-02-30"}, 422), ({"dates": "2026-01-01"}, 422)):
        a = t.post("/v1/day-ends", body, direct=True)
        assert a.status == status, (body, a)
    assert t.post("/v1/day-ends", {}, key="officer").status == 403
    assert t.get("/v1/day-ends/1999-01-01").status == 404
    assert t.get("/v1/day-ends/monday", direct=True).status == 404
    r = ask(t, "--date", tomorrow)
    assert r.returncode == 3 and "is not over yet" in r.stderr, r.stderr


def test_a_day_without_loans_ends_too(t):
    r = ask(t, "--date", "2024-02-29")
    assert r.returncode == 0 and "2024-02-29 ended: 0 loans done" in r.stderr, r.stderr
    runs = t.get("/v1/runs?workflow=day_end").json["items"]
    assert runs and all(x["case_key"] == "2024-02-29" for x in runs), runs[:2]
    assert not [x for x in t.get("/v1/runs?limit=200").json["items"] if x["workflow"].startswith("day_end")]
    timeline = t.get("/v1/runs/%s/timeline" % runs[0]["id"]).json["items"]
    assert [x["f"] for x in timeline] == ["day_end", "ended"], timeline
