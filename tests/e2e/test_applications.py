"""The main job: an application is decided with reasons, offered, accepted and booked."""
from cases import CIRCULAR, EDGE, NEW, PRIME, apply, key, somebody
from tenor import eventually


def accept(t, application, wait=20):
    return t.post("/v1/applications/%s/offer/accept" % application["id"], {"offer": application["offer"]["id"]},
                  headers={"Prefer": "wait=%d" % wait})


def test_a_sound_applicant_is_offered_accepts_and_is_booked(t):
    a = apply(t, PRIME)
    assert a.status == 200, a
    assert a.json["status"] == "offered", a
    assert a.json["decision"]["outcome"] == "approve"
    assert a.json["offer"]["amount"] <= PRIME["amount"]
    booked = accept(t, a.json)
    assert booked.status == 200 and booked.json["status"] == "disbursed", booked
    assert booked.json["loan"]["principal"] == a.json["offer"]["amount"]
    assert [e["amount"] for e in book(t, a.json["id"], "payments.disburse")] == [a.json["offer"]["paid_out"]]


def book(t, reference, operation):
    entries = t.sandbox("GET", "/book?limit=100000").json["entries"]
    return [e for e in entries if e["reference"] == reference and e["operation"] == operation]


def test_new_to_credit_is_not_turned_away_for_having_no_history(t):
    a = apply(t, NEW)
    assert a.status == 200 and a.json["status"] == "offered", a


def test_circular_money_and_a_foreign_name_are_not_approved_and_the_reasons_say_why(t):
    a = apply(t, CIRCULAR)
    assert a.status == 200 and a.json["status"] == "in_review", a
    assert a.json["decision"]["reasons"], a
    assert all(r["code"] and r["text"] for r in a.json["decision"]["reasons"])


def test_a_doubtful_case_goes_to_an_officer_who_decides(t):
    a = apply(t, EDGE)
    assert a.status == 200 and a.json["status"] == "in_review", a
    run = a.json["id"]
    task = eventually(lambda: t.get("/v1/tasks?queue=credit_officers&run=" + run, key="officer").json["items"])[0]
    shown = t.get("/v1/tasks/" + task["id"], key="officer").json
    assert shown["show"]["case.amount"] == EDGE["amount"] and 0 < shown["show"]["risk.pd"] < 1, shown
    assert "reason" in shown["form_schema"]["properties"] and shown["run"] == run, shown
    claimed = t.post("/v1/tasks/%s/claim" % task["id"], key="officer")
    assert claimed.status == 200 and claimed.json["state"] == "claimed", claimed
    other = t.post("/v1/tasks/%s/claim" % task["id"], key="admin")
    assert other.status == 409, other
    done = t.post("/v1/tasks/%s/decide" % task["id"], {"answer": "approve", "form": {"reason": "steady for years", "amount": 10000000}},
                  key="officer")
    assert done.status == 200, done
    offered = eventually(lambda: (lambda x: x if x["status"] == "offered" else None)(t.get("/v1/applications/" + run).json))
    assert offered["offer"]["amount"] == 10000000, offered
    again = t.post("/v1/tasks/%s/decide" % task["id"], {"answer": "decline", "form": {"reason": "changed my mind"}}, key="officer")
    assert again.status == 409, again
    closed = eventually(lambda: (lambda x: x if x.status == 200 and x.json["state"] == "done" else None)(
        t.get("/v1/tasks/" + task["id"], key="officer")))
    assert closed.json["run"] == run, closed
    assert t.get("/v1/tasks/%s.review.99" % run, key="officer").status == 404


def test_a_repeat_joins_the_first_and_another_body_is_a_conflict(t):
    k, case = key(), somebody()
    first, second = apply(t, case, idempotency=k), apply(t, case, idempotency=k)
    assert first.json["id"] == second.json["id"], (first, second)
    other = apply(t, dict(case, amount=case["amount"] + 100), idempotency=k)
    assert other.status == 409 and other.json["field"] == "Idempotency-Key", other


def test_an_offer_turned_down_ends_the_case(t):
    a = apply(t, dict(PRIME, amount=20000000))
    no = t.post("/v1/applications/%s/offer/decline" % a.json["id"], {"offer": a.json["offer"]["id"]}, headers={"Prefer": "wait=10"})
    assert no.status == 200 and no.json["status"] == "not_taken", no


def test_a_withdrawn_application_ends(t):
    a = apply(t, dict(PRIME, amount=15000000))
    gone = t.post("/v1/applications/%s/cancel" % a.json["id"], {"reason": "found another lender"})
    assert gone.status == 200, gone
    ended = eventually(lambda: (lambda x: x if x["status"] in ("not_taken", "cancelled") else None)(t.get("/v1/applications/" + a.json["id"]).json))
    assert ended


def test_the_wrong_offer_is_a_conflict(t):
    a = apply(t, dict(PRIME, amount=12000000))
    bad = t.post("/v1/applications/%s/offer/accept" % a.json["id"], {"offer": "OF-other"})
    assert bad.status == 409 and bad.json["field"] == "/offer", bad


def test_the_timeline_tells_the_story_and_hides_no_step(t):
    a = apply(t, somebody())
    facts = t.get("/v1/runs/%s/timeline" % a.json["id"], key="officer")
    assert facts.status == 200 and len(facts.json["items"]) > 5, facts
    engineer = t.get("/v1/runs/" + a.json["id"], key="engineer")
    assert engineer.status == 200 and engineer.json["case"]["pan"] == "<personal>", engineer
