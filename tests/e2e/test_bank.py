"""The bank's counter and its webhooks, with `tenor sandbox` as a process of its own: orders are XML that this test writes,
reports and notices are XML that Python reads, and signatures are computed here from the words of Standard Webhooks."""
import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import xml.etree.ElementTree as ET

from tenor import BINARY, free_port

SECRET = base64.b64encode(os.urandom(32)).decode()
PAIN_001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
PAIN_002 = "{urn:iso:std:iso:20022:tech:xsd:pain.002.001.10}"
CAMT_054 = "{urn:iso:std:iso:20022:tech:xsd:camt.054.001.08}"


class Listener:
    """Keeps what is genuine; answers 500 as long as `broken` is set."""

    def __init__(self):
        self.taken, self.forged, self.refused, self.broken = [], 0, 0, False
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = listener.take(self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path, headers, body):
        if self.broken:
            self.refused += 1
            return 500
        name, at = headers["webhook-id"], headers["webhook-timestamp"]
        signed = hmac.new(base64.b64decode(SECRET), ("%s.%s." % (name, at)).encode() + body, hashlib.sha256).digest()
        good = ["v1," + base64.b64encode(signed).decode()]
        if not set(good) & set(headers["webhook-signature"].split()) or abs(time.time() - int(at)) > 300:
            self.forged += 1
            return 401
        self.taken.append((path, name, headers["Content-Type"], body))
        return 204

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Sandbox:
    def __init__(self, listener, *extra):
        self.dir = tempfile.mkdtemp(prefix="tenor-bank-")
        self.port = free_port()
        secret = os.path.join(self.dir, "secret")
        with open(secret, "w") as f:
            f.write("whsec_%s\n" % SECRET)
        self.args = [BINARY, "sandbox", "--listen", "127.0.0.1:%d" % self.port, "--book", os.path.join(self.dir, "book.jsonl"),
                     "--webhooks", "http://127.0.0.1:%d/hooks" % listener.port, "--webhook-secret-file", secret, *extra]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert b"ready" in self.process.stdout.readline()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()
        self.process.stdout.close()

    def close(self):
        self.stop()
        shutil.rmtree(self.dir)

    def ask(self, method, path, body=None, **headers):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        c.request(method, path, body, headers)
        r = c.getresponse()
        return r.status, r.getheader("Content-Type"), r.read()

    def totals(self):
        return json.loads(self.ask("GET", "/book?limit=0")[2])["totals"]


def order(key, amount, account, reference, currency="INR"):
    return ("""<?xml version="1.0"?>
<Document xmlns="%s"><CstmrCdtTrfInitn>
  <GrpHdr><MsgId>%s</MsgId><CreDtTm>2026-01-15T10:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs><InitgPty><Nm>Lender</Nm></InitgPty></GrpHdr>
  <PmtInf><PmtInfId>P</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-01-15</Dt></ReqdExctnDt>
    <CdtTrfTxInf><PmtId><InstrId>I</InstrId><EndToEndId>%s</EndToEndId></PmtId><Amt><InstdAmt Ccy="%s">%s</InstdAmt></Amt>
      <CdtrAcct><Id><Othr><Id>%s</Id></Othr></Id></CdtrAcct><RmtInf><Ustrd>%s</Ustrd></RmtInf></CdtTrfTxInf></PmtInf>
</CstmrCdtTrfInitn></Document>""" % (PAIN_001, key, key, currency, amount, account, reference)).encode()


XML = {"Content-Type": "application/xml", "Accept": "application/xml"}


def pay(s, key, amount, account, reference, currency="INR"):
    status, kind, body = s.ask("POST", "/payments/disburse", order(key, amount, account, reference, currency),
                               **{"Idempotency-Key": key}, **XML)
    assert status == 200 and kind == "application/xml", (status, body)
    return ET.fromstring(body).find(".//%sTxInfAndSts" % PAIN_002)


def text(node, name, space=PAIN_002):
    found = node.find(".//%s%s" % (space, name))
    return None if found is None else found.text


