"""What reached whom: a reader counts letters by Message-ID, a browser counts rings by the id that their tag carries."""

from collections import Counter

from sqlalchemy import select

from extensions import db
from models import Delivery, DeliveryState, Event, EventKind, Person, PushSubscription, Ticket
from tests.soak.faults import World
from tests.soak.month import Month

Told = Counter[tuple[str, int]]  # how often a reader, or a browser, was told of an event


def letters(world: World) -> Told:
    """A letter that comes again is not looked at, whatever stands in it."""
    first: dict[tuple[str, str], str] = {}
    for taken in world.inbox.taken:
        first.setdefault((taken.readers[0], taken.letter["Message-ID"]), taken.letter["X-Ticket-Events"] or "")
    return Counter((reader, int(event_id)) for (reader, _), ids in first.items() for event_id in ids.split())


def rings(world: World) -> Told:
    """Nor does a message that comes again ring."""
    first: dict[tuple[str, str], list[int]] = {}
    for one in world.push.received:
        first.setdefault((one.subscription_id, one.payload["id"]), one.payload["events"])
    return Counter((browser, event_id) for (browser, _), ids in first.items() for event_id in ids)


def assert_all_told_once(month: Month, world: World) -> dict[str, int]:
    """Compare what was told with the guide, event by event and reader by reader; return how much it was."""
    by_letter, by_push = letters(world), rings(world)
    for told in (by_letter, by_push):
        assert set(told.values()) == {1}, [one for one, times in told.items() if times > 1][:5]
    _assert_nothing_is_left(by_letter)
    events = _events()
    _assert_letters(month, by_letter, events)
    _assert_rings(month, world, by_push, events)
    return {"events": len(events), "told by letter": len(by_letter), "told by push": len(by_push)}


def _events() -> dict[int, tuple[str, int]]:
    """Return of each event its kind and its ticket's number."""
    query = select(Event.id, Event.kind, Ticket.number).join(Ticket, Ticket.id == Event.ticket_id)
    return {event_id: (kind, number) for event_id, kind, number in db.session.execute(query)}


def _rung_once() -> set[int]:
    """Return who wants one ring an event: no browser of theirs rings any more when the letter has left."""
    return set(db.session.scalars(select(Person.id).where(Person.rings_once)))


def _assert_nothing_is_left(by_letter: Told) -> None:
    """Every row of the outbox has gone out, but for browsers that are gone and second rings that nobody wants."""
    rung_once = _rung_once()
    states = Delivery.state.not_in((DeliveryState.SENT, DeliveryState.GATHERED))
    browsers = dict(db.session.execute(select(PushSubscription.id, PushSubscription.created_at)).all())
    left = [
        (row.key, row.state, row.created_at, row.next_attempt_at, row.attempts_count, row.last_error)
        for row in db.session.scalars(select(Delivery).where(states))
        if row.channel == "email"
        or (row.person_id not in rung_once and browsers.get(int(row.target), row.created_at) < row.created_at)
    ]
    assert left == [], left[:5]
    rows = db.session.scalars(select(Delivery).where(Delivery.channel == "email", Delivery.event_id.is_not(None)))
    untold = [(row.key, row.state, row.gathered_into_id) for row in rows if (row.target, row.event_id) not in by_letter]
    assert untold == [], untold[:5]


def _assert_letters(month: Month, told: Told, events: dict[int, tuple[str, int]]) -> None:
    """The guide says how many events of a ticket its customer and its specialist hear of."""
    addresses = dict(db.session.execute(select(Person.id, Person.email)).all())
    counted: Counter[tuple[bool, int]] = Counter()
    for reader, event_id in told:
        kind, number = events[event_id]
        if kind != EventKind.DEADLINE:
            counted[reader == addresses[month.owners[number][0]], number] += 1
    wanted = {number: (one.told_customer, one.told_specialist) for number, one in month.tickets.items()}
    found = {number: (counted[True, number], counted[False, number]) for number in wanted}
    assert found == wanted, [(n, found[n], wanted[n]) for n in wanted if found[n] != wanted[n]][:5]


def _assert_rings(month: Month, world: World, told: Told, events: dict[int, tuple[str, int]]) -> None:
    """A browser hears of all that its owner is told of while he has it; of no more than that one that went away, and one
    of somebody who wants one ring an event: there the letter may have been first."""
    rung_once = _rung_once()
    counted: Counter[tuple[str, int]] = Counter()
    for browser, event_id in told:
        kind, number = events[event_id]
        if kind != EventKind.DEADLINE:
            counted[browser, number] += 1
    for browser, phone in month.phones.items():
        heard = {number: times for (name, number), times in counted.items() if name == browser}
        wanted = {number: times for number, times in month.heard_since(phone).items() if times}
        if browser not in world.push.gone and phone.person_id not in rung_once:
            assert heard == wanted, (browser, phone, heard, wanted)
        assert all(times <= wanted.get(number, 0) for number, times in heard.items()), (phone, heard, wanted)
