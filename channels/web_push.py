"""Web push: one encrypted message to one browser (RFC 8030, 8188, 8291, 8292). Knows no tables.

The payload that static/sw.js understands: {"id", "title", "body", "tag", "url"}. `id` is the same in a repeat.
"""

import base64
import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid, VapidException
from pywebpush import WebPushException, webpush

from channels.errors import SendError

MAX_PAYLOAD_BYTES = 3000  # services take 4096 with the encryption's overhead; some proxies on the way take less
LONGEST_WAIT_SECONDS = 24 * 3600
KNOWN_HOSTS = re.compile(
    r"fcm\.googleapis\.com|jmt17\.google\.com|updates\.push\.services\.mozilla\.com"
    r"|(?:[a-z0-9-]+\.)+(?:push\.services\.mozilla\.com|notify\.windows\.com|push\.apple\.com)"
)
# Read by this strict pattern and not by a parser: parsers disagree on user info, backslashes and control characters.
ENDPOINT = re.compile(r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::([0-9]{1,5}))?/[!-\[\]-~]*")
LOOPBACK = {"127.0.0.1", "localhost"}
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True)
class PushResult:
    """What the service said: its status (200–202) and where the message may be looked up, if it says."""

    status: int
    location: str | None


class PushSession(requests.Session):
    """Keeps connections; follows no redirect, since the address was checked and another one was not."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _as_signed

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _as_signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave Authorization alone: without an `auth` requests would put a password of ~/.netrc there."""
    return request


@lru_cache(maxsize=1)
def _session(process_id: int) -> PushSession:
    """One a process: a forked job must not write into its parent's TLS connections."""
    return PushSession()


def allowed_endpoint(url: str, extra_hosts: str = "") -> bool:
    """Tell whether pushes may be sent there. The address is a browser's word, so only known services are believed.

    `extra_hosts` is the setting PUSH_HOSTS: "host" or "host:port" by comma; plain http only to this machine.
    """
    match = ENDPOINT.fullmatch(url)
    if match is None:
        return False
    scheme, host, port = match.groups()
    if scheme == "https" and port in {None, "443"} and KNOWN_HOSTS.fullmatch(host):
        return True
    named = f"{host}:{port}" if port else host
    extra = {entry.strip() for entry in extra_hosts.split(",")}
    return named in extra and (scheme == "https" or host in LOOPBACK)


def send_push(
    subscription: Mapping[str, Any],
    payload: Mapping[str, Any],
    *,
    vapid: Vapid,
    subject: str,
    ttl: int = 86400,
    urgency: str = "high",
    topic: str | None = None,
    timeout: float = 10,
    resolve: Callable[[str], str] | None = None,
) -> PushResult:
    """Encrypt the payload for the browser's PushSubscription and hand it to its push service; raises SendError.

    `ttl` and `timeout` in seconds. An undelivered message of the same `topic` is replaced by this one, so a repeat
    is none for the reader. `subject` is a mailto: or https: address of the operator. The endpoint has passed
    `allowed_endpoint`. `resolve` gives the address to ask in the endpoint's place (a gateway, a test); the
    signature is the endpoint's all the same.
    """
    endpoint = str(subscription["endpoint"])
    parts = urlsplit(endpoint)
    _check_keys(subscription.get("keys"), parts.netloc)
    headers: dict[str, str | int | float] = {"Urgency": urgency}
    if topic:
        headers["Topic"] = _as_topic(topic)
    try:
        response = webpush(
            dict(subscription, endpoint=resolve(endpoint) if resolve else endpoint),
            fitted(payload),
            vapid_private_key=vapid,
            # New for each call: the library adds `exp` to it, and a kept dictionary would sign the wrong service.
            vapid_claims={"sub": subject, "aud": f"{parts.scheme}://{parts.netloc}"},
            ttl=ttl,
            timeout=timeout,
            headers=headers,
            requests_session=_session(os.getpid()),
        )
    except WebPushException as error:
        raise _refusal(error, parts.netloc) from error
    except VapidException as error:
        raise SendError(False, reason=f"VAPID_SUBJECT {subject!r}: {error}") from error
    except requests.RequestException as error:
        # Only the kind: the library's text holds the whole endpoint, which is a secret of the browser's.
        raise SendError(False, reason=f"{parts.netloc}: {type(error).__name__}") from error
    return PushResult(response.status_code, response.headers.get("Location"))


def _check_keys(keys: object, host: str) -> None:
    """Refuse a subscription that nobody can encrypt for (RFC 8291, section 2: a P-256 point and 16 bytes)."""
    try:
        if not isinstance(keys, Mapping):
            raise TypeError("no keys")
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(keys["p256dh"]))
        if len(_bytes(keys["auth"])) != 16:
            raise ValueError("auth is not 16 bytes")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SendError(True, gone=True, reason=f"{host}: broken subscription, {error}") from error


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _as_topic(text: str) -> str:
    """Return the text as a Topic (RFC 8030, section 5.4: at most 32 characters of base64url), hashed if it is none."""
    if TOPIC.fullmatch(text):
        return text
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:32]


def fitted(payload: Mapping[str, Any]) -> str:
    """Return the payload as JSON of at most 3000 bytes, its body and then its title shortened at a word."""
    small = dict(payload)
    for field in ("body", "title"):
        excess = len(_json(small).encode()) - MAX_PAYLOAD_BYTES
        if excess > 0 and small.get(field):
            small[field] = _shortened(str(small[field]), excess)
    text = _json(small)
    if len(text.encode()) > MAX_PAYLOAD_BYTES:
        raise SendError(True, reason="the payload is too long even without its text")
    return text


def _json(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def _shortened(text: str, excess: int) -> str:
    """Take at least `excess` bytes from the end, the ellipsis counted; the last word goes whole if it was cut."""
    kept = text.encode()[: max(0, len(text.encode()) - excess - len("…".encode()))].decode(errors="ignore")
    words = kept.rsplit(None, 1)
    if len(words) == 2 and not text[len(kept)].isspace():
        kept = words[0]
    return kept.rstrip() + "…"


def _refusal(error: WebPushException, host: str) -> SendError:
    status, said = error.status_code or 0, f"{host}: {error.status_code or error.message}"
    if status in {404, 410}:
        return SendError(True, gone=True, reason=said)
    if status in {408, 429} or status >= 500:
        return SendError(False, _seconds(error.retry_after), reason=said)
    return SendError(True, reason=said)


def _seconds(retry_after: str | None) -> int | None:
    """Return Retry-After (RFC 9110, section 10.2.3: seconds or a date) as seconds, at most a day."""
    if retry_after is None:
        return None
    try:
        if retry_after.strip().isdigit():
            wait = int(retry_after)
        else:
            wait = round((parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0), LONGEST_WAIT_SECONDS)
