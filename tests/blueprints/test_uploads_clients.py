"""The official Python client against the whole desk, what a large file costs a web process, and two senders at once (S29)."""

import hashlib
import os
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from tusclient.client import TusClient

from services.demo import PEOPLE
from tests.support.desk import RunningDesk
from tests.support.waiting import until

MIB = 1024 * 1024
MOST_GROWTH_MIB = 20
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
CLIENT = next(row for row in PEOPLE if row[0].startswith("client"))
BYTES = "application/offset+octet-stream"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with RunningDesk(tmp_path_factory.mktemp("desk"), {"WORKERS": "1"}) as running:
        yield running


@pytest.fixture(scope="module")
def bob(desk: RunningDesk) -> Iterator[requests.Session]:
    with requests.Session() as session:
        token = TOKEN.search(session.get(f"{desk.url}/login").text)
        assert token is not None
        form = {"csrf_token": token[1], "login": CLIENT[0], "password": CLIENT[1]}
        assert session.post(f"{desk.url}/login", data=form, allow_redirects=False).status_code == 303
        fresh = TOKEN.search(session.get(f"{desk.url}/profile").text)
        assert fresh is not None
        session.headers["X-CSRF-Token"] = fresh[1]
        yield session


@pytest.fixture
def tus(desk: RunningDesk, bob: requests.Session) -> TusClient:
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in bob.cookies)
    return TusClient(
        f"{desk.url}/uploads", headers={"Cookie": cookies, "X-CSRF-Token": str(bob.headers["X-CSRF-Token"])}
    )


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "дамп.bin"
    with path.open("wb") as file:
        for _ in range(75):
            file.write(os.urandom(MIB))
    return path


def fetched(bob: requests.Session, address: str) -> str:
    """Return the digest of what the desk gives back of an upload."""
    digest = hashlib.sha256()
    with bob.get(address.replace("/uploads/", "/attachments/"), stream=True) as answer:
        assert answer.status_code == 200
        for block in answer.iter_content(MIB):
            digest.update(block)
    return digest.hexdigest()


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.parametrize(("chunk", "checksum"), [(300_000, True), (MIB, False), (50 * MIB, False)])
def test_tuspy_sends_a_file_in_parts_of_any_size(
    bob: requests.Session, tus: TusClient, tmp_path: Path, chunk: int, checksum: bool
) -> None:
    path = tmp_path / "прошивка.bin"
    path.write_bytes(os.urandom(3 * MIB + 17))
    about = {"filename": path.name}
    with path.open("rb") as file:
        uploader = tus.uploader(file_stream=file, chunk_size=chunk, metadata=about, upload_checksum=checksum)
        uploader.upload()
    assert fetched(bob, str(uploader.url)) == digest_of(path)


def test_tuspy_goes_on_where_it_broke_off(bob: requests.Session, tus: TusClient, tmp_path: Path) -> None:
    path = tmp_path / "лог.txt"
    path.write_bytes(os.urandom(3 * MIB))
    with path.open("rb") as file:
        first = tus.uploader(file_stream=file, chunk_size=MIB, metadata={"filename": path.name})
        first.upload_chunk()  # type: ignore[no-untyped-call]
    with path.open("rb") as file:
        second = tus.uploader(file_stream=file, chunk_size=MIB, url=first.url)
        assert second.offset == MIB
        second.upload()
    assert fetched(bob, str(first.url)) == digest_of(path)


def workers(desk: RunningDesk) -> list[int]:
    """Return the web server's processes: itself and those that answer requests."""
    children: dict[int, list[int]] = {}
    names = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            names[int(folder.name)] = (folder / "comm").read_text().strip()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(folder.name))
    [web] = [pid for pid in children[desk.process.pid] if names[pid] == "desk-web"]
    return [web, *children[web]]


