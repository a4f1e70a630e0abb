"""A played month with everything failing at random: every status as the guide says, every event told exactly once.

The short form runs with all tests; `make soak` plays 500 customers and 20 specialists on both databases. SOAK_SEED plays
another month, SOAK_DAYS a part of one.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import select

from channels import email
from extensions import db
from models import Delivery, DeliveryState, Person
from tests.soak import month
from tests.soak.month import Month
from tests.support.mail_server import Inbox, mail_server

IS_LONG = os.environ.get("SOAK") == "1"
CUSTOMERS, SPECIALISTS, ACTIONS = (500, 20, 400) if IS_LONG else (6, 3, 5)
DAYS = int(os.environ.get("SOAK_DAYS", "31"))
HOURS = (1, 2, 3, 5, 9, 26) if IS_LONG else (5, 9, 26)
MOODS = ("take", "take", "451 Later", "550 No", "drop", "take and drop", "take", "451 Later", "take", "hang")


@dataclass
class Moody(Inbox):
    """Takes letters, puts them off, refuses them, breaks off before or after it has taken one, or says nothing."""

    mood: str = "take"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.mood == "hang":
            await asyncio.sleep(3600)
        if "take" in self.mood:
            answer = await super().handle_DATA(server, session, envelope)
        if "drop" in self.mood and server.transport is not None:
            server.transport.close()
        return answer if self.mood == "take" else self.mood


@pytest.fixture
def inbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Moody]:
    inbox = Moody()
    with mail_server(inbox) as port:
        monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{port}")
        yield inbox


@pytest.fixture
def played(app: Flask, inbox: Moody, monkeypatch: pytest.MonkeyPatch) -> Month:
    patience = email.WHOLE_SECONDS

    def mood(source: random.Random | None) -> None:
        inbox.mood = source.choice(MOODS) if source else "take"
        monkeypatch.setattr(email, "WHOLE_SECONDS", 0.4 if inbox.mood == "hang" else patience)

    seed = int(os.environ.get("SOAK_SEED", "7"))
    made = Month(random.Random(seed), *month.people(CUSTOMERS, SPECIALISTS), mood, HOURS)
    made.play(DAYS, ACTIONS)
    return made


def letters(inbox: Moody) -> dict[tuple[str, int], int]:
    """Return how often each reader was told of each event, by somebody who counts by Message-ID."""
    seen = {(taken.readers[0], taken.letter["Message-ID"]): taken.letter["X-Ticket-Events"] for taken in inbox.taken}
    return Counter((reader, int(event_id)) for (reader, _), ids in seen.items() for event_id in (ids or "").split())


@pytest.mark.long
@pytest.mark.parametrize("desk", ["sqlite", "postgresql"] if IS_LONG else ["sqlite"], indirect=True)
def test_a_month_in_which_everything_fails_loses_nothing_and_doubles_nothing(
    played: Month, inbox: Moody, caplog: pytest.LogCaptureFixture
) -> None:  # S37–S58, S59, S67
    told, kinds = letters(inbox), month.kinds()
    assert set(told.values()) == {1}, [one for one, times in told.items() if times > 1][:5]
    left = select(Delivery.state).where(Delivery.state.not_in((DeliveryState.SENT, DeliveryState.GATHERED)))
    assert db.session.scalars(left).all() == []
    rows = db.session.scalars(select(Delivery).where(Delivery.channel == "email", Delivery.event_id.is_not(None)))
    untold = [(row.key, row.state, row.gathered_into_id) for row in rows if (row.target, row.event_id) not in told]
    assert untold == []
    counted: Counter[tuple[bool, int]] = Counter()
    for reader, event_id in told:
        kind, number = kinds[event_id]
        if kind != month.WARNING:
            counted[reader == db.session.get_one(Person, played.owners[number][0]).email, number] += 1
    wanted = {number: (one.told_customer, one.told_specialist) for number, one in played.tickets.items()}
    assert {number: (counted[True, number], counted[False, number]) for number in wanted} == wanted
    assert played.killed.total() > 3 and len(played.tickets) > 5
    assert not [record for record in caplog.records if record.exc_info], "no traceback in the log"
