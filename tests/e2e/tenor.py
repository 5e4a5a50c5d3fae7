"""A real, private Tenor for the end-to-end tests: `tenor run` in a folder of its own, driven over HTTP.

Only Python's standard library. Nothing here is a mock: PostgreSQL, Redis, the sandbox providers and
the engine are the real processes on ports of their own, so tests are safe beside a running instance.
"""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TENOR_BINARY", str(ROOT / "build" / "tenor"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Tenor:
    def __init__(self, processes=1, extra=()):
        self.dir = tempfile.mkdtemp(prefix="tenor-e2e-")
        self.port, self.sandbox_port = free_port(), free_port()
        self.args = [BINARY, "run", "--dir", self.dir, "--port", str(self.port), "--sandbox-port",
                     str(self.sandbox_port), "--processes", str(processes), "--day-end", "off", *extra]
        self.log = open(os.path.join(self.dir, "run.log"), "ab")
        self.process = self.proxy = self.proxy_port = None

    def start(self, timeout_s=60):
        self.process = subprocess.Popen(self.args, stdout=self.log, stderr=subprocess.STDOUT, cwd=ROOT)
        self.wait_ready(timeout_s)
        keys = json.load(open(os.path.join(self.dir, "keys.json")))
        self.keys = keys
        return self

    def wait_ready(self, timeout_s=60):
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if self.process and self.process.poll() is not None:
                raise AssertionError("tenor run ended with %s:\n%s" % (self.process.returncode, self.tail()))
            try:
                if self.call("GET", "/readyz", key=None).status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError("not ready in time:\n" + self.tail())

    def start_proxy(self):
        """Prism between the tests and the API: an answer that the document does not allow becomes a 500."""
        tools = ROOT / "tests" / "contract" / "node_modules" / ".bin"
        document = os.path.join(self.dir, "openapi.json")
        with open(document, "w") as f:
            json.dump(self.get("/openapi.json", key=None).json, f)
        env = dict(os.environ, PATH=str(tools) + os.pathsep + os.environ["PATH"])
        lint = subprocess.run([str(tools / "spectral"), "lint", document, "--ruleset", str(tools.parent.parent / "spectral.yaml"),
                               "--fail-severity", "warn"], env=env, capture_output=True, text=True)
        if lint.returncode:
            raise AssertionError("the document does not pass the linter:\n" + lint.stdout[-6000:] + lint.stderr[-2000:])
        self.proxy_port = free_port()
        self.proxy = subprocess.Popen([str(tools / "prism"), "proxy", document, "http://127.0.0.1:%d" % self.port, "-h", "127.0.0.1",
                                       "-p", str(self.proxy_port), "--errors"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
        def listening():
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.proxy_port)) == 0
        eventually(listening, 60)

    def tail(self, n=4000):
        with open(os.path.join(self.dir, "run.log"), "rb") as f:
            return f.read()[-n:].decode(errors="replace")

    def call(self, method, path, body=None, key="admin", headers=None, timeout=40, raw=None, port=None, direct=False):
        """`direct` goes round the validating proxy: for requests that are wrong on purpose."""
        port = port or (self.port if direct or not key else self.proxy_port or self.port)
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        h = dict(headers or {})
        if key:
            h["Authorization"] = "Bearer " + self.keys.get(key, key)
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
            h.setdefault("Content-Type", "application/json")
        try:
            c.request(method, path, data, h)
            r = c.getresponse()
            return Answer(r.status, r.headers, r.read())
        finally:
            c.close()

    def get(self, path, **kw):
        return self.call("GET", path, **kw)

    def post(self, path, body=None, **kw):
        return self.call("POST", path, body=body, **kw)

    def sandbox(self, method, path, body=None):
        return self.call(method, path, body=body, key=None, port=self.sandbox_port)

    def pids(self, word):
        """Processes below this instance whose command line holds `word`."""
        found = []
        for p in pathlib.Path("/proc").iterdir():
            if not p.name.isdigit():
                continue
            try:
                line = (p / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if word in line and self.dir in line and int(p.name) != os.getpid():
                found.append(int(p.name))
        return found

    def stop(self):
        if self.proxy:
            self.proxy.kill()
            self.proxy.wait()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("tenor run did not stop on SIGTERM:\n" + self.tail())
        self.log.close()
        code = self.process.returncode if self.process else 0
        shutil.rmtree(self.dir, ignore_errors=True)
        return code


def eventually(what, until_s=20, every_s=0.05):
    """Calls `what` until it gives something true; returns it."""
    end = time.monotonic() + until_s
    while True:
        got = what()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError("never became true: %s" % getattr(what, "__name__", what))
        time.sleep(every_s)
