"""Workers killed in the middle of their work, with the whole desk running: nothing is lost and nothing is doubled."""

import asyncio
import json
import os
import re
import signal
import uuid
import wave
from pathlib import Path
from typing import Any

import jiwer
import pytest
import requests
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.samples.spoken import HINTS, MICROPHONE_WAV, WORDS, model_folder
from tests.support.desk import RunningDesk
from tests.support.mail_server import Inbox, mail_server
from tests.support.waiting import until

REPEATS = 15  # of the seven-second sentence: long enough to be killed in the middle
RECOVERY_SECONDS = 300  # the desk promises 120, on a machine that does nothing else


class HangingInbox(Inbox):
    """Holds the first letter for ever, so that its sender can be killed; takes all others."""

    has_hung = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if not self.has_hung:
            self.has_hung = True
            await asyncio.Event().wait()
        return await super().handle_DATA(server, session, envelope)


@pytest.mark.long
def test_killed_workers_lose_neither_a_transcription_nor_a_letter(tmp_path: Path) -> None:
    inbox = HangingInbox()
    with mail_server(inbox) as port:
        environment = {
            "MAIL_URL": f"smtp://127.0.0.1:{port}",
            "VOSK_MODEL": str(model_folder()),
            "VOSK_HINTS": json.dumps(HINTS, ensure_ascii=False),
        }
        with RunningDesk(tmp_path / "desk", environment) as desk:
            agent, client = Visitor(desk, "agent", "agent-demo-1"), Visitor(desk, "client", "client-demo-1")
            with client.long_recording(tmp_path / "long.wav") as audio:
                note = client.post("/voice-notes", files={"audio": ("long.wav", audio, "audio/wav")}).json()
            agent.answer(agent.first_ticket_of_client())
            until(lambda: inbox.has_hung, "a letter on its way")
            until(lambda: 0 < client.note(note["id"])["percent"] < 100, "a transcription under way")

            kill(desk, "desk-speech")
            kill(desk, "desk-deliveries")

            done = until(
                lambda: (found := client.note(note["id"]))["state"] == "done" and found,
                "the text of the recording",
                RECOVERY_SECONDS,
            )
            heard, said = done["text"].split(), WORDS * REPEATS
            assert jiwer.wer(" ".join(said), " ".join(heard)) < 0.05  # the whole text, and once
            # Not after the first letter only: the one whose sender died is tried again when its claim is old.
            until(lambda: waiting_count(desk) == 0, "all letters", RECOVERY_SECONDS, every=2)
            ids = [str(taken.letter["Message-ID"]) for taken in inbox.taken]
            assert len(ids) == len(set(ids))
            assert sum("Новый комментарий" in str(taken.letter["Subject"]) for taken in inbox.taken) == 1


def waiting_count(desk: RunningDesk) -> int:
    """Send what may be sent now and return how many messages are left, those in other workers' hands among them."""
    return int(json.loads(desk.flask("deliveries", "drain", "--json"))["waiting"])


def kill(desk: RunningDesk, name: str) -> None:
    """Kill the worker of that name and whatever it forked, as a crash of the machine would."""
    workers = [pid for pid in children(desk.process.pid) if comm(pid) == name]
    assert workers, f"no {name} among {[comm(pid) for pid in children(desk.process.pid)]}"
    for pid in workers:
        for victim in [*children(pid), pid]:
            os.kill(victim, signal.SIGKILL)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def comm(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return ""


class Visitor:
    """Somebody of the demo desk, signed in over HTTP as a browser is."""

    def __init__(self, desk: RunningDesk, name: str, password: str) -> None:
        self.desk, self.session = desk, requests.Session()
        host = {"agent": "desk", "client": "romashka"}[name]
        self.post("/login", data={"login": f"{name}@{host}.example", "password": password})

    def get(self, path: str, **options: Any) -> requests.Response:
        answer = self.session.get(self.desk.url + path, timeout=60, **options)
        answer.raise_for_status()
        return answer

    def post(self, path: str, **options: Any) -> requests.Response:
        token = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/kb").text)
        assert token is not None
        headers = {"X-CSRF-Token": token[1]}
        answer = self.session.post(self.desk.url + path, headers=headers, timeout=60, **options)
        answer.raise_for_status()
        return answer

    def note(self, note_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/voice-notes/{note_id}", headers={"Accept": "application/json"}).json()
        return found

    def first_ticket_of_client(self) -> int:
        found = re.search(r"/tickets/(\d+)", self.get("/desk?q=Потери").text)
        assert found is not None
        return int(found[1])

    def answer(self, number: int) -> None:
        self.post(f"/tickets/{number}/comments", data={"body": "Проверьте порт 25.", "client_id": str(uuid.uuid4())})

    @staticmethod
    def long_recording(path: Path) -> Any:
        with wave.open(str(MICROPHONE_WAV)) as short, wave.open(str(path), "wb") as long:
            long.setparams(short.getparams())
            frames = short.readframes(short.getnframes())
            for _ in range(REPEATS):
                long.writeframes(frames)
        return path.open("rb")
