"""How much one person may store: the disk belongs to everybody."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from extensions import db
from models import Attachment, Person, VoiceNote

DAY = timedelta(days=1)
DAILY_BYTES = 5 * 1024**3  # three forms as full as they can be (S29, S34), and some; sent or not


def is_used_up(person: Person, *, at: datetime) -> bool:
    """Tell whether `person` has stored all that he may within a day. What is under way may go over it."""
    used = 0
    for kept in (Attachment, VoiceNote):
        query = select(func.sum(kept.size)).where(kept.owner_id == person.id, kept.created_at > at - DAY)
        used += db.session.scalar(query) or 0
    return used >= DAILY_BYTES
