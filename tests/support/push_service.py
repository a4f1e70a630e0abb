"""A push service on this machine: it checks what a real one checks, decrypts, and remembers.

    with PushService() as service:
        subscription = service.subscribe()          # what a browser's PushSubscription.toJSON() gives
        send_push(subscription, {"title": "…"}, vapid=key, subject="mailto:a@desk.example")
        assert service.received[0].payload["title"] == "…"
        service.answer(410)                         # from now on; service.answer(201) ends it
        service.hang()                              # from now on no answer at all

`service.host` ("127.0.0.1:PORT") is an entry for the setting PUSH_HOSTS.
"""

import base64
import json
import os
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LARGEST_BODY = 4096  # RFC 8030, section 7.2
NO_ANSWER = 0  # in place of a status: the line is closed


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signer(authorization: str, origin: str) -> tuple[str, dict[str, Any]]:
    """Return who signed `Authorization: vapid t=…, k=…` (the public key) and the claims (RFC 8292).

    Raises PermissionError when the signature, the audience or the term is wrong. Reads with cryptography alone,
    not with the library that signed.
    """
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme.lower() != "vapid" or not {"t", "k"} <= parts.keys():
        raise PermissionError("no VAPID")
    head, claims_text, signature = parts["t"].split(".")
    raw = decoded(signature)
    r_and_s = utils.encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(parts["k"]))
        key.verify(r_and_s, f"{head}.{claims_text}".encode(), ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise PermissionError("bad signature") from error
    claims = json.loads(decoded(claims_text))
    if claims.get("aud") != origin or not 0 < claims.get("exp", 0) - time.time() <= 24 * 3600:
        raise PermissionError(f"bad claims: {claims}")
    return parts["k"], claims


@dataclass(frozen=True)
class Received:
    """One message as it arrived (`headers` by lower-case name) and as the browser would read it."""

    subscription_id: str
    headers: dict[str, str]
    body: bytes
    payload: Any
    vapid_key: str
    claims: dict[str, Any]


class PushService:
    def __init__(self) -> None:
        self.received: list[Received] = []
        self._keys: dict[str, tuple[ec.EllipticCurvePrivateKey, bytes]] = {}
        self._answer: tuple[int, dict[str, str]] = (201, {})
        self._go_on = threading.Event()
        self._go_on.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._go_on.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def subscribe(self) -> dict[str, Any]:
        """Return a new browser's PushSubscription as JSON."""
        name, private_key, auth = encoded(os.urandom(12)), ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        point = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self._keys[name] = (private_key, auth)
        return {
            "endpoint": f"http://{self.host}/push/{name}",
            "expirationTime": None,
            "keys": {"p256dh": encoded(point), "auth": encoded(auth)},
        }

    def answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        """Answer every good message so from now on."""
        self._answer = (status, headers or {})

    def hang(self) -> None:
        """Take messages and say nothing, until the service ends."""
        self._go_on.clear()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Do what a push service does with a POST; return the status and headers to answer."""
        self._go_on.wait()
        name = path.removeprefix("/push/")
        if name not in self._keys:
            return 404, {}
        if len(body) > LARGEST_BODY:
            return 413, {}
        if not headers.get("ttl", "").isdigit() or headers.get("content-encoding") != "aes128gcm":
            return 400, {}
        try:
            key, claims = signer(headers.get("authorization", ""), f"http://{self.host}")
        except PermissionError:
            return 403, {}
        private_key, auth = self._keys[name]
        text = http_ece.decrypt(body, private_key=private_key, auth_secret=auth, version="aes128gcm")
        self.received.append(Received(name, headers, body, json.loads(text), key, claims))
        status, extra = self._answer
        return status, {"Location": f"http://{self.host}/message/{len(self.received)}"} | extra


def _handler(service: PushService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # the sender has died over it
                return
            lower = {name.lower(): value for name, value in self.headers.items()}
            status, headers = service.take(self.path, lower, body)
            if status == NO_ANSWER:
                return
            self.send_response(status)
            for name, value in ({"Content-Length": "0"} | headers).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
