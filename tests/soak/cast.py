"""Who plays in the month: customers without companies, specialists, one of the service center, an administrator."""

import random
from dataclasses import dataclass, field

from jobs import committed
from services import people
from tests import factories

QUIET = {"quiet_start": "22:00", "quiet_end": "08:00"}


@dataclass
class Cast:
    """Their ids. `renewed`: the browsers whose owners have taken new ones."""

    customers: list[int]
    specialists: list[int]
    service: int
    admin: int
    renewed: set[str] = field(default_factory=set)


def called(source: random.Random, customers: int, specialists: int, *, rings_once: bool = True) -> Cast:
    """Store them. Some of them want quiet nights, some, with `rings_once`, one ring an event."""
    with committed():
        bought = [
            factories.person(
                "Клиентов", first_name=f"Иван {one}", rings_once=rings_once and one % 10 == 0, **_nights(source)
            )
            for one in range(customers)
        ]
        staff = [
            factories.agent("Алексеев", first_name=f"Степан {number}", **_nights(source))
            for number in range(specialists)
        ]
        service = factories.agent("Кузнецов", team="service_center")
        admin = factories.agent("Миронова", role="admin", team="support")
    assert people.robot() is not None
    return Cast([one.id for one in bought], [one.id for one in staff], service.id, admin.id)


def _nights(source: random.Random) -> dict[str, str]:
    return QUIET if source.random() < 0.25 else {}
