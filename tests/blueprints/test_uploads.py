"""Uploads that go on where they broke off, over HTTP: tus 1.0.0 word by word, and whose they are (S29, S34, S36, D8)."""

import base64
import hashlib
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions import db
from models import Attachment, ScanState, Upload
from services import parts, quotas
from services import people as accounts
from tests import factories
from tests.blueprints.conftest import ClientOf, anew, count, refused_after
from tests.blueprints.html import Page
from tests.conftest import People

MIB = 1024 * 1024
TUS = {"Tus-Resumable": "1.0.0"}
NAME = "Журнал №5.log"
METADATA = f"filename {base64.b64encode(NAME.encode()).decode()},empty"
BYTES = "application/offset+octet-stream"


def create(client: FlaskClient, size: int, **headers: str) -> Any:
    asked = TUS | {"Upload-Length": str(size), "Upload-Metadata": METADATA} | headers
    return client.post("/uploads", headers=asked)


def begin(client: FlaskClient, size: int) -> str:
    answer = create(client, size)
    assert answer.status_code == 201, answer.data
    return str(answer.location)


def send(client: FlaskClient, address: str, data: bytes, offset: int = 0, **headers: str) -> Any:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.patch(address, data=data, content_type=BYTES, headers=TUS | {"Upload-Offset": str(offset)} | more)


def offset_of(client: FlaskClient, address: str) -> int:
    answer = client.head(address, headers=TUS)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    return int(answer.headers["Upload-Offset"])


def upload(client: FlaskClient, data: bytes) -> str:
    """Upload it whole; return its id."""
    address = begin(client, len(data))
    assert send(client, address, data).status_code == 204
    return address.rpartition("/")[2]


def test_the_server_says_what_it_can(people: People, client_of: ClientOf) -> None:
    for path in ("/uploads", "/uploads/x"):
        answer = client_of(None).options(path)
        assert answer.status_code == 204 and answer.headers["Tus-Version"] == "1.0.0"
        assert set(answer.headers["Tus-Extension"].split(",")) >= {"creation", "termination", "checksum", "expiration"}
        assert answer.headers["Tus-Max-Size"] == str(75 * MIB)
        assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")


def test_a_file_goes_up_in_parts_and_into_a_comment(people: People, client_of: ClientOf) -> None:
    """S29, S36: whatever size the client's parts have."""
    bob, data = client_of(people.bob), bytes(range(256)) * 20
    address = begin(bob, len(data))
    for start in range(0, len(data), 1000):
        assert offset_of(bob, address) == start
        answer = send(bob, address, data[start : start + 1000], start)
        assert answer.status_code == 204 and answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Upload-Offset"] == str(min(len(data), start + 1000))
        assert ("Upload-Expires" in answer.headers) == (start + 1000 < len(data))
    assert offset_of(bob, address) == len(data)  # its last answer may have been lost
    assert send(bob, address, b"", len(data)).status_code == 204
    number = factories.ticket(people.bob).number
    db.session.commit()
    public_id = address.rpartition("/")[2]
    said = bob.post(f"/tickets/{number}/comments", data={"body": "", "upload_ids": [public_id]})
    assert said.status_code == 303
    assert NAME in Page(bob.get(f"/tickets/{number}")).text
    assert bob.get(f"/attachments/{public_id}", buffered=True).data == data
    assert (count(Upload), count(Attachment)) == (0, 1)
    assert bob.delete(address, headers=TUS).status_code == 403  # others read it


