"""The reference library of Standard Webhooks, unmodified, told by Parlor.

`PARLOR_URL` and `PARLOR_KEY` name the house. Ends with 0 when everything that
arrives verifies, is told again under its id until it is taken, and can be replayed.
"""

import json
import os
import queue
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

API = os.environ["PARLOR_URL"] + "/api/parlor/v1"
arrived: queue.Queue = queue.Queue()
answers = [503, 200]


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        arrived.put((dict(self.headers.items()), body))
        self.send_response(answers.pop(0) if answers else 200)
        self.end_headers()

    def log_message(self, *_) -> None:
        pass


def ask(method: str, path: str, body: dict | None = None) -> dict:
    headers = {"content-type": "application/json", "x-api-key": os.environ["PARLOR_KEY"]}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text else {}


def told() -> tuple[str, dict]:
    """The id and the message, once the library has verified it; and that it verifies nothing else."""
    headers, body = arrived.get(timeout=60)
    message = webhook.verify(body, headers)
    named = {name.lower(): value for name, value in headers.items()}
    for other in [
        ({**named, "webhook-id": named["webhook-id"] + "0"}, body),
        ({**named, "webhook-timestamp": str(int(named["webhook-timestamp"]) + 1)}, body),
        (named, body[:-1] + b" }"),
    ]:
        try:
            webhook.verify(other[1], other[0])
        except WebhookVerificationError:
            continue
        raise AssertionError("something that was changed is verified")
    return named["webhook-id"], message


server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/hooks/parlor"

made = ask("POST", "/webhooks", {"url": url, "events": ["job.succeeded"]})
webhook = Webhook(made["secret"])
inputs = {"prompt": "ein roter Hügel 🌄", "steps": 2, "size": {"width": 256, "height": 256}}
job = ask("POST", "/workflows/text-to-picture/jobs", {"inputs": inputs})

first, message = told()
assert message["type"] == "job.succeeded" and message["data"]["id"] == job["id"], message
assert message["data"]["inputs"]["prompt"] == inputs["prompt"], message
assert message["data"]["outputs"][0]["mime"] == "image/png", message
again, repeated = told()
assert (again, repeated) == (first, message), "the same under the same id"

ask("POST", f"/webhooks/deliveries/{first}/replay", {})
assert told() == (first, message), "also when it is replayed"

ask("DELETE", f"/webhooks/{made['id']}")
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
webhook = Webhook(secret)
wish = {"url": url, "secret": secret, "events": ["job.started", "job.succeeded"]}
ask("POST", "/workflows/text-to-picture/jobs", {"inputs": inputs, "webhook": wish})
kinds = {told()[1]["type"] for _ in range(2)}
assert kinds == {"job.started", "job.succeeded"}, kinds
print("standardwebhooks: verified, repeated, replayed, with a job")
