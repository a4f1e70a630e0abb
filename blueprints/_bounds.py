"""How much one may send: forms stay small, a stranger's files are not kept, and slow senders can't hold every thread."""

import threading
from collections import Counter
from ipaddress import ip_address

from flask import Flask, abort, g, request
from flask_login import current_user

from blueprints._web import Asked
from extensions import caller

KB_FILES = ("admin_kb.add_section_files", "admin_articles.add_files")
UPLOADS = {
    "tickets.create",
    "comments.create",
    "voice_notes.create",
    "share.take",
    *KB_FILES,
}  # all other forms carry words alone
STREAMS = {"uploads.create", "uploads.append", "uploads.relay"}  # read as they come, never into memory
STREAMED = "application/offset+octet-stream"
WORDS = "application/x-www-form-urlencoded"
WORDS_BYTES = 4 * 1024 * 1024
MOST_FIELDS = 2_000  # a million of them fit into the bytes above, and take seconds to sort
AT_ONCE = 16  # requests with a body, from one address, in one process: half of its threads (bin/web.py)

_under_way: Counter[str] = Counter()
_lock = threading.Lock()


def init_app(app: Flask) -> None:
    """Goes before everything that reads a form (the check of its token does), or the body is there already."""
    app.before_request(_count)
    app.before_request(_bound)
    app.teardown_request(_count_off)


def _bound() -> None:
    """Read the form here, so that what is wrong with it is said, and not taken for a fault of a rate limit's store."""
    if request.endpoint is None:
        return  # 404: nothing of it is read
    asked = request._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(asked, Asked)
    if request.endpoint in STREAMS and request.mimetype == STREAMED:
        return  # a file's length was asked about before; the view reads no more than is missing of it
    if request.endpoint not in UPLOADS or request.mimetype != "multipart/form-data":  # all else is read into memory
        asked.max_content_length = WORDS_BYTES
    elif request.method == "POST":
        # He is asked to sign in and gets his words back, whatever came with them; until then it costs us no disk.
        asked.keeps_files = bool(current_user.is_authenticated)
    if (
        request.mimetype == WORDS and asked.get_data().count(b"&") > MOST_FIELDS
    ):  # Werkzeug counts in the other kind only
        abort(413)
    _ = asked.form


def _count() -> None:
    """A body that trickles in holds a thread, so nobody may have more than half of them with bodies under way.

    This machine itself is left out: there a proxy stands for everybody.
    """
    address = request.remote_addr or ""
    if not (request.content_length or request.headers.get("Transfer-Encoding")) or _is_here(address):
        return
    address = caller()
    with _lock:
        if _under_way[address] >= AT_ONCE:
            abort(429)
        _under_way[address] += 1
    g.counted_address = address


def _count_off(error: BaseException | None) -> None:
    address = g.pop("counted_address", None)
    if address is not None:
        with _lock:
            _under_way[address] -= 1
            if not _under_way[address]:
                del _under_way[address]


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