def test_a_new_ticket_takes_uploads_too(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    ids = [upload(bob, b"one"), upload(bob, b"two")]
    form = {
        "subject": "Порт",
        "type": "consultation",
        "priority": "normal",
        "description": "Не горит",
        "upload_ids": ids,
    }
    answer = bob.post("/tickets", data=form)
    assert answer.status_code == 303 and Page(bob.get(answer.location)).text.count(NAME) >= 2


def test_who_came_in_by_his_code_sends_files_too(people: People, guest: FlaskClient) -> None:  # S110
    assert guest.post("/login/code", data={"code": accounts.code_of(people.bob)}).status_code == 303
    sent = {"subject": "Порт", "type": "consultation", "priority": "normal", "description": "Не горит"}
    answer = guest.post("/tickets", data=sent | {"upload_ids": upload(guest, b"port 5 down")})
    assert answer.status_code == 303 and NAME in Page(guest.get(answer.location)).text


def test_a_file_that_is_too_large_or_empty_is_refused_before_a_byte_is_sent(
    people: People, client_of: ClientOf
) -> None:
    bob = client_of(people.bob)  # S34, D8
    for size, status, words in ((75 * MIB + 1, 413, "больше 75"), (0, 422, "пустой")):
        answer = create(bob, size)
        assert answer.status_code == status and words in answer.text and NAME in answer.text
    assert create(bob, 75 * MIB).status_code == 201
    assert count(Upload) == 1


def test_another_ones_upload_is_not_there(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    unfinished, whole = begin(bob, 5), f"/uploads/{upload(bob, b'hello')}"
    for person, status in ((people.mallory, 404), (people.carol, 404), (people.alice, 404), (None, 401)):
        stranger = client_of(person)
        for address in (unfinished, whole, "/uploads/" + "0" * 32, "/uploads/x"):
            answers = [
                stranger.head(address, headers=TUS),
                send(stranger, address, b"hello"),
                stranger.delete(address, headers=TUS),
                stranger.post(address, headers=TUS | {"X-HTTP-Method-Override": "DELETE"}),
                stranger.post(address),
            ]
            assert {answer.status_code for answer in answers} == {status}, (person, address)
        if person is not None:
            ids = {"subject": "x", "upload_ids": whole.rpartition("/")[2]}
            page = Page(stranger.post("/tickets", data=ids))
            assert page.status == 422 and NAME not in page.text
    assert (offset_of(bob, unfinished), offset_of(bob, whole)) == (0, 5)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Offset": "3"}, 409),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "²"}, 400),
        ({"Upload-Offset": "9" * 30}, 400),
        ({"Content-Type": "application/octet-stream"}, 415),
        ({"Upload-Checksum": "crc32 AAAA"}, 400),
        ({"Upload-Checksum": "sha1 ?"}, 400),
        ({"Upload-Checksum": "sha1 " + base64.b64encode(hashlib.sha1(b"other").digest()).decode()}, 460),
    ],
)
def test_what_does_not_fit_changes_nothing(
    people: People, client_of: ClientOf, headers: dict[str, str], status: int
) -> None:
    bob = client_of(people.bob)
    address = begin(bob, 5)
    sent = TUS | {"Upload-Offset": "0", "Content-Type": BYTES} | headers
    answer = bob.patch(
        address, data=b"hello", headers=[(name, value.encode().decode("latin-1")) for name, value in sent.items()]
    )
    assert answer.status_code == status, answer.data
    assert status != 412 or answer.headers["Tus-Version"] == "1.0.0"
    assert offset_of(bob, address) == 0


