"""A loan's life after it is booked: payments, returns, disputes, changes with two approvals, over the real API."""
from cases import PRIME, apply, key, somebody
from tenor import eventually

WAIT = {"Prefer": "wait=20"}
_booked = {}


def loan(t, name="shared"):
    """A booked loan; the tests that change nothing for others share one."""
    if name not in _booked:
        a = apply(t, somebody())
        tries = 0
        while a.json["status"] != "offered" and tries < 20:  # generated people differ; some are declined
            a, tries = apply(t, somebody()), tries + 1
        assert a.json["status"] == "offered", a
        done = t.post("/v1/applications/%s/offer/accept" % a.json["id"], {"offer": a.json["offer"]["id"]}, headers=WAIT)
        assert done.json["status"] == "disbursed", done
        _booked[name] = a.json["id"]
    return _booked[name]


def act(t, loan_id, what, body, idempotency=None, **kw):
    return t.post("/v1/loans/%s/%s" % (loan_id, what), body, headers=dict(WAIT, **{"Idempotency-Key": idempotency or key()}), **kw)


def read(t, loan_id, query=""):
    return t.get("/v1/loans/%s%s" % (loan_id, query)).json


def answer(t, run, queue, word, who="officer", reason="seen"):
    task = eventually(lambda: [x for x in t.get("/v1/tasks?run=%s&state=open" % run, key="admin").json["items"] if x["queue"] == queue])[0]
    done = t.post("/v1/tasks/%s/decide" % task["id"], {"answer": word, "form": {"reason": reason}}, key=who)
    assert done.status == 200, done


def test_a_booked_loan_has_a_standing_a_schedule_and_a_statement(t):
    x = loan(t)
    standing = read(t, x)
    assert standing["state"] == "active" and standing["days_past_due"] == 0 and standing["principal_minor"] > 0, standing
    items = t.get("/v1/loans/%s/schedule" % x).json["items"]
    assert sum(i["amount"]["principal"] for i in items) == standing["principal_minor"], items
    late = read(t, x, "?on=" + items[0]["due"])
    assert late["days_past_due"] == 0 and late["overdue_minor"] == 0, late
    lines = t.get("/v1/loans/%s/statement" % x).json["items"]
    assert [line["kind"] for line in lines][:1] == ["opened"], lines
    assert x in [row["id"] for row in t.get("/v1/loans?limit=200").json["items"]]
    assert t.get("/v1/loans/none-such").status == 404
    assert t.get("/v1/loans/%s?on=soon" % x).json["field"] == "on"


def test_a_payment_is_spread_once_however_often_it_is_sent(t):
    x, k = loan(t, "paid"), key()
    owed = read(t, x)["principal_minor"]
    body = dict(reference=key(), amount=500000, channel="upi")
    first, again = act(t, x, "payments", body, k), act(t, x, "payments", body, k)
    assert first.status == 200 and first.json["outcome"] == "booked", first
    assert again.json["id"] == first.json["id"], again
    by_another_key = act(t, x, "payments", body)  # the payer's reference is what counts
    assert by_another_key.json["outcome"] == "booked", by_another_key
    standing = read(t, x)
    assert owed - standing["principal_minor"] + standing["credit_minor"] <= 500000, standing
    lines = t.get("/v1/loans/%s/statement" % x).json["items"]
    assert [line["amount_minor"] for line in lines if line["kind"] == "paid"] == [500000], lines
    other = act(t, x, "payments", dict(body, amount=1), k)
    assert other.status == 409, other
    assert act(t, x, "payments", dict(body, amount=-1)).status == 422
    elsewhere = act(t, loan(t), "payments", dict(body), k)  # the key belongs to the loan
    assert elsewhere.status == 409, elsewhere


def test_a_returned_payment_is_as_if_it_had_never_been(t):
    x = loan(t, "returned")
    before = read(t, x)
    reference = key()
    assert act(t, x, "payments", dict(reference=reference, amount=300000)).json["outcome"] == "booked"
    back = act(t, x, "returns", dict(reference=key(), payment=reference, why="returned"))
    assert back.json["outcome"] == "reversed", back
    after = read(t, x)
    for field in ("principal_minor", "outstanding_minor", "credit_minor", "due"):
        assert after[field] == before[field], (field, before, after)


def test_a_payment_for_an_unknown_loan_is_held_and_shown_to_a_person(t):
    held = act(t, "nobody-%s" % key(), "payments", dict(reference=key(), amount=12345))
    assert held.status == 200 and held.json["outcome"] is None, held
    tasks = eventually(lambda: t.get("/v1/tasks?run=%s&state=open" % held.json["id"], key="officer").json["items"])
    assert tasks[0]["queue"] == "payments_desk", tasks
    answer(t, held.json["id"], "payments_desk", "placed")


def test_money_is_given_up_by_two_people_within_their_authority(t):
    x = loan(t, "waived")
    asked = act(t, x, "changes", dict(reference=key(), kind="terms", change="moratorium", months=2, reason="illness"))
    assert asked.status == 200 and asked.json["outcome"] is None, asked
    run = asked.json["id"]
    answer(t, run, "collections_officers", "approve", who="officer")
    answer(t, run, "collections_managers", "approve", who="admin")
    ended = eventually(lambda: (lambda r: r if r["state"] == "ended" else None)(t.get("/v1/runs/" + run, key="admin").json))
    assert ended["outcome"] == "done", ended
    standing = read(t, x)
    assert [f["change"] for f in standing["forbearance"]] == ["moratorium"], standing


def test_one_person_alone_cannot_give_money_up(t):
    x = loan(t, "alone")
    run = act(t, x, "changes", dict(reference=key(), kind="write_off", reason="other")).json["id"]
    answer(t, run, "collections_officers", "approve", who="admin")
    answer(t, run, "collections_managers", "approve", who="admin")
    answer(t, run, "collections_heads", "decline", who="officer")
    ended = eventually(lambda: (lambda r: r if r["state"] == "ended" else None)(t.get("/v1/runs/" + run, key="admin").json))
    assert ended["outcome"] == "declined" and read(t, x)["state"] == "active", ended


def test_a_quote_and_the_exit_it_was_for(t):
    x = loan(t, "left")
    quote = act(t, x, "quotes", dict(reference=key(), of="cooling_off"))
    assert quote.json["outcome"] == "quoted", quote
    total = quote.json["answers"]["quote"]["data"]["total"]
    short = act(t, x, "exits", dict(reference=key(), kind="cooling_off", amount=total - 1))
    assert short.json["outcome"] == "refused", short
    left = act(t, x, "exits", dict(reference=key(), kind="cooling_off", amount=total))
    assert left.json["outcome"] == "closed", left
    assert read(t, x)["state"] == "cooled_off" and read(t, x)["outstanding_minor"] == 0
    more = act(t, x, "payments", dict(reference=key(), amount=100))
    assert more.json["outcome"] is None, more  # a closed loan: held for a person


def test_a_dispute_is_looked_into(t):
    x = loan(t, "disputed")
    run = act(t, x, "disputes", dict(reference=key(), reason="wrong_amount", words="I paid on Monday")).json["id"]
    assert read(t, x)["disputed"] is True
    answer(t, run, "disputes", "rejected")
    eventually(lambda: read(t, x)["disputed"] is False)


def test_who_may_what(t):
    x = loan(t)
    assert t.get("/v1/loans/%s/entries" % x, key="lender").status == 403
    assert act(t, x, "payments", dict(reference=key(), amount=1), key="engineer").status == 403
    assert act(t, "none-such", "hardship", dict(reference=key(), reason="illness")).status == 404
