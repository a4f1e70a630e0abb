"""What another app of the phone hands over: photos, logs and words become the draft of a new ticket.

The service worker takes it where it runs (static/sw/share.js) and keeps it through the sign-in and without a network.
This is for a browser where it doesn't run yet.
"""

import io
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from blueprints import _enclosed, _limits
from blueprints import _words as _words_of
from blueprints._web import Answer, is_from_us, me, now
from extensions import csrf, limiter
from jobs import committed
from rules.tickets import MAX_SUBJECT
from services import files, quotas

bp = Blueprint("share", __name__)

LONGEST_IN_ADDRESS = 1500  # characters: proxies take addresses of 8 KiB, and a Cyrillic letter has six bytes there


@bp.post("/share")
@csrf.exempt  # the system posts here, and no page of ours: other sites are told by the browser's word
@limiter.limit("30/minute", key_func=_limits.of_person_or_address("share"))
def take() -> Answer:
    """Keep the files for their owner and lead to the form with them in it."""
    if not is_from_us():
        return redirect(url_for("tickets.new"), 303)
    if not current_user.is_authenticated:
        flash(_("Sign in first, then share it once more."), "warning")
        return redirect(url_for("session.login"), 303)
    enclosed, faults = _enclosed.sent()
    kept = [file.public_id for file in enclosed.files]
    subject, words = _words()
    if len(words) > LONGEST_IN_ADDRESS and quotas.is_used_up(me(), at=now()):
        faults = [_words_of.error_text("quota")]
        words = ""
    elif len(words) > LONGEST_IN_ADDRESS:
        kept.append(_as_file(words))
        words = ""
    for fault in faults:
        flash(fault, "warning")
    asked = [("subject", subject), ("description", words), *(("upload_ids", public_id) for public_id in kept)]
    query = urlencode([pair for pair in asked if pair[1]])
    return redirect(url_for("tickets.new") + (f"?{query}" if query else ""), 303)


def _words() -> tuple[str, str]:
    title, text, url = (request.form.get(name, "").strip() for name in ("title", "text", "url"))
    return title[:MAX_SUBJECT], "\n".join(part for part in (text, url if url not in text else "") if part)


def _as_file(words: str) -> str:
    """Keep words that no address has room for, a log mostly, as a file."""
    stored = files.store(io.BytesIO(words.encode()))
    with committed():
        return files.keep(stored, "shared.txt", me(), at=now()).public_id
