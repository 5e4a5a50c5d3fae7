"""A subscriber for the tests: a real HTTP server that checks every signature by its own arithmetic, and can be told to
refuse, hang, answer late or be away."""
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time


def signed(secret, message_id, timestamp, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, b"%s.%s.%s" % (message_id.encode(), timestamp.encode(), body), hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


class Listener:
    def __init__(self, port=0):
        self.got, self.faults, self.secrets = [], [], []
        self.answer = lambda event: 204
        self.lock = threading.Lock()
        self.port = port
        self.server = None

    def start(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                code = outer.take(self.headers, body)
                if code == "hang":
                    time.sleep(60)
                    return
                try:
                    self.send_response(code)
                    self.send_header("Content-Length", "0")
                    if code == 302:
                        self.send_header("Location", "http://127.0.0.1:%d/elsewhere" % outer.port)
                    self.end_headers()
                except OSError:
                    pass  # the engine was killed meanwhile

            def log_message(self, *a):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return "http://127.0.0.1:%d/hook" % self.port

    def take(self, headers, body):
        event = json.loads(body)
        at, name = headers["webhook-timestamp"], headers["webhook-id"]
        given = headers["webhook-signature"].split(" ")
        with self.lock:
            if self.secrets and signed(self.secrets[-1], name, at, body) not in given:
                self.faults.append("bad signature of %s: %s" % (name, given))
            if abs(time.time() - int(at)) > 30:
                self.faults.append("timestamp %s" % at)
            if name != event["id"] or event["specversion"] != "1.0" or not headers["Content-Type"].startswith("application/cloudevents+json"):
                self.faults.append("malformed: %s" % event)
            code = self.answer(event)
            if code in (200, 204):
                self.got.append(event)
            return code

    def events(self, kind=None):
        with self.lock:
            return [e for e in self.got if kind is None or e["type"] == kind]

    def first(self):
        """Each event once, in the order in which it first came."""
        seen, out = set(), []
        for e in self.events():
            if e["id"] not in seen:
                seen.add(e["id"])
                out.append(e)
        return out

    def check_order(self):
        """Per aggregate: first deliveries in the order of the stream."""
        assert not self.faults, self.faults[:3]
        last = {}
        for e in self.first():
            place = tuple(int(x) for x in e["position"].split("-"))
            assert place > last.get(e["partitionkey"], (0, 0)), e
            last[e["partitionkey"]] = place