def peak_mib(pid: int) -> float:
    return int(re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


def test_75_mib_cost_a_web_process_little_memory(desk: RunningDesk, bob: requests.Session, dump: Path) -> None:
    """S34: in parts, in one part, in a form, and on the way back."""
    bob.get(f"{desk.url}/tickets/new")
    pids, wanted = workers(desk), digest_of(dump)
    tus = {"Tus-Resumable": "1.0.0"}
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak is counted from here
    before = {pid: peak_mib(pid) for pid in pids}
    for chunk in (MIB, 75 * MIB):
        made = bob.post(f"{desk.url}/uploads", headers=tus | {"Upload-Length": str(75 * MIB)})
        address = f"{desk.url}{made.headers['Location']}"
        with dump.open("rb") as file:
            for start in range(0, 75 * MIB, chunk):
                headers = tus | {"Upload-Offset": str(start), "Content-Type": BYTES, "Content-Length": str(chunk)}
                body = file if chunk > MIB else file.read(chunk)
                assert bob.patch(address, data=body, headers=headers).status_code == 204
        assert fetched(bob, address) == wanted
    boundary = "otklik-boundary"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n'.encode()
    tail = f"\r\n--{boundary}--\r\n".encode()

    def form() -> Iterator[bytes]:
        yield head
        with dump.open("rb") as file:
            while block := file.read(MIB):
                yield block
        yield tail

    class Form:
        """A body of a known length that is read as it goes."""

        def __len__(self) -> int:
            return len(head) + 75 * MIB + len(tail)

        def __iter__(self) -> Iterator[bytes]:
            return form()

    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = bob.post(f"{desk.url}/tickets", data=Form(), headers=headers)
    assert answer.status_code == 422 and 'name="upload_ids"' in answer.text  # a form without a subject keeps its file
    growth = {pid: peak_mib(pid) - before[pid] for pid in pids}
    print("75 MiB cost the web processes at most", *(f"{mib:.1f} MiB" for mib in growth.values()))
    assert max(growth.values()) < MOST_GROWTH_MIB


def test_of_two_senders_at_once_one_is_told_to_wait(desk: RunningDesk, bob: requests.Session) -> None:
    tus = {"Tus-Resumable": "1.0.0"}
    made = bob.post(f"{desk.url}/uploads", headers=tus | {"Upload-Length": "10"})
    path = made.headers["Location"]
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in bob.cookies)
    where = urlsplit(desk.url)
    headers = {
        "Host": where.netloc,
        "Cookie": cookies,
        "X-CSRF-Token": str(bob.headers["X-CSRF-Token"]),
        "Content-Type": BYTES,
        "Content-Length": "10",
        "Upload-Offset": "0",
        **tus,
    }
    lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]

    def offset() -> str:
        return bob.head(f"{desk.url}{path}", headers=tus).headers["Upload-Offset"]

    rest = tus | {"Upload-Offset": "5", "Content-Type": BYTES}
    with socket.create_connection((where.hostname, where.port)) as slow:
        slow.sendall("\r\n".join(lines).encode() + b"hello")
        wrong = rest | {"Upload-Offset": "3"}  # so that it can't be the first: without the lock it is a 409
        until(lambda: bob.patch(f"{desk.url}{path}", data=b"other", headers=wrong).status_code == 423, "the lock")
    until(lambda: offset() == "5", "what came before the line broke")
    until(lambda: bob.patch(f"{desk.url}{path}", data=b"world", headers=rest).status_code == 204, "the lock's end")
    assert bob.get(f"{desk.url}{path.replace('uploads', 'attachments')}").content == b"helloworld"


def test_a_burst_of_senders_leaves_one_whole_file(desk: RunningDesk, bob: requests.Session) -> None:
    tus = {"Tus-Resumable": "1.0.0"}
    data = os.urandom(MIB)
    made = bob.post(f"{desk.url}/uploads", headers=tus | {"Upload-Length": str(MIB)})
    address = f"{desk.url}{made.headers['Location']}"
    headers = {**bob.headers, **tus, "Upload-Offset": "0", "Content-Type": BYTES}
    statuses: list[int] = []

    def send() -> None:
        answer = requests.patch(address, data=data, headers=headers, cookies=bob.cookies, timeout=60)
        statuses.append(answer.status_code)

    senders = [threading.Thread(target=send) for _ in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert statuses.count(204) == 1 and set(statuses) <= {204, 409, 410, 423}
    assert fetched(bob, address) == hashlib.sha256(data).hexdigest()
