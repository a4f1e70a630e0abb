"""Files of tickets, served so that none of them can run as a page of ours; their small pictures; a page to look at them."""

from flask import Blueprint, render_template, url_for
from flask_login import login_required

from blueprints import _attached, _files, _words
from blueprints._web import Answer, found, me, no_store, wants_fragment
from models import Attachment, ScanState
from rules.errors import NotAllowed
from services import beginnings, files

bp = Blueprint("attachments", __name__)

REASONS = {ScanState.INFECTED: "file_infected", ScanState.WAITING: "file_waits", ScanState.REFUSED: "file_unchecked"}
WEBP = "image/webp"


@bp.get("/attachments/<public_id>")
@login_required
def show(public_id: str) -> Answer:
    file = _open(public_id)
    inline = file.content_type.startswith(files.SHOWN_INLINE)
    return _files.send(file.sha256, file.content_type, file.name, inline=inline)


@bp.get("/attachments/<public_id>/thumbnail")
@login_required
def thumbnail(public_id: str) -> Answer:
    file = _open(public_id)
    return _picture(file, file.thumbnail_sha256)


@bp.get("/attachments/<public_id>/preview")
@login_required
def preview(public_id: str) -> Answer:
    file = _open(public_id)
    return _picture(file, file.preview_sha256)


def _picture(file: Attachment, sha256: str | None) -> Answer:
    """Send a small picture; before it is drawn, and where none is needed, the file itself stands in for it."""
    if sha256 is None:
        found(file if files.look(file) == "image" else None)
        return no_store(_files.send(file.sha256, file.content_type, file.name, inline=True))
    return _files.send(sha256, WEBP, f"{file.name}.webp", inline=True)


def _open(public_id: str) -> Attachment:
    """Return the file if the asker may see it and the virus scanner has nothing against it."""
    file = found(files.visible(public_id, me()))
    if file.is_held:
        raise NotAllowed(REASONS[ScanState(file.scan_state)], name=file.name, virus=file.virus)
    return file


@bp.get("/attachments/<public_id>/view")
@login_required
def view(public_id: str) -> Answer:
    """A page to look at a file, with the ones before and after it; a fragment of it fills the viewer (js/viewer.js)."""
    file = found(files.visible(public_id, me()))
    shown = _attached.shown_file(file)
    all_ = files.beside(file, me())
    at = [one for one, _name in all_].index(file.public_id)
    page = {
        "file": shown,
        "text": beginnings.of(file.sha256, file.size) if shown.kind == "text" and not shown.held else None,
        "why": _words.error_text(REASONS[ScanState(shown.held)], name=file.name, virus=file.virus)
        if shown.held
        else "",
        "before": _address(all_, at - 1),
        "after": _address(all_, at + 1),
        "place": at + 1,
        "count": len(all_),
        "number": files.ticket_of(file),
    }
    return no_store(render_template("attachments/_view.html" if wants_fragment() else "attachments/view.html", **page))


def _address(all_: list[tuple[str, str]], at: int) -> dict[str, str] | None:
    if not 0 <= at < len(all_):
        return None
    public_id, name = all_[at]
    return {"url": url_for("attachments.view", public_id=public_id), "name": name}
