"""Types and priorities of tickets as the administrator words them (S22, S23). Their codes stay: tickets and links use them."""

from collections.abc import Mapping

from sqlalchemy import func, select

from extensions import db
from models import Priority, Ticket, TicketType
from rules.errors import Invalid, InvalidMove

MAX_NAME, MAX_HINT = 100, 500


def types() -> list[TicketType]:
    return list(db.session.scalars(select(TicketType).order_by(TicketType.position, TicketType.id)))


def priorities() -> list[Priority]:
    return list(db.session.scalars(select(Priority).order_by(Priority.position, Priority.id)))


def faults(typed: Mapping[str, str]) -> dict[str, Invalid]:
    """Return what is wrong with the words for the types and priorities, by field: name-3, hint-3, priority-1."""
    found = dict[str, Invalid]()
    for field, text in typed.items():
        kind = field.partition("-")[0]
        if kind in {"name", "priority"} and not text.strip():
            found[field] = Invalid(field, "required")
        elif kind in {"name", "priority", "hint"} and len(text) > (MAX_HINT if kind == "hint" else MAX_NAME):
            found[field] = Invalid(field, "too_long", limit=MAX_HINT if kind == "hint" else MAX_NAME)
    return found


def save(typed: Mapping[str, str]) -> None:
    """Keep the words of a form without faults, and which priority is the usual one."""
    for type_ in types():
        type_.name = " ".join(typed.get(f"name-{type_.id}", type_.name).split())
        type_.hint = " ".join(typed.get(f"hint-{type_.id}", type_.hint).split())
    everything = priorities()
    for priority in everything:
        priority.name = " ".join(typed.get(f"priority-{priority.id}", priority.name).split())
    if typed.get("usual") in {str(priority.id) for priority in everything}:
        for priority in everything:
            priority.is_default = str(priority.id) == typed["usual"]
    db.session.flush()


def add_type(name: str, hint: str) -> TicketType:
    """Add a type as the last one. Raises Invalid on `name` or `hint`."""
    name, hint = " ".join(name.split()), " ".join(hint.split())
    for error in faults({"name": name, "hint": hint}).values():
        raise error
    most = db.session.scalars(select(func.max(TicketType.position))).one() or 0
    made = TicketType(code="", name=name, hint=hint, position=most + 1)
    db.session.add(made)
    made.code = _free_code()
    db.session.flush()
    return made


def _free_code() -> str:
    with db.session.no_autoflush:
        taken = set(db.session.scalars(select(TicketType.code)))
    return next(code for number in range(1, 10_000) if (code := f"type-{number}") not in taken)


def shift_type(type_: TicketType, *, up: bool) -> None:
    """Exchange a type with its neighbour; at the end nothing happens."""
    order = types()
    at = order.index(type_)
    to = max(0, at - 1) if up else min(len(order) - 1, at + 1)
    order.insert(to, order.pop(at))
    for position, one in enumerate(order):
        one.position = position
    db.session.flush()


def used() -> set[int]:
    """Return the types that tickets have."""
    return set(db.session.scalars(select(Ticket.type_id).distinct()))


def remove_type(type_: TicketType) -> None:
    """Remove a type that no ticket has. Raises InvalidMove otherwise, or when it is the last one."""
    if type_.id in used() or len(types()) == 1:
        raise InvalidMove("type_in_use")
    db.session.delete(type_)
    db.session.flush()
