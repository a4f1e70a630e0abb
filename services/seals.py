"""Keys made of SECRET_KEY, one a purpose: to find a secret without keeping it, and to keep one that is shown."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app


def _key(purpose: str) -> bytes:
    return hmac.new(current_app.config["SECRET_KEY"].encode(), purpose.encode(), hashlib.sha256).digest()


def new_token() -> str:
    """Return 256 random bits for an address or a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return the SHA-256 of a long random token, in hex: enough to find it, useless to a reader of the table."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_digest(text: str, purpose: str) -> str:
    """Return an HMAC of a short secret, in hex, which can't be tried out without SECRET_KEY (D12)."""
    return hmac.new(_key(purpose), text.encode(), hashlib.sha256).hexdigest()


def seal(text: str, purpose: str) -> str:
    """Encrypt a secret that its owner may see again (D12)."""
    return Fernet(base64.urlsafe_b64encode(_key(purpose))).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str | None:
    """Return the secret, or None when SECRET_KEY has changed since."""
    try:
        return Fernet(base64.urlsafe_b64encode(_key(purpose))).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None
