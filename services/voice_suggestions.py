"""What a voice note offers to fill the form with. A person takes it or leaves it: nothing here changes anything."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select

from extensions import db
from models import Equipment, Person, Ticket, TicketType, VoiceNote
from models.access import visible_to
from rules import heard
from rules.heard import Candidate

MOST_DEVICES, MOST_ORDERS = 5000, 500
SEVERAL = 2  # companies that own a model: it is a product then, and no private remark of one of them


@dataclass(frozen=True)
class Suggestions:
    """Empty texts and lists where nothing was heard. `type` is the code of a type on offer."""

    subject: str
    type: str
    type_name: str
    serials: list[Candidate]
    articles: list[Candidate]
    orders: list[Candidate]


def suggestions(note: VoiceNote, person: Person) -> Suggestions:
    """Return what `person`, who spoke the note, may take over into the form of a new ticket."""
    said = heard.numbers(note.words, note.text, note.language)
    code = heard.kind(note.text)
    name = db.session.scalar(select(TicketType.name).where(TicketType.code == code)) if code else None
    serials, articles = _equipment(person, [one for one in said if one.kind not in ("order", "invoice")])
    asked_orders = [one for one in said if one.kind not in ("serial", "article", "invoice")]
    taken = {found.heard for found in serials if found.score == heard.SURE}
    orders = heard.orders([one for one in asked_orders if one.text not in taken], _orders(person, asked_orders))
    return Suggestions(heard.subject(note.text), code if name else "", name or "", serials, articles, orders)


def as_json(found: Suggestions) -> dict[str, Any]:
    return asdict(found)


def _equipment(person: Person, said: list[heard.Said]) -> tuple[list[Candidate], list[Candidate]]:
    """Return the devices of his company that were named by their number, and the models that were."""
    if not said:
        return [], []
    is_ours = Equipment.company_id == person.company_id
    ours = select(Equipment.serial_number, Equipment.model).where(is_ours).limit(MOST_DEVICES)
    devices = {row.serial_number: row.model for row in db.session.execute(ours)} if person.company_id else {}
    several = select(Equipment.model).group_by(Equipment.model)
    several = several.having(func.count(Equipment.company_id.distinct()) >= SEVERAL).limit(MOST_DEVICES)
    models = {model for model in (*devices.values(), *db.session.scalars(several)) if model}
    serials = heard.matching((one for one in said if one.kind != "article"), devices)
    known = {found.heard for found in serials if found.score == heard.SURE}
    rest = (one for one in said if one.text not in known)
    return serials, heard.matching(rest, dict.fromkeys(models, ""))


def _orders(person: Person, said: Iterable[heard.Said]) -> list[str]:
    """Return the numbers of orders that he has named before, or that his company has, where he may see it."""
    if not any(said):
        return []
    query = select(Ticket.order_number).where(Ticket.order_number != "", visible_to(person))
    query = query.where(Ticket.company_id == person.company_id) if person.company_id else query
    return list(db.session.scalars(query.order_by(Ticket.id.desc()).limit(MOST_ORDERS)))
