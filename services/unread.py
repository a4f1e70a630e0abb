"""How many tickets have news for somebody: the number on the app's icon."""

from sqlalchemy import and_, func, or_, select

from extensions import db
from models import Person, Ticket, TicketRead

MOST = 99  # an icon has room for no more


def count(person: Person) -> int:
    """Count his own tickets that have changed since he read them: a contact's by his name, a specialist's by his work."""
    whose = Ticket.assignee_id == person.id if person.is_staff else Ticket.contact_id == person.id
    changed_at = Ticket.staff_updated_at if person.is_staff else Ticket.updated_at
    own_read = and_(TicketRead.ticket_id == Ticket.id, TicketRead.person_id == person.id)
    unread = (
        select(Ticket.id)
        .outerjoin(TicketRead, own_read)
        .where(whose, or_(TicketRead.read_at.is_(None), TicketRead.read_at < changed_at))
        .limit(MOST)
    )
    return db.session.scalar(select(func.count()).select_from(unread.subquery())) or 0
