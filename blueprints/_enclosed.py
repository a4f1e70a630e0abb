"""Files and recordings of a form: stored as soon as they arrive, so that a refused form gives them back."""

from flask import request
from werkzeug.datastructures import FileStorage

from blueprints import _words
from blueprints._web import me, now
from jobs import committed
from models import ScanState
from rules.errors import DeskError
from services import files, quotas, voice_notes
from services.messages import Enclosed
from services.storage import Stored


def sent() -> tuple[Enclosed, list[str]]:
    """Store this request's files and return them with those stored before, and what is wrong with any.

    In a transaction of its own: what is good is kept even when the form is refused. The bytes are written before
    it begins, so that a large file keeps nobody waiting.
    """
    person = me()
    kept = files.unsent(person, request.form.getlist("upload_ids"))
    notes = voice_notes.unsent(person, request.form.getlist("voice_note_ids"))
    stored, faults = _stored(room=files.MAX_FILES - len(kept))
    if files.is_any_lost(person, request.form.getlist("upload_ids"), kept):
        faults.append(_words.error_text("file_gone"))
    for file in [file for file in kept if file.scan_state == ScanState.INFECTED]:
        kept.remove(file)
        faults.append(_words.error_text("file_infected_left_out", name=file.name, virus=file.virus))
    if len(kept) > files.MAX_FILES:
        faults.append(_words.error_text("too_many_files", limit=files.MAX_FILES))
    if stored:
        with committed():
            kept += [files.keep(bytes_, name, person, at=now()) for bytes_, name in stored]
    return Enclosed(kept, notes), faults


def _stored(*, room: int) -> tuple[list[tuple[Stored, str]], list[str]]:
    done: list[tuple[Stored, str]] = []
    faults: list[str] = []
    if _chosen() and quotas.is_used_up(me(), at=now()):
        return [], [_words.error_text("quota")]
    for upload in _chosen():
        if len(done) >= room:
            faults.append(_words.error_text("too_many_files", limit=files.MAX_FILES))
            break
        try:
            done.append((files.store(upload.stream), str(upload.filename)))
        except DeskError as error:
            faults.append(_words.error_text(error.code, name=upload.filename, **error.values))
    return done, faults


def _chosen() -> list[FileStorage]:
    """Return the files that were chosen: an empty file field arrives as one file without a name."""
    return [upload for upload in request.files.getlist("files") if upload.filename]
