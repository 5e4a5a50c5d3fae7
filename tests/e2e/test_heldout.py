"""Real input: rows that training never saw are sent through the running API as applications.

The sandbox's bureau answers with their real attributes. Where the data are absent a synthetic file takes
their place, and the report says so. The amounts, the accounts and the outcomes after the decision are
simulated in both cases; what is real is the bureau file and whether the borrower went bad.
"""
import concurrent.futures
import csv
import gzip
import hashlib
import io
import os
import pathlib
import random

from cases import apply, pan
from tenor import Tenor

WANTED = int(os.environ.get("TENOR_HELDOUT_ROWS", "2000"))
SALT, PERCENT = "gmsc", 20  # models/specs/bureau.json
COLUMNS = {"revolving_utilisation": "RevolvingUtilizationOfUnsecuredLines", "late_30_59": "NumberOfTime30-59DaysPastDueNotWorse",
           "late_60_89": "NumberOfTime60-89DaysPastDueNotWorse", "late_90": "NumberOfTimes90DaysLate", "debt_ratio": "DebtRatio",
           "monthly_income": "MonthlyIncome", "open_credit_lines": "NumberOfOpenCreditLinesAndLoans",
           "real_estate_loans": "NumberRealEstateLoansOrLines", "dependents": "NumberOfDependents"}
BANDS = ((0.01, "up to 1 %"), (0.02, "up to 2 %"), (0.04, "up to 4 %"), (0.09, "up to 9 %"), (1.01, "above 9 %"))


def held_back(row_id):
    digest = hashlib.sha256(("%s:%s" % (SALT, row_id)).encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < PERCENT


def real_rows():
    root = os.environ.get("TENOR_DATA_DIR")
    path = pathlib.Path(root or "/nonexistent") / "gmsc" / "gmsc-train.csv.gz"
    if not path.exists():
        return None
    with gzip.open(path, "rt") as f:
        rows = [r for r in csv.DictReader(f) if held_back(r["row_id"])]
    random.Random(1).shuffle(rows)
    return [(int(r["SeriousDlqin2yrs"]), {k: clean(r[v]) for k, v in COLUMNS.items()}) for r in rows[:WANTED]]


def clean(text):
    """Whole counts are written with a point in the file."""
    return "" if text in ("", "NA") else text[:-2] if text.endswith(".0") else text


def synthetic_rows():
    r = random.Random(7)
    rows = []
    for _ in range(min(WANTED, 500)):
        risk = r.random() ** 3
        late = sum(r.random() < risk for _ in range(3))
        rows.append((int(r.random() < risk * 0.4), dict(revolving_utilisation="%.4f" % min(1.5, risk + r.random() * 0.3), late_30_59=str(late),
                    late_60_89=str(late // 2), late_90=str(late // 3), debt_ratio="%.3f" % (r.random() * 0.8), monthly_income=str(r.randrange(1500, 12000)),
                    open_credit_lines=str(r.randrange(1, 20)), real_estate_loans=str(r.randrange(0, 3)), dependents=str(r.randrange(0, 4)))))
    return rows


def load_bureau(t, people):
    out = io.StringIO()
    w = csv.writer(out)
    w.writerow(["pan", *COLUMNS])
    for who, (_, attributes) in people.items():
        w.writerow([who, *(attributes[c] for c in COLUMNS)])
    a = t.call("POST", "/control/bureau", raw=out.getvalue().encode(), key=None, port=t.sandbox_port, headers={"Content-Type": "text/csv"})
    assert a.status == 200, a


def decide(t, who):
    a = apply(t, dict(pan=who, name="Ravi Kumar", age=35, amount=10000000, account="AC" + who, consent="consent-" + who), wait=25)
    assert a.status == 200, a
    risk = t.get("/v1/runs/" + a.json["id"]).json["answers"]["risk"]["data"]
    return a.json["status"], risk["pd"], risk["model"]


def report(results, label):
    print("      %d %s" % (len(results), label))
    print("      %-12s %6s %9s %9s %9s" % ("pd", "cases", "approved", "referred", "went bad"))
    rates = []
    for i, (top, name) in enumerate(BANDS):
        low = BANDS[i - 1][0] if i else 0
        band = [r for r in results if low <= r[1] < top]
        if not band:
            continue
        share = lambda status: 100 * sum(r[0] == status for r in band) / len(band)
        bad = 100 * sum(r[3] for r in band) / len(band)
        rates.append((len(band), bad))
        print("      %-12s %6d %8.1f%% %8.1f%% %8.2f%%" % (name, len(band), share("offered"), share("in_review"), bad))
    return rates


def test_held_back_rows_through_the_api():
    rows, label = real_rows(), "held-back rows of Give Me Some Credit; bureau files and outcomes are real"
    if rows is None:
        print("      TENOR_DATA_DIR is unset or has no gmsc: synthetic rows take their place")
        rows, label = synthetic_rows(), "synthetic rows"
    t = Tenor().start()
    try:
        people = {}
        for row in rows:
            people[pan()] = row
        load_bureau(t, people)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda who: decide(t, who), people))
        results = [(*a, people[who][0]) for who, a in zip(people, answers)]
        assert all(r[2] == "bureau" for r in results), "not all were scored by the bureau model"
        rates = report(results, label)
        assert rates[-1][1] > rates[0][1], "the riskiest band was not the worst"
        approved = [r for r in results if r[0] == "offered"]
        others = [r for r in results if r[0] != "offered"]
        assert approved and others
        assert sum(r[3] for r in approved) / len(approved) < sum(r[3] for r in others) / len(others)
    finally:
        assert t.stop() == 0
