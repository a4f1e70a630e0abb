"""The tables, one idea a file. Importing the package makes them all known to migrations."""

from models.access_link import AccessLink, Purpose
from models.attachment import Attachment
from models.comment import Comment, Kind
from models.company import Company, Contract, Equipment
from models.delivery import Delivery, DeliveryState
from models.device import Device
from models.event import Event, EventKind
from models.knowledge import KbArticle, KbSection
from models.person import Person, Role, Team
from models.push_subscription import PushSubscription
from models.setting import CalendarDay, ConsentText, LengthSetting
from models.ticket import Counter, Priority, Ticket, TicketRead, TicketRelation, TicketSerial, TicketType
from models.voice_note import VoiceNote, VoiceState

__all__ = [
    "AccessLink",
    "Attachment",
    "CalendarDay",
    "Comment",
    "Company",
    "ConsentText",
    "Contract",
    "Counter",
    "Delivery",
    "DeliveryState",
    "Device",
    "Equipment",
    "Event",
    "EventKind",
    "KbArticle",
    "KbSection",
    "Kind",
    "LengthSetting",
    "Person",
    "Priority",
    "Purpose",
    "PushSubscription",
    "Role",
    "Team",
    "Ticket",
    "TicketRead",
    "TicketRelation",
    "TicketSerial",
    "TicketType",
    "VoiceNote",
    "VoiceState",
]
