"""Applications for the tests. The named people live in the sandbox (connectors/sandbox/people.c)."""
import itertools
import os
import random

PRIME = dict(pan="ZZZPP3303Z", name="Meera Iyer", age=38, amount=25000000, account="ZZZZ0000003", consent="consent-meera")
NEW = dict(pan="ZZZPA2201Z", name="Asha Verma", age=22, amount=4000000, account="ZZZZ0000001", consent="consent-asha")
FARMER = dict(pan="ZZZPF4402Z", name="Ramesh Patil", age=45, amount=6000000, account="ZZZZ0000002", consent="consent-ramesh")
CIRCULAR = dict(pan="ZZZPC5504Z", name="Vikram Rao", age=36, amount=30000000, account="ZZZZ0000004", consent="consent-vikram")
EDGE = dict(pan="ZZZPE6605Z", name="Kabir Singh", age=41, amount=18000000, account="ZZZZ0000005", consent="consent-kabir")

_counter = itertools.count()
_salt = random.Random(os.getpid() ^ random.SystemRandom().getrandbits(32))


def key():
    return "e2e-%d-%016x" % (next(_counter), _salt.getrandbits(64))


def pan():
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    pick = lambda: _salt.choice(letters)
    return "A" + pick() + pick() + "P" + pick() + "%04d" % _salt.randrange(10000) + pick()


def somebody(amount=10000000):
    """One of the sandbox's generated people: known to KYC under whatever name is given."""
    who = pan()
    return dict(pan=who, name="Ravi Kumar", age=30, amount=amount, account="AC" + who, consent="consent-" + who)


def apply(t, case, wait=10, **kw):
    headers = {"Idempotency-Key": kw.pop("idempotency", None) or key()}
    if wait:
        headers["Prefer"] = "wait=%d" % wait
    return t.post("/v1/applications", case, headers=headers, **kw)