def test_more_than_was_promised_is_refused(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    address = begin(bob, 5)
    assert send(bob, address, b"hello, world").status_code == 413 and offset_of(bob, address) == 0


def test_bad_lengths_and_metadata_are_refused(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    for headers in ({"Upload-Length": "x"}, {"Upload-Length": "-5"}, {"Upload-Metadata": "filename !!!"}):
        assert bob.post("/uploads", headers=TUS | {"Upload-Length": "5"} | headers).status_code == 400, headers
    assert bob.post("/uploads", headers={"Upload-Length": "5"}).status_code == 412
    assert bob.post("/uploads", headers=TUS | {"Upload-Defer-Length": "1"}).status_code == 400
    assert bob.get("/uploads/x").status_code == 405 and count(Upload) == 0


def test_a_checksum_that_fits_is_taken(people: People, client_of: ClientOf) -> None:
    bob, data = client_of(people.bob), b"x" * 100_000
    for algorithm in ("sha1", "sha256", "md5"):
        digest = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
        address = begin(bob, len(data))
        assert send(bob, address, data, Upload_Checksum=f"{algorithm} {digest}").status_code == 204


def test_bytes_may_come_with_the_creation_and_by_post(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    first = bob.post("/uploads", data=b"hel", content_type=BYTES, headers=TUS | {"Upload-Length": "5"})
    assert first.status_code == 201 and first.headers["Upload-Offset"] == "3"
    address = first.location
    override = TUS | {"Upload-Offset": "3", "X-HTTP-Method-Override": "PATCH"}
    assert bob.post(address, data=b"lo", content_type=BYTES, headers=override).status_code == 204
    assert bob.get(f"/attachments/{address.rpartition('/')[2]}", buffered=True).data == b"hello"


def test_while_one_writes_another_one_is_told_to_wait(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    address = begin(bob, 10)
    with parts.locked(address.rpartition("/")[2]) as part:  # by another process, for all that these requests know
        part.receive(io.BytesIO(b"hello"), 10)
        assert send(bob, address, b"hello").status_code == 423
        assert bob.delete(address, headers=TUS).status_code == 423
        assert offset_of(bob, address) == 5  # what has come is told meanwhile
    assert send(bob, address, b"world", 5).status_code == 204
    assert bob.get(f"/attachments/{address.rpartition('/')[2]}", buffered=True).data == b"helloworld"


def test_what_was_whole_when_the_process_died_is_finished_by_whoever_asks(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    address = begin(bob, 5)
    public_id = address.rpartition("/")[2]
    with parts.locked(public_id) as part:
        part.receive(io.BytesIO(b"hello"), 5)
    assert offset_of(bob, address) == 5 and count(Attachment) == 1
    assert bob.get(f"/attachments/{public_id}", buffered=True).data == b"hello"


def test_what_is_given_up_is_gone(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    unfinished, whole = begin(bob, 5), f"/uploads/{upload(bob, b'hello')}"
    for address in (unfinished, whole):
        assert bob.delete(address, headers=TUS).status_code == 204
        assert bob.head(address, headers=TUS).status_code == 404
    assert bob.get(whole.replace("uploads", "attachments")).status_code == 404
    number = factories.ticket(people.bob).number
    db.session.commit()
    page = Page(bob.post(f"/tickets/{number}/comments", data={"body": "Вот", "upload_ids": whole.rpartition("/")[2]}))
    assert page.status == 422 and "Выберите его снова" in page.text  # nothing goes without a word
    assert count(Upload) == 0


def test_a_file_with_a_virus_is_left_out_with_its_name(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    bad, good = upload(bob, b"bad"), upload(bob, b"good")
    file = db.session.scalars(select(Attachment).where(Attachment.public_id == bad)).one()
    file.scan_state, file.virus = ScanState.INFECTED, "Eicar-Test"
    db.session.commit()
    number = factories.ticket(people.bob).number
    db.session.commit()
    page = Page(bob.post(f"/tickets/{number}/comments", data={"body": "Вот", "upload_ids": [bad, good]}))
    assert page.status == 422 and f"«{NAME}» содержит вирус (Eicar-Test)" in page.text
    assert dict(page.form(f"/tickets/{number}/comments"))["upload_ids"] == good
    assert bob.head(f"/uploads/{bad}", headers=TUS).status_code == 410


@pytest.mark.usefixtures("tokens")
def test_scripts_send_the_token_in_a_header(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    assert create(bob, 5).status_code == 400
    token = Page(bob.get("/profile")).one("meta", name="csrf-token")["content"]
    made = create(bob, 5, **{"X-CSRF-Token": token})
    assert made.status_code == 201
    assert send(bob, made.location, b"hello").status_code == 400
    assert send(bob, made.location, b"hello", X_CSRF_Token=token).status_code == 204


@pytest.mark.usefixtures("limits")
def test_nobody_begins_uploads_without_end(people: People, client_of: ClientOf) -> None:
    bob = client_of(people.bob)
    refused_after(120, lambda: create(bob, 5))


def test_who_has_sent_very_much_is_told_so(
    people: People, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "DAILY_BYTES", 10)
    bob = client_of(people.bob)
    begin(bob, 10)
    answer = create(bob, 1)
    assert answer.status_code == 422 and "сутки" in answer.text
    anew()
    assert count(Upload) == 1
