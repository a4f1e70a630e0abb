"""What somebody is told of and by which channel, as a page shows it (`templates/profile/_notices.html`)."""

from typing import Any

from blueprints._web import me
from rules import notices
from services.notices import has_phone


def notice_choices(*, is_saved: bool = False) -> dict[str, Any]:
    """Return what the part takes: a box an event and channel, and whether nothing would reach him any more."""
    person = me()
    boxes = {
        topic: {channel: notices.wants(person.notices_off, topic, channel) for channel in notices.CHANNELS}
        for topic in topics()
    }
    is_silent = notices.is_silent(person.notices_off, has_phone=has_phone(person))
    return {"boxes": boxes, "is_silent": is_silent, "is_saved": is_saved}


def topics() -> tuple[str, ...]:
    """Return the events that this reader may choose about: whoever works here has customers, not colleagues."""
    return notices.TOPICS if me().is_contact else notices.TOPICS[:-1]
