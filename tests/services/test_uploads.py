"""Uploads in parts: what has come stays, whatever becomes of the process; nobody writes to one twice at once (S29, S34)."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from extensions import db
from jobs import sweep
from jobs.clock import utc_now
from models import Attachment, Person, Upload
from rules.errors import DeskError
from services import parts, quotas, storage, uploads
from tests.conftest import People
from tests.support.waiting import until

MIB = 1024 * 1024
DAY = timedelta(days=1)
WRITER = """
import sys, time
from flask import Flask
from services import parts

class Slow:
    left = 40
    def read(self, size):
        self.left -= 1
        if not self.left:
            time.sleep(60)
        return b"x" * min(size, 1000)

app = Flask("writer")
app.config["STORAGE_URL"] = sys.argv[1]
with app.app_context(), parts.locked(sys.argv[2]) as part:
    part.receive(Slow(), 10**9)
"""


def begun(owner: Person, size: int = 10, name: str = "дамп.bin") -> Upload:
    upload = uploads.begin(owner, name, size, at=utc_now())
    db.session.commit()
    return upload


def aged(public_id: str, seconds: float) -> None:
    os.utime(storage.folder("uploads") / public_id, (time.time() - seconds,) * 2)


def test_a_file_that_does_not_fit_is_refused_before_a_byte_is_sent(people: People) -> None:  # S34, D8
    for size, code in ((0, "file_empty"), (75 * MIB + 1, "file_too_big")):
        with pytest.raises(DeskError, match=code):
            uploads.begin(people.bob, "x.bin", size, at=utc_now())
    assert begun(people.bob, 75 * MIB).size == 75 * MIB


def test_what_is_promised_counts_as_stored(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "DAILY_BYTES", 100)
    begun(people.bob, 60)
    begun(people.bob, 60)
    with pytest.raises(DeskError, match="quota"):
        uploads.begin(people.bob, "x.bin", 1, at=utc_now())
    begun(people.carol, 60)
    monkeypatch.setattr(quotas, "DAILY_BYTES", 1000)
    monkeypatch.setattr(quotas, "UNSENT_BYTES", 100)
    with pytest.raises(DeskError, match="quota"):
        uploads.begin(people.bob, "x.bin", 1, at=utc_now())


def test_what_a_killed_process_has_written_counts(people: People, app: Flask) -> None:
    upload = begun(people.bob, MIB)
    command = [sys.executable, "-c", WRITER, app.config["STORAGE_URL"], upload.public_id]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root) as writer:
        until(lambda: parts.received(upload.public_id) == 39_000, "the writer's bytes")
        with pytest.raises(DeskError, match="upload_busy"), parts.locked(upload.public_id):
            pass
        writer.send_signal(signal.SIGKILL)
    assert parts.received(upload.public_id) == 39_000
    with parts.locked(upload.public_id) as part:  # and it is free again
        assert part.size == 39_000


def test_more_than_was_promised_is_not_taken(people: People) -> None:
    upload = begun(people.bob)
    with parts.locked(upload.public_id) as part:
        with pytest.raises(DeskError, match="upload_too_long"):
            part.receive(BytesIO(b"x" * 11), 10)
        assert part.size == 0


@pytest.mark.parametrize("algorithm", parts.CHECKSUMS)
def test_a_part_with_a_checksum_is_taken_whole_or_not_at_all(people: People, algorithm: str) -> None:
    upload = begun(people.bob, 200_000)
    digest = hashlib.new(algorithm, b"x" * 100_000).digest()
    with parts.locked(upload.public_id) as part:
        with pytest.raises(DeskError, match="upload_checksum"):
            part.receive_checked(BytesIO(b"y" * 100_000), 200_000, algorithm, digest)
        assert part.size == 0
        part.receive_checked(BytesIO(b"x" * 100_000), 200_000, algorithm, digest)
        assert part.size == 100_000
    assert list(storage.folder("incoming").iterdir()) == []


def test_a_whole_upload_becomes_an_attachment_of_the_same_id_and_the_bytes_are_not_copied(people: People) -> None:
    upload, data = begun(people.bob, 5), os.urandom(5)
    with parts.locked(upload.public_id) as part:
        part.receive(BytesIO(data), 5)
        inode = (storage.folder("uploads") / upload.public_id).stat().st_ino
        file = uploads.finish(upload, part.adopt(), people.bob, at=utc_now())
        parts.remove(upload.public_id)
    db.session.commit()
    assert (file.public_id, file.name, file.size) == (upload.public_id, "дамп.bin", 5)
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert storage.path_of(file.sha256).stat().st_ino == inode
    with pytest.raises(DeskError, match="upload_gone"), parts.locked(upload.public_id):
        pass


def test_uploads_that_nothing_comes_to_go_after_a_day(people: People) -> None:
    old, slow, fresh = (begun(people.bob) for _ in range(3))
    for upload in (old, slow):
        upload.created_at = utc_now() - 2 * DAY
    db.session.commit()
    aged(old.public_id, 90_000)
    aged(slow.public_id, 3_000)  # a slow link: its last byte is young
    stray = storage.folder("uploads") / ("f" * 32)
    stray.write_bytes(b"nobody's")
    aged("f" * 32, 90_000)
    sweep.tidy()
    left = {upload.public_id for upload in db.session.query(Upload)}
    assert left == {slow.public_id, fresh.public_id}
    assert not stray.exists() and parts.received(old.public_id) is None
    assert db.session.query(Attachment).count() == 0
