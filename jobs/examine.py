"""Looks at a file that has come (S29): is there a virus in it, and what does it look like, small. Safe to ask for twice."""

import io
import logging

from flask import current_app

from extensions import db
from jobs import committed
from jobs.clock import utc_now
from models import Attachment, ScanState
from services import clamd, examinations, files, storage, thumbnails

log = logging.getLogger(__name__)

MOST_DRAWN = 8 * 1024 * 1024  # bytes of a small picture: never near it


def examine(file_id: int) -> None:
    """Look at one file if no other worker is at it. While the scanner is away it waits."""
    with committed():
        file = examinations.claim(file_id, at=utc_now())
    if file is None:
        return
    if file.scan_state == ScanState.WAITING and not _scanned(file):
        return
    picture = None if file.is_held else _drawn(file)
    with committed():
        file = _again(file_id)
        if picture is not None:
            file.width, file.height = picture.width, picture.height
            file.thumbnail_sha256 = _kept(picture.thumbnail)
            file.preview_sha256 = _kept(picture.preview)
        examinations.finish(file)


def _scanned(file: Attachment) -> bool:
    """Ask the scanner and write down at once what it said: what comes after may kill this process."""
    url = current_app.config["CLAMD_URL"]
    state, virus = ScanState.NONE, ""
    try:
        if url:
            virus = clamd.scan(url, storage.blocks(file.sha256))
            state = ScanState.INFECTED if virus else ScanState.CLEAN
    except clamd.TooLargeError as error:
        log.error("file %s can't be scanned: %s; raise clamd's StreamMaxLength", file.id, error)
        state = ScanState.REFUSED
    except clamd.ScannerError as error:
        log.warning("file %s waits for the virus scanner: %s", file.id, error)
        with committed():
            examinations.wait_for_scanner(_again(file.id))
        return False
    if virus:
        log.warning("file %s of person %s: %s", file.id, file.owner_id, virus)
    with committed():
        examinations.scanned(_again(file.id), state, virus)
    file.scan_state = state
    return True


def _drawn(file: Attachment) -> thumbnails.Picture | None:
    if file.content_type not in files.PICTURES:
        return None
    try:
        return thumbnails.draw(storage.path_of(file.sha256))
    except thumbnails.NoPictureError as error:
        log.info("file %s is no picture: %s", file.id, error)
        return None


def _kept(picture: bytes | None) -> str | None:
    return None if picture is None else storage.keep(io.BytesIO(picture), max_bytes=MOST_DRAWN).sha256


def _again(file_id: int) -> Attachment:
    return db.session.get_one(Attachment, file_id, populate_existing=True)
