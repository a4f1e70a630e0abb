"""Redis emptied again and again while the desk runs: every letter goes out, and the workers are known again."""

from pathlib import Path

import pytest
import requests
from redis import Redis

from tests.support.desk import RunningDesk
from tests.support.mail_server import Inbox, mail_server
from tests.support.waiting import until
from tests.test_recovery import Visitor

ANSWERS = 4


@pytest.mark.long
def test_an_emptied_redis_loses_no_letter_and_no_worker(tmp_path: Path) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        environment = {"MAIL_URL": f"smtp://127.0.0.1:{port}", "LETTERS_GATHERED_SECONDS": "0"}
        with RunningDesk(tmp_path / "desk", environment) as desk:
            redis = Redis.from_url(f"unix://{tmp_path}/desk/redis/redis.sock?db=0")
            agent = Visitor(desk, "agent", "agent-demo-1")
            number = agent.first_ticket_of_client()
            until(lambda: ready(desk, "worker"), "the workers", every=2)
            for _ in range(ANSWERS):
                agent.answer(number)
                redis.flushall()  # the job that the answer has asked for, locks, workers, everything
            until(lambda: len(told(inbox)) >= ANSWERS, "letters about all answers", 180)
            until(
                lambda: ready(desk, "worker") and ready(desk, "scheduler"),
                "workers that tell of themselves again",
                180,
                every=2,
            )
            redis.close()
        assert len(told(inbox)) == len(set(told(inbox))) == ANSWERS
        assert "Traceback" not in "".join(desk.log)


def told(inbox: Inbox) -> list[str]:
    """Return the events that letters about answers have told of; what comes close together comes in one."""
    about = [taken.letter for taken in inbox.taken if "Новый комментарий" in str(taken.letter["Subject"])]
    return [event for letter in about for event in str(letter["X-Ticket-Events"]).split()]


def ready(desk: RunningDesk, part: str) -> bool:
    return bool(requests.get(f"{desk.url}/readyz", timeout=60).json()[part]["ok"])
