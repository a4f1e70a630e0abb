"""One ring an event and quiet hours, chosen on the page «Уведомления», as they hold for an answer that comes (S67)."""

from datetime import timedelta
from pathlib import Path

import pytest

from channels import mailbox
from jobs import committed, deliver
from jobs.clock import utc_now
from rules.calendar import YEKATERINBURG
from services import phones
from services.receipts import SECOND_RING
from tests import factories
from tests.blueprints.conftest import ClientOf
from tests.conftest import People
from tests.support.push_service import PushService

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("is_heeded", [True, False])
def test_an_answer_in_quiet_hours_rings_once_after_them(
    people: People, client_of: ClientOf, folder: Path, push: PushService, is_heeded: bool
) -> None:  # S59, S67
    bob, now = client_of(people.bob), utc_now()
    start, end = (f"{(now + step).astimezone(YEKATERINBURG):%H:%M}" for step in (-HOUR, HOUR))
    chosen = {"rings_once": "on", "quiet_start": start, "quiet_end": end}
    assert bob.post("/profile/notifications", data=chosen).status_code == 303
    with committed():
        number = factories.ticket(people.bob).number
        phones.subscribe(people.bob, push.subscribe(), at=now)
    answer = client_of(people.alice).post(f"/tickets/{number}/comments", data={"body": "Обновите загрузчик."})
    assert answer.status_code == 303
    deliver.deliver_all(at=utc_now() + SECOND_RING)
    assert push.received == [] and mailbox.letters(folder) == [], "these are his quiet hours"
    deliver.deliver_all(at=now + HOUR)
    [ring] = push.received
    assert "Обновите загрузчик." in ring.payload["body"] and mailbox.letters(folder) == []
    if is_heeded:
        assert client_of(None).post(ring.payload["receipt"], json={"what": "opened"}).status_code == 204
    deliver.deliver_all(at=now + HOUR + SECOND_RING)
    assert (len(mailbox.letters(folder)), len(push.received)) == (0 if is_heeded else 1, 1)
