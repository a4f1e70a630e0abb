"""Proof of work on our own server (D14): a challenge that a phone solves in a second, each good for once."""

import base64
import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

import altcha
from flask import current_app
from redis.exceptions import RedisError

from blueprints._web import now
from extensions import redis

COST = 2000  # iterations of PBKDF2 a try
VALID = timedelta(minutes=20)


def _secret(purpose: str) -> str:
    return hashlib.sha256(f"altcha {purpose} {current_app.config['SECRET_KEY']}".encode()).hexdigest()


def challenge() -> dict[str, Any]:
    """Return a challenge for `<altcha-widget challenge=…>`, as JSON-able values."""
    made = altcha.create_challenge(
        algorithm="PBKDF2/SHA-256",
        cost=COST,
        counter=100 + secrets.randbelow(200),
        expires_at=now() + VALID,
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("key"),
    )
    values: dict[str, Any] = made.to_dict()
    return values


def check(payload: str) -> str:
    """Return '' when the work was done for a challenge of ours that was not used before, else a code."""
    result = altcha.verify_solution(payload, _secret("challenge"), hmac_key_secret=_secret("key"))
    if result.expired:
        return "proof_expired"
    if not result.verified:
        return "proof"
    return "" if _first_use(payload) else "proof_expired"


def _first_use(payload: str) -> bool:
    signature = json.loads(base64.b64decode(payload))["challenge"]["signature"]
    try:
        return bool(redis.client.set(f"proof:{signature}", 1, nx=True, ex=VALID))
    except RedisError:
        return True  # the rate limit still holds; better a proof used twice than nobody registered