def eventually(what, timeout_s=15):
    until = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def test_the_bank_speaks_iso_20022_and_tells_what_happens():
    listener = Listener()
    s = Sandbox(listener, "--day-ms", "200")
    try:
        r = pay(s, "k1", "19600.00", "returned-1", "L1")
        assert (text(r, "TxSts"), text(r, "OrgnlEndToEndId"), text(r, "InstdAmt")) == ("ACSC", "k1", "19600.00")
        assert text(pay(s, "k1", "19600.00", "returned-1", "L1"), "AcctSvcrRef") == text(r, "AcctSvcrRef")
        r = pay(s, "k2", "7", "closed-1", "L2", "JPY")
        assert (text(r, "TxSts"), text(r, "Cd")) == ("RJCT", "AC04")
        assert text(pay(s, "k3", "1.234", "pending-1", "L3", "BHD"), "TxSts") == "ACSP"
        status, kind, body = s.ask("GET", "/payments/disburse/k1", Accept="application/xml")
        assert status == 200 and text(ET.fromstring(body), "TxSts") == "ACSC"
        status, _, body = s.ask("GET", "/payments/disburse/nothing", Accept="application/xml")
        assert status == 404 and json.loads(body)["code"] == "unknown_key"
        status, _, body = s.ask("POST", "/payments/disburse", order("k1", "1", "A", "L1"), **{"Idempotency-Key": "other"}, **XML)
        assert status == 400 and b"belong together" in body
        eventually(lambda: len(listener.taken) == 3)
        said = [ET.fromstring(body).find(".//%sNtry" % CAMT_054) for path, _, kind, body in listener.taken
                if path == "/hooks/payments" and kind == "application/xml"]
        told = sorted((text(n, "EndToEndId", CAMT_054), text(n, "SubFmlyCd", CAMT_054), n.find(CAMT_054 + "Amt").text,
                       n.find(CAMT_054 + "Amt").get("Ccy"), text(n, "CdtDbtInd", CAMT_054)) for n in said)
        assert told == [("k1", "DMCT", "19600.00", "INR", "DBIT"), ("k1", "RRTN", "19600.00", "INR", "CRDT"),
                        ("k3", "DMCT", "1.234", "BHD", "DBIT")], told
        assert listener.forged == 0
    finally:
        s.close()
        listener.stop()


def test_notices_survive_kills_of_the_bank_and_of_its_listener():
    """Each payout is told at least once, under one id, however often the bank is killed meanwhile."""
    listener = Listener()
    s = Sandbox(listener, "--faults", "webhook:duplicate=0.2,webhook:reorder=0.2,webhook:forge=0.2")
    try:
        paid = 0
        for turn in range(6):
            listener.broken = turn % 2 == 0
            for _ in range(20):
                pay(s, "key-%d" % paid, "%d.00" % (paid + 1), "A0001", "L%d" % paid)
                paid += 1
            time.sleep(0.3)
            s.stop(signal.SIGKILL)
            s.start()
        listener.broken = False
        wanted = {"key-%d" % k for k in range(paid)}

        def told():
            return {text(ET.fromstring(body), "EndToEndId", CAMT_054): (name, text(ET.fromstring(body), "Amt", CAMT_054))
                    for _, name, _, body in list(listener.taken)}

        eventually(lambda: set(told()) == wanted, 60)
        assert all(amount == "%d.00" % (int(key[4:]) + 1) for key, (_, amount) in told().items())
        ids = {}
        for _, name, _, body in listener.taken:
            ids.setdefault(text(ET.fromstring(body), "EndToEndId", CAMT_054), set()).add(name)
        assert all(len(names) == 1 for names in ids.values()), "one notice came under two ids"
        assert s.totals()["payouts"] == paid and s.totals()["paid_twice"] == 0
        print("      %d payouts, %d notices taken, %d refused, %d forged ones turned away"
              % (paid, len(listener.taken), listener.refused, listener.forged))
        assert listener.forged > 0 and listener.refused > 0
    finally:
        s.close()
        listener.stop()
