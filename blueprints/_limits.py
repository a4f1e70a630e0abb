"""What rate limits count by, beside the address that asks.

A key is stored for every try, so it is short whatever was typed, and names nobody to a reader of Redis or of the log.
"""

import hashlib
from collections.abc import Callable

from flask import Response, g, request
from flask_login import current_user

from blueprints._web import me
from extensions import caller
from services import people


def typed(kind: str, field: str) -> Callable[[], str]:
    """Count by the e-mail address in a field of the form, in whatever case it was typed."""
    return lambda: f"{kind}:{_short(people.normal_email(request.form.get(field, '')))}"


def typed_here(kind: str, field: str) -> Callable[[], str]:
    """Count by the address in the field and where it was typed: nobody locks another one out from elsewhere."""
    return lambda: f"{typed(kind, field)()}@{caller()}"


def of_person(kind: str) -> Callable[[], str]:
    """Count by who is signed in. Stands under `login_required`."""
    return lambda: f"{kind}:{me().id}"


def of_person_or_address(kind: str) -> Callable[[], str]:
    """Count by who is signed in, guests by their address: one of them uses up nobody else's tries."""
    return lambda: of_person(kind)() if current_user.is_authenticated else f"{kind}@{caller()}"


def was_refused(answer: Response) -> bool:
    """Count only what failed."""
    return answer.status_code == 422


def count_letter() -> None:
    """Say that this request sends a letter."""
    g.sends_letter = True


def sent_letter(answer: Response) -> bool:
    """Count only what sent a letter."""
    return bool(g.get("sends_letter"))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]
