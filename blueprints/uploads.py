"""Uploads that go on where they broke off: tus 1.0.0 (https://tus.io/protocols/resumable-upload) (S29, S34).

The id of an upload, the last part of its address, is what forms take as `upload_ids` when it is whole. Errors are answered
with their words as plain text.
"""

import base64
import binascii
from collections.abc import Callable
from typing import cast

from flask import Blueprint, Response, abort, request, url_for
from flask_login import current_user
from werkzeug.http import http_date

from blueprints import _limits, _words
from blueprints._bounds import STREAMED
from blueprints._web import found, me, now
from extensions import db, limiter
from jobs import committed
from models import Attachment, ScanState, Upload
from rules.errors import DeskError
from services import files, parts, uploads
from services.parts import Part

bp = Blueprint("uploads", __name__)

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,checksum,expiration"
STATUSES = {"file_too_big": 413, "upload_too_long": 413, "upload_busy": 423, "upload_gone": 410, "upload_checksum": 460}
GREETING = {
    "Tus-Version": VERSION,
    "Tus-Extension": EXTENSIONS,
    "Tus-Max-Size": str(files.MAX_MIB * 1024 * 1024),
    "Tus-Checksum-Algorithm": ",".join(parts.CHECKSUMS),
}
PLAIN = {"provide_automatic_options": False}


@bp.before_request
def signed_in() -> None:
    """No page asks here, so a stranger is led nowhere."""
    if request.method != "OPTIONS" and not current_user.is_authenticated:
        abort(401)


@bp.after_request
def speak_tus(answer: Response) -> Response:
    answer.headers["Tus-Resumable"] = VERSION
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.errorhandler(DeskError)
def refused(error: DeskError) -> Response:
    return _said(STATUSES.get(error.code, 422), _words.words_of(error))


@bp.route("/uploads", methods=["OPTIONS"], **PLAIN)
@bp.route("/uploads/<public_id>", methods=["OPTIONS"], **PLAIN)
def greet(public_id: str = "") -> Response:
    return Response(status=204, headers=GREETING)


@bp.post("/uploads", **PLAIN)
@limiter.limit("120/minute;2000/hour", key_func=_limits.of_person("upload"))
def create() -> Response:
    _same_version()
    size, name = _number("Upload-Length"), _metadata().get("filename", "")
    with committed():
        upload = uploads.begin(me(), name, size, at=now())
    answer = Response(status=201, headers={"Location": url_for("uploads.append", public_id=upload.public_id)})
    offset = _received(upload, 0) if request.mimetype == STREAMED else 0
    return _told(answer, upload, offset)


@bp.route("/uploads/<public_id>", methods=["HEAD"], **PLAIN)
@limiter.limit("600/minute", key_func=_limits.of_person("upload"))
def offset(public_id: str) -> Response:
    """Tell how much is here. What is all here and was cut off before its end is finished now."""
    upload = _his(public_id)
    _same_version()
    here = parts.received(public_id) if isinstance(upload, Upload) else upload.size
    if isinstance(upload, Upload) and here == upload.size:
        with parts.locked(public_id) as part:
            _finished(upload, part)
    name = base64.b64encode(upload.name.encode()).decode()
    about = {"Upload-Length": str(upload.size), "Upload-Metadata": f"filename {name}"}
    return _told(Response(status=200, headers=about), upload, here)


@bp.patch("/uploads/<public_id>", **PLAIN)
@limiter.limit("3000/minute", key_func=_limits.of_person("upload-part"))
def append(public_id: str) -> Response:
    upload = _his(public_id)
    _same_version()
    if request.mimetype != STREAMED:
        abort(415)
    start = _number("Upload-Offset")
    if isinstance(upload, Attachment):
        return _told(Response(status=204), upload, upload.size) if start == upload.size else _said(409, "")
    return _told(Response(status=204), upload, _received(upload, start))


@bp.delete("/uploads/<public_id>", **PLAIN)
@limiter.limit("600/minute", key_func=_limits.of_person("upload"))
def terminate(public_id: str) -> Response:
    upload = _his(public_id)
    _same_version()
    if isinstance(upload, Attachment):
        if upload.comment_id is not None:
            abort(403)  # it was sent: others read it
        with committed():
            files.discard(db.session.merge(upload), at=now())
    else:
        with parts.locked(public_id), committed():
            uploads.forget(upload)
    return Response(status=204)


@bp.post("/uploads/<public_id>", **PLAIN)
def relay(public_id: str) -> Response:
    """Do as PATCH or DELETE for a client whose network lets neither through."""
    ways: dict[str, Callable[[str], Response]] = {"PATCH": append, "DELETE": terminate}
    way = ways.get(request.headers.get("X-HTTP-Method-Override", "").upper())
    if way is None:
        _his(public_id)
        abort(405)
    return way(public_id)


def _his(public_id: str) -> Upload | Attachment:
    """Return what the asker uploads or has uploaded; 404 when it is another one's, 410 when a virus was found in it."""
    upload = uploads.find(public_id, me())
    if upload is not None:
        if parts.received(public_id) is None:
            raise DeskError("upload_gone")
        return upload
    done = found(uploads.finished(public_id, me()))
    if done.scan_state == ScanState.INFECTED:
        abort(_said(410, _words.error_text("file_infected_left_out", name=done.name, virus=done.virus)))
    return done


def _received(upload: Upload, start: int) -> int:
    """Take what this request brings, and return how much is here now."""
    db.session.commit()  # nothing of the database is held while a slow link sends
    with parts.locked(upload.public_id) as part:
        if part.size != start:
            abort(_said(409, "", {"Upload-Offset": str(part.size)}))
        missing = upload.size - start
        if (request.content_length or 0) > missing:
            raise DeskError("upload_too_long")
        checksum = _checksum()
        if checksum is None:
            part.receive(request.stream, missing)
        else:
            part.receive_checked(request.stream, missing, *checksum)
        size = part.size
        if size == upload.size:
            _finished(upload, part)
    return size


def _finished(upload: Upload, part: Part) -> None:
    """Make an attachment of it. Its bytes go last, so that whoever kills us leaves something to begin again with."""
    stored = part.adopt()
    with committed():
        uploads.finish(upload, stored, me(), at=now())
    parts.remove(upload.public_id)


def _same_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        abort(_said(412, "", {"Tus-Version": VERSION}))


def _number(name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        abort(_said(400, f"{name}?"))
    return int(text)


def _metadata() -> dict[str, str]:
    """Return what the client says of the file: «key base64,key base64»."""
    pairs = (pair.split() for pair in request.headers.get("Upload-Metadata", "").split(","))
    try:
        return {
            pair[0]: base64.b64decode(pair[1], validate=True).decode("utf-8", "replace")
            for pair in pairs
            if len(pair) == 2
        }
    except binascii.Error:
        abort(_said(400, "Upload-Metadata?"))


def _checksum() -> tuple[str, bytes] | None:
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, digest = text.strip().partition(" ")
    try:
        if algorithm in parts.CHECKSUMS:
            return algorithm, base64.b64decode(digest.strip(), validate=True)
    except binascii.Error:
        pass
    return cast(None, abort(_said(400, "Upload-Checksum?")))


def _told(answer: Response, upload: Upload | Attachment, size: int | None) -> Response:
    """Add how much is here, and until when it is kept unfinished."""
    answer.headers["Upload-Offset"] = str(size or 0)
    if isinstance(upload, Upload) and size != upload.size:
        answer.headers["Upload-Expires"] = http_date(uploads.expires_at(upload))
    return answer


def _said(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return Response(text, status=status, headers=headers, mimetype="text/plain")
